"""Every operation, over random shapes, axes and values: value, first and second derivative, in both modes, as torch's."""

from pathlib import Path

import numpy as np
import pytest
import sympy
import torch
from agreement import TOLERANCE, agree, array, few, positive, reals, some, spread, within
from hypothesis import assume, given, strategies as st
from hypothesis.extra.numpy import array_shapes, mutually_broadcastable_shapes

from labsupport import Dual, Tensor, grad, hessian, jacobian, logsumexp, relu, sigmoid, softmax
from labsupport.rulebook import DERIVED, RULES

UNARY = {  # operation: (its twin, where it is smooth)
    np.negative: (torch.neg, reals), np.positive: (torch.positive, reals), np.absolute: (torch.abs, reals),
    np.sign: (torch.sign, reals), np.square: (torch.square, reals), np.sqrt: (torch.sqrt, positive),
    np.reciprocal: (torch.reciprocal, positive), np.exp: (torch.exp, reals), np.expm1: (torch.expm1, reals),
    np.log: (torch.log, positive), np.log1p: (torch.log1p, within(-0.7, 2)), np.sin: (torch.sin, reals),
    np.cos: (torch.cos, reals), np.tan: (torch.tan, within(-1.2, 1.2)), np.arcsin: (torch.arcsin, within(-0.9, 0.9)),
    np.arccos: (torch.arccos, within(-0.9, 0.9)), np.arctan: (torch.arctan, reals), np.sinh: (torch.sinh, reals),
    np.cosh: (torch.cosh, reals), np.tanh: (torch.tanh, reals), sigmoid: (torch.sigmoid, within(-20, 20)),
    relu: (torch.relu, reals),
}
BINARY = {  # operation: (its twin, the entries of the first, of the second)
    np.add: (torch.add, reals, reals), np.subtract: (torch.subtract, reals, reals),
    np.multiply: (torch.multiply, reals, reals), np.divide: (torch.divide, reals, positive),
    np.power: (torch.pow, positive, reals.filter(bool)), np.maximum: (torch.maximum, spread, spread),
    np.minimum: (torch.minimum, spread, spread),
}


@pytest.mark.parametrize("operation", UNARY, ids=lambda f: f.__name__)
@given(data=st.data())
@some
def test_elementwise_operation_of_one_operand(operation, data):
    twin, entries = UNARY[operation]
    agree(operation, twin, data.draw(array(entries=entries)))


@pytest.mark.parametrize("operation", BINARY, ids=lambda f: f.__name__)
@given(data=st.data())
@some
def test_elementwise_operation_of_two_operands_broadcasts(operation, data):
    twin, left, right = BINARY[operation]
    shape = data.draw(mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3)).input_shapes
    agree(operation, twin, data.draw(array(shape[0], left)), data.draw(array(shape[1], right)))


def test_second_derivatives_of_a_power_where_the_exponent_is_zero():
    """Here torch 2.13 drops the mixed derivative 1/x, so SymPy is the witness."""
    x, p = sympy.symbols("x p", positive=True)
    expected = sympy.hessian(x ** p, (x, p)).subs({x: 0.3, p: 0})
    np.testing.assert_allclose(hessian(lambda z: z[0] ** z[1])(np.array([0.3, 0.0])), np.array(expected, float), **TOLERANCE)


@given(array(entries=within(-2, 2)), st.sampled_from([0, 1, 2, 3, -1, -2, 0.5, 2.5]))
@some
def test_a_power_with_a_constant_exponent(x, p):
    x = np.abs(x) + 0.3 if p % 1 or p < 0 else x
    agree(lambda x: x ** p, lambda x: x ** p, x)


@given(array(entries=reals), within(0.3, 3))
@some
def test_a_constant_to_a_variable_power(x, base):
    agree(lambda x: base ** x, lambda x: torch.tensor(base, dtype=torch.float64) ** x, x)


@given(mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3), st.data())
@some
def test_where_chooses_entry_by_entry(broadcast, data):
    c, x, y = (data.draw(array(shape, spread)) for shape in broadcast.input_shapes)
    agree(lambda x, y: np.where(c > 0, x, y), lambda x, y: torch.where(torch.from_numpy(np.array(c > 0)), x, y), x, y)


