"""Random programs, made of any operations on arrays of any shapes, agree with torch: values and gradients to 1e-9.

More of them, or others:  python tests/test_random_programs.py 10000 [first seed]
"""

import sys

import numpy as np
import pytest
import torch

from agreement import as_array
from labsupport import Tensor, hvp, jvp, logsumexp, relu, sigmoid, softmax, value_and_grad

SHAPES = [(), (1,), (3,), (2,), (2, 3), (3, 2), (3, 3), (1, 3), (2, 1, 3), (2, 3, 3), (4, 2)]


class Program:
    """A list of steps on registers: the first are the inputs, each step appends what it computes from some of the others.

    A step is (numpy function, torch function, registers). While it is written the program is run, on `values`, so that a
    step is chosen only where it is defined, and stays away from the kinks and singularities that it has.
    """

    def __init__(self, seed, length):
        self.rng = rng = np.random.default_rng(seed)
        self.inputs = [rng.normal(size=SHAPES[rng.integers(len(SHAPES))]) for _ in range(rng.integers(1, 4))]
        self.values, self.steps, self.names = list(self.inputs), [], []
        while len(self.steps) < length:
            STEPS[rng.integers(len(STEPS))](self)

    def pick(self, accept=lambda a: True):
        """A register, a late one rather than an early one, whose value is accepted; None if there is no such."""
        found = [i for i, a in enumerate(self.values) if accept(a)]
        return found[-1 - min(int(self.rng.exponential(2)), len(found) - 1)] if found else None

    def add(self, ours, twin, *registers, name=""):
        if None in registers:
            return
        with np.errstate(all="ignore"):
            value = np.asarray(ours(*[self.values[i] for i in registers]))
        if value.size and value.size < 200 and np.isfinite(value).all() and np.abs(value).max() < 1e3:
            self.values.append(value)
            self.steps.append((ours, twin, registers))
            self.names.append(name or ours.__name__)

    def run(self, which, inputs):
        """The last register; with the mean of all that nobody used, so that every step counts."""
        values = list(inputs)
        for step in self.steps:
            values.append(step[which](*[values[i] for i in step[2]]))
        used = {i for _, _, registers in self.steps for i in registers}
        mean = (np.mean, torch.mean)[which]
        return sum(mean(values[i]) for i in range(len(values)) if i not in used)


def away(a, *points, by=1e-3):
    return all(np.abs(a - p).min(initial=1) > by for p in points)


def distinct(a, axis=None, by=1e-3):
    """No two entries along the axis are close: extremes have no kink there."""
    if a.ndim == 0:
        return False
    ordered = np.sort(a.reshape(-1) if axis is None else a, axis=0 if axis is None else axis)
    return np.abs(np.diff(ordered, axis=0 if axis is None else axis)).min(initial=1) > by


def unary(ours, twin, accept=lambda a: True, prepare=None):
    """A step of one operation; `prepare` brings the values into its domain, by functions that both sides have."""
    def step(p):
        before = prepare or (lambda x: x)
        p.add(lambda x: ours(before(x)), lambda x: twin(before(x)), p.pick(lambda a: accept(a)), name=ours.__name__)
    return step


def squash(x):  # into (0.1, 3)
    return x * x / (1 + x * x) * 2.9 + 0.1


def small(x):  # into (-0.9, 0.9)
    return 0.9 * x / (1 + x * x) ** 0.5


def binary(ours, twin, accept=lambda a, b: True, prepare=lambda b: b):
    def step(p):
        i = p.pick()
        a = p.values[i]
        j = p.pick(lambda b: broadcasts(a, b) and accept(a, np.asarray(prepare(b))))
        p.add(lambda x, y: ours(x, prepare(y)), lambda x, y: twin(x, prepare(y)), i, j, name=ours.__name__)
    return step


def broadcasts(a, b):
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return False
    return True


