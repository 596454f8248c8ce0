"""Reverse mode: a NumPy array that remembers how it was made, so that derivatives can be sent back through its making.

Every operation makes a Tensor, a *node*, with its value and an edge to each Tensor it was made from; the edge holds the
operation's backward (see `rules`). With v̄ for the derivative of the result by the node v,

    v̄ = Σ over the nodes w made from v of  (∂w/∂v)ᵀ w̄,

so v̄ is complete once every later node has been visited. Nodes are numbered as they are made; going from the latest to
the earliest visits each after all that were made from it.
"""

import heapq
import itertools

import numpy as np

from .array_protocol import NO_OPTIONS, Traced, as_real, plain
from .rulebook import fit

_count = itertools.count(0, -1)  # downwards: the latest node has the smallest number and is on top of the heap


class Tensor(Traced):
    """A variable, or what NumPy makes of variables.

    Args:
        value: the number or array, of any shape; integers become float64, float32 stays float32. It is not copied.
        name: what to call the variable in a drawing.

    Attributes:
        value: the array. grad: None, or after `backward` the derivative by this Tensor, of the same shape.
        operation: the name of the operation that made it; None for a variable.
        parents: the Tensors it was made from (operands that need no derivative are not among them).

    Raises:
        TypeError: for values that are not real numbers.

    Source: Griewank and Walther, *Evaluating Derivatives* (2008), ch. 3, the adjoint of a list of elementary operations.

    >>> x = Tensor([1.0, 2.0])
    >>> y = np.sum(x ** 3)
    >>> y.backward()
    >>> x.grad
    array([ 3., 12.])
    """

    __slots__ = ("value", "grad", "name", "operation", "edges", "operands", "options", "level", "number", "__weakref__")

    def __init__(self, value, name=None, level=None):
        self.value = as_real(value)
        if level is None:  # variables made by hand are of one level, so they can meet; those around others are above them
            level = (self.value.level + 1 if isinstance(self.value, Traced) else 0) | 1
        self.name, self.grad, self.operation = name, None, None
        self.edges, self.operands, self.options = (), (), NO_OPTIONS
        self.level, self.number = level, next(_count)

    @classmethod
    def made(cls, value, operation, edges, operands, options, level):
        """A node: `operation` applied to the values `operands`, with an edge (parent, backward) for each Tensor."""
        node = cls.__new__(cls)
        node.value, node.operation, node.edges, node.operands = value, operation, edges, operands
        node.options, node.level, node.number = options, level, next(_count)
        node.name = node.grad = None
        return node

    def apply(self, rule, operands, options):
        """Apply an operation at this Tensor's level; operands of other levels are constants to it."""
        level, values, edges = self.level, list(operands), []
        for i, (x, pull) in enumerate(zip(operands, rule.pulls)):
            if type(x) is Tensor and x.level == level:
                values[i] = x.value
                if pull is not None:
                    edges.append((x, pull))
            elif type(x) is list or type(x) is tuple:
                values[i] = np.asarray(x)
        return Tensor.made(rule.operation(*values, **options), rule.name, edges, values, options, level)

    inner = property(lambda self: self.value)
    parents = property(lambda self: tuple(parent for parent, _ in self.edges))

    def backward(self, cotangent=None):
        """Add to `.grad` of every Tensor that this one was made from (and of itself) the derivative by it.

        Args:
            cotangent: the derivative of what is wanted by this Tensor, of its shape; 1 for a scalar.

        As in torch, a second call adds to the first; set `.grad = None` to begin anew.

        Raises:
            ValueError: if this is no scalar and no cotangent is given, or the cotangent has another shape.

        >>> x = Tensor(3.0)
        >>> (x * x).backward()
        >>> float(x.grad)
        6.0
        """
        for node, g in cotangents(self, checked(self, cotangent)):
            if node.grad is not None:
                g = node.grad + g
            node.grad = g if node.edges else owned(g)

    def history(self):
        """Every Tensor that this one was made from, the earliest first, and itself, last."""
        found, waiting = {self.number: self}, [self]
        while waiting:
            for parent in waiting.pop().parents:
                if parent.number not in found:
                    found[parent.number] = parent
                    waiting.append(parent)
        return [found[number] for number in sorted(found, reverse=True)]

    def __repr__(self):
        label = f", name={self.name!r}" if self.name else f", operation={self.operation!r}" if self.operation else ""
        return f"Tensor({str(self.value) if np.ndim(plain(self)) == 0 else repr(self.value)}{label})"


def cotangents(result, cotangent, lead=0):
    """Go back from `result`, latest node first, and yield each node with its complete cotangent.

    The cotangent has the shape of the result, behind `lead` axes of directions that all are sent back at once.
    """
    number = result.number
    complete, heap = {number: cotangent}, [(number, result)]
    while heap:
        number, node = heapq.heappop(heap)
        g = complete.pop(number)
        yield node, g
        value, operands, options = node.value, node.operands, node.options
        for parent, pull in node.edges:
            part = pull(g, value, *operands, **options)
            if part.shape != parent.value.shape:  # so it is, too, when there are directions
                part = fit(part, parent.value.shape, lead)
            number = parent.number
            if number in complete:
                complete[number] = complete[number] + part
            else:
                complete[number] = part
                heapq.heappush(heap, (number, parent))


def checked(result, cotangent, lead=0):
    """The cotangent to begin with, as an array of the right shape."""
    shape = result.shape
    if cotangent is None:
        if shape != ():
            raise ValueError(f"backward needs to know which combination of the {result.size} entries of a result of shape "
                             f"{shape} to differentiate. Sum it to a scalar first, or give a cotangent of shape {shape}")
        return np.ones((), result.dtype)
    cotangent = as_real(cotangent)
    if cotangent.shape[lead:] != shape:
        raise ValueError(f"a cotangent has the shape of the result it belongs to: expected {shape}, was given "
                         f"{cotangent.shape[lead:]}. Reshape it, or sum the result to the shape of the cotangent")
    return cotangent


def owned(g):
    """A derivative to hand out: an array of its own, that may be written into."""
    return g if isinstance(g, Traced) else np.array(g)
