"""The expected answers to the exercises of the chapter on vanishing gradients."""

import numpy as np

from labsupport.answers import Key

H = [np.array([1.0, -2.0, 0.5]), np.array([0.3, 0.7, -1.1])]
DELTA = [np.array([0.5, 3.0]), np.array([-1.0, 0.2])]
Z = [np.array([1.0, -2.0, 0.5, -0.1]), np.array([-0.3, 2.0, -1.5, 4.0])]
G = [np.array([0.5, 3.0, -1.0, 2.0]), np.array([-1.0, 0.2, 0.7, -0.4])]


def standardised(a):
    return (a - a.mean()) / a.std()


def mean_product(g, a):
    """What a normalisation takes out of the gradient along the normalised vector."""
    return standardised(a) * np.mean(g * standardised(a))


KEYS = {
    "vanishing_gradients-how-deep": Key(
        10, tolerance=0,
        mistakes={
            "A slope of at most ¼, not ½, at each layer.": 20,
            "0.25⁹ = 3.8·10⁻⁶ is not yet below a millionth.": 9,
            "Ten are enough: 0.25¹⁰ = 9.5·10⁻⁷.": 11,
            "That is −log₁₀ of a millionth: how often does ¼ go into it?": 6,
        },
    ),
    "vanishing_gradients-elu": Key(
        lambda z, alpha: 1.0 if z > 0 else alpha * np.exp(z),
        at=[(-2, 0.5), (-0.3, 2), (0.4, 2), (3, 0.5)], variables="z alpha",
        mistakes={
            "That is the function itself: its slope is asked for.": lambda z, alpha: z if z > 0 else alpha * (np.exp(z) - 1),
            "The constant −1 has the slope 0.": lambda z, alpha: 1.0 if z > 0 else alpha * (np.exp(z) - 1),
            "α is a factor on the left.": lambda z, alpha: 1.0 if z > 0 else np.exp(z),
            "On the right the function is z: α does not occur there.": lambda z, alpha: alpha if z > 0 else alpha * np.exp(z),
        },
    ),
    "vanishing_gradients-softsign": Key(
        "1/(1 + abs(z))**2", variables="z", ranges={"z": (-4, 4)},
        mistakes={
            "The quotient rule divides by the square of the denominator.": "1/(1 + abs(z))",
            "For z < 0, |z| is −z: both terms of the numerator change, and its value is 1 there, too.": "sign(z)/(1 + abs(z))**2",
            "The two terms of the numerator are subtracted: u′v − uv′.": "(1 + 2*abs(z))/(1 + abs(z))**2",
            "That is the slope of 1/(1 + |z|): the numerator z moves, too.": "-sign(z)/(1 + abs(z))**2",
            "That is the function itself: its slope is asked for.": "z/(1 + abs(z))",
        },
    ),
    "vanishing_gradients-leaky-module": Key(
        lambda dL_dh, z: dL_dh * np.where(z > 0, 1, 0.1), at=list(zip(G, Z)), variables="dL_dh z",
        mistakes={
            "The slope depends on the sign of z, the input, not on that of the gradient.":
                lambda dL_dh, z: np.where(dL_dh > 0, dL_dh, 0.1 * dL_dh),
            "The gradient from above is missing as a factor.": lambda dL_dh, z: np.where(z > 0, 1, 0.1),
            "That is ReLU: the leak 0.1 lets a tenth pass where z < 0.": lambda dL_dh, z: dL_dh * (z > 0),
            "That multiplies by the value of the function; its slope is 1 or 0.1.":
                lambda dL_dh, z: dL_dh * np.where(z > 0, z, 0.1 * z),
        },
    ),
    "vanishing_gradients-outer": Key(
        lambda h, delta: np.outer(h, delta), at=list(zip(H, DELTA)), variables="h delta",
        mistakes={
            "It is transposed: W is 3×2, and so is its gradient.": lambda h, delta: np.outer(delta, h),
            "Each column has to be multiplied by its own δ.": lambda h, delta: np.outer(h, np.ones(2)),
            "Each row has to be multiplied by its own h.": lambda h, delta: np.outer(np.ones(3), delta),
        },
    ),
    "vanishing_gradients-leaky-he": Key(
        "2/(n*(1 + a**2))", at=[(10, 0), (100, 0.1), (50, 0.5), (8, 1)], variables="n a",
        ranges={"n": (2, 50), "a": (0, 1)},
        mistakes={
            "That is He's for ReLU: the left side contributes a² as much as the right one.": "2/n",
            "Squares are averaged: the leak enters as a².": "2/(n*(1 + a))",
            "That is the standard deviation; the variance is asked for.": "sqrt(2/(n*(1 + a**2)))",
            "Each side is passed half of the time: a factor ½ in the mean, a 2 in the weights.": "1/(n*(1 + a**2))",
        },
    ),
    "vanishing_gradients-half": Key(
        13, tolerance=0,
        mistakes={
            "4⁻¹² = 2⁻²⁴ is the smallest positive number: it is still there.": 12,
            "A quarter is 2⁻²: two powers of 2 are lost at each layer.": 24,
            "A quarter is 2⁻²: two powers of 2 are lost at each layer, and 2⁻²⁵ is rounded away.": 25,
        },
    ),
    "vanishing_gradients-normalise": Key(
        lambda g, a: (g - g.mean() - mean_product(g, a)) / a.std(), at=list(zip(G, Z)), variables="g a",
        mistakes={
            "d depends on a as well: the part of g along â has to be taken out.": lambda g, a: (g - g.mean()) / a.std(),
            "μ depends on a as well: the mean of g has to be taken out.": lambda g, a: (g - mean_product(g, a)) / a.std(),
            "μ and d depend on a, not only the numerator's own aⱼ.": lambda g, a: g / a.std(),
            "Divide by the standard deviation d.": lambda g, a: g - g.mean() - mean_product(g, a),
            "Means, not sums: divide both by n.":
                lambda g, a: (g - g.sum() - standardised(a) * np.sum(g * standardised(a))) / a.std(),
        },
    ),
    "vanishing_gradients-radius": Key(
        (0.5 + np.sqrt(0.4), np.sqrt(0.65)),
        mistakes={
            "The eigenvalues are not on the diagonal, unless the matrix is triangular.": (0.5, 0.5),
            "The second has complex eigenvalues ½ ± i√0.4: take the absolute value √(¼ + 0.4).": (0.5 + np.sqrt(0.4), 0.5),
            "In the second (½ − λ)² = −0.4: its eigenvalues are not real.": (0.5 + np.sqrt(0.4), 0.5 + np.sqrt(0.4)),
            "Those are the norms, the largest stretch in one step; the radius is made of eigenvalues.":
                (np.linalg.norm([[0.5, 2.0], [0.2, 0.5]], 2), np.linalg.norm([[0.5, -2.0], [0.2, 0.5]], 2)),
        },
    ),
    "vanishing_gradients-turn": Key(
        "-1/log(r)", at=[(0.5, 1), (0.8, 2), (0.9, 5), (0.99, 0.3)], variables="r c",
        ranges={"r": (0.1, 0.95), "c": (0.5, 5)},
        mistakes={
            "The sign: ln r is negative for r < 1, and t is positive.": lambda r, c: 1 / np.log(r),
            "That is the limit for r near 1; the equation is 1 + t ln r = 0.": lambda r, c: 1 / (1 - r),
            "c is a constant factor: it moves the height, not the place.": lambda r, c: -c / np.log(r),
        },
    ),
    "vanishing_gradients-gate": Key(
        "-log(2**(1/T) - 1)", at=[1, 5, 20, 100], variables="T",
        ranges={"T": (1, 50)},
        mistakes={
            "That is the value f of the gate; b is where the sigmoid takes it.": lambda T: 2 ** (-1 / T),
            "The sign: the inverse of the sigmoid is ln(f/(1 − f)).": lambda T: np.log(2 ** (1 / T) - 1),
            "That is ln f: the inverse of the sigmoid is ln(f/(1 − f)).": lambda T: -np.log(2) / T,
        },
    ),
    "vanishing_gradients-adam": Key(
        "-eta*g/(abs(g) + eps)",
        at=[(2, 0.1, 1e-8), (-0.5, 0.01, 1e-8), (0.3, 0.2, 0.1), (-1e-3, 0.1, 1e-3)], variables="g eta eps",
        tolerance=1e-9,
        ranges={"g": (-2, 2), "eta": (0.01, 0.5), "eps": (0.01, 0.5)},
        mistakes={
            "The step goes against the gradient: the sign.": lambda g, eta, eps: eta * g / (abs(g) + eps),
            "The numerator keeps its sign: g, not |g|.": lambda g, eta, eps: -eta * abs(g) / (abs(g) + eps),
            "That is gradient descent: divide by √(g²) + ε.": lambda g, eta, eps: -eta * g,
            "The root is missing: √(g²) = |g|.": lambda g, eta, eps: -eta * g / (g**2 + eps),
        },
    ),
}  # fmt: skip
