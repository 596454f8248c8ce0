"""The exercises of the chapter on matrix derivatives: each answer found another way, and wrong answers a student may give."""

import numpy as np
import sympy as sp
import torch

from labsupport import finite

u, v = sp.symbols("u v", real=True)
U1 = [[0.5, -1.0], [1.0, 0.3], [-0.4, 0.8]]
U2 = [[1.0, -2.0, 0.5], [0.6, 1.0, -1.0]]


def gradient(f):
    """The gradient of f by its first argument, by PyTorch."""
    def of_arrays(*arrays):
        first, *rest = (torch.tensor(a, dtype=torch.float64) for a in arrays)
        first.requires_grad_()
        f(first, *rest).backward()
        return first.grad
    return of_arrays


def flat_jacobian():
    X, a = sp.Matrix(2, 3, sp.symbols("x:6")), sp.Matrix([1, -2, 4])
    return (X * a).jacobian(list(X))


def jacobian_at(functions, variables, point):
    return sp.Matrix(functions).jacobian(variables).subs(dict(zip(variables, point)))


def toy():
    """The toy network with weights that give ŷ = (5, 1)."""
    W = sp.Matrix(3, 2, sp.symbols("w:6"))
    e = W.T * sp.Matrix([1, -3, 2]) - sp.Matrix([1, 2])
    at = dict(zip(W, [5, 1, 0, 0, 0, 0]))
    return sp.Matrix(3, 2, [sp.diff(e.dot(e) / 2, w).subs(at) for w in W])


def layer_loss(stacked, X, G):
    return torch.sum(G * (X @ stacked[:-1] + stacked[-1]))


def hidden_loss(W1, x, y):
    return torch.sum((torch.tensor(U2).double().T @ torch.tanh(W1.T @ x) - y) ** 2) / 2


def classify_loss(Z, Y):
    return torch.nn.functional.cross_entropy(Z, Y)


def softmax_at_three():
    x = sp.symbols("x:3")
    total = sum(sp.exp(t) for t in x)
    return jacobian_at([sp.exp(t) / total for t in x], x, [sp.log(5), sp.log(3), sp.log(2)])


def covariance_loss(S, C):
    return torch.logdet(S) + torch.trace(torch.linalg.inv(S) @ C)


def penalty(X):
    return torch.sum((X.T @ X - torch.eye(X.shape[1], dtype=torch.float64)) ** 2)


x1, x2, x3 = x = sp.symbols("x1:4")
tensor = finite.jacobian(lambda W: W.T @ np.arange(1.0, 31.0), np.zeros((30, 10)))  # a tenth of each size
parabolic = sp.Matrix([u**2 - v**2, 2 * u * v]).jacobian([u, v])

PROOFS = {
    "matrix_derivatives-bell": sp.integrate(sp.exp(-(sp.Symbol("x") ** 2)), (sp.Symbol("x"), -sp.oo, sp.oo)),
    "matrix_derivatives-axes": finite.jacobian(lambda W: np.ones((5, 4)) @ W, np.ones((4, 3))).shape,
    "matrix_derivatives-count": (1000 * tensor.size, 100 * np.count_nonzero(tensor)),
    "matrix_derivatives-toy": toy(),
    "matrix_derivatives-fill": jacobian_at([x1 * x2**2, x3 - 2 * x1], x, [3, -1, 2]),
    "matrix_derivatives-flatten": flat_jacobian(),
    "matrix_derivatives-softmax": softmax_at_three(),
    "matrix_derivatives-layout": lambda D_f, D_g: finite.jacobian(lambda z: D_g.T @ (D_f.T @ z), np.zeros(len(D_f))),
    "matrix_derivatives-area": sp.Abs(parabolic.det()),
    "matrix_derivatives-quadratic": gradient(lambda x, A, b: x @ A @ x / 2 - b @ x),
    "matrix_derivatives-ridge": gradient(lambda W, X, Y, lam: torch.sum((X @ W - Y) ** 2) + lam * torch.sum(W**2)),
    "matrix_derivatives-layer": lambda X, G: gradient(layer_loss)(np.zeros((4, 2)), X, G),
    "matrix_derivatives-classify": gradient(classify_loss),
    "matrix_derivatives-hidden": lambda x, y: gradient(hidden_loss)(U1, x, y),
    "matrix_derivatives-covariance": gradient(covariance_loss),
    "matrix_derivatives-orthogonal": gradient(penalty),
    "matrix_derivatives-cofactors": lambda X: sp.Matrix(X).adjugate().T,
}


def softmax(Z):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def back(x, y, slope=lambda h: 1 - h**2):
    h = np.tanh(np.array(U1).T @ x)
    return slope(h) * (np.array(U2) @ (np.array(U2).T @ h - y))


p, inv = np.array([0.5, 0.3, 0.2]), np.linalg.inv

