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

from labsupport.array_protocol import NO_OPTIONS, Traced, as_real, explain, plain
from labsupport.rulebook import fit

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

    def apply(self, rule, operands, options=NO_OPTIONS):
        """The node for an operation on this Tensor and others; operands of earlier levels are constants to it."""
        level, values, edges = self.level, [], []
        for x, pull in zip(operands, rule.pulls):
            if type(x) is Tensor and x.level == level:
                values.append(x.value)
                if pull is not None:
                    edges.append((x, pull))
                continue
            if isinstance(x, Traced) and x.level > level:
                return x.apply(rule, operands, options)
            values.append(np.asarray(x) if isinstance(x, (list, tuple)) else x)
        if len(values) < len(operands):  # what follows the differentiable operands
            values += operands[len(values):]
        node = object.__new__(Tensor)
        try:
            node.value = rule.operation(*values, **options)
        except ValueError as error:
            explain(rule, values, error)
            raise
        node.operation, node.edges, node.operands, node.options = rule.name, edges, values, options
        node.level, node.number, node.name, node.grad = level, next(_count), None, None
        return node

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
        for node, g in cotangents(self, checked(self, cotangent), keep=True).items():
            g = g if isinstance(g, Traced) else np.array(g, node.dtype)  # an array of its own
            node.grad = g if node.grad is None else node.grad + g

    def history(self):
        """Every Tensor that this one was made from, the earliest first, and itself, last: a list.

        >>> x = Tensor(3.0, name="x")
        >>> [node.operation for node in np.sin(x * x).history()]
        [None, 'multiply', 'sin']
        """
        found, waiting = {self}, [self]
        while waiting:
            new = set(waiting.pop().parents) - found
            found |= new
            waiting += new
        return sorted(found, key=lambda node: -node.number)

    def __repr__(self):
        label = f", name={self.name!r}" if self.name else f", operation={self.operation!r}" if self.operation else ""
        return f"Tensor({str(self.value) if np.ndim(plain(self)) == 0 else repr(self.value)}{label})"


def cotangents(result, cotangent, lead=0, keep=False, free=False):
    """Go back from `result`, the latest node first: a dictionary from each variable that it was made from to its cotangent.

    A cotangent has the shape of its node, behind `lead` axes of directions, which are all sent back at once. The cotangents of
    the nodes between are dropped as soon as they have been used; with `keep` they stay in the dictionary. With `free` the
    graph is taken apart on the way, which gives its memory to the arrays still to come; it cannot be gone through again.
    """
    found, waiting = {result: cotangent}, [(result.number, result)] if result.edges else []
    while waiting:
        _, node = heapq.heappop(waiting)
        given, edges = (found[node] if keep else found.pop(node), node.value, *node.operands), node.edges
        if free:
            node.edges = node.operands = ()
        for parent, pull in edges:
            part = pull(*given, **node.options)
            shape = parent.value.shape
            if part.shape != shape:  # always so when there are directions
                part = fit(part, shape, lead)
            if parent in found:  # used more than once: the cotangents add
                found[parent] = added(found[parent], part, given)
            else:
                found[parent] = part
                if parent.edges:
                    heapq.heappush(waiting, (parent.number, parent))
    return found


def added(a, b, others):
    """a + b, in the memory of b if that belongs to nobody else: fresh memory is dear where arrays are large."""
    if type(a) is type(b) is np.ndarray and a.dtype == b.dtype and b.base is None and not any(b is x for x in others):
        return np.add(a, b, out=b)
    return a + b


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
