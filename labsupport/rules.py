"""The formula sheet: every operation's derivative, forward and backward.

Near x the operation y = f(x) acts as a linear map J, its Jacobian. Its rule is a pair of functions, for each operand:

    forward   (jvp):  d, the tangent of x,    becomes J d,   the tangent of y
    backward  (vjp):  g, the cotangent of y,  becomes Jᵀ g,  the cotangent of x

They are written with these letters, then the result y (z for two operands), the operands, and the options of the
operation. Three things keep them short. They are plain NumPy, so they also run on Tensors and Duals, which is how second
derivatives come about. `d` and `g` may have further axes in front, one entry for each of many directions, so axes
are counted from the end. What broadcasting repeats is summed again (and the reverse) by `rulebook.fit`, for all of them.

To add an operation, write one line here: `elementwise(np.cbrt, lambda y, x: 1 / (3 * y * y))`, or `rule` with a forward
and a backward. An operation made of others needs no rule: see `derived`.
"""

import numpy as np

from labsupport.functions import (clip_, cofactors, concatenate_, cumsum_, einsum_, getitem, logabsdet, logsumexp, relu, scatter,
                        sigmoid, softmax, solve_)
from labsupport.rulebook import RULES, Each, ahead, behind, elementwise, every, gate, kept, last, mT, permutation, rule, widen

# ---- elementwise: the partial derivative by each operand; it multiplies d forward and g backward -------------------

elementwise(np.add,        1,                               1)
elementwise(np.subtract,   1,                               -1)
elementwise(np.multiply,   lambda z, x, y: y,               lambda z, x, y: x)
elementwise(np.divide,     lambda z, x, y: 1 / y,           lambda z, x, y: -z / y)
elementwise(np.power,      lambda z, x, p: p * x ** one_less(p, x),
                           lambda z, x, p: z * np.log(np.where((x == 0) & (p >= 0), 1, x)))   # 0ᵖ is 0 whatever p
elementwise(np.maximum,    lambda z, x, y: (x > y) + 0.5 * (x == y),       # a tie is shared ½ each, as in torch
                           lambda z, x, y: (x < y) + 0.5 * (x == y))
elementwise(np.minimum,    lambda z, x, y: (x < y) + 0.5 * (x == y),
                           lambda z, x, y: (x > y) + 0.5 * (x == y))
elementwise(np.negative,   -1)
elementwise(np.positive,   1)
elementwise(np.absolute,   lambda y, x: np.sign(x))                        # 0 at the kink, as in torch
elementwise(np.sign,       0)
elementwise(np.square,     lambda y, x: 2 * x)
elementwise(np.sqrt,       lambda y, x: 0.5 / y)
elementwise(np.reciprocal, lambda y, x: -y * y)
elementwise(np.exp,        lambda y, x: y)
elementwise(np.expm1,      lambda y, x: y + 1)
elementwise(np.log,        lambda y, x: 1 / x)
elementwise(np.log1p,      lambda y, x: 1 / (1 + x))
elementwise(np.sin,        lambda y, x: np.cos(x))
elementwise(np.cos,        lambda y, x: -np.sin(x))
elementwise(np.tan,        lambda y, x: 1 + y * y)
elementwise(np.arcsin,     lambda y, x: 1 / np.sqrt(1 - x * x))
elementwise(np.arccos,     lambda y, x: -1 / np.sqrt(1 - x * x))
elementwise(np.arctan,     lambda y, x: 1 / (1 + x * x))
elementwise(np.sinh,       lambda y, x: np.cosh(x))
elementwise(np.cosh,       lambda y, x: np.sinh(x))
elementwise(np.tanh,       lambda y, x: 1 - y * y)
elementwise(sigmoid,       lambda y, x: y * (1 - y))


def one_less(p, x):
    """p - 1, but 0 where x⁰ is differentiated at x = 0: p times x to that is then 0, as it should be, and not 0 / 0."""
    return p - 1 if isinstance(p, (int, float)) and p != 0 else p - ((p != 0) | (x != 0))


