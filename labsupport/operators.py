"""Derivatives of plain NumPy functions: functions in, functions out, in the convention of JAX and torch.func.

    vjp, grad, value_and_grad    reverse mode: one pass for a whole gradient         x̄ = Jᵀ ȳ
    jvp                          forward mode: one pass for one direction            ẏ = J ẋ
    jacobian                     all rows (reverse) or all columns (forward) of J in one pass, on a leading axis
    hessian, hvp                 forward over reverse: the tangent of a gradient

Each differentiation has a level of its own, above all that began before it, so one may stand inside another.
"""

import itertools
import warnings

import numpy as np

from labsupport.array_protocol import Traced, as_real
from labsupport.dual import Dual
from labsupport.rulebook import ahead
from labsupport.tensor import Tensor, checked, cotangents

_levels = itertools.count(1000, 1000)  # in between is room for Tensors and Duals made by hand


def vjp(f, *primals):
    """The value of f and its pullback, which multiplies from the left by the Jacobian J.

    Args:
        f: a function of as many arrays as there are primals, that returns one array.
        primals: arrays or numbers, of any shape.

    Returns:
        (value, pullback). For ȳ of the shape of the value, pullback(ȳ) is a tuple with Jᵀ ȳ for each primal, of its shape.

    Raises:
        TypeError: if f returns something else than one array. ValueError: from the pullback, if ȳ has another shape.

    Source: Griewank and Walther, *Evaluating Derivatives* (2008), sec. 3.2.

    >>> value, pullback = vjp(lambda A, x: A @ x, np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 1.0]))
    >>> value, pullback(np.array([1.0, 0.0]))[1]
    (array([3., 7.]), array([1., 2.]))
    """
    value, pull = _reverse(f, primals, range(len(primals)))
    return value, lambda cotangent: pull(checked(value, cotangent), free=False)  # it may be called again


def jvp(f, primals, tangents):
    """The value of f and its tangent, J times the tangents of the primals.

    Args:
        f: a function of as many arrays as there are primals, that returns one array.
        primals: a tuple of arrays or numbers. tangents: a tuple of arrays of the same shapes.

    Returns:
        (value, tangent), both of the shape of what f returns.

    Raises:
        TypeError: if f returns something else than one array. ValueError: if a tangent has not the shape of its primal.

    Source: Griewank and Walther, *Evaluating Derivatives* (2008), sec. 3.1.

    >>> value, tangent = jvp(lambda x: x ** 2, (3.0,), (1.0,))
    >>> float(value), float(tangent)
    (9.0, 6.0)
    """
    if not all(isinstance(xs, (tuple, list)) for xs in (primals, tangents)) or len(primals) != len(tangents):
        raise TypeError("jvp takes a tuple of primals and a tuple of as many tangents; for one write jvp(f, (x,), (v,))")
    for x, v in zip(primals, tangents):
        if np.shape(as_real(x)) != np.shape(as_real(v)):
            raise ValueError(f"a tangent has the shape of its primal: expected {np.shape(as_real(x))}, was given "
                             f"{np.shape(as_real(v))}; it says how far each entry of the primal moves")
    return _forward(f, primals, dict(enumerate(tangents)))


