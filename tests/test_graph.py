"""The drawn computation graph shows every node once, with its value and gradient, and nothing lies over anything else."""

import itertools

import matplotlib
import numpy as np
import pytest

from labsupport import Tensor, sigmoid
from labsupport.figures import graph

matplotlib.use("agg")
plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")


def textbook():
    a = Tensor(0.7, name="x") ** 2
    c = a + np.exp(a)
    return np.sqrt(c) + np.cos(c)


def network():
    rng = np.random.default_rng(0)
    shapes = {"W1": (2, 16), "b1": (16,), "W2": (16, 16), "b2": (16,), "W3": (16, 1), "b3": (1,)}
    W1, b1, W2, b2, W3, b3 = (Tensor(rng.normal(size=s), name=n) for n, s in shapes.items())
    h = np.tanh(np.tanh(rng.normal(size=(100, 2)) @ W1 + b1) @ W2 + b2)
    return np.mean((h @ W3 + b3 - rng.normal(size=(100, 1))) ** 2)


def tangled():
    p, q, r = Tensor(1.0, name="p"), Tensor([1.0, 2.0], name="q"), Tensor(3.0, name="r")
    u = p * r
    w = np.sum((np.sin(q) * u)[:1] * q) + u / r - p
    return sigmoid(w) * np.exp(u - 4) + -p


def wide():
    xs = [Tensor(float(i), name=f"x{i}") for i in range(8)]
    return np.sum(np.stack([x * x for x in xs]))


GRAPHS = [textbook, network, tangled, wide, lambda: Tensor(1.0, name="x")]


@pytest.mark.parametrize("make", GRAPHS)
def test_every_node_is_drawn_once_with_value_and_gradient(make):
    result = make()
    result.backward()
    texts = [text.get_text().split("\n") for text in graph(result).texts]
    assert len(texts) == len(result.history())
    for lines, node in zip(texts, result.history()):
        assert lines[0].startswith(node.name or node.operation)
        assert lines[1].startswith("value ") and lines[2].startswith("grad ")
        if node.size == 1 and node.ndim == 0:
            assert float(lines[1][6:].replace("−", "-")) == pytest.approx(float(node.value), rel=5e-3)


@pytest.mark.parametrize("upward", [False, True])
@pytest.mark.parametrize("make", GRAPHS)
def test_no_box_lies_over_another_or_outside(make, upward):
    result = make()
    result.backward()
    ax = graph(result, upward=upward)
    renderer = ax.figure.canvas.get_renderer()
    ax.figure.draw(renderer)
    boxes = [text.get_bbox_patch().get_window_extent(renderer) for text in ax.texts]
    for a, b in itertools.combinations(boxes, 2):
        assert not a.overlaps(b)
    for box in boxes:
        assert ax.figure.bbox.contains(box.x0, box.y0) and ax.figure.bbox.contains(box.x1, box.y1)


def test_before_backward_there_are_values_only():
    assert all("grad" not in text.get_text() for text in graph(textbook()).texts)


def test_it_fits_into_axes_that_are_given():
    figure, ax = plt.subplots(figsize=(4, 2))
    assert graph(tangled(), ax=ax) is ax
    assert max(text.get_fontsize() for text in ax.texts) < 10


def test_an_array_is_told_to_be_no_graph():
    with pytest.raises(TypeError, match="was given a ndarray. Compute the result from Tensors"):
        graph(np.ones(3))


@pytest.mark.parametrize("make", GRAPHS)
def test_upward_every_node_stands_above_what_it_was_made_from(make):
    result = make()
    nodes = result.history()
    height = {node: text.get_position()[1] for text, node in zip(graph(result, upward=True).texts, nodes)}
    assert all(height[node] > height[parent] for node in nodes for parent in node.parents)
