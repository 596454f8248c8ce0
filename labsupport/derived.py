"""Operations written with others: the chain rule differentiates them, so their definition is their rule.

Each stands for NumPy's function of the same name when that is called on a Tensor or a Dual, and gives NumPy's value.
"""

import numpy as np

from labsupport.functions import clip_, cofactors, concatenate_, cumsum_, einsum_, getitem, logabsdet, scatter, solve_
from labsupport.rulebook import DERIVED, derived, last, mT

# ---- statistics and norms -----------------------------------------------------------------------------------------------


@derived(np.var)
def var(x, axis=None, *, ddof=0, correction=None, keepdims=False):
    centred = x - np.mean(x, axis=axis, keepdims=True)
    squares = np.sum(np.square(centred), axis=axis, keepdims=keepdims)
    return squares / (x.size / max(squares.size, 1) - (ddof if correction is None else correction))


@derived(np.std)
def std(x, axis=None, **options):
    return root(np.var(x, axis=axis, **options))


def root(s, p=2):
    """The p-th root, with derivative 0 at 0 (where it has none): torch's choice for norms and standard deviations."""
    positive = np.where(s == 0, 1, s)
    return np.where(s == 0, 0, np.sqrt(positive) if p == 2 else positive ** (1 / p))


@derived(np.linalg.norm)
def norm(x, ord=None, axis=None, keepdims=False):
    axes = last(x, axis)
    if ord is None or (ord == 2 and len(axes) == 1) or (ord == "fro" and len(axes) == 2):
        return root(np.sum(np.square(x), axis=axes, keepdims=keepdims))
    if ord in (1, np.inf, -np.inf) and len(axes) == 2:
        within, across = axes if ord == 1 else axes[::-1]
        sums = np.sum(np.abs(x), axis=within, keepdims=True)
        y = np.min(sums, axis=axes, keepdims=True) if ord == -np.inf else np.max(sums, axis=axes, keepdims=True)
        return y if keepdims else np.squeeze(y, axes)
    if len(axes) == 1 and ord in (np.inf, -np.inf):
        return (np.max if ord > 0 else np.min)(np.abs(x), axis=axes, keepdims=keepdims)
    if len(axes) == 1 and isinstance(ord, (int, float)) and ord > 0:
        return root(np.sum(np.abs(x) ** ord, axis=axes, keepdims=keepdims), ord)
    raise NotImplementedError(f"np.linalg.norm with ord={ord!r} over {len(axes)} axes has no derivative rule here. There are None "
                              "(root of the sum of squares), for vectors 1, inf and any p > 0, for matrices 'fro', 1 and inf")


@derived(np.prod)
def prod(x, axis=None, keepdims=False):
    """Multiply pairs, then pairs of the products, …: no division, so the derivative is right where factors are 0."""
    axes = last(x, axis)
    others = [a for a in range(-x.ndim, 0) if a not in axes]
    shape = [1 if a in axes else x.shape[a] for a in range(-x.ndim, 0) if keepdims or a not in axes]
    count = int(np.prod([x.shape[a] for a in axes], dtype=int))
    y = np.transpose(x, (*others, *axes)).reshape(*(x.shape[a] for a in others), count)
    while y.shape[-1] > 1:
        half = y.shape[-1] // 2
        pairs = y[..., :half] * y[..., half:2 * half]
        y = pairs if y.shape[-1] == 2 * half else np.concatenate([pairs, y[..., 2 * half:]], axis=-1)
    return y.reshape(shape) if count else np.ones(shape)


@derived(np.cumsum)
def cumsum(x, axis=None):
    return cumsum_(np.reshape(x, -1), 0) if axis is None else cumsum_(x, axis)


# ---- shapes: NumPy says the new shape, from an array of the old shape without entries of its own -----------------------


def like(x):
    return np.broadcast_to(0.0, x.shape)


@derived(np.expand_dims)
def expand_dims(x, axis):
    return np.reshape(x, np.expand_dims(like(x), axis).shape)


@derived(np.squeeze)
def squeeze(x, axis=None):
    return np.reshape(x, np.squeeze(like(x), axis).shape)


@derived(np.ravel)
def ravel(x):
    return np.reshape(x, -1)