@given(mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3), st.data())
@some
def test_clip_to_bounds_that_are_variables_too(broadcast, data):
    x, low, high = (data.draw(array(shape, spread)) for shape in broadcast.input_shapes)
    at_edge = np.any((x == low) | (x == high) | (low == high))  # there torch 2.15 has other slopes than 2.13
    if x.shape == broadcast.result_shape and not at_edge:  # torch's clamp does not widen x
        agree(np.clip, torch.clamp, x, low, high)


@given(array(entries=spread), spread, st.sampled_from(["both", "low", "high", "keywords"]))
@some
def test_clip_with_constant_bounds(x, low, form):
    high = low + 2
    assume(not np.any((x == low) | (x == high)))
    ours, twin = {"both": (lambda x: np.clip(x, low, high), lambda x: torch.clamp(x, low, high)),
                  "low": (lambda x: np.clip(x, low, None), lambda x: torch.clamp(x, min=low)),
                  "high": (lambda x: x.clip(None, high), lambda x: torch.clamp(x, max=high)),
                  "keywords": (lambda x: np.clip(x, a_min=low, a_max=high), lambda x: torch.clamp(x, low, high))}[form]
    agree(ours, twin, x)


# ---- along axes


@st.composite
def along(draw, entries=reals, min_side=1):
    """An array, and None, one axis or several of its axes, with `keepdims`."""
    x = draw(array(array_shapes(min_dims=0, max_dims=3, min_side=min_side, max_side=3), entries))
    axes = st.lists(st.integers(-x.ndim, x.ndim - 1), min_size=1, unique_by=lambda a: a % x.ndim).map(tuple)
    axis = draw(st.none() | axes | axes.map(lambda a: a[0])) if x.ndim else None
    return x, axis, draw(st.booleans())


def every_axis(x, axis):
    return tuple(range(x.ndim)) if axis is None else axis


REDUCTIONS = {
    "sum": (np.sum, lambda x, axis, keepdims: torch.sum(x, every_axis(x, axis), keepdims), reals),
    "mean": (np.mean, lambda x, axis, keepdims: torch.mean(x, every_axis(x, axis), keepdims), reals),
    "max": (np.max, lambda x, axis, keepdims: torch.amax(x, every_axis(x, axis), keepdims), spread),
    "min": (np.min, lambda x, axis, keepdims: torch.amin(x, every_axis(x, axis), keepdims), spread),
    "amax": (np.amax, lambda x, axis, keepdims: torch.amax(x, every_axis(x, axis), keepdims), spread),
    "amin": (np.amin, lambda x, axis, keepdims: torch.amin(x, every_axis(x, axis), keepdims), spread),
    "logsumexp": (logsumexp, lambda x, axis, keepdims: torch.logsumexp(x, every_axis(x, axis), keepdims), reals),
    "norm": (lambda x, axis, keepdims: np.linalg.norm(np.reshape(x, -1) if axis is None and not keepdims else x,
                                                      axis=axis if np.ndim(axis) == 0 or len(axis) < 3 else axis[:2],
                                                      keepdims=keepdims) if x.ndim and (axis is not None or x.ndim < 3)
             else np.sqrt(np.sum(np.square(x), axis=axis, keepdims=keepdims)),
             lambda x, axis, keepdims: torch.sqrt(torch.sum(x * x, every_axis(
                 x, axis if np.ndim(axis) == 0 or len(axis) < 3 else axis[:2]), keepdims)), positive),
}


@pytest.mark.parametrize("name", REDUCTIONS)
@given(data=st.data())
@some
def test_reduction_over_any_axes(name, data):
    ours, twin, entries = REDUCTIONS[name]
    x, axis, keepdims = data.draw(along(entries))
    if x.ndim == 0 and name != "logsumexp":
        agree(lambda x: ours(x, axis=axis, keepdims=keepdims), lambda x: x * 1 if name != "norm" else torch.sqrt(x * x), x)
    elif x.ndim:
        agree(lambda x: ours(x, axis=axis, keepdims=keepdims), lambda x: twin(x, axis, keepdims), x)


@given(along(spread))
@some
def test_a_product_with_zero_factors(case):
    def twin(x):
        for a in sorted((a % x.ndim for a in np.atleast_1d(every_axis(x, axis))), reverse=True):
            x = torch.prod(x, int(a), keepdim=keepdims)
        return x
    x, axis, keepdims = case
    agree(lambda x: np.prod(x, axis=axis, keepdims=keepdims), twin, x)


