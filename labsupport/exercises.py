"""Instant feedback on an answer: right, not attempted yet, or not yet, with the point at which it differs and a hint.

The expected answers stand in `labsupport/answers/`, one module a chapter. Nothing in a student's answer stops a notebook.
"""

import copy
import difflib
import inspect
import pkgutil
import sysconfig
import traceback
import warnings
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import combinations
from pathlib import Path

import numpy as np

from labsupport import answers, difference, expressions, sheets
from labsupport.answers import Key
from labsupport.comparison import Case
from labsupport.location import evidence, locate, shapes_differ
from labsupport.recognition import combined, recognise, second_slip
from labsupport.structure import Mismatch, Shape, pairs, shapes, within
from labsupport.witness import as_array, close, is_sympy, lambdify, short_repr, show_point

MARKS = {"right": "✓", "wrong": "✗", "not attempted": "…", "error": "✗"}
# whose lines of a traceback are not the student's
FOREIGN = (*(sysconfig.get_path(p) for p in ("stdlib", "purelib", "platlib")), str(Path(__file__).parent), "<frozen", "<lambdify")


class UnknownExercise(KeyError):
    """Raised by `check` for a label that no chapter has; the message names the nearest ones."""

    def __str__(self):
        return self.args[0]


@dataclass(frozen=True)
class Verdict:
    """What `check` found. status: "right", "wrong", "not attempted", or "error" where the answer could not be compared.
    message: what was printed, without the label. case: the answer beside the right one, where only a picture of the two says
    more. True if right."""

    status: str
    message: str
    case: Case | None = field(default=None, repr=False, compare=False)

    def __bool__(self):
        return self.status == "right"

    def _ipython_display_(self):
        """Nothing: `check` has printed the message."""


def check(label: str, answer, *, keys: dict | None = None) -> Verdict:
    """Say whether an answer to an exercise is right; if not, where it differs and, for the usual mistakes, why.

    label: the exercise's, as in the text: "derivatives-cubic". answer: a function, a number, a list or array, a SymPy
    expression or a torch tensor; None or `...`, or a function that returns them, is an exercise not attempted yet. keys:
    label -> Key, by default those of the label's chapter.

    Prints one short message and returns it as a `Verdict`. Never raises for what is wrong with the answer: an exception in a
    student's function is shown. Raises UnknownExercise for a label that is not there.

    >>> verdict = check("square", lambda x: x, keys={"square": Key("2*x", at=[1, 2, 3])})
    ✗ square: not yet. At x = 1 yours gives 1. It is off by a constant factor: yours is ½ times the right answer.
    >>> verdict.status, bool(verdict)
    ('wrong', False)
    """
    if not isinstance(label, str):
        raise UnknownExercise(f"check takes the label first, then the answer: check(\"derivatives-…\", answer), got "
                              f"{type(label).__name__} as the label")
    key = find(label, keys)
    return _told(label, _judge, key if sheets.points(key) else sheets.drawn(label, key), answer)


def check_examples(label: str, function, examples) -> Verdict:
    """Say whether a function is right at a few examples; whoever grades it tries other points.

    label: names the question in the message; it needs no key. function: the student's; `...`, or a function that returns it, is
    not attempted yet. examples: pairs (arguments, expected): a tuple of arguments, and the number, array, or list or dictionary
    of these that the function is to return for them.

    Prints one short message and returns it as a `Verdict`. Never raises for what is wrong with the function. Raises ValueError
    for examples that are no such pairs.

    >>> verdict = check_examples("square", lambda x: 2 * x, [((1.0,), 2.0), ((3.0,), 6.0)])
    ✓ square: right at the 2 examples; it will be graded at other points
    """
    return _told(label, _judge_examples, function, _checked(examples))


def check_shape(label: str, value, shape) -> Verdict:
    """Say whether a value has the form asked for; whether it is right is left to grading.

    label: names the question in the message; it needs no key. value: a number, an array, or a list or dictionary of these; `...`
    is not attempted yet. shape: a tuple of lengths, () for a number; a list or a dictionary of such tuples for a list or a
    dictionary of values.

    Prints one short message and returns it as a `Verdict`. Never raises for what is wrong with the value. Raises ValueError for
    a shape that is none.

    >>> verdict = check_shape("slopes", [1.0, 2.0], (2,))
    ✓ slopes: of the shape asked for, (2,); its values will be graded
    """
    return _told(label, _judge_shape, value, shapes(shape))


