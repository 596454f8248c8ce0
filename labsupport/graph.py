"""Draw a computation graph: every node with its operation, its value and its gradient."""

import numpy as np

from labsupport.array_protocol import plain

FONT, GAP, ROW = 10, 0.5, 0.85  # points; inches between columns; inches from row to row
RISE = 0.3  # inches between rows, for a graph that grows upwards


def graph(tensor, ax=None, digits=3, upward=False):
    """Draw the computation graph of a Tensor: its variables on the left, itself on the right.

    Args:
        tensor: the result. Call its `backward` first to see gradients too.
        ax: matplotlib axes to draw in; if None, new ones of the size that the graph needs.
        digits: how many significant digits are shown; an array of more than three entries is shown by its shape.
        upward: whether to draw the variables at the bottom and the result at the top: for a long graph on a narrow page.

    Returns:
        The matplotlib axes.

    Raises:
        TypeError: if `tensor` is not a Tensor.

    Source: a layered drawing after Sugiyama, Tagawa and Toda (1981). A node stands right of all its parents; in a column,
    nodes stand in the order of the means of their neighbours, which keeps most edges from crossing; an edge that passes a
    column has a place of its own there.

    >>> from labsupport import Tensor
    >>> x = Tensor(2.0, name="x")
    >>> y = np.sin(x) * x ** 2
    >>> y.backward()
    >>> [text.get_text().splitlines()[0] for text in graph(y).texts]
    ['x', 'sin', 'square', 'multiply']
    """
    if not hasattr(tensor, "history"):
        raise TypeError("graph draws the computation graph of a Tensor, and was given a "
                        f"{type(tensor).__name__}. Compute the result from Tensors, and give that")
    nodes = tensor.history()
    layers, paths = _layers(nodes)
    labels = {node.number: _label(node, digits) for node in nodes}
    length, gap = (_tall, RISE) if upward else (_inches, GAP)
    row = max(map(_inches, labels.values())) + GAP / 2 if upward else ROW
    lengths = [max(length(labels.get(key, "")) for key in layer) for layer in layers]
    heights = {key: height * row / ROW for key, height in _heights(layers, paths).items()}
    along = [sum(lengths[:c]) + gap * c + lengths[c] / 2 for c in range(len(layers))]
    place = {key: (along[c], heights[key]) for c, layer in enumerate(layers) for key in layer}
    limits = [(-gap / 2, sum(lengths) + gap * (len(layers) - 0.5)), (min(heights.values()) - row / 2, max(heights.values()) + row / 2)]
    if upward:  # the same drawing, its axes exchanged
        place, limits = {key: (-across, far) for key, (far, across) in place.items()}, [(-limits[1][1], -limits[1][0]), limits[0]]
    ax, scale = _axes(ax, np.ptp(limits, axis=1))
    ax.set(xlim=limits[0], ylim=limits[1])
    ax.set_axis_off()
    for path in paths:
        _draw_edge(ax, path, place, {key: length(labels.get(key, "")) for key in path}, upward)
    for node in nodes:
        ax.text(*place[node.number], labels[node.number], ha="center", va="center", fontsize=FONT * scale, color="black", zorder=3,
                bbox={"boxstyle": "round,pad=0.35", "edgecolor": "#444444", "facecolor": "#fdf0d0" if node.parents else "#d7e8f7"})
    return ax


def _layers(nodes):
    """Columns of nodes, and each edge as a path with a place in every column it passes. A key is a node's number."""
    column = {}
    for node in nodes:
        column[node.number] = 1 + max((column[p.number] for p in node.parents), default=-1)
    edges = [(p, node) for node in nodes for p in dict.fromkeys(node.parents)]
    for p, _ in edges:
        if not p.parents:  # a variable stands close to where it is used
            column[p.number] = min(column[b.number] for a, b in edges if a is p) - 1
    first = min(column.values())
    layers = [[] for _ in range(max(column.values()) - first + 1)]
    for node in nodes:
        layers[column[node.number] - first].append(node.number)
    paths = []
    for a, b in edges:
        passed = range(column[a.number] + 1, column[b.number])
        paths.append([a.number, *((a.number, b.number, c) for c in passed), b.number])
        for c, key in zip(passed, paths[-1][1:]):
            layers[c - first].append(key)
    return layers, paths


