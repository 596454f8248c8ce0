"""The usual mistakes of an answer: transposed, a factor, a sign, a sum for a mean, the wrong axis, another order, and their like.

One is recognised only where it explains every entry at every point; a coincidence, as among equal entries, is none.
"""

from functools import partial
from itertools import permutations, product

import numpy as np

from labsupport.comparison import Case, common, flat, show_fraction
from labsupport.location import differing_shapes, in_shape
from labsupport.witness import show_number


def recognise(case: Case) -> str | None:
    """The usual mistake that explains the whole answer, as a sentence or two; None if none does.

    >>> recognise(Case([np.array([[1.0, 2.0], [3.0, 4.0]])], [np.array([[1.0, 3.0], [2.0, 4.0]])]))
    'It is transposed.'
    """
    if not all(a.size for a in [*case.expected, *case.given]):
        return None
    slips = SLIPS if case.agrees_in_shape() else SLIPS_OF_SHAPE
    with np.errstate(all="ignore"):
        return next(filter(None, (slip(case) for slip in slips)), None)


def second_slip(case: Case, mistaken: list) -> str | None:
    """What is off besides, if the answer is a mistaken one with a flipped sign or with a simple factor; None if it is not.

    >>> second_slip(Case([np.arange(3.0)], [np.array([0.0, -2.0, -8.0])]), [np.array([0.0, 1.0, 4.0])])
    'there is a factor −2 too many'
    """
    case = case._replace(expected=mistaken)
    with np.errstate(all="ignore"):
        telling = case.agrees_in_shape() and flat(mistaken).size > 2 and case.varies()
        factor = common(case.factors()) if telling else None
    simple = case.fraction(factor) if factor else None
    if simple is None or simple == 1:
        return None
    return "the sign is flipped" if simple == -1 else f"there is a factor {show_fraction(simple)} too many"


def combined(case: Case, one: list, other: list) -> bool:
    """Whether two mistaken answers explain the given one together: each in entries of its own, or both as factors."""
    if not case.agrees_in_shape() or any(m.shape != e.shape for m, e in zip([*one, *other], case.expected * 2)):
        return False
    with np.errstate(all="ignore"):
        return _apart(case, one, other) or _as_factors(case, one, other)


def _apart(case, one, other):
    first, second = (case._replace(given=mistaken).wrong() for mistaken in (one, other))
    if any(np.any(a & b) for a, b in zip(first, second)) or not (np.any(flat(first)) and np.any(flat(second))):
        return False
    both = [np.where(a, m, n) for a, m, n in zip(first, one, other)]
    return case._replace(expected=both).holds(np.asarray)


def _as_factors(case, one, other):
    e = flat(case.expected)
    both = case._replace(expected=[m * n / each for m, n, each in zip(one, other, case.expected)])
    return bool(e.size > 2 and e.all() and case.varies()) and both.holds(np.asarray)


def _distinct(a):
    """Whether an array has three values or more, all of them different."""
    return a.size > 2 and len(np.unique(a)) == a.size


def _matrices(case):
    return all(e.ndim == g.ndim == 2 for e, g in zip(case.expected, case.given))


# off in every entry alike

def _close(case):
    e, g = flat(case.expected), flat(case.given)
    # one number with one digit has many ways to come about, and so has a 0
    digits = range(1 if e.size > 2 else 2, 5) if np.mean(g[g != e] != 0) > 0.5 else ()
    if any(np.allclose(g, np.round(e, n), rtol=0, atol=1e-12) for n in digits) or np.allclose(g, e, rtol=5e-3, atol=0):
        return "That is close. Give more digits or the exact expression; or a whole number, if a count is asked for."


def _sign(case):
    return "The sign is flipped." if case.holds(np.negative) else None


