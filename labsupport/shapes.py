"""The shape of every derivative, in both layouts, and the way between them.

The derivative of y (shape s) by x (shape t) has one entry ∂y_i/∂x_j for each entry i of y and j of x.

    numerator layout     s + t    the axes of y first: the Jacobian, m×n for a vector by a vector
    denominator layout   t + s    the axes of x first: its transpose, n×m

If y is a scalar, both are t: the gradient has the shape of its variable (this book, and every framework). Texts that keep
to numerator layout strictly write it as a row; `pairings` says how each is written on paper.

Source: Magnus and Neudecker, *Matrix Differential Calculus* (2019), ch. 5, 9; both layouts are in use, often unnamed.
"""

from typing import NamedTuple

import numpy as np

LAYOUTS = ("numerator", "denominator")


def derivative_shape(of, by, layout="numerator"):
    """The shape of the derivative of something of shape `of` by something of shape `by`.

    Args:
        of, by: shapes, as tuples; () is a scalar. layout: "numerator" or "denominator".

    Returns:
        A tuple: of + by in numerator layout, by + of in denominator layout.

    Raises:
        TypeError: if `of` or `by` is no shape. ValueError: for another layout.

    >>> derivative_shape(of=(2,), by=(3, 2)), derivative_shape((2,), (3, 2), layout="denominator")
    ((2, 3, 2), (3, 2, 2))
    >>> derivative_shape((), (3,))
    (3,)
    """
    of, by = _shape(of), _shape(by)
    return of + by if _layout(layout) == "numerator" else by + of


def convert(array, of, by, to="denominator"):
    """A derivative in one layout, rearranged into the other.

    Args:
        array: the derivative of something of shape `of` by something of shape `by`, in the layout that is not `to`.
        of, by: shapes, as tuples. to: the layout wanted, "denominator" or "numerator".

    Returns:
        The same entries, a view of shape derivative_shape(of, by, to).

    Raises:
        ValueError: if the array does not have the shape it must have in the other layout, or for an unknown layout.

    >>> J = np.array([[1, 2, 3], [4, 5, 6]])  # of a vector of 2 by a vector of 3
    >>> convert(J, of=(2,), by=(3,), to="denominator").shape
    (3, 2)
    """
    array, of, by = np.asarray(array), _shape(of), _shape(by)
    source = LAYOUTS[1 - LAYOUTS.index(_layout(to))]
    expected = derivative_shape(of, by, source)
    if array.shape != expected:
        raise ValueError(f"the derivative of shape {of} by shape {by} has shape {expected} in {source} layout, and the array has "
                         f"shape {array.shape}. To convert from {to} layout, say to={source!r}")
    first = len(of if source == "numerator" else by)
    return array.transpose(*range(first, array.ndim), *range(first))


class Pairing(NamedTuple):
    """One row of the table: what is differentiated by what, and the shape in each layout, as an array and on paper."""

    of: str
    by: str
    numerator: str
    denominator: str
    on_paper: str


def pairings(m=2, n=3, p=4, q=5):
    """The table of all pairings of scalar, vector and matrix: nine rows of text.

    A vector y has length m, a matrix Y is m×n; a vector x has length p, a matrix X is p×q.

    >>> for row in pairings()[:5]:
    ...     print(row.of, "by", row.by, row.numerator, row.denominator, "|", row.on_paper)
    scalar by scalar () () | a number
    scalar by vector (4,) (4,) | column 4×1, in strict numerator layout row 1×4
    scalar by matrix (4, 5) (4, 5) | matrix 4×5, in strict numerator layout 5×4
    vector by scalar (2,) (2,) | column 2×1, in strict denominator layout row 1×2
    vector by vector (2, 4) (4, 2) | Jacobian 2×4, in denominator layout its transpose 4×2
    """
    on_paper = iter((
        "a number", f"column {p}×1, in strict numerator layout row 1×{p}",
        f"matrix {p}×{q}, in strict numerator layout {q}×{p}",
        f"column {m}×1, in strict denominator layout row 1×{m}",
        f"Jacobian {m}×{p}, in denominator layout its transpose {p}×{m}",
        f"no matrix: {m} slices of {p}×{q}",
        f"matrix {m}×{n}, in strict denominator layout {n}×{m}",
        f"no matrix: {p} slices of {m}×{n}",
        f"no matrix: four axes, {m * n * p * q} entries"))
    kinds_of = {"scalar": (), "vector": (m,), "matrix": (m, n)}
    kinds_by = {"scalar": (), "vector": (p,), "matrix": (p, q)}
    return [Pairing(of, by, *(str(derivative_shape(s, t, layout)) for layout in LAYOUTS), next(on_paper))
            for of, s in kinds_of.items() for by, t in kinds_by.items()]


def _shape(shape):
    if not isinstance(shape, (tuple, list)) or not all(isinstance(n, (int, np.integer)) and n >= 0 for n in shape):
        raise TypeError(f"a shape is a tuple of lengths, such as (3, 2), or () for a scalar; was given {shape!r}. For an array, "
                        "give its .shape")
    return tuple(int(n) for n in shape)


def _layout(layout):
    if layout not in LAYOUTS:
        raise ValueError(f"a layout is 'numerator' (axes of the numerator first) or 'denominator', not {layout!r}")
    return layout
