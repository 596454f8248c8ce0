"""Feedback on an answer: what is right is right in any form, what is wrong is told where and how, and nothing raises."""

import sys

import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport import answers, check, check_examples, check_shape, exercises
from labsupport.answers import Key

X, Y = sp.symbols("x y")
KEYS = {
    "cubic": Key("3*x**2", at=[-1, 0, 0.5, 2, 3], of="x**3", mistakes={
        "The exponent goes down by one.": "3*x**3", "The exponent comes down as a factor.": lambda x: x**2}),
    "product": Key(lambda x, y: x * y, at=[(1, 2), (3, 4), (-1, 5)], variables="x y", mistakes={"That is the sum.": "x + y"}),
    "gradient": Key(lambda x: 2 * x, at=[np.array([1.0, 2.0]), np.array([3.0, -1.0])]),
    "step": Key(lambda x: float(x > 0), at=[-2, -1, 1, 2]),
    "pole": Key("1/x", at=[1, 2, 4], mistakes={"Divided by zero somewhere.": lambda x: np.float64(1) / (x - 1)}),
    "root": Key("sqrt(2)/2", mistakes={"The denominator is missing.": "sqrt(2)"}),
    "matrix": Key(np.arange(6.0).reshape(2, 3), mistakes={"All ones?": np.ones((2, 3))}),
    "pair": Key((3, 5)),
}


def told(label, answer):
    return exercises.check(label, answer, keys=KEYS)


def broken_by_text(x):
    y = x + "a"
    return y


def half_written(x):
    if x < 1:
        return 3 * x**2


def to_do(x):
    raise NotImplementedError


def deep(x):
    return deep(x)


class Hostile:
    def __array__(self, *_, **__):
        raise RuntimeError("no array")


@pytest.mark.parametrize("label, answer", [
    ("cubic", lambda x: 3 * x**2), ("cubic", 3 * X**2), ("cubic", sp.diff(X**3, X)), ("cubic", sp.Derivative(X**3, X)),
    ("cubic", 3 * sp.Symbol("x", real=True) ** 2), ("cubic", lambda x: 3 * torch.tensor(x, dtype=torch.float64) ** 2),
    ("cubic", lambda x: 3.0 * x * x if x else 0), ("cubic", lambda x: 3 * sp.Float(x) ** 2), ("cubic", lambda x, n=2: 3 * x**n),
    ("product", lambda a, b: a * b), ("product", X * Y), ("product", np.multiply), ("product", lambda *xs: np.prod(xs)),
    ("gradient", lambda x: x + x), ("gradient", lambda x: (2 * x).tolist()), ("gradient", lambda x: torch.tensor(2 * x)),
    ("root", 0.5**0.5), ("root", sp.sqrt(2) / 2), ("root", np.sqrt(2) / 2), ("root", torch.tensor(2.0).double().sqrt() / 2),
    ("matrix", [[0, 1, 2], [3, 4, 5]]), ("matrix", torch.arange(6).reshape(2, 3)), ("matrix", sp.Matrix(2, 3, range(6))),
    ("pair", (3, 5)), ("pair", [3, sp.Integer(5)]),
])
def test_a_right_answer_is_right_in_every_form(label, answer, capsys):
    verdict = told(label, answer)
    assert verdict.status == "right" and verdict
    assert capsys.readouterr().out.startswith(f"✓ {label}: right")


@pytest.mark.parametrize("label, answer", [
    ("cubic", None), ("cubic", ...), ("cubic", lambda x: None), ("cubic", lambda x: ...), ("cubic", to_do),
    ("root", None), ("matrix", ...), ("pair", (..., ...)), ("pair", [None, None]), ("gradient", lambda x: [..., ...]),
])
def test_a_stub_is_not_attempted_yet(label, answer, capsys):
    assert not told(label, answer)
    assert capsys.readouterr().out == f"… {label}: not attempted yet\n"


