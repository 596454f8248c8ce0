"""One submission, graded by Otter through the isolating plugin: from a notebook and an autograder zip to a `Result`.

Otter is given the student's code cells and nothing else of the file: no metadata, no outputs, no other files.
"""

import contextlib
import io
import json
import re
import signal
import tempfile
import warnings
import zipfile
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import dill
import nbformat
from isolation import names_asked, read_notes
from otter.run.run_autograder import main as run_autograder
from otter.test_files.exception_test import ExceptionTestFile
from sandbox import Limits

LARGEST = 20 * 2**20  # bytes of a notebook that are read
STATUSES = {
    "graded": "every cell ran",
    "errors": "graded, though some of it did not run; the reason says what",
    "untouched": "graded: the code is that of the assignment as it was handed out",
    "wrong file": "not graded: the reason says what to ask the student for",
    "nothing": "the student's folder is empty",
    "grader error": "not graded, through no fault of the student: the reason says what to mend, then grade again",
}


class Unreadable(Exception):
    """Raised for a file that is not a notebook of this assignment; the message says what to do."""


@dataclass
class Check:
    """One hidden check: what it is about, whether it passed, the reason if not."""

    about: str
    passed: bool
    reason: str = ""


@dataclass
class Marks:
    """One question: points, and its checks."""

    name: str
    score: float
    of: float
    checks: list[Check] = field(default_factory=list)


@dataclass
class Result:
    """What became of a submission. status: a key of STATUSES. notes: what did not run, in lines."""

    status: str
    questions: list[Marks] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reason: str = ""

    @property
    def score(self) -> float:
        return sum(each.score for each in self.questions)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Result":
        stored = json.loads(text)
        stored["questions"] = [Marks(**{**each, "checks": [Check(**check) for check in each["checks"]]}) for each in stored["questions"]]
        return cls(**stored)


# the file

def read_cells(path: Path) -> list[str]:
    """The code cells of a notebook. Raises Unreadable for anything that is none."""
    if path.suffix.lower() != ".ipynb":
        raise Unreadable(f"this is a {path.suffix or 'nameless'} file: ask for the notebook (.ipynb)")
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("the file is empty: ask for it again")
    if size > LARGEST:
        raise Unreadable(f"the file has {size / 2**20:.0f} MB, at most {LARGEST >> 20} are read: ask for it with all outputs cleared")
    try:
        notebook = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable("the file is damaged or is no notebook (not JSON to its end): ask for it again") from None
    try:
        return code_cells(notebook)
    except (KeyError, TypeError, AttributeError, IndexError):
        raise Unreadable("the file is JSON, but not a notebook: ask for the notebook (.ipynb)") from None


