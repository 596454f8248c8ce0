"""Assignments as they are written: `NAME.md` and its key, `keys/NAME.md`, joined by label into `Question`s.

The format is in CONTRIBUTING.md, "Add an assignment question". Whatever departs from it is a `Mistake` that names file and line.
"""

import ast
import re
import symtable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import create_nb_reader
from myst_parser.config.main import MdParserConfig

FOLDER = Path(__file__).parent
KEYS = FOLDER / "keys"
LABEL = re.compile(r"^\((?P<label>[\w-]*-hw-[\w-]*)\)=\s*$")
HEADING = re.compile(r"^## +(?P<title>.+?)(?: +\((?P<points>\d+) points?\))?\s*$")
KINDS = {"solution", "hidden", "wrong"}


class Mistake(Exception):
    """What a file of an assignment or of a key gets wrong: "assignments/keys/derivatives.md:31: …"."""


@dataclass(frozen=True)
class Cell:
    """A piece of Markdown or of code. place: "file:line" of its first line."""

    kind: str
    source: str
    place: str
    tags: frozenset = frozenset()


@dataclass(frozen=True)
class Check:
    """A hidden check: one function whose parameters are names that its question asks for."""

    name: str
    about: str
    parameters: tuple
    source: str
    place: str


@dataclass(frozen=True)
class Wrong:
    """A solution with a usual mistake, said in its first comment; of an exercise of the book, the hint without the code."""

    mistake: str
    source: str
    place: str


@dataclass(frozen=True)
class Question:
    """A question with its key.

    imports: the code cells above the assignment's questions. cells: Markdown and code of the question, without its heading.
    names: what it asks for, in order. helpers: the key's code that each hidden check is given. solution: Markdown and code.
    """

    label: str
    title: str
    points: int
    place: str
    imports: tuple
    cells: tuple
    names: tuple
    helpers: str
    solution: tuple
    checks: tuple
    wrong: tuple

    @property
    def stub(self) -> str:
        return code_of(self.cells)

    @property
    def answer(self) -> str:
        """The solution's code."""
        return code_of(self.solution)


@dataclass(frozen=True)
class Assignment:
    """A title, a few words, and questions that stand in any order."""

    name: str
    title: str
    introduction: str
    questions: tuple


def names(folder: Path = FOLDER) -> list[str]:
    """The assignments there are."""
    return sorted(path.stem for path in folder.glob("*.md") if path.stem != "README")


def read(name: str, keys: Path = KEYS, folder: Path = FOLDER) -> Assignment:
    """The assignment of that name, joined with its key. Raises Mistake."""
    text, key = Source.of(folder / f"{name}.md", name), Source.of(keys / f"{name}.md", name)
    join(text, key)
    questions = tuple(question(asked, key.parts[asked.label], text, key) for asked in text.parts.values())
    check_names_are_unique(questions)
    return Assignment(name, text.title, text.introduction, questions)


def read_all(keys: Path = KEYS, folder: Path = FOLDER) -> list[Assignment]:
    """All assignments; any of their questions can stand together. Raises Mistake."""
    assignments = [read(name, keys, folder) for name in names(folder)]
    check_names_are_unique([question for each in assignments for question in each.questions])
    return assignments


# from a file to parts

@dataclass(frozen=True)
class Part:
    """What stands between one label and the next."""

    label: str
    title: str
    points: int | None
    place: str
    cells: tuple


@dataclass(frozen=True)
class Source:
    """A file, cut at its labels."""

    path: Path
    head: tuple
    parts: dict

    @classmethod
    def of(cls, path: Path, name: str) -> "Source":
        cells, head, parts = read_cells(path), [], {}
        current = head
        for cell in cells:
            for piece in cut(cell):
                if LABEL.match(piece.source):
                    label, current = opened(piece, name, parts), []
                    parts[label] = (piece, current)
                else:
                    current.append(piece)
        return cls(path, tuple(head), {label: part(label, piece.place, content) for label, (piece, content) in parts.items()})

    @cached_property
    def title(self) -> str:
        text = self.head[0].source if self.head else ""
        if not text.startswith("# "):
            raise Mistake(f"{shown(self.path)}:1: the file starts with its title, “# Assignment: …”.")
        return text.splitlines()[0].removeprefix("# ").strip()

    @cached_property
    def introduction(self) -> str:
        texts = [cell.source for cell in self.head if cell.kind == "markdown"]
        return "\n\n".join(texts).partition("\n")[2].strip() if self.title else ""

    @cached_property
    def code(self) -> str:
        return code_of(self.head)


