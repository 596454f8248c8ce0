"""Where the book is published: every address follows from the repository it is built in, so nobody edits one.

Run in a built book, `python _ext/book_publish.py REMOTE` replaces the branch `notebooks` of REMOTE by one commit that holds
the notebooks, the wheel they install and what Binder needs. The branch and files at hand are left alone.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
BRANCH = "notebooks"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WHEEL = f"{PROJECT['name']}-{PROJECT['version']}-py3-none-any.whl"


class Repository(NamedTuple):
    owner: str
    name: str

    @property
    def site(self) -> str:
        host = f"{self.owner.lower()}.github.io"
        return f"https://{host}/" if self.name.lower() == host else f"https://{host}/{self.name}/"

    @property
    def wheel(self) -> str:
        """On the branch, not on the site: there it is whenever the notebook is, even before Pages are switched on."""
        return f"https://github.com/{self.owner}/{self.name}/raw/{BRANCH}/{WHEEL}"

    def colab(self, notebook: str) -> str:
        return f"https://colab.research.google.com/github/{self.owner}/{self.name}/blob/{BRANCH}/{notebook}"

    def binder(self, notebook: str) -> str:
        return f"https://mybinder.org/v2/gh/{self.owner}/{self.name}/{BRANCH}?urlpath=lab/tree/{notebook}"


def repository() -> Repository | None:
    """From GITHUB_REPOSITORY, else from the remote `origin` if it is on GitHub."""
    slug = os.environ.get("GITHUB_REPOSITORY") or origin()
    if not slug:
        return None
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", slug):
        sys.exit(f"GITHUB_REPOSITORY is {slug!r}; it should be owner/name, as in ada/notes.")
    return Repository(*slug.split("/"))


def origin() -> str | None:
    address = git("config", "--get", "remote.origin.url", check=False)
    found = re.search(r"\bgithub\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?$", address)
    return found and found[1]


class Edition(NamedTuple):
    """What a notebook or a PDF was built from. commit: in full, None outside of a repository. timestamp: of the commit, in
    seconds since 1970, or what SOURCE_DATE_EPOCH says."""

    version: str
    commit: str | None
    is_changed: bool
    timestamp: int

    @property
    def sentence(self) -> str:
        day = datetime.fromtimestamp(self.timestamp, timezone.utc).date()
        commit = f", commit {self.commit[:10]} of {day}" if self.commit else ""
        return f"Built from version {self.version}{commit}{', with changes that are not committed' * self.is_changed}."

    @property
    def metadata(self) -> dict:
        return {"version": self.version, "commit": self.commit, "changed": self.is_changed}


@cache
def built_from() -> Edition:
    commit, timestamp = (git("log", "-1", "--format=%H %ct", check=False).split() + [None, 0])[:2]
    is_changed = bool(commit and git("status", "--porcelain", "--", "."))
    return Edition(PROJECT["version"], commit, is_changed, int(os.environ.get("SOURCE_DATE_EPOCH") or timestamp))


def git(*arguments, check=True, **environment) -> str:
    """What git says; without `check`, nothing where it fails or is not installed."""
    command = ["git", "-C", str(ROOT), "-c", "core.autocrlf=false", *map(str, arguments)]
    try:
        done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    except FileNotFoundError:
        if check:
            sys.exit("Publishing needs git, which is not here: install the package git.")
        return ""
    if check and done.returncode:
        sys.exit(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def fill(branch: Path, site: Path):
    """What the branch holds, at its root."""
    notebooks = sorted((site / "notebooks").glob("*.ipynb"))
    wheel = site / "notebooks" / WHEEL
    if not notebooks or not wheel.exists():
        sys.exit(f"There is no {wheel.relative_to(ROOT)} with notebooks beside it: run `make book` first.")
    for path in [*notebooks, wheel]:
        shutil.copyfile(path, branch / path.name)
    (branch / "environment.yml").write_text(environment(), "utf-8")
    (branch / "README.md").write_text(readme([path.name for path in notebooks]), "utf-8")


def environment() -> str:
    """For Binder. From conda-forge, since PyTorch's wheels bring gigabytes of CUDA that Binder has no use for."""
    extras = [need for needs in PROJECT["optional-dependencies"].values() for need in needs]
    needs = sorted({need.replace("torch", "pytorch-cpu") for need in [*PROJECT["dependencies"], *extras]})
    lines = ["channels: [conda-forge]", "dependencies:", "- python=3.11", "- pip", *(f"- {need}" for need in needs)]
    return "\n".join([*lines, f"- pip: [./{WHEEL}]", ""])


def readme(notebooks: list[str]) -> str:
    where = repository()
    entries = [f"- [{name}]({name})" + (f" · [Colab]({where.colab(name)}) · [Binder]({where.binder(name)})" if where else "")
               for name in notebooks]
    home = f"the book at <{where.site}>" if where else "the book"
    return "\n".join([
        "# Notebooks", "",
        f"Written by the workflow that publishes {home}; changes made here are lost with the next one.",
        f"A notebook installs `{WHEEL}` from beside itself where `labsupport` is missing; it needs nothing else",
        "but NumPy, Matplotlib, SymPy and PyTorch.", "", *entries, "",
    ])  # fmt: skip


def commit(folder: Path) -> str:
    """One commit without a parent: the branch is made, not edited. The same sources give the same commit."""
    source, date = git("log", "-1", "--format=%H %cI").split()
    with tempfile.TemporaryDirectory() as scratch:
        index = {"GIT_INDEX_FILE": f"{scratch}/index"}
        git("--work-tree", folder, "add", "--all", "--force", ".", **index)
        tree = git("write-tree", **index)
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER")
           for key, value in {"NAME": "publish", "EMAIL": "publish@localhost", "DATE": date}.items()}
    return git("commit-tree", tree, "-m", f"Notebooks of {source}", **who)


def publish(remote: str):
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), ROOT / "_build" / "html")
        git("push", "--force", remote, f"{commit(Path(folder))}:refs/heads/{BRANCH}")
    print(f"The branch {BRANCH} of {remote} holds the notebooks.")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python _ext/book_publish.py REMOTE")
    publish(sys.argv[1])