def check_expression(label: str, text: str, *, keys: dict | None = None) -> Verdict:
    """Say whether an answer is right that is typed as mathematics, as in a box of the page: "-3x^2 sin(x^3)" or "[2x, 1]".

    label, keys: as for `check`. text: the answer in the names of the exercise's variables; "..." is not attempted yet. It is
    compared at points drawn from the stated ranges. Prints and returns what `check` would for the same function or number, or
    says at which character the text is not understood (status "error").

    >>> verdict = check_expression("square", "1/2x", keys={"square": Key("2*x", ranges={"x": (-2, 2)})})
    ✗ square: not yet. At x = -0.4056 yours gives -0.2028. It is off by a constant factor: yours is ¼ times the right answer.
    """
    key = sheets.drawn(label, find(label, keys))
    try:
        answer = text if text in (None, ..., "...", "…", "") else read(key, text)
    except expressions.NotUnderstood as error:
        print(f"{MARKS['error']} {label}: {error}")
        return Verdict("error", str(error))
    return check(label, None if isinstance(answer, str) else answer, keys={label: key})


def read(key: Key, text: str):
    """A typed answer as a function of the key's variables, or as a value where it has none. Raises expressions.NotUnderstood."""
    if not isinstance(text, str):
        raise expressions.NotUnderstood(f"The answer is typed as text, in quotes: \"2x\". This is {type(text).__name__} {short_repr(text)}.")
    if not key.ranges and sheets.points(key):
        raise expressions.NotUnderstood("The answer to this exercise is code: give it to check.")
    function = expressions.function(text, sheets.names(key) if key.ranges else [])
    return function if key.ranges else function()


def labels(chapter: str) -> list[str]:
    """The labels of a chapter's exercises, sorted. Raises UnknownExercise if no chapter has that name."""
    if chapter not in _chapters():
        raise UnknownExercise(f"no exercises for chapter {chapter!r}; there are {', '.join(_chapters()) or 'none yet'}")
    return sorted(import_module(f"labsupport.answers.{chapter}").KEYS)


def find(label: str, keys: dict | None = None) -> Key:
    """The key of an exercise, from `keys` or from its chapter's module. Raises UnknownExercise, naming the nearest labels."""
    keys = _keys_of_chapter(label) if keys is None else keys
    if label not in keys:
        near = difflib.get_close_matches(str(label), keys, n=3, cutoff=0.4)
        raise UnknownExercise(f"no exercise is labelled {label!r}: " +
                              (f"did you mean {' or '.join(near)}?" if near else "copy the label from the exercise's text"))
    return keys[label]


class _Reply(Exception):
    """Ends the comparison with a status and a message."""


def _told(label, judge, *case):
    """The verdict of a judge, printed, with a picture where one says more."""
    try:
        verdict = judge(*case)
    except _Reply as reply:
        verdict = Verdict(*reply.args)
    except Mismatch as mismatch:
        verdict = Verdict("wrong", f"not yet: {mismatch}")
    print(f"{MARKS[verdict.status]} {label}: {verdict.message}")
    if verdict.case:
        difference.show(verdict.case)
    return verdict


# finding keys

def _chapters():
    return sorted(module.name for module in pkgutil.iter_modules(answers.__path__))


def _keys_of_chapter(label):
    mine = [c for c in _chapters() if str(label).startswith(c.replace("_", "-") + "-")]
    wanted = [max(mine, key=len)] if mine else _chapters()  # all, to name the nearest
    return {k: v for chapter in wanted for k, v in import_module(f"labsupport.answers.{chapter}").KEYS.items()}


# from the answer to values

def _judge(key, answer):
    if _is_blank(answer):
        raise _Reply("not attempted", "not attempted yet")
    return _judge_function(key, answer) if sheets.points(key) else _judge_value(key, answer)


def _is_blank(answer):
    """None, ..., or a list or dictionary of them."""
    if isinstance(answer, dict):
        answer = list(answer.values())
    return answer is None or answer is ... or isinstance(answer, (list, tuple)) and len(answer) > 0 and all(map(_is_blank, answer))


