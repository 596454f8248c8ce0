"""Instant feedback on an answer: right, not attempted yet, or not yet, with the point at which it differs and a hint.

The expected answers stand in `labsupport/answers/`, one module a chapter. Nothing in a student's answer stops a notebook.
"""

import difflib
import inspect
import pkgutil
import sysconfig
import traceback
import warnings
import zlib
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import numpy as np

from labsupport import answers, expressions
from labsupport.answers import Key
from labsupport.witness import as_array, as_points, close, is_sympy, lambdify, short_repr, show_number, show_point

DRAWN = 20  # points at which a typed answer is compared
MARKS = {"right": "✓", "wrong": "✗", "not attempted": "…", "error": "✗"}
FRACTIONS = {Fraction(1, 2): "½", Fraction(1, 3): "⅓", Fraction(1, 4): "¼", Fraction(2, 3): "⅔", Fraction(3, 4): "¾"}
# whose lines of a traceback are not the student's
FOREIGN = (*(sysconfig.get_path(p) for p in ("stdlib", "purelib", "platlib")), str(Path(__file__).parent), "<frozen", "<lambdify")


class UnknownExercise(KeyError):
    """Raised by `check` for a label that no chapter has; the message names the nearest ones."""

    def __str__(self):
        return self.args[0]


@dataclass(frozen=True)
class Verdict:
    """What `check` found. status: "right", "wrong", "not attempted", or "error" where the answer could not be compared.
    message: what was printed, without the label. True if right."""

    status: str
    message: str

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
    key = key if _points(key) else drawn(label, key)
    try:
        verdict = _judge(key, answer)
    except _Reply as reply:
        verdict = Verdict(*reply.args)
    print(f"{MARKS[verdict.status]} {label}: {verdict.message}")
    return verdict


def check_expression(label: str, text: str, *, keys: dict | None = None) -> Verdict:
    """Say whether an answer is right that is typed as mathematics, as in a box of the page: "-3x^2 sin(x^3)" or "[2x, 1]".

    label, keys: as for `check`. text: the answer in the names of the exercise's variables; "..." is not attempted yet. It is
    compared at points drawn from the stated ranges. Prints and returns what `check` would for the same function or number, or
    says at which character the text is not understood (status "error").

    >>> verdict = check_expression("square", "1/2x", keys={"square": Key("2*x", ranges={"x": (-2, 2)})})
    ✗ square: not yet. At x = -0.4056 yours gives -0.2028. It is off by a constant factor: yours is ¼ times the right answer.
    """
    key = drawn(label, find(label, keys))
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
    if not key.ranges and _points(key):
        raise expressions.NotUnderstood("The answer to this exercise is code: give it to check.")
    function = expressions.function(text, _names(key) if key.ranges else [])
    return function if key.ranges else function()


def drawn(label: str, key: Key) -> Key:
    """The key with points drawn from its ranges, the same for a label every time; those without a finite answer are left out.
    A key without ranges is returned as it is. Raises ValueError if too few points are left."""
    if not key.ranges:
        return key
    rng = np.random.default_rng(zlib.crc32(label.encode()))
    points = [tuple(round(rng.uniform(*key.ranges[name]), 4) for name in _names(key)) for _ in range(5 * DRAWN)]
    key = replace(key, at=points if len(points[0]) > 1 else [x for x, in points])
    good = [point for point, value in zip(key.at, _evaluated(key, key.answer)) if np.isfinite(value).all()]
    if len(good) < DRAWN:
        raise ValueError(f"{label}: in the ranges {key.ranges} the expected answer is finite at {len(good)} of {5 * DRAWN} points only")
    return replace(key, at=good[:DRAWN])


def sheet(label: str, keys: dict | None = None) -> dict:
    """What an answer box on a page compares with, as plain lists: the names of the variables, the points (none for a value), the
    values of the expected answer, of each mistake and of the original function at each point, the tolerance; whether the entries
    are numbers of their own, asked for together, and no vector.

    Raises UnknownExercise, or ValueError for a key whose answer cannot be typed: a function without `ranges`."""
    key = drawn(label, find(label, keys))
    if not key.ranges and (callable(key.answer) or _points(key)):
        raise ValueError(f"{label}: its answer is a function, and its key has no ranges from which to draw the points")

    def values(source):
        return [_plain(value) for value in _evaluated(key, source)]

    return {
        "variables": _names(key) if key.ranges else [],
        "points": _points(key),
        "expected": values(key.answer),
        "mistakes": [[hint, values(mistake)] for hint, mistake in key.mistakes.items()],
        "of": None if key.of is None else values(key.of),
        "tolerance": key.tolerance,
        "relative": key.relative,
        "separate": isinstance(key.answer, tuple) or isinstance(key.answer, list) and any(isinstance(part, tuple) for part in key.answer),
    }


