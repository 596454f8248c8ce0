"""Two builds of one commit, compared: `python tests/outputs.py` clones HEAD twice, builds both, and names what differs.

Everything is executed in both, each in a folder and a cache of its own. Compared are the outputs of every cell and every file
of the site, byte by byte.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).parent.parent


def outputs(book: Path) -> dict[str, list]:
    """What each cell gave, by the name under which its notebook was kept; the times of execution are left out."""
    found = {}
    for path in sorted((book / "_build/.jupyter_cache").rglob("executed/*/base.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        found[path.parent.name] = [(cell.source, cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]
    return found


def files(book: Path) -> dict[str, bytes]:
    site = book / "_build/html"
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}


def differences(one: Path, other: Path) -> list[str]:
    """Cells first, since a file differs for the sake of its cells."""
    cells, others = outputs(one), outputs(other)
    if not cells:
        return [f"{one} has nothing executed in it"]
    told = [f"only one build has the notebook {name}" for name in cells.keys() ^ others.keys()]
    for name in cells.keys() & others.keys():
        told += [f"the outputs differ of the cell\n{source}" for (source, given), (_, again) in zip(cells[name], others[name])
                 if given != again]  # fmt: skip
    pages, again = files(one), files(other)
    return told + [f"{name} differs" for name in sorted(pages.keys() | again.keys()) if pages.get(name) != again.get(name)]


def build(book: Path):
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", ".", "-W", "-n", "--keep-going"]
    done = subprocess.run(command, cwd=book, env=os.environ | {"PYTHONPATH": str(book)}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"The book does not build from a fresh clone:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


def clone(folder: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    build(folder)
    return folder


def main():
    with tempfile.TemporaryDirectory() as scratch:
        told = differences(clone(Path(scratch, "once")), clone(Path(scratch, "twice")))
    if told:
        sys.exit("Two builds of one commit differ.\n\n" + "\n".join(told))
    print("Two builds of one commit have the same outputs and the same site, byte by byte.")


if __name__ == "__main__":
    main()
