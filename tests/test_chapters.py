"""Every chapter: its cells run, its exercises are complete, its rows of the syllabus are taught."""

import csv
import importlib
import re
import warnings

import html5lib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from book import ROOT, SITE, chapters
from labsupport import exercises

CHAPTERS = chapters()
EXERCISES = [(chapter, label) for chapter in CHAPTERS for label in chapter.exercises]


def each_exercise(test):
    return pytest.mark.parametrize("chapter, label", EXERCISES, ids=[label for _, label in EXERCISES])(test)


@pytest.fixture(scope="module")
def verdicts():
    """For every chapter, run once: (label, line of the cell) -> the verdict that `check` gave there."""
    return {chapter.name: run(chapter) for chapter in CHAPTERS}


def run(chapter) -> dict:
    given, line = {}, 0

    def recording(judge):
        def judged(label, answer):
            given[label, line] = judge(label, answer)
            return given[label, line]

        return judged

    namespace = {"__name__": "__main__"}
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(), plt.rc_context():
        warnings.simplefilter("error")
        patch.setattr("labsupport.check", recording(exercises.check))
        patch.setattr("labsupport.check_expression", recording(exercises.check_expression))
        for cell in chapter.cells:
            line = cell.line
            exec(compile(cell.source, f"{chapter.path.name}:{line}", "exec"), namespace)
            plt.close("all")
    return given


def where(chapter, exercise) -> str:
    return f"{chapter.path.relative_to(ROOT)}:{exercise.line}: exercise {exercise.label}"


@each_exercise
def test_an_exercise_has_a_solution_and_a_check(chapter, label):
    exercise = chapter.exercises[label]
    place = where(chapter, exercise)
    assert label.startswith(chapter.name + "-"), f"{place}: its label has to start with {chapter.name}-"
    assert exercise.is_solved, f"{place} has no solution"
    asserted = any(re.search(r"\bassert\b|\bagree\(", cell.source) for cell in exercise.solution)
    assert exercise.stubs or asserted, f"{place} has neither a stub with a check nor an assertion in its solution"


@each_exercise
def test_the_stub_says_not_attempted_and_the_solution_is_right(chapter, label, verdicts):
    exercise = chapter.exercises[label]
    given = verdicts[chapter.name]
    for stub in exercise.stubs:
        assert given[label, stub.line].status == "not attempted", where(chapter, exercise)
    checked = [given[label, cell.line] for cell in exercise.solution if (label, cell.line) in given]
    assert all(checked), f"{where(chapter, exercise)}: its solution is not right: {checked}"
    assert bool(checked) == exercise.answers_at_once, f"{where(chapter, exercise)}: a stub or a box, and a check in the solution, or neither"


@each_exercise
def test_the_expected_answer_is_proved_elsewhere(chapter, label):
    """Held against SymPy or a number found another way, in tests/exercises/."""
    if not chapter.exercises[label].answers_at_once:
        return
    proofs = importlib.import_module(f"exercises.{chapter.name}").PROOFS
    assert label in proofs, f"tests/exercises/{chapter.name}.py proves no answer to {label}"
    assert exercises.check(label, proofs[label])


@each_exercise
def test_plausible_wrong_answers_earn_the_right_hint(chapter, label):
    if not chapter.exercises[label].answers_at_once:
        return
    wrong = importlib.import_module(f"exercises.{chapter.name}").WRONG
    assert len(wrong.get(label, [])) >= 2, f"tests/exercises/{chapter.name}.py has fewer than two wrong answers to {label}"
    for answer, hint in wrong[label]:
        verdict = exercises.check(label, answer)
        assert verdict.status == "wrong" and hint in verdict.message, verdict


@pytest.mark.parametrize("chapter", CHAPTERS, ids=str)
def test_every_expected_answer_belongs_to_an_exercise(chapter):
    asked = {label for label, exercise in chapter.exercises.items() if exercise.answers_at_once}
    assert set(exercises.labels(chapter.name)) == asked


@pytest.mark.parametrize("chapter", CHAPTERS, ids=str)
def test_at_least_half_of_the_exercises_answer_at_once(chapter):
    asked = [exercise for exercise in chapter.exercises.values() if exercise.answers_at_once]
    assert len(chapter.exercises) >= 8 and len(asked) >= len(chapter.exercises) / 2


SYLLABUS = list(csv.DictReader((ROOT / "tests" / "syllabus.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=str)
def test_every_row_of_the_syllabus_is_taught(chapter, site):
    """Said in words, written as mathematics, run as code, held by an assertion; and the page has the place."""
    rows = [row for row in SYLLABUS if row["id"].startswith(f"{chapter.number}.")]
    assert rows, f"tests/syllabus.csv has no row for chapter {chapter.number}"
    page = (SITE / chapter.path.relative_to(ROOT).with_suffix(".html")).read_text("utf-8")
    ids = {element.get("id") for element in html5lib.parse(page, namespaceHTMLElements=False).iter()}
    for row in rows:
        text = chapter.section(row["anchor"]) if row["anchor"] else ""
        assert text, f"{row['id']} ({row['topic']}): no section ({row['anchor']})= in {chapter.path.name}"
        assert row["anchor"] in ids, f"{row['id']}: {chapter.path.stem}.html has no place #{row['anchor']}"
        for what, pattern in {"formula": r"\$", "code": r"```\{code-cell\}", "assertion": r"\bassert\b|agree\(|hold\("}.items():
            assert re.search(pattern, text), f"{row['id']} ({row['topic']}): no {what} in section {row['anchor']}"


def test_the_syllabus_names_every_row_once():
    ids = [row["id"] for row in SYLLABUS]
    assert len(ids) == len(set(ids)) and all(row["topic"] for row in SYLLABUS)
    assert np.all(np.diff([int(i.split(".")[0]) for i in ids]) >= 0)
