"""Two spirals, one for each class: the data on which the chapters train their small network.

    x = y r (cos 2πr, sin 2πr) + noise,   label y = ±1,   radius r uniform in [0.15, 1]

The label's sign turns an arm by half a turn into the other. No line has one class on each side. Source: Lang
and Witbrock, Learning to tell two spirals apart (1988); theirs wind three times, these once.
"""

import numpy as np


def spiral(points, rng, *, noise=0.05):
    """Points on two arms that wind once round each other, of the classes +1 and −1 by turns.

    points: how many, 1 or more. rng: a `numpy.random.Generator`, which is drawn from: two calls give two samples. noise: the
    standard deviation of the normal noise that is added to both coordinates, in the units of the radius; 0 or more.

    Returns (X, y): X of shape (points, 2), one point a row; y of shape (points,), their labels, +1.0 or −1.0.

    Raises TypeError if `rng` is no Generator (a seed, say), ValueError for fewer points than 1 or noise that is negative.

    >>> X, y = spiral(4, np.random.default_rng(0))
    >>> X.shape, y
    ((4, 2), array([ 1., -1.,  1., -1.]))
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"spiral was given {type(rng).__name__} {rng!r} as rng; give a generator, np.random.default_rng(0)")
    if points < 1 or not noise >= 0:
        raise ValueError(f"spiral was given points={points} and noise={noise}; give 1 point or more, and noise of 0 or more")
    y = np.where(np.arange(points) % 2 == 0, 1.0, -1.0)
    r = rng.uniform(0.15, 1, points)
    arms = (y * r)[:, None] * np.stack([np.cos(2 * np.pi * r), np.sin(2 * np.pi * r)], axis=1)
    return arms + noise * rng.normal(size=arms.shape), y
