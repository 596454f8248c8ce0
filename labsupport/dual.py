"""Forward mode: a value and its derivative, carried together through every operation.

    f(x + ẋ ε) = f(x) + f'(x) ẋ ε,   with ε² = 0

so a pair (primal x, tangent ẋ) goes into an operation and the pair (f(x), J ẋ) comes out; the rules say J ẋ.
"""

import numpy as np

from .array_protocol import Traced, as_real
from .rulebook import fit


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
    >>> np.sin(Dual(0.0, 2.0)).tangent == 2.0
    np.True_
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

    def apply(self, rule, operands, options):
        """Apply an operation at this Dual's level; operands of other levels are constants, with tangent 0."""
        level, values, moving = self.level, list(operands), []
        for i, (x, push) in enumerate(zip(operands, rule.pushes)):
            if type(x) is Dual and x.level == level:
                values[i] = x.primal
                if push is not None:
                    moving.append((x, push))
            elif type(x) is list or type(x) is tuple:
                values[i] = np.asarray(x)
        y = rule.operation(*values, **options)
        tangent = None
        for x, push in moving:
            d = push(x.tangent, y, *values, **options)
            lead = x.tangent.ndim - x.primal.ndim
            if d.shape[lead:] != y.shape or d.ndim != lead + y.ndim:
                d = fit(d, y.shape, lead)
            tangent = d if tangent is None else tangent + d
        return y if tangent is None else Dual.made(y, tangent, level)

    inner = property(lambda self: self.primal)

    def __repr__(self):
        text = str if self.ndim == 0 else repr
        return f"Dual({text(self.primal)}, {text(self.tangent)})"