def _factor(case):
    factors = case.factors()
    if not factors:
        return None
    factor = common(factors)
    if factor is None:
        return _mean(case, factors)
    simple = case.fraction(factor)
    # a single value is some multiple of any other: there, only 2, ½ and their like say something
    if not (case.varies() or simple and abs(simple.numerator) <= 12):
        return None
    what = "a constant factor" if factor > 0 else "a constant factor and the sign"
    how_much = show_fraction(simple) if simple else show_number(factor, 4)
    advice = _mean(case, factors) if case.varies() and max(abs(factor), 1 / abs(factor)) > 2.5 else None
    return " ".join(filter(None, [f"It is off by {what}: yours is {how_much} times the right answer.", advice]))


def _mean(case, factors):
    """Whether the factors are the numbers of what is averaged: lengths or sizes of an argument or of the answer."""
    factors = np.abs(factors)
    for lengths in [] if case.separate else _lengths(case):
        if len(lengths) == len(factors) and min(lengths) > 1:
            if np.allclose(factors, lengths):
                return f"It looks as if you summed where the mean was asked: divide by {_each(lengths)}."
            if np.allclose(factors * lengths, 1):
                return f"It looks as if you took the mean where the sum was asked: multiply by {_each(lengths)}."
    n = round(max(factors[0], 1 / factors[0]))
    if n > 2 and not case.points and case.expected[0].ndim and not case.separate:  # what was averaged is not known here
        return (f"If the mean over {n} was asked, you summed." if np.isclose(factors[0], n) else
                f"If the sum of {n} was asked, you took the mean." if np.isclose(factors[0], 1 / n) else None)
    return None


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
    offset = (flat(case.given) - flat(case.expected))[0]
    if case.varies() and np.isfinite(offset) and case.holds(lambda e: e + offset):
        return f"It is off by a constant: yours is {show_number(abs(offset))} too {'large' if offset > 0 else 'small'} everywhere."


def _function(case):
    """The right answer, sent through a function of one number."""
    if case.holds(np.reciprocal):
        return "It is the reciprocal of the right answer."
    if not case.varies():
        return None
    if case.holds(np.square):
        return "It is the square of the right answer."
    if case.holds(np.sqrt):
        return "It is the root of the right answer."
    if case.holds(lambda e: 1 - e):
        return "It is 1 minus the right answer."


def _truncated(case):
    e, g = flat(case.expected), flat(case.given)
    if np.count_nonzero(g) > 1 and np.sum(np.trunc(e) != e) > 2 and np.array_equal(g, np.trunc(e)):
        return "The digits after the point are cut off: an array of whole numbers holds no others. Make it one of floats."


def _argument(case):
    """An argument that is a factor or a term too much or too few."""
    arguments = list(zip(*case.points)) if case.varies() and flat(case.expected).size > 2 else []
    for name, column in zip(case.names, arguments):
        if not _fits(column, case) or np.ptp(np.abs(flat(column))) == 0:
            continue
        if all(case.equal(e * a, g) for e, a, g in zip(case.expected, column, case.given)):
            return f"There is a factor {name} too many."
        if all(case.equal(e, g * a) for e, a, g in zip(case.expected, column, case.given)):
            return f"A factor {name} is missing."
        offsets = case._replace(expected=[a + 0 * e for e, a in zip(case.expected, column)],
                                given=[g - e for e, g in zip(case.expected, case.given)])
        factor = common(offsets.factors())
        if factor and (simple := case.fraction(factor)):
            times = "" if abs(simple) == 1 else f"{show_fraction(abs(simple))} times "
            return f"Yours is too {'large' if simple > 0 else 'small'} by {times}{name}."


def _fits(column, case):
    return all(isinstance(a, (int, float, np.ndarray)) and np.shape(a) in ((), e.shape) for a, e in zip(column, case.expected))


# the right entries in other places

def _transposed(case):
    if not all(e.ndim == 2 for e in case.expected):
        return None
    e, g = case.expected[0], case.given[0]
    shapes = f": yours has shape {g.shape}, expected {e.shape}" if e.shape != g.shape else ""
    if case.holds(np.transpose):
        form = " Yours is a row, and a column is asked for." if e.shape[1] == 1 else " Yours is a column, and a row is asked for."
        return f"It is transposed{shapes}.{form * (1 in e.shape and bool(shapes))}"
    besides = second_slip(case, [e.T for e in case.expected])
    return f"It is transposed{shapes}, and {besides}." if besides else None


