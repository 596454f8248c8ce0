"""Where an answer is wrong, in words: at which points, in which entries, in which row, column or part of a matrix.

The expected number is told for an entry of an array only, of which it is one of many.
"""

import numpy as np

from labsupport.comparison import Case, common, flat, show_fraction
from labsupport.witness import show_number


def evidence(case: Case, where: str) -> str:
    """What the answer is at the first point at which it is wrong, or in the first wrong entry there. where: that point, as text,
    or "". The sentence continues one.

    >>> evidence(Case([np.array([0.1, 0.2, 0.3])], [np.array([0.1, 0.5, 0.3])]), "x = 2")
    '. For x = 2, at [1]: yours 0.5, expected 0.2.'
    """
    k = case.right().index(False)
    e, g = case.expected[k], case.given[k]
    if g.ndim == e.ndim == 0:
        return f". {f'At {where} yours gives' if where else 'Yours is'} {show_number(g.item())}."
    if e.shape != g.shape or e.size < 3 or case.separate:
        return "."
    index = _index(case.wrong()[k])
    yours, expected = _told_apart(g[tuple(index)], e[tuple(index)])
    return f"{f'. For {where}' if where else ''}, at {index}: yours {yours}, expected {expected}."


def _told_apart(yours, expected):
    """Two numbers with as many digits as tell them apart."""
    texts = ((show_number(yours, digits), show_number(expected, digits)) for digits in (6, 10, 17))
    return next(((a, b) for a, b in texts if a != b), (repr(yours), repr(expected)))


def locate(case: Case) -> str:
    """Where the answer is wrong: at which points, and in which entries of the first of them."""
    return " ".join(filter(None, [_at_points(case), in_shape(case) if not case.agrees_in_shape() else _in_entries(case)]))


def differing_shapes(case: Case) -> tuple:
    """The first expected shape that the given one is not, and the given one."""
    k = [e.shape == g.shape for e, g in zip(case.expected, case.given)].index(False)
    return case.expected[k].shape, case.given[k].shape


def in_shape(case: Case) -> str:
    """A sentence on the first shape that is not the expected one."""
    expected, given = differing_shapes(case)
    return shapes_differ(expected, given)


def shapes_differ(expected: tuple, given: tuple) -> str:
    """A sentence on a shape that is not the expected one."""
    form = "a single number, shape ()" if expected == () else f"shape {expected}"
    advice = " Give the number itself, without brackets." if expected == () and set(given) <= {1} else ""
    return f"Yours has shape {given}, expected {form}.{advice}"


def _at_points(case):
    right = case.right()
    if not any(right):
        return None
    side = ""
    if points := case.numbers():
        good, bad = ([x for x, ok in zip(points, right) if bool(ok) is wanted] for wanted in (True, False))
        side = (f", wrong for {case.names[0]} ≥ {show_number(min(bad))}" if min(bad) > max(good) else
                f", wrong for {case.names[0]} ≤ {show_number(max(bad))}" if max(bad) < min(good) else "")
    return f"It is right at {sum(right)} of {len(right)} points{side}."


def _in_entries(case):
    wrong = case.wrong()
    first = next(w for w in wrong if w.any())
    count = int(first.sum())
    if first.ndim == 0:
        return None
    if case.separate or first.size < 3:
        others = f", and so {'is' if count == 2 else 'are'} {count - 1} more" if count > 1 else ""
        return f"Entry {_index(first)} is wrong{others}."
    g = case.given[[w is first for w in wrong].index(True)]
    if (infinite := first & np.isinf(g)).any():
        return f"Entry {_index(infinite)} is {show_number(g[infinite][0])}: was something divided by 0, or an exponential too large?"
    if count == 1:
        return "All other entries are right."
    return _in_a_part(case, wrong) or _signs(case, first) or f"{count} of {first.size} entries are wrong."


def _index(wrong):
    return list(map(int, np.argwhere(wrong)[0]))


def _signs(case, wrong):
    if case._replace(expected=[np.abs(e) for e in case.expected]).heals(np.abs):
        return f"Only signs are wrong, in {wrong.sum()} of {wrong.size} entries."


def _in_a_part(case, wrong):
    """A row, a column or the diagonal in which all wrong entries stand, and what is off there."""
    arrays = [(e, g, w) for e, g, w in zip(case.expected, case.given, wrong) if w.any()]
    if any(w.ndim != 2 or min(w.shape) < 2 for w in wrong):
        return None
    for name, others, part in _parts(*_index(arrays[0][2])):
        if all(not np.any(w & ~part(*w.shape)) and w.sum() > max(1, part(*w.shape).sum() / 2) for _, _, w in arrays):
            e, g = ([array[part(*array.shape)] for array in column] for column in list(zip(*arrays))[:2])
            return f"{name} is wrong, {others}{_how(case._replace(expected=e, given=g))}."


def _parts(i, j):
    """The parts of a matrix that may hold all wrong entries if (i, j) is one: a name, what is left, and the mask of a shape."""
    yield f"Row {i}", "all others are right", lambda m, n: np.tile(np.arange(m)[:, np.newaxis] == i, (1, n))
    yield f"Column {j}", "all others are right", lambda m, n: np.tile(np.arange(n) == j, (m, 1))
    yield "The diagonal", "all beside it is right", lambda m, n: np.eye(m, n, dtype=bool)
    yield "What stands above the diagonal", "all else is right", lambda m, n: np.triu(np.ones((m, n), bool), 1)
    yield "What stands below the diagonal", "all else is right", lambda m, n: np.tril(np.ones((m, n), bool), -1)
    yield "What stands beside the diagonal", "the diagonal is right", lambda m, n: ~np.eye(m, n, dtype=bool)


def _how(case):
    if not np.any(flat(case.given)):
        return "; yours is 0 there"
    if case.holds(np.negative):
        return "; the sign is flipped there"
    with np.errstate(all="ignore"):
        factor = common(case.factors()) if case.varies() else None
    return f"; yours is {show_fraction(q)} times the right answer there" if factor and (q := case.fraction(factor)) else ""