@pytest.mark.parametrize("label, answer, words", [
    # the usual mistakes, each with its own hint
    ("cubic", lambda x: 3 * x**3, "The exponent goes down by one."),
    ("cubic", lambda x: x**2, "comes down as a factor"),
    ("cubic", X**3, "That is the function itself"),
    ("product", lambda x, y: x + y, "That is the sum."),
    ("root", 2**0.5, "The denominator is missing."),
    ("matrix", np.ones((2, 3)), "All ones?"),
    # how it is off
    ("cubic", lambda x: -3 * x**2, "At x = -1 yours gives -3. The sign is flipped."),
    ("cubic", lambda x: 6 * x**2, "yours is 2 times the right answer"),
    ("cubic", lambda x: 1.5 * x**2, "yours is ½ times"),
    ("cubic", lambda x: -2 * x**2, "yours is −⅔ times"),
    ("cubic", lambda x: np.pi * 3 * x**2, "yours is 3.142 times"),
    ("cubic", lambda x: 3 * x**2 - 4, "yours is 4 too small everywhere"),
    ("cubic", lambda x: 3 * x**2 + 0.5, "yours is 0.5 too large everywhere"),
    ("cubic", lambda x: abs(3 * x) * x, "At x = -1 yours gives -3. It is right at 4 of 5 points, wrong for x ≤ -1."),
    ("cubic", lambda x: 3 * min(x, 2) ** 2, "right at 4 of 5 points, wrong for x ≥ 3"),
    ("cubic", lambda x: 3 * x, "At x = -1 yours gives -3. A factor x is missing."),
    ("cubic", lambda x: 0, "At x = -1 yours gives 0. It is right at 1 of 5 points."),
    ("cubic", lambda x: np.inf, "At x = -1 yours gives inf."),
    ("step", lambda x: 1, "right at 2 of 4 points, wrong for x ≤ -1"),
    ("pole", lambda x: x, "It is the reciprocal of the right answer."),
    ("root", -(0.5**0.5), "Yours is -0.707107. The sign is flipped."),
    ("root", 0.25 * 2**0.5, "yours is ½ times"),
    ("root", 1.0, "not yet. Yours is 1."),
    ("gradient", lambda x: 2 * x * [1, -1], "Entry [1] is wrong."),
    # shapes
    ("cubic", lambda x: [3 * x**2], "Yours has shape (1,), expected a single number, shape (). Give the number itself"),
    ("gradient", lambda x: 2 * x[:, None], "Yours has shape (2, 1), expected shape (2,)."),
    ("matrix", np.arange(6).reshape(2, 3).T, "It is transposed: yours has shape (3, 2), expected (2, 3)."),
    ("matrix", [1, 2], "Yours has shape (2,), expected shape (2, 3)."),
    ("matrix", [[0, 1, 2], [3, 5, 5]], "not yet, at [1, 1]: yours 5, expected 4. All other entries are right."),
    ("matrix", [[0, 1, 2], [6, 5, 5]], "not yet, at [1, 0]: yours 6, expected 3. Row 1 is wrong, all others are right."),
    ("pair", (3, 6), "Entry [1] is wrong."),
    # no numbers
    ("cubic", half_written, "at x = 2 your function gives nothing. Does every branch end in a return?"),
    ("cubic", lambda x: float("nan"), "at x = -1 your function gives NaN"),
    ("root", float("nan"), "this is NaN. Is it 0/0"),
    ("matrix", [[0, 1, np.nan], [3, np.nan, 5]], "this is NaN at [0, 2]. Is it 0/0"),
    ("gradient", lambda x: x + [np.nan, 0], "at x = [1, 2] your function gives NaN at [0]. Is it 0/0"),
])
def test_a_wrong_answer_is_told_how_it_is_wrong(label, answer, words, capsys):
    verdict = told(label, answer)
    assert verdict.status == "wrong" and words in verdict.message
    assert capsys.readouterr().out == f"✗ {label}: {verdict.message}\n"