def read_cells(path: Path) -> list[Cell]:
    if not path.is_file():
        there = ", ".join(sorted(each.stem for each in path.parent.glob("*.md") if each.stem != "README"))
        raise Mistake(f"{shown(path)} is not there" + (f"; beside it there are {there}." if there else "."))
    text = path.read_text("utf-8")
    reader = create_nb_reader(str(path), MdParserConfig(), NbParserConfig(), text)
    if reader is None or not text.startswith("---"):
        raise Mistake(f"{shown(path)}:1: the file lacks the header of a notebook, “file_format: mystnb”; copy that of a chapter.")
    notebook, lines = reader.read(text), text.splitlines()
    return [
        Cell(cell.cell_type, cell.source, f"{shown(path)}:{line_of(cell.source, lines, start)}", frozenset(cell.metadata.get("tags", [])))
        for cell, start in zip(notebook.cells, notebook.metadata.source_map)
        if cell.source.strip()
    ]


def line_of(source: str, lines: list[str], start: int) -> int:
    """The reader gives the place of a fence: the text begins some lines further down."""
    first = source.splitlines()[0].strip()
    return next((n for n in range(start, len(lines)) if lines[n].strip() == first), start) + 1


def cut(cell: Cell):
    """A cell of Markdown ends before each label and after it."""
    if cell.kind != "markdown":
        yield cell
        return
    lines = cell.source.splitlines()
    at = [n for n, line in enumerate(lines) if LABEL.match(line)]
    edges = sorted({0, *at, *(n + 1 for n in at), len(lines)})
    for start, stop in zip(edges, edges[1:]):
        text = "\n".join(lines[start:stop])
        skipped = len(text) - len(text.lstrip("\n"))
        if text.strip():
            yield Cell("markdown", text.strip(), further(cell.place, start + skipped))


def further(place: str, lines: int) -> str:
    """An exercise of the book has a place without a line."""
    path, colon, line = place.rpartition(":")
    return f"{path}:{int(line) + lines}" if colon else place


def opened(piece: Cell, name: str, parts: dict) -> str:
    label, start = LABEL.match(piece.source)["label"], f"{name.replace('_', '-')}-hw-"
    if not label.startswith(start) or label == start:
        raise Mistake(f"{piece.place}: the label {label} does not start with {start} and a name.")
    if label in parts:
        raise Mistake(f"{piece.place}: the label {label} stands here for the second time; first at {parts[label][0].place}.")
    return label


def part(label: str, place: str, cells: list[Cell]) -> Part:
    heading = cells and cells[0].kind == "markdown" and HEADING.match(cells[0].source.splitlines()[0])
    if not heading:
        raise Mistake(f"{place}: below the label {label} a heading is expected, “## A title (4 points)”.")
    rest = cells[0].source.partition("\n")[2].lstrip("\n")
    skipped = cells[0].source.count("\n") - rest.count("\n") if rest else 0
    text = [Cell("markdown", rest, further(cells[0].place, skipped))] if rest.strip() else []
    return Part(label, heading["title"], heading["points"] and int(heading["points"]), place, (*text, *cells[1:]))


def shown(path: Path) -> str:
    """From here, if it is below."""
    path = Path(path).resolve()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


# from parts to a question

def join(text: Source, key: Source):
    if taken := {"name", "points", "all_or_nothing", "test_case"} & {*bound(key.code)}:
        raise Mistake(f"{shown(key.path)}: the helpers define {', '.join(sorted(taken))}, which Otter reads; use another name.")
    if not text.parts:
        raise Mistake(f"{shown(text.path)} has no question: one starts with a label, “({text.path.stem.replace('_', '-')}-hw-…)=”.")
    for label in text.parts.keys() - key.parts.keys():
        raise Mistake(f"{text.parts[label].place}: the question {label} has no key in {shown(key.path)}.")
    for label in key.parts.keys() - text.parts.keys():
        raise Mistake(f"{key.parts[label].place}: the key {label} has no question in {shown(text.path)}.")


def question(asked: Part, answered: Part, text: Source, key: Source) -> Question:
    if not asked.points:
        raise Mistake(f"{asked.place}: the heading of {asked.label} does not say its points, “## {asked.title} (4 points)”.")
    asks = tuple(asked_names(asked))
    check_public(asked)
    cells = {kind: [cell for cell in answered.cells if kind in cell.tags] for kind in KINDS}
    check_kinds(answered)
    checks = tuple(hidden_check(cell, asks) for cell in cells["hidden"])
    wrong = tuple(wrong_solution(cell, asks) for cell in cells["wrong"])
    solution = tuple(cell for cell in answered.cells if cell.kind == "markdown" or cell in cells["solution"])
    check_complete(asked, answered, asks, solution, checks, wrong)
    return Question(asked.label, asked.title, asked.points, asked.place, tuple(c.source for c in text.head if c.kind == "code"),
                    asked.cells, asks, key.code, solution, checks, wrong)  # fmt: skip


def code_of(cells) -> str:
    return "\n\n".join(cell.source for cell in cells if cell.kind == "code")


def parsed(cell: Cell) -> ast.Module:
    try:
        return ast.parse(cell.source)
    except SyntaxError as error:
        raise Mistake(f"{further(cell.place, (error.lineno or 1) - 1)}: this is not Python: {error.msg}.") from None


