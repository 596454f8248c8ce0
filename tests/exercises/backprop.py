"""The exercises of the chapter on backpropagation: each answer found another way, and wrong answers a student may give."""

import numpy as np
import sympy as sp
import torch

x, y, g, z, c = sp.symbols("x y g z c")
eps = sp.Symbol("epsilon")


def walk():
    """The four slopes by SymPy, each with what lies below it held or substituted."""
    a, b = sp.symbols("a b")
    at = {x: 2, y: sp.pi / 4}
    of_a = sp.sin(a) + a**2
    whole = of_a.subs(a, x * y)
    return [sp.diff(b + a**2, b), sp.diff(of_a, a).subs(a, sp.pi / 2), sp.diff(whole, x).subs(at), sp.diff(whole, y).subs(at)]


def products(depth):
    """The products in all lines of the gradient, counted factor by factor, and in a chain that is walked once."""
    lines = [["L"] + ["J"] * above for above in range(depth)]
    return sum(line.count("J") for line in lines), max(line.count("J") for line in lines)


def residual(G, X, W):
    X = torch.tensor(X, requires_grad=True)
    H = X + torch.tanh(X @ torch.tensor(W))
    return torch.autograd.grad(H, X, torch.tensor(G))[0]


def dual():
    series = sp.series((2 + eps) ** 3 - 1 / (2 + eps), eps, 0, 2).removeO()
    return series.subs(eps, 0), sp.diff(series, eps)


def budget(layers):
    held, s = min((layers // s + s, s) for s in range(1, layers + 1) if layers % s == 0)
    return s, held, sum(1 for _ in range(layers)) + sum(len(range(k, k + s)) for k in range(0, layers, s))


def accumulated():
    w, total = sp.Symbol("w"), 0
    for loss, at in [(w**2, 3), (5 * w, 3), (w**2, 4)]:
        total += sp.diff(loss, w).subs(w, at)
    return total



def first_column():
    x, y = sp.symbols("x y")
    return [sp.diff(x**3 * y, x, v).subs({x: 2, y: 5}) for v in (x, y)]


PROOFS = {
    "backprop-second": first_column(),
    "backprop-walk": walk(),
    "backprop-count": products(50),
    "backprop-residual": residual,
    "backprop-dual": dual(),
    "backprop-modes": [min(n, m) for n, m in [(3, 5000), (5000, 1), (1, 20)]],
    "backprop-rule": g * sp.diff(sp.sqrt(x), x).subs(x, z**2).subs(sp.sqrt(z**2), z),
    "backprop-budget": budget(100),
    "backprop-grad": accumulated(),
    "backprop-detach": sp.diff(c * x * x, x).subs(c, x),
}


def slope(X, W):
    return 1 - np.tanh(X @ W) ** 2


WRONG = {
    "backprop-second": [((60, 8), "in the tangents"), ((12, 0), "second column")],
    "backprop-walk": [
        ((1, 0, 0, 0), "used twice"),
        ((1, np.pi, 2 * np.pi, np.pi**2 / 4), "∂a/∂x is y"),
        ((1, np.pi / 2, np.pi**2 / 8, np.pi), "from a² is 2a"),
    ],
    "backprop-count": [((49, 1225), "other way round"), ((1275, 50), "needs no product"), ((2450, 49), "half of")],
    "backprop-residual": [
        (lambda G, X, W: (G * slope(X, W)) @ W.T, "straight through"),
        (lambda G, X, W: G + (G * slope(X, W)) @ W, "transposed on the way back"),
        (lambda G, X, W: G + G @ W.T, "slope of tanh"),
    ],
    "backprop-dual": [((7.5, 11.75), "it is subtracted"), ((7.5, 12), "part at ε, too"), ((7.5, 11), "not ½ + ε")],
    "backprop-modes": [((3, 5000, 1), "A loss is one output"), ((3, 1, 20), "One input"), ((5000, 1, 20), "sweeps of reverse mode")],
    "backprop-rule": [
        (lambda g, z: 1 / (2 * z), "cotangent g"),
        (lambda g, z: g / (2 * np.sqrt(z)), "root already"),
        (lambda g, z: 2 * g * z, "divides"),
    ],
    "backprop-budget": [((10, 10, 200), "they add"), ((10, 20, 100), "once again"), ((10, 100, 200), "not 10 · 10")],
    "backprop-grad": [(8, "last gradient alone"), (17, "After the step w is 4"), (14, "adds 5")],
    "backprop-detach": [(lambda x: 3 * x**2, "a constant"), (lambda x: 2 * x, "stays as a factor"), (lambda x: x**2, "two are left")],
}
