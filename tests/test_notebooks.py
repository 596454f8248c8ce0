"""Every chapter's notebook reads like its page and runs as downloaded, where there is nothing of this repository."""

import os
import re
import shutil
import subprocess
import venv
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from book import ROOT, SITE, Chapter, kernel_by_files
from test_publish import build_book

NOTEBOOKS = sorted((SITE / "notebooks").glob("*.ipynb"))
# What a reader is told to have, in the versions that the tests run with, and the kernel that runs it.
LIBRARIES = ("numpy", "matplotlib", "sympy", "torch", "ipykernel")

needs_site = pytest.mark.skipif(not NOTEBOOKS, reason="there are no notebooks in _build/html: run `make book` first")
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)


def read(path: Path):
    return nbformat.read(path, as_version=4)


def sources(notebook, kind: str) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


@cache
def pages() -> dict[str, Chapter]:
    """Name -> page, of those in the table of contents that have code."""
    names = re.findall(r"\b(?:file|root): (\S+)", (ROOT / "_toc.yml").read_text("utf-8"))
    return {page.path.stem: page for name in names if "{code-cell}" in (page := Chapter(ROOT / f"{name}.md")).text}


# what a notebook says

@needs_site
def test_every_page_with_code_has_its_notebook_and_no_other_has():
    assert {path.stem for path in NOTEBOOKS} == set(pages())


