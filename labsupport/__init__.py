"""What the chapters import: compute derivatives, doubt them, draw them, and answer exercises."""

from importlib.metadata import version

from labsupport import exercises, figures, finite
from labsupport.exercises import check
from labsupport.slider import slider
from labsupport.witness import Disagreement, agree

__all__ = ["Disagreement", "agree", "check", "exercises", "figures", "finite", "slider"]
__version__ = version("labsupport")
