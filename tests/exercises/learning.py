"""The exercises of the chapter on learning: each answer found another way, and wrong answers a student may give."""

import itertools

import numpy as np
import sympy as sp
import torch

w, b, u, p = sp.symbols("w b u p")
THREE = [(-1, 20), (0, 25), (1, 30)]


def loss(points):
    """The loss of the line w u + b, as a polynomial."""
    return sum((w * x + b - y) ** 2 for x, y in points) / sp.Integer(2 * len(points))


def least(expression, *variables):
    """Where the slopes are all 0, as SymPy solves it."""
    found = sp.solve([sp.diff(expression, v) for v in variables], variables)
    return tuple(found[v] for v in variables)


CONSTANT = loss([(0, 3), (0, 5), (0, 10)])
START = {w: 0, b: 0}


def forbes():
    """numpy's least squares, of columns t and 1."""
    t = [194.5, 194.3, 197.9, 198.4, 199.4, 199.9, 200.9, 201.1, 201.4, 201.3, 203.6, 204.6, 209.5, 208.6, 210.7, 211.9, 212.2]
    inches = [20.79, 20.79, 22.4, 22.67, 23.15, 23.35, 23.89, 23.99, 24.02, 24.01, 25.14, 26.57, 28.49, 27.76, 29.04, 29.88, 30.06]
    return np.linalg.lstsq(np.column_stack([t, np.ones(17)]), np.round(100 * np.log10(inches), 2), rcond=None)[0]


def network_size():
    layers = [torch.nn.Linear(n, m) for n, m in itertools.pairwise((3, 32, 32, 10))]
    return sum(theta.numel() for layer in layers for theta in layer.parameters())


W1, W2, W3 = sp.Matrix([[1, 0, 2], [0, 1, -1]]), sp.Matrix([[1, 1], [0, 2], [1, 0]]), sp.Matrix([1, -1])

# E of v₁² over the sphere in p dimensions: v₁² is Beta(1/2, (p − 1)/2), whose mean is α / (α + β)
HALF = sp.Rational(1, 2)

PROOFS = {
    "learning-loss-by-hand": loss(THREE).subs({w: 4, b: 25}),
    "learning-best-constant": (least(CONSTANT, b)[0], CONSTANT.subs(b, least(CONSTANT, b)[0])),
    "learning-slopes": [sp.diff(loss(THREE), v).subs(START) for v in (w, b)],
    "learning-one-step": [-sp.Rational(3, 10) * sp.diff(loss(THREE), v).subs(START) for v in (w, b)],
    "learning-one-weight": sp.expand(sp.diff((2 * w - 6) ** 2 / 2, w)),
    "learning-parameters": network_size(),
    "learning-bill": (len(range(50)) ** 5, sum(2 for _ in itertools.product(range(200), range(5)))),
    "learning-collapse": W3.T * W2.T * W1.T,
    "learning-stop": [min({0.42: 10, 0.38: 30, 0.29: 100, 0.21: 300, 0.24: 1000}.items())[1], 5],
    "learning-forbes": forbes(),
    "learning-random-direction": sp.simplify(HALF / (HALF + (p - 1) / 2)),
}

WRONG = {
    "learning-loss-by-hand": [(2 / 3, "half of it"), (1, "number of points"), (0, "cancel")],
    "learning-best-constant": [((5, 29 / 6), "median"), ((6, 26 / 3), "factor ½"), ((6, 13), "n = 3")],
    "learning-slopes": [((-25, -10 / 3), "comes first"), ((-10, -75), "not sums"), ((10 / 3, 25), "prediction minus label")],
    "learning-one-step": [((-1, -7.5), "uphill"), ((10 / 3, 25), "0.3"), ((5, 25), "part of the way")],
    "learning-one-weight": [
        (lambda w: 2 * w - 6, "multiplied by the input"),
        (lambda w: 8 * w - 24, "cancels"),
        (lambda w: (2 * w - 6) ** 2 / 2, "function itself"),
    ],
    "learning-parameters": [
        (3 * 32 + 32 * 32 + 32 * 10, "bias"),
        (3 * 32 + 32 + 32 * 32 + 32 + 32 * 10, "output layer"),
        (3 * 32 + 32 + 32 * 10 + 10, "two hidden layers"),
        (3 * 32 + 3 + 32 * 32 + 32 + 32 * 10 + 32, "not to each input"),
    ],
    "learning-bill": [((250, 2000), "do not add"), ((5**50, 2000), "not 5 to the power 50"), ((50**5, 1000), "two evaluations")],
    "learning-collapse": [([[2], [-3]], "transposed"), ([[4, 1]], "second weight"), ([2, -3], "shape (2,)")],
    "learning-stop": [((1000, 500), "training loss"), ((0.21, 0.31), "not the loss"), ((3, 0), "place in the list")],
    "learning-forbes": [
        ((2.062, -97.09), "natural logarithm"),
        ((0.523, -81.06), "without the logarithm"),
        ((0.8955, 139.6), "goes on to t = 0"),
        ((8.956, 139.604), "tens of degrees"),
    ],
    "learning-random-direction": [(lambda p: p**-0.5, "typical slope"), (lambda p: 0.5, "two parameters"), (lambda p: 1, "add up to 1")],
}