@pytest.mark.parametrize("label, answer, words", [
    ("cubic", broken_by_text, 'raised TypeError: unsupported operand type(s) for +: \'float\' and \'str\' at x = -1 (line {}: y = x + "a")'),
    ("cubic", deep, "raised RecursionError"),
    ("cubic", lambda x: sys.exit(1), "raised SystemExit: 1 at x = -1"),
    ("cubic", lambda x: 1 / x, "division by zero at x = 0 (line"),
    ("cubic", lambda x, y: x, "your function takes (x, y), but it is called with 1 argument: (x)"),
    ("product", lambda x: x, "your function takes (x), but it is called with 2 arguments: (x, y)"),
    ("cubic", lambda x: 1j, "at x = -1 your function gives no real number: complex"),
    ("cubic", lambda x: "three", "'three' is not a number"),
    ("cubic", lambda x: x == 2, "bool"),
    ("cubic", lambda x: Hostile(), "no real number: no array"),
    ("cubic", 5, "a function of x is asked for, and this is int 5"),
    ("cubic", "3*x**2", "a function of x is asked for, and this is str '3*x**2'"),
    ("cubic", Y * X, "your expression has the symbol y, but only x may occur"),
    ("cubic", sp.Function("f")(X), "your function raised NameError"),
    ("root", abs, "a number or an array is asked for, and this is a function"),
    ("root", X, "only numbers may occur"),
    ("root", sp.I, "complex is not a real number"),
    ("root", "√2/2", "'√2/2' is not a number"),
    ("root", Hostile(), "no array"),
    ("matrix", [[0, 1, 2], [3, 4]], "its rows have different lengths"),
    ("pair", (3, ...), "is not a real number"),
])
def test_a_broken_answer_is_shown_and_stops_nothing(label, answer, words):
    verdict = told(label, answer)
    line = broken_by_text.__code__.co_firstlineno + 1
    assert verdict.status == "error" and words.format(line) in verdict.message


def test_a_warning_is_told_and_not_shown_elsewhere(capsys):
    verdict = told("cubic", lambda x: 3 * x**2 + 0 * np.log(np.abs(x) + (x == 0) * 1e-320) + 0 / np.float64(x + (x == 0)))
    assert verdict
    verdict = told("pole", lambda x: np.float64(1) / (x - 2))
    assert "Python warned: divide by zero" in verdict.message and "at x = 2" in verdict.message
    assert capsys.readouterr().err == ""


@settings(deadline=None)
@given(st.sampled_from(sorted(KEYS)), st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.complex_numbers(), lambda s: st.lists(s) | st.tuples(s, s)
    | st.dictionaries(st.text(), s)), st.booleans())
def test_no_answer_whatever_raises(label, answer, as_function):
    assert told(label, (lambda *_: answer) if as_function else answer).message


@settings(deadline=None)
@given(st.floats(-1e3, 1e3).filter(lambda c: min(abs(c - special) for special in (0, 1, -1, 1 / 3)) > 1e-2))
def test_a_constant_factor_is_recognised_whatever_it_is(c):
    assert "off by a constant factor" in told("cubic", lambda x: c * 3 * x**2).message


def test_a_students_function_cannot_change_the_points():
    for _ in range(2):
        assert told("gradient", lambda x: np.multiply(x, 2, out=x))

    def spoils_its_argument(x):
        x[:] = 0
        return x / np.float64("nan")

    assert "at x = [1, 2] your function gives NaN" in told("gradient", spoils_its_argument).message


def test_a_notebook_shows_the_message_once(capsys):
    from IPython.core.formatters import DisplayFormatter

    verdict = told("root", 1)
    capsys.readouterr()
    assert DisplayFormatter().format(verdict) == ({}, {}) and capsys.readouterr().out == ""


@pytest.fixture
def chapters(tmp_path, monkeypatch):
    """Two chapters of answers, as files in the answers folder would be."""
    monkeypatch.setattr(answers, "__path__", [str(tmp_path)])
    for name, labels in [("slopes", ["slopes-easy", "slopes-hard"]), ("two_words", ["two-words-inner"])]:
        (tmp_path / f"{name}.py").write_text(f"from labsupport.answers import Key\nKEYS = {{l: Key(1) for l in {labels}}}\n")
    yield
    for name in ("slopes", "two_words"):
        sys.modules.pop(f"labsupport.answers.{name}", None)
        answers.__dict__.pop(name, None)


