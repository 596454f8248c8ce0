"""The time of a build against its floor in the same run: `make bench`.

The floor is what no build can do without: starting a kernel and running the cells, shared by the cores, and writing the HTML.
Measured: a cold build (nothing executed yet, everything installed), a rebuild with nothing changed, and what each page adds
to that when all are written again.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbclient
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from book import chapters  # noqa: E402


def seconds(action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def build(folder):
    command = ["jupyter-book", "build", str(folder), "-W", "-n", "--keep-going", "-q"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def execute_chapters():
    """Every chapter in a kernel of its own, one after the other, with nothing around it."""
    for chapter in chapters():
        notebook = new_notebook(cells=[new_code_cell(cell.source) for cell in chapter.cells])
        nbclient.NotebookClient(notebook, timeout=600).execute()


def write_html(folder, *options):
    """The pages alone: everything is executed, with `--all` it is read again, and each page is written."""
    for page in (folder / "_build" / "html").rglob("*.html"):
        page.unlink()
    command = ["jupyter-book", "build", str(folder), "--builder", "html", "-q", *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    os.environ["OMP_NUM_THREADS"] = "1"
    cores = os.cpu_count()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "book"
        ignored = shutil.ignore_patterns("_build", ".git", ".venv", "node_modules", "__pycache__")
        shutil.copytree(ROOT, folder, ignore=ignored)
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
        cells = seconds(execute_chapters) / min(cores, len(chapters()))
        cold = seconds(lambda: build(folder))
        html = seconds(lambda: write_html(folder, "--all"))
        warm = seconds(lambda: build(folder))
        rewritten = seconds(lambda: write_html(folder)) - warm
        pages = len(list((folder / "_build" / "html").rglob("*.html")))
        executed = get_cache(next((folder / "_build" / ".jupyter_cache").iterdir())).list_cache_records()
        size = sum(path.stat().st_size for path in (folder / "_build" / "html").rglob("*") if path.is_file())
    floor = cells + html
    rows = [
        ("kernels and cells, over the cores", cells, cells / floor),
        ("reading and writing all pages", html, html / floor),
        ("floor", floor, 1.0),
        ("cold build", cold, cold / floor),
        ("unchanged rebuild", warm, warm / floor),
        ("writing one page", rewritten / pages, rewritten / pages / floor),
    ]
    print(f"{len(executed)} notebooks, {cores} cores, site of {size / 1e6:.1f} MB")
    for name, value, ratio in rows:
        print(f"{name:36} {value:7.2f} s {ratio:7.2f} x floor")
    result = ROOT / "_build" / "bench-build.json"
    result.parent.mkdir(exist_ok=True)
    result.write_text(json.dumps({name: {"seconds": value, "ratio": ratio} for name, value, ratio in rows}, indent=1))


if __name__ == "__main__":
    main()
