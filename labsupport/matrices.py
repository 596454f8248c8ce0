"""Matrices as coloured squares: a line of them under their names, as in a formula, or one held beside another.

Orange is below 0 and purple above, the stronger the larger; all matrices of one drawing share one scale.
"""

from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib import pyplot as plt

from labsupport.witness import as_array, close

COLOURS = colormaps["PuOr"]
LINE = 0.24  # inches that a line of text takes


class Block(NamedTuple):
    """One matrix of a drawing. name: written above it. entries: an array of shape (m, n); a vector (n,) is a column.
    texts: what is written in the squares: a format such as "{:g}", "" for nothing, or an array of texts of the same shape.
    marked: entries that get a black frame, a Boolean array of the same shape, or None. tint: whether the squares have colours."""

    name: str
    entries: np.ndarray
    texts: object = "{:g}"
    marked: np.ndarray | None = None
    tint: bool = True


def matrix_equation(parts, ax=None, *, side: float = 0.42, limit=None, width: float = 4.6):
    """Draw matrices in a line, with signs between them.

    parts: a list of `Block`s and of texts, which are the signs; one after another from left to right. ax: axes to draw on,
    such as a slider's; by default those of a new figure, `width` inches wide and as high as needed. side: of a square, in inches;
    smaller if the line would be too long. limit: the absolute value that has the strongest colour, by default the largest.

    Returns the axes, whose unit is an inch. Raises ValueError for a block that is not a matrix or has nothing in it.

    >>> ax = matrix_equation([Block("h", [2, -1]), "·", Block("eᵀ", [[3, 4]]), "=", Block("G", [[6, 8], [-3, -4]])])
    >>> [text.get_text() for text in ax.texts if "-3" in text.get_text() or "−3" in text.get_text()], plt.close(ax.figure)
    (['−3'], None)
    """
    parts = [part if isinstance(part, str) else part._replace(entries=_matrix(part)) for part in parts]
    blocks = [part for part in parts if not isinstance(part, str)]
    limit = max([np.abs(b.entries).max() for b in blocks] + [1e-300]) if limit is None else limit
    signs = sum(_sign_width(part) for part in parts if isinstance(part, str))
    side = min(side, (width - 0.1 - signs) / sum(b.entries.shape[1] for b in blocks))
    rows = max(b.entries.shape[0] for b in blocks)
    head = LINE * max(1 + b.name.count("\n") for b in blocks) + 0.08
    height = rows * side + head + 0.1
    if ax is None:
        ax = plt.figure(figsize=(width, height), layout="none").add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.set_axis_off()
    left = (width - signs - side * sum(b.entries.shape[1] for b in blocks)) / 2
    for part in parts:
        if isinstance(part, str):
            ax.text(left + _sign_width(part) / 2, rows * side / 2 + 0.05, part, ha="center", va="center", fontsize=14)
            left += _sign_width(part)
        else:
            _draw(ax, part, left, 0.05 + (rows + part.entries.shape[0]) * side / 2, side, limit)
            left += part.entries.shape[1] * side
    return ax


def compare_matrices(yours, true, names=("yours", "true"), tolerance: float = 1e-6):
    """Draw a matrix beside the one it should be: entries that differ are framed, and the true one shows its colours only.

    yours: an array, a list or a torch tensor; None or ... is one that is not there yet, and the true one is drawn alone. true:
    the matrix it should be; a vector is drawn as a column. names: what is written above the two. tolerance: as in `check`.

    Returns the axes. Raises ValueError if `true` is not a matrix or a vector.

    >>> ax = compare_matrices([[1, 3], [2, 4]], [[1, 2], [3, 4]])
    >>> len([p for p in ax.patches if p.get_edgecolor() == (0, 0, 0, 1)]), plt.close(ax.figure)
    (2, None)
    """
    goal = Block(names[1], as_array(true), texts="")
    try:
        given = _matrix(Block(names[0], as_array(yours)))
    except (TypeError, ValueError):  # not there yet, or nothing that has entries to draw
        return matrix_equation([goal])
    expected, marked = _matrix(goal), None
    if given.shape == expected.shape:
        marked = np.reshape([not close(e, g, tolerance) for e, g in zip(expected.flat, given.flat)], given.shape)
    texts = np.vectorize(lambda entry: f"{entry:.{3 if abs(entry) >= 1 else 2}g}", otypes=[object])(given)
    side = max(0.42, 0.1 + 0.085 * max(map(len, texts.flat)))  # 11-point figures are 0.085 inches wide
    return matrix_equation([Block(names[0], given, texts, marked), "   ", goal], side=side, limit=np.abs(expected).max() or 1)


def _matrix(block):
    entries = np.asarray(block.entries, dtype=float)
    entries = entries[:, np.newaxis] if entries.ndim == 1 else entries
    if entries.ndim != 2 or entries.size == 0:
        raise ValueError(f"{block.name!r} has shape {np.shape(block.entries)}, and a matrix has two axes: draw the slices of a "
                         "tensor one by one")
    return entries


def _sign_width(sign):
    return 0.16 + 0.1 * len(sign)


def _draw(ax, block, left, top, side, limit):
    m, n = block.entries.shape
    texts = np.full((m, n), block.texts) if isinstance(block.texts, str) else np.reshape(block.texts, (m, n))
    for (i, j), entry in np.ndenumerate(block.entries):
        strength = np.clip(entry / limit, -1, 1)
        corner = left + j * side, top - (i + 1) * side
        ax.add_patch(plt.Rectangle(corner, side, side, edgecolor="white", zorder=1,
                                   facecolor=COLOURS(0.5 + 0.42 * strength) if block.tint else "#eeeeee"))
        ax.text(corner[0] + side / 2, corner[1] + side / 2, texts[i, j].format(entry + 0).replace("-", "−"), ha="center",
                va="center", fontsize=11, color="white" if block.tint and abs(strength) > 0.7 else "black", zorder=4)
    if block.marked is not None:
        for i, j in np.argwhere(np.reshape(block.marked, (m, n))):
            ax.add_patch(plt.Rectangle((left + j * side, top - (i + 1) * side), side, side, fill=False, edgecolor=(0, 0, 0, 1),
                                       linewidth=2.5, zorder=3))
    ax.text(left + n * side / 2, top + 0.06, block.name, ha="center", va="bottom")
