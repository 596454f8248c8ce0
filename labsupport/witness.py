"""Witnesses: a result computed in several independent ways, and whether the ways agree.

A derivation by hand, a SymPy expression, a finite difference and an automatic derivative go wrong in different ways; where all
say the same, the result is to be trusted. Two values a and b agree when |a - b| <= tolerance * max(1, |a|).
"""

import inspect
import sys
from dataclasses import dataclass
from itertools import combinations

import numpy as np

ROWS, LABELLED_ROWS = 8, 16  # of a printed table: what a phone shows at once; a list of rules is worth scrolling for


class Disagreement(AssertionError):
    """Raised by `agree`; the message names the witnesses, the point, both values and by how much they differ."""


@dataclass(frozen=True, repr=False, eq=False)
class Agreement:
    """What `agree` found. points: the points or labels, or None where the witnesses are values. values: witness -> list of
    arrays, one a point. difference: the largest |a - b| / max(1, |a|) found. `str()` is the printed table."""

    claim: str
    points: list | None
    values: dict
    difference: float
    table: str

    def __str__(self):
        return self.table

    def __repr__(self):
        return f"<Agreement of {', '.join(self.values)}: largest difference {self.difference:.2g}>"

    def _ipython_display_(self):
        """Nothing: `agree` has printed the table."""


def agree(claim: str, /, *, at=None, tolerance: float = 1e-6, symbols=None, **witnesses) -> Agreement:
    """Hold a claim against two or more independent witnesses, print what each says, and raise if they do not agree.

    claim: what the witnesses are to agree on, in a few words: the table's title.
    at: the points: a number, or a sequence of points; a point is a number or, for functions of a vector, an array or tuple
    (one vector point is `at=[(1.0, 2.0)]`). Or labels: a list of texts that names what is compared, row by row. Left out when
    every witness is a value.
    tolerance: the first witness a and another b agree when |a - b| <= tolerance * max(1, |a|): absolutely for small values,
    where a relative error means nothing near a root, and relatively for large ones, since floats carry 16 digits and no fixed
    number of decimals. The default suits finite differences; ask for less error from exact methods.
    symbols: for SymPy witnesses, which symbol takes which entry of a point; by default all their symbols sorted by name.
    witnesses: by name, each a function (called at every point with a float or an array, or with every label), a SymPy
    expression, or values (a number, list, array or torch tensor; for labels also a dict label -> value): one value for each
    point or label, or one in all if `at` is one number or left out.

    Returns an `Agreement`, printed already. Values must be of the same shape; a NaN agrees with nothing, an infinity with an
    infinity of its sign.

    Raises Disagreement if a witness differs from the first, naming the odd one out of three or more; ValueError or TypeError
    for fewer than two witnesses, something that is no witness or empty, values that do not match the points or labels, points
    left out where a function needs them, symbols that do not match the points, or a tolerance that is negative or infinite.

    >>> _ = agree("the derivative of x³ is 3x²", at=[1, 2], by_hand=lambda x: 3 * x**2, limit=[3.0, 12.0])
    the derivative of x³ is 3x²
    x  by hand  limit
    1        3      3
    2       12     12
    agree exactly ✓
    >>> _ = agree("slopes at 4", at=["x²", "1/x"], by_hand=[8, -1 / 16], dictionary={"x²": 8, "1/x": -0.0625})
    slopes at 4
         by hand  dictionary
    x²         8           8
    1/x  -0.0625     -0.0625
    agree exactly ✓
    >>> _ = agree("one-sided slopes of |x| at 0", quotients=[-1, 1], pieces=np.array([-1.0, 1.0]))
    one-sided slopes of |x| at 0
    entry  quotients  pieces
        0         -1      -1
        1          1       1
    agree exactly ✓
    """
    if not isinstance(claim, str):
        raise TypeError(f"the claim comes first, in words: agree(\"d/dx x² = 2x\", …), got {type(claim).__name__}")
    if len(witnesses) < 2:
        raise ValueError(f"agree needs two or more witnesses by name, got {len(witnesses)}: "
                         "agree(claim, at=points, by_hand=f, sympy=expression)")
    if not 0 <= tolerance < np.inf:
        raise ValueError(f"the tolerance must be finite and not negative, got {tolerance}")
    points = list(at) if _are_labels(at) else as_points(at)
    symbols = _symbols(symbols, witnesses.values())
    values = {name.replace("_", " "): _testimony(name, witness, at, points, symbols) for name, witness in witnesses.items()}
    variable = _argument_name(witnesses.values()) or ", ".join(map(str, symbols)) or "x"
    _raise_if_different(claim, points, values, tolerance, variable)
    difference = max(_distance(a, b) for a, b in _pairs_with_first(values))
    table = _table(claim, points, values, difference, variable)
    print(table)
    return Agreement(claim, points, values, difference, table)


