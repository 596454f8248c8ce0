"""What a lecturer and the students are told: grades.csv, canvas.csv and moodle.csv to import, and a feedback page per student."""

import csv
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from marking import STATUSES, Result
from submissions import Student

PAGE = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def write(folder: Path, title: str, graded: list[tuple[Student, Result]], possible: float, titles: list[str] = ()) -> None:
    """All files of the report. possible: the points there are. titles: of the questions, as students know them."""
    questions = [marks.name for marks in graded[0][1].questions]
    table(folder / "grades.csv", ["name", "file", "status", "score", "of", *questions, "reason"],
          [row(student, result, possible) for student, result in graded])  # fmt: skip
    counted = [(student, result) for student, result in graded if result.status != "grader error"]
    table(folder / "canvas.csv", ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title],
          [["    Points Possible", "", "", "", "", number(possible)], *(canvas(*each) for each in counted)])  # fmt: skip
    table(folder / "moodle.csv", ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"],
          [moodle(*each, possible) for each in counted])  # fmt: skip
    names = Counter()
    for student, result in graded:
        name = file_name(student)
        names[name.lower()] += 1
        name += f"-{names[name.lower()]}" if names[name.lower()] > 1 else ""
        feedback(folder / "feedback" / f"{name}.html", title, student, result, possible, titles)


# tables

def row(student: Student, result: Result, possible: float) -> list:
    failed = result.status == "grader error"  # no score is better than a 0 that someone imports
    scores = ["" if failed else number(each.score) for each in result.questions]
    file = student.file.name if student.file else ""
    return [student.name, file, result.status, "" if failed else number(result.score), number(possible), *scores, reason(student, result)]


def canvas(student: Student, result: Result) -> list:
    return [student.name, student.id if student.system == "canvas" else "", "", "", "", number(result.score)]


def moodle(student: Student, result: Result, possible: float) -> list:
    """The columns of Moodle's offline grading worksheet; it knows students by “Participant 123”."""
    identifier = f"Participant {student.id}" if student.system == "moodle" else ""
    return [identifier, student.name, number(result.score), number(possible), "-", reason(student, result)]


def reason(student: Student, result: Result) -> str:
    """One line: what stood in the way, else what the first failed checks say."""
    failed = {each.name: next(check.reason for check in each.checks if not check.passed)
              for each in result.questions if not all(check.passed for check in each.checks)}  # fmt: skip
    lost = [f"{name}: {why}" for name, why in failed.items() if why not in result.notes]
    said = [result.reason] if result.reason else [*result.notes[:3], *lost]
    return one_line("; ".join(filter(None, [student.remark, *said])), 600)


def number(value: float) -> str:
    """Points, to two digits behind the point where a question's are shared among its checks."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def table(path: Path, head: list, rows: list):
    with path.open("w", encoding="utf-8-sig" if path.name == "grades.csv" else "utf-8", newline="") as file:
        csv.writer(file).writerows([list(map(harmless, each)) for each in [head, *rows]])


def harmless(text: str) -> str:
    """A spreadsheet takes a cell that begins so for a formula, and students name their files."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") and text != "-" and not re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", text) else text


def one_line(text: str, length: int) -> str:
    """Without line ends and without what moves a terminal's cursor."""
    text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return text if len(text) <= length else text[: length - 1] + "…"


# pages

def feedback(path: Path, title: str, student: Student, result: Result, possible: float, titles: list[str]):
    path.parent.mkdir(parents=True, exist_ok=True)
    names = titles if len(titles) == len(result.questions) else [each.name for each in result.questions]
    notes = [one_line(note, 500) for note in result.notes]
    page = PAGE.get_template("feedback.html").render(title=title, student=student, result=result, possible=possible, notes=notes, names=names,
                                                     number=number, about=STATUSES[result.status], date=datetime.now())  # fmt: skip
    path.write_text(page, "utf-8")


def file_name(student: Student) -> str:
    """The student's name as one of a file, with the number that tells namesakes apart."""
    plain = re.sub(r"[^\w.-]+", "_", student.name).strip("._")[:80] or "student"
    return f"{plain}_{student.id}" if student.id else plain
