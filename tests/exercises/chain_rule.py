"""The exercises of the chapter on the chain rule: each answer found another way, and wrong answers a student may give."""

import numpy as np
import sympy as sp
import torch

x, w, y, t, tau, m, u, slope_above = sp.symbols("x w y t tau m u dL_dy")
s = sp.Symbol("s")
X = sp.Symbol("x", positive=True)

PHI, Y = sp.Matrix([[1, 0], [1, 1], [1, 2]]), sp.Matrix([1, 2, 4])
THETA = sp.symbols("theta1:3")
V1, V2 = ([[1.0, -0.5], [0.5, 2.0], [-1.0, 0.0]], [[2.0, 1.0], [-1.0, 0.5]])


def multiplications(*shapes):
    """How many numbers are multiplied in a product of matrices taken from left to right."""
    (rows, inner), *rest = shapes
    total = 0
    for _, columns in rest:
        total, inner = total + rows * inner * columns, columns
    return total


def by_torch(network_input):
    a = torch.tensor(network_input, dtype=torch.float64)
    W1, W2 = (torch.tensor(V, dtype=torch.float64) for V in (V1, V2))
    return torch.autograd.functional.jacobian(lambda a: W2.T @ torch.tanh(W1.T @ a), a)


def gradient_of_squares(theta):
    residual = Y - PHI * sp.Matrix(THETA)
    gradient = [sp.diff(residual.dot(residual), parameter) for parameter in THETA]
    return [float(entry.subs(dict(zip(THETA, theta)))) for entry in gradient]


def slope_of_log_sigmoid(point):
    z = -sp.log(1 + sp.exp(-x))
    return float(sp.diff(z, x).subs(x, sp.Rational(point)).evalf(400, maxn=2000))


decay = sp.exp(-2 * (t - tau))


def through(values, slopes):
    """A polynomial with these values and slopes at 1, 2 and 3."""
    a = sp.symbols("a0:6")
    p = sum(c * x**k for k, c in enumerate(a))
    wanted = [p.subs(x, k + 1) - v for k, v in enumerate(values)] + [sp.diff(p, x).subs(x, k + 1) - d for k, d in enumerate(slopes)]
    return p.subs(sp.solve(wanted, a))


first, second = through((2, 3, 1), (5, -1, 7)), through((3, 1, 2), (-2, 4, 6))
height = 600 + 300 * t
sizes = [(1, 300), (300, 200), (200, 1000)]
softplus = {"u2": sp.log(u), "u1": sp.log(1 + u), "x": sp.log(1 + sp.exp(u))}
r, phi = sp.symbols("r phi")

PROOFS = {
    "chain_rule-polar": sp.lambdify((r, phi), sp.Matrix([r * sp.cos(phi), r * sp.sin(phi)]).jacobian([r, phi])),
    "chain_rule-inside": sp.diff(sp.sin(3 * x**2 + 1), x),
    "chain_rule-order": [sp.diff((x + 1) ** 2, x).subs(x, 2), sp.diff(x**2 + 1, x).subs(x, 2)],
    "chain_rule-table": [
        sp.diff(first.subs(x, second), x).subs(x, 1),
        sp.diff(second.subs(x, first), x).subs(x, 1),
    ],
    "chain_rule-delay": lambda a, b: [float(sp.diff(decay, v).subs({t: a, tau: b})) for v in (t, tau)],
    "chain_rule-bell": sp.diff(sp.exp(-((x - m) ** 2) / (2 * s**2)), x),
    "chain_rule-tower-power": sp.diff(X**X, X).subs(X, x),
    "chain_rule-softplus": [
        sp.diff(softplus[place], u).subs(u, at) for place, at in [("u2", 4), ("u1", 3), ("x", sp.log(3))]
    ],
    "chain_rule-tanh": slope_above * sp.diff(sp.tanh(u), u).subs(u, sp.atanh(y)),
    "chain_rule-log-sigmoid": slope_of_log_sigmoid,
    "chain_rule-shared": sp.diff((w * (w * x) - y) ** 2 / 2, w),
    "chain_rule-climber": sp.diff(8 + 10 * sp.sin(sp.pi * t / 14) - sp.Rational(65, 10000) * height, t),
    "chain_rule-multiplications": (multiplications(*[(b, a) for a, b in sizes[::-1]]), multiplications(*sizes)),
    "chain_rule-least-squares": gradient_of_squares,
    "chain_rule-network": by_torch,
    "chain_rule-second": sp.diff(sp.exp(sp.sin(x)), x, 2),
}

phi, target = np.array(PHI, dtype=float), np.array(Y, dtype=float).ravel()
v1, v2 = np.array(V1), np.array(V2)

