"""Finite differences: derivatives from values of a function alone, with a stated error.

    f'(x) ~ (f(x + h) - f(x - h)) / 2h      error ~ h^2 |f'''| / 6  +  eps |f| / h

The first term (truncation) shrinks with h, the second (rounding) grows as h shrinks; eps is 2.2e-16, the distance from 1 to
the next float. The best step balances the two. Sources: Nocedal and Wright, Numerical Optimization, 2nd ed., section 8.1
(orders and best steps); Press et al., Numerical Recipes, section 5.7 (a step that floating point represents exactly).
"""

from typing import Callable, NamedTuple

import numpy as np

EPS = float(np.finfo(float).eps)

# method: where the difference is taken, in steps from x, and the power of h in its truncation error
STENCILS = {"central": (-1, 1), "forward": (0, 1), "backward": (-1, 0)}
ORDERS = {"central": 2, "forward": 1, "backward": 1}


def derivative(f: Callable, x, h=None, method: str = "central"):
    """The derivative of `f` at `x` by one finite difference.

    f: a function of a float, or of an array elementwise. x: a float, or an array of any shape (the derivative is taken at
    each of its entries; integers become floats). h: the step, in the units of x, used as given, one number or one for each
    entry; by default `best_step(x, method)`. method: "central", "forward" or "backward".

    Returns a float for a float, an array of x's shape for an array; NaN where `f` is NaN.

    The truncation error is h^2 |f'''(x)| / 6 for "central" and h |f''(x)| / 2 for the one-sided methods, the rounding error
    of the order of eps |f(x)| / h (Nocedal and Wright, section 8.1). A step below the spacing of floats at x gives
    x + h == x, and so the derivative 0.

    Raises ValueError for an unknown method, a step that is zero, not finite or of another shape than x, or an `f` that does
    not return one value for each entry of x; TypeError if `f` is not a function or does not return numbers.

    >>> derivative(lambda x: x**3, 2.0)  # 3 * 2**2
    12.000000000...
    >>> derivative(lambda x: x**3, 2.0, h=0.5, method="forward")  # 12 + 3 * 2 * h + h**2
    15.25
    >>> derivative(np.sin, np.array([0.0, np.pi])).round(9)
    array([ 1., -1.])
    """
    _check_function(f)
    x = _floats(x)
    step = best_step(x, method) if h is None else _steps(h, x)
    low, high = (_elementwise(f, x + side * step) for side in _stencil(method))
    width = np.ptp(_stencil(method)) * step
    return _unwrap((high - low) / width)


def best_step(x, method: str = "central"):
    """The step that balances truncation and rounding error of a first derivative of a function of ordinary size.

    x: a float or an array. Returns eps^(1/3) max(1, |x|) for "central", eps^(1/2) max(1, |x|) for "forward" and
    "backward" (Nocedal and Wright, section 8.1), in x's shape, adjusted so that x + h and x differ by exactly h. The errors
    left are then of the order of eps^(2/3) ~ 4e-11 and eps^(1/2) ~ 1.5e-8. Raises ValueError for an unknown method.

    >>> best_step(1.0), best_step(1000.0, "forward")
    (6.05545...e-06, 1.49011...e-05)
    """
    _stencil(method)
    return _exact_step(_floats(x), EPS ** (1 / (ORDERS[method] + 1)))


def gradient(f: Callable, x, h=None) -> np.ndarray:
    """The gradient of a scalar function by central differences, entry by entry.

    f: a function of an array of x's shape that returns one number. x: an array of any shape. h: the step for every entry, by
    default `best_step` of each. Returns an array of x's shape: entry i is (f(x + h e_i) - f(x - h e_i)) / 2h, with the error
    of `derivative`; 2 calls of `f` an entry. Raises ValueError if `f` returns anything but one number; otherwise as `derivative`.

    >>> gradient(lambda x: x @ x, np.array([1.0, -3.0])).round(8)
    array([ 2., -6.])
    """
    result = jacobian(f, x, h)
    if np.shape(result) != np.shape(x):
        shape = np.shape(result)[: np.ndim(result) - np.ndim(x)]
        raise ValueError(f"gradient needs a function that returns one number, but f returned shape {shape}; "
                         "use jacobian for a function with several outputs")
    return result


