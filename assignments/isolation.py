"""An Otter plugin that keeps a submission out of the grader's process: `"plugins": [{"isolation.Isolation": {}}]`.

Before Otter executes a submission, its notebook is replaced by one that holds none of the student's code: for each name that the
hidden checks ask for, a function that calls the student's in a sandbox, or the value it has there. Only plain values cross.
"""

import ast
import json
import time
from dataclasses import asdict
from pathlib import Path

import nbformat
import numpy as np
import wire
from otter.plugins import AbstractOtterPlugin
from sandbox import Ended, Limits, NoSandbox, Worker

FOLDER = Path(__file__).resolve().parent
STUB = """\
import sys
sys.path.insert(0, {folder!r})
import isolation
globals().update(isolation.Submission.of({task!r}).answers())
"""


class Isolation(AbstractOtterPlugin):
    """Configured by the fields of `sandbox.Limits`; each may be left out. The checks are the files of Otter's folder tests."""

    def before_execution(self, submission):
        """The notebook to execute in place of the student's."""
        task, cells = self.task(), [cell.source for cell in submission.cells if cell.cell_type == "code"]
        names = sorted({name for path in Path("tests").glob("*.py") for name in names_asked(path.read_text("utf-8"))})
        task.write_text(json.dumps({"cells": cells, "names": names, "limits": asdict(Limits(**self.plugin_config))}))
        self.notes().unlink(missing_ok=True)
        stub = nbformat.v4.new_code_cell(STUB.format(folder=str(FOLDER), task=str(task)))
        return nbformat.v4.new_notebook(cells=[stub], metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})

    def generate_report(self) -> str:
        """What went wrong in the submission, one line each."""
        return "\n".join(note["text"] for note in read_notes(self.notes()))

    def task(self) -> Path:
        """A file beside the folder of the submission, which no sandbox sees."""
        return Path(self.submission_path).parent.parent / "isolation.json"

    def notes(self) -> Path:
        return self.task().with_name("notes.jsonl")


def names_asked(source: str) -> list[str]:
    """The parameters of a file's checks: what they ask a submission for."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and is_check(node)]
    return [arg.arg for function in functions for arg in function.args.args]


def is_check(function: ast.FunctionDef) -> bool:
    return any("test_case" in ast.unparse(decorator) for decorator in function.decorator_list)


def read_notes(path: Path) -> list[dict]:
    """The notes of a submission: kind ("cell", "name", "limit", "grader"), which one, and text."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


# in the kernel where Otter runs the checks

class AnswerError(Exception):
    """Raised in a check where the student's answer gives no value; the message is for the student."""


class KeyMistake(Exception):
    """Raised in a check that is itself at fault."""


class Unanswered:
    """Stands for a value that is not there: whatever a check does with it, it fails with the reason."""

    def __init__(self, reason: str):
        vars(self)["reason"] = reason

    def fail(self, *arguments, **options):
        raise AnswerError(vars(self)["reason"])

    __getattr__ = __call__ = __array__ = __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = fail
    __len__ = __iter__ = __getitem__ = __contains__ = __float__ = __int__ = __index__ = __str__ = __repr__ = fail
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __neg__ = __abs__ = fail
    __matmul__ = __rmatmul__ = __pow__ = __rpow__ = __hash__ = __format__ = fail


class Submission:
    """A student's cells in a sandbox. A cell or a function that ends its worker is left out, and all others get a new one."""

    def __init__(self, cells: list[str], names: list[str], limits: Limits, notes: Path):
        self.cells = {f"cell {number}": source for number, source in enumerate(cells, 1)}
        self.names, self.limits, self.notes = names, limits, notes
        self.noted, self.lost, self.worker = set(), {}, None
        self.deadline = time.monotonic() + limits.total

    @classmethod
    def of(cls, task: str) -> "Submission":
        details = json.loads(Path(task).read_text())
        return cls(details["cells"], details["names"], Limits(**details["limits"]), Path(task).with_name("notes.jsonl"))

    def answers(self) -> dict:
        """For each name asked for: a function, a plain value, or what fails with the reason why there is none."""
        try:
            return {name: self.answer(name) for name in self.names}
        except NoSandbox as error:
            self.note("grader", "sandbox", str(error))
            raise

    def answer(self, name: str):
        try:
            match self.ask(name, "look", name):
                case ["function"]:
                    return self.proxy(name)
                case ["plain", value]:
                    return self.checked(name, value)
            raise AnswerError(f"{name} is no value")
        except AnswerError as error:
            return Unanswered(str(error))

    def proxy(self, name: str):
        def function(*arguments, **options):
            return self.checked(f"what {name} returns", self.ask(name, "call", name, arguments, options))

        function.__name__ = function.__qualname__ = name
        return function

    def ask(self, name: str, *request):
        """The worker's value. Raises AnswerError where there is none, and from then on if the worker was lost over it."""
        if name in self.lost:
            raise AnswerError(self.lost[name])
        try:
            kind, value = self.ready().request(*request, left=self.left())
        except wire.NotPlain as error:
            self.note("grader", name, f"a check gives {name} a value that is {error}")
            raise KeyMistake(f"a check gives {name} a value that is {error}") from None
        except Ended as end:
            self.worker, self.lost[name] = None, f"{name} {end}"
            self.note("name", name, self.lost[name])
            raise AnswerError(self.lost[name]) from None
        if kind == "error":
            raise AnswerError(self.explained(name, value, called=request[0] == "call"))
        return value

    def explained(self, name: str, error: str, called: bool) -> str:
        if error.startswith("is "):
            return f"what {name} returns {error}" if called and "yet" not in error else f"{name} {error}"
        return f"{name} raised {error}" if called else error.removeprefix("LookupError: ").removeprefix("KeyError: ")

    def checked(self, what: str, value):
        """The value, unless it is equal to anything: NumPy compares an empty array with any other, and finds no difference."""
        if is_empty(value):
            raise AnswerError(f"{what} is empty: it holds no number")
        return value

    def ready(self) -> Worker:
        """A worker in which every cell has run."""
        while self.worker is None:
            worker = Worker(self.limits)
            for name, source in self.cells.items():
                if name not in self.lost and not self.ran(worker, name, source):
                    break
            else:
                self.worker = worker
        return self.worker

    def ran(self, worker: Worker, name: str, source: str) -> bool:
        try:
            errors = worker.request("run", name, source, left=self.left())[1]
        except (Ended, wire.NotPlain) as end:
            self.lost[name] = f"{name} {end}"
            self.note("cell", name, f"{name} {end}; it is left out")
            return False
        for error in errors if isinstance(errors, list) else []:
            self.note("cell", name, f"{name}: {error}")
        return True

    def left(self) -> float:
        """Seconds of the submission's total."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            self.note("limit", "time", spent := f"the submission has used up its {self.limits.total:.3g} seconds")
            raise AnswerError(spent)
        return left

    def note(self, kind: str, name: str, text: str):
        """For the report; each once, a few hundred characters of it."""
        if (kind, name, text) not in self.noted and len(self.noted) < 100:
            self.noted.add((kind, name, text))
            with self.notes.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"kind": kind, "name": name, "text": str(text)[:500]}) + "\n")


def is_empty(value) -> bool:
    """Whether NumPy could take it for an array without entries, itself or in a list, tuple or dictionary."""
    if isinstance(value, np.ndarray):
        return value.size == 0
    if isinstance(value, dict):
        return any(map(is_empty, value.values()))
    return isinstance(value, (list, tuple)) and (not value or any(map(is_empty, value)))
