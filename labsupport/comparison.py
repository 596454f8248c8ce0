"""What is off in an answer that is not right: a usual mistake that explains it, or the entries that are wrong.

A mistake is recognised only where it explains every entry at every point; a coincidence, as among equal entries, is none.
"""

from fractions import Fraction
from functools import partial
from itertools import permutations, product
from typing import NamedTuple

import numpy as np

from labsupport.witness import close, distances, show_number

FRACTIONS = {Fraction(1, 2): "½", Fraction(1, 3): "⅓", Fraction(1, 4): "¼", Fraction(2, 3): "⅔", Fraction(3, 4): "¾"}


class Case(NamedTuple):
    """The right answer and the given one. expected, given: an array for each point. tolerance: as in `witness.close`. points: the
    arguments at each, none for a value. names: of the arguments. separate: whether the entries are numbers of their own, asked
    for together, and no array. relative: whether small entries have to be right to as many digits as large ones."""

    expected: list
    given: list
    tolerance: float = 1e-6
    points: list = ()
    names: list = ()
    separate: bool = False
    relative: bool = False

    def wrong(self) -> list:
        """For each point which entries are wrong, a Boolean array of their shape; all of them where the shapes differ."""
        return [self._wrong(e, g) if e.shape == g.shape else np.ones(e.shape, bool) for e, g in zip(self.expected, self.given)]

    def _wrong(self, e, g):
        far = distances(e, g) > self.tolerance
        return far | ~np.isclose(g, e, self.tolerance, 0) if self.relative else far

    def right(self) -> list:
        """For each point whether the answer is right."""
        return [e.shape == g.shape and not w.any() for e, g, w in zip(self.expected, self.given, self.wrong())]


def recognise(case: Case) -> str | None:
    """The usual mistake that explains the whole answer, as a sentence or two; None if none does.

    >>> recognise(Case([np.array([[1.0, 2.0], [3.0, 4.0]])], [np.array([[1.0, 3.0], [2.0, 4.0]])]))
    'It is transposed.'
    """
    slips = SLIPS if _agree_in_shape(case) else SLIPS_OF_SHAPE
    with np.errstate(all="ignore"):
        return next(filter(None, (slip(case) for slip in slips)), None)


def second_slip(case: Case, mistaken: list) -> str | None:
    """What is off besides, if the answer is a mistaken one with a flipped sign or with a simple factor; None if it is not.

    >>> second_slip(Case([np.arange(3.0)], [np.array([0.0, -2.0, -8.0])]), [np.array([0.0, 1.0, 4.0])])
    'there is a factor −2 too many'
    """
    case = case._replace(expected=mistaken)
    with np.errstate(all="ignore"):
        telling = _agree_in_shape(case) and _flat(mistaken).size > 2 and _varies(case)
        factor = _common(_factors(case)) if telling else None
    simple = _simple(factor, case) if factor else None
    if simple is None or simple == 1:
        return None
    return "the sign is flipped" if simple == -1 else f"there is a factor {_fraction(simple)} too many"


def locate(case: Case) -> str:
    """Where the answer is wrong: at which points, and in which entries of the first of them."""
    return " ".join(filter(None, [_at_points(case), _in_shape(case) if not _agree_in_shape(case) else _in_entries(case)]))


def combined(case: Case, one: list, other: list) -> bool:
    """Whether two mistaken answers explain the given one together: each in entries of its own, or both as factors."""
    if not _agree_in_shape(case) or any(m.shape != e.shape for m, e in zip([*one, *other], case.expected * 2)):
        return False
    with np.errstate(all="ignore"):
        return _apart(case, one, other) or _as_factors(case, one, other)


def _apart(case, one, other):
    first, second = (case._replace(given=mistaken).wrong() for mistaken in (one, other))
    if any(np.any(a & b) for a, b in zip(first, second)) or not (np.any(_flat(first)) and np.any(_flat(second))):
        return False
    both = [np.where(a, m, n) for a, m, n in zip(first, one, other)]
    return _holds(case._replace(expected=both), np.asarray)