def _plain(value):
    """An array as nested lists for JSON, which has no infinity; twelve digits are more than any tolerance asks for."""
    if value.ndim:
        return [_plain(entry) for entry in value]
    return float(f"{value:.12g}") if np.isfinite(value) else str(float(value)).replace("nan", "NaN").replace("inf", "Infinity")


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
    return _judge_function(key, answer) if _points(key) else _judge_value(key, answer)


def _is_blank(answer):
    """None, ..., or a list of them."""
    return answer is None or answer is ... or isinstance(answer, (list, tuple)) and answer != type(answer)() and all(map(_is_blank, answer))


def _judge_value(key, answer):
    if is_sympy(answer):
        answer = _called(key, _as_function(key, answer, []), (), [])
    if callable(answer):
        raise _Reply("error", "a number or an array is asked for, and this is a function: call it and give what it returns")
    return _compare(key, [_as_values(answer, "this is")])


def _judge_function(key, answer):
    points, warned = _points(key), []
    function = _as_function(key, answer, _names(key))
    _check_arity(key, function, points[0])
    results = [_called(key, function, point, warned) for point in points]
    if all(map(_is_blank, results)):
        raise _Reply("not attempted", "not attempted yet")
    given = [_as_values(result, f"at {_where(key, point)} your function gives") for result, point in zip(results, points)]
    verdict = _compare(key, given)
    return Verdict(verdict.status, verdict.message + "".join(warned[:1]))


def _names(key):
    return key.variables.replace(",", " ").split()


def _points(key):
    """The points as tuples of arguments; none for a key that is a value."""
    if np.iterable(key.at) and len(key.at) == 0:
        return []
    if len(_names(key)) == 1:
        return [(point,) for point in as_points(key.at)]
    return [tuple(as_points(list(point))) for point in key.at]


def _where(key, point):
    return ", ".join(show_point(argument, name) for name, argument in zip(_names(key), point))


def _as_function(key, answer, names):
    """The answer as a function of the key's variables; says so kindly if it is none."""
    if is_sympy(answer):
        symbols = {str(s): s for s in answer.free_symbols}
        if unknown := sorted(set(symbols) - set(names)):
            raise _Reply("error", f"your expression has the symbol {unknown[0]}, but only {', '.join(names) or 'numbers'} may occur")
        ordered = [symbols.get(name, _symbol(name)) for name in names]
        return lambda *arguments: lambdify(answer, ordered)(np.array(arguments if len(arguments) > 1 else arguments[:1] or 0.0))
    if not callable(answer):
        raise _Reply("error", f"a function of {', '.join(names)} is asked for, and this is {type(answer).__name__} "
                              f"{short_repr(answer)}: give the function, as in lambda {', '.join(names)}: …")
    return answer


def _symbol(name):
    import sympy

    return sympy.Symbol(name)


def _check_arity(key, function, point):
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions have none
        return
    try:
        signature.bind(*point)
    except TypeError:
        raise _Reply("error", f"your function takes {signature}, but it is called with {len(point)} "
                              f"argument{'s' * (len(point) > 1)}: ({', '.join(_names(key))})") from None


def _called(key, function, point, warned):
    """What the student's function returns at a point; None where it is not attempted."""
    arguments = [a.copy() if isinstance(a, np.ndarray) else a for a in point]
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
    if np.isnan(array).any():
        raise _Reply("wrong", f"not yet: {subject} NaN. Is it 0/0, ∞/∞ or 0·∞, or the root or logarithm of a negative number?")
    return array


# comparing

def _compare(key, given):
    points = _points(key)
    expected = _evaluated(key, key.answer)
    right = [close(e, g, key.tolerance) and (not key.relative or np.allclose(g, e, key.tolerance, 0)) for e, g in zip(expected, given)]
    if all(right):
        return Verdict("right", f"right at all {len(points)} points" if len(points) > 1 else "right")
    k = right.index(False)
    place = f"At {_where(key, points[k])} yours gives" if points else "Yours is"
    value = f" {place} {show_number(given[k].item())}." if given[k].ndim == 0 else ""
    hint = _hint(key, given) or _how_it_is_off(key, expected, given, right)
    return Verdict("wrong", f"not yet.{value}{' ' + hint if hint else ''}")