# what is given, made into arrays and points

def as_array(value):
    """A number, list, array, torch tensor or SymPy number or matrix as an array of floats; TypeError for anything else.

    >>> as_array([1, 2])
    array([1., 2.])
    """
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if value is None or isinstance(value, (str, bytes, dict, set)):
        raise TypeError(f"{short_repr(value)} is not a number")
    try:
        array = np.asarray(value)
    except ValueError:
        raise TypeError("its rows have different lengths") from None
    return _real(array, value)


def _real(array, value):
    if array.dtype.kind in "iuf":
        return array.astype(float)
    if array.dtype.kind == "O":  # SymPy numbers
        try:
            return array.astype(float)
        except (TypeError, ValueError, OverflowError):
            pass
    what = "complex" if array.dtype.kind == "c" else f"{type(value).__name__} {short_repr(value)}"
    raise TypeError(f"{what} is not a real number")


def as_points(at):
    """The points in `at` as a list of floats and arrays; None stays None.

    >>> as_points(2), as_points([1, (2, 3)])
    ([2.0], [1.0, array([2., 3.])])
    """
    if at is None:
        return None
    at = at.detach().cpu().numpy() if hasattr(at, "detach") else at
    points = [at] if _is_one(at) else at
    if len(points) == 0:
        raise ValueError("there are no points: at is empty")
    return [_point(p) for p in points]


def _is_one(at):
    return isinstance(at, str) or getattr(at, "ndim", int(np.iterable(at))) == 0


def _are_labels(at):
    return isinstance(at, (list, tuple)) and len(at) > 0 and all(isinstance(label, str) for label in at)


def _point(p):
    p = as_array(p)
    return p.item() if p.ndim == 0 else p


def is_sympy(value) -> bool:
    """Whether value is a SymPy expression or matrix, without importing SymPy: if nobody has, it is not."""
    sympy = sys.modules.get("sympy")
    return sympy is not None and isinstance(value, (sympy.Expr, sympy.MatrixBase))


def lambdify(expression, symbols):
    """A SymPy expression as a function of one float, or of an array with an entry for each of `symbols`.

    symbols: a list of SymPy symbols; with none of them, and a constant, any point will do. Raises ValueError if the expression
    has other symbols, or the point has not one entry for each.

    >>> import sympy; x = sympy.Symbol("x")
    >>> lambdify(sympy.sin(x) / x, [x])(2.0)
    array(0.45464871)
    """
    import sympy

    unknown = sorted(str(s) for s in expression.free_symbols - set(symbols))
    if unknown:
        raise ValueError(f"the expression {expression} has the symbol {unknown[0]}, which is not one of {symbols}")
    compiled = sympy.lambdify(list(symbols), expression.doit())

    def function(x):
        entries = np.ravel(np.asarray(x, dtype=float))
        if symbols and len(entries) != len(symbols):
            raise ValueError(f"the point {show_point(x)} has {len(entries)} entries, but the symbols are "
                             f"{symbols}: give one symbol an entry, symbols=(x, y, …)")
        with np.errstate(all="ignore"):  # a pole is an infinity, and a Piecewise computes every branch
            return as_array(compiled(*(entries if symbols else ())))

    return function


def _symbols(symbols, witnesses):
    if symbols is None:
        found = set().union(*(w.free_symbols for w in witnesses if is_sympy(w)))
        return sorted(found, key=str)
    if isinstance(symbols, str):
        import sympy

        symbols = sympy.symbols(symbols, seq=True)
    return list(symbols) if np.iterable(symbols) else [symbols]


