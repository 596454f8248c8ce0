"""What Tensor and Dual have in common: they answer when NumPy is called on them, and look like arrays.

NumPy asks its arguments before it computes: `np.sin(t)` calls `t.__array_ufunc__`, `np.sum(t)` calls
`t.__array_function__` (NEP 13, NEP 18). The answer is found in the rules: the operation is applied by the argument of
the latest *level*. A level is one differentiation; what is being differentiated by a later one wraps what is being
differentiated by an earlier one, to which it is a constant. So differentiations nest without confusing their variables.
"""

import numpy as np

from labsupport.derived import DERIVED
from labsupport.functions import getitem
from labsupport.rules import RULES

ABOUT_THE_VALUE = {  # piecewise constant, or no numbers: the answer is that for the plain array, without a derivative
    np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, np.isnan, np.isinf, np.isfinite,
    np.logical_and, np.logical_or, np.logical_not, np.floor, np.ceil, np.rint, np.trunc, np.any, np.all, np.argmax,
    np.argmin, np.argsort, np.nonzero, np.count_nonzero, np.shape, np.ndim, np.size, np.zeros_like, np.ones_like,
    np.empty_like, np.full_like, np.allclose, np.isclose, np.array_equal,
}
REDUCTIONS = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}
NO_OPTIONS = {}


class Traced:
    """A value that takes part in a differentiation: `inner` is the value itself, `level` says which differentiation."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc, method, *operands, **options):
        if method == "__call__" and not options:
            rule = RULES.get(ufunc)
            return self.answer(ufunc, operands, NO_OPTIONS) if rule is None else self.apply(rule, operands)
        if method == "reduce" and ufunc in REDUCTIONS and options.keys() <= {"axis", "keepdims"}:
            return REDUCTIONS[ufunc](*operands, **{"axis": 0, **options})
        what = f".{method}" if method != "__call__" else f" with {', '.join(f'{o}=' for o in options)}"
        raise TypeError(f"np.{ufunc.__name__}{what} cannot be differentiated: a {type(self).__name__} is never written into, "
                        f"and is computed as it comes. Write a = a + t for a += t, and np.{ufunc.__name__}(...) for the rest")

    def __array_function__(self, function, types, operands, options):
        return self.answer(function, operands, options)

    def answer(self, operation, operands, options):
        """Do NumPy's `operation`, or one of ours, on operands of which this is one."""
        rule = RULES.get(operation)
        if rule is not None:
            if options and not options.keys() <= rule.keywords or len(operands) > rule.most:
                refuse_options(rule, operands, options)
            return self.apply(rule, operands, options)
        if operation in DERIVED:
            return DERIVED[operation](*operands, **options)
        if operation in ABOUT_THE_VALUE:
            return operation(*map(plain, operands), **options)
        raise NotImplementedError(
            f"np.{operation.__name__} has no derivative rule here. Write it with operations that have one (they are listed "
            "in labsupport/rules.py and labsupport/derived.py), or add a line there, such as "
            f"elementwise(np.{operation.__name__}, lambda y, x: ...) with the derivative")

    def apply(self, rule, operands, options=NO_OPTIONS):
        """Apply an operation that has a rule: the operand of the latest level does it, the others are constants to it."""
        raise NotImplementedError

    # -- an array, to look at
    shape = property(lambda self: self.inner.shape)
    ndim = property(lambda self: self.inner.ndim)
    size = property(lambda self: self.inner.size)
    dtype = property(lambda self: self.inner.dtype)

    def __len__(self):
        return len(plain(self))

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index):
        index = tuple(plain(i) for i in index) if isinstance(index, tuple) else (plain(index),)
        if all(isinstance(i, (int, np.integer, slice, type(None), type(Ellipsis))) and not isinstance(i, bool)
               for i in index):
            return getitem(self, index)
        entries = np.arange(self.size).reshape(self.shape)[index]  # masks and arrays of integers: which entries are read
        return getitem(self.reshape(-1), (entries,))

    def reshape(self, *shape):
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes):
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def __pow__(self, p):  # NumPy, too, squares where an array is raised to the number 2
        return self.apply(RULES[np.square], (self,)) if type(p) is int and p == 2 else self.apply(RULES[np.power], (self, p))

    def __rpow__(self, base):
        return self.apply(RULES[np.power], (base, self))

    T = property(lambda self: self.transpose())
    mT = property(lambda self: self.swapaxes(-1, -2))
    flatten = ravel = lambda self: np.reshape(self, -1)

    def __format__(self, how):
        return format(plain(self)[()], how) if how else str(self)

    # -- what an array can do and this cannot
    def __setitem__(self, index, value):
        raise TypeError(f"a {type(self).__name__} is not written into: what was computed from it would no longer be its "
                        "function. Make a new one instead, with np.where, np.concatenate or np.stack")

    def __bool__(self):
        if self.size == 1:
            return bool(plain(self))
        raise ValueError(f"a {type(self).__name__} of shape {self.shape} is neither true nor false. Compare and use "
                         "np.any or np.all, or choose entry by entry with np.where(condition, a, b)")

    def __float__(self):
        raise TypeError(f"a {type(self).__name__} was asked to become a plain float, which would lose its derivative. "
                        "Use NumPy's function (np.sin, not math.sin); to read or print the number, use "
                        f".{'value' if hasattr(self, 'value') else 'primal'}")

    __int__ = __index__ = __complex__ = __float__

    def __array__(self, dtype=None, copy=None):
        raise TypeError(f"a {type(self).__name__} was asked to become a plain array, which would lose its derivative. "
                        "Use np.stack([...]) where you wrote np.array([...]); to read the numbers, use "
                        f".{'value' if hasattr(self, 'value') else 'primal'}")

    __hash__ = object.__hash__  # by identity: == compares entry by entry