def test_a_label_is_looked_up_in_its_chapter_which_is_loaded_only_then(chapters):
    assert check("slopes-easy", 1) and "labsupport.answers.two_words" not in sys.modules
    assert check("two-words-inner", 1)
    assert exercises.labels("slopes") == ["slopes-easy", "slopes-hard"]


@pytest.mark.parametrize("label, words", [
    ("slopes-hrad", "no exercise is labelled 'slopes-hrad': did you mean slopes-hard"),
    ("slope-easy", "did you mean slopes-easy"),
    ("zzz", "copy the label from the exercise's text"),
    (abs, "check takes the label first"),
])
def test_an_unknown_label_is_told_with_the_nearest(chapters, label, words):
    with pytest.raises(exercises.UnknownExercise) as caught:
        check(label, 1)
    assert words in str(caught.value) and "\\n" not in str(caught.value)
    assert isinstance(caught.value, KeyError)


def test_an_unknown_chapter_is_told_with_those_there_are(chapters):
    with pytest.raises(exercises.UnknownExercise, match="no exercises for chapter 'nosuch'; there are slopes, two_words"):
        exercises.labels("nosuch")


def test_true_and_false_count_as_1_and_0():
    assert check("derivatives-systems", [(True, True), (False, True), (True, False), (True, True), (False, True), (True, False)])


def test_a_rounded_answer_is_told_from_a_wrong_one():
    assert "more digits" in check("gradient_descent-direction", [-0.894, -0.447, -2.24]).message


# the public checks of assignments

LINE = [((0.0,), 1.0), ((2.0,), -0.3)]
LAYER = [((np.ones((3, 2)), [1, 2], {"rate": 2}), {"W": np.ones((2, 3)), "b": [2.0, 4.0], "loss": [np.array([1.0, 2.0]), 3]})]


def layer(X, y, settings):
    return {"W": X.T, "b": np.multiply(y, settings["rate"]), "loss": [torch.tensor([1.0, 2.0]), 3.0]}


def with_parts(**parts):
    return lambda X, y, settings: {**layer(X, y, settings), **parts}


@pytest.mark.parametrize("function, examples, message", [
    (lambda t: 1 - 0.65 * t, LINE, "right at the 2 examples; it will be graded at other points"),
    (lambda t: 1, LINE[:1], "right at the example; it will be graded at other points"),
    (max, [((3, 4), 4), (([1, 5],), 5)], "right at the 2 examples; it will be graded at other points"),
    (layer, LAYER, "right at the example; it will be graded at other points"),
])
def test_examples_that_are_right_promise_no_more(function, examples, message, capsys):
    verdict = check_examples("hw", function, examples)
    assert verdict.status == "right" and verdict.message == message and capsys.readouterr().out == f"✓ hw: {message}\n"


@pytest.mark.parametrize("function, examples", [
    (..., LINE), (None, LINE), (lambda t: ..., LINE), (to_do, LINE), (lambda *_: {"W": ..., "b": None, "loss": [..., ...]}, LAYER),
])
def test_examples_of_a_stub_are_not_attempted_yet(function, examples, capsys):
    assert check_examples("hw", function, examples).status == "not attempted"
    assert capsys.readouterr().out == "… hw: not attempted yet\n"