def statements(cells):
    """(statement, its source, its place), from the top level of the cells with code."""
    for cell in cells:
        if cell.kind == "code":
            for node in parsed(cell).body:
                yield node, ast.get_source_segment(cell.source, node), further(cell.place, node.lineno - 1)


def bound(source: str) -> list[str]:
    """The names that code binds at its top level."""
    symbols = symtable.symtable(source, "cell", "exec").get_symbols()
    return [symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()]


def is_stub(statement) -> bool:
    """Whether a `...` stands in it that is not part of an index."""
    indices = {id(node) for sub in ast.walk(statement) if isinstance(sub, ast.Subscript) for node in ast.walk(sub.slice)}
    return any(isinstance(node, ast.Constant) and node.value is ... and id(node) not in indices for node in ast.walk(statement))


def asked_names(part: Part) -> list[str]:
    found = [name for statement, source, _ in statements(part.cells) if is_stub(statement) for name in bound(source)]
    if not found:
        raise Mistake(f"{part.place}: the question {part.label} asks for nothing: its stub defines functions or variables by `...`.")
    return list(dict.fromkeys(found))


def check_calls(cells) -> list[tuple[str, str]]:
    """(source, place) of the public checks."""
    return [(source, place) for statement, source, place in statements(cells)
            if isinstance(statement, ast.Expr) and re.match(r"check\w*\(", source)]  # fmt: skip


def check_public(part: Part):
    calls = check_calls(part.cells)
    if not calls:
        raise Mistake(f"{part.place}: the question {part.label} has no public check, check_examples or check_shape.")
    for source, place in calls:
        first = ast.parse(source).body[0].value.args[:1]
        if not first or not isinstance(first[0], ast.Constant) or first[0].value != part.label:
            raise Mistake(f"{place}: this check does not name its question, {part.label}, as its first argument.")


def check_kinds(part: Part):
    for cell in part.cells:
        if cell.kind == "code" and len(KINDS & cell.tags) != 1:
            raise Mistake(f"{cell.place}: a cell of a key has one of the tags solution, hidden, wrong; "
                          f"this one has {', '.join(sorted(cell.tags)) or 'none'}.")  # fmt: skip


def hidden_check(cell: Cell, asks) -> Check:
    body = parsed(cell).body
    if len(body) != 1 or not isinstance(body[0], ast.FunctionDef) or not body[0].name.startswith("test_"):
        raise Mistake(f"{cell.place}: a hidden cell holds one function and nothing else, def test_…(names asked for).")
    function = body[0]
    parameters, about = tuple(arg.arg for arg in function.args.args), ast.get_docstring(function)
    if not parameters or set(parameters) - {*asks}:
        raise Mistake(f"{cell.place}: {function.name} takes {', '.join(parameters) or 'nothing'}; "
                      f"its question asks for {', '.join(asks)}.")  # fmt: skip
    if not about:
        raise Mistake(f"{cell.place}: {function.name} has no docstring, the line that the student reads.")
    return Check(function.name, " ".join(about.split()), parameters, cell.source, cell.place)


def wrong_solution(cell: Cell, asks) -> Wrong:
    first = cell.source.splitlines()[0]
    if not first.startswith("#"):
        raise Mistake(f"{cell.place}: a wrong solution says its mistake in a comment on its first line.")
    parsed(cell)
    if not {*asks} & {*bound(cell.source)}:
        raise Mistake(f"{cell.place}: this wrong solution defines nothing that its question asks for, {', '.join(asks)}.")
    return Wrong(first.lstrip("# ").strip(), cell.source, cell.place)


def check_complete(asked, answered, asks, solution, checks, wrong):
    for cell in solution:
        if cell.kind == "code":
            parsed(cell)
    if missing := [name for name in asks if name not in bound(code_of(solution))]:
        raise Mistake(f"{answered.place}: the solution of {asked.label} does not define {', '.join(missing)}.")
    if unchecked := [name for name in asks if not any(name in check.parameters for check in checks)]:
        raise Mistake(f"{answered.place}: no hidden check of {asked.label} takes {', '.join(unchecked)}.")
    if twice := {check.name for check in checks if [each.name for each in checks].count(check.name) > 1}:
        raise Mistake(f"{answered.place}: two hidden checks of {asked.label} are called {', '.join(twice)}.")
    if len(wrong) < 3:
        raise Mistake(f"{answered.place}: the key of {asked.label} has {len(wrong)} wrong solutions; at least three are expected.")


def check_names_are_unique(questions):
    """A name given twice by the same line does no harm; any other would change what a question above it means."""
    seen = {}
    for each in questions:
        for _, source, place in statements(each.cells):
            for name in bound(source):
                other, first, text = seen.setdefault(name, (each, place, source))
                if other is not each and (text != source or name in each.names):
                    raise Mistake(f"{place}: {name} in {each.label} is defined in {other.label}, too ({first}). Rename one, so "
                                  "that the questions can stand in one assignment.")  # fmt: skip