def constant(p):
    """An operation with an array or a number that is no variable, on either side."""
    i = p.pick()
    c = p.rng.normal(size=SHAPES[p.rng.integers(len(SHAPES))])
    if broadcasts(p.values[i], c):
        t = torch.tensor(c)
        kind = p.rng.integers(5)
        if kind == 0:
            p.add(lambda x: c * x, lambda x: t * x, i, name="c*")
        elif kind == 1:
            p.add(lambda x: x - c, lambda x: x - t, i, name="-c")
        elif kind == 2:
            p.add(lambda x: c - x / 2, lambda x: t - x / 2, i, name="c-")
        elif kind == 3:
            p.add(lambda x: 1 / (3 + x * x), lambda x: 1 / (3 + x * x), i, name="1/")
        else:
            mask = c > 0
            p.add(lambda x: np.where(mask, x, 2 * c), lambda x: torch.where(torch.tensor(np.asarray(mask)), x, 2 * t), i, name="where c")


def power(p):
    k = [2, 3, 0.5, -1, 1.5, 1, 0][p.rng.integers(7)]
    p.add(lambda x: squash(x) ** k, lambda x: squash(x) ** k, p.pick(lambda a: away(a, 0)), name=f"**{k}")


def variable_power(p):
    i = p.pick()
    j = p.pick(lambda b: broadcasts(p.values[i], b) and away(b, 0))
    p.add(lambda x, y: squash(x) ** y, lambda x, y: squash(x) ** y, i, j, name="power")


def where(p):
    i = p.pick(lambda a: away(a, 0.1))
    if i is None:
        return
    j = p.pick(lambda b: broadcasts(p.values[i], b))
    p.add(lambda x, y: np.where(x > 0.1, x, y * 2), lambda x, y: torch.where(x > 0.1, x, y * 2), i, j, name="where")


def clip(p):
    p.add(lambda x: np.clip(x, -0.7, 0.9), lambda x: torch.clamp(x, -0.7, 0.9), p.pick(lambda a: away(a, -0.7, 0.9)), name="clip")


def some_axis(p, i):
    """None, an axis, or several, for NumPy; and a tuple for torch."""
    n = p.values[i].ndim
    if n == 0 or p.rng.random() < 0.3:
        return None, tuple(range(n))
    axes = tuple(int(a) for a in p.rng.permutation(n)[:p.rng.integers(1, n + 1)] - n * p.rng.integers(2))
    return (axes if len(axes) > 1 or p.rng.random() < 0.5 else axes[0]), axes


def reduction(name, ours, twin, accept=lambda a: a.ndim > 0):
    def step(p):
        i = p.pick(accept)
        if i is not None:
            axis, axes = some_axis(p, i)
            keep = bool(p.rng.integers(2))
            p.add(lambda x: ours(x, axis=axis, keepdims=keep), lambda x: twin(x, axes, keep), i, name=name)
    return step


def product(x, axes, keep):
    for a in sorted((a % x.ndim for a in axes), reverse=True):
        x = torch.prod(x, a, keepdim=keep)
    return x


def spread(name):
    def step(p):
        i = p.pick(lambda a: a.ndim and min(a.shape) > 1 and distinct(a, by=1e-2))
        if i is not None:
            axis, axes = some_axis(p, i)
            ddof, keep = int(p.rng.integers(2)), bool(p.rng.integers(2))
            p.add(lambda x: getattr(np, name)(x, axis=axis, ddof=ddof, keepdims=keep),
                  lambda x: getattr(torch, name)(x, axes, correction=ddof, keepdim=keep), i, name=name)
    return step


def along(name, ours, twin):
    def step(p):
        i = p.pick(lambda a: a.ndim)
        if i is not None:
            axis = int(p.rng.integers(-p.values[i].ndim, p.values[i].ndim))
            p.add(lambda x: ours(x, axis=axis), lambda x: twin(x, axis), i, name=name)
    return step