@each_notebook
def test_the_notebook_is_valid_and_without_outputs(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


LEFTOVERS = {
    "role": r"\{[\w:-]+\}`",
    "directive": r"^\s*(>\s*)*(`{3,}|~{3,}|:{3,})\{",
    "fence of colons": r"^\s*:{3,}",
    "label": r"^\([\w-]+\)=$",
    "empty link": r"(?<!!)\[\]\(",
    "unresolved number": r"%s|\?\?",
}


def without_code(text: str) -> str:
    return re.sub(r"^(\s*(?:> )*`{3,})[^{\n]*\n.*?\n\1$", "", text, flags=re.M | re.S)


def leftovers(text: str) -> list[str]:
    return [name for name, pattern in LEFTOVERS.items() if re.search(pattern, text, re.M)]


@each_notebook
def test_no_syntax_of_the_book_is_left(path):
    assert not {cell: found for cell in sources(read(path), "markdown") if (found := leftovers(without_code(cell)))}


def anchors(notebook) -> list[str]:
    return re.findall(r'<a id="([^"]+)"></a>', "\n".join(sources(notebook, "markdown")))


@each_notebook
def test_every_link_leads_somewhere(path):
    text = "\n".join(sources(read(path), "markdown"))
    links = re.findall(r"\]\(((?:[\w.-]+\.ipynb)?)(?:#([^)]+))?\)", text)
    for name, anchor in links:
        target = path.with_name(name or path.name)
        assert target.exists() and (not anchor or anchor in anchors(read(target))), f"{name}#{anchor}"


@each_notebook
def test_no_two_anchors_share_a_name(path):
    names = anchors(read(path))
    assert len(set(names)) == len(names)


@each_notebook
def test_the_cells_outside_solutions_are_code_and_no_others(path):
    """Stubs among them, and a cell for each answer box; a solution that ran would answer its exercise."""
    live = [cell.source.strip() for cell in pages()[path.stem].cells if not cell.in_solution_of]
    boxes = [f'check_expression("{label}", "...")' for label, exercise in pages()[path.stem].exercises.items() if exercise.has_box]
    setup, *code = [source.strip() for source in sources(read(path), "code")]
    assert "import labsupport" in setup and [source for source in code if source not in boxes] == live
    assert [source for source in code if source in boxes] == boxes


@each_notebook
def test_solutions_are_folded_with_their_code(path):
    page, notebook = pages()[path.stem], read(path)
    folded = [cell for cell in sources(notebook, "markdown") if "<details>" in cell]
    assert len(folded) == sum(exercise.is_solved for exercise in page.exercises.values())
    assert all(re.fullmatch(r"<details><summary>Solution to Exercise [\d.]+</summary>\n\n.*\n\n</details>", cell, re.S)
               for cell in folded)  # fmt: skip
    assert all(any(cell.source.strip() in text for text in folded) for cell in page.cells if cell.in_solution_of)


@each_notebook
def test_exercises_have_their_number_before_their_title(path):
    text = "\n".join(sources(read(path), "markdown"))
    titled = re.findall(r'^<a id="([^"]+)"></a>\*\*Exercise \d+\.\d+( \(.+?\))?\.\*\*', text, re.M)
    assert [label for label, _ in titled] == list(pages()[path.stem].exercises)


# what a notebook does

def python_of(environment: Path) -> str:
    return str(environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def packages_of(environment: Path) -> Path:
    command = [python_of(environment), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def outside() -> dict[str, str]:
    """The environment's variables, without what points back at this repository."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "MPL", "VIRTUAL_ENV", "JPY_"))}


def install(environment: Path, *what: str):
    done = subprocess.run([python_of(environment), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what],
                          capture_output=True, text=True, env=outside(), cwd=environment)  # fmt: skip
    assert done.returncode == 0, done.stderr


def with_their_needs(names) -> set[str]:
    """The names of installed packages, and of all that they need."""
    found, left = set(), list(names)
    while left:
        if (name := canonicalize_name(left.pop())) not in found:
            found.add(name)
            needs = map(Requirement, distribution(name).requires or [])
            left += [need.name for need in needs if not need.marker or need.marker.evaluate({"extra": ""})]
    return found


@pytest.fixture(scope="session")
def libraries(tmp_path_factory) -> Path:
    """An environment with the libraries, linked from the one that the tests run in, and without labsupport."""
    environment = tmp_path_factory.mktemp("libraries") / "env"
    venv.create(environment, with_pip=True)
    for package in map(distribution, with_their_needs(LIBRARIES)):
        for name in {file.parts[0] for file in package.files} - {"..", "__pycache__"}:
            there = packages_of(environment) / name
            there.exists() or there.symlink_to(package.locate_file(name))
    return environment


def fresh_environment(folder: Path, libraries: Path) -> Path:
    """New and empty, but for the sight of the libraries."""
    venv.create(folder, with_pip=False)
    (packages_of(folder) / "libraries.pth").write_text(f"{packages_of(libraries)}\n")
    return folder


@pytest.fixture(scope="session")
def reader(libraries, tmp_path_factory) -> Path:
    """The environment of a reader who has the libraries and the wheel of the site."""
    environment = fresh_environment(tmp_path_factory.mktemp("reader") / "env", libraries)
    install(environment, "--no-deps", *map(str, (SITE / "notebooks").glob("*.whl")))
    specification = ["ipykernel", "install", "--prefix", str(environment), "--name", "reader"]
    subprocess.run([python_of(environment), "-m", *specification], check=True, capture_output=True, env=outside())
    return environment


@each_notebook
def test_the_notebook_runs_as_downloaded(path, reader, tmp_path, monkeypatch):
    """From top to bottom, alone in an empty folder, without an error or a warning."""
    shutil.copyfile(path, tmp_path / path.name)
    notebook, elsewhere = read(tmp_path / path.name), outside()
    monkeypatch.setenv("JUPYTER_PATH", str(reader / "share/jupyter"))
    client = NotebookClient(notebook, kernel_name="reader", config=kernel_by_files(), timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=elsewhere)
    said = [output.text for cell in notebook.cells for output in cell.get("outputs", []) if output.get("name") == "stderr"]
    assert not said, said


def setup_cell(published=None) -> str:
    source = sources(read(NOTEBOOKS[0]), "code")[0]
    changed = re.sub(r"(wheel, published = \S+ ).*", lambda found: found[1] + repr(published), source)
    assert "published" in changed
    return changed


def run_setup(environment: Path, folder: Path, source: str):
    folder.mkdir(exist_ok=True)
    command = [python_of(environment), "-c", source]
    return subprocess.run(command, cwd=folder, env=outside(), capture_output=True, text=True)


@pytest.fixture
def bare(libraries, tmp_path) -> Path:
    return fresh_environment(tmp_path / "env", libraries)


def installed(environment: Path) -> set[str]:
    return {path.name for path in packages_of(environment).iterdir()}


@needs_site
def test_the_first_cell_is_silent_where_the_package_is(reader, tmp_path):
    before = installed(reader)
    done = run_setup(reader, tmp_path / "empty", setup_cell())
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert installed(reader) == before


@needs_site
@pytest.mark.parametrize("place", ["beside", "published"])
def test_the_first_cell_installs_the_package_and_nothing_else(place, bare, tmp_path):
    [wheel] = (SITE / "notebooks").glob("*.whl")
    folder, before = tmp_path / "folder", installed(bare)
    folder.mkdir()
    if place == "beside":
        shutil.copy(wheel, folder)
    done = run_setup(bare, folder, setup_cell(published=wheel.as_uri() if place == "published" else None))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    new = {name.split("-")[0] for name in installed(bare) - before}
    assert new == {"labsupport"}


@needs_site
def test_the_first_cell_says_what_to_download_where_it_cannot_install(bare, tmp_path):
    done = run_setup(bare, tmp_path / "empty", setup_cell())
    [wheel] = (SITE / "notebooks").glob("*.whl")
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1 and f"Download {wheel.name}" in last and "same folder" in last
    assert done.stderr.count("Traceback") == 1


@needs_site
def test_the_first_cell_shows_what_pip_says_when_the_address_fails(bare, tmp_path):
    done = run_setup(bare, tmp_path / "empty", setup_cell(published="file:///nowhere/labsupport-0.1.0-py3-none-any.whl"))
    assert done.returncode == 1 and "could not be installed from file:///nowhere" in done.stderr


@needs_site
def test_the_first_cell_does_not_hide_another_missing_package(tmp_path):
    """Without NumPy there is a wheel to install, yet the error names NumPy."""
    venv.create(tmp_path / "env", with_pip=True)
    shutil.copy(*(SITE / "notebooks").glob("*.whl"), tmp_path)
    done = run_setup(tmp_path / "env", tmp_path, setup_cell())
    assert done.returncode == 1 and re.search(r"No module named '(numpy|matplotlib)'", done.stderr)


# what chapters may be written with

SAMPLE = r"""
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
(sample)=
# A sample of $f$

A price of \$5 and \$6, 2 * 3, `a|b`.[^note] See {eq}`eq-other` and {cite}`KEY`.

[^note]: A note with $\alpha$.

```{code-cell} ipython3
:tags: [remove-cell]
unseen = 3
```

```{code-cell} ipython3
:tags: [hide-input]
seen = unseen + 1
```

(sec-boxes)=
## Boxes

:::{prf:definition} Bar of $f$
:label: def-bar

$$
\bar f = 1 % a remark
 + 2
$$ (eq-bar)
:::

:::{prf:proof}
By {prf:ref}`def-bar` and {eq}`eq-bar`.
:::

:::{admonition} Why
:class: tip dropdown
- one
  - two
- {ref}`sec-boxes`
:::

::::{tab-set}
:::{tab-item} NumPy
`np.sin`
:::
::::

```{list-table}
:header-rows: 1
* - bar
  - of
* - $|x|$
  - `a|b` {eq}`eq-bar`
```

3. third

   $$ a $$

Term
: Meaning.

```{figure} ../_static/favicon.svg
:name: fig-icon
:alt: An [icon].
A caption with *stress*.
```

```{math}
\begin{align} a &= b \end{align}
```

```{exercise-start} Gated
:label: sample-gated
```
Think.

```{code-cell} ipython3
answer = ...
```

More.

```{exercise-end}
```

````{solution-start} sample-gated
:class: dropdown
````
It is {numref}`fig-icon`.

```{code-cell} ipython3
:tags: [remove-cell]
answer = "never live"
```

```{code-cell} ipython3
answer = "static"
```

````{solution-end}
````

```{exercise}
:label: sample-untitled
Think again.
```

```{solution} sample-untitled
:class: dropdown
See {ref}`sample-gated`.
```
""".lstrip()
OTHER = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Other

$$ b $$ (eq-other)

```{code-cell} ipython3
1 + 1
```
"""
REFERENCES = """\
# References

```{bibliography}
```
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    key = re.search(r"@\w+\{([^,]+),", (ROOT / "references.bib").read_text("utf-8"))[1]
    pages = {"01_sample": SAMPLE.replace("KEY", key), "02_other": OTHER, "references": REFERENCES}
    book = build_book(tmp_path_factory.mktemp("sample") / "book", pages, GITHUB_REPOSITORY="")
    return read(book / "_build/html/notebooks/01_sample.ipynb")


@pytest.mark.parametrize("says", [
    '# 1. A sample of $f$ <a id="a-sample-of-f"></a><a id="sample"></a>',
    r"A price of <span>\$</span>5 and <span>\$</span>6, 2 \* 3, `a|b`.[<sup>1</sup>](#note) See [(2.1)](02_other.ipynb#equation-eq-other)",
    '<a id="note"></a><sup>1</sup> A note with $\\alpha$.',
    '## 1.1. Boxes <a id="sec-boxes"></a>',
    '> <a id="def-bar"></a>**Definition 1.1 (Bar of $f$).**\n>\n> <a id="equation-eq-bar"></a>$$ \\bar f = 1 + 2 \\tag{1.1} $$',
    "*Proof.* By [Definition 1.1](#def-bar) and [(1.1)](#equation-eq-bar). ∎",
    "> **Why.**\n>\n> - one\n>   - two\n> - [Boxes](#sec-boxes)",
    "**NumPy**\n\n`np.sin`",
    "| bar | of |\n| --- | --- |\n" r"| $\vert x\vert $ | `a\|b` [(1.1)](#equation-eq-bar) |",
    "3. third\n\n   $$ a $$",
    "- **Term**: Meaning.",
    "![An \\[icon\\].](data:image/svg+xml;base64,",
    "1.1. A caption with *stress*.*",
    "$$\n\\begin{aligned} a &= b \\end{aligned}\n$$",
    '<a id="sample-gated"></a>**Exercise 1.1 (Gated).** Think.',
    '<a id="sample-untitled"></a>**Exercise 1.2.** Think again.',
    "<details><summary>Solution to Exercise 1.1</summary>\n\nIt is [",
    '```python\nanswer = "static"\n```\n\n</details>',
    "<details><summary>Solution to Exercise 1.2</summary>\n\nSee [Exercise 1.1](#sample-gated).\n\n</details>",
    "## References\n\n- <a id=\"reference-",
])  # fmt: skip
def test_the_writer(sample, says):
    assert says in "\n\n".join(sources(sample, "markdown"))


def test_only_the_cells_outside_solutions_run(sample):
    assert sources(sample, "code")[1:] == ["unseen = 3", "seen = unseen + 1", "answer = ..."]


def test_hidden_code_is_collapsed(sample):
    hidden = [cell.metadata.get("jupyter", {}).get("source_hidden", False) for cell in sample.cells if cell.cell_type == "code"]
    assert hidden == [True, True, True, False]


def test_nothing_of_the_sample_is_left_over(sample):
    assert not [cell for cell in sources(sample, "markdown") if leftovers(without_code(cell))]
