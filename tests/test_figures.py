"""Figures say what they are to say: the right slopes, breaks where functions break, labelled axes, the same bytes each time."""

import io
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib import rc_context

from book import kernel_by_files
from labsupport import figures, finite


@pytest.fixture(autouse=True)
def in_the_books_style():
    with rc_context():
        figures.style()
        yield
        plt.close("all")


@pytest.fixture
def ax():
    return figures.axes("x", "f(x)")


def test_axes_are_labelled_and_as_wide_as_asked(ax):
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "f(x)")
    assert tuple(ax.figure.get_size_inches()) == figures.SETTINGS["figure.figsize"]
    assert figures.axes("x", "y", width=3).figure.get_figwidth() == 3
    grid = figures.axes("t", "y", rows=2, cols=3, sharex=True, title="title", equal=True, origin=True)
    assert grid.shape == (2, 3) and grid[0, 0].get_xlabel() == "" and grid[1, 2].get_xlabel() == "t"
    assert grid[0, 0].get_aspect() == 1 and ax.get_aspect() == "auto"
    assert len(grid[0, 0].lines) == 2 and not ax.lines


def test_text_is_no_smaller_than_the_bodys():
    figure = figures.axes("x", "y").figure
    figure.draw_without_rendering()
    assert min(t.get_fontsize() for t in figure.findobj(plt.Text)) * 96 / 72 >= 14.6  # tick labels: 11 pt


def gaps(line):
    return np.flatnonzero(np.isnan(line.get_ydata()))


@pytest.mark.parametrize("f, breaks", [
    (np.sin, 0), (lambda x: np.tanh(1e6 * x), 0), (np.cbrt, 0), (abs, 0), (lambda x: 1e6 * x, 0), (lambda x: 3.0, 0),
    (np.sign, 1), (np.floor, 5), (lambda x: 1 / x, 1), (np.tan, 2), (lambda x: 1.0 if x < 0.3 else 1.5, 1),
])
def test_a_curve_breaks_where_the_function_jumps_and_nowhere_else(ax, f, breaks):
    assert len(gaps(figures.curve(ax, f, -2.03, 2.01))) == breaks


def test_a_curve_reaches_right_up_to_a_jump_and_does_not_climb_a_pole(ax):
    jump = figures.curve(ax, lambda x: 1.0 if x < 0.3 else 5.0, 0, 1)
    k = gaps(jump)[0]
    assert jump.get_xdata()[k - 1] == pytest.approx(0.3, abs=1e-9) and jump.get_xdata()[k + 1] == pytest.approx(0.3, abs=1e-9)
    assert (jump.get_ydata()[k - 1], jump.get_ydata()[k + 1]) == (1.0, 5.0)
    assert np.nanmax(figures.curve(ax, lambda x: 1 / x, -1, 1).get_ydata()) < 1000


def test_a_curve_has_gaps_where_the_function_is_not_defined(ax):
    import math

    for root in (np.sqrt, math.sqrt):  # a NaN, and a ValueError
        line = figures.curve(ax, root, -1, 1)
        assert (np.isnan(line.get_ydata()) == (line.get_xdata() < 0)).all()
    with pytest.raises(ValueError, match="no finite value at 400 points from -2 to -1"):
        figures.curve(ax, np.log, -2, -1)


@settings(deadline=None, max_examples=25)
@given(st.floats(-2, 2), st.floats(-2, 2).filter(lambda h: abs(h) > 1e-3))
def test_secant_gives_and_draws_the_difference_quotient(a, h):
    ax = figures.axes("x", "y")
    slope = figures.secant(ax, lambda x: x**3, a, h)
    assert slope == pytest.approx(3 * a**2 + 3 * a * h + h**2, abs=1e-9)
    line = ax.lines[0]
    assert np.diff(line.get_ydata())[0] / np.diff(line.get_xdata())[0] == pytest.approx(slope, abs=1e-9)
    assert line.get_xdata()[0] < min(a, a + h) and line.get_xdata()[1] > max(a, a + h)
    plt.close(ax.figure)


def test_secant_labels_its_triangle_where_there_is_room(ax):
    ax.set(xlim=(-1, 3), ylim=(-1, 9))
    figures.secant(ax, lambda x: x**2, 1, 1)
    # in the middle of the legs from (1, 1) to (2, 1) and on to (2, 4)
    assert {t.get_text(): t.xy for t in ax.texts} == {"Δx": (1.5, 1), "Δy": (2, 2.5)}
    figures.secant(ax, lambda x: x**2, 1, 0.01)
    assert len(ax.texts) == 2
    with pytest.raises(ValueError, match="h must not be 0"):
        figures.secant(ax, lambda x: x**2, 1, 0)