# The partial derivative is 1 where the gate is open and 0 elsewhere, whatever d and g are (0 times infinity is not 0).
gate(relu,     lambda y, x: x > 0)
gate(np.where, None, lambda z, c, x, y: c, lambda z, c, x, y: np.logical_not(c))
gate(clip_,    lambda z, x, low, high: (low <= x) & (x <= high),           # 1 at the edge, as in torch 2.13
               lambda z, x, low, high: (x < low) & (low < high),
               lambda z, x, low, high: (x > high) | (low > high))

# ---- sums and extremes along axes -----------------------------------------------------------------------------------

rule(np.sum,    forward=lambda d, y, x, axis=None, keepdims=False: np.sum(d, axis=last(x, axis), keepdims=keepdims),
                backward=lambda g, y, x, axis=None, keepdims=False: kept(g, y, x, axis))

rule(np.mean,   forward=lambda d, y, x, axis=None, keepdims=False: np.mean(d, axis=last(x, axis), keepdims=keepdims),
                backward=lambda g, y, x, axis=None, keepdims=False: kept(g, y, x, axis) * (y.size / x.size))

rule(cumsum_,   forward=lambda d, y, x, axis: cumsum_(d, last(x, axis)[0]),
                backward=lambda g, y, x, axis: flipped(cumsum_(flipped(g, x, axis), last(x, axis)[0]), x, axis))

for extreme in np.max, np.min, np.amax, np.amin:
    rule(extreme, forward=lambda d, y, x, axis=None, keepdims=False:
                      np.sum(share(y, x, axis) * d, axis=last(x, axis), keepdims=keepdims),
                  backward=lambda g, y, x, axis=None, keepdims=False: share(y, x, axis) * kept(g, y, x, axis))

rule(logsumexp, forward=lambda d, y, x, axis=None, keepdims=False:
                    np.sum(np.exp(x - kept(y, y, x, axis)) * d, axis=last(x, axis), keepdims=keepdims),
                backward=lambda g, y, x, axis=None, keepdims=False: np.exp(x - kept(y, y, x, axis)) * kept(g, y, x, axis))

rule(softmax,   forward=lambda d, y, x, axis=-1: y * (d - np.sum(y * d, axis=last(x, axis), keepdims=True)),
                backward=lambda g, y, x, axis=-1: y * (g - np.sum(y * g, axis=last(x, axis), keepdims=True)))


def share(y, x, axis):
    """1 where x is the extreme y along `axis`, 0 elsewhere; several that tie share the 1 equally, as in torch's amax."""
    tied = x == kept(y, y, x, axis)
    return tied / np.sum(tied, axis=last(x, axis), keepdims=True)


def flipped(g, x, axis):
    return np.flip(g, last(x, axis))

# ---- moving entries about: forward moves the tangent likewise, backward moves the cotangent home --------------------

rule(np.broadcast_to, forward=lambda d, y, x, shape: widen(d, x, y),
                      backward=lambda g, y, x, shape: g)

rule(np.reshape,   forward=lambda d, y, x, shape: d.reshape(ahead(d, x) + y.shape),
                   backward=lambda g, y, x, shape: g.reshape(ahead(g, y) + x.shape))

rule(np.transpose, forward=lambda d, y, x, axes=None: np.transpose(d, behind(d, x, permutation(x, axes))),
                   backward=lambda g, y, x, axes=None: np.transpose(g, behind(g, y, np.argsort(permutation(x, axes)))))

rule(getitem,      forward=lambda d, y, x, index: getitem(d, every(d, x) + index),
                   backward=lambda g, y, x, index: scatter(g, every(g, y) + index, ahead(g, y) + x.shape))

rule(scatter,      forward=lambda d, y, x, index, shape: scatter(d, every(d, x) + index, ahead(d, x) + y.shape),
                   backward=lambda g, y, x, index, shape: getitem(g, every(g, y) + index))

