"""Try the keys of assignments directly, without Otter: `python assignments/try_keys.py derivatives [--keys FOLDER]`.

Of each question the stub has to score nothing, the solution everything, and each wrong solution has to fail a hidden check.
"""

import argparse
import contextlib
import io
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import questions
from questions import Mistake, Question

import labsupport


@dataclass(frozen=True)
class Trial:
    """What became of one piece of code. failed: name of a hidden check -> why. verdicts: those of the public checks."""

    failed: dict
    verdicts: list


def try_code(question: Question, *code: str) -> Trial:
    """Run the question's cells, then the code, then the public checks again and the hidden ones."""
    space, verdicts = {"__name__": "__main__"}, []
    with contextlib.redirect_stdout(io.StringIO()):
        for source in (*question.imports, question.stub):
            run(source, space)
        space |= {name: recorded(space[name], verdicts) for name in space if name in vars(labsupport.exercises) and "check" in name}
        for source in (*code, *(source for source, _ in questions.check_calls(question.cells))):
            run(source, space)
        failed = {check.name: why for check in question.checks if (why := failure(question, check, space))}
    return Trial(failed, verdicts)


def run(source: str, space: dict):
    exec(compile(source, "<cell>", "exec"), space)


def recorded(function, verdicts: list):
    def recording(*arguments, **options):
        verdicts.append(function(*arguments, **options))
        return verdicts[-1]

    return recording


def failure(question: Question, check, space: dict) -> str | None:
    """Why a hidden check fails, if it does."""
    grader = {"__name__": "grader"}
    run(question.helpers, grader)
    run(check.source, grader)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a wrong answer may be infinite
            grader[check.name](**{name: space.get(name) for name in check.parameters})
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def faults(question: Question) -> list[str]:
    """What is wrong with a key, in sentences; empty if nothing."""
    found = []
    stub, solution = try_code(question), try_code(question, question.answer)
    for check in question.checks:
        if check.name not in stub.failed:
            found.append(f"{check.place}: the untouched stub passes {check.name}.")
        if check.name in solution.failed:
            found.append(f"{check.place}: the solution fails {check.name}: {solution.failed[check.name]}")
    if any(stub.verdicts):
        found.append(f"{question.place}: a public check finds the untouched stub right.")
    found += [f"{question.place}: a public check says of the solution: {verdict.message}" for verdict in solution.verdicts if not verdict]
    for wrong in question.wrong:
        if wrong.source and not try_code(question, question.answer, wrong.source).failed:
            found.append(f"{wrong.place}: the wrong solution “{wrong.mistake}” passes every hidden check.")
    return found


def careful_faults(question: Question) -> list[str]:
    """`faults`; an exception in the key's own code is one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a wrong solution may divide by zero
            return faults(question)
    except Exception as error:
        return [f"{question.place}: {question.label} does not run: {type(error).__name__}: {error}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="an assignment, as derivatives; all, if none is named")
    parser.add_argument("--keys", type=Path, default=questions.KEYS, metavar="FOLDER", help="where the keys are")
    parser.add_argument("--folder", type=Path, default=questions.FOLDER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    try:
        chosen = [questions.read(name, options.keys, options.folder) for name in options.names or questions.names(options.folder)]
        questions.check_names_are_unique([question for each in chosen for question in each.questions])
    except Mistake as mistake:
        sys.exit(str(mistake))
    found = [fault for each in chosen for question in each.questions for fault in told(question)]
    sys.exit(1 if found else 0)


def told(question: Question) -> list[str]:
    found = careful_faults(question)
    print(f"{'✗' if found else '✓'} {question.label}: {question.points} points, {len(question.checks)} hidden checks, "
          f"{len(question.wrong)} wrong solutions", *found, sep="\n    ")  # fmt: skip
    return found


if __name__ == "__main__":
    main()
