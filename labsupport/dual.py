"""Forward mode: a value and its derivative, carried together through every operation.

    f(x + ẋ ε) = f(x) + f'(x) ẋ ε,   with ε² = 0

so a pair (primal x, tangent ẋ) goes into an operation and the pair (f(x), J ẋ) comes out; the rules say J ẋ.
"""

import numpy as np

from labsupport.array_protocol import NO_OPTIONS, Traced, as_real, explain
from labsupport.rulebook import ahead, fit


class Dual(Traced):
    """A dual number, or an array of them: `primal` + `tangent` ε.

    Args:
        primal: the value, of any shape; integers become float64.
        tangent: its derivative in one direction, of the shape of the primal; or in k directions at once, with an axis of
            length k in front.

    Raises:
        TypeError: for values that are not real numbers.
        ValueError: if the tangent does not have the shape of the primal (behind further axes).

    Source: Clifford (1873); Griewank and Walther, *Evaluating Derivatives* (2008), ch. 3, forward mode.

    >>> x = Dual(3.0, 1.0)
    >>> x * x
    Dual(9.0, 6.0)
    >>> np.sin(Dual(0.0, 2.0))
    Dual(0.0, 2.0)
    """

    __slots__ = ("primal", "tangent", "level", "__weakref__")

    def __init__(self, primal, tangent, level=None):
        primal, tangent = as_real(primal), as_real(tangent)
        if tangent.shape[tangent.ndim - primal.ndim:] != primal.shape or tangent.ndim < primal.ndim:
            raise ValueError(f"a tangent has the shape of its primal: expected {primal.shape} (after an axis of directions, if "
                             f"there are several), was given {tangent.shape}")
        if level is None:  # as in Tensor; even, so that Dual and Tensor made by hand are of different levels
            level = max([(x.level + 2) & ~1 for x in (primal, tangent) if isinstance(x, Traced)], default=0)
        self.primal, self.tangent, self.level = primal, tangent, level

    @classmethod
    def made(cls, primal, tangent, level):
        dual = cls.__new__(cls)
        dual.primal, dual.tangent, dual.level = primal, tangent, level
        return dual

    def apply(self, rule, operands, options=NO_OPTIONS):
        """The Dual of an operation on this one and others; operands of earlier levels are constants, with tangent 0."""
        level, values, moving = self.level, [], []
        for x, push in zip(operands, rule.pushes):
            if type(x) is Dual and x.level == level:
                values.append(x.primal)
                if push is not None:
                    moving.append((x, push))
                continue
            if isinstance(x, Traced) and x.level > level:
                return x.apply(rule, operands, options)
            values.append(np.asarray(x) if isinstance(x, (list, tuple)) else x)
        if len(values) < len(operands):  # what follows the differentiable operands
            values += operands[len(values):]
        try:
            y = rule.operation(*values, **options)
        except ValueError as error:
            explain(rule, values, error)
            raise
        tangent = None
        for x, push in moving:
            d = push(x.tangent, y, *values, **options)
            directions = ahead(x.tangent, x.primal)
            if d.shape != directions + y.shape:
                d = fit(d, y.shape, len(directions))
            tangent = d if tangent is None else tangent + d
        return y if tangent is None else Dual.made(y, tangent, level)

    inner = property(lambda self: self.primal)

    def __repr__(self):
        text = str if self.ndim == 0 else repr
        return f"Dual({text(self.primal)}, {text(self.tangent)})"
