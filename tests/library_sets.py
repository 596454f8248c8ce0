"""Runs the tests with other libraries: `python tests/library_sets.py lowest|pinned|newest [PYTHON ...]`.

The lowest that `pyproject.toml` allows, those the book is built with, or the newest there are; on each Python named, else on
each that is found. What was found is left as JUnit's XML in `_build/libraries/`, for `library_report.py`.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
REPORTS = ROOT / "_build" / "libraries"
ENVIRONMENTS = ROOT / "_build" / ".environments"  # hidden, or a build of the book would look for chapters in them
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LIBRARIES = [*PROJECT["dependencies"], *(need for extra in PROJECT["optional-dependencies"].values() for need in extra)]
NAMES = [re.match(r"[\w-]+", need)[0] for need in LIBRARIES]
# Our libraries at their lowest, theirs as new as they run with: Matplotlib before 3.10.8 uses what pyparsing 3.3 warns of.
LOWEST = [need.replace(">=", "==") for need in LIBRARIES] + ["pyparsing<3.3"]
# Of the site and of grading, not of the libraries.
LEFT_OUT = ("site", "site_limits", "search", "previews", "answers", "build", "publish", "pdf", "outputs", "safety",
            "library_sets", "grading", "assignment_keys")  # fmt: skip


def requirements() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-e"))]


def packages(name: str) -> list[str]:
    """What pip is asked for: the tools that test, pinned, and the libraries of the set."""
    tools = [line for line in requirements() if line.split("==")[0] not in NAMES]
    return {"lowest": tools + LOWEST, "pinned": requirements(), "newest": tools + LIBRARIES}[name]


def pythons(name: str) -> list[str]:
    """Those at hand that the package allows; the lowest libraries are older than the newest Pythons."""
    oldest = int(re.search(r">=3\.(\d+)", PROJECT["requires-python"])[1])
    found = [path for minor in range(oldest, oldest + 10) if (path := find(f"3.{minor}"))] or [sys.executable]
    return found[:1] if name == "lowest" else found


def find(version: str) -> str | None:
    """On the path or among pyenv's, which puts a stand-in on the path that does not start."""
    places = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}")]
    return next((str(path) for path in places if path and subprocess.run([path, "--version"], capture_output=True).returncode == 0), None)


def version(python: str) -> str:
    return run([python, "-c", "import platform; print(platform.python_version())"]).strip()


def run(command, **environment) -> str:
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command[:4]))} … failed:\n{done.stderr.strip()[-4000:]}")
    return done.stdout


def environment(python: str, folder: Path, needs: list[str]) -> Path:
    """The Python of a virtual environment that has what it needs; one of an earlier run is brought up to date."""
    inside = folder / "bin" / "python"
    if not inside.exists():
        run([python, "-m", "venv", str(folder)])
    run([str(inside), "-m", "pip", "install", "--quiet", "--upgrade", "--disable-pip-version-check", *needs])
    return inside


def title(name: str, python: Path) -> str:
    listing = f"import importlib.metadata as m; print(', '.join(f'{{n}} {{m.version(n)}}' for n in {NAMES}))"
    return f"{name} libraries on Python {version(str(python))}: {run([str(python), '-c', listing]).strip()}"


def test(name: str, python: str) -> int:
    """The status of pytest; 1, with a report that says so, where the libraries cannot be installed."""
    where = ENVIRONMENTS / f"{name}-{version(python)}"
    report = REPORTS / f"{where.name}.xml"
    report.unlink(missing_ok=True)
    try:
        tester = environment(python, where, ["--editable", str(ROOT), *packages(name)])
        heading = title(name, tester)
    except RuntimeError as error:
        not_installed(report, f"{name} libraries on Python {version(python)}", str(error))
        print(error, file=sys.stderr)
        return 1
    print(heading, flush=True)
    left_out = [f"--ignore=tests/test_{part}.py" for part in LEFT_OUT]
    command = [str(tester), "-m", "pytest", "-n", "auto", "--dist", "loadfile", "-p", "no:cacheprovider", "--quiet",
               f"--junitxml={report}", "-o", f"junit_suite_name={heading}", *left_out]  # fmt: skip
    path = f"{tester.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": path}).returncode


def not_installed(report: Path, heading: str, message: str):
    suite = ElementTree.Element("testsuite", name=heading, tests="1", failures="0", errors="1", skipped="0")
    case = ElementTree.SubElement(suite, "testcase", classname="environment", name="the libraries can be installed")
    ElementTree.SubElement(case, "error", message=message.splitlines()[-1]).text = message
    ElementTree.ElementTree(suite).write(report, "utf-8", xml_declaration=True)


def main(arguments):
    if not arguments or arguments[0] not in ("lowest", "pinned", "newest"):
        sys.exit("usage: python tests/library_sets.py lowest|pinned|newest [PYTHON ...]")
    name, *given = arguments
    if absent := [python for python in given if not shutil.which(python)]:
        sys.exit(f"There is no {absent[0]} on this machine; found: {', '.join(pythons('newest'))}.")
    REPORTS.mkdir(parents=True, exist_ok=True)
    sys.exit(max([test(name, python) for python in given or pythons(name)]))


if __name__ == "__main__":
    main(sys.argv[1:])
