"""The expected answers to the exercises of the chapter on how deep learning learns from data."""

from labsupport.answers import Key

KEYS = {
    "learning-loss-by-hand": Key(
        1 / 3, tolerance=1e-3,
        mistakes={
            "That is the mean of the squares. The loss is half of it.": 2 / 3,
            "That is half the sum of the squares. Divide by the number of points, too.": 1,
            "That is the sum of the squares: divide by 2n.": 2,
            "The errors cancel here. Square them before you add them up.": 0,
        },
    ),
    "learning-best-constant": Key(
        (6, 13 / 3), tolerance=1e-3,
        mistakes={
            "That is the median. Squared errors make the mean the best.": (5, 29 / 6),
            "The constant is right. The loss is half the mean of the squares: a factor ½ is missing.": (6, 26 / 3),
            "The constant is right. Divide the half sum of the squares by n = 3, too.": (6, 13),
            "The errors of the mean add up to 0. Square them first.": (6, 0),
        },
    ),
    "learning-slopes": Key(
        (-10 / 3, -25), tolerance=1e-3,
        mistakes={
            "The slope by w comes first: the mean of error times input.": (-25, -10 / 3),
            "Take means, not sums: divide by n = 3.": (-10, -75),
            "An error is prediction minus label: here every one is negative.": (10 / 3, 25),
            "The slope by w is the mean of error times input: the errors are weighted by u.": (-25, -25),
            "The 2 of the square cancels the ½ of the loss.": (-20 / 3, -50),
        },
    ),
    "learning-one-step": Key(
        (1, 7.5), tolerance=1e-3,
        mistakes={
            "That is uphill. Go against the slope: subtract.": (-1, -7.5),
            "The step is the learning rate times the slope: multiply by 0.3.": (10 / 3, 25),
            "That is the best line. One step goes only part of the way.": (5, 25),
        },
    ),
    "learning-one-weight": Key(
        "4*w - 12", at=[-1, 0, 2, 3, 5], variables="w", of="(2*w - 6)**2/2",
        mistakes={
            "The error is multiplied by the input u = 2.": "2*w - 6",
            "The ½ cancels the 2 of the square.": "8*w - 24",
            "An error is prediction minus label, 2w − 6.": "12 - 4*w",
        },
    ),
    "learning-parameters": Key(
        1514,
        mistakes={
            "Those are the weights. Every layer has a bias for each of its outputs, too.": 1440,
            "The output layer has biases, too.": 1504,
            "There are two hidden layers, and weights between them.": 458,
            "A bias belongs to each output of a layer, not to each input.": 1507,
        },
    ),
    "learning-bill": Key(
        (50**5, 2000),
        mistakes={
            "A grid has 50 values for each parameter, together with every value of the others: multiply, do not add.": (250, 2000),
            "50 to the power 5, not 5 to the power 50.": (5.0**50, 2000),
            "A central difference takes two evaluations for each slope.": (50**5, 1000),
            "Each of the 200 steps needs all 5 slopes.": (50**5, 400),
        },
    ),
    "learning-collapse": Key(
        [[2, -3]],
        mistakes={
            "The second weight of W₃ is −1.": [[4, 1]],
            "The third row of W₂ meets the third column of W₁: −1 times 1 in the second row.": [[2, -1]],
        },
    ),
    "learning-stop": Key(
        (300, 5),
        mistakes={
            "That is where the training loss is lowest. It goes on falling while the network overfits.": (1000, 500),
            "Return the step, not the loss.": (0.21, 0.31),
            "Return the step, not its place in the list.": (3, 0),
        },
    ),
    "learning-forbes": Key(
        (0.8955, -42.138), tolerance=1e-3,
        mistakes={
            "That is the natural logarithm. Take the one to base 10.": (2.06224, -97.0866),
            "That is the line for the pressure itself, without the logarithm.": (0.52289, -81.0637),
            "The slope is right. That is the height at the mean of t; the line goes on to t = 0.": (0.8955, 139.605),
            "The slope is per degree: t itself, not u, which counts in tens of degrees.": (8.955, 139.605),
            "The factor 100 is missing.": (0.008955, -0.42138),
        },
    ),
    "learning-random-direction": Key(
        "1/p", at=[1, 2, 10, 1e4], variables="p", tolerance=1e-9,
        mistakes={
            "That is the size of a typical slope. The mean of its square is asked for.": "1/sqrt(p)",
            "That is right for two parameters. The squares of p entries share the length 1.": "1/2 + 0*p",
            "The length of v is 1: its p squared entries add up to 1, and do not each have size 1.": "1 + 0*p",
        },
    ),
}