def grad(f, argnum=0):
    """The function that gives the gradient of a scalar function f, by reverse mode.

    Args:
        f: a function of arrays that returns a scalar. argnum: which argument to differentiate by, or a tuple of them.

    Returns:
        A function of the same arguments; it gives an array of the shape of that argument (a tuple, for a tuple).

    Raises:
        ValueError: if f returns a non-scalar (see `jacobian`). TypeError: if it returns something else than one array.

    >>> grad(lambda x: x @ x)(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    return lambda *args: value_and_grad(f, argnum)(*args)[1]


def value_and_grad(f, argnum=0):
    """The function that gives the value and the gradient of a scalar function f, for the price of both.

    Takes and raises what `grad` does; the function gives (f(...), gradient).

    >>> value, (dw, db) = value_and_grad(lambda w, b: (3 * w + b) ** 2, argnum=(0, 1))(1.0, 2.0)
    >>> float(value), float(dw), float(db)
    (25.0, 30.0, 10.0)
    """
    one = isinstance(argnum, int)

    def value_and_gradient(*args):
        value, pull = _reverse(f, args, (argnum,) if one else argnum)
        if value.shape != ():
            raise ValueError(f"the gradient is that of a scalar, and the function returned shape {value.shape}. Return one "
                             "number (a sum or a mean), or ask for its jacobian")
        gradients = pull(np.ones((), value.dtype))
        return value, gradients[0] if one else gradients

    return value_and_gradient


def jacobian(f, mode="reverse", argnum=0):
    """The function that gives all partial derivatives of f.

    Args:
        f: a function of arrays that returns one array.
        mode: "reverse" sends all outputs back at once (for few outputs), "forward" moves all inputs at once (few inputs).
        argnum: which argument to differentiate by.

    Returns:
        A function of the same arguments; it gives an array of the output's shape followed by the argument's shape: m×n
        for a vector function of a vector (numerator layout).

    Raises:
        ValueError: for an unknown mode. TypeError: if f returns something else than one array.

    >>> jacobian(lambda x: x ** 2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    if mode not in ("reverse", "forward"):
        raise ValueError(f"mode is 'reverse' (few outputs) or 'forward' (few inputs), not {mode!r}")

    def rows(*args):
        value, pull = _reverse(f, args, (argnum,))
        if value.shape == ():
            return pull(np.ones((), value.dtype))[0]
        directions = np.eye(value.size, dtype=value.dtype).reshape(value.size, *value.shape)
        return pull(directions, lead=1)[0].reshape(value.shape + np.shape(as_real(args[argnum])))

    def columns(*args):
        position, = _positions((argnum,), args)
        x = as_real(args[position])
        directions = np.eye(x.size, dtype=x.dtype).reshape(x.size, *x.shape)
        value, tangents = _forward(f, args, {position: directions})
        return np.moveaxis(tangents, 0, -1).reshape(value.shape + x.shape)

    return rows if mode == "reverse" else columns


def hessian(f, argnum=0):
    """The function that gives all second partial derivatives of f, forward over reverse.

    Args and errors are those of `jacobian`. The function gives an array of the output's shape followed twice by the
    argument's shape: n×n for a scalar function of a vector, m×n×n for a vector field.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    """
    return jacobian(jacobian(f, "reverse", argnum), "forward", argnum)


def hvp(f):
    """The function (x, v) ↦ H v, the Hessian of a scalar f at x times v, without H: for the price of a few gradients.

    x and v are arrays of one shape, and so is the product. Raises what `grad` and `jvp` do.

    Source: Pearlmutter, Fast exact multiplication by the Hessian (1994).

    >>> hvp(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([4., 2.])
    """
    return lambda x, v: jvp(grad(f), (x,), (v,))[1]


def _reverse(f, args, argnums):
    """f(*args), and the function from its cotangent to those of the arguments `argnums`."""
    level = next(_levels)
    variables = {i: Tensor(args[i], level=level) for i in _positions(argnums, args)}
    value, result = _outcome(f(*[variables.get(i, x) for i, x in enumerate(args)]), Tensor, level)

    def pull(cotangent, lead=0, free=True):
        found = cotangents(result, cotangent, lead, free=free) if result is not None else {}
        return _handed_out([found.get(x) for x in variables.values()], variables.values(), cotangent, lead)

    return value, pull


def _positions(argnums, args):
    for i in argnums:
        if not -len(args) <= i < len(args):
            raise TypeError(f"argnum is {i}, and the function was called with {len(args)} arguments; they are counted from 0, "
                            "and arguments to differentiate by are given without a name")
    return [i % len(args) for i in argnums]


def _forward(f, args, tangents):
    """f(*args), and its tangent when the arguments that are keys of `tangents` have these."""
    level = next(_levels)
    variables = {i: Dual(args[i], d, level) for i, d in tangents.items()}
    value, result = _outcome(f(*[variables.get(i, x) for i, x in enumerate(args)]), Dual, level)
    moved = next(iter(variables.values()))
    if result is None:
        return value, _tied(np.zeros(ahead(moved.tangent, moved) + value.shape, value.dtype), moved.primal)
    return value, _tied(result.tangent, moved.primal)


def _outcome(y, kind, level):
    """What f returned: its value, and y itself if it depends on the variables of this level (else None)."""
    if type(y) is kind and y.level == level:
        return y.inner, y
    if not isinstance(y, (Traced, np.ndarray, np.number, float, int)):
        what = "nothing (None)" if y is None else f"a {type(y).__name__}"
        raise TypeError(f"the function returned {what}, and a derivative is that of one array or number. End it with a return; "
                        "put several numbers into one array with np.stack")
    if not isinstance(y, Traced):
        warnings.warn(f"the function returned a plain {type(y).__name__}, not something computed from the argument: it does "
                      "not depend on it, and its derivative is zero", stacklevel=4)
    return as_real(y), None


def _handed_out(gradients, variables, cotangent, lead):
    """The gradients as arrays of the caller's own, that share no memory; zeros for a variable that was not used."""
    shared, own = {id(cotangent)}, []
    for g, x in zip(gradients, variables):
        if g is None:
            g = np.zeros(cotangent.shape[:lead] + x.shape, x.dtype)
        if type(g) is np.ndarray and (g.base is not None or id(g) in shared or g.dtype != x.dtype):
            g = g.astype(x.dtype)
        shared.add(id(g))
        own.append(_tied(g if g.ndim else g[()], x.value))
    return tuple(own)


def _tied(derivative, x):
    """A derivative that came out constant, such as that of 3 x, is still a function of an x that is being differentiated."""
    if isinstance(x, Traced) and not isinstance(derivative, Traced) and x.size:
        return np.where(False, x.reshape(-1)[0], derivative)
    return derivative