def norm(p):
    i = p.pick(lambda a: a.ndim and away(a, 0, by=1e-2) and distinct(np.abs(a)))
    if i is not None:
        order, axis = [None, 1, 2, 3, np.inf][p.rng.integers(5)], int(p.rng.integers(p.values[i].ndim))
        p.add(lambda x: np.linalg.norm(x, order, axis=axis), lambda x: torch.linalg.vector_norm(x, order or 2, axis), i, name="norm")


def reshape(p):
    i = p.pick()
    a = p.values[i]
    kind = p.rng.integers(9)
    order = tuple(int(k) for k in p.rng.permutation(a.ndim))
    wide = (2, *a.shape)
    new = int(p.rng.integers(a.ndim + 1))
    p.add(*[(lambda x: np.reshape(x, -1), lambda x: x.reshape(-1)),
            (lambda x: x.reshape(a.shape[::-1]), lambda x: x.reshape(a.shape[::-1])),
            (lambda x: np.transpose(x, order), lambda x: x.permute(order)),
            (lambda x: x.T, lambda x: x.permute(tuple(reversed(range(x.ndim))))),
            (lambda x: np.broadcast_to(x, wide), lambda x: x.broadcast_to(wide)),
            (lambda x: np.expand_dims(x, new), lambda x: x.unsqueeze(new)),
            (lambda x: np.squeeze(x), lambda x: x.squeeze()),
            (lambda x: np.stack([x, 2 * x], axis=new), lambda x: torch.stack([x, 2 * x], new)),
            (lambda x: np.swapaxes(x, 0, -1) if x.ndim else x * 1, lambda x: x.swapaxes(0, -1) if x.ndim else x * 1)][kind], i,
          name=f"shape{kind}")


def join(p):
    i = p.pick(lambda a: a.ndim)
    if i is not None:
        shape = p.values[i].shape
        axis = int(p.rng.integers(-len(shape), len(shape)))
        rest = [n for k, n in enumerate(shape) if k != axis % len(shape)]
        j = p.pick(lambda b: b.ndim == len(shape) and [n for k, n in enumerate(b.shape) if k != axis % len(shape)] == rest)
        p.add(lambda x, y: np.concatenate([x, y, x], axis=axis), lambda x, y: torch.cat([x, y, x], axis), i, j, name="concatenate")


def index(p):
    i = p.pick(lambda a: a.ndim)
    if i is not None:
        a = p.values[i]
        n = a.shape[0]
        picks = p.rng.integers(-n, n, size=p.rng.integers(1, 4))
        mask = p.rng.random(a.shape) < 0.6
        mask.flat[0] = True
        key = [0, -1, slice(None, None, 2), (Ellipsis, 0), (Ellipsis, slice(0, 2)), (None, 0), picks, mask, (picks, Ellipsis, -1)
               if a.ndim > 1 else picks][p.rng.integers(9)]
        torch_key = tuple(torch.tensor(k) if isinstance(k, np.ndarray) else k for k in (key if isinstance(key, tuple) else (key,)))
        p.add(lambda x: x[key], lambda x: x[torch_key], i, name="index")


def matmul(p):
    i = p.pick(lambda a: a.ndim)
    if i is not None:
        a = p.values[i]

        def fits(b):
            inner = b.shape[-2:][0] if b.ndim else 0
            return b.ndim and a.shape[-1] == inner and broadcasts(np.empty(a.shape[:-2]), np.empty(b.shape[:-2]))
        p.add(lambda x, y: x @ y, lambda x, y: x @ y, i, p.pick(fits), name="matmul")


