"""The exercises of the chapter on vanishing gradients: each answer found another way, and wrong answers a student may give."""

import numpy as np
import sympy as sp
import torch

n, a, r, c, t = sp.symbols("n a r c t", positive=True)


def leaky_variance():
    """Solved from n s² E φ(z)² = E z² with the integral over the bell curve."""
    z, s2 = sp.Symbol("z", real=True), sp.Symbol("s2", positive=True)
    bell = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    mean = sp.integrate(z**2 * bell, (z, 0, sp.oo)) + sp.integrate(a**2 * z**2 * bell, (z, -sp.oo, 0))
    return sp.solve(n * s2 * mean - 1, s2)[0]


def by_torch(function, point, gradient):
    """The gradient at `point` of what is told `gradient` from above, by PyTorch."""
    x = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    function(x).backward(torch.tensor(gradient, dtype=torch.float64))
    return x.grad


def layer_by_torch(h, delta):
    h = torch.tensor(h, dtype=torch.float64)
    return by_torch(lambda W: W.T @ h, np.zeros((3, 2)), delta)


def normalised(x):
    return torch.nn.functional.layer_norm(x, x.shape, eps=0)


def elu_by_torch(z, alpha):
    return by_torch(lambda x: torch.nn.functional.elu(x, alpha), z, 1.0)


def gate(T):
    """The root of σ(b)^T = ½, by bisection."""
    low, high = -50.0, 50.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-middle))) ** T < 0.5 else (low, middle)
    return low


def adam(g, eta, eps):
    x = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    x.grad = torch.tensor([g], dtype=torch.float64)
    torch.optim.Adam([x], lr=eta, eps=eps).step()
    return x.item()


def layers_to_zero():
    g, layers = np.float16(1), 0
    while g:
        g, layers = g / np.float16(4), layers + 1
    return layers


def radius(rows):
    return max(sp.Abs(value) for value in sp.Matrix(rows).eigenvals())


HALF, FIFTH = sp.Rational(1, 2), sp.Rational(1, 5)

real = sp.Symbol("z", real=True)


PROOFS = {
    "vanishing_gradients-softsign": sp.diff(real / (1 + sp.Abs(real)), real),
    "vanishing_gradients-how-deep": next(L for L in range(100) if sp.Rational(1, 4) ** L < sp.Rational(1, 10**6)),
    "vanishing_gradients-elu": elu_by_torch,
    "vanishing_gradients-leaky-module": lambda g, z: by_torch(lambda x: torch.nn.functional.leaky_relu(x, 0.1), z, g),
    "vanishing_gradients-outer": layer_by_torch,
    "vanishing_gradients-leaky-he": sp.lambdify((n, a), leaky_variance()),
    "vanishing_gradients-half": layers_to_zero(),
    "vanishing_gradients-normalise": lambda g, x: by_torch(normalised, x, g),
    "vanishing_gradients-radius": [radius([[HALF, 2], [FIFTH, HALF]]), radius([[HALF, -2], [FIFTH, HALF]])],
    "vanishing_gradients-turn": sp.lambdify((r, c), sp.solve(sp.diff(c * t * r ** (t - 1), t), t)[0]),
    "vanishing_gradients-gate": gate,
    "vanishing_gradients-adam": adam,
}

WRONG = {
    "vanishing_gradients-softsign": [
        (lambda z: 1 / (1 + abs(z)), "square of the denominator"),
        (lambda z: np.sign(z) / (1 + abs(z)) ** 2, "both terms"),
    ],
    "vanishing_gradients-how-deep": [(20, "not ½"), (9, "not yet below"), (11, "Ten are enough")],
    "vanishing_gradients-elu": [
        (lambda z, alpha: z if z > 0 else alpha * (np.exp(z) - 1), "function itself"),
        (lambda z, alpha: 1.0 if z > 0 else np.exp(z), "factor on the left"),
        (lambda z, alpha: 1.0 if z > 0 else alpha * (np.exp(z) - 1), "slope 0"),
    ],
    "vanishing_gradients-leaky-module": [
        (lambda g, z: np.where(g > 0, g, 0.1 * g), "sign of z"),
        (lambda g, z: np.where(z > 0, 1.0, 0.1), "from above is missing"),
        (lambda g, z: g * (z > 0), "That is ReLU"),
    ],
    "vanishing_gradients-outer": [
        (lambda h, delta: delta[:, None] * h, "transposed"),
        (lambda h, delta: np.stack([h, h], axis=1), "its own δ"),
        (lambda h, delta: np.stack([delta] * 3), "its own h"),
    ],
    "vanishing_gradients-leaky-he": [
        (lambda n, a: 2 / n, "He's for ReLU"),
        (lambda n, a: 2 / (n + n * a), "enters as a²"),
        (lambda n, a: (2 / n / (1 + a * a)) ** 0.5, "variance is asked"),
    ],
    "vanishing_gradients-half": [(12, "still there"), (24, "two powers"), (25, "rounded away")],
    "vanishing_gradients-normalise": [
        (lambda g, a: (g - g.mean()) / a.std(), "along â"),
        (lambda g, a: g / a.std(), "own aⱼ"),
        (
            lambda g, a: (g - (a - a.mean()) / a.std() * np.mean(g * (a - a.mean())) / a.std()) / a.std(),
            "mean of g has to be taken out",
        ),
    ],
    "vanishing_gradients-radius": [
        ((0.5, 0.5), "not on the diagonal"),
        ((0.5 + 0.4**0.5, 0.5), "absolute value"),
        ((0.5 + 0.4**0.5, 0.5 + 0.4**0.5), "not real"),
    ],
    "vanishing_gradients-turn": [
        (lambda r, c: 1 / np.log(r), "sign"),
        (lambda r, c: 1 / (1 - r), "limit"),
        (lambda r, c: -c / np.log(r), "constant factor"),
    ],
    "vanishing_gradients-gate": [
        (lambda T: 0.5 ** (1 / T), "value f of the gate"),
        (lambda T: np.log(2 ** (1 / T) - 1), "The sign"),
        (lambda T: np.log(0.5) / T, "That is ln f"),
    ],
    "vanishing_gradients-adam": [
        (lambda g, eta, eps: eta * g / (abs(g) + eps), "against the gradient"),
        (lambda g, eta, eps: -eta * g, "gradient descent"),
        (lambda g, eta, eps: -eta * g / (g * g + eps), "root is missing"),
    ],
}
