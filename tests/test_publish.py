"""A fork publishes itself: every address it writes is its own, although nobody edited one."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
import yaml

from book import ROOT

sys.path.insert(0, str(ROOT / "_ext"))
import book_publish  # noqa: E402

FORK = "someone/fork"
CHAPTER = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
(first)=
# First

The limit of the {term}`quotient`, and {doc}`the front page <../index>`.

```{code-cell} ipython3
import labsupport
```
"""
SECOND = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
(second)=
# Second

See {ref}`first` and {eq}`eq-square`.

$$
y = x^2
$$ (eq-square)

```{code-cell} ipython3
1 + 1
```
"""
GLOSSARY = """\
# Glossary

```{glossary}
quotient
  What a division gives.
```
"""


def run(*command, cwd, **environment):
    environment = os.environ | {"PYTHONPATH": str(cwd)} | environment
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


def write_book(book, chapters: dict[str, str]):
    """This book with other chapters, in a repository of its own."""
    book.mkdir()
    frame = ("_config.yml", "_ext", "_static", "_templates", "labsupport", "pyproject.toml", "references.bib", ".gitignore",
             "Makefile", ".ci", "requirements.txt", "package-lock.json")  # fmt: skip
    for name in frame:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, book / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / name, book / name)
    (book / "chapters").mkdir()
    for name, text in chapters.items():
        (book / "chapters" / f"{name}.md").write_text(text, "utf-8")
    (book / "index.md").write_text("# Front\n\nHello.\n")
    toc = {"format": "jb-book", "root": "index", "parts": [{"numbered": True, "chapters": [{"file": f"chapters/{name}"} for name in chapters]}]}
    (book / "_toc.yml").write_text(yaml.safe_dump(toc))
    run("git", "init", "--quiet", "--initial-branch", "main", cwd=book)
    commit_all(book, "The book")


def commit_all(book, message: str):
    """At a fixed date: the same files give the same commit."""
    who = {"NAME": "Ada", "EMAIL": "ada@localhost", "DATE": "2026-01-02T03:04:05Z"}
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    run("git", "add", "--all", cwd=book)
    run("git", "commit", "--quiet", "--message", message, cwd=book, **who)


def build_book(book, chapters: dict[str, str], **environment):
    write_book(book, chapters)
    (book / "node_modules").symlink_to(ROOT / "node_modules")
    build(book, **environment)
    return book


def build(book, **environment):
    return run(sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", ".", "-W", "-n", "--keep-going", cwd=book, **environment)


def install_nothing(book):
    """`make` finds its two folders as if it had filled them: what the tests run with, by links."""
    for name, there in {".venv": Path(sys.prefix), "node_modules": ROOT / "node_modules"}.items():
        (book / name).mkdir()
        for path in there.iterdir():
            if path.name != "installed":
                (book / name / path.name).symlink_to(path)
        (book / name / "installed").touch()


WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/publish.yml").read_text("utf-8"))["jobs"]["publish"]["steps"]


@pytest.fixture(scope="module")
def remote(tmp_path_factory):
    """A repository as a fork has it on the server: the sources on its branch `main`."""
    book, remote = (tmp_path_factory.mktemp("fork") / name for name in ("book", "remote.git"))
    write_book(book, {"01_first": CHAPTER, "02_second": SECOND, "glossary": GLOSSARY})
    run("git", "clone", "--quiet", "--bare", str(book), str(remote), cwd=book)
    return remote


@pytest.fixture(scope="module")
def fork(remote, tmp_path_factory):
    """The workflow run dry: each of its own commands, in a clone of the fork, without a setting changed."""
    clone = tmp_path_factory.mktemp("runner") / "fork"
    run("git", "clone", "--quiet", str(remote), str(clone), cwd=remote)
    install_nothing(clone)
    for step in WORKFLOW:
        if "run" in step and not step["run"].startswith("bash .ci/"):  # those install Debian's packages
            run("bash", "-e", "-c", step["run"], cwd=clone, GITHUB_REPOSITORY=FORK)
    return clone


@pytest.fixture(scope="module")
def branch(fork, remote, tmp_path_factory):
    """What the workflow leaves on the branch `notebooks`, when it has run a second time."""
    clone = tmp_path_factory.mktemp("clone") / "clone"
    run(sys.executable, "_ext/book_publish.py", "origin", cwd=fork, GITHUB_REPOSITORY=FORK)
    run("git", "clone", "--quiet", "--branch", "notebooks", str(remote), str(clone), cwd=fork)
    return clone


def published_addresses(text: str) -> set[str]:
    hosts = r"github\.com|github\.io|githubusercontent\.com|colab\.research\.google\.com|mybinder\.org"
    return set(re.findall(rf"https://[\w.]*(?:{hosts})[^\s\"')>\\]*", text))


def test_buttons_lead_to_the_forks_notebook(fork):
    page = (fork / "_build/html/chapters/01_first.html").read_text("utf-8")
    assert "https://colab.research.google.com/github/someone/fork/blob/notebooks/01_first.ipynb" in page
    assert "https://mybinder.org/v2/gh/someone/fork/notebooks?urlpath=lab/tree/01_first.ipynb" in page
    assert 'href="../notebooks/01_first.ipynb" download="01_first.ipynb"' in page


def test_a_page_without_code_has_no_notebook_and_no_button_for_one(fork):
    page = (fork / "_build/html/chapters/glossary.html").read_text("utf-8")
    assert "colab" not in page and ".ipynb" not in page


def test_every_address_is_the_forks(fork, branch):
    notebook = (branch / "01_first.ipynb").read_text("utf-8")
    pages = [path.read_text("utf-8") for path in (fork / "_build/html").rglob("*.html")]
    addresses = published_addresses("\n".join([notebook, (branch / "README.md").read_text("utf-8"), *pages]))
    foreign = {a for a in addresses if "/someone/fork/" not in a and not a.startswith("https://someone.github.io/fork/")}
    assert not foreign


def test_links_of_a_notebook_lead_to_the_forks_site(branch):
    text = "\n".join(cell.source for cell in nbformat.read(branch / "01_first.ipynb", 4).cells)
    for place in ("chapters/01_first.html", "chapters/glossary.html#term-quotient", "index.html"):
        assert f"https://someone.github.io/fork/{place}" in text


def test_the_wheel_lies_where_the_notebook_looks_for_it(branch):
    setup = nbformat.read(branch / "01_first.ipynb", 4).cells[1].source
    assert f"https://github.com/someone/fork/raw/notebooks/{book_publish.WHEEL}" in setup
    names = zipfile.ZipFile(branch / book_publish.WHEEL).namelist()
    assert {"labsupport/__init__.py", "labsupport/answers/__init__.py"} <= set(names)


def test_the_branch_is_one_commit_with_nothing_else(branch):
    assert run("git", "rev-list", "--count", "HEAD", cwd=branch) == "1"
    files = set(run("git", "ls-files", cwd=branch).split())
    assert files == {"01_first.ipynb", "02_second.ipynb", book_publish.WHEEL, "environment.yml", "README.md"}


def test_binder_gets_the_package_from_beside_the_notebooks(branch):
    needs = yaml.safe_load((branch / "environment.yml").read_text("utf-8"))["dependencies"]
    assert {"pip": [f"./{book_publish.WHEEL}"]} in needs
    assert {"numpy", "matplotlib", "sympy", "pytorch-cpu"} <= {n.split(">")[0] for n in needs if isinstance(n, str)}


def test_publishing_the_same_commit_twice_gives_the_same_commit(fork, branch, tmp_path):
    run("git", "init", "--quiet", "--bare", str(tmp_path / "again"), cwd=fork)
    run(sys.executable, "_ext/book_publish.py", str(tmp_path / "again"), cwd=fork, GITHUB_REPOSITORY=FORK)
    again = run("git", "rev-parse", "notebooks", cwd=tmp_path / "again")
    assert again == run("git", "rev-parse", "HEAD", cwd=branch)


def test_the_wheel_is_the_same_bytes_when_built_again(fork, tmp_path):
    build = f"import sys, pathlib; sys.path.insert(0, '_ext'); import book_notebooks as b; b.build_wheel(pathlib.Path({str(tmp_path)!r}))"
    run(sys.executable, "-c", build, cwd=fork)
    published = fork / "_build/html/notebooks" / book_publish.WHEEL
    assert (tmp_path / book_publish.WHEEL).read_bytes() == published.read_bytes()


def test_publishing_before_building_says_so(fork, tmp_path):
    shutil.copytree(fork / "_ext", tmp_path / "_ext")
    shutil.copyfile(fork / "pyproject.toml", tmp_path / "pyproject.toml")
    done = subprocess.run([sys.executable, "_ext/book_publish.py", "remote"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and "make book" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("address, slug", [
    ("https://github.com/ada/notes.git", "ada/notes"),
    ("https://token@github.com/ada/notes", "ada/notes"),
    ("git@github.com:ada/my.notes.git", "ada/my.notes"),
    ("ssh://git@github.com/ada/notes/", "ada/notes"),
    ("https://gitlab.com/ada/notes.git", None),
    ("/srv/git/notes.git", None),
    ("https://notgithub.com/ada/notes", None),
    ("", None),
])  # fmt: skip
def test_the_repository_is_read_from_the_remote(monkeypatch, address, slug):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    monkeypatch.setattr(book_publish, "git", lambda *arguments, **options: address)
    found = book_publish.repository()
    assert (found and "/".join(found)) == slug


def test_a_malformed_repository_is_refused(monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "ada")
    with pytest.raises(SystemExit, match="owner/name"):
        book_publish.repository()


@pytest.mark.parametrize("slug, site", [
    ("Ada/notes", "https://ada.github.io/notes/"),
    ("Ada/ada.github.io", "https://ada.github.io/"),
])  # fmt: skip
def test_the_site_of_a_user_page_is_at_the_root(slug, site):
    assert book_publish.Repository(*slug.split("/")).site == site


@pytest.mark.parametrize("path", sorted((ROOT / ".github/workflows").glob("*.yml")), ids=lambda path: path.name)
def test_workflows_parse_and_name_no_repository(path):
    steps = [step for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values() for step in job["steps"]]
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]) for step in steps if "uses" in step)
    assert not published_addresses(path.read_text("utf-8"))


def test_a_shared_page_says_what_it_is_under_the_forks_address(fork):
    page = (fork / "_build/html/chapters/01_first.html").read_text("utf-8")
    assert '<link rel="canonical" href="https://someone.github.io/fork/chapters/01_first.html"' in page
    tags = dict(re.findall(r'<meta property="(og:[\w:]+)" content="([^"]*)">', page))
    assert tags["og:url"] == "https://someone.github.io/fork/chapters/01_first.html"
    assert tags["og:title"] == "1. First" and "limit of the quotient" in tags["og:description"]
    card = tags["og:image"].removeprefix("https://someone.github.io/fork/")
    assert (fork / "_build/html" / card).read_bytes().startswith(b"\x89PNG")


def test_the_map_of_the_site_has_every_page_once(fork):
    text = (fork / "_build/html/sitemap.xml").read_text("utf-8")
    places = re.findall("<loc>(.*?)</loc>", text)
    assert sorted(places) == sorted(f"https://someone.github.io/fork/{page}" for page in
                                    ("", "chapters/01_first.html", "chapters/02_second.html", "chapters/glossary.html"))
    assert "Sitemap: https://someone.github.io/fork/sitemap.xml" in (fork / "_build/html/robots.txt").read_text("utf-8")


def test_a_lost_address_at_any_depth_is_shown_with_its_styles(fork):
    page = (fork / "_build/html/404.html").read_text("utf-8")
    own = [place for place in re.findall(r'(?:href|src|action)="([^"]*)"', page) if not re.match(r"#|https?:|data:", place)]
    assert own and all(place.startswith("/fork/") for place in own)


def test_the_workflow_publishes_what_the_dry_run_built(fork):
    [upload] = [step["with"]["path"] for step in WORKFLOW if step.get("uses", "").startswith("actions/upload-pages-artifact@")]
    published = fork / upload
    assert {"index.html", "book.pdf", "notebooks"} <= {path.name for path in published.iterdir()}
    assert {path.name for path in (published / "notebooks").iterdir()} == {"01_first.ipynb", "02_second.ipynb", book_publish.WHEEL}


def test_the_workflow_asks_for_no_secret_and_no_setting():
    text = (ROOT / ".github/workflows/publish.yml").read_text("utf-8")
    assert "secrets." not in text and "vars." not in text


# what each copy says of itself

def test_every_notebook_says_which_commit_it_was_built_from(fork, branch):
    commit = run("git", "rev-parse", "HEAD", cwd=fork)
    for path in branch.glob("*.ipynb"):
        notebook = nbformat.read(path, 4)
        assert notebook.metadata["book"] == {"version": book_publish.PROJECT["version"], "commit": commit, "changed": False}
        assert f"version {book_publish.PROJECT['version']}, commit {commit[:10]} of " in notebook.cells[0].source


def test_a_notebook_of_changed_sources_says_so_and_a_new_commit_is_told_without_writing_the_page(tmp_path):
    book = build_book(tmp_path / "book", {"01_first": CHAPTER, "glossary": GLOSSARY})
    path, page = (book / "_build/html" / name for name in ("notebooks/01_first.ipynb", "chapters/01_first.html"))
    first = path.read_bytes()
    build(book)
    assert path.read_bytes() == first
    (book / "README.md").write_text("new")
    build(book)
    changed = nbformat.read(path, 4)
    assert changed.metadata["book"]["changed"] and "not committed" in changed.cells[0].source
    commit_all(book, "More")
    written = page.stat().st_mtime_ns
    build(book)
    committed = nbformat.read(path, 4)
    assert committed.cells[0].source.count("Built from") == 1 and "not committed" not in committed.cells[0].source
    assert run("git", "rev-parse", "HEAD", cwd=book)[:10] in committed.cells[0].source
    assert page.stat().st_mtime_ns == written


def test_outside_of_a_repository_a_notebook_says_its_version(monkeypatch):
    monkeypatch.setattr(book_publish, "git", lambda *arguments, **options: "")
    edition = book_publish.built_from.__wrapped__()
    assert edition.sentence == f"Built from version {book_publish.PROJECT['version']}." and edition.commit is None