def _as_factors(case, one, other):
    e = _flat(case.expected)
    return bool(e.size > 2 and e.all() and _varies(case)) and _holds(
        case._replace(expected=[m * n / each for m, n, each in zip(one, other, case.expected)]), np.asarray)


# equality, on the answer's own scale: entries that are all tiny are not all equal

def _equal(case, a, b):
    if np.shape(a) != np.shape(b):
        return False
    scale = min(1.0, max((np.max(np.abs(e), initial=0.0, where=np.isfinite(e)) for e in case.expected), default=0.0))
    allowed = max(case.tolerance, 1e-9) * np.maximum(np.abs(a), scale)
    return bool(np.all((a == b) | np.isfinite(a) & (np.abs(a - b) <= allowed)))


def _holds(case, transform):
    """Whether the transformed right answer is the given one, at every point."""
    return all(_equal(case, transform(e), g) for e, g in zip(case.expected, case.given))


def _heals(case, transform):
    """Whether the transformed given answer is the right one, at every point."""
    return all(_equal(case, e, transform(g)) for e, g in zip(case.expected, case.given))


def _agree_in_shape(case):
    return all(e.shape == g.shape for e, g in zip(case.expected, case.given))


def _flat(arrays):
    return np.concatenate([np.ravel(a) for a in arrays])


def _varies(case):
    """Whether the entries differ enough for a rule that fits them all to say something."""
    e = np.abs(_flat(case.expected))
    return bool(np.ptp(e) > case.tolerance * max(1.0, e.max()))


def _distinct(a):
    """Whether an array has three values or more, all of them different."""
    return a.size > 2 and len(np.unique(a)) == a.size


def _matrices(case):
    return all(e.ndim == g.ndim == 2 for e, g in zip(case.expected, case.given))


# off in every entry alike

def _close(case):
    if np.allclose(_flat(case.given), _flat(case.expected), rtol=5e-3, atol=0):
        return "That is close. Give more digits or the exact expression; or a whole number, if a count is asked for."


def _sign(case):
    return "The sign is flipped." if _holds(case, np.negative) else None


def _factor(case):
    factors = _factors(case)
    if not factors:
        return None
    factor = _common(factors)
    if factor is None:
        return _mean(case, factors)
    simple = _simple(factor, case)
    # a single value is some multiple of any other: there, only 2, ½ and their like say something
    if not (_varies(case) or simple and abs(simple.numerator) <= 12):
        return None
    how_much = _fraction(simple) if simple else show_number(factor, 4)
    advice = _mean(case, factors) if _varies(case) and max(abs(factor), 1 / abs(factor)) > 2.5 else None
    return " ".join(filter(None, [f"It is off by a constant factor: yours is {how_much} times the right answer.", advice]))


def _factors(case):
    """For each point the number that takes the right answer there to the given one; [] if there is none. Where both are 0, any
    number does, and the point is left out."""
    pairs = [(e, g) for e, g in zip(case.expected, case.given) if np.any(e) or np.any(g)]
    factors = [g.flat[np.argmax(np.abs(e))] / np.max(np.abs(e)) * np.sign(e.flat[np.argmax(np.abs(e))]) for e, g in pairs]
    fits = all(np.isfinite(c) and c != 0 and _equal(case, c * e, g) for c, (e, g) in zip(factors, pairs))
    return factors if fits else []


def _common(factors):
    return factors[0] if factors and np.allclose(factors, factors[0], rtol=1e-6, atol=0) else None


def _simple(factor, case):
    """The factor as a fraction with a denominator up to 12; None if it is no such fraction."""
    simple = Fraction(float(factor)).limit_denominator(12)
    return simple if simple and close(float(simple), factor, case.tolerance) else None


def _fraction(q):
    return FRACTIONS.get(abs(q), str(abs(q))) if q > 0 else "−" + _fraction(-q)


