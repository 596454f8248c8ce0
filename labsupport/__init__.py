"""What the chapters import: compute derivatives, doubt them, draw them, and answer exercises."""

from importlib.metadata import version

# The engine: derivatives of plain NumPy functions.
from . import shapes
from .descent import adam, gradient_descent, momentum, trajectory
from .dual import Dual
from .functions import logsumexp, relu, sigmoid, softmax
from .operators import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from .tensor import Tensor

__version__ = version("labsupport")