def products(p):
    i = p.pick(lambda a: a.ndim)
    if i is None:
        return
    a = p.values[i]
    j = p.pick(lambda b: b.ndim and b.shape[-1] == a.shape[-1])
    kind = p.rng.integers(5)
    p.add(*[(lambda x, y: np.outer(x, y), lambda x, y: torch.outer(x.reshape(-1), y.reshape(-1))),
            (lambda x, y: np.tensordot(x, y, axes=(-1, -1)), lambda x, y: torch.tensordot(x, y, ([x.ndim - 1], [y.ndim - 1]))),
            (lambda x, y: np.einsum("...i,...i->...", x.reshape(-1, x.shape[-1])[0], y),
             lambda x, y: torch.einsum("...i,...i->...", x.reshape(-1, x.shape[-1])[0], y)),
            (lambda x, y: np.einsum("ai,bi->ab", x.reshape(-1, x.shape[-1]), y.reshape(-1, y.shape[-1])),
             lambda x, y: torch.einsum("ai,bi->ab", x.reshape(-1, x.shape[-1]), y.reshape(-1, y.shape[-1]))),
            (lambda x, y: np.dot(x, y.reshape(-1, y.shape[-1]).T), lambda x, y: x @ y.reshape(-1, y.shape[-1]).T)][kind], i, j,
          name=f"product{kind}")


def square(a):
    return a.ndim == 2 and a.shape[0] == a.shape[1]


def regular(x, eye):
    """A well-conditioned matrix made of any square one."""
    return 0.5 * x / (1 + x * x) + 2 * eye


def matrices(p):
    i = p.pick(square)
    if i is None:
        return
    n = p.values[i].shape[0]
    eye, teye = np.eye(n), torch.eye(n, dtype=torch.float64)
    j = p.pick(lambda b: b.ndim in (1, 2) and b.shape[0] == n)
    kind = p.rng.integers(8)
    one = [(lambda x: np.trace(x), lambda x: torch.trace(x)), (lambda x: np.diag(x), lambda x: torch.diag(x)),
           (lambda x: np.diag(x[0], 1), lambda x: torch.diag(x[0], 1)),
           (lambda x: np.linalg.inv(regular(x, eye)), lambda x: torch.linalg.inv(regular(x, teye))),
           (lambda x: np.linalg.det(regular(x, eye)), lambda x: torch.linalg.det(regular(x, teye))),
           (lambda x: np.linalg.slogdet(regular(x, eye))[1], lambda x: torch.linalg.slogdet(regular(x, teye))[1]),
           (lambda x: np.linalg.norm(x), lambda x: torch.linalg.norm(x))]
    if kind == 6 and not np.any(p.values[i]):
        return  # the norm of zeros is a kink, where torch's second derivative is NaN
    if kind < 7:
        p.add(*one[kind], i, name=f"matrix{kind}")
    else:
        p.add(lambda x, y: np.linalg.solve(regular(x, eye), y), lambda x, y: torch.linalg.solve(regular(x, teye), y), i, j, name="solve")




STEPS = [
    *[unary(ours, twin) for ours, twin in [
        (np.sin, torch.sin), (np.cos, torch.cos), (np.tanh, torch.tanh), (np.arctan, torch.arctan), (sigmoid, torch.sigmoid),
        (np.square, torch.square), (np.negative, torch.neg), (np.sign, torch.sign)]],
    *[unary(ours, twin, accept=lambda a: away(a, 0)) for ours, twin in [(np.abs, torch.abs), (relu, torch.relu)]],
    *[unary(ours, twin, prepare=small) for ours, twin in [
        (np.exp, torch.exp), (np.expm1, torch.expm1), (np.log1p, torch.log1p), (np.tan, torch.tan), (np.arcsin, torch.arcsin),
        (np.arccos, torch.arccos), (np.sinh, torch.sinh), (np.cosh, torch.cosh)]],
    *[unary(ours, twin, prepare=squash) for ours, twin in [
        (np.log, torch.log), (np.sqrt, torch.sqrt), (np.reciprocal, torch.reciprocal)]],
    *[binary(ours, twin) for ours, twin in [(np.add, torch.add), (np.subtract, torch.subtract), (np.multiply, torch.multiply)]],
    binary(np.divide, torch.divide, prepare=squash), constant, constant, power, variable_power, where, clip,
    *[binary(ours, twin, accept=lambda a, b: away(a - b, 0)) for ours, twin in [
        (np.maximum, torch.maximum), (np.minimum, torch.minimum)]],
    reduction("sum", np.sum, torch.sum), reduction("mean", np.mean, torch.mean), reduction("prod", np.prod, product),
    reduction("max", np.max, torch.amax, distinct), reduction("min", np.min, torch.amin, distinct),
    reduction("logsumexp", logsumexp, torch.logsumexp), spread("var"), spread("std"), norm,
    along("cumsum", np.cumsum, torch.cumsum), along("softmax", softmax, torch.softmax),
    reshape, reshape, join, index, index, matmul, matmul, products, products, matrices, matrices,
]


