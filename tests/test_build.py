"""What the build says to bad input: a small book with one fault each, built by the book's own configuration."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from book import ROOT

sys.path.insert(0, str(ROOT / "_ext"))
import book_execution  # noqa: E402

PAGE = """---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3}}
---

(top)=
# A page

$$
y = x^2
$$ (eq-square)

```{{code-cell}} ipython3
print("fine")
```

{fault}
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A copy of the book's frame with room for one page."""
    folder = tmp_path_factory.mktemp("book")
    for name in ("_ext", "_static", "_templates", "labsupport"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "references.bib", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: index\n", "utf-8")
    return folder


def build(book, fault=""):
    (book / "index.md").write_text(PAGE.format(fault=fault), "utf-8")
    binaries = Path(sys.executable).parent
    command = [binaries / "jupyter-book", "build", ".", "-W", "-n", "--keep-going"]
    environment = os.environ | {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(book)}
    done = subprocess.run(command, cwd=book, env=environment, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


CELL_FAULTS = {
    "a cell that raises": (
        "```{code-cell} ipython3\nratio = 1 / 0\n```",
        ["index.md:18", "ratio = 1 / 0", "ZeroDivisionError"],
    ),
    "a cell that warns": (
        "```{code-cell} ipython3\nimport numpy as np\nnp.log(-1.0)\n```",
        ["index.md:18", "np.log(-1.0)", "RuntimeWarning"],
    ),
    "an unknown exercise": (
        '```{code-cell} ipython3\nfrom labsupport import check\ncheck("derivatives-avrage", 1)\n```',
        ["index.md:18", "derivatives-avrage", "derivatives-average"],
    ),
}

# One line each from line 17 on, a blank one between them: all are reported by one build.
TEXT_FAULTS = {
    "By {eq}`eq-cube`.": ["index.md:17", "eq-cube"],
    "See {ref}`bottom`.": ["index.md:19", "bottom"],
    "See {term}`unheard-of`.": ["index.md:21", "unheard-of"],
    "See {cite}`nobody1900`.": ["index.md:23", "nobody1900"],
    r"Now $\frac{1}{$ breaks.": ["index.md:25", "formula not understood", r"\frac{1}{"],
    r"Now $\fracc{1}{2}$ breaks.": ["index.md:27", "formula not understood", r"\fracc"],
    "(top)=\n## Again": ["index.md:29", "Duplicate explicit target name", "top"],
    "```{answer} derivatives-pwers\n```": ["index.md:32", "derivatives-pwers", "did you mean derivatives-powers"],
    "```{answer} derivatives-second\n```": ["index.md:35", "has no ranges"],
    "```{answer} derivatives-powers\n```": ["index.md:38", "this page has no exercise derivatives-powers"],
    "```{exercise} One\n:label: twice\nx\n```\n\n```{exercise} Two\n:label: twice\nx\n```": ["index", "duplicate", "twice"],
}


def report(book, fault, words):
    status, output = build(book, fault)
    assert status != 0, f"built without a word:\n{fault}"
    missing = [word for word in words if word not in output]
    assert not missing, f"{missing} not in\n{output}"


@pytest.mark.parametrize("fault", CELL_FAULTS)
def test_a_cell_that_fails_is_shown_with_its_place(book, fault):
    report(book, *CELL_FAULTS[fault])


def test_faults_in_the_text_are_reported_with_their_lines_until_they_are_mended(book):
    page, words = "\n\n".join(TEXT_FAULTS), sum(TEXT_FAULTS.values(), [])
    report(book, page, words)
    report(book, page, [])


def test_a_sound_page_builds_and_an_unchanged_one_is_not_executed_again(book):
    status, output = build(book)
    assert status == 0, output
    status, output = build(book)
    assert status == 0 and "executing" not in output


def test_a_kernel_that_dies_is_started_again(book, tmp_path):
    """As where two kernels that started together chose the same port."""
    dies = "```{{code-cell}} ipython3\nimport os, pathlib\nfolder = pathlib.Path({!r})\n{}\n```"
    once = "mark = folder / 'mark'\nmark.exists() or (mark.touch(), os._exit(1))"
    status, output = build(book, dies.format(str(tmp_path), once))
    assert status == 0 and output.count("executing index.md") == 2, output
    report(book, dies.format(str(tmp_path), "os._exit(1)"), ["index.md: no kernel ran it to its end, 3 times"])


def test_a_change_in_labsupport_executes_the_chapters_again(book):
    build(book)
    with (book / "labsupport" / "finite.py").open("a") as source:
        source.write("\n# changed\n")
    status, output = build(book)
    assert status == 0 and "executing index.md" in output


def test_a_package_that_chapters_do_not_run_by_does_not_ask_for_new_outputs():
    packages = book_execution.installed(book_execution.RUN_BY)
    assert {"numpy", "contourpy", "mpmath", "pyzmq"} <= packages  # contourpy is matplotlib's, pyzmq the kernel's
    assert not {"pytest", "playwright", "otter-grader"} & packages
