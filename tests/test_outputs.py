"""The same sources give the same bytes, wherever they are built, with a network or without."""

import os
import shutil
import subprocess
import sys

import pytest

import outputs
from book import ROOT
from test_publish import write_book

DRAWN = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
(drawn)=
# Drawn

By {eq}`eq-line`.

$$
y = 2x
$$ (eq-line)

```{code-cell} ipython3
import matplotlib.pyplot as plt
import numpy as np
import torch

from labsupport import figures
from labsupport.slider import slider

figures.style()
```

```{code-cell} ipython3
---
mystnb:
  figure: {caption: A line.}
  image: {alt: A line that climbs.}
---
fig, ax = plt.subplots()
ax.plot(np.random.default_rng(0).normal(size=50))
ax.set_title("$\\\\theta$")
plt.show()
```

```{code-cell} ipython3
def draw(ax, pace):
    ax.plot([0, 1], [0, pace])
    ax.fill_between([0, 1], [0, pace], color="C1")

slider(draw, pace=[1, 2], caption="Steepness.", alt="A line.")
```

```{code-cell} ipython3
torch.manual_seed(0)
print(torch.nn.Linear(3, 2).weight, {"b", "a"} == {"a", "b"})
```

```{code-cell} ipython3
import time

print("now", flush=True)
time.sleep(0.3)
print("and later")
```
"""
# Says whether there is a network, too, so that the test knows where it ran.
BUILD = """\
import socket, sys
try:
    socket.create_connection(("192.0.2.1", 9), 0.2)
except OSError as error:
    print(error.strerror or error)
sys.path.insert(0, {tests!r})
import outputs, pathlib
outputs.build(pathlib.Path())
"""


def build(book, *before):
    command = [*before, sys.executable, "-c", BUILD.format(tests=str(ROOT / "tests"))]
    return subprocess.run(command, cwd=book, env=os.environ | {"PYTHONPATH": str(book)}, capture_output=True, text=True)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """One book in two folders, built apart, each from nothing; the second without a network."""
    pair = [tmp_path_factory.mktemp(name) / name for name in ("one", "another")]
    for book, before in zip(pair, [(), ("bash", str(ROOT / ".ci/offline"))]):
        write_book(book, {"01_drawn": DRAWN})
        (book / "node_modules").symlink_to(ROOT / "node_modules")
        done = build(book, *before)
        if before and done.returncode and any(word in done.stderr for word in ("unshare", "sudo", "not permitted")):
            pytest.skip("this machine does not let a test cut off its network")
        assert done.returncode == 0, done.stdout + done.stderr
        assert not before or "Network is unreachable" in done.stdout
    return pair


def test_two_builds_give_the_same_outputs_and_files_and_one_needed_no_network(books):
    assert outputs.differences(*books) == []
    assert sum(len(cells) for cells in outputs.outputs(books[0]).values()) == 5


def test_what_a_cell_prints_is_one_text_whatever_the_moments(books):
    [cells] = outputs.outputs(books[0]).values()
    assert [output.text for output in cells[-1][1]] == ["now\nand later\n"]


def test_printing_needs_no_network_and_gives_the_same_bytes_elsewhere(books, browser):
    printed = [book / "_build/html/book.pdf" for book in books]
    for book, before in zip(books, [(), ("bash", str(ROOT / ".ci/offline"))]):
        done = subprocess.run([*before, sys.executable, "_ext/book_pdf.py"], cwd=book, capture_output=True, text=True,
                              env=os.environ | {"PYTHONPATH": str(book)})  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert printed[0].read_bytes() == printed[1].read_bytes()
    for path in printed:
        path.unlink()


def test_a_changed_output_is_named(books, tmp_path):
    changed = tmp_path / "changed"
    shutil.copytree(books[0] / "_build", changed / "_build")
    [notebook] = (changed / "_build/.jupyter_cache").rglob("executed/*/base.ipynb")
    notebook.write_text(notebook.read_text("utf-8").replace("tensor([[", "tensor([[9"), "utf-8")
    (changed / "_build/html/index.html").unlink()
    told = "\n".join(outputs.differences(books[0], changed))
    assert "torch.nn.Linear" in told and "index.html differs" in told


def test_a_build_without_outputs_is_no_proof(tmp_path):
    assert outputs.differences(tmp_path, tmp_path)
