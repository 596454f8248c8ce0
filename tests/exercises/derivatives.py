"""The exercises of the chapter on derivatives: each answer found another way, and wrong answers a student may give."""

import numpy as np
import sympy as sp

a, b = sp.symbols("a b")
x, t, h, sigma = sp.symbols("x t h sigma", positive=True)


def slope(expression):
    return sp.simplify(sp.diff(expression, *expression.free_symbols))


def least(expression):
    """The positive h at which an expression in h is least."""
    return [root for root in sp.solve(sp.diff(expression, h), h) if root.is_positive][0]


u = sp.Symbol("x")  # for functions that are asked at negative points, too

PROOFS = {
    "derivatives-average": (
        sp.integrate(slope(x**3), (x, 1, 3)) / 2,
        sp.solve(slope(x**3) - sp.Rational(27 - 1, 2), x)[0],
    ),
    "derivatives-definition": sp.limit((((u + h) ** 2 - 3 * (u + h)) - (u**2 - 3 * u)) / h, h, 0),
    "derivatives-tangent": sp.series(1 / x, x, 2, 2).removeO().subs(x, u),
    "derivatives-powers": slope(4 * x**3 - x**2 / 2 + 7 - 5 / x + 6 * sp.cbrt(x)),
    "derivatives-halving": slope(80 * 2 ** (-sp.Symbol("t") / 5)),
    "derivatives-logistic": slope(1 / (1 + sp.exp(-u))),
    "derivatives-quotient": slope(u / (u**2 + 1)),
    "derivatives-three-factors": slope(u**2 * sp.exp(u) * sp.sin(u)),
    "derivatives-arctan": slope(sp.atan(u)),
    "derivatives-leaky": [sp.limit(sp.Rational(1, 10) * h / h, h, 0), sp.limit(h / h, h, 0)],
    "derivatives-joint": list(sp.solve([a - sp.diff(u**2, u).subs(u, 1), a + b - 1], [a, b]).values()),
    "derivatives-best-step": float(least(h**2 / 6 + sp.Float(2.0**-52) / h)),
    "derivatives-second": sp.diff(sp.sin(u), u, 2),
    "derivatives-noise": least(h**2 / 6 + sigma / (sp.sqrt(2) * h)).subs(sigma, sp.Symbol("sigma")),
}


def system_table():
    """Each system tried on two signals, by SymPy: superposition and a delay."""
    t, tau = sp.symbols("t tau")
    f, g = sp.exp(-(t**2)) + t, sp.sin(t) + t**2
    systems = [
        lambda f: sp.diff(f, t, 2),
        lambda f: f + 1,
        lambda f: f.subs(t, -t),
        lambda f: f - f.subs(t, t - 1),
        lambda f: sp.sqrt(f**2),
        lambda f: f - f.subs(t, 0),
    ]

    def same(a, b):
        values = {t: 0.7, tau: 1.3}
        return int(abs(complex((a - b).subs(values).evalf())) < 1e-9)

    return [
        (
            same(system(2 * f - 3 * g), 2 * system(f) - 3 * system(g)),
            same(system(f.subs(t, t - tau)), system(f).subs(t, t - tau)),
        )
        for system in systems
    ]


PROOFS["derivatives-systems"] = system_table()

WRONG = {
    "derivatives-average": [
        ((26, np.sqrt(26 / 3)), "length of the interval"),
        ((15, np.sqrt(5)), "mean of the slopes"),
        ((13, 2), "middle"),
    ],
    "derivatives-definition": [
        (lambda x: 2 * x, "has a slope too"),
        (lambda x: x**2 - 3 * x, "function itself"),
        (lambda x: 3 - 2 * x, "sign"),
    ],
    "derivatives-tangent": [
        (lambda x: 0.5 + 0.25 * (x - 2), "mind the sign"),
        (lambda x: -0.25 * (x - 2), "passes through"),
        (lambda x: -0.25, "That is the slope"),
    ],
    "derivatives-powers": [
        (lambda x: 12 * x**2 - x - 5 * x**-2 + 2 * x ** (-2 / 3), "two minus signs"),
        (lambda x: 12 * x**2 - x + 5 * x**-2 + 6 * x ** (-2 / 3), "comes down as a factor"),
        (lambda x: 12 * x**2 - x + 7 + 5 * x**-2 + 2 * x ** (-2 / 3), "constant 7"),
    ],
    "derivatives-halving": [
        (lambda t: 80 * np.log(2) * 2 ** (-t / 5), "logarithm"),
        (lambda t: 16 * np.log(2) * 2 ** (-t / 5), "sign"),
        (lambda t: -80 * np.log(2) * 2 ** (-t / 5), "factor −1/5"),
    ],
    "derivatives-logistic": [
        (lambda x: -np.exp(-x) / (1 + np.exp(-x)) ** 2, "another minus"),
        (lambda x: -1 / (1 + np.exp(-x)) ** 2, "slope of the denominator"),
        (lambda x: np.exp(-x) / (1 + np.exp(-x)), "square of the denominator"),
    ],
    "derivatives-quotient": [
        (lambda x: 1 / (2 * x), "not the quotient of the derivatives"),
        (lambda x: 1 / (x**2 + 1) - x**2 / (x**2 + 1), "square of the denominator"),
        (lambda x: (x**2 - 1) / (1 + x**2) ** 2, "mind the order"),
    ],
    "derivatives-three-factors": [
        (lambda x: 2 * x * np.exp(x) * np.cos(x), "not the product of the derivatives"),
        (lambda x: np.exp(x) * (2 * x * np.sin(x) + x**2 * np.cos(x)), "three terms"),
    ],
    "derivatives-arctan": [
        (lambda x: 1 + x**2, "one over the slope"),
        (lambda x: np.cos(x) ** 2, "at arctan x"),
    ],
    "derivatives-leaky": [((0, 1), "That is the ReLU"), ((1, 0.1), "Left comes first")],
    "derivatives-joint": [((2, 0), "jumps"), ((1, 0), "kink")],
    "derivatives-systems": [
        ([(1, 1), (1, 1), (1, 0), (1, 1), (0, 1), (1, 0)], "twice the output"),
        ([(1, 1), (0, 1), (1, 0), (1, 1), (0, 1), (1, 1)], "value at time 0"),
    ],
    "derivatives-best-step": [(2.0 ** (-52 / 3), "constants matter"), ((3 * 2.0**-52) ** 0.5, "cube root")],
    "derivatives-second": [(np.cos, "first derivative"), (lambda x: -np.sin(x) / 1000, "twice"),
        (lambda x: (np.sin(x + 1e-3) + 2 * np.sin(x) + np.sin(x - 1e-3)) / 1e-6, "mind its sign"),
        (lambda x: (np.sin(x + 2e-3) - 2 * np.sin(x + 1e-3) + np.sin(x)) / 1e-6, "one side"),
    ],
    "derivatives-noise": [
        (lambda s: np.cbrt(3 * s), "√2 is missing"),
        (lambda s: np.sqrt(3 * s / np.sqrt(2)), "cube root"),
    ],
}