def jacobian(f: Callable, x, h=None) -> np.ndarray:
    """The Jacobian of `f` at `x` by central differences: row = output, column = input (numerator layout).

    f: a function from arrays of x's shape to arrays of a fixed shape. x: an array. h: the step for every entry, by default
    `best_step` of each. Returns an array of shape f(x).shape + x.shape, so (m, n) for n inputs and m outputs; the error is
    that of `derivative`. Raises ValueError if x has no entries or `f` returns shapes that differ between calls; otherwise as
    `derivative`.

    >>> jacobian(lambda x: np.array([x[0] * x[1], x[0] + x[1], x[1]]), np.array([2.0, 5.0])).round(8)
    array([[5., 2.],
           [1., 1.],
           [0., 1.]])
    """
    _check_function(f)
    x = _floats(x)
    steps = best_step(x) if h is None else _steps(h, x)
    pairs = [(_value(f, x + step), _value(f, x - step), 2 * step.sum()) for step in _along_each_axis(x, steps)]
    shape = _common_shape(pairs)
    columns = [(high - low) / width for high, low, width in pairs]
    return _unwrap(np.stack(columns, axis=-1).reshape(shape + x.shape))


def hessian(f: Callable, x, h=None) -> np.ndarray:
    """The Hessian of a scalar function by central second differences.

    f: a function of an array of x's shape that returns one number. x: an array. h: the step for every entry, by default
    eps^(1/4) max(1, |x_i|). Returns an array of shape x.shape + x.shape, symmetric by construction, so (n, n) for a vector:

        H_ij ~ (f(x + h e_i + h e_j) - f(x + h e_i - h e_j) - f(x - h e_i + h e_j) + f(x - h e_i - h e_j)) / 4h^2

    The truncation error is of order h^2 and the rounding error of order eps / h^2 (Abramowitz and Stegun, section 25.3), so
    the best step is eps^(1/4) ~ 1.2e-4 and leaves an error of the order of eps^(1/2) ~ 1.5e-8. Takes about 2 n^2 calls of `f`.
    Raises as `gradient`.

    >>> hessian(lambda x: x[0] ** 2 * x[1], np.array([1.0, 3.0])).round(6)
    array([[6., 2.],
           [2., 0.]])
    """
    _check_function(f)
    x = _floats(x)
    steps = _exact_step(x, EPS**0.25) if h is None else _steps(h, x)
    axes = _along_each_axis(x, steps)
    upper = np.zeros((x.size, x.size))
    for i, j in zip(*np.triu_indices(x.size)):
        upper[i, j] = _second_difference(f, x, axes[i], axes[j])
    return _unwrap((upper + np.triu(upper, 1).T).reshape(x.shape + x.shape))


class ErrorCurve(NamedTuple):
    """The error of a finite difference for many steps: what the V-shaped plot shows.

    h: the steps, shape (n,). error: the absolute error with each, shape (n,). best_step: where theory expects the least
    error (`finite.best_step`). order: the power of h in the truncation error, 1 or 2. method: the difference used.
    """

    h: np.ndarray
    error: np.ndarray
    best_step: float
    order: int
    method: str


