"""What the build says on a machine that lacks something, and how it recovers: one clear line each."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from test_publish import build_book, commit_all

PAGE = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Page

Now $x^2$.

```{code-cell} ipython3
import time
time.sleep(PAUSE)
1 + 1
```
"""
COMMAND = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", ".", "-W", "-n", "--keep-going"]


def variables(book, **changed):
    return os.environ | {"PYTHONPATH": str(book)} | changed


def build(book, before: str = "", **changed):
    """As `jupyter-book build`, after a command of the shell in a namespace of mounts of its own."""
    inside = ["unshare", "--mount", *["--map-root-user"] * (os.getuid() != 0), "sh", "-c", f'{before} && exec "$@"', "sh"]
    command = [*inside, *COMMAND] if before else COMMAND
    done = subprocess.run(command, cwd=book, env=variables(book, **changed), capture_output=True, text=True, timeout=300)
    if before and "unshare" in done.stderr:
        pytest.skip("this machine allows no namespaces of mounts")
    return done.returncode, done.stdout + done.stderr


def line_with(output: str, *words: str) -> str:
    assert "Traceback" not in output, output
    found = [line for line in output.splitlines() if all(word in line for word in words)]
    assert len(found) == 1, output
    return found[0]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Built once; each test changes its page and leaves it buildable."""
    return build_book(tmp_path_factory.mktemp("safety") / "book", {"01_page": PAGE.replace("PAUSE", "0")})


def change(book, text: str = "More."):
    with (book / "chapters/01_page.md").open("a") as page:
        page.write(f"\n{text}\n")


@pytest.mark.parametrize("place", ["_build", "_build/.jupyter_cache"])
def test_a_read_only_cache_is_named(book, place):
    change(book)
    status, output = build(book, f"mount --bind {place} {place} && mount -o remount,ro,bind {place}")
    assert status == 1 and line_with(output, str(book / "_build"), "read-only disk", "copy the book")


def test_a_full_disk_is_told_before_anything_is_written(book):
    status, output = build(book, "mount -t tmpfs -o size=20m tmpfs _build")
    assert status == 1 and line_with(output, "disk is full", "make room", "MB are left")


def test_a_disk_that_fills_up_while_building_is_told_and_the_next_build_recovers(book):
    page = book / "_build/html/chapters/01_page.html"
    safety = book / "_ext/book_safety.py"
    careful = safety.read_text("utf-8")
    safety.write_text(careful.replace("ROOM = 100e6", "ROOM = 0"), "utf-8")
    status, output = build(book, "mount -t tmpfs -o size=1m tmpfs _build")
    safety.write_text(careful, "utf-8")
    assert status == 1 and line_with(output, "disk is full", "make room")
    change(book, "Recovered.")
    status, output = build(book)
    assert status == 0, output
    assert "Recovered." in page.read_text("utf-8")


def kill_when(book, condition):
    """The build and its kernels end at once, as when a machine is switched off."""
    build = subprocess.Popen(COMMAND, cwd=book, env=variables(book), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             start_new_session=True)  # fmt: skip
    while not condition():
        assert build.poll() is None, "the build was over before it could be interrupted"
        time.sleep(0.005)
    os.killpg(build.pid, signal.SIGKILL)
    build.wait()


def test_a_build_killed_while_it_executes_is_followed_by_a_whole_one(book):
    (book / "chapters/01_page.md").write_text(PAGE.replace("PAUSE", "5"), "utf-8")
    kernels = book / "_build/ipython/profile_default/history.sqlite"
    started = time.time()
    kill_when(book, lambda: time.time() > started + 4 or kernels.exists() and kernels.stat().st_mtime > started)
    status, output = build(book)
    assert status == 0, output
    assert "time.sleep(5)" in (book / "_build/html/notebooks/01_page.ipynb").read_text("utf-8")


def test_pages_that_a_killed_build_left_are_written_again(book):
    page, mark = book / "_build/html/chapters/01_page.html", book / "_build/.unfinished-html"
    whole = page.read_text("utf-8")
    change(book, "A new end.")
    kill_when(book, mark.exists)
    page.write_text(whole[:3000], "utf-8")  # what a page looks like that was being written; newer than its source
    status, output = build(book)
    assert status == 0 and line_with(output, "last build was interrupted"), output
    assert "A new end." in page.read_text("utf-8") and not mark.exists()
    assert "interrupted" not in build(book)[1]


def test_without_node_one_line_says_what_to_do(book, tmp_path):
    (tmp_path / "bin").mkdir()
    change(book, "And $x^3$.")
    status, output = build(book, PATH=str(tmp_path / "bin"))
    assert status != 0 and line_with(output, "typeset by Node", "make book")


@pytest.mark.parametrize("missing, words", [("temml", "Temml"), ("@fontsource", "mathematical font")])
def test_without_an_asset_one_line_says_what_to_do(book, missing, words):
    modules, kept = book / "node_modules", book / "kept"
    modules.rename(kept)
    modules.mkdir()
    for path in kept.iterdir():
        if path.name != missing:
            (modules / path.name).symlink_to(path.resolve())
    change(book, f"And $x^3$, without {missing}.")
    status, output = build(book)
    shutil.rmtree(modules)
    kept.rename(modules)
    assert status != 0 and line_with(output, words, "npm ci")


def test_without_git_a_book_is_built_and_says_its_version(book, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/node").symlink_to(shutil.which("node"))
    commit_all(book, "All")
    status, output = build(book, PATH=str(tmp_path / "bin"))
    assert status == 0, output
    assert re.search(r"Built from version [\d.]+\.", (book / "_build/html/notebooks/01_page.ipynb").read_text("utf-8"))
