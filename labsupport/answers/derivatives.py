"""The expected answers to the exercises of the chapter on derivatives."""

import numpy as np

from labsupport.answers import Key

KEYS = {
    "derivatives-average": Key(
        (13, np.sqrt(13 / 3)), tolerance=1e-3,
        mistakes={
            "Divide by the length of the interval, 3 − 1.": (26, np.sqrt(26 / 3)),
            "The mean of the slopes at the two ends is not the average rate: use the values of f, not of f′.": (15, np.sqrt(5)),
            "Of the two roots of 3x² = 13, only one lies in the interval.": (13, -np.sqrt(13 / 3)),
            "The middle of the interval is the place for x², not for x³: solve 3x² = 13.": (13, 2),
        },
    ),
    "derivatives-definition": Key(
        "2*x - 3", at=[-2, 0, 1, 2.5], of="x**2 - 3*x",
        ranges={"x": (-3, 3)},
        mistakes={
            "The slope of −3x is a constant.": "2*x - 3*x",
            "The term −3x has a slope too.": "2*x",
        },
    ),
    "derivatives-tangent": Key(
        "1/2 - (x - 2)/4", at=[-1, 1, 2, 3], of="1/x",
        ranges={"x": (-2, 4)},
        mistakes={
            "The slope of 1/x is −1/x²: mind the sign.": "1/2 + (x - 2)/4",
            "A tangent passes through (2, f(2)): start at f(2), not at 0.": "-(x - 2)/4",
            "Multiply the slope by x − 2, not by x.": "1/2 - x/4",
            "The slope of the tangent is a number, f′ at 2, and not a function of x.": "1/2 - (x - 2)/x**2",
            "That is the slope. The tangent is a line: f(2) + f′(2)(x − 2).": "-1/4 + 0*x",
        },
    ),
    "derivatives-powers": Key(
        "12*x**2 - x + 5/x**2 + 2*x**(-2/3)", at=[0.5, 1, 2, 3],
        of="4*x**3 - x**2/2 + 7 - 5/x + 6*x**(1/3)",
        ranges={"x": (0.5, 3)},
        mistakes={
            "−5/x is −5x⁻¹: its exponent −1 comes down, and two minus signs meet.": "12*x**2 - x - 5/x**2 + 2*x**(-2/3)",
            "The slope of the constant 7 is 0.": "12*x**2 - x + 7 + 5/x**2 + 2*x**(-2/3)",
            "∛x is x^(1/3): the exponent ⅓ comes down as a factor.": "12*x**2 - x + 5/x**2 + 6*x**(-2/3)",
            "The factor ½ of x²/2 stays.": "12*x**2 - 2*x + 5/x**2 + 2*x**(-2/3)",
            "The exponent of x⁻¹ goes down by one, to −2.": "12*x**2 - x + 5 + 2*x**(-2/3)",
        },
    ),
    "derivatives-halving": Key(
        "-16*log(2)*2**(-t/5)", at=[0, 1, 5, 12], variables="t", of="80*2**(-t/5)",
        ranges={"t": (0, 15)},
        mistakes={
            "The base is 2^(−1/5), and the logarithm of that is −ln(2)/5.": "80*log(2)*2**(-t/5)",
            "The exponent −t/5 brings a factor −1/5: the base is 2^(−1/5).": "-80*log(2)*2**(-t/5)",
            "Something is missing: the derivative of aᵗ is ln(a)·aᵗ, not aᵗ.": "-16*2**(-t/5)",
            "The power rule is for a variable base. Here the variable is the exponent.": "80*(-t/5)*2**(-t/5 - 1)",
        },
    ),
    "derivatives-logistic": Key(
        "exp(-x)/(1 + exp(-x))**2", at=[-3, -0.5, 0, 1, 4], of="1/(1 + exp(-x))",
        ranges={"x": (-4, 4)},
        mistakes={
            "The inner function e⁻ˣ has the slope −e⁻ˣ, and the quotient rule another minus.": "-exp(-x)/(1 + exp(-x))**2",
            "The slope of the denominator is missing: the derivative of e⁻ˣ is −e⁻ˣ.": "-1/(1 + exp(-x))**2",
            "That is σ(1 + σ): check the sign when you split the fraction.": "(1/(1 + exp(-x)))*(1 + 1/(1 + exp(-x)))",
            "The quotient rule divides by the square of the denominator.": "exp(-x)/(1 + exp(-x))",
        },
    ),
    "derivatives-quotient": Key(
        "(1 - x**2)/(1 + x**2)**2", of="x/(1 + x**2)", ranges={"x": (-3, 3)},
        mistakes={
            "The quotient rule begins with the slope of the numerator, u′v − uv′: mind the order.": "(x**2 - 1)/(1 + x**2)**2",
            "The quotient rule divides by the square of the denominator.": "(1 - x**2)/(1 + x**2)",
            "The derivative of a quotient is not the quotient of the derivatives.": "1/(2*x)",
            "The two terms of the numerator are subtracted: u′v − uv′.": "(1 + 3*x**2)/(1 + x**2)**2",
            "The slope of x² + 1 is 2x, so the second term of the numerator is x·2x.": "(1 + x**2 - x)/(1 + x**2)**2",
        },
    ),
    "derivatives-three-factors": Key(
        "exp(x)*(2*x*sin(x) + x**2*sin(x) + x**2*cos(x))", at=[-2, 0.5, 1, 3], of="x**2*exp(x)*sin(x)",
        ranges={"x": (-2, 3)},
        mistakes={
            "The derivative of a product is not the product of the derivatives.": "2*x*exp(x)*cos(x)",
            "Three factors give three terms; the one with (eˣ)′ is missing.": "exp(x)*(2*x*sin(x) + x**2*cos(x))",
            "The derivative of sin is +cos.": "exp(x)*(2*x*sin(x) + x**2*sin(x) - x**2*cos(x))",
        },
    ),
    "derivatives-arctan": Key(
        "1/(1 + x**2)", at=[-3, -1, 0, 0.5, 2], of="atan(x)",
        ranges={"x": (-3, 3)},
        mistakes={
            "Reciprocal: the slope of the inverse is one over the slope of tan.": "1 + x**2",
            "The slope of tan has to be taken at arctan x, not at x.": "cos(x)**2",
            "That is the slope of tan. The inverse needs its reciprocal, taken at arctan x.": "1/cos(x)**2",
            "An inverse function is not a reciprocal: 1/tan is another function.": "-1/sin(x)**2",
        },
    ),
    "derivatives-leaky": Key(
        (0.1, 1),
        mistakes={
            "Left comes first: the left piece is 0.1·x.": (1, 0.1),
            "That is the ReLU. The leaky one has a slope on the left, too.": (0, 1),
            "That is |x|. Read the left piece again: 0.1·x.": (-1, 1),
        },
    ),
    "derivatives-joint": Key(
        (2, -1),
        mistakes={
            "The slopes agree, but the function jumps at 1: continuity asks for a + b = 1.": (2, 0),
            "The function is continuous, but has a kink: the slope of x² at 1 is 2.": (1, 0),
            "At 1 the right piece is a + b, and the left one 1, so b = 1 − a.": (2, 1),
        },
    ),
    "derivatives-systems": Key(
        [(1, 1), (0, 1), (1, 0), (1, 1), (0, 1), (1, 0)],
        mistakes={
            "(b) adds a constant. Does twice the input give twice the output?": [(1, 1), (1, 1), (1, 0), (1, 1), (0, 1), (1, 0)],
            "(f) subtracts the value at time 0, whatever the delay: delay the input and look at what is subtracted.":
                [(1, 1), (0, 1), (1, 0), (1, 1), (0, 1), (1, 1)],
            "(d) is a difference of two delays, and a delay is linear and time-invariant.":
                [(1, 1), (0, 1), (1, 0), (1, 0), (0, 1), (1, 0)],
            "(e): is |−f| equal to −|f|?": [(1, 1), (0, 1), (1, 0), (1, 1), (1, 1), (1, 0)],
            "The columns are the other way round: linear first, then time-invariant.":
                [(1, 1), (1, 0), (0, 1), (1, 1), (1, 0), (0, 1)],
            "(c) runs time backwards: what does a delay of the input do to the output?":
                [(1, 1), (0, 1), (1, 1), (1, 1), (0, 1), (1, 0)],
        },
    ),
    "derivatives-best-step": Key(
        np.cbrt(3 * 2.0**-52), tolerance=5e-8,
        mistakes={
            "The constants matter here: h³ = 3ε, not ε.": 2.0 ** (-52 / 3),
            "Solve h/3 = ε/h² for h: multiply by h² first, a cube root appears.": np.sqrt(3 * 2.0**-52),
            "The derivative of h²/6 is h/3; then h³ is 3ε, not 6ε.": np.cbrt(6 * 2.0**-52),
            "From h/3 = ε/h² follows h³ = 3ε: multiply by 3, do not divide.": np.cbrt(2.0**-52 / 3),
            "√ε is for the forward difference, whose truncation error is of first order.": 2.0**-26,
        },
    ),
    "derivatives-second": Key(
        "-sin(x)", at=[-2, 0.3, 1, 2.5], tolerance=1e-5,
        mistakes={
            "The slope of the slope of sin is −sin: check the order of the differences.": "sin(x)",
            "The middle value is subtracted, twice: mind its sign.": "(2*cos(1/1000) + 2)*sin(x)*1000000",
            "All three points lie on one side of x: combine a forward with a backward difference.":
                "-sin(x + 1/1000)*(2 - 2*cos(1/1000))*1000000",
            "That is the first derivative.": "cos(x)",
            "Divide by h twice, once for each difference.": "-sin(x)/1000",
        },
    ),
    "derivatives-noise": Key(
        "(3*sigma/sqrt(2))**(1/3)", at=[0.001, 0.01, 0.2], variables="sigma",
        ranges={"sigma": (0.001, 0.5)},
        mistakes={
            "The noise of the slope is σ/(√2·h): the √2 is missing.": "(3*sigma)**(1/3)",
            "Balance is not the minimum: set the derivative of the sum to 0.": "(6*sigma/sqrt(2))**(1/3)",
            "Solve h/3 = σ/(√2·h²): a cube root, not a square root.": "sqrt(3*sigma/sqrt(2))",
        },
    ),
}  # fmt: skip
