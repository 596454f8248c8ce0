import os
import subprocess
import sys
from pathlib import Path

import pytest

import planted

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="planted.py forks: Linux and macOS only")

CHAPTER = '''\
---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---

# A tiny chapter

```{code-cell} ipython3
import numpy as np
from labsupport import agree, check
```

```{code-cell} ipython3
:tags: [hide-input]

def guarded(x):
    """A line: 3 x - 1."""
    return 3 * x - 1

agree("a line", at=[1.0, 2.0], by_hand=guarded, values=[2, 5]);
```

```{code-cell} ipython3
def unguarded(x):
    return 7 - x

below_one = np.log(-unguarded(8))
```

```{code-cell} ipython3
check("derivatives-average", (13 + 5, 2))
```

```{solution-start} derivatives-average
```

```{code-cell} ipython3
check("derivatives-average", (13, np.sqrt(13 / 3)))
```

```{solution-end}
```
'''


def run(chapter: Path):
    command = [sys.executable, planted.__file__, chapter.name, "--count", "1000"]
    return subprocess.run(command, cwd=chapter.parent, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    chapter = tmp_path_factory.mktemp("book") / "tiny.md"
    chapter.write_text(CHAPTER, "utf-8")
    finished = run(chapter)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def survivors(report, code):
    """The errors not noticed in a line of the chapter, after checking that they are named with its number."""
    line = CHAPTER.splitlines().index(code) + 1
    named = [row.split("  ", 1)[1] for row in report.splitlines() if row.startswith(f"tiny.md:{line}  ")]
    assert len(named) == sum(code.strip() in row for row in report.splitlines())
    return [row.split("  ->  ")[1] for row in named]


@needs_fork
def test_every_error_in_a_guarded_formula_is_noticed(report):
    assert survivors(report, "    return 3 * x - 1") == []


@needs_fork
def test_errors_in_an_unguarded_formula_are_named_with_their_line(report):
    # the swap and the sum are noticed: a logarithm of a negative number warns
    assert survivors(report, "    return 7 - x") == ["return (-7) - x", "return 3.5 - x"]


@needs_fork
def test_a_wrong_answer_is_noticed_in_a_solution_and_expected_elsewhere(report):
    assert survivors(report, 'check("derivatives-average", (13, np.sqrt(13 / 3)))') == []
    assert 'check("derivatives-average", (13 - 5, 2))' in survivors(report, 'check("derivatives-average", (13 + 5, 2))')


@needs_fork
def test_the_table_counts_what_was_planted_and_how_it_was_noticed(report):
    table = dict(row.rsplit("  ", 1) for row in report.split("\n\n")[0].splitlines()[1:])
    counts = {name.strip(): value.strip() for name, value in table.items()}
    unnoticed = report.count("  ->  ")
    noticed = int(counts["noticed"])
    assert counts["share"] == f"{noticed / (noticed + unnoticed):.1%}"
    assert {"by assertion", "by warning", "by answer"} <= set(counts)


@needs_fork
def test_a_chapter_that_fails_without_an_error_is_refused(tmp_path):
    chapter = tmp_path / "broken.md"
    chapter.write_text(CHAPTER.replace("values=[2, 5]", "values=[2, 6]"), "utf-8")
    finished = run(chapter)
    assert finished.returncode == 1
    assert "the cell in line 18 fails (assertion): a line: by hand and values differ" in finished.stderr


def mutations(source):
    """What one line of code can be turned into."""
    cells = [planted.Cell(source, 1, False)]
    mutated = [mutant.source(cells) for mutant in planted.mutants(cells)]
    assert len(set(mutated)) == len(mutated)
    return set(mutated)


@pytest.mark.parametrize("source, expected", [
    ("y = u + v", {"y = u - v"}),
    ("y = u - v", {"y = u + v", "y = v - u"}),
    ("y = (u +\n     v) * w", {"y = (u -\n     v) * w", "y = (u +\n     v) / w"}),
    ("y = -u", {"y = u"}),
    ("y = u**n", {"y = u**(n + 1)"}),
    ("y = u**3", {"y = u**4", "y = u**6", "y = u**1.5", "y = u**(-3)"}),
    ("ε = Δ * β", {"ε = Δ / β"}),
    ("y = np.sin(x)", {"y = np.cos(x)"}),
    ("y = u.T", {"y = u"}),
    ("y = A @ x", {"y = x @ A", "y = A.T @ x"}),
    ("y = np.outer(u, v)", {"y = np.outer(v, u)"}),
    ("y = u[i]", {"y = u[i + 1]"}),
    ("y = u[1:]", {"y = u[2:]", "y = u[0:]"}),
    ("y = u.sum(axis=1)", {"y = u.mean(axis=1)", "y = u.sum(axis=2)", "y = u.sum(axis=0)"}),
    ("y -= u", {"y += u"}),
    ("check('label', 0 * u + 1j)", {"check('label', 1 * u + 1j)", "check('label', 0 * u - 1j)"}),
    ("pair = 3, 4\ncheck('label', pair)", {f"pair = {p}\ncheck('label', pair)" for p in
                                           ["4, 4", "6, 4", "1.5, 4", "-3, 4", "3, 5", "3, 8", "3, 2", "3, -4"]}),
])
def test_the_usual_slips(source, expected):
    assert mutations(source) == expected


@pytest.mark.parametrize("source", [
    "steps = [0.5, -0.25]", "A = np.array([[1, 2], [3, 4]])", "def f(x, h=1e-3):\n    pass", "for n in (1, 14): pass",
    "x = np.linspace(-3, 3, 100)", "rng = np.random.default_rng(3)", "I = np.eye(3)", "slope(lambda t: t, 2.0)",
    "agree('claim', at=[1, 2], tolerance=1e-9, a=a, b=b)", "assert error < 1e-3", "assert slow < fast / 5", "y = u + 1e-12",
    "print(f'{2 * x:.3f}')", "'''2 * x - 1'''", "ax.plot(2 * x, -y, linewidth=3)",
    "slider(draw, h=[1, 2], alt=lambda h: 4 + h)",
    "upper, lower = figures.axes(rows=2)\nupper.plot(2 * x)",
])
def test_what_an_author_chooses_freely_is_left_alone(source):
    assert mutations(source) == set()


@pytest.mark.parametrize("source", ["y = (u - v)**2", "y = abs(u - v)", "y = np.cos(-u / w)", "y = u * 1", "y = 0 * u"])
def test_errors_that_change_nothing_are_not_planted(source):
    same = {"y = (v - u)**2", "y = abs(v - u)", "y = np.cos(u / w)", "y = u / 1", "y = 0 / u"}
    assert not mutations(source) & same


def test_functions_given_to_drawing_calls_are_formulas():
    assert mutations("figures.curve(ax, lambda x: x + u, 0, 4)") == {"figures.curve(ax, lambda x: x - u, 0, 4)"}
    assert mutations("figures.curve(ax, np.sin, 0, 4)") == {"figures.curve(ax, np.cos, 0, 4)"}
