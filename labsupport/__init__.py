"""What the chapters import: compute derivatives, doubt them, draw them, and answer exercises."""

from importlib.metadata import version

__version__ = version("labsupport")
