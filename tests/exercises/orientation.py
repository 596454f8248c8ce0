"""The exercises of the chapter on orientation: each answer found another way, and wrong answers a student may give."""

from fractions import Fraction

import numpy as np
import sympy as sp
import torch

x = sp.Symbol("x", positive=True)
a = torch.arange(100.0)


def fading():
    """The number of factors of a quarter that it takes, counted exactly."""
    slope, layers = Fraction(1), 0
    while slope >= Fraction(1, 10**6):
        slope, layers = slope / 4, layers + 1
    return layers


def jacobian_shape():
    """Of three functions of a 4 × 2 matrix, as torch returns it."""
    return tuple(torch.autograd.functional.jacobian(lambda W: (W**2).sum(1)[:3], torch.ones(4, 2)).shape)


def as_on_paper(X, W1, W2):
    """Example by example, each as a column."""
    return np.array([(W2.T @ (W1.T @ example[:, None]))[:, 0] for example in X])


PROOFS = {
    "orientation-square": sp.limit(((3 + x) ** 2 - 9) / x, x, 0),
    "orientation-odd": sp.diff(x * sp.exp(2 * x)),
    "orientation-shape": jacobian_shape(),
    "orientation-size": 1000 * 1000**2 * np.dtype(float).itemsize / 1e9,
    "orientation-broadcast": ((a[:, None] - a).numel(), torch.diagonal(a[:, None] - a).numel()),
    "orientation-logistic": lambda t: float(sp.diff(-sp.log(1 - 1 / (1 + sp.exp(-x)))).evalf(400, subs={x: sp.Rational(str(t))})),
    "orientation-depth": fading(),
    "orientation-batch": as_on_paper,
    "orientation-tower": sp.diff(x**x),
}

WRONG = {
    "orientation-square": [(9, "value of x²"), (2, "exponent"), (3, "quotient")],
    "orientation-odd": [
        (lambda x: np.exp(2 * x) + x * np.exp(2 * x), "factor 2"),
        (lambda x: 2 * np.exp(2 * x), "two terms"),
        (lambda x: (2 + 2 * x) * np.exp(2 * x), "one of the two"),
        (lambda x: x * np.exp(2 * x), "function itself"),
    ],
    "orientation-shape": [((4, 2, 3), "denominator layout"), ((4, 2), "Only the gradient"), ((3, 8), "keep apart"), ((3, 2, 4), "keep their order")],
    "orientation-size": [(0.008, "each weight"), (1, "8 bytes"), (8e9, "Gigabytes")],
    "orientation-broadcast": [((100, 100), "every target"), ((10_000, 10_000), "diagonal"), ((100, 1), "stretched")],
    "orientation-logistic": [
        (lambda x: -1 / (1 + np.exp(-x)), "grows with x"),
        (lambda x: 1 / (1 + np.exp(np.minimum(x, 700))), "the slope of log σ"),
        (lambda x: -1 / (1 + np.exp(np.minimum(x, 700))), "Two minus signs"),
    ],
    "orientation-depth": [(9, "262 144"), (20, "not a half"), (11, "Ten is enough")],
    "orientation-batch": [
        (lambda X, W1, W2: W2.T @ W1.T @ X.T, "each column"),
        (lambda X, W1, W2: X @ W1, "first layer"),
    ],
    "orientation-tower": [
        (lambda x: x * x ** (x - 1), "constant exponent"),
        (lambda x: x**x * np.log(x), "constant base"),
        (lambda x: np.log(x) + 1, "Multiply by"),
    ],
}
