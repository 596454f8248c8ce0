"""The expected answers to the exercises of the chapter on matrix derivatives."""

import numpy as np

from labsupport.answers import Key
from labsupport.functions import softmax

P = np.array([0.5, 0.3, 0.2])
U1, U2 = np.array([[0.5, -1.0], [1.0, 0.3], [-0.4, 0.8]]), np.array([[1.0, -2.0, 0.5], [0.6, 1.0, -1.0]])
inv, eye = np.linalg.inv, np.eye


def drawn(*shapes, cases=3, seed=0):
    """Points for a function of several arrays: random arrays of these shapes, drawn a few times."""
    rng = np.random.default_rng(seed)
    return [tuple(rng.uniform(-1, 1, shape) for shape in shapes) for _ in range(cases)]


def hidden(x):
    return np.tanh(U1.T @ x)


def error(x, y):
    return U2.T @ hidden(x) - y


def cofactors(X):
    return np.stack([np.cross(X[1], X[2]), np.cross(X[2], X[0]), np.cross(X[0], X[1])])


def with_det(inverse):
    return lambda X: np.linalg.det(X) * inverse(X)


QUADRATIC = [*drawn((3,), (3, 3), (3,)), *drawn((2,), (2, 2), (2,), cases=2)]
RIDGE = [(W, X, Y, lam) for (W, X, Y), lam in zip(drawn((3, 2), (5, 3), (5, 2)), (0.3, 2.0, 0.7))]
COVARIANCE = [(S + 2 * eye(len(S)), C) for S, C in [*drawn((2, 2), (2, 2)), *drawn((3, 3), (3, 3), cases=2)]]
TALL = [X for (X,) in [*drawn((4, 2)), *drawn((3, 3), cases=2)]]
CLASSES = [(3 * Z, eye(Z.shape[1])[np.argmax(V, axis=1)]) for Z, V in [*drawn((4, 3), (4, 3)), *drawn((2, 5), (2, 5), cases=2)]]
SQUARES = [X for (X,) in drawn((3, 3))] + [np.arange(9.0).reshape(3, 3)]