def _argument_name(witnesses):
    """The name that the first plain function among the witnesses has for its only argument; None if there is none."""
    for f in filter(inspect.isfunction, witnesses):
        parameters = inspect.signature(f).parameters.values()
        needed = [p.name for p in parameters if p.default is p.empty and p.kind <= p.POSITIONAL_OR_KEYWORD]
        if len(needed) == 1:
            return needed[0]


def _testimony(name, witness, at, points, symbols):
    """What one witness says: a list of arrays, one for each point."""
    if is_sympy(witness) and not _are_labels(at):
        if points is None and witness.free_symbols:
            raise ValueError(f"witness {name!r} is the SymPy expression {witness}: say at which points, at=[…]")
        return _call(name, lambdify(witness, symbols), points)
    if callable(witness) and not is_sympy(witness):
        if points is None:
            raise ValueError(f"witness {name!r} is a function: say at which points, at=[…]")
        return _call(name, witness, points)
    return _given(name, witness, at, points)


def _call(name, function, points):
    if points is None:
        return [function(0.0)]
    return [_called_at(name, function, p) for p in points]


def _called_at(name, function, point):
    try:
        result = function(point.copy() if isinstance(point, np.ndarray) else point)
    except Exception as error:
        error.add_note(f"(witness {name!r} {_place(point, 'x')})")
        raise
    if result is None:
        raise TypeError(f"witness {name!r} returned None {_place(point, 'x')}: does it end in a return?")
    return _as_witness(name, result)


def _as_witness(name, value):
    try:
        array = as_array(value)
    except TypeError as error:
        raise TypeError(f"witness {name!r}: {error}; a witness is a function, a SymPy expression, a number or an array") from None
    if array.size == 0:
        raise ValueError(f"witness {name!r} is empty, shape {array.shape}: there is nothing to compare")
    return array


def _given(name, witness, at, points):
    if points is None or _is_one(at):
        return [_as_witness(name, witness)]
    if isinstance(witness, dict) and _are_labels(at):
        if strangers := set(witness) ^ set(points):
            raise ValueError(f"witness {name!r} and at do not have the same labels: {min(map(str, strangers))} is in one only")
        witness = [witness[label] for label in points]
    count = f"there are {len(points)} {'labels' if _are_labels(at) else 'points'}"
    if not isinstance(witness, (list, tuple)) and np.ndim(_as_witness(name, witness)) == 0:
        raise ValueError(f"witness {name!r} is one number, but {count}: give one value for each, or a function")
    if len(witness) != len(points):
        raise ValueError(f"witness {name!r} has {len(witness)} values, but {count}: one for each")
    return [_as_witness(name, value) for value in witness]


# comparing

def close(a, b, tolerance: float) -> bool:
    """Whether b has a's shape and |a - b| <= tolerance * max(1, |a|) in every entry; a NaN is close to nothing.

    >>> close(1e9, 1e9 + 1, 1e-6), close(0.0, 1e-3, 1e-6), close(np.inf, np.inf, 1e-6)
    (True, False, True)
    """
    return np.shape(a) == np.shape(b) and bool(_distance(a, b) <= tolerance)


def _distance(a, b):
    if np.shape(a) != np.shape(b):
        return np.inf
    return float(np.max(distances(np.asarray(a), np.asarray(b)), initial=0.0))


def distances(a, b):
    """|a - b| / max(1, |a|) in every entry of two arrays of one shape: what `close` holds against the tolerance."""
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.abs(a - b) / np.maximum(1.0, np.abs(a))
    # inf - inf and inf / inf are NaN: equal infinities agree, everything else that is not finite disagrees
    return np.where(a == b, 0.0, np.where(np.isfinite(scaled), scaled, np.inf))


def _pairs_with_first(values):
    first, *others = values.values()
    return [(a, b) for other in others for a, b in zip(first, other)]


def _raise_if_different(claim, points, values, tolerance, variable):
    first, *others = values
    for other in others:
        wrong = [k for k, (a, b) in enumerate(zip(values[first], values[other])) if not close(a, b, tolerance)]
        if wrong:
            raise Disagreement(_complaint(claim, points, values, tolerance, variable, first, other, wrong))


