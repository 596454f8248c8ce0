"""The exercises of the chapter on Taylor series: each answer found another way, and wrong answers a student may give."""

import math

import numpy as np
import sympy as sp
import torch

x, y, h, a, f4 = sp.symbols("x y h a f4")
ROOT5 = np.sqrt(5)


def coefficients(f, count):
    series = sp.series(f, x, 0, count).removeO()
    return [series.coeff(x, k) for k in range(count)]


def by_torch(p):
    p = torch.tensor(p, dtype=torch.float64)
    return torch.autograd.functional.hessian(lambda q: q[0] * torch.exp(q[1]) + q[1] ** 2 * q[2], p)


def torch_product(p, v):
    p, v = torch.tensor(p, dtype=torch.float64), torch.tensor(v, dtype=torch.float64)
    return torch.autograd.functional.hvp(lambda q: (q @ q) ** 2 / 4, p, v)[1]


def nearest(centre, singularities):
    return min(abs(complex(s) - centre) for s in singularities)


def saddle_share():
    """Over a grid of directions of (m, d, b), all equally likely: height on a sphere is uniform."""
    height = (np.arange(10**6) + 0.5) / 10**6 * 2 - 1
    return np.mean(np.abs(height) < np.sqrt(1 - height**2))


cubic = x**2 + 2 * x * y + y**3
critical = sorted(sp.solve([cubic.diff(x), cubic.diff(y)], [x, y]), key=lambda p: sp.hessian(cubic, (x, y)).det().subs(dict(zip((x, y), p))))
samples = [sp.Symbol(f"f{k}") for k in range(6)]
shifted = [sum(d * (s * h) ** k / math.factorial(k) for k, d in enumerate(samples)) for s in (1, -1)]
second = sp.expand((shifted[0] - 2 * samples[0] + shifted[1]) / h**2)
line = sp.Symbol("t")
root = x**3 / 3 - a * x
model = sum(sp.diff(sp.exp(x) * sp.log(1 + y), x, i, y, j).subs({x: 0, y: 0}) * x**i * y**j / (math.factorial(i) * math.factorial(j))
            for i in range(3) for j in range(3 - i))


def limits():
    x = sp.Symbol("x")
    quotients = [(1 - sp.cos(x)) / x**2, (sp.sin(x) - x) / x**3, (sp.exp(x) - 1 - x) / (sp.log(1 + x) - x)]
    return [sp.limit(quotient, x, 0) for quotient in quotients]


PROOFS = {
    "taylor-limits": limits(),
    "taylor-cosine": sp.series(sp.cos(x), x, sp.pi / 3, 3).removeO(),
    "taylor-maclaurin": coefficients(sp.exp(-(x**2)), 5),
    "taylor-terms": next(n for n in range(99) if sp.Rational(1, sp.factorial(n + 1)) < sp.Rational(1, 10**6)),
    "taylor-radius": [nearest(2, [-1]), nearest(0, sp.roots(x**2 - 2 * x + 5)), nearest(1, [sp.pi / 2, -sp.pi / 2])],
    "taylor-second-difference": (second - samples[2]).subs(samples[4], f4),
    "taylor-hessian": by_torch,
    "taylor-curvature": sp.diff(cubic.subs({x: 1 + sp.Rational(3, 5) * line, y: 2 + sp.Rational(4, 5) * line}), line, 2).subs(line, 0),
    "taylor-quadratic": model,
    "taylor-critical": critical,
    "taylor-heron": x - sp.diff(root, x) / sp.diff(root, x, 2),
    "taylor-product": torch_product,
    "taylor-random": saddle_share(),
}  # fmt: skip


def wrong_hessian(p):
    e = np.exp(p[1])
    return np.array([[0, e, 0], [e, p[0] * e + p[2], p[1]], [0, p[1], 0]])


WRONG = {
    "taylor-limits": [((0.5, 1 / 6, -1), "mind the sign of the second"), ((0.5, -1 / 3, -1), "3! = 6")],
    "taylor-cosine": [
        (lambda x: 0.5 - np.sqrt(3) / 2 * x - x**2 / 4, "not of x."),
        (lambda x: 0.5 - np.sqrt(3) / 2 * (np.pi / 3 - x) - (np.pi / 3 - x) ** 2 / 4, "odd terms"),
        (lambda x: 0.5 - np.sqrt(3) / 2 * (x - np.pi / 3) - (x - np.pi / 3) ** 2 / 2, "2!"),
        (lambda x: 1 - x**2 / 2, "at π/3"),
    ],
    "taylor-maclaurin": [((1, 0, -2, 0, 12), "k!"), ((1, 0, 1, 0, 0.5), "minus"), ((1, 0, -1, 0, 1 / 24), "second power")],
    "taylor-terms": [(10, "(n + 1)!"), (8, "too small"), (5, "number of terms")],
    "taylor-radius": [
        ((2, ROOT5, np.pi / 2 - 1), "−1, not at 0"),
        ((3, 2, np.pi / 2 - 1), "1 ± 2i"),
        ((3, ROOT5, np.pi / 2), "centre is 1"),
    ],
    "taylor-second-difference": [
        (lambda h, f4: h**2 / 24 * f4, "comes twice"),
        (lambda h, f4: h**4 / 12 * f4, "power is h²"),
        (lambda h, f4: -(h**2) / 12 * f4, "sign"),
    ],
    "taylor-hessian": [
        (wrong_hessian, "factor is missing"),
        (lambda p: np.array([np.exp(p[1]), p[0] * np.exp(p[1]) + 2 * p[1] * p[2], p[1] ** 2]), "gradient"),
        (lambda p: np.diag([0, p[0] * np.exp(p[1]) + 2 * p[2], 0]), "mixed ones"),
    ],
    "taylor-curvature": [(258, "unit vector"), (51.6, "twice"), (14.8, "slope"), (5.16, "½")],
    "taylor-quadratic": [
        (lambda x, y: y - y**2 / 2, "mixed term xy is missing"),
        (lambda x, y: y + 2 * x * y - y**2, "½"),
        (lambda x, y: (1 + x + x**2 / 2) * (y - y**2 / 2), "dropped"),
    ],
    "taylor-critical": [
        ([(-2 / 3, 2 / 3), (0, 0)], "other way round"),
        ([(0, 0), (2 / 3, 2 / 3)], "x = −y"),
        ([(0, 0), (-1.5, 1.5)], "2/3, not 3/2"),
    ],
    "taylor-heron": [
        (lambda x, a: x - (x**2 - a), "second derivative"),
        (lambda x, a: x + (x**2 - a) / (2 * x), "minus"),
        (lambda x, a: (a - x**2) / (2 * x), "step alone"),
    ],
    "taylor-product": [
        (lambda x, v: (x @ x) * v, "second term"),
        (lambda x, v: (x @ x) * v + (x @ v) * x, "2 xᵀv"),
        (lambda x, v: 2 * (v @ x) * x, "first term"),
    ],
    "taylor-random": [(0.5, "independent"), ((2 - np.sqrt(2)) / 4, "minima"), (1 - 1 / np.sqrt(2), "together")],
}