def _mean(case, factors):
    """Whether the factors are the numbers of what is averaged: lengths or sizes of an argument or of the answer."""
    for lengths in [] if case.separate else _lengths(case):
        if len(lengths) == len(factors) and min(lengths) > 1:
            if np.allclose(factors, lengths):
                return f"It looks as if you summed where the mean was asked: divide by {_each(lengths)}."
            if np.allclose(np.multiply(factors, lengths), 1):
                return f"It looks as if you took the mean where the sum was asked: multiply by {_each(lengths)}."


def _lengths(case):
    """Of each argument, and of the answer, the length of each axis and the size, at every point."""
    arrays = [column for column in zip(*case.points) if all(isinstance(a, np.ndarray) for a in column)]
    for column in [*arrays, case.expected]:
        shapes = [np.shape(a) for a in column]
        yield from zip(*shapes)
        yield [int(np.prod(shape)) for shape in shapes]


def _each(lengths):
    return f"{lengths[0]}" if len(set(lengths)) == 1 else f"the number averaged over, {lengths[0]} at the first point"


def _constant(case):
    offset = (_flat(case.given) - _flat(case.expected))[0]
    if _varies(case) and np.isfinite(offset) and _holds(case, lambda e: e + offset):
        return f"It is off by a constant: yours is {show_number(abs(offset))} too {'large' if offset > 0 else 'small'} everywhere."


def _function(case):
    """The right answer, sent through a function of one number."""
    if _holds(case, np.reciprocal):
        return "It is the reciprocal of the right answer."
    if not _varies(case):
        return None
    if _holds(case, np.square):
        return "It is the square of the right answer."
    if _holds(case, np.sqrt):
        return "It is the root of the right answer."


def _truncated(case):
    e, g = _flat(case.expected), _flat(case.given)
    if np.count_nonzero(g) > 1 and np.sum(np.trunc(e) != e) > 2 and np.array_equal(g, np.trunc(e)):
        return "The digits after the point are cut off: an array of whole numbers holds no others. Make it one of floats."


def _argument(case):
    """An argument that is a factor or a term too much or too few."""
    arguments = list(zip(*case.points)) if _varies(case) and _flat(case.expected).size > 2 else []
    for name, column in zip(case.names, arguments):
        if not _fits(column, case) or np.ptp(np.abs(_flat(column))) == 0:
            continue
        if all(_equal(case, e * a, g) for e, a, g in zip(case.expected, column, case.given)):
            return f"There is a factor {name} too many."
        if all(_equal(case, e, g * a) for e, a, g in zip(case.expected, column, case.given)):
            return f"A factor {name} is missing."
        offsets = case._replace(expected=[a + 0 * e for e, a in zip(case.expected, column)],
                                given=[g - e for e, g in zip(case.expected, case.given)])
        factor = _common(_factors(offsets))
        if factor and (simple := _simple(factor, case)):
            times = "" if abs(simple) == 1 else f"{_fraction(abs(simple))} times "
            return f"Yours is too {'large' if simple > 0 else 'small'} by {times}{name}."


def _fits(column, case):
    return all(isinstance(a, (int, float, np.ndarray)) and np.shape(a) in ((), e.shape) for a, e in zip(column, case.expected))


# the right entries in other places

def _transposed(case):
    if not all(e.ndim == 2 for e in case.expected):
        return None
    e, g = case.expected[0], case.given[0]
    shapes = f": yours has shape {g.shape}, expected {e.shape}" if e.shape != g.shape else ""
    if _holds(case, np.transpose):
        form = " Yours is a row, and a column is asked for." if e.shape[1] == 1 else " Yours is a column, and a row is asked for."
        return f"It is transposed{shapes}.{form * (1 in e.shape and bool(shapes))}"
    besides = second_slip(case, [e.T for e in case.expected])
    return f"It is transposed{shapes}, and {besides}." if besides else None


def _other_axes(case):
    ndim = case.expected[0].ndim
    if ndim > 2 and all(e.ndim == ndim for e in case.expected):
        for order in permutations(range(ndim)):
            if _holds(case, lambda e: np.transpose(e, order)):
                return f"The axes are in another order: yours has first what is axis {order[0]}, in all {list(order)}."


