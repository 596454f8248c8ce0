"""How a rule is written down: the forms that `rules` fills in, and the handling of shapes that its formulas share.

A derivative (a tangent `d` or a cotangent `g`) has the shape of the value it belongs to, behind any number of leading
axes: one entry there for each direction that is pushed at the same time. Nothing here knows Tensor or Dual.
"""

import functools
import inspect
import itertools

import numpy as np

RULES = {}    # operation -> Rule
DERIVED = {}  # operation -> the same operation written with those that have a rule


class Rule:
    """An operation with, for each operand, its forward (`pushes`) and its backward (`pulls`); None: no derivative."""

    __slots__ = ("operation", "name", "pushes", "pulls", "most", "keywords")

    def __init__(self, operation, pushes, pulls):
        self.operation, self.name, self.pushes, self.pulls = operation, operation.__name__, pushes, pulls
        formula, operands = next(f for f in pulls if f), 1 if isinstance(pulls, Each) else len(pulls)
        arguments = list(inspect.signature(formula).parameters.values())[2:]
        self.keywords = {p.name for p in arguments[operands:]}
        self.most = np.inf if any(p.kind == p.VAR_POSITIONAL for p in arguments) else len(arguments)


class Each:
    """One formula for all operands of an operation that takes any number: operand i gets it with i filled in."""

    def __init__(self, formula):
        self.formula = formula

    def __iter__(self):
        return (functools.partial(self.formula, i) for i in itertools.count())


def rule(operation, forward, backward):
    """Give `operation` its derivative. A list instead of one function: one for each operand, None for no derivative."""
    listed = [f if isinstance(f, (list, Each)) else [f] for f in (forward, backward)]
    RULES[operation] = Rule(operation, *listed)


def elementwise(operation, *factors):
    """Give an elementwise operation its partial derivatives; each multiplies tangent and cotangent alike."""
    backward = [_times(factor) for factor in factors]
    rule(operation, [_widened(i, times) for i, times in enumerate(backward)], backward)


def _times(factor):
    if factor == 1:
        return lambda g, y, *xs: g
    if not callable(factor):
        return lambda g, y, *xs: g * factor
    return lambda g, y, *xs: g * factor(y, *xs)


def _widened(i, backward):
    return lambda d, y, *xs: backward(widen(d, xs[i], y), y, *xs)


def gate(operation, *opens):
    """Give its derivative to an operation that passes an operand on where `opens` is true and nothing elsewhere."""
    backward = [open_ and _through(open_) for open_ in opens]
    rule(operation, [f and _widened(i, f) for i, f in enumerate(backward)], backward)


def _through(opens):
    return lambda g, y, *xs: np.where(opens(y, *xs), g, 0)


def derived(*operations):
    """Let the decorated function, which is written with operations that have a rule, stand for `operations`."""
    def register(function):
        DERIVED.update(dict.fromkeys(operations, function))
        return function
    return register


def primitive(function):
    """Let a function of ours speak NumPy's protocol: a Tensor or Dual among its operands answers for it."""
    @functools.wraps(function)
    def operation(*operands, **options):
        for x in operands:
            if hasattr(x, "__array_function__") and not isinstance(x, np.ndarray):
                return x.__array_function__(operation, (type(x),), operands, options)
        return function(*operands, **options)
    operation.__name__ = function.__name__.rstrip("_")  # concatenate_ does the work of np.concatenate, and is called that
    return operation


def fit(g, shape, lead):
    """Give the derivative g, with `lead` leading axes, the shape of its value.

    Where the value was repeated by broadcasting, g is summed (the repeated value is used many times, and its derivatives
    add); where the value was summed, g is repeated.
    """
    whole = g.shape[:lead] + shape
    if g.ndim == 0 and not hasattr(g, "level"):
        return np.ndarray(whole, g.dtype, g, strides=(0,) * len(whole))  # the one number, read for every entry
    extra = g.ndim - len(whole)
    if extra > 0:
        g = np.add.reduce(g, axis=tuple(range(lead, lead + extra)))  # np.sum, without its detour
    elif extra < 0:
        g = g.reshape(whole[:lead] + (1,) * -extra + g.shape[lead:])
    if g.shape == whole:
        return g
    repeated = tuple(i for i, n in enumerate(g.shape) if n != 1 == whole[i])
    if repeated:
        g = np.add.reduce(g, axis=repeated, keepdims=True)
    return g if g.shape == whole else np.broadcast_to(g, whole)


def ahead(d, x):
    """The lengths of the leading axes that the derivative d has beyond its value x."""
    return d.shape[:d.ndim - x.ndim]


def every(d, x):
    """An index that takes all of those leading axes."""
    return (slice(None),) * (d.ndim - x.ndim)


def widen(d, x, y):
    """d, the tangent of x, with ones put in behind its leading axes, so that it broadcasts as x does against y."""
    if x.ndim == y.ndim or d.ndim == x.ndim:
        return d
    return d.reshape(ahead(d, x) + (1,) * (y.ndim - x.ndim) + x.shape)


def last(x, axis):
    """`axis` (an integer, several, or None for all) as a tuple counted from the end, whatever is in front."""
    if axis is None:
        return tuple(range(-x.ndim, 0))
    return tuple(a if a < 0 else a - x.ndim for a in ([axis] if np.ndim(axis) == 0 else axis))


def kept(g, y, x, axis):
    """g, a derivative of y = sum of x over `axis`, with the summed axes put back with length 1."""
    if g.ndim == 0:  # it broadcasts as it is
        return g
    summed = last(x, axis)
    return g.reshape(ahead(g, y) + tuple(1 if a in summed else x.shape[a] for a in range(-x.ndim, 0)))


def permutation(x, axes):
    """`axes` as np.transpose takes it (None: reversed; or counted from the end), as a list of axes of x."""
    return [a % x.ndim for a in (range(x.ndim)[::-1] if axes is None else axes)]


def behind(d, x, axes):
    """The permutation `axes` of the axes of x, for d that has more axes in front."""
    lead = d.ndim - x.ndim
    return (*range(lead), *(int(a) + lead for a in axes))


def mT(A):
    """The transpose of a matrix, or of each in a stack."""
    return A.swapaxes(-1, -2)
