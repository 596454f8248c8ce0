"""The expected answers to the exercises of the chapter on backpropagation."""

import numpy as np

from labsupport.answers import Key

PI = np.pi
SQUARES = [
    (np.array([[1.0, -0.5], [0.3, 2.0], [-1.0, 0.4]]), np.array([[0.5, 0.1], [-0.2, 0.7], [1.0, -0.3]]), np.array([[0.6, -1.0], [0.2, 0.8]])),
    (np.array([[0.2, 1.5]]), np.array([[-0.4, 0.9]]), np.array([[1.0, 0.3], [-0.7, 0.5]])),
]


def bend(X, W):
    """The slopes of tanh in the residual layer."""
    return 1 - np.tanh(X @ W) ** 2


KEYS = {
    "backprop-walk": Key(
        (1, PI, PI**2 / 4, 2 * PI),
        mistakes={
            "a is used twice, by the sine and by the square: the parts add, cos a + 2a.": (1, 0, 0, 0),
            "The part of a that comes from a² is 2a, and the one from the sine is cos a = 0 at a = π/2.": (1, PI / 2, PI**2 / 8, PI),
            "∂a/∂x is y, and ∂a/∂y is x.": (1, PI, 2 * PI, PI**2 / 4),
            "The slope of the sine is the cosine, and cos(π/2) = 0.": (1, PI + 1, (PI + 1) * PI / 4, 2 * (PI + 1)),
        },
    ),
    "backprop-count": Key(
        (1225, 49), tolerance=0,
        mistakes={
            "The other way round: first without reuse.": (49, 1225),
            "The topmost gradient needs no product: the lines have 0, 1, …, 49 of them.": (1275, 50),
            "0 + 1 + … + 49 is half of 50 · 49.": (2450, 49),
        },
    ),
    "backprop-residual": Key(
        lambda G, X, W: G + (G * bend(X, W)) @ W.T, at=SQUARES, variables="G X W",
        mistakes={
            "X is used twice: the part that comes straight through the sum, G, is missing.": lambda G, X, W: (G * bend(X, W)) @ W.T,
            "W has to be transposed on the way back.": lambda G, X, W: G + (G * bend(X, W)) @ W,
            "The slope of tanh, 1 − tanh², is missing.": lambda G, X, W: G + G @ W.T,
            "The sum hands on G itself, without the slope of tanh.": lambda G, X, W: G * bend(X, W) + (G * bend(X, W)) @ W.T,
        },
    ),
    "backprop-dual": Key(
        (15 / 2, 49 / 4),
        mistakes={
            "1/(2 + ε) = ½ − ¼ε, and it is subtracted: − · − is +.": (15 / 2, 47 / 4),
            "1/(2 + ε) has a part at ε, too: −¼.": (15 / 2, 12),
            "1/(2 + ε) is not ½ + ε: multiply by 2 + ε and see.": (15 / 2, 11),
        },
    ),
    "backprop-modes": Key(
        (3, 1, 1), tolerance=0,
        mistakes={
            "A loss is one output: reverse mode takes one sweep, whatever the number of parameters.": (3, 5000, 1),
            "One input, t: forward mode takes one sweep.": (3, 1, 20),
            "Those are the sweeps of reverse mode; take the better mode each time.": (5000, 1, 20),
        },
    ),
    "backprop-rule": Key(
        "g/(2*z)", at=[(1, 2), (-3, 0.5), (0.5, 4)], variables="g z",
        ranges={"g": (-3, 3), "z": (0.3, 3)},
        mistakes={
            "The cotangent g has to be multiplied by the slope.": "1/(2*z)",
            "z is the root already.": "g/(2*sqrt(z))",
            "The slope of √x is 1/(2√x).": "g/z",
            "That multiplies where the slope 1/(2z) divides.": "2*g*z",
        },
    ),
    "backprop-budget": Key(
        (10, 20, 200), tolerance=0,
        mistakes={
            "K/s checkpoints and s values inside of a segment are held: they add.": (10, 10, 200),
            "Each layer is computed once on the way forward and once again.": (10, 20, 100),
            "K/s + s: 10 + 10, not 10 · 10.": (10, 100, 200),
        },
    ),
    "backprop-grad": Key(
        19, tolerance=0,
        mistakes={
            "That is the last gradient alone: .grad adds up until it is set back.": 8,
            "After the step w is 4, and the last slope is 8.": 17,
            "The middle backward adds 5.": 14,
            "All three backward calls add, the last one too.": 11,
        },
    ),
    "backprop-detach": Key(
        "2*x**2", at=[-1.5, 0.5, 1, 3], of="x**3",
        ranges={"x": (-2, 2)},
        mistakes={
            "That counts all three factors; the detached one is a constant.": "3*x**2",
            "Only one of the three is detached: two are left that move.": "x**2",
            "The constant has the value x: it stays as a factor.": "2*x",
        },
    ),
    "backprop-second": Key(
        (60, 12),
        mistakes={
            "That is the gradient, the values; the Hessian is in the tangents.": (60, 8),
            "That is the second column: y moves there, and x is held.": (12, 0),
            "The slope of 3x²y by x is 6xy, with x = 2 and y = 5.": (30, 12),
            "The second entry is ∂/∂x of x³, which is 3x².": (60, 6),
        },
    ),
}  # fmt: skip
