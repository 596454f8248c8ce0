"""Maps and surfaces say what they are to say: lines at their heights, surfaces on their function, arrows where they point."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt

from labsupport import figures


def bowl(p):
    x, y = p
    return x**2 + 2 * y**2


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def space():
    return figures.in_space(figures.axes("", ""), 30, -60)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.floats(0.1, 2), min_size=1, max_size=4, unique=True).map(sorted))
def test_on_a_level_line_the_function_has_its_value(levels):
    lines = figures.level_lines(figures.axes("x", "y"), bowl, (-2, 2), (-2, 2), levels)
    for level, path in zip(levels, lines.get_paths(), strict=True):
        # between samples a line is straight: the error is that of the chord, h² f''/8 along each axis
        np.testing.assert_allclose(bowl(path.vertices.T), level, atol=(4 / 80) ** 2 * 4 / 8)
    plt.close("all")


def test_level_lines_can_look_otherwise():
    lines = figures.level_lines(figures.axes("x", "y"), bowl, (-1, 1), (-1, 1), [0.5], colors="red", points=11)
    assert lines.get_edgecolor()[0].tolist() == [1, 0, 0, 1]


def test_axes_in_space_take_the_place_of_flat_ones():
    upper, lower = figures.axes("x", "y", rows=2)
    place, figure = upper.get_subplotspec(), upper.figure
    space = figures.in_space(upper, 20, -70, labels=("a", "b", "c"))
    assert upper not in figure.axes and set(figure.axes) == {lower, space}
    assert space.get_subplotspec() is place and (space.elev, space.azim) == (20, -70)
    assert (space.get_xlabel(), space.get_ylabel(), space.get_zlabel()) == ("a", "b", "c")
    assert not space.computed_zorder


@pytest.mark.parametrize("f", [bowl, lambda p: p[0] - 3 * p[1], lambda p: 4 - p[0] * p[1]])
def test_a_surface_reaches_as_far_as_its_function(space, f):
    drawn = figures.surface(space, f, (-1, 2), (0, 1), count=(5, 4))
    heights = f(np.meshgrid(np.linspace(-1, 2, 5), np.linspace(0, 1, 4)))
    np.testing.assert_allclose(space.xy_dataLim.extents, [-1, 0, 2, 1])
    np.testing.assert_allclose(space.zz_dataLim.intervalx, [heights.min(), heights.max()])
    space.figure.draw_without_rendering()
    assert len(drawn.get_facecolor()) == 4 * 3


def test_an_arrow_goes_from_its_start_along_its_vector():
    drawn = figures.arrow(figures.axes("x", "y"), (1, 2), (3, -1), "C1")
    assert tuple(drawn.xyann) == (1, 2) and tuple(drawn.xy) == (4, 1)


def test_an_arrow_in_space_is_seen_where_a_line_is_seen(space):
    space.set(xlim=(0, 1), ylim=(0, 1), zlim=(0, 1))
    drawn = figures.arrow(space, (0.2, 0.3, 0.4), (0.5, 0.1, 0.3), "C1")
    line, = space.plot([0.2, 0.7], [0.3, 0.4], [0.4, 0.7])
    space.figure.draw_without_rendering()
    np.testing.assert_allclose(np.transpose(line.get_data()), [drawn.xyann, drawn.xy], atol=1e-9)


@pytest.mark.parametrize("start, vector", [((0, 0, 0), (1, 1, 1)), ((0, 0), (1, 1, 1)), ((0,), (1,))])
def test_an_arrow_with_the_wrong_number_of_entries_is_refused(start, vector):
    with pytest.raises(ValueError):
        figures.arrow(figures.axes("x", "y"), start, vector, "C0")