def error_curve(f: Callable, df: Callable, x: float, h=None, method: str = "central") -> ErrorCurve:
    """The absolute error |finite difference - df(x)| of the derivative of `f` at `x`, for every step in `h`.

    f, df: a function of a float and its exact derivative. x: a float. h: positive steps, by default 97 from 1e-16 to 1, six
    to a decade. method: as in `derivative`. Returns an `ErrorCurve`. Raises ValueError if x is not one number or a step is
    not positive, and as `derivative`.

    >>> curve = error_curve(np.exp, np.exp, 1.0, h=[1e-1, 1e-5, 1e-13])
    >>> float(curve.h[curve.error.argmin()]), curve.order
    (1e-05, 2)
    """
    _check_function(f)
    _check_function(df, "df")
    if np.ndim(x) != 0:
        raise ValueError(f"error_curve looks at one point: x must be a number, not an array of shape {np.shape(x)}")
    h = np.logspace(-16, 0, 97) if h is None else np.atleast_1d(_floats(h))
    if not np.all(h > 0):
        raise ValueError(f"the steps of an error curve must be positive, got {h[~(h > 0)][0]}")
    exact = _unwrap(_elementwise(df, _floats(x), "df"))
    error = np.array([abs(derivative(f, x, step, method) - exact) for step in h])
    return ErrorCurve(h, error, best_step(x, method), ORDERS[method], method)


def _stencil(method):
    if method not in STENCILS:
        raise ValueError(f'unknown method {method!r}: use "central", "forward" or "backward"')
    return STENCILS[method]


def _check_function(f, name="f"):
    if not callable(f):
        raise TypeError(f"{name} must be a function, got {type(f).__name__} {f!r}: "
                        f"pass the function itself (f, not f(x)), or write lambda x: …")


def _floats(x):
    x = np.asarray(x)
    if x.dtype.kind not in "iuf":
        raise TypeError(f"finite differences need real numbers, got {x.dtype} values")
    return x.astype(float)


def _steps(h, x):
    h = _floats(h)
    if not (np.all(np.isfinite(h)) and np.all(h != 0)):
        raise ValueError(f"the step h must be finite and not zero, got {h}: leave h out for the best step")
    if h.shape not in ((), x.shape):
        raise ValueError(f"the step h has shape {h.shape}, x has shape {x.shape}: give one number, or one for each entry of x")
    return np.broadcast_to(h, x.shape)


def _exact_step(x, relative):
    # (x + h) - x rather than h: what the sum really adds, so that dividing by it brings no error of its own
    h = relative * np.maximum(1.0, np.abs(x))
    with np.errstate(invalid="ignore"):  # at infinity there is no step: NaN, and the derivative is NaN
        return _unwrap((x + h) - x)


def _value(f, x, name="f"):
    """f(x) as an array of floats; x goes in as a float where it is one, so that `math` functions work too."""
    result = f(_unwrap(x))
    if result is None:
        raise TypeError(f"{name} returned None at x = {x}: does it end in a return?")
    try:
        return _floats(result)
    except TypeError:
        raise TypeError(f"{name} must return real numbers, but at x = {x} it returned {type(result).__name__} {result!r}") from None


def _elementwise(f, x, name="f"):
    result = _value(f, x, name)
    if result.shape != x.shape:
        raise ValueError(f"{name} must return one value for each entry of x: x has shape {x.shape}, {name}(x) has shape "
                         f"{result.shape}; use gradient or jacobian for a function that mixes the entries")
    return result


def _along_each_axis(x, steps):
    if x.size == 0:
        raise ValueError(f"x has no entries (shape {x.shape}): there is nothing to differentiate by")
    return [row.reshape(x.shape) for row in np.diag(np.ravel(steps))]


def _common_shape(pairs):
    shapes = sorted({value.shape for high, low, _ in pairs for value in (high, low)})
    if len(shapes) > 1:
        raise ValueError(f"f must return the same shape at every x, but it returned {shapes[0]} and {shapes[1]} close to x")
    return shapes[0]


def _second_difference(f, x, u, v):
    corners = [_value(f, x + a * u + b * v) for a, b in [(1, 1), (1, -1), (-1, 1), (-1, -1)]]
    if any(corner.shape != () for corner in corners):
        raise ValueError(f"hessian needs a function that returns one number, but f returned shape {corners[0].shape}")
    return (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * u.sum() * v.sum())


def _unwrap(x):
    return x.item() if np.ndim(x) == 0 else x