def explain(rule, operands, error):
    """Put NumPy's complaint about shapes in words that show them; once, when it comes through several levels."""
    if isinstance(error, np.linalg.LinAlgError) or getattr(error, "explained", False):
        return
    shapes = " and ".join(str(np.shape(plain(x))) for x in operands[:8] if isinstance(x, (Traced, np.ndarray, float)))
    error.args = (f"{rule.name} of {shapes} does not fit: {error}. Shapes are matched from the last axis; reshape, transpose "
                  "or index an operand so that they agree",)
    error.explained = True


def refuse_options(rule, operands, options):
    unknown = sorted(options.keys() - rule.keywords)
    given = ", ".join(f"{name}=" for name in unknown) or f"{len(operands)} arguments without a name"
    raise TypeError(f"{rule.name} was given {given}; to be differentiated it takes the array first and of the options only "
                    f"{', '.join(sorted(rule.keywords))}, by name")


def plain(x):
    """x without any differentiation around it: the array or number inside."""
    while isinstance(x, Traced):
        x = x.inner
    return x


def as_real(value):
    """`value` as an array of floats (integers become float64), or as it is if it is being differentiated already."""
    if isinstance(value, Traced):
        return value
    array = np.asarray(value)
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    raise TypeError(f"a derivative is taken by real numbers, and {str(value)[:60]} has dtype {array.dtype}. Give floats "
                    "(integers are turned into float64)")


def _operator(operation):
    rule = RULES[operation]
    return lambda self, other: self.apply(rule, (self, other)), lambda self, other: self.apply(rule, (other, self))


def _add_operators():
    for name, operation in {"add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide,
                            "matmul": np.matmul}.items():
        forth, back = _operator(operation)
        setattr(Traced, f"__{name}__", forth)
        setattr(Traced, f"__r{name}__", back)
    for name, operation in {"neg": np.negative, "pos": np.positive, "abs": np.absolute}.items():
        setattr(Traced, f"__{name}__", lambda self, rule=RULES[operation]: self.apply(rule, (self,)))
    for name, operation in {"lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
                            "eq": np.equal, "ne": np.not_equal}.items():
        setattr(Traced, f"__{name}__", lambda self, other, f=operation: f(plain(self), plain(other)))
    for name in ("sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "swapaxes", "squeeze", "dot", "trace",
                 "diagonal", "clip", "argmax", "argmin", "any", "all"):
        setattr(Traced, name, lambda self, *args, f=getattr(np, name), **options: f(self, *args, **options))


_add_operators()