rule(concatenate_, forward=Each(lambda i, d, y, *xs, axis, starts:
                       scatter(d, every(d, y) + place(i, axis, starts), ahead(d, y) + y.shape)),
                   backward=Each(lambda i, g, y, *xs, axis, starts: getitem(g, every(g, y) + place(i, axis, starts))))


def place(i, axis, starts):
    """The index of the i-th of the joined arrays in the whole."""
    return (slice(None),) * axis + (slice(starts[i], starts[i + 1]),)

# ---- products: linear in each operand, the others held ----------------------------------------------------------------


# Of matrices: forward dA B and A dB, backward g Bᵀ and Aᵀ g. A vector is a row on the left, a column on the right.
def matmul_left_forward(d, z, A, B):
    if A.ndim == 1 and B.ndim > 2:
        return (widen(d, A, B[..., 0])[..., None, :] @ B)[..., 0, :]
    return (d if A.ndim == 1 or B.ndim == 1 else widen(d, A, z)) @ B


def matmul_left_backward(g, z, A, B):
    if B.ndim == 1:
        return g[..., None] * B
    if A.ndim == 1 and B.ndim > 2:
        return (B @ g[..., None])[..., 0]
    return g @ mT(B)


def matmul_right_forward(d, z, A, B):
    if B.ndim > 1:
        return A @ (d if A.ndim == 1 else widen(d, B, z))
    if A.ndim > 2:
        return (A @ widen(d, B, z)[..., None])[..., 0]
    return d @ A.T


def matmul_right_backward(g, z, A, B):
    if A.ndim == 1:
        return A * g[..., None] if B.ndim == 1 else A[:, None] * g[..., None, :]
    if B.ndim == 1:
        return g @ A if A.ndim == 2 else (mT(A) @ g[..., None])[..., 0]
    return mT(A) @ g


rule(np.matmul, forward=[matmul_left_forward, matmul_right_forward],
                backward=[matmul_left_backward, matmul_right_backward])


# Forward the same sum with d in place of one operand; backward g takes that operand's place, and its letters the result's.
def einsum_forward(i, d, y, *xs, subscripts, optimize=False):
    terms, out = split(subscripts)
    terms[i] = "..." + terms[i]
    return np.einsum(",".join(terms) + "->..." + out, *xs[:i], d, *xs[i + 1:], optimize=optimize)


def einsum_backward(i, g, y, *xs, subscripts, optimize=False):
    terms, out = split(subscripts)
    others = terms[:i] + terms[i + 1:]
    alone = [k for k, letter in enumerate(terms[i]) if letter not in "".join(others) + out]  # summed in this operand only
    ones = np.ones([xs[i].shape[k] for k in alone])
    inputs = ["..." + out, *others, "".join(terms[i][k] for k in alone)]
    return np.einsum(",".join(inputs) + "->..." + terms[i], g, *xs[:i], *xs[i + 1:], ones, optimize=optimize)


rule(einsum_, forward=Each(einsum_forward), backward=Each(einsum_backward))


def split(subscripts):
    inputs, out = subscripts.split("->")
    return inputs.split(","), out

# ---- linear algebra of square matrices, or stacks of them -------------------------------------------------------------

rule(np.linalg.inv,   forward=lambda d, Y, X: -Y @ d @ Y,
                      backward=lambda g, Y, X: -mT(Y) @ g @ mT(Y))

rule(solve_,          forward=[lambda d, Y, A, B: -solve_(A, widen(d, A, Y) @ Y),
                               lambda d, Y, A, B: solve_(A, widen(d, B, Y))],
                      backward=[lambda g, Y, A, B: -solve_(mT(A), g) @ mT(Y),
                                lambda g, Y, A, B: solve_(mT(A), g)])

rule(logabsdet,       forward=lambda d, y, X: np.sum(mT(np.linalg.inv(X)) * d, axis=(-2, -1)),
                      backward=lambda g, y, X: g[..., None, None] * mT(np.linalg.inv(X)))

rule(np.linalg.det,   forward=lambda d, y, X: np.sum(cofactors(X) * d, axis=(-2, -1)),
                      backward=lambda g, y, X: g[..., None, None] * cofactors(X))