def _heights(layers, paths):
    """How high each place stands, in inches: near the mean of its neighbours, and a row from the next in its column."""
    near = {key: [] for layer in layers for key in layer}
    for path in paths:
        for a, b in zip(path, path[1:]):
            near[a].append(b)
            near[b].append(a)
    height = {key: -ROW * i for layer in layers for i, key in enumerate(layer)}
    for sweep in range(24):
        for layer in layers if sweep % 2 else reversed(layers):
            wish = {key: np.mean([height[other] for other in near[key]] or [0.0]) for key in layer}
            layer.sort(key=lambda key: -wish[key])
            for i, key in enumerate(layer):
                height[key] = wish[key] if i == 0 else min(wish[key], height[layer[i - 1]] - ROW)
            shift = np.mean([wish[key] - height[key] for key in layer])
            for key in layer:
                height[key] += shift
    return height


def _label(node, digits):
    lines = [node.name or node.operation or "variable"]
    if node.operation and not node.name:
        values = [parent.value for parent in node.parents]
        operands = ["·" if any(x is v for v in values) else _short(x, digits) for x in node.operands]
        lines = [node.operation if set(operands) == {"·"} else f"{node.operation}({', '.join(operands)})"]
    lines.append(f"value {_short(plain(node), digits)}")
    if node.grad is not None:
        lines.append(f"grad {_short(plain(node.grad), digits)}")
    return "\n".join(lines)


def _short(x, digits):
    if isinstance(x, (float, np.number)) or isinstance(x, np.ndarray) and x.ndim == 0:
        return f"{float(x):.{digits}g}".replace("-", "−")
    if isinstance(x, np.ndarray) and (x.ndim > 1 or x.size > 3):
        return "×".join(map(str, x.shape))
    if isinstance(x, np.ndarray):
        return "(" + ", ".join(_short(entry, digits) for entry in x) + ")"
    if isinstance(x, slice):
        return ":".join("" if part is None else str(part) for part in (x.start, x.stop, x.step)[:2 + (x.step is not None)])
    return ", ".join(_short(part, digits) for part in x) if isinstance(x, tuple) else str(x)


def _inches(text):
    from matplotlib.textpath import TextPath
    return max((TextPath((0, 0), line, size=FONT).get_extents().width for line in text.split("\n") if line), default=0) / 72 + 0.12


def _tall(text):
    return (text.count("\n") + 1) * FONT * 1.2 / 72 + 0.12 if text else 0.12


def _axes(ax, size):
    """The axes, and by how much the text is scaled to fit into axes that were given."""
    import matplotlib.pyplot as plt
    if ax is None:
        return plt.figure(figsize=size, layout="none").add_axes((0, 0, 1, 1)), 1.0
    box = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted())
    return ax, min(1.0, box.width / size[0], box.height / size[1])


def _draw_edge(ax, path, place, lengths, upward):
    """A curve that leaves the box of the parent on the right, passes its places level, and enters the child on the left; or,
    upward, leaves it above and enters from below."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path
    corners = []
    for i, key in enumerate(path):
        far, across = place[key][::-1] if upward else place[key]
        reach = lengths[key] / 2 + (0.05 if i in (0, len(path) - 1) else 0.1 if upward else 0.3)
        corners += [(far - reach, across)] * (i > 0) + [(far + reach, across)] * (i < len(path) - 1)
    points, codes = [corners[0]], [Path.MOVETO]
    for k, ((x0, y0), (x1, y1)) in enumerate(zip(corners, corners[1:])):
        bend = [((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)]
        points, codes = (points + bend, codes + [Path.CURVE4] * 3) if k % 2 == 0 else (points + [(x1, y1)], codes + [Path.LINETO])
    points = [point[::-1] for point in points] if upward else points
    ax.add_patch(FancyArrowPatch(path=Path(points, codes), arrowstyle="-|>", mutation_scale=9, color="#777777", linewidth=1.1,
                                 shrinkA=0, shrinkB=0, zorder=1))
