"""The expected answers to the exercises of the chapter on Taylor series."""

import numpy as np

from labsupport.answers import Key

ROOT5 = np.sqrt(5)


def hessian(x, twice=2.0, cross=1.0):
    """Of x₁ exp(x₂) + x₂² x₃; with other factors, as one gets it wrong."""
    e = np.exp(x[1])
    return np.array([[0, e, 0], [e, cross * x[0] * e + twice * x[2], twice * x[1]], [0, twice * x[1], 0]])


KEYS = {
    "taylor-cosine": Key(
        "1/2 - sqrt(3)/2*(x - pi/3) - (x - pi/3)**2/4", at=[-1, 0, 0.7, 1.5, 3],
        ranges={"x": (-1, 3)},
        mistakes={
            "The powers are those of x − π/3, not of x.": "1/2 - sqrt(3)/2*x - x**2/4",
            "The powers are those of x − π/3, not of π/3 − x: odd terms change their sign.":
                "1/2 + sqrt(3)/2*(x - pi/3) - (x - pi/3)**2/4",
            "The second-order term is divided by 2!.": "1/2 - sqrt(3)/2*(x - pi/3) - (x - pi/3)**2/2",
            "That is T₁: the term of order 2 is missing.": "1/2 - sqrt(3)/2*(x - pi/3)",
            "cos π/3 is ½, and sin π/3 is √3/2.": "sqrt(3)/2 - (x - pi/3)/2 - sqrt(3)/4*(x - pi/3)**2",
            "Those are the coefficients at 0: take the derivatives at π/3.": "1 - x**2/2",
        },
    ),
    "taylor-maclaurin": Key(
        (1, 0, -1, 0, 1 / 2),
        mistakes={
            "Those are the derivatives at 0: divide the k-th by k!.": (1, 0, -2, 0, 12),
            "The square of −x² is +x⁴.": (1, 0, -1, 0, -1 / 2),
            "The minus belongs to x²: put −x² for x.": (1, 0, 1, 0, 1 / 2),
            "Those are the coefficients of e^(−x): the square is missing.": (1, -1, 1 / 2, -1 / 6, 1 / 24),
            "The term with x⁴ is (−x²)²/2!, from the second power and not from the fourth.": (1, 0, -1, 0, 1 / 24),
        },
    ),
    "taylor-terms": Key(
        9, tolerance=0,
        mistakes={
            "The bound for Tₙ has (n + 1)!, not n!.": 10,
            "9! = 362,880 is too small: 1/9! is above 10⁻⁶.": 8,
            "That is the number of terms; the degree is asked for.": 5,
            "1/(7 + 1)! is about 2.5·10⁻⁵.": 7,
        },
    ),
    "taylor-radius": Key(
        (3, ROOT5, np.pi / 2 - 1),
        mistakes={
            "The logarithm ln(1 + x) ends at x = −1, not at 0.": (2, ROOT5, np.pi / 2 - 1),
            "The roots of x² − 2x + 5 are 1 ± 2i: their distance from 0 is √(1 + 4).": (3, 2, np.pi / 2 - 1),
            "Distance from the centre 0, not the square of it.": (3, 5, np.pi / 2 - 1),
            "The centre is 1: measure the distance of π/2 from 1.": (3, ROOT5, np.pi / 2),
        },
    ),
    "taylor-limits": Key(
        (1 / 2, -1 / 6, -1),
        mistakes={
            "The sine begins x − x³/6: mind the sign of the second.": (1 / 2, 1 / 6, -1),
            "The logarithm begins x − x²/2: mind the sign of the third.": (1 / 2, -1 / 6, 1),
            "1 − cos x begins with x²/2, without a minus.": (-1 / 2, -1 / 6, -1),
            "The term of order 3 is divided by 3! = 6.": (1 / 2, -1 / 3, -1),
        },
    ),
    "taylor-second-difference": Key(
        "h**2/12*f4", variables="h f4", at=[(0.1, 1), (0.5, -2), (1, 3), (2, 0.7)],
        ranges={"h": (0.1, 1), "f4": (-2, 2)},
        mistakes={
            "The term of order 4 comes twice, from x + h and from x − h.": "h**2/24*f4",
            "After dividing by h² the power is h².": "h**4/12*f4",
            "Divide by 4! = 24, twice: that is 12, and not 6.": "h**2/6*f4",
            "Adding keeps the sign.": "-h**2/12*f4",
        },
    ),
    "taylor-hessian": Key(
        hessian, at=[np.array([1.0, 0.5, 2.0]), np.array([-0.7, 1.0, 0.3]), np.array([2.0, -1.0, -1.5])],
        mistakes={
            "The second derivative of x₂² is 2, its first 2x₂: the factor is missing.": lambda x: hessian(x, twice=1.0),
            "∂²f/∂x₂² has a part from the exponential, too: x₁ exp(x₂).": lambda x: hessian(x, cross=0.0),
            "That is the gradient: differentiate each of its entries by all three variables.":
                lambda x: np.array([np.exp(x[1]), x[0] * np.exp(x[1]) + 2 * x[1] * x[2], x[1] ** 2]),
            "Those are the second derivatives by one variable each, the diagonal; the mixed ones are missing.":
                lambda x: np.diag(np.diag(hessian(x))),
        },
    ),
    "taylor-curvature": Key(
        258 / 25,
        mistakes={
            "Curvature is taken along a unit vector: divide (3, 4) by 5, which enters twice.": 258,
            "u enters twice, so the length 5 is divided out twice.": 258 / 5,
            "That is the slope, ∇fᵀu.": 74 / 5,
            "Curvature is uᵀHu, without the ½ of the Taylor polynomial.": 129 / 25,
            "The mixed term counts twice, for H₁₂ and for H₂₁.": 234 / 25,
        },
    ),
    "taylor-quadratic": Key(
        "y + x*y - y**2/2", variables="x y", at=[(0.5, 0.2), (-1, 0.4), (2, -0.3), (0.1, 1)],
        ranges={"x": (-2, 2), "y": (-1, 1)},
        mistakes={
            "The mixed term xy is missing: it comes twice in δᵀHδ, with the ½ once.": "y - y**2/2",
            "The mixed terms are there twice, H₁₂ and H₂₁, and the ½ halves them: xy.": "y + x*y/2 - y**2/2",
            "The factor ½ of the second-order term is missing.": "y + 2*x*y - y**2",
            "ln(1 + y) begins y − y²/2.": "y + x*y + y**2/2",
            "Terms of order 3 are to be dropped.": "(1 + x + x**2/2)*(y - y**2/2)",
        },
    ),
    "taylor-critical": Key(
        [(0, 0), (-2 / 3, 2 / 3)],
        mistakes={
            "The other way round: at (0, 0) the Hessian has the determinant −4.": [(-2 / 3, 2 / 3), (0, 0)],
            "2x + 2y = 0 gives x = −y.": [(0, 0), (2 / 3, 2 / 3)],
            "3y² − 2y = 0 gives y = 2/3, not 3/2.": [(0, 0), (-3 / 2, 3 / 2)],
        },
    ),
    "taylor-heron": Key(
        "(x + a/x)/2", variables="x a", at=[(1, 2), (1.5, 2), (3, 7), (0.5, 0.1)],
        ranges={"x": (0.5, 3), "a": (0.1, 5)},
        mistakes={
            "Divide by the second derivative, 2x.": "x - (x**2 - a)",
            "The step goes against f′/f″: minus.": "x + (x**2 - a)/(2*x)",
            "The derivative of ⅓x³ is x².": "x - (3*x**2 - a)/(6*x)",
            "That is the step alone: add it to x.": "-(x**2 - a)/(2*x)",
            "Newton's step for a minimum divides f′ by f″, not f by f′.": "x - (x**3/3 - a*x)/(x**2 - a)",
        },
    ),
    "taylor-product": Key(
        lambda x, v: (x @ x) * v + 2 * (x @ v) * x,
        variables="x v", at=[(np.array([1.0, 2.0]), np.array([0.5, -1.0])), (np.array([-1.0, 0.3]), np.array([2.0, 1.0])),
                             (np.array([0.2, 1.5]), np.array([-1.0, 0.7]))],
        mistakes={
            "‖x‖² changes along v, too: the product rule has a second term.": lambda x, v: (x @ x) * v,
            "The derivative of xᵀx along v is 2 xᵀv.": lambda x, v: (x @ x) * v + (x @ v) * x,
            "That is the gradient; differentiate it once more, along v.": lambda x, v: (x @ x) * x,
            "The first term is missing: x itself moves by v.": lambda x, v: 2 * (x @ v) * x,
        },
    ),
    "taylor-random": Key(
        1 / np.sqrt(2),
        mistakes={
            "The eigenvalues are not independent: two of them repel, which makes two signs more likely than a coin does.": 1 / 2,
            "That is the share of minima; maxima are as many, and saddles the rest.": (1 - 1 / np.sqrt(2)) / 2,
            "Take away the maxima, too.": (1 + 1 / np.sqrt(2)) / 2,
            "That is the share of minima and maxima together.": 1 - 1 / np.sqrt(2),
        },
    ),
}  # fmt: skip
