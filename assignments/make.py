"""Make what a lecturer hands out and keeps: for each assignment a student's notebook, an autograder zip and a key to print.

    python assignments/make.py [--only "derivatives:2,4 backprop:1"] [--title TITLE] [--keys FOLDER]
"""

import argparse
import re
import shutil
import sys
import tempfile
from pathlib import Path

import autograder
import book_exercises
import extensions
import key_page
import nbformat
import questions
import student
from book_notebooks import wheel
from book_publish import repository
from questions import Assignment, Mistake, Question

BUILD = extensions.ROOT / "_build"
HOW = (
    'Write NAME:ITEMS, as in "derivatives:2,4 backprop:1 taylor:e3". An item is the number of a question of assignments/NAME.md, '
    "e and the number of an exercise of the book's chapter (e3 is its third), or the label of either."
)


def make(assignment: Assignment, build: Path = BUILD) -> list[Path]:
    """Write the assignment's folder anew, whole or not at all. What is in it."""
    folder = build / "assignments" / assignment.name
    with tempfile.TemporaryDirectory() as scratch:
        new = Path(scratch) / assignment.name
        new.mkdir()
        package = Path(shutil.copy(wheel(build), new))
        nbformat.write(student.notebook(assignment), new / f"{assignment.name}.ipynb")
        autograder.write(assignment, new / f"{assignment.name}-autograder.zip", package)
        key_page.write(assignment, new / f"{assignment.name}-key.html")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(new, folder)
    return sorted(folder.iterdir())


def all_assignments(keys: Path) -> tuple[list[Assignment], list[str]]:
    """Those that have a key, and the names of the others."""
    there = questions.names()
    keyed = [name for name in there if (keys / f"{name}.md").exists()]
    if not keyed:
        raise Mistake(f"{keys} has no key of an assignment: it would be called {there[0]}.md, or as another of {', '.join(there)}.")
    return [questions.read(name, keys) for name in keyed], [name for name in there if name not in keyed]


# chosen questions

def chosen(only: str, title: str, keys: Path) -> Assignment:
    """One assignment of the questions named, in that order. Raises Mistake."""
    found = [question for name, item in items(only) for question in questions_at(name, item, keys)]
    if twice := {each.label for each in found if sum(other.label == each.label for other in found) > 1}:
        raise Mistake(f"ONLY names {', '.join(sorted(twice))} more than once.")
    questions.check_names_are_unique(found)
    from_book = any(each.helpers == book_exercises.HELPERS for each in found)
    introduction = "Numbers in parentheses, such as (3.8), are those of the book." if from_book else ""
    return Assignment(file_name(title), title, introduction, tuple(found))


def file_name(title: str) -> str:
    name = re.sub(r"\W+", "-", title.lower()).strip("-")
    if not name:
        raise Mistake(f"TITLE is {title!r}; it should have letters or digits, from which the files get their names.")
    return name


def items(only: str) -> list[tuple[str, str]]:
    """(assignment, item) of a text as HOW describes it; an empty item stands for all."""
    found = []
    for word in only.split():
        name, colon, listed = word.partition(":")
        if not name or (colon and not all(listed.split(","))):
            raise Mistake(f"ONLY has “{word}”. {HOW}")
        found += [(name, item) for item in listed.split(",")]
    if not found:
        raise Mistake(f"ONLY is empty. {HOW}")
    return found


def questions_at(name: str, item: str, keys: Path) -> list[Question]:
    if re.fullmatch(r"e\d+", item) or item and not item.isdigit() and "-hw-" not in item:
        return [book_exercises.question(exercise_at(name, item), repository())]
    if name not in questions.names():
        raise Mistake(f"there is no assignment {name}; there are {', '.join(questions.names())}.")
    there = questions.read(name, keys).questions
    picked = [question for number, question in enumerate(there, 1) if item in ("", str(number), question.label)]
    if not picked:
        raise Mistake(f"assignments/{name}.md has no question {item}; it has 1 to {len(there)}. {HOW}")
    return picked


def exercise_at(name: str, item: str):
    there = book_exercises.exercises(name)
    picked = [exercise for number, exercise in enumerate(there, 1) if item in (f"e{number}", exercise.label)]
    if not picked:
        raise Mistake(f"the chapter {name} has no exercise {item}; it has e1 to e{len(there)}. {HOW}")
    return picked[0]


# the command

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog=HOW)
    parser.add_argument("--only", metavar="QUESTIONS", help="make one assignment of these questions")
    parser.add_argument("--title", default="Chosen", help="what that one is called")
    parser.add_argument("--keys", type=Path, default=questions.KEYS, metavar="FOLDER", help="where your keys are")
    options = parser.parse_args()
    try:
        run(options.only, options.title, options.keys.expanduser())
    except Mistake as mistake:
        sys.exit(str(mistake))


def run(only: str | None, title: str, keys: Path, build: Path = BUILD):
    if not keys.is_dir():
        raise Mistake(f"KEYS: {keys} is not a folder. Give the folder that holds your keys, as in KEYS=../private/keys.")
    autograder.otter_generate()
    wanted, left_out = all_assignments(keys) if only is None else ([chosen(only, title, keys)], [])
    for assignment in wanted:
        made = make(assignment, build)
        print(f"{questions.shown(made[0].parent)}: {', '.join(path.name for path in made)}")
    if left_out:
        print(f"Left out, for {keys} has no key of them: {', '.join(left_out)}.")


if __name__ == "__main__":
    main()
