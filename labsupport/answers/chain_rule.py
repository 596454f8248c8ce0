"""The expected answers to the exercises of the chapter on the chain rule."""

import numpy as np

from labsupport.answers import Key
from labsupport.functions import sigmoid

PHI, Y = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 2.0, 4.0])
V1, V2 = np.array([[1.0, -0.5], [0.5, 2.0], [-1.0, 0.0]]), np.array([[2.0, 1.0], [-1.0, 0.5]])


def residuals(theta):
    return Y - PHI @ theta


def slopes(x):
    """The diagonal matrix between the two layers of the bent network."""
    return np.diag(1 - np.tanh(V1.T @ x) ** 2)


KEYS = {
    "chain_rule-inside": Key(
        "6*x*cos(3*x**2 + 1)", at=[-1.5, -0.4, 0.3, 1, 2], of="sin(3*x**2 + 1)",
        ranges={"x": (-1.5, 1.5)},
        mistakes={
            "The slope of the inside, 6x, is missing as a factor.": "cos(3*x**2 + 1)",
            "Leave the inside alone: the cosine is taken at 3x² + 1.": "6*x*cos(x)",
            "The inside is not replaced by its slope: cos stays at 3x² + 1, and 6x is a factor.": "cos(6*x)",
            "The slope of 3x² + 1 is 6x: the constant 1 has the slope 0.": "(6*x + 1)*cos(3*x**2 + 1)",
        },
    ),
    "chain_rule-order": Key(
        (6, 4),
        mistakes={
            "The other way round: f∘g applies g first.": (4, 6),
            "In f∘g the slope of f is taken at g(2) = 3, not at 2.": (4, 4),
            "Those are the values; the slopes are asked for.": (9, 5),
        },
    ),
    "chain_rule-table": Key(
        (-14, 20),
        mistakes={
            "The outer slope is taken at the inner value: f′(g(1)) = f′(3), not f′(1).": (-10, -10),
            "The inner slope is missing as a factor.": (7, 4),
            "The other way round: f∘g applies g first.": (20, -14),
            "The second is g′(f(1)) f′(1), with f(1) = 2.": (-14, -10),
        },
    ),
    "chain_rule-delay": Key(
        ("-2*exp(-2*(t - tau))", "2*exp(-2*(t - tau))"),
        at=[(0, 0), (1, 0.5), (0.3, 1), (2, 1.5)], variables="t tau",
        ranges={"t": (-1, 2), "tau": (-1, 2)},
        mistakes={
            "By τ the inside, −2(t − τ), has the slope +2.": lambda t, tau: np.array([-2.0, -2.0]) * np.exp(-2 * (t - tau)),
            "The inside is −2(t − τ), and its slope, −2 by t and +2 by τ, is missing as a factor.":
                lambda t, tau: np.array([1.0, 1.0]) * np.exp(-2 * (t - tau)),
            "The inside is −2(t − τ): its slopes have the factor 2.":
                lambda t, tau: np.array([-1.0, 1.0]) * np.exp(-2 * (t - tau)),
            "The other way round: first by t, then by τ.": lambda t, tau: np.array([2.0, -2.0]) * np.exp(-2 * (t - tau)),
        },
    ),
    "chain_rule-bell": Key(
        "-(x - m)/s**2*exp(-(x - m)**2/(2*s**2))", variables="x m s",
        at=[(0, 1, 1), (2, 0.5, 0.7), (-1, 0.5, 2), (1.5, 1, 3)], of="exp(-(x - m)**2/(2*s**2))",
        ranges={"x": (-2, 2), "m": (-2, 2), "s": (0.5, 2)},
        mistakes={
            "The 2 of the square and the 2 of the denominator cancel.": "-(x - m)/(2*s**2)*exp(-(x - m)**2/(2*s**2))",
            "The slope of the inside has s² in the denominator.": "-(x - m)*exp(-(x - m)**2/(2*s**2))",
            "The minus of the exponent is part of the inside.": "(x - m)/s**2*exp(-(x - m)**2/(2*s**2))",
        },
    ),
    "chain_rule-tower-power": Key(
        "x**x*(log(x) + 1)", at=[0.2, 0.7, 1, 2, 3],
        ranges={"x": (0.2, 3)},
        mistakes={
            "The power rule gives x·xˣ⁻¹, which is xˣ again: it holds the exponent, and here that moves, too.": "x**x",
            "The rule for aˣ holds the base; here it moves, too.": "x**x*log(x)",
            "The slope of x·ln x needs the product rule.": "x**x/x",
        },
    ),
    "chain_rule-softplus": Key(
        (1 / 4, 1 / 4, 3 / 4),
        mistakes={
            "Those are the values going up; the gradients coming down are asked for.": (3, 4, np.log(4)),
            "Coming down, each is the one above times a local derivative: the last is ¼ · eˣ, not eˣ alone.": (1 / 4, 1 / 4, 3),
            "From the top down: dy/du₂ first, dy/dx last.": (3 / 4, 1 / 4, 1 / 4),
            "Those are the local derivatives; multiply them up from the top.": (1 / 4, 1, 3),
            "The local derivative of ln is 1/u₂ at u₂ = 4.": (1 / 3, 1 / 3, 1),
        },
    ),
    "chain_rule-tanh": Key(
        "dL_dy*(1 - y**2)", at=[(1, 0.5), (-2, 0.3), (0.5, -0.9), (3, 0)], variables="dL_dy y",
        ranges={"dL_dy": (-2, 2), "y": (-0.95, 0.95)},
        mistakes={
            "The gradient from above is missing: multiply by dL/dy.": "1 - y**2",
            "y(1 − y) belongs to the sigmoid.": "dL_dy*y*(1 - y)",
            "y is the output already: tanh x itself, so its square is y².": "dL_dy*(1 - tanh(y)**2)",
            "tanh′ = 1 − tanh²: y is squared.": "dL_dy*(1 - y)",
        },
    ),
    "chain_rule-log-sigmoid": Key(
        lambda x: sigmoid(-x), at=[-800, -3, 0, 0.5, 4, 30, 40], relative=True,
        mistakes={
            "That is the slope of σ. The logarithm brings the factor 1/σ(x), and it cancels.": lambda x: sigmoid(x) * sigmoid(-x),
            "One factor cancels, and 1 − y is left, not y.": sigmoid,
            "On paper, yes. But 1 − σ(x) subtracts two nearly equal numbers: at 40 nothing is left of e⁻⁴⁰.": lambda x: 1 - sigmoid(x),
        },
    ),
    "chain_rule-shared": Key(
        "2*w*x*(w**2*x - y)", at=[(1, 2, 1), (0.5, -1, 2), (-1.5, 1, 0.5), (2, 0.3, -1)], variables="w x y",
        ranges={"w": (-2, 2), "x": (-2, 2), "y": (-2, 2)},
        mistakes={
            "w is used twice, and both uses contribute w·x: they add.": "w*x*(w**2*x - y)",
            "The derivative of w²x by w is 2wx: x stays as a factor.": "2*w*(w**2*x - y)",
            "The factor dL/dŷ = ŷ − y is missing.": "2*w*x",
            "The sign of ŷ − y: L falls when ŷ moves towards y.": "2*w*x*(y - w**2*x)",
            "The ½ cancels the 2 of the square.": "4*w*x*(w**2*x - y)",
        },
    ),
    "chain_rule-climber": Key(
        "10*pi/14*cos(pi*t/14) - 0.0065*300", at=[0, 2, 4, 6, 9], variables="t",
        ranges={"t": (0, 12)},
        mistakes={
            "That is the partial derivative: her height moves, too.": "10*pi/14*cos(pi*t/14)",
            "The inside πt/14 has the slope π/14.": "10*cos(pi*t/14) - 0.0065*300",
            "∂T/∂h has to be multiplied by dh/dt = 300.": "10*pi/14*cos(pi*t/14) - 0.0065",
            "Higher is colder: ∂T/∂h is negative.": "10*pi/14*cos(pi*t/14) + 0.0065*300",
        },
    ),
    "chain_rule-multiplications": Key(
        (60_300_000, 260_000), tolerance=0,
        mistakes={
            "The other way round: forward starts at the input, the factor on the right.": (260_000, 60_300_000),
            "An m×n matrix times an n×p one takes m·n·p multiplications; there are two products in each order.": (60_000_000, 60_000),
        },
    ),
    "chain_rule-polar": Key(
        [["cos(phi)", "-r*sin(phi)"], ["sin(phi)", "r*cos(phi)"]], variables="r phi", ranges={"r": (0.5, 3), "phi": (0, 6)},
        mistakes={
            "It is transposed: a row for each output, a column for each input.": [["cos(phi)", "sin(phi)"], ["-r*sin(phi)", "r*cos(phi)"]],
            "The derivative of the cosine is −sin.": [["cos(phi)", "r*sin(phi)"], ["sin(phi)", "r*cos(phi)"]],
            "By φ, the factor r stays.": [["cos(phi)", "-sin(phi)"], ["sin(phi)", "cos(phi)"]],
            "By r, r has the slope 1: only the cosine and the sine are left.": [["r*cos(phi)", "-r*sin(phi)"], ["r*sin(phi)", "r*cos(phi)"]],
            "The inputs come in the order r, φ: the columns are exchanged.": [["-r*sin(phi)", "cos(phi)"], ["r*cos(phi)", "sin(phi)"]],
        },
    ),
    "chain_rule-least-squares": Key(
        lambda theta: -2 * PHI.T @ residuals(theta),
        at=[np.array([0.0, 0.0]), np.array([1.0, 1.0]), np.array([0.5, -1.0])], variables="theta",
        mistakes={
            "e = y − Φθ has the Jacobian −Φ: the minus is missing.": lambda theta: 2 * PHI.T @ residuals(theta),
            "L has no factor ½ here: the 2 of the square stays.": lambda theta: -PHI.T @ residuals(theta),
            "That is the gradient by the residuals, of length 3: the Jacobian of e by θ is missing.":
                lambda theta: 2 * residuals(theta),
            "A gradient has the shape of θ, (2,): yours is the row 1×2.": lambda theta: -2 * residuals(theta)[None] @ PHI,
        },
    ),
    "chain_rule-network": Key(
        lambda x: V2.T @ slopes(x) @ V1.T,
        at=[np.array([0.5, -0.2, 0.1]), np.array([-1.0, 0.3, 0.8]), np.array([0.2, 0.9, -0.4])],
        mistakes={
            "That is the linear network: the slopes of tanh, a diagonal matrix in the middle, are missing.": lambda x: V2.T @ V1.T,
            "It is transposed: output by input is 2×3.": lambda x: V1 @ slopes(x) @ V2,
            "The Jacobian of Vᵀh is Vᵀ: V₂ is not transposed.": lambda x: V2 @ slopes(x) @ V1.T,
            "tanh is an output: its slope is 1 − h², and not h.": lambda x: V2.T @ np.diag(np.tanh(V1.T @ x)) @ V1.T,
        },
    ),
    "chain_rule-second": Key(
        "exp(sin(x))*(cos(x)**2 - sin(x))", at=[-2, -0.5, 0.4, 1, 3],
        ranges={"x": (-3, 3)},
        mistakes={
            "That is the first derivative.": "cos(x)*exp(sin(x))",
            "f′(g(x)) g′(x) is a product: its second term, f′(g(x)) g″(x), is missing.": "exp(sin(x))*cos(x)**2",
            "The inner slope enters squared.": "exp(sin(x))*(cos(x) - sin(x))",
            "The second derivative of sin is −sin.": "exp(sin(x))*(cos(x)**2 + sin(x))",
            "The first term, f″(g(x)) g′(x)², is missing.": "-exp(sin(x))*sin(x)",
        },
    ),
}  # fmt: skip
