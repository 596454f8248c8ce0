"""Figures that chapters draw more than once: curves that break where the function does, secants, tangents, errors.

Every figure is 4.6 inches wide with 12-point text: 16 CSS pixels at full width, still 12 on a phone. Colours are Okabe and
Ito's (https://jfly.uni-koeln.de/color), which differ in lightness too and so survive colour blindness and inversion.
"""

from cycler import cycler
from matplotlib import pyplot as plt
from matplotlib import rcParams
from matplotlib.patches import ConnectionPatch
import numpy as np

from labsupport import finite
from labsupport.graph import graph  # noqa: F401, a figure like the others, in a file of its own
from labsupport.matrices import Block, compare_matrices, matrix_equation  # noqa: F401, likewise
from labsupport.surfaces import arrow, in_space, level_lines, surface  # noqa: F401, likewise

BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
GREY = "#666666"

SETTINGS = {
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.grid": True, "axes.axisbelow": True, "grid.color": "#dddddd", "grid.linewidth": 0.6,
    "axes.spines.top": False, "axes.spines.right": False,
    "font.size": 12, "axes.titlesize": 12, "axes.labelsize": 12, "xtick.labelsize": 11, "ytick.labelsize": 11,
    "legend.fontsize": 11, "legend.frameon": False, "lines.linewidth": 2,
    "figure.figsize": (4.6, 3.1), "figure.constrained_layout.use": True, "figure.dpi": 96,
    "svg.hashsalt": "labsupport", "savefig.facecolor": "white",
}


def style() -> None:
    """Set matplotlib up for the book. This changes matplotlib's settings for the whole session, which is why a chapter calls
    it in its first cell, where the reader sees it.

    Sets colours, grid, font sizes and layout; in a notebook also asks for SVG, of fixed width and without a date, so that the
    same cell gives the same bytes. Nothing else changes, and outside a notebook that part is left out.
    """
    rcParams.update(SETTINGS)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    if get_ipython() is not None:
        set_matplotlib_formats("svg", metadata={"Date": None}, bbox_inches=None)


def axes(xlabel: str, ylabel: str, *, width=4.6, height=3.1, rows=1, cols=1, sharex=False, title=None, equal=False,
         origin=False):
    """A new figure with labelled axes, left open for the notebook to show.

    xlabel, ylabel: the labels, with the unit if there is one. width, height: of the figure, in inches. rows, cols: how many
    axes. sharex: one x axis for a column. title: of the figure. equal: the same scale on both axes. origin: thin lines x = 0
    and y = 0. Returns matplotlib axes, or an array of them of shape (rows, cols), squeezed.

    >>> ax = axes("x", "f(x)", origin=True)
    >>> ax.get_xlabel(), plt.close(ax.figure)
    ('x', None)
    """
    figure, grid = plt.subplots(rows, cols, figsize=(width, height), sharex=sharex, squeeze=False, layout="constrained")
    for ax in grid.flat:
        dress(ax, xlabel, ylabel, equal=equal, origin=origin)
    if sharex:
        [ax.set_xlabel("") for ax in grid[:-1].flat]
    if title:
        figure.suptitle(title, fontsize=rcParams["axes.titlesize"])
    return grid[0, 0] if grid.size == 1 else grid.squeeze()


def dress(ax, xlabel: str, ylabel: str, *, equal=False, origin=False) -> None:
    """Label axes that are there already, such as those a slider's frame is drawn on; arguments as in `axes`."""
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if origin:
        ax.axhline(0, color=GREY, linewidth=0.8, zorder=1)
        ax.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    if equal:
        ax.set_aspect("equal", adjustable="datalim")


def curve(ax, f, start: float, stop: float, label=None, points: int = 400, **line):
    """Draw the graph of `f` from start to stop, broken where the function is.

    f: a function of one float. points: the number of samples. line: matplotlib's line properties. Returns the line.

    The line breaks where `f` is not finite or not defined (NaN, infinity, a division by zero or a domain error), and where it
    jumps: between neighbouring samples that differ, the interval is halved 40 times, always keeping the half with the larger
    difference; a continuous function's difference dies away, a jump's or an odd pole's stays. The line runs right up to a
    jump. A pole does not limit the y axis: set its limits. Raises ValueError if `f` is finite nowhere.

    >>> ax = axes("x", "sign of x")
    >>> int(np.isnan(curve(ax, np.sign, -1, 1).get_ydata()).sum()), plt.close(ax.figure)
    (1, None)
    """
    x = np.linspace(start, stop, points)
    y = np.array([_value(f, t) for t in x])
    if not np.isfinite(y).any():
        raise ValueError(f"nothing to draw: f has no finite value at {points} points from {start:g} to {stop:g}")
    x, y = _broken_at_jumps(f, x, y)
    return ax.plot(x, y, label=label, **line)[0]


