"""What the chapters import: compute derivatives, doubt them, draw them, and answer exercises."""

from importlib.metadata import version

from labsupport import descent, exercises, figures, finite, shapes
from labsupport.descent import adam, gradient_descent, momentum, trajectory
from labsupport.dual import Dual
from labsupport.exercises import check, check_examples, check_expression, check_shape
from labsupport.functions import logsumexp, relu, sigmoid, softmax
from labsupport.operators import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from labsupport.slider import slider
from labsupport.spiral import spiral
from labsupport.tensor import Tensor
from labsupport.witness import Disagreement, agree

__all__ = [
    "Disagreement", "Dual", "Tensor", "adam", "agree", "check", "check_examples", "check_expression", "check_shape",
    "descent", "exercises", "figures", "finite", "grad", "gradient_descent", "hessian", "hvp", "jacobian", "jvp", "logsumexp",
    "momentum", "relu", "shapes", "sigmoid", "slider", "softmax", "spiral", "trajectory", "value_and_grad", "vjp",
]  # fmt: skip
__version__ = version("labsupport")