def _other_axes(case):
    ndim = case.expected[0].ndim
    if ndim > 2 and all(e.ndim == ndim for e in case.expected):
        for order in permutations(range(ndim)):
            if case.holds(lambda e: np.transpose(e, order)):
                return f"The axes are in another order: yours has first what is axis {order[0]}, in all {list(order)}."


def _symmetric(case):
    if _matrices(case) and all(e.shape[0] == e.shape[1] for e in case.expected):
        if case.heals(lambda g: g + g.T):
            return "Added to its own transpose, yours is right: the variable occurs twice."
        if case.heals(lambda g: (g + g.T) / 2):
            return "The mean of yours and of its transpose is right: a symmetric matrix is asked for."


def _order(case):
    """Entries of a vector, or rows or columns of a matrix, that are all there in another order."""
    if case.expected[0].ndim == 1 and all(_distinct(e) or e.size == 2 and e[0] != e[1] for e in case.expected):
        if case.holds(np.flip):
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
    return all(len(np.unique(e, axis=0)) == len(e) and case.equal(_ordered(e), _ordered(g)) for e, g in pairs)


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
        if all(isinstance(a, np.ndarray) and a.ndim == 2 and a.size for a in column):
            for reduce in (np.sum, np.mean, np.max):
                for axis in (0, 1):
                    right = all(case.equal(e, reduce(a, axis=axis)) for e, a in zip(case.expected, column))
                    if right and all(case.equal(reduce(a, axis=1 - axis), g) for g, a in zip(case.given, column)):
                        return f"That is over the wrong axis of {name}: take axis {axis}, not axis {1 - axis}."


def _other_normalisation(case):
    """Rows with the sum 1 or 0 are asked for, as a softmax and its loss have them, and the columns have it."""
    e = flat(case.expected)
    if not _matrices(case) or min(min(e.shape) for e in case.expected) < 2 or np.array_equal(e, np.round(e)):
        return None
    for axis, right, wrong in ((1, "rows", "columns"), (0, "columns", "rows")):
        total = np.round(case.expected[0].sum(axis=axis)[0], 9)
        if (total in (0, 1) and _have_sums(case.expected, axis, total) and _have_sums(case.given, 1 - axis, total)
                and not _have_sums(case.given, axis, total)):
            return f"That is over the wrong axis: your {wrong} have the sum {total:g}, and the {right} should."


def _have_sums(matrices, axis, total):
    return all(np.allclose(matrix.sum(axis=axis), total, atol=1e-9) for matrix in matrices)


def _same_total(case):
    """All entries wrong and their sum right: the same matrix may have been summed over its other axis."""
    square = all(any(np.shape(a) == e.shape * 2 for a in point) for point, e in zip(case.points, case.expected))
    if case.separate or not square or not all(e.ndim == 1 and e.size > 2 for e in case.expected):
        return None
    totals = [(e.sum(), g.sum()) for e, g in zip(case.expected, case.given)]
    all_wrong = all(wrong.all() for wrong in case.wrong())
    # probabilities have the sum 1, and deviations 0, whatever else is wrong
    if all_wrong and all(np.isclose(e, g, rtol=1e-9) and not np.isclose(abs(e), (0, 1), atol=1e-6).any() for e, g in totals):
        return "The entries are wrong and their sum is right: did you sum over the other axis?"


# right entries, or their sums, in another shape

def _reshaped(case):
    expected, given = differing_shapes(case)
    if len(expected) == 0:
        return None
    if case._replace(given=[np.ravel(g) for g in case.given]).holds(np.ravel):
        what = ("it is flattened" if len(given) == 1 and 1 not in expected else
                "it has an axis too many" if len(given) > len(expected) else
                "it lacks an axis" if len(given) < len(expected) else "reshape it")
        return f"{in_shape(case)} The entries are right: {what}."
    if len(given) == 1 and case.holds(lambda e: np.ravel(e, order="F")):
        return f"{in_shape(case)} It is flattened, and column by column."


