"""The exercises of the chapter on gradient descent: each answer found another way, and wrong answers a student may give."""

import numpy as np
import sympy as sp
import torch

from labsupport import finite

x, y, k, w, number, weight = sp.symbols("x y k w number weight")
eta, lam, delta, B, g = sp.symbols("eta lam delta B g", positive=True)
place = sp.Symbol("place", positive=True)


def three_steps(f, start, rate):
    places = [start]
    for _ in range(3):
        places.append(places[-1] - rate * sp.diff(f, x).subs(x, places[-1]))
    return places[1:]


def downhill(f, at):
    gradient = sp.Matrix([sp.diff(f, x), sp.diff(f, y)]).subs(at)
    unit = -gradient / gradient.norm()
    return [*unit, gradient.dot(unit)]


def rates(f):
    low, high = sorted(sp.hessian(f, (x, y)).eigenvals())
    best = 2 / (low + high)
    return 2 / high, best, max(abs(1 - best * low), abs(1 - best * high))


def ridge(w):
    """By PyTorch, from the loss."""
    w = torch.tensor(w, requires_grad=True)
    X = torch.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], dtype=torch.float64)
    loss = ((X @ w - torch.tensor([1.0, 2.0, 4.0])) ** 2).sum() / 6 + 0.05 * (w**2).sum()
    return torch.autograd.grad(loss, w)[0]


def step_of_torch(x, v, g):
    place = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    place.grad = torch.tensor(g, dtype=torch.float64)
    walker = torch.optim.SGD([place], lr=0.1, momentum=0.9)
    walker.state[place]["momentum_buffer"] = torch.tensor(v, dtype=torch.float64)
    walker.step()
    return [place.item(), walker.state[place]["momentum_buffer"].item()]


def minimum_then_saddle(f):
    points = sp.solve([sp.diff(f, x), sp.diff(f, y)], [x, y], dict=True)
    return sorted(([p[x], p[y]] for p in points), key=lambda p: sp.hessian(f, (x, y)).subs({x: p[0], y: p[1]}).det(), reverse=True)


def largest_eigenvalue(p):
    H = sp.hessian((1 - x) ** 2 + 100 * (y - x**2) ** 2, (x, y)).subs({x: p[0], y: p[1]})
    return max(float(sp.re(value)) for value in H.eigenvals())


def suspect(p):
    return p[0] * p[1] ** 2 + np.sin(p[1] * p[2]) + p[2] ** 3



def valley():
    """The recursion of the steps, solved."""
    w, (w0, eta, lam, k, u) = sp.Function("w"), sp.symbols("w0 eta lam k u")
    slope = sp.diff(lam * u**2 / 2, u).subs(u, w(k))
    return sp.rsolve(w(k + 1) - w(k) + eta * slope, w(k), {w(0): w0})


PROOFS = {
    "gradient_descent-valley": valley(),
    "gradient_descent-hand": three_steps(x**2 - 6 * x, 0, sp.Rational(1, 4)),
    "gradient_descent-direction": downhill(x**2 + x * y + y**3 + 5 * y**2, {x: 1, y: 0}),
    "gradient_descent-bound": rates(3 * x**2 + 2 * x * y + 3 * y**2),
    "gradient_descent-digits": lambda kappa: np.emath.logn((kappa - 1) / (kappa + 1), 1e-3),
    "gradient_descent-ridge": ridge,
    "gradient_descent-noise": sp.solve(0.6 * sp.sqrt(32 / B) - 0.15, B)[0],
    "gradient_descent-mean": sp.solve(w - weight * (w - number) - (k * w + number) / (k + 1), weight)[0],
    "gradient_descent-momentum": step_of_torch,
    "gradient_descent-hats": sp.simplify(sp.Rational(1, 100) * (g / 10) / sp.sqrt(g**2 / 1000)),
    "gradient_descent-candidates": minimum_then_saddle(x**3 - 3 * x + y**2),
    "gradient_descent-mistake": finite.gradient(suspect, np.array([1.0, 2.0, 3.0])),
    "gradient_descent-quartic": sp.solve(1 - eta * place**2 + 1, place)[0],
    "gradient_descent-power": largest_eigenvalue,
    "gradient_descent-escape": sp.solve((1 + eta * lam) ** k * delta - 1, k)[0],
}

X, Y = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 2.0, 4.0])