def _judge_value(key, answer):
    if is_sympy(answer):
        answer = _called(key, _as_function(key, answer, []), (), [])
    if callable(answer):
        raise _Reply("error", "a number or an array is asked for, and this is a function: call it and give what it returns")
    return _compare(key, [], sheets.evaluated(key, key.answer), [_as_values(answer, "this is")])


def _judge_function(key, answer):
    points, warned = sheets.points(key), []
    function = _as_function(key, answer, sheets.names(key))
    results = _results(key, function, points, warned)
    given = [_as_values(result, _gives(key, point)) for result, point in zip(results, points)]
    verdict = _compare(key, points, sheets.evaluated(key, key.answer), given)
    return replace(verdict, message=verdict.message + "".join(warned[:1]))


def _results(key, function, points, warned):
    """What the student's function returns at each of the points."""
    _check_arity(key, function, points[0])
    results = [_called(key, function, point, warned) for point in points]
    if all(map(_is_blank, results)):
        raise _Reply("not attempted", "not attempted yet")
    return results


def _gives(key, point, place=""):
    return f"at {_where(key, point)} your function gives{' in ' * bool(place)}{place}"


def _judge_examples(function, examples):
    if _is_blank(function):
        raise _Reply("not attempted", "not attempted yet")
    if not callable(function):
        raise _Reply("error", f"a function is asked for, and this is {type(function).__name__} {short_repr(function)}: "
                              "give the function itself, not what it returns")
    points, values, warned = *zip(*examples), []
    key = Key(None, variables=" ".join(_parameters(function)))
    parts = {}  # place in the result -> (point, expected, given) of each example
    for point, value, result in zip(points, values, _results(key, function, points, warned)):
        for place, expected, given in pairs(value, result):
            given = _as_values(given, _gives(key, point, place))
            parts.setdefault(place, []).append((point, as_array(expected), given))
    for place, part in parts.items():
        if not (verdict := _compare(key, *zip(*part), place)):
            return replace(verdict, message=verdict.message + "".join(warned[:1]))
    count = f"{len(points)} examples" if len(points) > 1 else "example"
    return Verdict("right", f"right at the {count}; it will be graded at other points")


def _checked(examples):
    if isinstance(examples, (list, tuple)) and examples and all(map(_is_pair, examples)):
        return examples
    raise ValueError("check_examples takes pairs of a tuple of arguments and the expected value, as in [((2.0,), 4.0)], got "
                     f"{short_repr(examples)}")


def _is_pair(example):
    return isinstance(example, (list, tuple)) and len(example) == 2 and isinstance(example[0], tuple)


def _parameters(function):
    """The names of a function's arguments, as far as they are known."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some built-in functions have none
        return []
    return [p.name for p in parameters if p.kind <= p.POSITIONAL_OR_KEYWORD]


def _judge_shape(value, shape):
    if _is_blank(value):
        raise _Reply("not attempted", "not attempted yet")
    if callable(value):
        raise _Reply("error", "a number or an array is asked for, and this is a function: call it and give what it returns")
    for place, wanted, given in pairs(shape, value):
        given = _as_values(given, f"{place} is" if place else "this is")
        if given.shape != wanted.lengths:
            raise _Reply("wrong", f"not yet{within(place)}. {shapes_differ(wanted.lengths, given.shape)}")
    if shape == Shape(()):
        return Verdict("right", "a number, as asked for; its value will be graded")
    form = f"shape asked for, {shape.lengths}" if isinstance(shape, Shape) else "form asked for"
    return Verdict("right", f"of the {form}; its values will be graded")


def _where(key, point):
    names = sheets.names(key) + [f"argument {k}" for k in range(len(sheets.names(key)) + 1, len(point) + 1)]
    return ", ".join(_shown(argument, name) for name, argument in zip(names, point))


def _shown(argument, name):
    try:
        return show_point(as_array(argument), name)
    except TypeError:
        return f"{name} = {short_repr(argument)}"


def _as_function(key, answer, names):
    """The answer as a function of the key's variables; says so kindly if it is none."""
    if is_sympy(answer):
        import sympy

        symbols = {str(s): s for s in answer.free_symbols}
        if unknown := sorted(set(symbols) - set(names)):
            raise _Reply("error", f"your expression has the symbol {unknown[0]}, but only {', '.join(names) or 'numbers'} may occur")
        ordered = [symbols.get(name, sympy.Symbol(name)) for name in names]
        return lambda *arguments: lambdify(answer, ordered)(np.array(arguments if len(arguments) > 1 else arguments[:1] or 0.0))
    if not callable(answer):
        raise _Reply("error", f"a function of {', '.join(names)} is asked for, and this is {type(answer).__name__} "
                              f"{short_repr(answer)}: give the function, as in lambda {', '.join(names)}: …")
    return answer