def _symmetric(case):
    if _matrices(case) and all(e.shape[0] == e.shape[1] for e in case.expected):
        if _heals(case, lambda g: g + g.T):
            return "Added to its own transpose, yours is right: the variable occurs twice."
        if _heals(case, lambda g: (g + g.T) / 2):
            return "The mean of yours and of its transpose is right: a symmetric matrix is asked for."


def _order(case):
    """Entries of a vector, or rows or columns of a matrix, that are all there in another order."""
    if case.expected[0].ndim == 1 and all(_distinct(e) or e.size == 2 and e[0] != e[1] for e in case.expected):
        if _holds(case, np.flip):
            return "The two are exchanged." if case.expected[0].size == 2 else "It is in reverse order."
        return "The numbers are right, their order is not." if _holds_up_to_order(case, lambda a: a[:, np.newaxis]) else None
    if _matrices(case) and all(len(np.unique(e)) > 2 for e in case.expected):
        for rows, turn in (("rows", np.asarray), ("columns", np.transpose)):
            if _holds_up_to_order(case, turn):
                return f"The {rows} are right, their order is not{_exchanged(turn(case.expected[0]), turn(case.given[0]))}."
        if all(_distinct(e) for e in case.expected) and _holds_up_to_order(case, lambda a: a.reshape(-1, 1)):
            return "The numbers are right, their places are not."


def _holds_up_to_order(case, turn):
    pairs = [(turn(e), turn(g)) for e, g in zip(case.expected, case.given)]
    return all(len(np.unique(e, axis=0)) == len(e) and _equal(case, _ordered(e), _ordered(g)) for e, g in pairs)


def _ordered(rows):
    # rounded, for the last digits must not decide which row comes first
    return rows[np.lexsort(np.round(rows, 6).T[::-1])]


def _exchanged(e, g):
    moved = np.flatnonzero(~np.all(np.isclose(e, g), axis=1))
    return f": {moved[0]} and {moved[1]} are exchanged" if len(moved) == 2 else ""


# sums and means over the wrong axis

def _other_axis(case):
    """A sum, mean or largest entry of a square argument, taken over its other axis."""
    for name, column in zip(case.names, zip(*case.points)):
        if all(isinstance(a, np.ndarray) and a.ndim == 2 for a in column):
            for reduce in (np.sum, np.mean, np.max):
                for axis in (0, 1):
                    right = all(_equal(case, e, reduce(a, axis=axis)) for e, a in zip(case.expected, column))
                    if right and all(_equal(case, reduce(a, axis=1 - axis), g) for g, a in zip(case.given, column)):
                        return f"That is over the wrong axis of {name}: take axis {axis}, not axis {1 - axis}."


def _other_normalisation(case):
    """Rows of one sum are asked for, as a softmax has them, and the columns have it."""
    if not _matrices(case) or min(min(e.shape) for e in case.expected) < 2:
        return None
    for axis, right, wrong in ((1, "rows", "columns"), (0, "columns", "rows")):
        sums, other = ([a.sum(axis=i) for a in arrays] for arrays, i in ((case.expected, axis), (case.given, 1 - axis)))
        own = [g.sum(axis=axis) for g in case.given]
        total = sums[0][0]
        if all(np.allclose(s, total, atol=1e-9) for s in [*sums, *other]) and not any(np.allclose(s, total, atol=1e-9) for s in own):
            return f"That is over the wrong axis: your {wrong} have the sum {show_number(total, 4)}, and the {right} should."


def _same_total(case):
    """All entries wrong and their sum right: the same matrix may have been summed over its other axis."""
    if case.separate or not all(e.ndim == 1 and e.size > 2 for e in case.expected):
        return None
    totals = [(e.sum(), g.sum()) for e, g in zip(case.expected, case.given)]
    all_wrong = all(wrong.all() for wrong in case.wrong())
    # probabilities have the sum 1, and deviations 0, whatever else is wrong
    if all_wrong and all(np.isclose(e, g, rtol=1e-9) and not np.isclose(abs(e), (0, 1), atol=1e-6).any() for e, g in totals):
        return "The entries are wrong and their sum is right: did you sum over the other axis?"