@pytest.mark.parametrize("name", ["var", "std"])
@given(data=st.data())
@some
def test_spread_over_any_axes(name, data):
    x, axis, keepdims = data.draw(along(reals, min_side=2))
    ddof = data.draw(st.sampled_from([0, 1]))
    x = x + np.arange(x.size).reshape(x.shape) ** 2  # no two equal: std has a kink where all are
    if x.ndim:
        agree(lambda x: getattr(np, name)(x, axis=axis, ddof=ddof, keepdims=keepdims),
              lambda x: getattr(torch, name)(x, every_axis(x, axis), correction=ddof, keepdim=keepdims), x)


@given(array(array_shapes(max_dims=3, max_side=4)), st.data())
@some
def test_cumsum_along_an_axis(x, data):
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1))
    agree(lambda x: np.cumsum(x, axis), lambda x: torch.cumsum(x.reshape(-1) if axis is None else x, axis or 0), x)


@given(array(array_shapes(max_dims=3, max_side=4)), st.data())
@some
def test_softmax_along_an_axis(x, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    agree(lambda x: softmax(x, axis=axis), lambda x: torch.softmax(x, axis), x)


@pytest.mark.parametrize("order", [None, 1, 2, 3, 2.5, np.inf, -np.inf])
@given(data=st.data())
@few
def test_norm_of_vectors(order, data):
    x = data.draw(array(array_shapes(min_dims=1, max_dims=3, max_side=3), positive | positive.map(lambda x: -x)))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    agree(lambda x: np.linalg.norm(x, order, axis=axis), lambda x: torch.linalg.vector_norm(x, order or 2, axis), x)


@pytest.mark.parametrize("order", [None, "fro", 1, np.inf])
@given(x=array(array_shapes(min_dims=2, max_dims=2, max_side=3), positive))
@few
def test_norm_of_matrices(order, x):
    agree(lambda x: np.linalg.norm(x, order), lambda x: torch.linalg.matrix_norm(x, order or "fro"), x)


# ---- moving entries about


@given(array(array_shapes(min_dims=1, max_dims=4, max_side=3)), st.data())
@some
def test_reshape_and_its_relatives(x, data):
    agree(lambda x: x.reshape(-1), lambda x: x.reshape(-1), x)
    agree(lambda x: np.reshape(x, x.shape[::-1]), lambda x: x.reshape(x.shape[::-1]), x)
    agree(np.ravel, torch.ravel, x, second=False)
    order = data.draw(st.permutations(range(x.ndim)))
    agree(lambda x: np.transpose(x, order) ** 2, lambda x: x.permute(order) ** 2, x)
    agree(lambda x: x.T, lambda x: x.permute(*reversed(range(x.ndim))), x)
    a, b = data.draw(st.tuples(*[st.integers(-x.ndim, x.ndim - 1)] * 2))
    agree(lambda x: np.swapaxes(x, a, b), lambda x: x.swapaxes(a, b), x)
    agree(lambda x: np.moveaxis(x, a, b), lambda x: x.moveaxis(a, b), x)
    agree(lambda x: np.flip(x, a), lambda x: x.flip(a), x)


@given(array(array_shapes(max_dims=2, max_side=3)), st.data())
@some
def test_axes_of_length_one(x, data):
    a = data.draw(st.integers(-x.ndim - 1, x.ndim))
    agree(lambda x: np.expand_dims(x, a) ** 2, lambda x: x.unsqueeze(a) ** 2, x)
    agree(lambda x: np.squeeze(np.expand_dims(x, a), a), lambda x: x.unsqueeze(a).squeeze(a), x)
    agree(lambda x: np.squeeze(np.expand_dims(x, a)), lambda x: x.unsqueeze(a).squeeze(), x)
    agree(lambda x: x[..., None], lambda x: x[..., None], x)


@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), st.data())
@some
def test_broadcast_to(broadcast, data):
    x = data.draw(array(broadcast.input_shapes[0]))
    shape = broadcast.result_shape
    agree(lambda x: np.broadcast_to(x, shape) ** 2, lambda x: x.broadcast_to(shape) ** 2, x)


