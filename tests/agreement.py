"""Hold a NumPy function, differentiated by the engine in every way there is, against its twin in torch.float64."""

import numpy as np
import torch
from hypothesis import settings, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from labsupport import grad, hvp, jacobian, jvp, vjp

# Both sides compute in float64 and lose a few of its 16 digits; a wrong rule is wrong in the first ones.
TOLERANCE = {"rtol": 1e-9, "atol": 1e-9}
some = settings(max_examples=80, deadline=None)
few = settings(max_examples=30, deadline=None)

shapes = array_shapes(min_dims=0, max_dims=3, max_side=3)


def within(low, high):
    """Numbers with at most three decimals: ties and zeros happen, and nothing is closer to a singularity than that."""
    return st.integers(round(low * 1000), round(high * 1000)).map(lambda n: n / 1000)


reals = within(-2, 2)
positive = within(0.3, 3)
spread = st.integers(-3, 3).map(float)  # many ties


def array(shape=shapes, entries=reals):
    return arrays(np.float64, shape, elements=entries, fill=st.nothing())


def as_array(tensor):
    """The numbers of a torch tensor; the sum gives memory to torch's efficient zeros, without which `numpy()` crashes."""
    return (tensor.detach() + 0).numpy()


def same(ours, theirs, what):
    np.testing.assert_allclose(ours, as_array(theirs), err_msg=what, **TOLERANCE)
    assert np.shape(ours) == tuple(theirs.shape), f"{what}: shape {np.shape(ours)}, torch has {tuple(theirs.shape)}"


def torch_pull(f, args, cotangent, **options):
    leaves = [torch.tensor(a, requires_grad=True) for a in args]
    y = f(*leaves)
    if not y.requires_grad:
        return y, [torch.zeros_like(x) for x in leaves]
    return y, torch.autograd.grad(y, leaves, torch.tensor(cotangent), allow_unused=True, materialize_grads=True)


def agree(f, f_torch, *args, second=True):
    """The value and all first and second derivatives of f at `args` are those of f_torch."""
    rng = np.random.default_rng(0)
    value = f(*args)
    cotangent = rng.normal(size=np.shape(value))
    y, theirs = torch_pull(f_torch, args, cotangent)
    same(value, y, "value on plain arrays")
    agree_first(f, args, cotangent, y, theirs, rng)
    if second:
        agree_second(f, f_torch, args, cotangent, rng)


def agree_first(f, args, cotangent, y, theirs, rng):
    value, pullback = vjp(f, *args)
    same(value, y, "value on Tensors")
    for i, (ours, his) in enumerate(zip(pullback(cotangent), theirs)):
        same(ours, his, f"reverse, argument {i}")
        alone = vjp(lambda x: f(*args[:i], x, *args[i + 1:]), args[i])[1](cotangent)[0]
        same(alone, his, f"reverse, argument {i}, the others constant")
        both = [jacobian(f, mode, argnum=i)(*args) for mode in ("reverse", "forward")]
        for mode, J in zip(("reverse", "forward"), both):
            assert J.shape == np.shape(value) + np.shape(args[i]), f"{mode} jacobian has shape {J.shape}"
            contracted = np.tensordot(cotangent, J, axes=np.ndim(value))
            same(contracted, his, f"{mode} jacobian, argument {i}")
    tangents = [rng.normal(size=np.shape(a)) for a in args]
    value, tangent = jvp(f, args, tangents)
    same(value, y, "value on Duals")
    assert np.shape(tangent) == np.shape(value)
    np.testing.assert_allclose(np.sum(cotangent * tangent), sum((as_array(g) * v).sum() for g, v in zip(theirs, tangents)),
                               err_msg="forward, all arguments", **TOLERANCE)


def flattened(f, args):
    """f as a function of one vector, the entries of all its arguments."""
    ends = np.cumsum([np.size(a) for a in args]).tolist()

    def flat(z):
        return f(*[z[end - np.size(a):end].reshape(np.shape(a)) for a, end in zip(args, ends)])
    return flat, np.concatenate([np.ravel(a) for a in args])


def agree_second(f, f_torch, args, cotangent, rng):
    """H v of the scalar Σ c f, by all four orders of forward and reverse."""
    flat, z = flattened(f, args)
    flat_torch, _ = flattened(f_torch, args)
    u, v = rng.normal(size=z.size), rng.normal(size=z.size)

    def scalar(z):
        return np.sum(cotangent * flat(z))

    leaf = torch.tensor(z, requires_grad=True)
    y = (torch.tensor(cotangent) * flat_torch(leaf)).sum()
    first, = torch.autograd.grad(y, leaf, create_graph=True) if y.requires_grad else [torch.zeros_like(leaf)]
    theirs = torch.zeros_like(leaf)
    if first.requires_grad:
        theirs, = torch.autograd.grad(first @ torch.tensor(v), leaf, allow_unused=True, materialize_grads=True)
    same(hvp(scalar)(z, v), theirs, "second, forward over reverse")
    same(grad(lambda z: np.sum(grad(scalar)(z) * v))(z), theirs, "second, reverse over reverse")
    same(grad(lambda z: jvp(scalar, (z,), (v,))[1])(z), theirs, "second, reverse over forward")
    ours = jvp(lambda z: jvp(scalar, (z,), (u,))[1], (z,), (v,))[1]
    np.testing.assert_allclose(ours, u @ as_array(theirs), err_msg="second, forward over forward", **TOLERANCE)