WRONG = {
    "chain_rule-polar": [
        (lambda r, phi: [[np.cos(phi), np.sin(phi)], [-r * np.sin(phi), r * np.cos(phi)]], "transposed"),
        (lambda r, phi: [[np.cos(phi), -np.sin(phi)], [np.sin(phi), np.cos(phi)]], "the factor r"),
    ],
    "chain_rule-inside": [
        (lambda x: np.cos(3 * x**2 + 1), "missing as a factor"),
        (lambda x: np.cos(6 * x), "not replaced"),
        (lambda x: 6 * x * np.cos(x), "Leave the inside alone"),
        (lambda x: -6 * x * np.cos(3 * x**2 + 1), "sign"),
    ],
    "chain_rule-order": [((4, 6), "applies g first"), ((4, 4), "taken at g(2)")],
    "chain_rule-table": [((-10, -10), "f′(3), not f′(1)"), ((7, 4), "inner slope is missing"), ((20, -14), "applies g first")],
    "chain_rule-delay": [
        (lambda t, tau: (-2 * np.exp(-2 * (t - tau)), -2 * np.exp(-2 * (t - tau))), "slope +2"),
        (lambda t, tau: [np.exp(-2 * (t - tau))] * 2, "missing as a factor"),
        (lambda t, tau: (-np.exp(-2 * (t - tau)), np.exp(-2 * (t - tau))), "factor 2"),
    ],
    "chain_rule-bell": [
        (lambda x, m, s: -(x - m) / (2 * s**2) * np.exp(-((x - m) ** 2) / (2 * s**2)), "cancel"),
        (lambda x, m, s: (x - m) / s**2 * np.exp(-((x - m) ** 2) / (2 * s**2)), "part of the inside"),
        (lambda x, m, s: np.exp(-((x - m) ** 2) / (2 * s**2)), "function itself"),
    ],
    "chain_rule-tower-power": [
        (lambda x: x * x ** (x - 1), "holds the exponent"),
        (lambda x: x**x * np.log(x), "holds the base"),
        (lambda x: x**x / x, "product rule"),
    ],
    "chain_rule-softplus": [
        ((3, 4, np.log(4)), "values going up"),
        ((0.25, 1, 3), "local derivatives"),
        ((0.75, 0.25, 0.25), "From the top down"),
    ],
    "chain_rule-tanh": [
        (lambda dL_dy, y: 1 - y**2, "gradient from above"),
        (lambda dL_dy, y: dL_dy * y * (1 - y), "belongs to the sigmoid"),
        (lambda dL_dy, y: dL_dy * (1 - np.tanh(y) ** 2), "output already"),
    ],
    "chain_rule-log-sigmoid": [
        (lambda x: 1 / (1 + np.exp(-np.clip(x, -500, 500))), "1 − y is left"),
        (lambda x: np.exp(-abs(x)) / (1 + np.exp(-abs(x))) ** 2, "slope of σ"),
        (lambda x: 1 - 1 / (1 + np.exp(-np.clip(x, -500, 500))), "nearly equal numbers"),
    ],
    "chain_rule-shared": [
        (lambda w, x, y: 2 * w * x, "dL/dŷ"),
        (lambda w, x, y: w * x * (w**2 * x - y), "they add"),
        (lambda w, x, y: 2 * w * (w**2 * x - y), "x stays"),
        (lambda w, x, y: 2 * w * x * (y - w**2 * x), "sign of ŷ − y"),
    ],
    "chain_rule-climber": [
        (lambda t: 10 * np.pi / 14 * np.cos(np.pi * t / 14), "partial derivative"),
        (lambda t: 10 * np.cos(np.pi * t / 14) - 1.95, "slope π/14"),
        (lambda t: 10 * np.pi / 14 * np.cos(np.pi * t / 14) + 1.95, "Higher is colder"),
    ],
    "chain_rule-multiplications": [
        ((260_000, 60_300_000), "other way round"),
        ((60_000_000, 60_000), "two products"),
    ],
    "chain_rule-least-squares": [
        (lambda theta: 2 * phi.T @ (target - phi @ theta), "minus is missing"),
        (lambda theta: phi.T @ (phi @ theta - target), "factor ½"),
        (lambda theta: 2 * (phi @ theta - target)[None] @ phi, "row 1×2"),
    ],
    "chain_rule-network": [
        (lambda x: v2.T @ v1.T, "linear network"),
        (lambda x: (v2.T @ np.diag(1 - np.tanh(v1.T @ x) ** 2) @ v1.T).T, "transposed"),
        (lambda x: v2 @ np.diag(1 - np.tanh(v1.T @ x) ** 2) @ v1.T, "V₂ is not transposed"),
    ],
    "chain_rule-second": [
        (lambda x: np.cos(x) * np.exp(np.sin(x)), "first derivative"),
        (lambda x: np.exp(np.sin(x)) * np.cos(x) ** 2, "second term"),
        (lambda x: np.exp(np.sin(x)) * (np.cos(x) ** 2 + np.sin(x)), "−sin"),
    ],
}