def close(ours, theirs, what, names):
    """To 1e-9 of the largest entry: sums of many terms of both signs lose digits on either side."""
    scale = max(1.0, np.abs(theirs).max(initial=0))
    assert np.shape(ours) == np.shape(theirs), f"{what} of {names}: shape {np.shape(ours)}, torch has {np.shape(theirs)}"
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9 * scale, err_msg=f"{what} of {names}")


def check(seed):
    """Value, gradient by `backward` and by operator, a directional derivative and a Hessian times a vector."""
    p = Program(seed, length=4 + seed % 12)
    leaves = [torch.tensor(a, requires_grad=True) for a in p.inputs]
    y = p.run(1, leaves)
    if not y.requires_grad:
        return p
    theirs = torch.autograd.grad(y, leaves, create_graph=True, allow_unused=True, materialize_grads=True)
    tensors = [Tensor(a) for a in p.inputs]
    result = p.run(0, tensors)
    close(result.value, y.item(), "value", p.names)
    result.backward()
    argnums = tuple(range(len(leaves)))
    value, gradients = value_and_grad(lambda *xs: p.run(0, xs), argnums)(*p.inputs)
    for t, g, his in zip(tensors, gradients, theirs):
        close(0 * t.value if t.grad is None else t.grad, as_array(his), "backward", p.names)
        close(g, as_array(his), "gradient", p.names)
    v = [p.rng.normal(size=a.shape) for a in p.inputs]
    along_v = sum((his * torch.tensor(w)).sum() for his, w in zip(theirs, v))
    close(jvp(lambda *xs: p.run(0, xs), p.inputs, v)[1], along_v.item(), "forward", p.names)
    second(p, leaves, along_v, v)
    return p


def second(p, leaves, along_v, v):
    """H v, forward over reverse, of the program as a function of one vector."""
    if not along_v.requires_grad:
        return
    theirs = torch.autograd.grad(along_v, leaves, allow_unused=True, materialize_grads=True)
    ends = np.cumsum([a.size for a in p.inputs])

    def flat(z):
        return p.run(0, [z[end - a.size:end].reshape(a.shape) for a, end in zip(p.inputs, ends)])
    ours = hvp(flat)(np.concatenate([a.ravel() for a in p.inputs]), np.concatenate([w.ravel() for w in v]))
    close(ours, np.concatenate([as_array(t).ravel() for t in theirs]), "second derivative", p.names)


@pytest.mark.parametrize("block", range(10))
def test_random_programs_agree_with_torch(block):
    for seed in range(block * 40, block * 40 + 40):
        check(seed)


def test_random_programs_use_every_operation():
    names = {name for seed in range(400) for name in Program(seed, 4 + seed % 12).names}
    assert names >= {"add", "power", "where", "clip", "max", "prod", "std", "norm", "concatenate", "index", "matmul", "solve",
                     "cumsum", "softmax", "logsumexp", "sign", *(f"product{k}" for k in range(5)), *(f"matrix{k}" for k in range(7)),
                     *(f"shape{k}" for k in range(9))}


if __name__ == "__main__":
    count, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10 ** 6
    failed = []
    for seed in range(first, first + count):
        try:
            check(seed)
        except Exception as error:
            failed.append(seed)
            print(seed, type(error).__name__, str(error)[:1500], flush=True)
    print(f"{count} programs, seeds {first} to {first + count - 1}: {len(failed)} disagree")
    sys.exit(bool(failed))
