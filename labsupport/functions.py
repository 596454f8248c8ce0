"""Operations of our own: what NumPy lacks, and what stands under NumPy's functions where they need a simpler one.

`@primitive` lets them speak NumPy's protocol, so that they take floats, arrays, Tensors and Duals; their derivatives are in
`rules`. A name that ends in _ does the work of NumPy's function of that name, after `derived` has settled its options.
"""

import numpy as np

from labsupport.rulebook import mT, primitive


@primitive
def relu(x):
    """max(x, 0) of each entry of x, of any shape; the derivative is 1 for x > 0, else 0 (at 0 as torch has it).

    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    return np.maximum(x, 0)


@primitive
def sigmoid(x):
    """1 / (1 + exp(-x)) of each entry of x, of any shape, without overflow; the derivative is y (1 - y).

    For x < 0 it is computed as the equal exp(x) / (1 + exp(x)): only negative numbers are exponentiated.

    >>> float(sigmoid(0.0)), float(sigmoid(-1000.0))
    (0.5, 0.0)
    """
    e = np.exp(-np.abs(x))
    return np.where(np.less(x, 0), e, 1.0) / (1 + e)


@primitive
def logsumexp(x, axis=None, keepdims=False):
    """log Σ exp(x) over `axis` (None: over all), without overflow; the shape is that of the sum.

    Source: log Σ exp(x) = m + log Σ exp(x - m) for every m; with m = max x no exponent is above 0.

    >>> round(float(logsumexp(np.array([1000.0, 1000.0]))), 4)
    1000.6931
    """
    m = np.max(x, axis=axis, keepdims=True)
    m = np.where(np.isfinite(m), m, 0)
    with np.errstate(divide="ignore"):  # log 0 = -inf is right where every x is -inf
        y = np.log(np.sum(np.exp(np.subtract(x, m)), axis=axis, keepdims=True)) + m
    return y if keepdims else np.squeeze(y, axis)[()]


@primitive
def softmax(x, axis=-1):
    """exp(x) / Σ exp(x) along `axis`, without overflow; the shape is that of x, and the sum along `axis` is 1.

    >>> softmax(np.array([0.0, 0.0, 1000.0]))
    array([0., 0., 1.])
    """
    e = np.exp(np.subtract(x, np.max(x, axis=axis, keepdims=True)))
    return e / np.sum(e, axis=axis, keepdims=True)


@primitive
def getitem(x, index):
    return x[index]


@primitive
def scatter(x, index, shape):
    """Indexing backward: zeros of `shape`, and x added where `index` points, as often as it points there."""
    z = np.zeros(shape, x.dtype)
    if any(isinstance(i, np.ndarray) for i in index):
        np.add.at(z, index, x)
    else:
        z[index] = x
    return z


@primitive
def concatenate_(*arrays, axis, starts):
    return np.concatenate(arrays, axis)


@primitive
def cumsum_(x, axis):
    return np.cumsum(x, axis)


@primitive
def clip_(x, low, high):
    return np.clip(x, low, high)


@primitive
def einsum_(*arrays, subscripts, optimize=False):
    return np.einsum(subscripts, *arrays, optimize=optimize)


@primitive
def solve_(A, B):
    return np.linalg.solve(A, B)


@primitive
def logabsdet(X):
    return np.linalg.slogdet(X)[1]


@primitive
def cofactors(X):
    """The derivative of the determinant, det(X) X⁻ᵀ, computed from X = U diag(s) V so that X need not have an inverse."""
    if not np.isfinite(X).all():  # where the decomposition would stop with an error
        return np.linalg.det(X)[..., None, None] * mT(np.linalg.inv(X))
    U, s, V = np.linalg.svd(X)
    others = np.where(np.eye(s.shape[-1], dtype=bool), 1.0, s[..., None, :]).prod(axis=-1)
    return (np.linalg.det(U) * np.linalg.det(V))[..., None, None] * (U * others[..., None, :]) @ V