# right entries, or their sums, in another shape

def _shapes(case):
    k = [e.shape == g.shape for e, g in zip(case.expected, case.given)].index(False)
    return case.expected[k].shape, case.given[k].shape


def _in_shape(case):
    expected, given = _shapes(case)
    return shapes_differ(expected, given)


def shapes_differ(expected: tuple, given: tuple) -> str:
    """A sentence on a shape that is not the expected one."""
    form = "a single number, shape ()" if expected == () else f"shape {expected}"
    advice = " Give the number itself, without brackets." if expected == () and set(given) <= {1} else ""
    return f"Yours has shape {given}, expected {form}.{advice}"


def _reshaped(case):
    expected, given = _shapes(case)
    if len(expected) == 0:
        return None
    if _holds(case._replace(given=[np.ravel(g) for g in case.given]), np.ravel):
        what = ("it is flattened" if len(given) == 1 and 1 not in expected else
                "it has an axis too many" if len(given) > len(expected) else
                "it lacks an axis" if len(given) < len(expected) else "reshape it")
        return f"{_in_shape(case)} The entries are right: {what}."
    if len(given) == 1 and _holds(case, lambda e: np.ravel(e, order="F")):
        return f"{_in_shape(case)} It is flattened, and column by column."


def _diagonal(case):
    expected, given = _shapes(case)
    if len(expected) == 1 and expected[0] > 1 and _holds(case, np.diag):
        return f"{_in_shape(case)} Yours is a diagonal matrix, and its diagonal is asked for."
    if len(given) == 1 and given[0] > 1 and _heals(case, np.diag):
        return f"{_in_shape(case)} Yours is the diagonal, and the matrix is asked for."


def _broadcast(case):
    """A column (n, 1) that met a vector (n,) gives a table (n, n)."""
    expected, given = _shapes(case)
    if int(np.prod(expected)) == max(expected, default=0) > 1 and given == (max(expected),) * 2:
        n = given[0]
        return f"{_in_shape(case)} Did a column of shape ({n}, 1) meet a vector of shape ({n},)? NumPy makes a table of them."


def _not_reduced(case):
    """The right sums or means of the given entries; or sums and means of the right ones."""
    for axis, keepdims in product((0, 1, None), (False, True)):
        for reduce, verb, what in ((np.sum, "Sum", "sum"), (np.mean, "Take the mean", "mean")):
            reduction = partial(reduce, axis=axis, keepdims=keepdims)
            # a sum of 0 is too easily met
            if all(_reducible(g, axis) for g in case.given) and _flat(case.expected).any() and _heals(case, reduction):
                return f"{_in_shape(case)} {verb} over {_name(axis)}, and it is right."
            if all(_reducible(e, axis) for e in case.expected) and _flat(case.given).any() and _holds(case, reduction):
                return f"{_in_shape(case)} Yours is the {what} over {_name(axis)}; the entries themselves are asked for."


def _reducible(a, axis):
    return a.size > 1 and (a.ndim > 0 if axis is None else a.ndim > axis and a.shape[axis] > 1)


def _name(axis):
    return "all entries" if axis is None else f"axis {axis}"


def _sum_over_the_other_axis(case):
    """Both are vectors with the same sum, or with the same mean: of a matrix, over its two axes."""
    if all(e.ndim == g.ndim == 1 and min(e.size, g.size) > 1 for e, g in zip(case.expected, case.given)):
        for reduce in (np.sum, np.mean):
            pairs = [(reduce(e), reduce(g)) for e, g in zip(case.expected, case.given)]
            if all(np.isclose(e, g, rtol=1e-9) and not np.isclose(abs(e), (0, 1), atol=1e-6).any() for e, g in pairs):
                return f"{_in_shape(case)} Their {reduce.__name__} is the same: did you go along the other axis?"


