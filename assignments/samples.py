"""Three submissions to try grading with, right, half right and broken: `python assignments/samples.py derivatives`.

They are made from the assignment and its key, into _build/sample-submissions/NAME.
"""

import argparse
import sys
from pathlib import Path

import extensions
import nbformat
import questions
import student
from questions import Assignment, Mistake

FOLDER = extensions.ROOT / "_build" / "sample-submissions"
BROKEN = ("def unfinished(:\n    pass", "import a_package_that_nobody_has", "while True:\n    pass")


def samples(assignment: Assignment) -> dict:
    """Name of a student -> notebook. The broken one solves the first question, between cells that do not run."""
    keys = {question.label: question.answer for question in assignment.questions}
    half = dict(list(keys.items())[: (len(keys) + 1) // 2])
    broken = student.notebook(assignment, dict(list(keys.items())[:1]))
    broken.cells[2:2] = map(nbformat.v4.new_code_cell, BROKEN)
    return {"right": student.notebook(assignment, keys), "half_right": student.notebook(assignment, half), "broken": broken}


def write(assignment: Assignment, folder: Path):
    folder.mkdir(parents=True, exist_ok=True)
    for name, notebook in samples(assignment).items():
        nbformat.write(notebook, folder / f"{name}.ipynb")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignment", help="a name, as derivatives")
    parser.add_argument("--keys", type=Path, default=questions.KEYS, metavar="FOLDER", help="where your keys are")
    options = parser.parse_args()
    try:
        write(questions.read(options.assignment, options.keys), FOLDER / options.assignment)
    except Mistake as mistake:
        sys.exit(str(mistake))
    print(f"{(FOLDER / options.assignment).relative_to(extensions.ROOT)}: right, half_right, broken")


if __name__ == "__main__":
    main()