def _check_arity(key, function, point):
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions have none
        return
    try:
        signature.bind(*point)
    except TypeError:
        names = f": ({', '.join(sheets.names(key))})" if len(sheets.names(key)) == len(point) else ""
        raise _Reply("error", f"your function takes {signature}, but it is called with {len(point)} "
                              f"argument{'s' * (len(point) != 1)}{names}") from None


def _called(key, function, point, warned):
    """What the student's function returns at a point; None where it is not attempted."""
    arguments = copy.deepcopy(point)
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        try:
            result = function(*arguments)
        except NotImplementedError:
            return None
        except (Exception, SystemExit) as error:
            raise _Reply("error", _crash(error, _where(key, point))) from None
    warned += [f" (Python warned: {w.message}, at {_where(key, point)}.)" for w in caught]
    return result


def _crash(error, where):
    own = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(FOREIGN)]
    line = f" (line {own[-1].lineno}: {own[-1].line[:80]})" if own and own[-1].line else ""
    text = (str(error).splitlines() or ["no message"])[0][:200]
    return f"your function raised {type(error).__name__}: {text}{' at ' * bool(where)}{where}{line}"


def _counted(value):
    """A table of True and False as 1 and 0; anything else as it is."""
    try:
        table = np.asarray(value)
    except ValueError:  # rows of different lengths, which `as_array` explains
        return value
    return table.astype(float) if table.dtype == bool and table.ndim else value


def _as_values(value, subject):
    if _is_blank(value):
        raise _Reply("wrong", f"not yet: {subject} nothing. Does every branch end in a return?")
    try:
        array = as_array(_counted(value))
    except Exception as error:  # a student's object may do anything
        raise _Reply("error", f"{subject} no real number: {error}") from None
    if (missing := np.isnan(array)).any():
        place = "" if missing.all() else f" at {list(map(int, np.argwhere(missing)[0]))}"
        raise _Reply("wrong", f"not yet: {subject} NaN{place}. Is it 0/0, ∞/∞ or 0·∞, or the root or logarithm of a negative number?")
    return array


# comparing

def _compare(key, points, expected, given, place=""):
    case = Case(expected, given, key.tolerance, points, sheets.names(key), sheets.is_several(key.answer), key.relative)
    if all(case.right()):
        return Verdict("right", f"right at all {len(points)} points" if len(points) > 1 else "right")
    explained = _hint(key, case) or _forgotten(key, case) or recognise(case) or _two_slips(key, case)
    where = _where(key, points[case.right().index(False)]) if points else ""
    message = f"not yet{within(place)}{evidence(case, where)} {explained or locate(case)}".strip()
    return Verdict("wrong", message, None if explained else case)


def _hint(key, case):
    for hint, mistaken in sheets.mistakes(key):
        if _same(mistaken, case):
            return hint
    return None


def _same(mistaken, case):
    return all(close(m, g, case.tolerance) for m, g in zip(mistaken, case.given))


def _forgotten(key, case):
    """What was forgotten in differentiating the key's original function, if its derivative is asked for."""
    return next((hint for hint, values in sheets.forgotten(key) if _same(values, case)), None)


def _two_slips(key, case):
    """The hints of two mistakes made at once."""
    for hint, mistaken in sheets.mistakes(key):
        if besides := second_slip(case, mistaken):
            return f"{hint} Besides, {besides}."
    for (hint, one), (other_hint, other) in combinations(sheets.mistakes(key), 2):
        if combined(case, one, other):
            return f"Two slips at once. {hint} {other_hint}"
    return None
