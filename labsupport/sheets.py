"""What a key asks, in numbers: the points at which an answer is compared, and there the values of the right answer and of the usual
mistakes. `exercises` compares a student's answer with them in a notebook, an answer box of a page in the browser.
"""

import zlib
from dataclasses import replace

import numpy as np

from labsupport import expressions
from labsupport.slips import slips
from labsupport.witness import as_array, as_points, close, lambdify

DRAWN = 20  # points at which a typed answer is compared


def names(key) -> list[str]:
    """The names of the key's variables, in order."""
    return key.variables.replace(",", " ").split()


def points(key) -> list[tuple]:
    """The points of a key as tuples of arguments; none for a key that is a value."""
    if np.iterable(key.at) and len(key.at) == 0:
        return []
    if len(names(key)) == 1:
        return [(point,) for point in as_points(key.at)]
    return [tuple(as_points(list(point))) for point in key.at]


def drawn(label: str, key):
    """The key with points drawn from its ranges, the same for a label every time; those without a finite answer are left out.
    A key without ranges is returned as it is. Raises ValueError if too few points are left."""
    if not key.ranges:
        return key
    rng = np.random.default_rng(zlib.crc32(label.encode()))
    tried = [tuple(round(rng.uniform(*key.ranges[name]), 4) for name in names(key)) for _ in range(5 * DRAWN)]
    key = replace(key, at=tried if len(names(key)) > 1 else [x for x, in tried])
    good = [point for point, value in zip(key.at, evaluated(key, key.answer)) if np.isfinite(value).all()]
    if len(good) < DRAWN:
        raise ValueError(f"{label}: in the ranges {key.ranges} the expected answer is finite at {len(good)} of {5 * DRAWN} points only")
    return replace(key, at=good[:DRAWN])


def evaluated(key, source) -> list[np.ndarray]:
    """An answer of the key (function, text, number or array) at each of its points; one in all for a value."""
    if expressions.is_text(source):
        source = expressions.function(source, names(key) if points(key) else [])
    if callable(source):
        with np.errstate(all="ignore"):  # a wrong answer may divide by 0 where the right one does not
            return [as_array(source(*point)) for point in points(key) or [()]]
    return [as_array(source)] * max(1, len(points(key)))


def mistakes(key) -> list[tuple]:
    """The key's own hints, each with the values of the answer that earns it; the last is for the original function unchanged."""
    own = [(hint, evaluated(key, mistake)) for hint, mistake in key.mistakes.items()]
    return own if key.of is None else [*own, ("That is the function itself: its derivative is asked for.", evaluated(key, key.of))]


def forgotten(key) -> list[tuple]:
    """What may be forgotten in differentiating the key's original function, if its derivative is what is asked: hints, each with
    the values of the derivative that lacks it."""
    if not isinstance(key.of, str) or not points(key):
        return []
    import sympy

    symbols = [sympy.Symbol(name, real=True) for name in names(key)]  # or SymPy leaves the slope of abs undone
    try:
        formula = sympy.sympify(key.of, locals=dict(zip(names(key), symbols)))
    except sympy.SympifyError:
        return []

    def at_points(derivative):
        return [lambdify(derivative, symbols)(np.array(point)) for point in points(key)]

    if formula.free_symbols - set(symbols):
        return []
    derivative = at_points(formula.diff(symbols[0]))
    if not all(close(right, each, key.tolerance) for right, each in zip(evaluated(key, key.answer), derivative)):
        return []
    return [(hint, at_points(wrong)) for hint, wrong in slips(formula, symbols[0]) if not wrong.has(sympy.nan, sympy.zoo)]


def is_several(answer) -> bool:
    """Whether an answer is written as numbers of their own, in a tuple, and not as an array."""
    return isinstance(answer, tuple) or isinstance(answer, list) and any(isinstance(each, tuple) for each in answer)


def sheet(label: str, key) -> dict:
    """What an answer box compares with, as plain lists: the names of the variables, the points (none for a value), the values of the
    expected answer and of each mistake at each point, the tolerance; whether the entries are numbers of their own, asked for
    together, and no vector.

    Raises ValueError for a key whose answer cannot be typed: a function without `ranges`."""
    key = drawn(label, key)
    if not key.ranges and (callable(key.answer) or points(key)):
        raise ValueError(f"{label}: its answer is a function, and its key has no ranges from which to draw the points")
    return {
        "variables": names(key) if key.ranges else [],
        "points": points(key),
        "expected": list(map(_plain, evaluated(key, key.answer))),
        "mistakes": [[hint, list(map(_plain, values))] for hint, values in [*mistakes(key), *forgotten(key)]],
        "tolerance": key.tolerance,
        "relative": key.relative,
        "separate": is_several(key.answer),
    }


def _plain(value):
    """An array as nested lists for JSON, which has no infinity; twelve digits are more than any tolerance asks for."""
    if value.ndim:
        return [_plain(entry) for entry in value]
    return float(f"{value:.12g}") if np.isfinite(value) else str(float(value)).replace("nan", "NaN").replace("inf", "Infinity")