@derived(np.atleast_1d)
def atleast_1d(x):
    return x if x.ndim else np.reshape(x, 1)


@derived(np.swapaxes)
def swapaxes(x, axis1, axis2):
    order = list(range(x.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return np.transpose(x, order)


@derived(np.moveaxis)
def moveaxis(x, source, destination):
    source, destination = ([a % x.ndim for a in np.atleast_1d(axes)] for axes in (source, destination))
    order = [a for a in range(x.ndim) if a not in source]
    for where, a in sorted(zip(destination, source)):
        order.insert(where, a)
    return np.transpose(x, order)


@derived(np.flip)
def flip(x, axis=None):
    axes = last(x, axis)
    return x[tuple(slice(None, None, -1) if a in axes else slice(None) for a in range(-x.ndim, 0))]


# ---- several arrays in one ---------------------------------------------------------------------------------------------


def as_array(x):
    return x if hasattr(x, "level") else np.asarray(x)


@derived(np.concatenate)
def concatenate(arrays, axis=0):
    arrays = [as_array(a) for a in arrays]
    if axis is None:
        arrays, axis = [a.reshape(-1) for a in arrays], 0
    axis = axis + arrays[0].ndim if axis < 0 else axis
    lengths = [a.shape[axis] if axis < a.ndim else 0 for a in arrays]  # np.concatenate itself says what does not fit
    return concatenate_(*arrays, axis=axis, starts=tuple(np.cumsum([0, *lengths]).tolist()))


@derived(np.stack)
def stack(arrays, axis=0):
    arrays = [as_array(a) for a in arrays]
    if len({a.shape for a in arrays}) > 1:
        raise ValueError(f"np.stack was given arrays of the shapes {', '.join(str(a.shape) for a in arrays)}; they must "
                         "all have one shape. Broadcast or reshape them first, or join them with np.concatenate")
    return np.concatenate([np.expand_dims(a, axis) for a in arrays], axis=axis)


@derived(np.vstack)
def vstack(arrays):
    return np.concatenate([np.reshape(a, (1, -1)) if np.ndim(a) < 2 else a for a in arrays], axis=0)


@derived(np.hstack)
def hstack(arrays):
    arrays = [np.atleast_1d(a) for a in arrays]
    return np.concatenate(arrays, axis=0 if np.ndim(arrays[0]) == 1 else 1)


# ---- products ------------------------------------------------------------------------------------------------------------


@derived(np.dot)
def dot(a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    if np.ndim(b) == 1 or np.ndim(b) == 2:
        return np.matmul(a, b)
    return np.tensordot(a, b, axes=(-1, -2))


@derived(np.outer)
def outer(a, b):
    return np.multiply(np.reshape(a, (-1, 1)), np.reshape(b, (1, -1)))


@derived(np.inner)
def inner(a, b):
    return np.multiply(a, b) if np.ndim(a) == 0 or np.ndim(b) == 0 else np.tensordot(a, b, axes=(-1, -1))


@derived(np.tensordot)
def tensordot(a, b, axes=2):
    """The summed axes of a last, those of b first, as two matrices."""
    a, b = as_array(a), as_array(b)
    sum_a, sum_b = (range(-axes, 0), range(axes)) if isinstance(axes, int) else axes
    sum_a, sum_b = ([int(i) % x.ndim for i in np.ravel(list(s) if np.iterable(s) else s)] for x, s in ((a, sum_a), (b, sum_b)))
    if [a.shape[i] for i in sum_a] != [b.shape[i] for i in sum_b]:
        raise ValueError(f"np.tensordot of shapes {a.shape} and {b.shape} was asked to sum the axes {sum_a} of the first "
                         f"with {sum_b} of the second, which have different lengths; name axes of equal length")
    keep_a, keep_b = ([i for i in range(x.ndim) if i not in s] for x, s in ((a, sum_a), (b, sum_b)))
    length = int(np.prod([a.shape[i] for i in sum_a], dtype=int))
    rows, columns = [a.shape[i] for i in keep_a], [b.shape[i] for i in keep_b]
    left = np.transpose(a, keep_a + sum_a).reshape((int(np.prod(rows, dtype=int)), length))
    right = np.transpose(b, sum_b + keep_b).reshape((length, int(np.prod(columns, dtype=int))))
    return np.reshape(left @ right, rows + columns)


@derived(np.einsum)
def einsum(subscripts, *operands, optimize=False):
    if not isinstance(subscripts, str):
        raise TypeError("np.einsum is differentiated in the form np.einsum('ij,j->i', A, x): the subscripts first, as text")
    terms, out = spelled_out(subscripts.replace(" ", ""), [np.ndim(x) for x in operands])
    operands = list(operands)
    for i, term in enumerate(terms):
        for letter in sorted(set(term)):
            while terms[i].count(letter) > 1:  # the diagonal of two axes with one letter is one axis, now the last
                first, second = [k for k, c in enumerate(terms[i]) if c == letter][:2]
                operands[i] = np.diagonal(operands[i], axis1=first, axis2=second)
                terms[i] = "".join(c for k, c in enumerate(terms[i]) if k not in (first, second)) + letter
    return einsum_(*operands, subscripts=",".join(terms) + "->" + out, optimize=optimize)


def spelled_out(subscripts, ndims):
    """The subscripts of each operand and of the result, with letters for '...' and for a result that was left out."""
    inputs, arrow, out = subscripts.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(ndims):
        raise ValueError(f"np.einsum was given {len(ndims)} arrays for the {len(terms)} subscripts of {subscripts!r}; give "
                         "one group of letters for each array, with commas between them")
    free = [letter for letter in "ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkjihgfedcba" if letter not in subscripts]
    widths = [n - len(term.replace("...", "")) if "..." in term else 0 for term, n in zip(terms, ndims)]
    dots = "".join(free[:max(widths)])
    terms = [term.replace("...", dots[len(dots) - width:]) for term, width in zip(terms, widths)]
    for term, n in zip(terms, ndims):
        if len(term) != n:
            raise ValueError(f"np.einsum was given an array with {n} axes for the subscripts {term!r} in {subscripts!r}; "
                             "write one letter for each axis")
    if not arrow:
        letters = "".join(terms)
        out = "..." + "".join(sorted(c for c in set(letters) - set(dots) if letters.count(c) == 1))
    return terms, out.replace("...", dots)


# ---- matrices ------------------------------------------------------------------------------------------------------------


@derived(np.diagonal)
def diagonal(x, offset=0, axis1=0, axis2=1):
    x = np.moveaxis(x, (axis1, axis2), (-2, -1))
    entries = np.diagonal(np.arange(x.shape[-2] * x.shape[-1]).reshape(x.shape[-2:]), offset)
    return getitem(x.reshape(*x.shape[:-2], x.shape[-2] * x.shape[-1]), (..., entries))


@derived(np.trace)
def trace(x, offset=0, axis1=0, axis2=1):
    return np.sum(np.diagonal(x, offset, axis1, axis2), axis=-1)


@derived(np.diag)
def diag(x, k=0):
    if x.ndim == 2:
        return np.diagonal(x, k)
    if x.ndim != 1:
        raise ValueError(f"np.diag was given shape {x.shape}; give a vector, to get a matrix, or a matrix, for its diagonal")
    size = x.shape[0] + abs(k)
    row = np.arange(x.shape[0]) + max(0, -k)
    return scatter(x, (row, row + k), (size, size))


@derived(np.linalg.solve)
def solve(A, b):
    """A vector is a matrix of one column."""
    return solve_(A, b) if np.ndim(b) > 1 else solve_(A, np.reshape(b, (-1, 1)))[..., 0]


@derived(np.linalg.slogdet)
def slogdet(X):
    inner = X
    while hasattr(inner, "level"):
        inner = inner.inner
    sign, _ = result = np.linalg.slogdet(inner)
    return type(result)(sign, logabsdet(X))


@derived(cofactors)
def cofactors_of_a_regular_matrix(X):
    return np.linalg.det(X)[..., None, None] * mT(np.linalg.inv(X))


@derived(np.clip)
def clip(x, a_min=None, a_max=None, *, min=None, max=None):
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    return clip_(x, -np.inf if low is None else low, np.inf if high is None else high)
