"""The book as the tests see it: its chapters, their cells, sections and exercises, each with the line it stands on."""

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import create_nb_reader
from myst_parser.config.main import MdParserConfig
from traitlets.config import Config

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"

FENCE = re.compile(r"^(?P<fence>`{3,}|:{3,})\{(?P<name>[\w-]+)\}\s*(?P<argument>.*)$")


@dataclass(frozen=True)
class Cell:
    line: int
    source: str
    in_solution_of: str | None


@dataclass
class Exercise:
    label: str
    line: int
    stubs: list = field(default_factory=list)
    solution: list = field(default_factory=list)
    is_solved: bool = False
    has_box: bool = False

    @property
    def answers_at_once(self) -> bool:
        """Whether a stub or a box says if an answer is right."""
        return bool(self.stubs) or self.has_box


class Chapter:
    """One chapter's source."""

    def __init__(self, path: Path):
        self.path = path
        self.text = path.read_text("utf-8")
        self.lines = self.text.splitlines()

    def __repr__(self):
        return self.path.stem

    @property
    def name(self) -> str:
        """What the labels of its exercises start with: "derivatives" for 03_derivatives.md."""
        return re.sub(r"^\d+_", "", self.path.stem)

    @property
    def number(self) -> int:
        return int(self.path.stem.split("_")[0])

    @property
    def cells(self) -> list[Cell]:
        reader = create_nb_reader(str(self.path), MdParserConfig(), NbParserConfig(), self.text)
        notebook = reader.read(self.text)
        places = zip(notebook.cells, notebook.metadata.source_map)
        return [
            Cell(line + 1, cell.source, self._solution_at(line))
            for cell, line in places
            if cell.cell_type == "code"
        ]

    def _solution_at(self, line: int) -> str | None:
        inside = None
        for text in self.lines[:line]:
            if match := FENCE.match(text):
                inside = {"solution-start": match["argument"], "solution-end": None}.get(match["name"], inside)
        return inside

    @property
    def exercises(self) -> dict[str, Exercise]:
        """label -> Exercise, with the code cells that check it before and inside its solution."""
        found = {}
        for number, text in enumerate(self.lines, 1):
            match = FENCE.match(text)
            if match and match["name"] in ("exercise", "exercise-start"):
                label = self.lines[number].removeprefix(":label:").strip()
                found[label] = Exercise(label, number)
            elif match and match["name"] in ("solution", "solution-start") and match["argument"] in found:
                found[match["argument"]].is_solved = True
            elif match and match["name"] == "answer" and match["argument"] in found:
                found[match["argument"]].has_box = True
        for cell in self.cells:
            if cell.in_solution_of:
                found[cell.in_solution_of].solution.append(cell)
            else:
                for label in re.findall(r'check(?:_\w+)?\(\s*"([\w-]+)"', cell.source):
                    found.get(label, Exercise(label, cell.line)).stubs.append(cell)
        return found

    def section(self, anchor: str) -> str:
        """The source from `(anchor)=` to the next anchored heading; empty if there is none."""
        start = self.text.find(f"\n({anchor})=\n")
        stop = re.compile(r"\n\([\w-]+\)=\n## ").search(self.text, start + 1)
        return self.text[start : stop.start() if stop else None] if start >= 0 else ""


def chapters() -> list[Chapter]:
    """The chapters of `_toc.yml` that are numbered notebooks, in its order."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    files = [ROOT / f"{entry['file']}.md" for part in toc["parts"] for entry in part["chapters"]]
    return [Chapter(path) for path in files if re.match(r"\d+_", path.name)]


def kernel_by_files() -> Config:
    """By ports, kernels that start at the same moment may choose the same. The path is short, as that of a socket must be."""
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{tempfile.mkdtemp(prefix='kernel-')}/k"}})
