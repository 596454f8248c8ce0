"""A folder of submissions, as Canvas, Moodle, Gradescope or a person left it: who handed in what, and which file is graded.

Canvas: name_123_456_file.ipynb. Moodle: a folder or file name_123_assignsubmission_file_…. Gradescope: a folder submission_123, and
the names in submission_metadata.yml. Else a folder has its student's name, and so has a file without one.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

CANVAS = re.compile(r"(?P<name>[^_]+)(?:_(?i:late))?_(?P<id>\d+)_\d+_(?P<file>.+)")
MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_\w+?_?(?P<file>[^_/]*)")
VERSION = re.compile(r"[ _-]?\((\d+)\)$|-(\d+)$")
METADATA = "submission_metadata.yml"
IGNORED = {"__MACOSX", "__pycache__", METADATA, "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Student:
    """One who handed in. id: the number that Canvas or Moodle (system) gave, if any. file: what is graded. remark: on the others."""

    name: str
    file: Path | None
    remark: str = ""
    id: str = ""
    system: str = ""


def find(folder: Path) -> list[Student]:
    """Everyone of whom there is something in the folder, by name."""
    names = gradescope_names(folder)
    files: dict[tuple, list[Path]] = {}
    for entry in sorted(folder.iterdir()):
        if not is_ignored(entry):
            for student, path in owned(entry, names):
                files.setdefault(student, []).extend([path] if path else [])
    return [chosen(*student, paths, folder) for student, paths in sorted(files.items())]


def is_ignored(path: Path) -> bool:
    return path.name.startswith(".") or path.name in IGNORED


def owned(entry: Path, names: dict):
    """((name, id, system), file) for what a folder or file of the first level holds; no file for an empty folder."""
    if not entry.is_dir():
        yield identity(entry.name, entry.stem), entry
        return
    student = (names[entry.name], "", "") if entry.name in names else identity(entry.name, entry.name)
    inner = [path for path in sorted(entry.rglob("*")) if not path.is_dir()]
    for path in [path for path in inner if not any(map(is_ignored, [path, *parents(path, entry)]))] or [None]:
        yield student, path


def parents(path: Path, top: Path) -> list[Path]:
    return [parent for parent in path.parents if parent != top and parent.is_relative_to(top)]


def identity(name: str, otherwise: str) -> tuple[str, str, str]:
    if found := MOODLE.fullmatch(name):
        return found["name"], found["id"], "moodle"
    if found := CANVAS.fullmatch(name):
        return found["name"], found["id"], "canvas"
    return re.sub(r" ?\(\d+\)$", "", otherwise), "", ""


def gradescope_names(folder: Path) -> dict[str, str]:
    """Folder of a submission -> its students, joined by " & "; empty where there is no such export."""
    try:
        metadata = yaml.safe_load((folder / METADATA).read_text("utf-8"))
        return {key: " & ".join(str(each.get(":name") or each.get(":email")) for each in value[":submitters"])
                for key, value in metadata.items()}  # fmt: skip
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError):
        return {}


def chosen(name: str, id: str, system: str, paths: list[Path], folder: Path) -> Student:
    """The newest notebook; where there is none, the newest file."""
    notebooks = [path for path in paths if path.suffix.lower() == ".ipynb"] or paths
    if not notebooks:
        return Student(name, None, "", id, system)
    newest = max(notebooks, key=age)
    others = [str(path.relative_to(folder)) for path in notebooks if path != newest]
    remark = f"{len(notebooks)} files; the newest, {newest.name}, is graded and {', '.join(others[:3])} is not: remove the one that " \
             "does not count if that is wrong" if others else ""  # fmt: skip
    return Student(name, newest, remark, id, system)


def age(path: Path) -> tuple:
    """Copies are numbered by Canvas (hw-2.ipynb) and by browsers (hw (2).ipynb); times do not survive every archive."""
    version = VERSION.search(path.stem)
    return int(version[1] or version[2]) if version else 0, path.lstat().st_mtime, path.name
