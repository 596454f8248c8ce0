"""Matrices as coloured squares: every entry where it belongs, equal colours for equal entries, differences framed."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib import pyplot as plt

from labsupport import figures
from labsupport.matrices import Block, compare_matrices, matrix_equation

BLACK = (0, 0, 0, 1)
MATRICES = arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=st.integers(-9, 9).map(float))


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def squares(ax):
    return [p for p in ax.patches if p.get_fill()]


def framed(ax):
    return [p for p in ax.patches if not p.get_fill() and p.get_edgecolor() == BLACK]


def texts_in_order(ax):
    """The texts inside of squares, from the top row down, each row from left to right."""
    inside = [t for t in ax.texts if t.get_va() == "center" and t.get_text().strip()]
    return [t.get_text() for t in sorted(inside, key=lambda t: (-round(t.get_position()[1], 6), t.get_position()[0]))]


@settings(deadline=None, max_examples=25)
@given(MATRICES)
def test_every_entry_is_written_where_it_stands_in_the_matrix(M):
    ax = matrix_equation([Block("M", M)])
    assert texts_in_order(ax) == [f"{entry:g}".replace("-", "−") for entry in M.ravel()]
    plt.close(ax.figure)


@settings(deadline=None, max_examples=25)
@given(MATRICES)
def test_colours_are_a_function_of_the_entry_alone_and_the_line_stays_inside(M):
    ax = matrix_equation([Block("M", M), "·", Block("Mᵀ", M.T)])
    colour = {}
    for entry, square in zip([*M.ravel(), *M.T.ravel()], squares(ax), strict=True):
        assert colour.setdefault(entry, square.get_facecolor()) == square.get_facecolor()
        assert 0 <= square.get_x() and square.get_x() + square.get_width() <= ax.get_xlim()[1]
        assert 0 <= square.get_y() and square.get_y() + square.get_height() <= ax.get_ylim()[1]
    assert len(set(colour.values())) == len(colour)
    plt.close(ax.figure)


def test_a_vector_is_a_column_and_a_tensor_is_refused():
    ax = matrix_equation([Block("h", [1, 2, 3])])
    assert len({s.get_x() for s in squares(ax)}) == 1 and len(squares(ax)) == 3
    with pytest.raises(ValueError, match=r"'T' has shape \(2, 3, 2\)"):
        matrix_equation([Block("T", np.zeros((2, 3, 2)))])
    with pytest.raises(ValueError, match="two axes"):
        matrix_equation([Block("E", np.zeros((0, 2)))])


def test_texts_of_ones_own_marks_and_no_tint():
    ax = matrix_equation([Block("S", np.zeros((1, 2)), texts=[["h₁", "0"]], marked=[[True, False]], tint=False)])
    assert texts_in_order(ax) == ["h₁", "0"]
    assert [p.get_x() for p in framed(ax)] == [min(s.get_x() for s in squares(ax))]
    assert {s.get_facecolor()[0] for s in squares(ax)} == {0xEE / 255}


def test_drawing_on_given_axes_opens_no_figure():
    ax = figures.axes("", "")
    before = plt.get_fignums()
    assert matrix_equation([Block("M", np.eye(2))], ax) is ax and plt.get_fignums() == before


@settings(deadline=None, max_examples=25)
@given(MATRICES, st.data())
def test_exactly_the_entries_that_differ_are_framed(true, data):
    yours = data.draw(arrays(float, true.shape, elements=st.integers(-9, 9).map(float)))
    ax = compare_matrices(yours, true)
    assert len(framed(ax)) == np.sum(yours != true)
    assert [t.get_text() for t in ax.texts][-1] == "true"
    plt.close(ax.figure)


@pytest.mark.parametrize("yours", [None, ..., "text", np.zeros((2, 2, 2)), [[1, 2], [3]], [[..., 1], [2, 3]]])
def test_what_cannot_be_drawn_leaves_the_true_one_alone(yours):
    ax = compare_matrices(yours, np.eye(2))
    assert len(squares(ax)) == 4 and not framed(ax) and texts_in_order(ax) == []


def test_other_shapes_and_kinds_are_drawn_as_they_are():
    assert len(squares(compare_matrices(np.zeros((3, 2)), np.zeros((2, 3))))) == 12
    ax = compare_matrices(torch.tensor([1.0, 2.0]), [1, 2.5])
    assert len(framed(ax)) == 1
    assert texts_in_order(compare_matrices([[1 / 3]], [[1 / 3]])) == ["0.33"]
    assert texts_in_order(matrix_equation([Block("Z", [[-0.0]])])) == ["0"]
