"""The expected answers to the exercises of the chapter on gradient descent."""

import numpy as np

from labsupport.answers import Key

ROOT5 = np.sqrt(5)
X, Y, ALPHA = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 2.0, 4.0]), 0.1  # of the ridge regression


def rosenbrock_hessian(p):
    x, y = p
    return np.array([[2 - 400 * y + 1200 * x**2, -400 * x], [-400 * x, 200]])


KEYS = {
    "gradient_descent-hand": Key(
        (1.5, 2.25, 2.625),
        mistakes={
            "That walks up: the step is against the slope, x − η·f′(x).": (-1.5, -3.75, -7.125),
            "The learning rate is missing: multiply the slope by ¼.": (6, 0, 6),
            "Ask for the slope anew at every place: it is −6 at the start only.": (1.5, 3, 4.5),
            "The step takes the slope 2x − 6, not the value of f.": (0, 0, 0),
        },
    ),
    "gradient_descent-valley": Key(
        "w0*(1 - eta*lam)**k", variables="w0 eta lam k", ranges={"w0": (-3, 3), "eta": (0.01, 0.3), "lam": (0.2, 3), "k": (0, 6)},
        mistakes={
            "The step goes against the slope: the factor of one step is 1 − ηλ.": "w0*(1 + eta*lam)**k",
            "Every step multiplies by the same factor: a power, not a product with k.": "w0*(1 - k*eta*lam)",
            "That is the limit of small steps; the factor of one step is 1 − ηλ.": "w0*exp(-eta*lam*k)",
            "The ½ of the loss cancels the 2 of the square: the slope is λw.": "w0*(1 - eta*lam/2)**k",
            "That is one step. Each of the k steps has the factor.": "w0*(1 - eta*lam)",
        },
    ),
    "gradient_descent-direction": Key(
        [-2 / ROOT5, -1 / ROOT5, -ROOT5],
        mistakes={
            "That is the steepest way up.": [2 / ROOT5, 1 / ROOT5, ROOT5],
            "The direction is to have length 1: divide by √5. The slope is then −√5.": [-2, -1, -5],
            "Downhill the slope is negative.": [-2 / ROOT5, -1 / ROOT5, ROOT5],
            "The slope along a unit vector is minus the length of the gradient, not its square.": [-2 / ROOT5, -1 / ROOT5, -5],
        },
    ),
    "gradient_descent-bound": Key(
        (1 / 4, 1 / 6, 1 / 3),
        mistakes={
            "In ½xᵀAx the entries of A are second derivatives: 6 and 2, not the coefficients 3 and 1.": (1 / 2, 1 / 3, 1 / 3),
            "The mixed term tilts the valley: the curvatures are the eigenvalues of A, not its diagonal.": (1 / 3, 1 / 6, 0),
            "The bound is 2/λ_max, not 1/λ_max.": (1 / 8, 1 / 6, 1 / 3),
            "κ is 2; the error shrinks by (κ − 1)/(κ + 1).": (1 / 4, 1 / 6, 1 / 2),
        },
    ),
    "gradient_descent-digits": Key(
        "3*log(10)/log((kappa + 1)/(kappa - 1))", at=[2, 10, 50, 400], variables="kappa",
        ranges={"kappa": (1.5, 100)},
        mistakes={
            "That is one digit; a thousand times smaller is three of them.": "log(10)/log((kappa + 1)/(kappa - 1))",
            "That is the approximation for large κ; solve ρᵏ = 1/1000 exactly.": "3*log(10)/2*kappa",
            "ρ is below 1, so its logarithm is negative, and so is that of 1/1000: the number of steps is positive.":
                "3*log(10)/log((kappa - 1)/(kappa + 1))",
            "Both logarithms must have the same base.": "3/log((kappa + 1)/(kappa - 1))",
            "That is descent with the best momentum; plain descent has κ, not its square root.":
                "3*log(10)/log((sqrt(kappa) + 1)/(sqrt(kappa) - 1))",
        },
    ),
    "gradient_descent-ridge": Key(
        lambda w: X.T @ (X @ w - Y) / 3 + ALPHA * w, variables="w",
        at=[np.array([0.0, 0.0]), np.array([1.0, -2.0]), np.array([-0.5, 3.0])],
        mistakes={
            "The loss is a mean: divide the first part by N = 3.": lambda w: X.T @ (X @ w - Y) + ALPHA * w,
            "The 2 of the square cancels the ½ of the penalty: αw.": lambda w: X.T @ (X @ w - Y) / 3 + ALPHA / 2 * w,
            "The penalty has a gradient too.": lambda w: X.T @ (X @ w - Y) / 3,
            "Mind the sign of the data: the error is Xw − y.": lambda w: X.T @ (Y - X @ w) / 3 + ALPHA * w,
            "The 2 of the square is cancelled by the ½ in front.": lambda w: 2 * X.T @ (X @ w - Y) / 3 + 2 * ALPHA * w,
        },
    ),
    "gradient_descent-noise": Key(
        512,
        mistakes={
            "The error falls with the square root of B: four times the batch only halves it.": 128,
            "A smaller batch is noisier.": 8,
            "Halving the error takes four times the batch. Here it is halved twice.": 256,
        },
    ),
    "gradient_descent-mean": Key(
        "1/(k + 1)", at=[0, 1, 2, 9], variables="k",
        ranges={"k": (0, 10)},
        mistakes={
            "With that rate the start w₀ counts as one of the numbers: the first step must forget it.": "1/(k + 2)",
            "That is the weight of the old mean; the learning rate is the weight of the new number.": "k/(k + 1)",
            "That rate shrinks too slowly: the latest numbers count more than the first.": "1/sqrt(k + 1)",
        },
    ),
    "gradient_descent-momentum": Key(
        ["x - 0.1*(0.9*v + g)", "0.9*v + g"], variables="x v g",
        at=[(1, 0, 2), (0, 3, -1), (-2, 1, 1), (5, -4, 0.5)],
        ranges={"x": (-2, 2), "v": (-2, 2), "g": (-2, 2)},
        mistakes={
            "The place moves with the new velocity, not with the old one.": lambda x, v, g: [x - 0.1 * v, 0.9 * v + g],
            "The gradient is added whole: v ← μv + g. (Some books take (1 − μ)g, which asks for another η.)":
                lambda x, v, g: [x - 0.1 * (0.9 * v + 0.1 * g), 0.9 * v + 0.1 * g],
            "The velocity adds up gradients, so the place moves against it: minus.":
                lambda x, v, g: [x + 0.1 * (0.9 * v + g), 0.9 * v + g],
            "The learning rate is missing in the step.": lambda x, v, g: [x - (0.9 * v + g), 0.9 * v + g],
        },
    ),
    "gradient_descent-hats": Key(
        "sqrt(10)/100",
        mistakes={
            "That is the step with both hats.": 0.01,
            "That leaves out the hat of m only: s has none either.": 0.001,
            "Divide by the root of s, not by s: the step must not depend on g.": 1,
        },
    ),
    "gradient_descent-candidates": Key(
        [(1, 0), (-1, 0)],
        mistakes={
            "The other way round: the curvature along x is 6x.": [(-1, 0), (1, 0)],
            "There x³ − 3x is 0. Its slope 3x² − 3 is 0 elsewhere.": [(np.sqrt(3), 0), (-np.sqrt(3), 0)],
        },
    ),
    "gradient_descent-mistake": Key(
        [4, 4 + 3 * np.cos(6), 27 + 2 * np.cos(6)],
        mistakes={
            "That is the gradient as it stands: compare it with finite.gradient, entry by entry.":
                [4, 4 + np.cos(6), 27 + 2 * np.cos(6)],
            "The inner slope along x₂ is that of x₂x₃: x₃, not x₂.": [4, 4 + 2 * np.cos(6), 27 + 2 * np.cos(6)],
            "Only one entry was wrong: the third was right.": [4, 4 + 3 * np.cos(6), 27 + 3 * np.cos(6)],
        },
    ),
    "gradient_descent-quartic": Key(
        "sqrt(2/eta)", at=[0.001, 0.02, 0.5], variables="eta",
        ranges={"eta": (0.01, 1)},
        mistakes={
            "That is the border for x⁴; here the slope is x³, without the 4.": "1/sqrt(2*eta)",
            "From there the first step lands at 0. The border is where the factor 1 − ηx² is −1.": "1/sqrt(eta)",
            "That is the square of the border.": "2/eta",
            "The curvature 3x² at the start is not the point: ask when 1 − ηx² is −1.": "sqrt(2/(3*eta))",
        },
    ),
    "gradient_descent-power": Key(
        lambda x: np.linalg.eigvalsh(rosenbrock_hessian(x))[-1],
        at=[np.array([1.0, 1.0]), np.array([-1.2, 1.0]), np.array([0.5, 0.5])],
        mistakes={
            "That is the smallest curvature.": lambda x: np.linalg.eigvalsh(rosenbrock_hessian(x))[0],
            "That is the trace, the sum of all curvatures.": lambda x: np.trace(rosenbrock_hessian(x)),
            "That is the largest diagonal entry: the steepest direction need not be an axis.":
                lambda x: np.diag(rosenbrock_hessian(x)).max(),
            "That is λ_max²: multiply by the Hessian once after the last scaling, or take the root.":
                lambda x: np.linalg.eigvalsh(rosenbrock_hessian(x))[-1] ** 2,
        },
    ),
    "gradient_descent-escape": Key(
        "-log(delta)/log(1 + eta*lam)", variables="eta lam delta",
        at=[(0.1, 1, 1e-8), (0.05, 3, 1e-3), (0.2, 0.5, 0.01)],
        ranges={"eta": (0.01, 0.3), "lam": (0.2, 3), "delta": (0.001, 0.1)},
        mistakes={
            "The curvature is −λ, so the factor is 1 + ηλ.": "log(delta)/log(1 - eta*lam)",
            "δ is below 1, so its logarithm is negative: the number of steps is positive.": "log(delta)/log(1 + eta*lam)",
            "That is the limit of small steps; the factor of one step is 1 + ηλ.": "-log(delta)/(eta*lam)",
        },
    ),
}  # fmt: skip