def test_tangent_touches_with_its_slope(ax):
    line = figures.tangent(ax, np.exp, 1.0, 0.0, half_width=0.5, label="slope 1")
    np.testing.assert_allclose(line.get_xydata(), [[-0.5, 0.5], [0.5, 1.5]])
    assert ax.lines[-1].get_xydata().tolist() == [[0.0, 1.0]]


def test_with_derivative_matches_slopes_above_and_heights_below():
    upper, lower = figures.with_derivative(np.sin, np.cos, 0, 6, at=[0.5, 2.0, 4.0], names=("sin", "cos"))
    segments = [line for line in upper.lines if len(line.get_xdata()) == 2]
    dots = [line for line in lower.lines if len(line.get_xdata()) == 1]
    for segment, dot in zip(segments, dots, strict=True):
        assert np.diff(segment.get_ydata())[0] / np.diff(segment.get_xdata())[0] == pytest.approx(dot.get_ydata()[0])
        assert segment.get_color() == dot.get_color()
    assert (upper.get_ylabel(), lower.get_ylabel(), lower.get_xlabel()) == ("sin", "cos", "x")


def test_error_plot_shows_each_error_its_best_step_and_the_slopes():
    curves = [finite.error_curve(np.exp, np.exp, 1.0, method=m) for m in ("central", "forward")]
    ax = figures.error_plot(curves)
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["central", "forward"]
    assert {t.get_text() for t in ax.texts} == {"h", "h²", "ε/h"}
    dashed = [line for line in ax.lines if line.get_linestyle() == "--"]
    slopes = [np.polyfit(np.log(line.get_xdata()), np.log(line.get_ydata()), 1)[0] for line in dashed]
    np.testing.assert_allclose(sorted(slopes), [-1, 1, 2], atol=1e-9)
    for line, slope in zip(dashed, slopes):  # rounding is drawn left of the best steps, truncation right of them
        h = line.get_xdata()
        assert max(h) <= max(c.best_step for c in curves) if slope < 0 else min(h) >= min(c.best_step for c in curves)
    best = {line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == ":"}
    assert best == {c.best_step for c in curves}


def test_error_plot_shows_an_error_of_zero_at_the_bottom():
    line = finite.error_curve(lambda x: x, lambda x: 1.0, 0.0, h=[1.0, 0.5, 0.25])  # powers of two: no rounding
    assert (line.error == 0).all()
    ax = figures.error_plot(line, "identity")
    hollow = [drawn for drawn in ax.lines if drawn.get_markerfacecolor() == "white"]
    assert (hollow[0].get_ydata() == np.finfo(float).eps).all()
    assert (ax.lines[0].get_ydata() > 0).all()  # the line goes down to them, and does not break


def test_error_plot_takes_curves_without_one_of_the_branches():
    for h in ([1e-12, 1e-13], [0.1, 0.2]):
        figures.error_plot(finite.error_curve(np.exp, np.exp, 1.0, h=h))


def test_colours_differ_in_lightness_too():
    from matplotlib.colors import to_rgb

    lightness = np.array([np.dot(to_rgb(c), [0.2126, 0.7152, 0.0722]) for c in figures.COLOURS[:3]])
    assert len(set(lightness.round(2))) == 3


def test_the_same_figure_gives_the_same_bytes():
    def drawn():
        upper, _ = figures.with_derivative(np.sin, np.cos, 0, 6, at=[1.0])
        upper.figure.savefig(buffer := io.BytesIO(), format="svg", metadata={"Date": None})
        return buffer.getvalue()

    assert drawn() == drawn()


def test_in_a_notebook_figures_are_svg_of_full_width_and_the_same_each_time():
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    source = "from labsupport import figures\nfigures.style()\nax = figures.axes('x', 'y')\nfigures.curve(ax, abs, -1, 1);"

    def executed():
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        nbclient.NotebookClient(book, kernel_name="python3", config=kernel_by_files()).execute()
        return [o["data"]["image/svg+xml"] for o in book.cells[0].outputs if "image/svg+xml" in o.get("data", {})]

    (first,), (second,) = executed(), executed()
    width = f'width="{72 * figures.SETTINGS["figure.figsize"][0]:g}pt"'
    assert first == second and width in first and "dc:date" not in first


def test_importing_labsupport_is_light():
    code = "import sys, labsupport; print(*{'torch', 'sympy', 'IPython'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


def test_a_function_that_is_not_the_derivative_is_not_drawn_as_one():
    with pytest.raises(ValueError, match="not the derivative: at 1 it is -0.84"):
        figures.with_derivative(np.sin, lambda x: -np.sin(x), 0, 2, at=[1.0])