@given(array(array_shapes(min_dims=1, max_dims=3, max_side=3)), st.data())
@some
def test_concatenate_and_stack_with_constants_between(x, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    y = data.draw(array(x.shape))
    c = np.ones(x.shape)
    agree(lambda x, y: np.concatenate([x, c, y, x], axis=axis) ** 2,
          lambda x, y: torch.cat([x, torch.tensor(c), y, x], axis) ** 2, x, y)
    agree(lambda x, y: np.stack([x, c, y], axis=axis) ** 2,
          lambda x, y: torch.stack([x, torch.tensor(c), y], axis if axis >= 0 else axis) ** 2, x, y)
    agree(lambda x, y: np.concatenate((x, y), axis=None), lambda x, y: torch.cat([x.ravel(), y.ravel()]), x, y)


@given(array((4, 3, 2)), st.data())
@some
def test_indexing_in_every_way(x, data):
    pick = data.draw(st.lists(st.integers(-4, 3), min_size=1, max_size=5))  # an entry read twice gets both cotangents
    mask = np.random.default_rng(data.draw(st.integers(0, 99))).random((4, 3)) < 0.5
    index = data.draw(st.sampled_from([
        1, -1, slice(1, 3), (slice(None), 2), (Ellipsis, 0), (slice(None, None, 2), slice(2, 0, -1)), (1, 2, 1), None,
        (None, 1, Ellipsis, None), np.array(pick), pick, (np.array(pick), slice(None), 1), (slice(None), [0, 2], [1, 0]),
        (np.array([0, 0]), slice(None), np.array([1, 1])), (np.array([[0], [1]]), np.array([0, 2])), mask, (mask, 0), x[:, 0, 0] > 0]))
    # older torch (2.8, say) misplaces what follows a mask, so it gets the mask as the numbers of its entries
    parts = [part for i in (index if isinstance(index, tuple) else (index,))
             for part in (i.nonzero() if getattr(i, "dtype", None) == bool else (i,))]
    torch_index = tuple(torch.tensor(i) if isinstance(i, (np.ndarray, list)) else i for i in parts)
    if any(isinstance(i, slice) and i.step == -1 for i in torch_index):
        agree(lambda x: x[index] ** 2, lambda x: x[::2].flip(1)[:, :2] ** 2, x)  # torch has no negative steps
    else:
        agree(lambda x: x[index] ** 2, lambda x: x[torch_index] ** 2, x)


@given(array(array_shapes(min_dims=1, max_dims=2, max_side=4)), st.integers(-3, 3))
@some
def test_diag_both_ways(x, k):
    agree(lambda x: np.diag(x, k) ** 2, lambda x: torch.diag(x, k) ** 2, x)


@given(array(array_shapes(min_dims=2, max_dims=3, max_side=4)), st.integers(-2, 2))
@some
def test_diagonal_and_trace(x, k):
    agree(lambda x: np.diagonal(x, k), lambda x: torch.diagonal(x, k), x)
    agree(lambda x: np.trace(x, k) ** 2, lambda x: torch.diagonal(x, k).sum(-1) ** 2, x)


# ---- products

matmul_shapes = mutually_broadcastable_shapes(signature=np.matmul.signature, max_dims=2, max_side=3)


@given(matmul_shapes, st.data())
@some
def test_matmul_of_any_vector_matrix_and_stack(broadcast, data):
    A, B = (data.draw(array(shape)) for shape in broadcast.input_shapes)
    agree(lambda A, B: A @ B, lambda A, B: A @ B, A, B)


LETTERS = {"i": (2,), "j": (3,)}


@pytest.mark.parametrize("left, right", [((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((3,), (4, 3, 2)),
                                         ((4, 2, 3), (3,)), ((4, 2, 3), (3, 2)), ((2, 3), (4, 3, 2)), ((3,), (2, 4, 3, 2)),
                                         ((4, 1, 2, 3), (2, 3, 2)), ((2, 1, 3, 2, 3), (3,)), ((1, 3), (3, 1))])
def test_matmul_of_each_pairing(left, right):
    rng = np.random.default_rng(1)
    agree(lambda A, B: np.matmul(A, B) ** 2, lambda A, B: torch.matmul(A, B) ** 2, rng.normal(size=left), rng.normal(size=right))


@pytest.mark.parametrize("left, right", [((), (2, 3)), ((3,), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 3), (3, 2)),
                                         ((2, 3), (4, 3, 2)), ((2, 2, 3), (4, 3, 2)), ((3,), (4, 3, 2))])
def test_dot_follows_numpys_cases(left, right):
    rng = np.random.default_rng(2)

    def twin(a, b):
        if a.ndim == 0 or b.ndim == 0:
            return a * b
        return torch.tensordot(a, b, dims=([a.ndim - 1], [max(b.ndim - 2, 0)]))
    agree(np.dot, twin, rng.normal(size=left), rng.normal(size=right))
    agree(lambda a: np.dot(a, np.ones(right)), lambda a: twin(a, torch.ones(right, dtype=torch.float64)), rng.normal(size=left))


@given(array(array_shapes(max_dims=2, max_side=3)), array(array_shapes(max_dims=2, max_side=3)))
@some
def test_outer_flattens(a, b):
    agree(np.outer, lambda a, b: torch.outer(a.ravel(), b.ravel()), a, b)


@pytest.mark.parametrize("left, right, axes", [((2, 3), (4, 5), 0), ((2, 3), (3, 4), 1), ((4, 2, 3), (2, 3), 2),
                                               ((2, 3, 4), (4, 5, 2), ([0, 2], [2, 0])), ((2, 3), (5, 3), (1, 1)),
                                               ((2, 3), (5, 3), (-1, -1)), ((2, 3), (3, 2), ((0, 1), (1, 0)))])
def test_tensordot_over_any_axes(left, right, axes):
    rng = np.random.default_rng(3)
    dims = axes if isinstance(axes, int) else [list(np.atleast_1d(a)) for a in axes]
    agree(lambda a, b: np.tensordot(a, b, axes), lambda a, b: torch.tensordot(a, b, dims), rng.normal(size=left),
          rng.normal(size=right))


@pytest.mark.parametrize("subscripts, given", [
    ("ij,j->i", None), ("ij,jk->ik", None), ("ij,jk", None), ("ij->ji", None), ("ij", None), ("ij->", None), ("ij->j", None),
    ("i,j->ij", None), ("i,i->", None), ("ii->i", None), ("ii", None), ("iij,j->i", None), ("ij,ij->ij", None),
    ("bij,bjk->bik", None), ("ij,jk,kl->il", None), ("i,ij,j", None), ("ij,kl->", None), ("iii->i", None), ("iijj->ij", None),
    ("...j,j->...", [(2, 3, 4), (4,)]), ("...ij,...jk->...ik", [(2, 1, 2, 3), (4, 3, 2)]), ("...i->...", [(2, 3)]),
    ("i...,i...->...", [(2, 3), (2, 3)]), ("...ij,j", [(2, 2, 3), (3,)]), ("ba", None), ("...ii->...i", [(2, 3, 3)])])
def test_einsum(subscripts, given):
    rng = np.random.default_rng(4)
    lengths = dict(zip("ijklab", (2, 3, 4, 2, 3, 2)))
    terms = subscripts.split("->")[0].split(",")
    given = given or [tuple(lengths[c] for c in term) for term in terms]
    agree(lambda *xs: np.einsum(subscripts, *xs), lambda *xs: torch.einsum(subscripts, *xs), *[rng.normal(size=s) for s in given])


@given(st.lists(st.text("abcd", min_size=1, max_size=3), min_size=1, max_size=3), st.data())
@some
def test_einsum_of_random_subscripts(terms, data):
    present = sorted(set("".join(terms)))
    out = "".join(data.draw(st.lists(st.sampled_from(present), unique=True)))
    lengths = dict(zip("abcd", (2, 3, 1, 2)))
    rng = np.random.default_rng(5)
    operands = [rng.normal(size=[lengths[c] for c in term]) for term in terms]
    subscripts = ",".join(terms) + "->" + out
    agree(lambda *xs: np.einsum(subscripts, *xs), lambda *xs: torch.einsum(subscripts, *xs), *operands)


# ---- linear algebra


@st.composite
def regular(draw, stack=True):
    """An invertible matrix, or a stack of them: entries below 1 and a dominant diagonal."""
    n = draw(st.integers(1, 4))
    batch = draw(st.sampled_from([(), (2,), (2, 1)])) if stack else ()
    return draw(array((*batch, n, n), within(-1, 1))) + draw(st.sampled_from([-1, 1])) * (n + 0.5) * np.eye(n)


@given(regular())
@some
def test_inverse_and_determinants(A):
    agree(np.linalg.inv, torch.linalg.inv, A)
    agree(np.linalg.det, torch.linalg.det, A / A.shape[-1])
    agree(lambda A: np.linalg.slogdet(A)[1], lambda A: torch.linalg.slogdet(A)[1], A)
    agree(lambda A: np.linalg.slogdet(A).logabsdet * np.linalg.slogdet(A).sign,
          lambda A: torch.linalg.slogdet(A).logabsdet * torch.linalg.slogdet(A).sign, A)


@pytest.mark.parametrize("A", [np.zeros((1, 1)), np.zeros((2, 2)), np.ones((2, 2)), np.ones((3, 3)), np.diag([1.0, 2, 0]),
                               np.arange(9.0).reshape(3, 3), np.arange(18.0).reshape(2, 3, 3)])
def test_the_determinant_of_a_singular_matrix_has_its_cofactors_for_a_gradient(A):
    X = sympy.Matrix(3, 3, sympy.symbols("x:9"))[:A.shape[-1], :A.shape[-1]]
    gradient = sympy.Matrix(X.shape[0], X.shape[1], lambda i, j: X.det().diff(X[i, j]))
    expected = [np.array(gradient.subs(dict(zip(X, M.ravel()))), float) for M in A.reshape(-1, *A.shape[-2:])]
    np.testing.assert_allclose(grad(lambda A: np.sum(np.linalg.det(A)))(A), np.reshape(expected, A.shape), atol=1e-9)


@given(regular(), st.integers(1, 2), st.booleans())
@some
def test_solve_for_vectors_and_matrices(A, columns, vector):
    n = A.shape[-1]
    B = np.random.default_rng(6).normal(size=(n,) if vector else (*A.shape[:-2], n, columns))


    def twin(A, B):
        Y = torch.linalg.solve(A, (B[:, None] if vector else B).expand(*A.shape[:-2], n, 1 if vector else columns))
        return Y[..., 0] if vector else Y
    agree(np.linalg.solve, twin, A, B)


# ---- kinks: the written convention is torch's


@pytest.mark.parametrize("ours, twin, at", [
    (relu, torch.relu, 0.0), (np.absolute, torch.abs, 0.0),
    (lambda x: np.maximum(x, 0.0), lambda x: torch.maximum(x, torch.zeros_like(x)), 0.0),
    (lambda x: np.minimum(x, 0.0), lambda x: torch.minimum(x, torch.zeros_like(x)), 0.0),
    (np.sign, torch.sign, 0.0), (lambda x: x ** 0, lambda x: x ** 0, 0.0), (lambda x: x ** 1, lambda x: x ** 1, 0.0),
    (lambda x: x ** 2, lambda x: x ** 2, 0.0), (lambda x: 0.0 ** x, lambda x: torch.zeros_like(x) ** x, 2.0),
    (np.max, torch.amax, [1.0, 1.0, 0.0]), (np.min, torch.amin, [0.0, 0.0, 1.0, 0.0]), (np.std, lambda x: x.std(correction=0), [2.0, 2.0]),
    (np.linalg.norm, torch.linalg.norm, [0.0, 0.0]), (lambda x: np.linalg.norm(x, 3), lambda x: torch.linalg.norm(x, 3), [0.0, 0.0]),
    (lambda x: np.linalg.norm(x, 1), lambda x: torch.linalg.norm(x, 1), [0.0, 1.0]),
    (lambda x: np.linalg.norm(x, np.inf), lambda x: torch.linalg.norm(x, np.inf), [3.0, -3.0]), (np.prod, torch.prod, [0.0, 2.0, 0.0])])
def test_the_derivative_at_a_kink_is_torchs(ours, twin, at):
    x = np.array(at)
    leaf = torch.tensor(x, requires_grad=True)
    twin(leaf).backward()
    np.testing.assert_allclose(jacobian(ours, "reverse")(x), leaf.grad.numpy())
    np.testing.assert_allclose(jacobian(ours, "forward")(x), leaf.grad.numpy())


@pytest.mark.parametrize("f, at, slope", [
    (relu, 0.0, 0), (np.abs, 0.0, 0), (lambda x: np.maximum(x, 0), 0.0, 0.5), (lambda x: np.minimum(0, x), 0.0, 0.5),
    (lambda x: np.clip(x, 0, 1), 0.0, 1), (lambda x: np.clip(x, 0, 1), 1.0, 1)])
def test_the_convention_at_a_kink_is_the_written_one(f, at, slope):
    assert grad(f)(at) == slope


# ---- stability, and numbers that are none


@pytest.mark.parametrize("x", [-1000.0, -50.0, 0.0, 50.0, 1000.0])
def test_sigmoid_and_softmax_do_not_overflow(x):
    theirs = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(theirs).backward()
    assert sigmoid(x) == pytest.approx(torch.sigmoid(theirs).item(), rel=1e-12)
    assert grad(sigmoid)(x) == pytest.approx(theirs.grad.item(), rel=1e-12)
    z = np.array([x, 0.0, -x])
    agree(softmax, lambda z: torch.softmax(z, -1), z)
    agree(logsumexp, lambda z: torch.logsumexp(z, -1), z)


def test_logsumexp_of_nothing_but_minus_infinity_is_minus_infinity():
    assert logsumexp(np.array([-np.inf, -np.inf])) == -np.inf
    assert logsumexp(np.array([np.inf, 0.0])) == np.inf


def test_the_gradient_of_the_determinant_of_nan_is_nan():
    with pytest.warns(RuntimeWarning, match="invalid value encountered in det"):
        assert np.isnan(grad(np.linalg.det)(np.full((2, 2), np.nan))).all()


@pytest.mark.parametrize("f", [relu, sigmoid, np.abs, np.tanh, np.square, lambda x: np.maximum(x, 0.0), lambda x: np.clip(x, 0, 1),
                               logsumexp, np.linalg.norm, np.std, np.prod])
def test_nan_is_passed_on_and_not_made_up(f):
    x = np.array([np.nan, 1.0])
    value = f(Tensor(x)).value
    np.testing.assert_array_equal(value, f(x))
    assert np.isnan(value).any()


@pytest.mark.parametrize("f", [relu, sigmoid, softmax, logsumexp])
def test_our_own_functions_work_on_floats_arrays_tensors_and_duals(f):
    x = np.array([0.5, -1.0])
    for y in (f(x), f(Tensor(x)).value, f(Dual(x, x)).primal, f(Tensor(Dual(x, x))).value.primal, f(x.tolist())):
        np.testing.assert_array_equal(y, f(x))
    if f in (relu, sigmoid):
        assert isinstance(f(0.5), float)


# ---- the sheet itself


def test_every_rule_and_every_derived_operation_is_tested_here():
    source = Path(__file__).read_text(encoding="utf-8")
    inside = {"getitem", "scatter", "logabsdet", "cofactors"}
    for operation in [*RULES, *DERIVED]:
        name = operation.__name__
        assert f"np.{name}" in source or f"linalg.{name}" in source or name in inside | {"relu", "sigmoid"} | {
            "softmax", "logsumexp", "vstack", "hstack", "var", "std"}, f"no test of {name}"


@pytest.mark.parametrize("f, twin", [(np.vstack, torch.vstack), (np.hstack, torch.hstack)], ids=["vstack", "hstack"])
@pytest.mark.parametrize("shape", [(), (2,), (2, 3)])
def test_vstack_and_hstack(f, twin, shape):
    x, y = np.random.default_rng(7).normal(size=(2, *shape))
    agree(lambda x, y: f([x, y]), lambda x, y: twin([x, y]), x, y)


@pytest.mark.parametrize("left, right", [((), (3,)), ((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 3))])
def test_inner_sums_over_the_last_axes(left, right):
    rng = np.random.default_rng(8)
    agree(np.inner, torch.inner, rng.normal(size=left), rng.normal(size=right))


def test_atleast_1d_makes_a_vector_of_a_number():
    agree(np.atleast_1d, torch.atleast_1d, np.array(2.0))


def test_an_operation_is_added_in_one_line():
    from labsupport.rulebook import elementwise
    elementwise(np.cbrt, lambda y, x: 1 / (3 * y * y))
    try:
        agree(np.cbrt, lambda x: x ** (1 / 3), np.array([1.0, 8.0]))
    finally:
        del RULES[np.cbrt]