def secant(ax, f, a: float, h: float, color=VERMILION, labels: bool = True, reach=None) -> float:
    """Draw the secant of `f` through (a, f(a)) and (a + h, f(a + h)), both dots, and the triangle of Δx and Δy.

    a: a point; h: a step, not zero. color: of the line and dots. labels: whether to write Δx and Δy, left out anyway where the
    triangle is too small to carry them. reach: how far the line goes beyond the dots, in units of x, by default a sixth of the
    axis as it stands: set the limits first for a secant that keeps its length. Returns the slope Δy / Δx. Raises ValueError if
    h is 0.
    """
    if h == 0:
        raise ValueError("a secant needs two points: h must not be 0 (draw a tangent instead)")
    b, fa, fb = a + h, f(a), f(a + h)
    slope = (fb - fa) / h
    span = np.ptp(ax.get_xlim())
    reach = span / 6 if reach is None else reach
    ends = np.array([min(a, b) - reach, max(a, b) + reach])
    ax.plot(ends, fa + slope * (ends - a), color=color, zorder=3)
    ax.plot([a, b, b], [fa, fa, fb], color=GREY, linewidth=1.2, linestyle="--", zorder=3)
    ax.plot([a, b], [fa, fb], "o", color=color, zorder=4)
    if labels:
        _label_triangle(ax, a, b, fa, fb, span)
    return slope


def tangent(ax, f, slope: float, a: float, half_width: float = 1.0, label=None, color=VERMILION, **line):
    """Draw the tangent of `f` at `a`: a segment of the given slope with a dot where it touches.

    slope: f'(a). half_width: how far the segment goes to either side, in units of x. line: matplotlib's line properties.
    Returns the line.
    """
    ends = np.array([a - half_width, a + half_width])
    drawn = ax.plot(ends, f(a) + slope * (ends - a), label=label, color=color, zorder=3, **line)[0]
    ax.plot([a], [f(a)], "o", color=drawn.get_color(), zorder=4)
    return drawn


