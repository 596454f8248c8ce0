"""The exercises of the chapter on partial derivatives: each answer found another way, and wrong answers a student may give."""

import numpy as np
import sympy as sp

from labsupport import finite, jacobian, shapes

x, y, p, V, T, t, C = sp.symbols("x y p V T t C")
alpha = sp.Symbol("alpha")
f = x**2 + x * y + y**3 + 5 * y**2


def nabla(expression):
    return sp.Matrix([sp.diff(expression, x), sp.diff(expression, y)])


at_one = nabla(f).subs({x: 1, y: 1})


def steepest_descent():
    """By minimising the slope over all angles, not from the gradient."""
    a = sp.Symbol("a", real=True)
    slope = sp.diff(f.subs({x: 1 + t * sp.cos(a), y: 1 + t * sp.sin(a)}), t).subs(t, 0)
    levels = [2 * sp.atan(root) for root in sp.solve(sp.diff(slope, a).subs(a, 2 * sp.atan(t)).rewrite(sp.tan).simplify(), t)]
    lowest = min(levels, key=lambda angle: slope.subs(a, angle).evalf())
    return [float(sp.cos(lowest)), float(sp.sin(lowest))]


def covector():
    a, b = sp.symbols("a b")
    return list(sp.solve([a + b - 5, a - b - 1], [a, b]).values())


def axes_and_entries():
    """Of derivatives that are computed, not of shapes that are added."""
    G = np.arange(1.0, 61).reshape(5, 3, 4)
    computed = [
        jacobian(lambda X: np.sum(X * X))(np.ones((3, 4))),
        jacobian(lambda v: G[:, :, 0] @ v)(np.ones(3)),
        jacobian(lambda X: np.stack([np.sum(g * X) for g in G]))(np.ones((3, 4))),
        jacobian(lambda s: s * np.ones((2, 2)))(1.0),
        jacobian(lambda X: X @ X)(np.ones((2, 2))),
    ]
    return [(D.ndim, D.size) for D in computed]


def potential():
    """From the ansatz of all terms up to second order in each variable."""
    terms = [x**i * y**j for i in range(3) for j in range(3)]
    names = sp.symbols(f"c:{len(terms)}")
    ansatz = sum(c * term for c, term in zip(names, terms))
    difference = nabla(ansatz) - sp.Matrix([2 * x * y + 3, x**2 - 4 * y + 1])
    equations = [c for entry in difference for c in sp.Poly(entry, x, y).coeffs()] + [ansatz.subs({x: 0, y: 0}) - 5]
    return ansatz.subs(sp.solve(equations, names))


def circulation(field):
    """Around two circles, by SymPy: 0 for a gradient."""
    a = sp.Symbol("a", real=True)
    around = []
    for centre in (0, sp.Rational(1, 2)):
        way = sp.Matrix([centre + sp.cos(a), sp.sin(a)])
        integrand = sp.Matrix(field).subs({x: way[0], y: way[1]}, simultaneous=True).dot(way.diff(a))
        values = sp.lambdify(a, integrand)(np.arange(64) * np.pi / 32) + np.zeros(64)
        around.append(np.mean(values))  # the trapezium rule is exact for what is smooth and periodic
    return int(np.allclose(around, 0))


FIELDS = [(2 * x + y, x + 3 * y**2 + 10 * y), (-y, x), (y, x), (2 * x * y, x**2 + x), (sp.exp(y), x * sp.exp(y))]
A, b = np.array([[1.0, 4.0], [0.0, 3.0]]), np.array([1.0, -2.0])
c = np.array([1.0, 2.0, -1.0])

PROOFS = {
    "partials-product": sp.lambdify((x, y), list(nabla(x**2 * sp.exp(y) - y * sp.sin(x)))),
    "partials-polynomial": lambda a, b: finite.gradient(lambda q: q[0] ** 3 * q[1] ** 2 - 4 * q[0] * q[1] + 7 * q[1], np.array([a, b])),
    "partials-direction": sp.diff(f.subs({x: 1 + 3 * t / 5, y: 1 + 4 * t / 5}), t).subs(t, 0),
    "partials-descent": steepest_descent(),
    "partials-level": sp.idiff(f - 8, y, x).subs({x: 1, y: 1}),
    "partials-total": sp.diff((x**2 * y + 3 * y).subs(y, sp.sin(x)), x),
    "partials-covector": covector(),
    "partials-units": [sp.diff(2 * x / 1000 + 30 * y / 100, variable) for variable in (x, y)],
    "partials-shapes": axes_and_entries(),
    "partials-gas": sp.lambdify((p, V), [sp.diff(T / V, V).subs(T, p * V), sp.diff(T / p, T), sp.diff(p * V, p)]),
    "partials-quadratic": lambda v: finite.gradient(lambda v: v @ A @ v / 2 + b @ v, v),
    "partials-matrix": lambda X: finite.gradient(lambda X: np.linalg.norm(X @ c) ** 2, X),
    "partials-recover": potential(),
    "partials-is-gradient": [circulation(field) for field in FIELDS],
    "partials-distance": lambda v: finite.gradient(np.linalg.norm, v),
    "partials-scan": sp.limit((x**3 / (x**2 + y**2)).subs({x: t * sp.cos(alpha), y: t * sp.sin(alpha)}) / t, t, 0),
    "partials-random": lambda U, s: np.linalg.solve(U.T, s),
}

