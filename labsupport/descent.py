"""Going downhill: gradient descent, momentum and Adam, one step at a time.

Each is an iterator over where it stands: it yields the start, then the place after every step, so that a loop can look,
draw or stop, and `trajectory` collects it. With g the gradient at x, and η the learning rate,

    gradient descent   x ← x - η g
    momentum           v ← μ v + g;   x ← x - η v
    Adam               m ← β₁ m + (1-β₁) g;   s ← β₂ s + (1-β₂) g²;   x ← x - η m̂ / (√ŝ + ε)
"""

import warnings
from typing import NamedTuple

import numpy as np

from labsupport.array_protocol import as_real
from labsupport.operators import value_and_grad


class Step(NamedTuple):
    """Where a descent stands: x, f(x), and the gradient there, of the shape of x."""

    x: np.ndarray
    value: float
    gradient: np.ndarray


class Trajectory(NamedTuple):
    """All steps of a descent: x and gradient of shape (steps + 1, *shape of x), value of shape (steps + 1,)."""

    x: np.ndarray
    value: np.ndarray
    gradient: np.ndarray

    @property
    def diverged(self):
        """Whether it ended in something that is not finite, or higher than it began."""
        return not (np.isfinite(self.value[-1]) and np.isfinite(self.x[-1]).all() and self.value[-1] <= self.value[0])


def gradient_descent(f, x0, *, learning_rate, steps):
    """Walk down f against its gradient; equal to `torch.optim.SGD`.

    Args:
        f: a function of one array that returns a scalar, in plain NumPy.
        x0: where to start, an array of any shape or a number.
        learning_rate: a positive number, or a schedule: a function from the number of the step (0, 1, …) to one.
        steps: how many steps to take.

    Yields:
        `steps` + 1 times a Step (x, value, gradient), the start first. Each x is an array of its own.

    Raises:
        ValueError: for a learning rate that is not positive, or negative steps.
        RuntimeWarning (a warning): when f, its gradient or x stop being finite; that step is the last.

    Source: Cauchy (1847); Goodfellow, Bengio and Courville, *Deep Learning* (2016), sec. 4.3.

    >>> for step in gradient_descent(lambda x: x ** 2, 1.0, learning_rate=0.25, steps=2):
    ...     print(step.x, step.value)
    1.0 1.0
    0.5 0.25
    0.25 0.0625
    """
    def update(k, g):
        return g

    return _descend("gradient_descent", f, x0, learning_rate, steps, update)


def momentum(f, x0, *, learning_rate, steps, momentum=0.9):
    """Gradient descent with a velocity that remembers earlier gradients; equal to `torch.optim.SGD(momentum=…)`.

    Takes, yields and raises what `gradient_descent` does; `momentum` is the part of the velocity kept each step, in [0, 1).

    Source: Polyak, Some methods of speeding up the convergence of iteration methods (1964).

    >>> xs = [float(step.x) for step in momentum(lambda x: x ** 2, 1.0, learning_rate=0.25, momentum=0.5, steps=2)]
    >>> xs
    [1.0, 0.5, 0.0]
    """
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum was given momentum={momentum}; it is the part of the velocity that is kept, in [0, 1)")
    velocity = 0.0

    def update(k, g):
        nonlocal velocity
        velocity = momentum * velocity + g
        return velocity

    return _descend("momentum", f, x0, learning_rate, steps, update)


def adam(f, x0, *, learning_rate=0.001, steps, betas=(0.9, 0.999), epsilon=1e-8):
    """Adam: every entry has a step of its own, from running means of its gradient and squared gradient.

    Takes, yields and raises what `gradient_descent` does; equal to `torch.optim.Adam`. `betas` are the parts of the two
    means kept each step, in [0, 1); `epsilon` keeps the division finite.

    Source: Kingma and Ba, Adam: a method for stochastic optimization (2015), algorithm 1.

    >>> [round(float(step.x), 3) for step in adam(lambda x: x ** 2, 1.0, learning_rate=0.1, steps=2)]
    [1.0, 0.9, 0.8]
    """
    beta1, beta2 = betas
    if not (0 <= beta1 < 1 and 0 <= beta2 < 1):
        raise ValueError(f"adam was given betas={betas}; they are the parts of the means that are kept, each in [0, 1)")
    mean = square = 0.0

    def update(k, g):
        nonlocal mean, square
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g * g
        return mean / (1 - beta1 ** (k + 1)) / (np.sqrt(square / (1 - beta2 ** (k + 1))) + epsilon)

    return _descend("adam", f, x0, learning_rate, steps, update)


def trajectory(descent):
    """Take all steps of a descent and collect them, for drawing: a Trajectory of arrays x, value, gradient.

    >>> path = trajectory(gradient_descent(lambda x: x ** 2, 1.0, learning_rate=0.25, steps=2))
    >>> path.value, path.diverged
    (array([1.    , 0.25  , 0.0625]), False)
    """
    return Trajectory(*(np.stack(column) for column in zip(*descent)))


def _descend(name, f, x0, learning_rate, steps, update):
    """Check at the door, before the first step is asked for; then walk."""
    if steps < 0:
        raise ValueError(f"{name} was given steps={steps}; give how many steps to take, 0 or more")
    if not callable(learning_rate) and not learning_rate > 0:
        raise ValueError(f"{name} was given learning_rate={learning_rate}; give a positive number, or a function of the step")
    schedule = learning_rate if callable(learning_rate) else lambda k: learning_rate
    return _walk(name, f, as_real(x0), schedule, steps, update)


def _walk(name, f, x, schedule, steps, update):
    slope = value_and_grad(f)
    for k in range(steps + 1):
        with np.errstate(over="ignore", invalid="ignore"):  # divergence is reported below, once and in words
            value, gradient = slope(x)
        yield Step(x.copy(), float(value), gradient)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            warnings.warn(f"{name} diverged: after {k} steps f(x) = {value}, and it stops there. Try a smaller learning_rate "
                          f"(it is {schedule(k)}), or another start", RuntimeWarning, stacklevel=2)
            return
        x = x - schedule(k) * update(k, gradient)