def _evaluated(key, source):
    """An answer of the key (function, text, number or array) as a list of arrays, one a point; one in all for a value."""
    points = _points(key)
    if expressions.is_text(source):
        source = expressions.function(source, _names(key) if points else [])
    if callable(source):
        with np.errstate(all="ignore"):  # a wrong answer may divide by 0 where the right one does not
            return [as_array(source(*point)) for point in points or [()]]
    return [as_array(source)] * max(1, len(points))


def _same(expected, given, tolerance):
    return all(close(e, g, tolerance) for e, g in zip(expected, given))


def _hint(key, given):
    for hint, mistake in key.mistakes.items():
        if _same(_evaluated(key, mistake), given, key.tolerance):
            return hint
    if key.of is not None and _same(_evaluated(key, key.of), given, key.tolerance):
        return "That is the function itself: its derivative is asked for."
    return None


def _how_it_is_off(key, expected, given, right):
    for e, g in zip(expected, given):
        if e.shape != g.shape:
            return _off_in_shape(e, g, key.tolerance)
    e, g = (np.concatenate([np.ravel(v) for v in values]) for values in (expected, given))
    if np.allclose(g, e, rtol=5e-3, atol=0):
        return "That is close. Give more digits or the exact expression; or a whole number, if a count is asked for."
    with np.errstate(all="ignore"):
        whole = _off_by_sign(e, g, key) or _off_by_factor(e, g, key) or _off_by_reciprocal(e, g, key) or _off_by_constant(e, g, key)
    return whole or " ".join(filter(None, [_off_at_points(key, right), _off_in_entries(expected, given, right, key.tolerance)]))


def _off_in_shape(e, g, tolerance):
    if close(e.T, g, tolerance):
        return f"It is transposed: yours has shape {g.shape}, expected {e.shape}."
    advice = " Give the number itself, without brackets." if e.shape == () and g.size == 1 else ""
    expected = "a single number, shape ()" if e.shape == () else f"shape {e.shape}"
    return f"Yours has shape {g.shape}, expected {expected}.{advice}"


def _off_by_sign(e, g, key):
    return "The sign is flipped." if close(-e, g, key.tolerance) else None


def _off_by_factor(e, g, key):
    if not np.any(e) or not np.any(g):
        return None
    largest = np.argmax(np.abs(e))
    factor = g[largest] / e[largest]
    if not np.isfinite(factor):
        return None
    simple = Fraction(float(factor)).limit_denominator(12)
    known = close(float(simple), factor, key.tolerance) and simple != 0
    # a single value is some multiple of any other: there, only 2, ½ and their like say something
    if not close(factor * e, g, key.tolerance) or not (_varies(e, key) or known and abs(simple.numerator) <= 12):
        return None
    return f"It is off by a constant factor: yours is {_fraction(simple) if known else show_number(factor, 4)} times the right answer."


def _varies(e, key):
    return np.ptp(np.abs(e)) > key.tolerance * max(1.0, np.abs(e).max())


def _fraction(q):
    return FRACTIONS.get(abs(q), str(abs(q))) if q > 0 else "−" + _fraction(-q)


def _off_by_reciprocal(e, g, key):
    return "It is the reciprocal of the right answer." if close(np.ones_like(e), e * g, key.tolerance) else None


def _off_by_constant(e, g, key):
    offset = (g - e)[0]
    if not (_varies(e, key) and np.isfinite(offset) and close(e + offset, g, key.tolerance)):
        return None
    return f"It is off by a constant: yours is {show_number(abs(offset))} too {'large' if offset > 0 else 'small'} everywhere."


def _off_at_points(key, right):
    points, names = _points(key), _names(key)
    if not any(right):
        return None
    side = ""
    if len(names) == 1 and all(np.ndim(p[0]) == 0 for p in points):
        good, bad = ([p[0] for p, ok in zip(points, right) if ok is wanted] for wanted in (True, False))
        side = (f", wrong for {names[0]} ≥ {show_number(min(bad))}" if min(bad) > max(good) else
                f", wrong for {names[0]} ≤ {show_number(max(bad))}" if max(bad) < min(good) else "")
    return f"It is right at {sum(right)} of {len(right)} points{side}."


def _off_in_entries(expected, given, right, tolerance):
    e, g = expected[right.index(False)], given[right.index(False)]
    if e.ndim == 0:
        return None
    wrong = [list(map(int, i)) for i in np.ndindex(e.shape) if not close(e[i], g[i], tolerance)]
    others = f", and so {'is' if len(wrong) == 2 else 'are'} {len(wrong) - 1} more" if len(wrong) > 1 else ""
    return f"Entry {wrong[0]} is wrong{others}."