@pytest.mark.parametrize("function, examples, status, words", [
    (lambda t: 1.0, LINE, "wrong", "At t = 2 yours gives 1. It is right at 1 of 2 points"),
    (lambda t: 2 - 1.3 * t, LINE, "wrong", "At t = 0 yours gives 2. It is off by a constant factor: yours is 2 times"),
    (lambda t: 1 / t, LINE, "error", "raised ZeroDivisionError: float division by zero at t = 0 (line"),
    (lambda t, u: t, LINE, "error", "your function takes (t, u), but it is called with 1 argument"),
    (lambda t: [t], LINE, "wrong", "Yours has shape (1,), expected a single number"),
    (lambda t: ... if t else 1.0, LINE, "wrong", "at t = 2 your function gives nothing"),
    (1.0, LINE, "error", "a function is asked for, and this is float 1.0"),
    (max, [(([1, 2],), 3)], "wrong", "At argument 1 = [1, 2] yours gives 2."),
    (with_parts(b=[2.0, 5.0]), LAYER, "wrong", "not yet in ['b']."),
    (with_parts(b=None), LAYER, "wrong", "at X = array (3, 2), y = [1, 2], settings = {'rate': 2} your function gives in ['b'] nothing"),
    (with_parts(loss=[[1.0, 2.0], 4]), LAYER, "wrong", "not yet in ['loss'][1]. At X = array (3, 2)"),
    (with_parts(loss=3), LAYER, "wrong", "a list of 2 values is asked for in ['loss'], yours is 3"),
    (with_parts(c=3), LAYER, "wrong", "a dictionary with the keys 'W', 'b', 'loss' is asked for"),
    (lambda X, y, settings: X, LAYER, "wrong", "a dictionary with the keys 'W', 'b', 'loss' is asked for, yours is array"),
])
def test_examples_that_are_not_right_are_told_like_any_answer(function, examples, status, words):
    verdict = check_examples("hw", function, examples)
    assert verdict.status == status and words in verdict.message


def test_a_students_function_cannot_change_the_examples():
    examples = [(([2.0, 1.0],), [1.0, 2.0])]
    for _ in range(2):
        assert check_examples("hw", lambda values: values.sort() or values, examples)


@pytest.mark.parametrize("value, shape, status, words", [
    (2, (), "right", "a number, as asked for; its value will be graded"),
    (np.ones((3, 2)), (3, 2), "right", "of the shape asked for, (3, 2); its values will be graded"),
    ({"W": [[1, 2]], "b": 3.0}, {"W": (1, 2), "b": ()}, "right", "of the form asked for; its values will be graded"),
    ([np.ones(2), np.ones(2)], [(2,), (2,)], "right", "of the form asked for"),
    (..., (3,), "not attempted", "not attempted yet"),
    ({"W": ..., "b": ...}, {"W": (1, 2), "b": ()}, "not attempted", "not attempted yet"),
    ([3.0], (), "wrong", "Yours has shape (1,), expected a single number, shape (). Give the number itself"),
    (np.ones(3), (3, 1), "wrong", "Yours has shape (3,), expected shape (3, 1)."),
    ({"W": [1, 2], "b": 3.0}, {"W": (1, 2), "b": ()}, "wrong", "not yet in ['W']. Yours has shape (2,), expected shape (1, 2)."),
    ({"W": [[1, 2]], "b": ...}, {"W": (1, 2), "b": ()}, "wrong", "['b'] is nothing"),
    ([1, 2], {"W": (), "b": ()}, "wrong", "a dictionary with the keys 'W', 'b' is asked for"),
    ([1.0, np.nan], (2,), "wrong", "NaN"),
    (abs, (), "error", "this is a function"),
    ("3", (), "error", "'3' is not a number"),
])
def test_a_shape_is_checked_and_nothing_more(value, shape, status, words, capsys):
    verdict = check_shape("hw", value, shape)
    assert verdict.status == status and words in verdict.message
    assert capsys.readouterr().out.endswith(f" hw: {verdict.message}\n")


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text() | st.complex_numbers(), lambda s: st.lists(s) | st.tuples(s, s)
                    | st.dictionaries(st.text(), s)))
def test_nothing_a_student_gives_stops_the_public_checks(value):
    assert check_examples("hw", value, LINE).message and check_examples("hw", lambda *_: value, LAYER).message
    assert check_shape("hw", value, (3,)).message and check_shape("hw", value, {"a": (), "b": [(2,), ()]}).message


@pytest.mark.parametrize("examples", [[], [(1.0, 2.0)], [3], 5, ((1.0,), 2.0)])
def test_examples_that_are_no_pairs_are_refused(examples):
    with pytest.raises(ValueError, match="pairs of a tuple of arguments and the expected value"):
        check_examples("hw", abs, examples)


@pytest.mark.parametrize("shape", [3, [], {}, [3, 2], (2.5,), "2"])
def test_a_shape_that_is_none_is_refused(shape):
    with pytest.raises(ValueError, match="a shape is a tuple of lengths"):
        check_shape("hw", 1, shape)