def smallest_eigenvalue(p):
    corner, mixed = 2 - 400 * p[1] + 1200 * p[0] ** 2, -400 * p[0]
    return (corner + 200) / 2 - np.hypot((corner - 200) / 2, mixed)


WRONG = {
    "gradient_descent-valley": [
        (lambda w0, eta, lam, k: w0 * (1 + eta * lam) ** k, "against the slope"),
        (lambda w0, eta, lam, k: w0 * (1 - k * eta * lam), "a power"),
    ],
    "gradient_descent-hand": [
        ((-1.5, -3.75, -7.125), "walks up"),
        ((6, 0, 6), "learning rate is missing"),
        ((1.5, 3, 4.5), "anew"),
    ],
    "gradient_descent-direction": [
        ([2 / 5**0.5, 1 / 5**0.5, 5**0.5], "way up"),
        ([-2, -1, -5], "length 1"),
        ([-2 / 5**0.5, -1 / 5**0.5, 5**0.5], "negative"),
    ],
    "gradient_descent-bound": [
        ((1 / 2, 1 / 3, 1 / 3), "second derivatives"),
        ((1 / 3, 1 / 6, 0), "not its diagonal"),
        ((1 / 8, 1 / 6, 1 / 3), "2/λ_max"),
    ],
    "gradient_descent-digits": [
        (lambda kappa: np.log(10) / np.log((kappa + 1) / (kappa - 1)), "three of them"),
        (lambda kappa: 3 * np.log(10) / 2 * kappa, "approximation"),
        (lambda kappa: np.log(1000) / np.log((kappa - 1) / (kappa + 1)), "positive"),
    ],
    "gradient_descent-ridge": [
        (lambda w: X.T @ (X @ w - Y) + 0.1 * w, "divide the first part"),
        (lambda w: X.T @ (X @ w - Y) / 3 + 0.05 * w, "cancels the ½ of the penalty"),
        (lambda w: X.T @ (X @ w - Y) / 3, "penalty has a gradient"),
        (lambda w: 2 * (X.T @ (X @ w - Y) / 3 + 0.1 * w), "cancelled by the ½ in front"),
    ],
    "gradient_descent-noise": [(128, "square root"), (8, "noisier"), (256, "halved twice")],
    "gradient_descent-mean": [
        (lambda k: 1 / (k + 2), "forget"),
        (lambda k: k / (k + 1), "weight of the old mean"),
        (lambda k: (k + 1) ** -0.5, "too slowly"),
    ],
    "gradient_descent-momentum": [
        (lambda x, v, g: [x - 0.1 * v, 0.9 * v + g], "new velocity"),
        (lambda x, v, g: [x - 0.1 * (0.9 * v + 0.1 * g), 0.9 * v + 0.1 * g], "added whole"),
        (lambda x, v, g: [x + 0.09 * v + 0.1 * g, 0.9 * v + g], "minus"),
    ],
    "gradient_descent-hats": [(0.01, "both hats"), (0.001, "none either"), (1, "root of s")],
    "gradient_descent-candidates": [
        ([(-1, 0), (1, 0)], "other way round"),
        ([(3**0.5, 0), (-(3**0.5), 0)], "slope 3x² − 3"),
    ],
    "gradient_descent-mistake": [
        ([4, 4 + np.cos(6), 27 + 2 * np.cos(6)], "as it stands"),
        ([4, 4 + 2 * np.cos(6), 27 + 2 * np.cos(6)], "x₃, not x₂"),
    ],
    "gradient_descent-quartic": [
        (lambda eta: 1 / np.sqrt(2 * eta), "border for x⁴"),
        (lambda eta: 1 / np.sqrt(eta), "lands at 0"),
        (lambda eta: 2 / eta, "square of the border"),
    ],
    "gradient_descent-power": [
        (smallest_eigenvalue, "smallest curvature"),
        (lambda p: 202 - 400 * p[1] + 1200 * p[0] ** 2, "trace"),
        (lambda p: max(200, 2 - 400 * p[1] + 1200 * p[0] ** 2), "diagonal"),
    ],
    "gradient_descent-escape": [
        (lambda eta, lam, delta: np.log(delta) / np.log(1 - eta * lam), "the factor is 1 + ηλ"),
        (lambda eta, lam, delta: np.log(delta) / np.log(1 + eta * lam), "is positive"),
        (lambda eta, lam, delta: -np.log(delta) / (eta * lam), "limit of small steps"),
    ],
}