def _one_missing(case):
    expected, given = _shapes(case)
    if len(expected) != len(given) or len(case.expected) > 1 or np.sum(np.subtract(expected, given) != 0) != 1:
        return None
    e, g = case.expected[0], case.given[0]
    axis = int(np.flatnonzero(np.subtract(expected, given))[0])
    what = "entry" if e.ndim == 1 else ("row", "column")[axis] if e.ndim == 2 else f"slice of axis {axis}"
    for k in range(max(expected[axis], given[axis])):
        if expected[axis] == given[axis] + 1 and given[axis] > 1 and _equal(case, np.delete(e, k, axis), g):
            return f"{_in_shape(case)} The {what} {k} is missing, the others are right."
        if expected[axis] == given[axis] - 1 and expected[axis] > 1 and _equal(case, e, np.delete(g, k, axis)):
            return f"{_in_shape(case)} There is a {what} too many, number {k}; the others are right."


SLIPS = (_close, _sign, _factor, _transposed, _other_axes, _order, _other_axis, _function, _constant, _argument, _symmetric,
         _truncated, _other_normalisation, _same_total)  # fmt: skip
SLIPS_OF_SHAPE = (_transposed, _other_axes, _reshaped, _diagonal, _not_reduced, _other_axis, _one_missing, _sum_over_the_other_axis,
                  _broadcast)


# wrong at some points, in some entries

def _at_points(case):
    right = case.right()
    if not any(right):
        return None
    side = ""
    if len(case.names) == 1 and all(np.ndim(point[0]) == 0 for point in case.points):
        good, bad = ([point[0] for point, ok in zip(case.points, right) if ok is wanted] for wanted in (True, False))
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
    if any(np.isinf(g).any() and not np.isinf(e).any() for e, g in zip(case.expected, case.given)):
        return "An entry is infinite: was something divided by 0, or an exponential too large?"
    if count == 1:
        return "All other entries are right."
    return _in_a_part(case, wrong) or _signs(case, first) or f"{count} of {first.size} entries are wrong."


def _index(wrong):
    return list(map(int, np.argwhere(wrong)[0]))


def _signs(case, wrong):
    if _heals(case._replace(expected=[np.abs(e) for e in case.expected]), np.abs):
        return f"Only signs are wrong, in {wrong.sum()} of {wrong.size} entries."


def _in_a_part(case, wrong):
    """A row, a column or the diagonal in which all wrong entries stand, and what is off there."""
    arrays = [(e, g, w) for e, g, w in zip(case.expected, case.given, wrong) if w.any()]
    if any(w.ndim != 2 or min(w.shape) < 2 for w in wrong):
        return None
    for name, others, part in _parts(arrays[0][2].shape):
        if all(not np.any(w & ~part(w)) and w.sum() > max(1, part(w).sum() / 2) for _, _, w in arrays):
            e, g = ([pair[i][part(pair[2])] for pair in arrays] for i in (0, 1))
            how = _how(case._replace(expected=e, given=g))
            return f"{name} is wrong, {others}{how}."


def _parts(shape):
    for i in range(shape[0]):
        yield f"Row {i}", "all others are right", lambda w, i=i: np.arange(w.shape[0])[:, np.newaxis] + 0 * w == i
    for j in range(shape[1]):
        yield f"Column {j}", "all others are right", lambda w, j=j: np.arange(w.shape[1]) + 0 * w == j
    if shape[0] == shape[1] > 1:
        yield "The diagonal", "all beside it is right", lambda w: np.eye(*w.shape, dtype=bool)
        yield "What stands above the diagonal", "all else is right", lambda w: np.triu(np.ones(w.shape, bool), 1)
        yield "What stands below the diagonal", "all else is right", lambda w: np.tril(np.ones(w.shape, bool), -1)
        yield "What stands beside the diagonal", "the diagonal is right", lambda w: ~np.eye(*w.shape, dtype=bool)


def _how(case):
    if not np.any(_flat(case.given)):
        return "; yours is 0 there"
    if _sign(case):
        return "; the sign is flipped there"
    with np.errstate(all="ignore"):
        factor = _common(_factors(case)) if _varies(case) else None
    return f"; yours is {_fraction(q)} times the right answer there" if factor and (q := _simple(factor, case)) else ""