def _complaint(claim, points, values, tolerance, variable, first, other, wrong):
    a, b = values[first][wrong[0]], values[other][wrong[0]]
    where = "" if points is None else f" {_place(points[wrong[0]], variable)}"
    lines = [f"{claim}: {first} and {other} differ{where}"]
    if a.shape != b.shape:
        return "\n".join(lines + [f"  {first} has shape {a.shape}, {other} has shape {b.shape}"] + _odd_one(values, tolerance))
    index = np.unravel_index(np.argmax(distances(a, b)), a.shape)
    entry = f"entry {list(map(int, index))} of " if a.ndim else ""
    lines += [f"  {entry}{first}: {show_number(a[index], 10)}", f"  {entry}{other}: {show_number(b[index], 10)}"]
    lines += [_how_much(a[index], b[index], tolerance)]
    if points is not None and len(points) > 1:
        lines += [f"  in {len(wrong)} of {len(points)} rows"]
    return "\n".join(lines + _odd_one(values, tolerance))


def _place(point, variable):
    return f"for {point}" if isinstance(point, str) else f"at {show_point(point, variable)}"


def _how_much(a, b, tolerance):
    if np.isnan(a) or np.isnan(b):
        return "  NaN is not a number: it agrees with nothing"
    return f"  they differ by {show_number(abs(a - b), 3)}, allowed is {show_number(tolerance * max(1.0, abs(a)), 3)}"


def _odd_one(values, tolerance):
    """With three or more witnesses, the one without which all the others agree, if there is exactly one."""
    odd = [name for name in values if len(values) > 2 and _all_agree([values[n] for n in values if n != name], tolerance)]
    return [f"  the odd one out is {odd[0]}: the others agree"] if len(odd) == 1 else []


def _all_agree(testimonies, tolerance):
    return all(close(a, b, tolerance) for t, u in combinations(testimonies, 2) for a, b in zip(t, u))


# showing

def short_repr(value) -> str:
    """repr(value) on one line of at most 60 characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:59] + "…"


def show_number(value, digits: int = 6) -> str:
    """A number as text with at most `digits` significant digits: 3, -0.333333, 1e-09, NaN."""
    return "NaN" if np.isnan(value) else f"{value:.{digits}g}"


def show_point(point, name: str = "x") -> str:
    """A point as text: "x = 1.5", "x = [1, 2]", or its shape where it is larger."""
    return f"{name} = {_short(point)}"


def _short(point):
    if isinstance(point, str):
        return point
    if np.ndim(point) == 0:
        return show_number(point)
    if np.ndim(point) == 1 and len(point) <= 4:
        return "[" + ", ".join(show_number(p, 4) for p in point) + "]"
    return f"array {np.shape(point)}"


def _table(claim, points, values, difference, variable):
    verdict = "agree exactly ✓" if difference == 0 else f"agree to {difference:.1g} ✓"
    shape = next(iter(values.values()))[0].shape
    if points is None and len(shape) == 1 and shape[0] <= ROWS:
        points, variable = range(shape[0]), "entry"
        values = {name: list(array) for name, (array,) in values.items()}
    elif points is None and shape:
        return f"{claim}\n{', '.join(values)}: arrays of shape {shape}, largest difference {difference:.1g}\n{verdict}"
    return "\n".join([claim, *_lines(points, values, variable), verdict])


def _lines(points, values, variable):
    scalar = all(v.ndim == 0 for testimony in values.values() for v in testimony)
    header, rows = _numbers(values) if scalar else _differences(values)
    labelled = _are_labels(points)
    most = LABELLED_ROWS if labelled else ROWS
    if points is not None:
        header, rows = ["" if labelled else variable, *header], [[_short(p), *row] for p, row in zip(points, rows)]
    more = [f"… and {len(rows) - most + 1} more"] if len(rows) > most else []
    return [*_aligned([header, *rows[: most - bool(more)]], labelled), *more]


def _numbers(values):
    return list(values), [[show_number(v) for v in row] for row in zip(*values.values())]


def _differences(values):
    first, *others = values
    header = [f"{first}: shape", *(f"to {other}" for other in others)]
    return header, [[str(a.shape), *(f"{_distance(a, b):.1g}" for b in rest)] for a, *rest in zip(*values.values())]


def _aligned(rows, labelled):
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    return ["  ".join(cell.ljust(width) if labelled and k == 0 else cell.rjust(width)
                      for k, (cell, width) in enumerate(zip(row, widths))) for row in rows]
