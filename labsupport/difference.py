"""A picture of what is off in a wrong answer, yours − expected, where one says more than a sentence and somebody sees it.

Orange is too small and purple too large, as in `matrices`; a sign says it without colours. The numbers themselves are not shown.
"""

import base64
import html
import io
import sys

import numpy as np
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from labsupport.matrices import COLOURS
from labsupport.witness import show_number

SMALL, LARGE = COLOURS(0.12), COLOURS(0.9)
LONG = 8  # entries of a vector from which on a picture says more than their list
SIGNS = 14  # columns up to which there is room for signs


def show(case) -> None:
    """Show in the notebook where a wrong answer differs: a matrix of 3 × 3 or more or a long vector with several wrong entries, or
    a function of one variable that is wrong at some of its points. case: as in `comparison.Case`. Any other, or a place that is
    no notebook, shows nothing."""
    if (shell := _shell()) and (drawn := draw(case)):
        figure, alt = drawn
        png = _png(figure)
        shell.display_pub.publish({"text/plain": alt, "image/png": png, "text/html": _html(png, figure, alt)},
                                  {"image/png": {"alt": alt}})


def draw(case) -> tuple | None:
    """The figure and its alternative text; None where a sentence says as much. No state of matplotlib changes.

    >>> from labsupport.comparison import Case
    >>> figure, alt = draw(Case([np.zeros((3, 4))], [np.eye(3, 4)]))
    >>> print(alt)
    Yours − expected, 3 × 4 entries: 3 differ, 3 too large and 0 too small; the most at [0, 0], by 1.
    """
    with style.context("default"):  # whatever the notebook has set, such as white text
        return _drawn(case)


def _drawn(case):
    wrong, k = case.wrong(), case.right().index(False)
    if len(case.numbers() or ()) > 3 and all(a.ndim == 0 for a in [*case.expected, *case.given]):
        return _points(case, np.array(wrong))
    e, g = case.expected[k], case.given[k]
    if e.shape != g.shape or wrong[k].sum() < 2:
        return None
    with np.errstate(invalid="ignore"):
        off = np.where(wrong[k], g - e, 0.0)
    if e.ndim == 2 and min(e.shape) >= 3:
        return _matrix(off), _alt(off, f"{e.shape[0]} × {e.shape[1]} entries")
    return (_vector(off), _alt(off, f"{e.size} entries")) if e.ndim == 1 and e.size >= LONG else None


def _shell():
    ipython = sys.modules.get("IPython")
    return ipython and ipython.get_ipython()


def _png(figure):
    file = io.BytesIO()
    with style.context("default"):
        figure.savefig(file, format="png", dpi=192)
    return base64.b64encode(file.getvalue()).decode()


def _html(png, figure, alt):
    return f'<img src="data:image/png;base64,{png}" width="{figure.get_figwidth() * 96:.0f}" alt="{html.escape(alt)}">'


def _axes(height, xlabel="", ylabel=""):
    ax = Figure(figsize=(4.6, height), layout="compressed").subplots()
    ax.set_xlabel(xlabel, fontsize=12)
    ax.set_ylabel(ylabel, fontsize=12)
    ax.tick_params(labelsize=11)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _finite(off):
    """The difference with the largest finite one in the place of infinite ones, and that largest one."""
    limit = np.max(np.abs(off), initial=0.0, where=np.isfinite(off)) or 1.0
    return np.clip(np.nan_to_num(off, posinf=limit, neginf=-limit), -limit, limit), limit


def _matrix(off):
    off, limit = _finite(off)
    m, n = off.shape
    ax = _axes(float(np.clip(3 * m / n, 1.2, 4.5)) + 0.7, "column", "row")
    ax.spines[:].set_visible(False)
    # a little less than the whole scale, whose ends are nearly black
    image = ax.imshow(off, cmap=COLOURS, vmin=-1.2 * limit, vmax=1.2 * limit, interpolation="nearest")
    bar = ax.figure.colorbar(image, ax=ax, boundaries=np.linspace(-limit, limit, 101), ticks=MaxNLocator(5))
    bar.set_label("yours − expected", fontsize=12)
    bar.ax.tick_params(labelsize=11)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True, nbins=8, min_n_ticks=1))
    for i, j in np.argwhere(off) if max(m, n) <= SIGNS else ():
        ax.text(j, i, "+" if off[i, j] > 0 else "−", ha="center", va="center", fontsize=12,
                color="white" if abs(off[i, j]) > 0.7 * limit else "black")
    return ax.figure


def _vector(off):
    off, _ = _finite(off)
    ax = _axes(2.6, "entry", "yours − expected")
    ax.bar(np.arange(off.size), off, width=0.8, color=[LARGE if each > 0 else SMALL for each in off])
    ax.axhline(0, color="#666666", linewidth=0.8)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax.figure


def _alt(off, size):
    most = np.unravel_index(np.argmax(np.abs(off)), off.shape)
    return (f"Yours − expected, {size}: {np.count_nonzero(off)} differ, {np.sum(off > 0)} too large and {np.sum(off < 0)} too small; "
            f"the most at {list(map(int, most))}, by {show_number(abs(off[most]), 3)}.")


def _points(case, wrong):
    if wrong.all() or not np.isfinite([case.expected, case.given]).all():
        return None
    x, name = case.numbers(), case.names[0]
    ax = _axes(2.8, name)
    ax.plot(x, case.expected, "o", markersize=10, fillstyle="none", color=LARGE, label="expected")
    ax.plot(x, case.given, "x", markersize=8, markeredgewidth=2, color=SMALL, label="yours")
    ax.legend(fontsize=11, frameon=False)
    off = [f"{show_number(each)} ({'too large' if g > e else 'too small'})"
           for each, e, g, w in sorted(zip(x, case.expected, case.given, wrong)) if w]
    others = f" and {len(off) - 6} more" if len(off) > 6 else ""
    return ax.figure, (f"Yours beside the expected values: they agree at {np.sum(~wrong)} of {wrong.size} points and differ at "
                       f"{name} = {', '.join(off[:6])}{others}.")
