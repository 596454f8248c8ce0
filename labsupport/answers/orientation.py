"""The expected answers to the exercises of the chapter on orientation."""

import numpy as np

from labsupport.answers import Key

X, W1, W2 = np.arange(10.0).reshape(5, 2) - 4, np.array([[1.0, 0, 2], [-1, 3, 1]]), np.array([[2.0, 1], [0, -1], [1, 4]])

KEYS = {
    "orientation-square": Key(
        6, tolerance=1e-2,
        mistakes={
            "That is the value of x² at 3. The slope is asked: rise divided by run.": 9,
            "That is the exponent. The slope depends on x, too.": 2,
            "That is x. Compute the quotient (3.001² − 3²) / 0.001.": 3,
        },
    ),
    "orientation-odd": Key(
        "(1 + 2*x)*exp(2*x)", at=[-1, 0, 0.5, 1], of="x*exp(2*x)",
        mistakes={
            "That is the wrong witness: its factor 2, from the inner function 2x, is missing.": "(1 + x)*exp(2*x)",
            "Both factors of the product depend on x: two terms.": "2*exp(2*x)",
            "The factor 2 belongs to one of the two terms only.": "2*(1 + x)*exp(2*x)",
        },
    ),
    "orientation-shape": Key(
        (3, 4, 2),
        mistakes={
            "That is denominator layout, the input's axes first. This book has the output's first.": (4, 2, 3),
            "Only the gradient of a scalar has the shape of its variable. Here three numbers come out.": (4, 2),
            "All 24 numbers are there, but the axes of the weights keep apart.": (3, 8),
            "An axis of the output has length 3, and the weights keep their order: 4, then 2.": (3, 2, 4),
        },
    ),
    "orientation-size": Key(
        8,
        mistakes={
            "That is the layer's matrix. Its derivative has an entry for each output and each weight.": 0.008,
            "Those are the entries in units of 10⁹. Each takes 8 bytes.": 1,
            "In bytes, yes. Gigabytes are asked.": 8e9,
        },
    ),
    "orientation-broadcast": Key(
        (10_000, 100),
        mistakes={
            "A column minus a list is a table: every prediction with every target.": (100, 100),
            "Only those on the diagonal belong together.": (10_000, 10_000),
            "The axis of length 1 is stretched too.": (100, 1),
        },
    ),
    "orientation-logistic": Key(
        "1/(1 + exp(-x))", at=[-30, -2, 0, 1, 5, 800], of="log(1 + exp(x))",
        mistakes={
            "The sign: −log(1 − σ(x)) grows with x.": "-1/(1 + exp(-x))",
            "That is the slope of log σ(x). Here the logarithm is of 1 − σ(x) = σ(−x), with a minus before it.": "1/(1 + exp(x))",
            "Two minus signs meet here, that of −log and that of −x.": "-1/(1 + exp(x))",
        },
    ),
    "orientation-depth": Key(
        10,
        mistakes={
            "4⁹ is 262 144, not yet a million.": 9,
            "A layer multiplies by at most a quarter, not a half.": 20,
            "Ten is enough: 4¹⁰ is more than a million.": 11,
        },
    ),
    "orientation-batch": Key(
        lambda X, W1, W2: X @ W1 @ W2, at=[(X, W1, W2), (X[:3] ** 2, -W1, W2 + 1)], variables="X W1 W2",
        mistakes={
            "That has an example in each column. Transpose it, or multiply from the right.": lambda X, W1, W2: (X @ W1 @ W2).T,
            "That is the first layer only.": lambda X, W1, W2: X @ W1,
        },
    ),
    "orientation-tower": Key(
        "x**x*(log(x) + 1)", at=[0.2, 1, 2, 3], of="x**x",
        mistakes={
            "The rule for powers wants a constant exponent.": "x*x**(x - 1)",
            "The rule for exponentials wants a constant base.": "x**x*log(x)",
            "Multiply by xˣ: the outer function is the exponential.": "log(x) + 1",
        },
    ),
}  # fmt: skip