KEYS = {
    "matrix_derivatives-axes": Key(
        (5, 3, 4, 3), tolerance=0,
        mistakes={
            "The axes of Y come first in this book; that is denominator layout.": (4, 3, 5, 3),
            "That is the shape of X W. Each of its entries has a derivative by each entry of W.": (5, 3),
            "The derivative is by W, not by X.": (5, 3, 5, 4),
        },
    ),
    "matrix_derivatives-count": Key(
        (3_000_000, 30_000), tolerance=0,
        mistakes={
            "That is the number of weights; the tensor has a slice of that size for each output.": (30_000, 30_000),
            "There is one slice for each of the 100 outputs, not of the 300 inputs.": (9_000_000, 30_000),
            "In each slice one whole column, 300 entries, is not zero.": (3_000_000, 100),
            "The other way round: all entries first.": (30_000, 3_000_000),
        },
    ),
    "matrix_derivatives-toy": Key(
        [[4, -1], [-12, 3], [8, -2]],
        mistakes={
            "The sign of g: it is ŷ − y, prediction less target.": [[-4, 1], [12, -3], [-8, 2]],
            "The ½ cancels the 2 of the square.": [[8, -2], [-24, 6], [16, -4]],
            "It is transposed: the rows belong to h, the columns to g, as in W.": [[4, -12, 8], [-1, 3, -2]],
            "That is h times ŷ; what comes back is ŷ − y.": [[5, 1], [-15, -3], [10, 2]],
        },
    ),
    "matrix_derivatives-fill": Key(
        [[1, -6, 0], [-2, 0, 1]],
        mistakes={
            "It is transposed: a row for each output, a column for each input.": [[1, -2], [-6, 0], [0, 1]],
            "The slope of x₁x₂² by x₂ is 2x₁x₂, and x₂ is negative.": [[1, 6, 0], [-2, 0, 1]],
            "The slope of x₁x₂² by x₂ has the factor 2 of the square.": [[1, -3, 0], [-2, 0, 1]],
            "The rows are in the order of the outputs.": [[-2, 0, 1], [1, -6, 0]],
        },
    ),
    "matrix_derivatives-flatten": Key(
        [[1, -2, 4, 0, 0, 0], [0, 0, 0, 1, -2, 4]],
        mistakes={
            "Wrong order of the axes: you numbered X column by column.": [[1, 0, -2, 0, 4, 0], [0, 1, 0, -2, 0, 4]],
            "y₁ contains only the first row of X, y₂ only the second.": [[1, -2, 4, 1, -2, 4], [1, -2, 4, 1, -2, 4]],
            "It is transposed: a row for each output.": [[1, 0], [-2, 0], [4, 0], [0, 1], [0, -2], [0, 4]],
            "y₁ belongs to the first row of X: the rows are exchanged.": [[0, 0, 0, 1, -2, 4], [1, -2, 4, 0, 0, 0]],
        },
    ),
    "matrix_derivatives-softmax": Key(
        np.diag(P) - np.outer(P, P),
        mistakes={
            "The sum below the fraction contains all inputs: the entries beside the diagonal, −p_k p_i, are missing.": np.diag(P * (1 - P)),
            "The product p pᵀ is subtracted.": np.diag(P) + np.outer(P, P),
            "From diag(p) the products p_k p_i are to be subtracted.": np.diag(P),
            "The sign is flipped: raising an input raises its own probability.": np.outer(P, P) - np.diag(P),
        },
    ),
    "matrix_derivatives-layout": Key(
        lambda D_f, D_g: (D_f @ D_g).T, at=[*drawn((3, 3), (3, 3), cases=2), *drawn((2, 2), (2, 2))], variables="D_f D_g",
        mistakes={
            "That is the derivative in the text's layout: transpose it.": lambda D_f, D_g: D_f @ D_g,
            "A transpose reverses the order of a product: the outer function stands on the left.":
                lambda D_f, D_g: D_f.T @ D_g.T,
            "Each factor has to be transposed, too.": lambda D_f, D_g: D_g @ D_f,
        },
    ),
    "matrix_derivatives-area": Key(
        "4*(u**2 + v**2)", at=[(1, 0), (0.5, 2), (-1, 0.3), (2, -2)], variables="u v",
        ranges={"u": (-2, 2), "v": (-2, 2)},
        mistakes={
            "The determinant is ad − bc, and bc is negative here: minus times minus.": "4*(u**2 - v**2)",
            "All four entries of the Jacobian have the factor 2: the determinant has 4.": "2*(u**2 + v**2)",
            "That is the scale of lengths; areas have its square.": "2*sqrt(u**2 + v**2)",
        },
    ),
    "matrix_derivatives-bell": Key(
        "sqrt(pi)",
        mistakes={
            "That is the double integral, the product of two equal single ones: take the root.": "pi",
            "That is half of it: the integral runs over the negative numbers, too.": "sqrt(pi)/2",
            "The angle runs once around, to 2π, and the integral over r is ½: together π, whose root is asked for.": "sqrt(2*pi)",
        },
    ),
    "matrix_derivatives-quadratic": Key(
        lambda x, A, b: (A + A.T) @ x / 2 - b, at=QUADRATIC, variables="x A b",
        mistakes={
            "That holds for a symmetric A only: x stands on both sides, and the left one brings Aᵀ.": lambda x, A, b: A @ x - b,
            "The ½ is missing.": lambda x, A, b: (A + A.T) @ x - b,
            "The x on the right has a derivative, too: it brings A.": lambda x, A, b: A.T @ x - b,
            "bᵀx is subtracted.": lambda x, A, b: (A + A.T) @ x / 2 + b,
        },
    ),
    "matrix_derivatives-ridge": Key(
        lambda W, X, Y, lam: 2 * X.T @ (X @ W - Y) + 2 * lam * W, at=RIDGE, variables="W X Y lam",
        mistakes={
            "There is no ½ in front: both squares leave a 2.": lambda W, X, Y, lam: X.T @ (X @ W - Y) + lam * W,
            "The square of W leaves a 2 as well.": lambda W, X, Y, lam: 2 * X.T @ (X @ W - Y) + lam * W,
            "The gradient of the second term, 2λW, is missing.": lambda W, X, Y, lam: 2 * X.T @ (X @ W - Y),
            "The sign of the residual: XW − Y.": lambda W, X, Y, lam: 2 * X.T @ (Y - X @ W) + 2 * lam * W,
        },
    ),
    "matrix_derivatives-layer": Key(
        lambda X, G: np.vstack([X.T @ G, G.sum(axis=0)]), at=drawn((5, 3), (5, 2)), variables="X G",
        mistakes={
            "The bias was copied into every row: on the way back the rows are summed, not averaged.":
                lambda X, G: np.vstack([X.T @ G, G.mean(axis=0)]),
            "The last row, the gradient of the bias, is missing.": lambda X, G: X.T @ G,
            "The bias is used in all rows, not in the first one alone.": lambda X, G: np.vstack([X.T @ G, G[0]]),
            "It is transposed: W is inputs × outputs here.": lambda X, G: np.vstack([X.T @ G, G.sum(axis=0)]).T,
        },
    ),
    "matrix_derivatives-classify": Key(
        lambda Z, Y: (softmax(Z) - Y) / len(Z), at=CLASSES, variables="Z Y",
        mistakes={
            "The loss is the mean over the rows: 1/N is missing.": lambda Z, Y: softmax(Z) - Y,
            "The mean is over the N rows, not over all entries.": lambda Z, Y: (softmax(Z) - Y) / Z.size,
            "The sign: prediction less target.": lambda Z, Y: (Y - softmax(Z)) / len(Z),
            "Y is subtracted from the probabilities, not from the scores.": lambda Z, Y: (Z - Y) / len(Z),
        },
    ),
    "matrix_derivatives-hidden": Key(
        lambda x, y: np.outer(x, (1 - hidden(x) ** 2) * (U2 @ error(x, y))), at=drawn((3,), (3,)), variables="x y",
        mistakes={
            "The slope of tanh, 1 − h², is missing.": lambda x, y: np.outer(x, U2 @ error(x, y)),
            "It is transposed: the rows belong to the input x, as in W₁.": lambda x, y: np.outer((1 - hidden(x) ** 2) * (U2 @ error(x, y)), x),
            "The sign: prediction less target.": lambda x, y: -np.outer(x, (1 - hidden(x) ** 2) * (U2 @ error(x, y))),
            "h is an output already: the slope is 1 − h², not 1 − h.": lambda x, y: np.outer(x, (1 - hidden(x)) * (U2 @ error(x, y))),
        },
    ),
    "matrix_derivatives-covariance": Key(
        lambda S, C: (inv(S) - inv(S) @ C @ inv(S)).T, at=COVARIANCE, variables="S C",
        mistakes={
            "The differential of an inverse has a minus.": lambda S, C: (inv(S) + inv(S) @ C @ inv(S)).T,
            "It is transposed: what stands before dS under the trace is Gᵀ.": lambda S, C: inv(S) - inv(S) @ C @ inv(S),
            "C has to be transposed, too.": lambda S, C: inv(S).T - inv(S).T @ C @ inv(S).T,
            "That is the gradient of the logarithm alone.": lambda S, C: inv(S).T,
            "S⁻¹ stands on both sides of dS.": lambda S, C: (inv(S) - inv(S) @ inv(S) @ C).T,
        },
    ),
    "matrix_derivatives-orthogonal": Key(
        lambda X: 4 * X @ (X.T @ X - eye(X.shape[1])), at=TALL, variables="X",
        mistakes={
            "X is used twice in XᵀX: the two terms are equal and add to a factor 4.": lambda X: 2 * X @ (X.T @ X - eye(X.shape[1])),
            "The square brings a 2 as well, in all a factor 4.": lambda X: X @ (X.T @ X - eye(X.shape[1])),
            "That is the gradient by XᵀX: the way from there to X is missing.": lambda X: 2 * (X.T @ X - eye(X.shape[1])),
        },
    ),
    "matrix_derivatives-cofactors": Key(
        cofactors, at=SQUARES, variables="X",
        mistakes={
            "It is transposed: that is the adjugate, det(X) X⁻¹.": lambda X: cofactors(X).T,
            "The last matrix has no inverse: use the cofactors.": lambda X: cofactors(X) if abs(np.linalg.det(X)) > 1e-9 else 0 * X,
            "The signs alternate like a chessboard: (−1)^(i + j).":
                lambda X: cofactors(X) * np.where(np.add.outer(range(3), range(3)) % 2, -1, 1),
        },
    ),
}  # fmt: skip