def with_derivative(f, df, start: float, stop: float, *, at=(), names=("f(x)", "f′(x)"), xlabel="x", width=4.6, height=4.6):
    """Draw `f` above its derivative `df`, so that the slope above is seen to be the height below.

    f, df: functions of a float, drawn from start to stop. at: points where the tangent is drawn above and a dot of the same
    colour below, joined by a thin line. names: the labels of the two y axes. Returns the two axes. Raises ValueError if at one
    of these points `df` is not the slope of `f`: a picture is a claim, too.
    """
    for a in at:
        slope = finite.derivative(f, a)
        if not abs(df(a) - slope) <= 1e-4 * max(1, abs(slope)):
            raise ValueError(f"not the derivative: at {a:g} it is {df(a):g}, and the slope of the function there is {slope:g}")
    upper, lower = axes(xlabel, "", rows=2, sharex=True, width=width, height=height)
    for ax, function, name in [(upper, f, names[0]), (lower, df, names[1])]:
        curve(ax, function, start, stop, color=GREY)
        ax.set_ylabel(name)
    lower.axhline(0, color=GREY, linewidth=0.8)
    for a, color in zip(at, COLOURS * (1 + len(at) // len(COLOURS))):
        tangent(upper, f, df(a), a, half_width=(stop - start) / 10, color=color)
        lower.plot([a], [df(a)], "o", color=color, zorder=4)
        _join(upper, lower, (a, f(a)), (a, df(a)), color)
    return upper, lower


def error_plot(curves, labels=None, *, ax=None, guides: bool = True, xlabel="step h", ylabel="error"):
    """Draw one or several `finite.ErrorCurve`s with logarithmic axes, the best step of theory as a dotted line in each colour.

    curves: an ErrorCurve or a list of them. labels: their names, by default the methods. guides: whether to draw the slopes
    theory predicts: h and h² (truncation) and eps / h (rounding). An error of exactly 0, which has no logarithm, is drawn as
    a hollow dot at the bottom. Returns the axes.
    """
    curves = [curves] if hasattr(curves, "error") else list(curves)
    labels = [c.method for c in curves] if labels is None else np.atleast_1d(labels)
    ax = axes(xlabel, ylabel) if ax is None else ax
    ax.set(xscale="log", yscale="log")
    for c, label, color in zip(curves, labels, COLOURS, strict=False):
        _draw_error(ax, c, label, color)
    if guides:
        _draw_guides(ax, curves)
    ax.legend()
    return ax


# where a function breaks

def _value(f, x):
    try:
        with np.errstate(all="ignore"):
            y = float(f(x))
    except (ArithmeticError, ValueError):  # math.log(-1), 1 / 0.0
        return np.nan
    return y if np.isfinite(y) else np.nan


def _broken_at_jumps(f, x, y):
    # a jump below a hundredth of what the curve spans is not seen; percentiles, since a pole makes the range meaningless
    visible = 0.01 * np.subtract(*np.nanpercentile(y, [95, 5]))
    breaks = [(i, _break(f, x[i], x[i + 1], y[i], y[i + 1])) for i in np.flatnonzero(np.abs(np.diff(y)) > visible)]
    for i, found in reversed([b for b in breaks if b[1] is not None]):
        x, y = np.insert(x, i + 1, found[0]), np.insert(y, i + 1, found[1])
    return x, y


def _break(f, left, right, y_left, y_right):
    """The points to insert where f jumps between left and right; None where it is continuous."""
    step = abs(y_right - y_left)
    for _ in range(40):
        middle = (left + right) / 2
        y = _value(f, middle)
        if np.isnan(y):
            return [middle], [np.nan]
        if abs(y - y_left) >= abs(y_right - y):
            right, y_right = middle, y
        else:
            left, y_left = middle, y
    if abs(y_right - y_left) < step / 2:
        return None
    if abs(y_right - y_left) > 2 * step:  # a pole: its values near by would ruin the y axis
        return [left], [np.nan]
    return [left, left, right], [y_left, np.nan, y_right]


def _label_triangle(ax, a, b, fa, fb, span):
    right, up = b > a, fb >= fa
    if abs(b - a) > span / 12:
        ax.annotate("Δx", ((a + b) / 2, fa), (0, -4 if up else 4), textcoords="offset points", ha="center",
                    va="top" if up else "bottom")
    if abs(b - a) > span / 12 and abs(fb - fa) > np.ptp(ax.get_ylim()) / 12:
        ax.annotate("Δy", (b, (fa + fb) / 2), (5 if right else -5, 0), textcoords="offset points", va="center",
                    ha="left" if right else "right")


def _join(upper, lower, above, below, color):
    line = ConnectionPatch(above, below, "data", "data", axesA=upper, axesB=lower, color=color, linewidth=0.8, linestyle=":")
    line.set_in_layout(False)
    upper.figure.add_artist(line)


def _draw_error(ax, c, label, color):
    bottom = min([np.finfo(float).eps, *c.error[c.error > 0]])
    zero = c.error == 0
    ax.plot(c.h, np.where(zero, bottom, c.error), ".-", label=label, color=color, linewidth=1, markersize=5)
    ax.plot(c.h[zero], np.full(zero.sum(), bottom), "o", color=color, markerfacecolor="white", zorder=4)
    ax.axvline(c.best_step, color=color, linestyle=":", linewidth=1.5)


def _draw_guides(ax, curves):
    h = np.sort(np.concatenate([c.h for c in curves]))
    for c in {c.order: c for c in curves}.values():
        _draw_truncation(ax, c, h)
    left = h[h <= max(c.best_step for c in curves)]
    _draw_guide(ax, left, np.finfo(float).eps / left, "ε/h", (6, 4))


def _draw_truncation(ax, c, h):
    halfway = np.sqrt(c.best_step * h[-1])  # up the branch, on a logarithmic axis: far from rounding and from large h
    k = np.argmin(np.abs(np.log(c.h / halfway)))
    constant = c.error[k] / c.h[k] ** c.order / 4  # a little below the measured line, to be told from it
    right = h[h >= c.best_step]
    _draw_guide(ax, right, constant * right**c.order, "h" if c.order == 1 else "h²", (5, -16))


def _draw_guide(ax, h, error, name, offset):
    ax.plot(h, error, color=GREY, linestyle="--", linewidth=1, zorder=1)
    if len(h):
        ax.annotate(name, (h[len(h) // 2], error[len(h) // 2]), offset, textcoords="offset points", color=GREY)