def _diagonal(case):
    if all(e.ndim == 1 < e.size for e in case.expected) and case.holds(np.diag):
        return f"{in_shape(case)} Yours is a diagonal matrix, and its diagonal is asked for."
    if all(g.ndim == 1 < g.size for g in case.given) and case.heals(np.diag):
        return f"{in_shape(case)} Yours is the diagonal, and the matrix is asked for."
    if all(e.ndim == 2 and min(e.shape) > 1 for e in case.expected) and case.holds(np.diag):
        return f"{in_shape(case)} Yours is the diagonal alone; the entries beside it are not all 0."


def _broadcast(case):
    """A column (n, 1) that met a vector (n,) gives a table (n, n)."""
    expected, given = differing_shapes(case)
    if int(np.prod(expected)) == max(expected, default=0) > 1 and given == (max(expected),) * 2:
        n = given[0]
        return f"{in_shape(case)} Did a column of shape ({n}, 1) meet a vector of shape ({n},)? NumPy makes a table of them."


def _not_reduced(case):
    """The right sums or means of the given entries; or sums and means of the right ones."""
    for axis, keepdims in () if case.separate else product((0, 1, None), (False, True)):
        for reduce, verb, what in ((np.sum, "Sum", "sum"), (np.mean, "Take the mean", "mean")):
            reduction = partial(reduce, axis=axis, keepdims=keepdims)
            # a sum of 0 is too easily met
            if all(_reducible(g, axis) for g in case.given) and flat(case.expected).any() and case.heals(reduction):
                return f"{in_shape(case)} {verb} over {_name(axis)}, and it is right."
            if all(_reducible(e, axis) for e in case.expected) and flat(case.given).any() and case.holds(reduction):
                return f"{in_shape(case)} Yours is the {what} over {_name(axis)}; the entries themselves are asked for."


def _reducible(a, axis):
    return a.size > 1 and (a.ndim > 0 if axis is None else a.ndim > axis and a.shape[axis] > 1)


def _name(axis):
    return "all entries" if axis is None else f"axis {axis}"


def _sum_over_the_other_axis(case):
    """Both are vectors with the same sum, or with the same mean: of a matrix, over its two axes."""
    if not case.separate and all(e.ndim == g.ndim == 1 and min(e.size, g.size) > 1 for e, g in zip(case.expected, case.given)):
        for reduce in (np.sum, np.mean):
            pairs = [(reduce(e), reduce(g)) for e, g in zip(case.expected, case.given)]
            if all(np.isclose(e, g, rtol=1e-9) and not np.isclose(abs(e), (0, 1), atol=1e-6).any() for e, g in pairs):
                return f"{in_shape(case)} Their {reduce.__name__} is the same: did you go along the other axis?"


def _one_missing(case):
    expected, given = differing_shapes(case)
    if len(expected) != len(given) or len(case.expected) > 1 or np.sum(np.subtract(expected, given) != 0) != 1:
        return None
    e, g = case.expected[0], case.given[0]
    axis = int(np.flatnonzero(np.subtract(expected, given))[0])
    what = "entry" if e.ndim == 1 else ("row", "column")[axis] if e.ndim == 2 else f"slice of axis {axis}"
    for k in range(max(expected[axis], given[axis])):
        if expected[axis] == given[axis] + 1 and given[axis] > 1 and case.equal(np.delete(e, k, axis), g):
            return f"{in_shape(case)} {what.capitalize()} {k} is missing, the others are right."
        if expected[axis] == given[axis] - 1 and expected[axis] > 1 and case.equal(e, np.delete(g, k, axis)):
            return f"{in_shape(case)} There is a {what} too many, number {k}; the others are right."


SLIPS = (_close, _sign, _factor, _transposed, _other_axes, _order, _other_axis, _function, _constant, _argument, _symmetric,
         _truncated, _other_normalisation, _same_total)  # fmt: skip
SLIPS_OF_SHAPE = (_transposed, _other_axes, _reshaped, _diagonal, _not_reduced, _other_axis, _one_missing, _sum_over_the_other_axis,
                  _broadcast)
