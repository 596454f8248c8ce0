"""Draw a function of two variables, as a map of level lines or as a surface in space, with arrows on either.

A function takes one argument, the pair (x, y), of numbers or of arrays: the same object that the chapters differentiate.
"""

import numpy as np
from mpl_toolkits.mplot3d import proj3d

GREY, SKY = "#666666", "#56B4E9"  # of the palette in `figures`, which imports this module


def level_lines(ax, f, x, y, levels, points: int = 81, **look):
    """Draw the lines on which `f` has the given values, over a rectangle.

    f: a function of the pair (x, y) of arrays. x, y: the ends of the rectangle, as pairs. levels: the values, increasing.
    points: samples along each side. look: matplotlib's contour properties; thin grey lines by default. Axes in space need
    zdir and offset. Returns matplotlib's contour set.

    >>> from matplotlib import pyplot as plt
    >>> ax = plt.figure().add_subplot()
    >>> lines = level_lines(ax, lambda p: p[0] + p[1], (0, 1), (0, 1), [0.5, 1, 1.5])
    >>> lines.levels, plt.close(ax.figure)
    (array([0.5, 1. , 1.5]), None)
    """
    X, Y = np.meshgrid(np.linspace(*x, points), np.linspace(*y, points))
    return ax.contour(X, Y, f((X, Y)), levels, **{"colors": GREY, "linewidths": 1, "linestyles": "-"} | look)


def in_space(ax, elevation: float, azimuth: float, labels=("x", "y", "f")):
    """Axes in space, seen from a direction in degrees, in the place of flat `ax`, which is removed.

    What has a higher zorder hides what has a lower one, wherever it stands: give each part its own, from back to front. Returns
    the new axes.
    """
    figure, place = ax.figure, ax.get_subplotspec()
    ax.remove()
    space = figure.add_subplot(place, projection="3d", computed_zorder=False)
    space.view_init(elevation, azimuth)
    space.set(xlabel=labels[0], ylabel=labels[1], zlabel=labels[2])
    return space


def surface(space, f, x, y, count=(13, 11), **look):
    """Draw the graph of `f` over a rectangle, on axes in space.

    f: a function of the pair (x, y) of arrays. x, y: the ends of the rectangle, as pairs. count: samples along x and along y.
    look: matplotlib's surface properties. Returns matplotlib's surface.
    """
    X, Y = np.meshgrid(np.linspace(*x, count[0]), np.linspace(*y, count[1]))
    look = {"color": SKY, "edgecolor": "white", "linewidth": 0.3, "rcount": count[1], "ccount": count[0]} | look
    return space.plot_surface(X, Y, f((X, Y)), **look)


def arrow(ax, start, vector, color, width: float = 2.0):
    """Draw an arrow from `start` to start + vector; on axes in space, flat on the picture: set limits and view first.

    start, vector: two entries each, or three in space. color, width: of the arrow, the width in points. Returns the annotation.
    Raises ValueError if start and vector do not have as many entries as the axes have.
    """
    start, end = np.asarray(start, dtype=float), np.add(start, vector)
    entries = 3 if ax.name == "3d" else 2
    if start.shape != (entries,) or end.shape != (entries,):
        raise ValueError(f"these axes have {entries} coordinates, and the arrow has {np.shape(start)} + {np.shape(vector)}")
    if entries == 3:
        start, end = (proj3d.proj_transform(*p, ax.get_proj())[:2] for p in (start, end))
    look = {"arrowstyle": "-|>", "color": color, "linewidth": width, "mutation_scale": 14, "shrinkA": 0, "shrinkB": 0}
    return ax.annotate("", end, start, arrowprops=look, zorder=9)
