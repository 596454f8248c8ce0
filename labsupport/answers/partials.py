"""The expected answers to the exercises of the chapter on partial derivatives and gradients."""

import numpy as np

from labsupport.answers import Key

A, b = np.array([[1.0, 4.0], [0.0, 3.0]]), np.array([1.0, -2.0])
c = np.array([1.0, 2.0, -1.0])
POINTS = [(1, 2), (-1, 0.5), (2, -3)]
MATRICES = [np.array([[1.0, 0, 2], [-1, 3, 1]]), np.array([[0.5, 1, -1], [2, 0, 4]]), np.array([[-2.0, 1, 3], [1, 1, 1]])]


def orthogonal(seed, n):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))[0]


KEYS = {
    "partials-polynomial": Key(
        ("3*x**2*y**2 - 4*y", "2*x**3*y - 4*x + 7"), at=POINTS, variables="x y",
        ranges={"x": (-2, 2), "y": (-2, 2)},
        mistakes={
            "By x, the term 7y is a constant: y is held.": lambda x, y: (3 * x**2 * y**2 - 4 * y + 7, 2 * x**3 * y - 4 * x + 7),
            "By x first, then by y: the pair is the other way round.": lambda x, y: (2 * x**3 * y - 4 * x + 7, 3 * x**2 * y**2 - 4 * y),
            "In x³y² only one factor moves at a time; the other stays as it is.":
                lambda x, y: (6 * x**2 * y - 4 * y, 6 * x**2 * y - 4 * x + 7),
            "A constant factor stays: y² in the first, x³ in the second.": lambda x, y: (3 * x**2 - 4, 2 * y - 4 + 7),
        },
    ),
    "partials-product": Key(
        ("2*x*exp(y) - y*cos(x)", "x**2*exp(y) - sin(x)"), variables="x y", ranges={"x": (-2, 2), "y": (-2, 2)},
        mistakes={
            "By x first, then by y: the pair is the other way round.": ("x**2*exp(y) - sin(x)", "2*x*exp(y) - y*cos(x)"),
            "The derivative of the sine is +cos.": ("2*x*exp(y) + y*cos(x)", "x**2*exp(y) - sin(x)"),
            "By x, the factor eʸ is held: it does not change.": ("2*x - y*cos(x)", "x**2*exp(y) - sin(x)"),
            "By y, sin x is a constant factor: the slope of y sin x is sin x.": ("2*x*exp(y) - y*cos(x)", "x**2*exp(y) - cos(x)"),
            "Only one variable moves at a time; the other is held.": ("2*x*exp(y) - cos(x)", "2*x*exp(y) - cos(x)"),
        },
    ),
    "partials-direction": Key(
        13,
        mistakes={
            "A slope is rise per unit of length: divide by the length of (3, 4), which is 5.": 65,
            "That is the steepest slope, along the gradient. Another direction is asked for.": np.sqrt(205),
            "The gradient has to be taken at (1, 1): it is (3, 14) there, not (2, 1).": 2,
            "That is the sum of the partial derivatives. Multiply each with its entry of the direction.": 17,
        },
    ),
    "partials-descent": Key(
        np.array([-3, -14]) / np.sqrt(205), tolerance=1e-3,
        mistakes={
            "That is the way up: descent goes against the gradient.": np.array([3, 14]) / np.sqrt(205),
            "The direction is right. A unit vector is asked for: divide by its length.": (-3, -14),
            "That runs along the level line, where the slope is 0.": np.array([-14, 3]) / np.sqrt(205),
            "The gradient itself points up, and a unit vector is asked for.": (3, 14),
        },
    ),
    "partials-level": Key(
        -3 / 14, tolerance=1e-3,
        mistakes={
            "That is the slope of the gradient's own arrow; the level line is orthogonal to it.": 14 / 3,
            "Mind the sign: 3 + 14·dy/dx = 0.": 3 / 14,
            "Upside down: the partial derivative by y multiplies dy/dx.": -14 / 3,
        },
    ),
    "partials-total": Key(
        "2*x*sin(x) + (x**2 + 3)*cos(x)", at=[-2, 0.5, 1, 3],
        ranges={"x": (-3, 3)},
        mistakes={
            "That is the partial derivative, with y held. But y moves with x: the second term is missing.": "2*x*sin(x)",
            "The partial derivative by y has to be multiplied by dy/dx = cos x.": "2*x*sin(x) + x**2 + 3",
            "The direct way is missing: the partial derivative by x, with y = sin x put in.": "(x**2 + 3)*cos(x)",
            "The derivative of the sine is +cos.": "2*x*sin(x) - (x**2 + 3)*cos(x)",
            "The term 3y has a slope by y, too.": "2*x*sin(x) + x**2*cos(x)",
        },
    ),
    "partials-covector": Key(
        (3, 2),
        mistakes={
            "Those are the answers to the two given vectors. The entries of the row are the answers to (1, 0) and (0, 1).": (5, 1),
            "The two entries are exchanged: try yours on (1, −1).": (2, 3),
            "From p + q = 5 and p − q = 1 follows 2p = 6: a factor ½ is missing.": (6, 4),
        },
    ),
    "partials-units": Key(
        (0.002, 0.3),
        mistakes={
            "A gram is less than a kilogram, so the output rises by less for each: divide.": (2000, 3000),
            "The output does not care about units, but its slope per unit does.": (2, 30),
            "A metre has 100 centimetres, not 1000.": (0.002, 0.03),
        },
    ),
    "partials-shapes": Key(
        [(2, 12), (2, 15), (3, 60), (2, 4), (4, 16)],
        mistakes={
            "(c) No matrix holds it: one axis of the output, two of the input.": [(2, 12), (2, 15), (2, 60), (2, 4), (4, 16)],
            "(e) Two axes of the output and two of the input.": [(2, 12), (2, 15), (3, 60), (2, 4), (2, 16)],
            "(e) Every entry of the output by every entry of the input: 4 times 4.": [(2, 12), (2, 15), (3, 60), (2, 4), (4, 4)],
            "(a) A number by a matrix has the shape of the matrix.": [(1, 12), (2, 15), (3, 60), (2, 4), (4, 16)],
            "The columns are the other way round: axes first, then entries.": [(12, 2), (15, 2), (60, 3), (4, 2), (16, 4)],
        },
    ),
    "partials-gas": Key(
        ("-p/V", "1/p", "V"), at=[(1, 2), (3, 0.5), (2, 5)], variables="p V",
        ranges={"p": (0.5, 3), "V": (0.5, 3)},
        mistakes={
            "p = T/V falls as V grows: mind the sign of the first.": lambda p, V: (p / V, 1 / p, V),
            "The first holds T, not p: p = T/V moves with V.": lambda p, V: (0, 1 / p, V),
            "The second holds p: V = T/p, and T moves.": lambda p, V: (-p / V, -V / p, V),
            "The derivative of T/V by V is −T/V². Put T = pV back in.": lambda p, V: (-1 / V**2, 1 / p, V),
        },
    ),
    "partials-quadratic": Key(
        lambda x: (A + A.T) @ x / 2 + b, at=[np.array([1.0, 2.0]), np.array([-1.0, 0.5]), np.array([3.0, -2.0])],
        mistakes={
            "That is right for a symmetric matrix. Here both A and its transpose contribute.": lambda x: A @ x + b,
            "That is one half of it: x occurs on both sides of A, so A contributes too.": lambda x: A.T @ x + b,
            "The factor ½ in front of the quadratic part is missing.": lambda x: (A + A.T) @ x + b,
            "The linear part bᵀx has the gradient b.": lambda x: (A + A.T) @ x / 2,
        },
    ),
    "partials-matrix": Key(
        lambda X: 2 * np.outer(X @ c, c), at=MATRICES, variables="X",
        mistakes={
            "The factor 2 of the square is missing.": lambda X: np.outer(X @ c, c),
            "It is transposed: row i belongs to row i of X, so Xb comes first.": lambda X: 2 * np.outer(c, X @ c),
            "That is the derivative by the vector Xb. The inner factor b is missing.": lambda X: 2 * X @ c,
            "That is the gradient by b, not by X.": lambda X: 2 * X.T @ X @ c,
            "That is the gradient of ‖X‖². Here the rows of X are first multiplied by b.": lambda X: 2 * X,
        },
    ),
    "partials-recover": Key(
        "x**2*y + 3*x - 2*y**2 + y + 5", at=[(0, 0), *POINTS], variables="x y",
        ranges={"x": (-2, 2), "y": (-2, 2)},
        mistakes={
            "The constant: g(0, 0) = 5.": lambda x, y: x**2 * y + 3 * x - 2 * y**2 + y,
            "x²y comes out of both partial derivatives, but it is one and the same term.":
                lambda x, y: 2 * x**2 * y + 3 * x - 2 * y**2 + y + 5,
            "The constant of the first integration may depend on y: what is missing is a function of y.":
                lambda x, y: x**2 * y + 3 * x + 5,
            "The derivative of −4y² is −8y: undoing −4y gives −2y².": lambda x, y: x**2 * y + 3 * x - 4 * y**2 + y + 5,
        },
    ),
    "partials-is-gradient": Key(
        [1, 0, 1, 0, 1],
        mistakes={
            "(b) Compare ∂(−y)/∂y with ∂x/∂x.": [1, 1, 1, 0, 1],
            "(c) Both mixed derivatives are 1; look for a product.": [1, 0, 0, 0, 1],
            "(d) Compare ∂(2xy)/∂y = 2x with ∂(x² + x)/∂x.": [1, 0, 1, 1, 1],
            "(e) The first entry by y and the second by x: both are eʸ.": [1, 0, 1, 0, 0],
            "Compare the first entry differentiated by y with the second differentiated by x, not ∂P/∂x with ∂Q/∂y.": [0, 1, 1, 0, 0],
        },
    ),
    "partials-distance": Key(
        lambda x: x / np.linalg.norm(x), at=[np.array([3.0, 4.0]), np.array([1.0, -2.0, 2.0]), np.array([0.0, -5.0])],
        mistakes={
            "That is the gradient of the square, ‖x‖². Divide by 2f.": lambda x: 2 * x,
            "From 2f·∂f/∂xᵢ = 2xᵢ the 2 cancels.": lambda x: 2 * x / np.linalg.norm(x),
            "Divide by the norm, not by its square.": lambda x: x / (x @ x),
            "f is not its own square: divide 2xᵢ by 2f.": lambda x: x,
        },
    ),
    "partials-scan": Key(
        "cos(alpha)**3", at=[0, 0.5, 1, 2, 4], variables="alpha",
        ranges={"alpha": (0, 6)},
        mistakes={
            "That is what the gradient (1, 0) predicts. Divide k(t cos α, t sin α) by t instead.": "cos(alpha)",
            "The numerator is x³: there are three cosines.": "cos(alpha)**2",
            "That is x²y. Here the numerator is x³.": "cos(alpha)**2*sin(alpha)",
        },
    ),
    "partials-random": Key(
        lambda U, s: U @ s, variables="U s",
        at=[(orthogonal(1, 3), np.array([1.0, -2.0, 0.5])), (orthogonal(2, 4), np.array([0.3, 1.0, -1.0, 2.0]))],
        mistakes={
            "The unit vectors are the columns of U: add them up, each times its slope.": lambda U, s: U.T @ s,
            "Those are the slopes along the columns of U. The gradient has the slopes along the axes.": lambda U, s: s,
            "Add the contributions; do not average them.": lambda U, s: U @ s / len(s),
        },
    ),
}  # fmt: skip