WRONG = {
    "matrix_derivatives-bell": [(np.pi, "take the root"), (np.sqrt(np.pi) / 2, "negative numbers")],
    "matrix_derivatives-axes": [([4, 3, 5, 3], "denominator layout"), ([5, 3], "shape of X W")],
    "matrix_derivatives-count": [((30_000, 30_000), "number of weights"), ((3_000_000, 100), "one whole column")],
    "matrix_derivatives-toy": [
        (np.outer([1, -3, 2], [-4, 1]), "prediction less target"),
        (np.outer([4, -1], [1, -3, 2]), "rows belong to h"),
        (np.outer([1, -3, 2], [8, -2]), "½ cancels"),
        (np.outer([1, -3, 2], [5, 1]), "h times ŷ"),
    ],
    "matrix_derivatives-fill": [
        (np.array([[1, -6, 0], [-2, 0, 1]]).T, "row for each output"),
        ([[1, -3, 0], [-2, 0, 1]], "factor 2"),
        ([[1, 6, 0], [-2, 0, 1]], "x₂ is negative"),
        ([[1, -6, 0], [-2, 0, 2]], "at [1, 2]: yours 2, expected 1. All other entries are right."),
    ],
    "matrix_derivatives-flatten": [
        ([[1, 0, -2, 0, 4, 0], [0, 1, 0, -2, 0, 4]], "order of the axes"),
        (np.tile([1, -2, 4], (2, 2)), "only the first row"),
        ([[1, -2, 4], [1, -2, 4]], "shape (2, 3)"),
    ],
    "matrix_derivatives-softmax": [
        (np.diag(p * (1 - p)), "beside the diagonal"),
        (np.diag(p), "to be subtracted"),
        (np.outer(p, p) - np.diag(p), "raises its own"),
    ],
    "matrix_derivatives-layout": [
        (lambda D_f, D_g: D_f @ D_g, "transpose it"),
        (lambda D_f, D_g: D_g @ D_f, "Each factor"),
        (lambda D_f, D_g: D_f.T @ D_g.T, "reverses the order"),
    ],
    "matrix_derivatives-area": [
        (lambda u, v: 4 * (u**2 - v**2), "minus times minus"),
        (lambda u, v: 2 * (u**2 + v**2), "factor 2"),
        (lambda u, v: 2 * (u**2 + v**2) ** 0.5, "scale of lengths"),
    ],
    "matrix_derivatives-quadratic": [
        (lambda x, A, b: A @ x - b, "symmetric A only"),
        (lambda x, A, b: (A + A.T) @ x - b, "½ is missing"),
        (lambda x, A, b: A.T @ x - b, "brings A"),
    ],
    "matrix_derivatives-ridge": [
        (lambda W, X, Y, lam: X.T @ (X @ W - Y) + lam * W, "no ½"),
        (lambda W, X, Y, lam: 2 * X.T @ (X @ W - Y), "is missing"),
        (lambda W, X, Y, lam: 2 * X.T @ (X @ W - Y) + lam * W, "leaves a 2"),
    ],
    "matrix_derivatives-layer": [
        (lambda X, G: np.vstack([X.T @ G, G.mean(axis=0)]), "not averaged"),
        (lambda X, G: X.T @ G, "gradient of the bias"),
        (lambda X, G: np.vstack([X.T @ G, G.sum(axis=0)]).T, "transposed"),
    ],
    "matrix_derivatives-classify": [
        (lambda Z, Y: softmax(Z) - Y, "1/N is missing"),
        (lambda Z, Y: (softmax(Z) - Y) / Z.size, "over the N rows"),
        (lambda Z, Y: (Y - softmax(Z)) / len(Z), "prediction less target"),
    ],
    "matrix_derivatives-hidden": [
        (lambda x, y: np.outer(x, back(x, y, lambda h: 1)), "slope of tanh"),
        (lambda x, y: np.outer(back(x, y), x), "transposed"),
        (lambda x, y: np.outer(x, back(x, y, lambda h: 1 - h)), "1 − h²"),
    ],
    "matrix_derivatives-covariance": [
        (lambda S, C: (inv(S) + inv(S) @ C @ inv(S)).T, "has a minus"),
        (lambda S, C: inv(S) - inv(S) @ C @ inv(S), "transposed"),
        (lambda S, C: inv(S).T, "logarithm alone"),
    ],
    "matrix_derivatives-orthogonal": [
        (lambda X: 2 * X @ (X.T @ X - np.eye(X.shape[1])), "used twice"),
        (lambda X: 2 * (X.T @ X - np.eye(X.shape[1])), "way from there to X"),
    ],
    "matrix_derivatives-cofactors": [
        (lambda X: np.array(sp.Matrix(X).adjugate(), dtype=float), "adjugate"),
        (lambda X: np.linalg.det(X) * inv(X).T if abs(np.linalg.det(X)) > 1e-9 else np.zeros((3, 3)), "has no inverse"),
    ],
}
