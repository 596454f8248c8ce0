"""The keys of the assignments, tried without Otter; and what is said of a file that departs from the format."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import questions
import try_keys
from questions import Mistake, Wrong

from book import ROOT, chapters

QUESTIONS = [question for name in questions.names() for question in questions.read(name).questions]

HEADER = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n  display_name: Python 3\n---\n\n"
TEXT = HEADER + '''# Assignment: Taylor

What is practised.

```{code-cell} ipython3
import numpy as np
from labsupport import check_examples
```

(taylor-hw-square)=
## A square (4 points)

The slope of $x^2$.

```{code-cell} ipython3
def square_slope(x):
    return ...

check_examples("taylor-hw-square", square_slope, [((1.0,), 2.0)])
```
'''
WRONG = '''
```{{code-cell}} ipython3
:tags: [wrong]
# {mistake}
def square_slope(x):
    return {result}
```
'''
KEY = HEADER + '''# Key: Taylor

```{code-cell} ipython3
import numpy as np
```

(taylor-hw-square)=
## A square

It is $2x$.

```{code-cell} ipython3
:tags: [solution]
def square_slope(x):
    return 2 * x
```

```{code-cell} ipython3
:tags: [hidden]
def test_random_points(square_slope):
    """Right at random points."""
    x = np.random.default_rng().uniform(2, 5)
    assert np.isclose(square_slope(x), (x + 1) ** 2 - x**2 - 1), "the slope is wrong"
```
''' + "".join(WRONG.format(mistake=f"Mistake {result}.", result=result) for result in ("x**2", "x", "2 + 0 * x"))  # fmt: skip


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder of one assignment and its key."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "taylor.md").write_text(TEXT, "utf-8")
    (tmp_path / "keys/taylor.md").write_text(KEY, "utf-8")
    return tmp_path


def read(folder):
    return questions.read("taylor", folder / "keys", folder)


# the book's own

def test_each_chapter_from_the_third_on_has_an_assignment():
    assert questions.names() == sorted(chapter.name for chapter in chapters() if chapter.number >= 3)


@pytest.mark.parametrize("name", questions.names())
def test_an_assignment_has_five_questions_or_more(name):
    assert len(questions.read(name).questions) >= 5


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.label)
def test_the_stub_earns_nothing_the_solution_everything_and_each_mistake_is_found(question):
    assert try_keys.careful_faults(question) == []


def test_any_questions_can_stand_together():
    questions.check_names_are_unique(QUESTIONS)


# the trial itself

def test_a_question_without_fault_is_read_whole(folder):
    question = read(folder).questions[0]
    assert (question.label, question.title, question.points, question.names) == ("taylor-hw-square", "A square", 4, ("square_slope",))
    assert [check.name for check in question.checks] == ["test_random_points"] and question.checks[0].about == "Right at random points."
    assert [wrong.mistake for wrong in question.wrong] == ["Mistake x**2.", "Mistake x.", "Mistake 2 + 0 * x."]
    assert [cell.source for cell in question.solution] == ["It is $2x$.", "def square_slope(x):\n    return 2 * x"]
    assert try_keys.faults(question) == []


@pytest.mark.parametrize("change, fault", [
    ({"wrong": (Wrong("Twice.", "def square_slope(x):\n    return x + x", "here:1"),)}, "“Twice.” passes every hidden check"),
    ({"wrong": (Wrong("Other.", "def cube_slope(x):\n    return x", "here:1"),)}, "“Other.” passes every hidden check"),
    ({"helpers": "import numpy as np\nnp = type('np', (), {'random': np.random, 'isclose': lambda a, b: True})"}, "untouched stub passes"),
    ({"solution": (questions.Cell("code", "def square_slope(x):\n    return 3 * x", "here:1"),)}, "the solution fails test_random_points"),
    ({"solution": (questions.Cell("code", "square_slope = 1 / 0", "here:1"),)}, "does not run: ZeroDivisionError"),
    ({"stub": "return 2.0 * x"}, "a public check finds the untouched stub right"),
])
def test_a_key_that_does_not_hold_is_found(folder, change, fault):
    question = read(folder).questions[0]
    if "stub" in change:
        code = question.cells[1]
        question = replace(question, cells=(replace(code, source=code.source.replace("return ...", change["stub"])),))
    else:
        question = replace(question, **change)
    assert any(fault in found for found in try_keys.careful_faults(question))


def test_the_command_says_which_keys_hold(folder):
    command = [sys.executable, ROOT / "assignments/try_keys.py", "taylor", "--folder", folder, "--keys", folder / "keys"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("✓ taylor-hw-square: 4 points, 1 hidden check")
    (folder / "keys/taylor.md").write_text(KEY.replace("return 2 * x", "return 2 * x + 1"), "utf-8")
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and "✗ taylor-hw-square" in done.stdout and "the slope is wrong" in done.stdout


# what departs from the format

SECOND = '''
(taylor-hw-cube)=
## A cube (4 points)

```{code-cell} ipython3
NAME = ...

check_examples("taylor-hw-cube", NAME, [])
```
'''
SECOND_KEY = "(taylor-hw-cube)=\n" + KEY.partition("(taylor-hw-square)=\n")[2]


# the file, what is changed in it, the beginning of the line that has to be named, what has to be said
@pytest.mark.parametrize("file, old, new, line, said", [
    ("taylor", "file_format", "format", "---", "lacks the header"),
    ("taylor", "# Assignment: Taylor", "", "---", "starts with its title"),
    ("taylor", "(taylor-hw-square)=", "(tailor-hw-square)=", "(tailor", "does not start with taylor-hw-"),
    ("taylor", "## A square (4 points)", "", "(taylor", "a heading is expected"),
    ("taylor", " (4 points)", "", "(taylor", "does not say its points"),
    ("taylor", " (4 points)", " (0 points)", "(taylor", "does not say its points"),
    ("taylor", "    return ...", "    return 0", "(taylor", "asks for nothing"),
    ("taylor", "return ...", "return (...", "    return (", "this is not Python"),
    ("taylor", 'check_examples("taylor-hw-square"', 'check_examples("taylor-hw-cube"', "check_examples", "does not name its question"),
    ("taylor", 'check_examples("taylor-hw-square", square_slope, [((1.0,), 2.0)])', "", "(taylor", "has no public check"),
    ("taylor", "$", SECOND, "(taylor-hw-cube", "taylor-hw-cube has no key"),
    ("keys/taylor", "$", SECOND_KEY, "(taylor-hw-cube", "taylor-hw-cube has no question"),
    ("keys/taylor", "## A square", "## A square\n\n(taylor-hw-square)=\n## Again", None, "for the second time"),
    ("keys/taylor", "[solution]", "[hidden]", "def square_slope", "a hidden cell holds one function"),
    ("keys/taylor", "[solution]", "[sollution]", "def square_slope", "one of the tags solution, hidden, wrong"),
    ("keys/taylor", ":tags: [solution]\n", "", "def square_slope", "one of the tags"),
    ("keys/taylor", "def square_slope(x):\n    return 2", "def slope(x):\n    return 2", "(taylor", "does not define square_slope"),
    ("keys/taylor", "def test_random_points(square_slope)", "def test_random_points(slope)", "def test", "takes slope"),
    ("keys/taylor", "def test_random_points(square_slope)", "def test_random_points()", "def test", "takes nothing"),
    ("keys/taylor", "def test_random_points(", "def random_points(", "def random", "holds one function"),
    ("keys/taylor", '    """Right at random points."""\n', "", "def test", "no docstring"),
    ("keys/taylor", "assert np.isclose(", "assert np.isclose((", "    assert", "this is not Python"),
    ("keys/taylor", "[hidden]", "[wrong]", "def test", "says its mistake in a comment"),
    ("keys/taylor", "# Mistake x.\ndef square_slope", "# Mistake x.\ndef slope", "# Mistake x.", "defines nothing that its question"),
    ("keys/taylor", WRONG.format(mistake="Mistake x.", result="x"), "", "(taylor", "has 2 wrong solutions; at least three"),
    ("keys/taylor", "import numpy as np\n", "import numpy as np\npoints = 3\n", None, "the helpers define points"),
])
def test_a_mistake_in_a_file_is_named_with_its_line(folder, file, old, new, line, said):
    path = folder / f"{file}.md"
    text = path.read_text("utf-8")
    changed = text + new if old == "$" else text.replace(old, new, 1)
    assert changed != text
    path.write_text(changed, "utf-8")
    with pytest.raises(Mistake, match=re.escape(said)) as found:
        read(folder)
    lines = changed.splitlines()
    place = f"{path}:{next(i for i, each in enumerate(lines, 1) if each.startswith(line))}: " if line else f"{path}:"
    assert str(found.value).startswith(place) and "\n" not in str(found.value)


def test_a_missing_key_is_named(folder):
    (folder / "keys/taylor.md").rename(folder / "keys/backprop.md")
    with pytest.raises(Mistake, match=r"keys/taylor.md is not there; beside it there are backprop\."):
        read(folder)


def test_a_name_that_two_questions_ask_for_is_refused(folder):
    (folder / "taylor.md").write_text(TEXT + SECOND.replace("NAME", "square_slope"), "utf-8")
    (folder / "keys/taylor.md").write_text(KEY + SECOND_KEY, "utf-8")
    with pytest.raises(Mistake, match=r"taylor.md:33: square_slope in taylor-hw-cube is defined in taylor-hw-square, too"):
        read(folder)


def test_a_name_that_another_assignment_asks_for_is_refused(folder):
    (folder / "backprop.md").write_text(TEXT.replace("taylor-hw", "backprop-hw"), "utf-8")
    (folder / "keys/backprop.md").write_text(KEY.replace("taylor-hw", "backprop-hw"), "utf-8")
    assert questions.read("backprop", folder / "keys", folder)
    with pytest.raises(Mistake, match="square_slope in taylor-hw-square is defined in backprop-hw-square, too"):
        questions.read_all(folder / "keys", folder)