WRONG = {
    "partials-product": [
        (lambda x, y: (x**2 * np.exp(y) - np.sin(x), 2 * x * np.exp(y) - y * np.cos(x)), "other way round"),
        (lambda x, y: (2 * x - y * np.cos(x), x**2 * np.exp(y) - np.sin(x)), "is held"),
    ],
    "partials-polynomial": [
        (lambda x, y: (3 * x**2 * y**2 - 4 * y + 7, 2 * x**3 * y - 4 * x + 7), "7y is a constant"),
        (lambda x, y: (2 * x**3 * y - 4 * x + 7, 3 * x**2 * y**2 - 4 * y), "the other way round"),
        (lambda x, y: (3 * x**2 * 2 * y - 4 * y, 3 * x**2 * 2 * y - 4 * x + 7), "only one factor moves"),
    ],
    "partials-direction": [(3 * 3 + 14 * 4, "divide by the length"), (205**0.5, "steepest slope"), (2 * 3 / 5 + 4 / 5, "(3, 14) there")],
    "partials-descent": [
        ([0.2095, 0.9778], "against the gradient"),
        ([-3, -14], "unit vector"),
        ([3, 14], "points up"),
    ],
    "partials-level": [(14 / 3, "orthogonal to it"), (3 / 14, "sign"), (-14 / 3, "Upside down")],
    "partials-total": [
        (lambda x: 2 * x * np.sin(x), "That is the partial derivative"),
        (lambda x: 2 * x * np.sin(x) + x**2 + 3, "multiplied by dy/dx"),
        (lambda x: (x**2 + 3) * np.cos(x), "direct way"),
    ],
    "partials-covector": [((5, 1), "answers to the two given vectors"), ((2, 3), "exchanged"), ((6, 4), "½ is missing")],
    "partials-units": [([2 * 1000, 30 * 100], "divide"), ([2, 30], "per unit"), ([2 / 1000, 30 / 1000], "100 centimetres")],
    "partials-shapes": [
        ([(2, 12), (2, 15), (2, 60), (2, 4), (4, 16)], "No matrix holds it"),
        ([(12, 2), (15, 2), (60, 3), (4, 2), (16, 4)], "axes first"),
        ([(2, 12), (2, 15), (3, 60), (2, 4), (2, 16)], "(e) Two axes"),
    ],
    "partials-gas": [
        (lambda p, V: (p / V, 1 / p, V), "mind the sign"),
        (lambda p, V: (0, 1 / p, V), "holds T"),
    ],
    "partials-quadratic": [
        (lambda v: A @ v + b, "symmetric"),
        (lambda v: (A + A.T) @ v + b, "factor ½"),
        (lambda v: v @ A + b, "one half of it"),
    ],
    "partials-matrix": [
        (lambda X: (X @ c)[:, None] * c, "factor 2"),
        (lambda X: 2 * np.outer(c, X @ c), "transposed"),
        (lambda X: 2 * (X @ c), "inner factor b"),
    ],
    "partials-recover": [
        (lambda x, y: x**2 * y + 3 * x - 2 * y**2 + y, "g(0, 0) = 5"),
        (lambda x, y: x**2 * y + 3 * x + x**2 * y - 2 * y**2 + y + 5, "one and the same term"),
        (lambda x, y: x**2 * y + 3 * x + 5, "may depend on y"),
    ],
    "partials-is-gradient": [([1, 1, 1, 0, 1], "(b)"), ([1, 0, 1, 1, 1], "(d)"), ([0, 1, 1, 0, 0], "not ∂P/∂x with ∂Q/∂y")],
    "partials-distance": [
        (lambda v: 2 * v, "gradient of the square"),
        (lambda v: v / np.sum(v**2), "not by its square"),
    ],
    "partials-scan": [(np.cos, "predicts"), (lambda a: np.cos(a) ** 2, "three cosines")],
    "partials-random": [(lambda U, s: U.T @ s, "columns"), (lambda U, s: s, "along the axes"), (lambda U, s: np.mean(s * U, axis=1), "Add")],
}