def code_cells(notebook: dict) -> list[str]:
    if notebook["nbformat"] < 4:  # before 2014, cells stood in worksheets, and their code was their input
        cells = [{**cell, "source": cell.get("input", "")} for sheet in notebook["worksheets"] for cell in sheet["cells"]]
    else:
        cells = notebook["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


# the assignment

@dataclass(frozen=True)
class Assignment:
    """An autograder zip. questions: without points scored. names: what each asks for. stubs: the code cells handed out, if known."""

    zip: Path
    questions: tuple
    names: tuple
    stubs: tuple = ()

    @classmethod
    def of(cls, path: Path, handed_out: Path | None = None) -> "Assignment":
        with zipfile.ZipFile(path) as archive:
            sources = [archive.read(name).decode() for name in sorted(archive.namelist()) if re.fullmatch(r"tests/[^/]+\.py", name)]
        stubs = tuple(read_cells(handed_out)) if handed_out and handed_out.exists() else ()
        return cls(path, tuple(map(unanswered, sources)), tuple(name for source in sources for name in names_asked(source)), stubs)

    def is_untouched(self, cells: list[str]) -> bool:
        return bool(self.stubs) and [cell.split() for cell in cells if cell.strip()] == [stub.split() for stub in self.stubs if stub.strip()]

    def is_other(self, cells: list[str]) -> bool:
        """Whether none of the names asked for occurs in the cells."""
        return not any(re.search(rf"\b{re.escape(name)}\b", cell) for cell in cells for name in self.names)

    def blank(self) -> list[Marks]:
        """The marks of one who gave nothing."""
        return [replace(each, checks=[replace(check) for check in each.checks]) for each in self.questions]


def unanswered(source: str) -> Marks:
    """A file of checks as marks without points."""
    file = ExceptionTestFile.from_string(source)
    return Marks(file.name, 0, file.possible, [Check(about(case.body.test_func), False, "not graded") for case in file.test_cases])


def about(function) -> str:
    return " ".join((function.__doc__ or function.__name__.replace("_", " ")).split())


# grading

def mark(path: Path, assignment: Assignment, limits: Limits) -> Result:
    """Grade one file. Never raises: what goes wrong is the result."""
    try:
        cells = read_cells(path)
        if assignment.is_other(cells):
            raise Unreadable(f"this is another notebook: none of the names asked for ({assignment.names[0]}, …) occurs; ask for the right one")
        return persistently(cells, assignment, limits)
    except Unreadable as error:
        return Result("wrong file", assignment.blank(), reason=str(error))
    except Exception as error:
        return Result("grader error", assignment.blank(), reason=f"{type(error).__name__}: {first_line(error)}")


def persistently(cells: list[str], assignment: Assignment, limits: Limits) -> Result:
    """Kernels of Otter that start at the same moment may choose the same port: the one that dies of it starts again."""
    for tries_left in (2, 1, 0):
        with tempfile.TemporaryDirectory(prefix="grading-") as folder, last_resort(limits), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are Otter's and Jupyter's
            try:
                return run_otter(Path(folder), cells, assignment, limits)
            except RuntimeError as error:  # DeadKernelError is one, too
                if not tries_left or "died" not in str(error):
                    raise


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0][:300]


@contextlib.contextmanager
def last_resort(limits: Limits):
    """A check that never ends is a mistake in the key, and must not stop a class."""
    def give_up(*_):
        raise TimeoutError("the checks did not end: is there an endless loop in the key?")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(int(2 * limits.total) + 60)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def run_otter(folder: Path, cells: list[str], assignment: Assignment, limits: Limits) -> Result:
    lay_out(folder, cells, assignment)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        run_autograder(str(folder), otter_run=True, logo=False, plugins=plugins(limits))
    with (folder / "results" / "results.pkl").open("rb") as file:  # by Otter, which saw nothing of the student's
        graded = dill.load(file)
    return judged(graded, read_notes(folder / "notes.jsonl"), cells, assignment)


def plugins(limits: Limits) -> list:
    return [{"isolation.Isolation": asdict(limits)}]


def judged(graded, notes: list[dict], cells: list[str], assignment: Assignment) -> Result:
    """Otter's results and what the submission did, together."""
    own = [note["text"] for note in notes if note["kind"] == "grader"]
    own += [f"{output.ename}: {output.evalue}" for cell in graded.notebook.cells for output in cell.get("outputs", [])
            if output.output_type == "error"]  # fmt: skip
    if own or set(graded.results) != {each.name for each in assignment.questions}:
        return Result("grader error", assignment.blank(), reason=first_line(Exception(own[0] if own else "Otter gave no results")))
    marks = [marked(each, graded.results[each.name]) for each in assignment.questions]
    told = [note["text"] for note in notes]
    if assignment.is_untouched(cells):
        return Result("untouched", marks, told, "no code was changed")
    return Result("errors" if told else "graded", marks, told)


def marked(question: Marks, file) -> Marks:
    checks = [Check(check.about, found.passed, "" if found.passed else reason(found.message))
              for check, found in zip(question.checks, file.test_case_results, strict=True)]  # fmt: skip
    return Marks(question.name, file.score, file.possible, checks)


def reason(message: str) -> str:
    """From Otter's message the last part, the exception: before it stands the line of the check, which stays hidden."""
    text = message.split("\n", 3)[-1]
    return re.sub(r"^(AssertionError|AnswerError)(: |$)", "", " ".join(text.split()))[:500] or "not so"


def lay_out(folder: Path, cells: list[str], assignment: Assignment):
    """What Otter expects to find where it grades."""
    for name in ("source", "submission", "results"):
        (folder / name).mkdir()
    with zipfile.ZipFile(assignment.zip) as archive:
        archive.extractall(folder / "source")
    (folder / "submission_metadata.json").write_text("{}")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, folder / "submission" / "submission.ipynb")
