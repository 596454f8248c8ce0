"""The shape of every derivative is the shape that differentiation gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import array_shapes

from labsupport import jacobian, shapes

any_shape = array_shapes(min_dims=0, max_dims=2, max_side=3)


@given(any_shape, any_shape)
def test_the_jacobian_has_the_numerator_shape(of, by):
    c = np.random.default_rng(0).normal(size=(*of, *by))
    J = jacobian(lambda x: np.sum(c * x, axis=tuple(range(len(of), c.ndim))))(np.ones(by))
    assert J.shape == shapes.derivative_shape(of, by)
    np.testing.assert_array_equal(J, c)


@given(any_shape, any_shape)
def test_converting_there_and_back_changes_nothing(of, by):
    J = np.random.default_rng(0).normal(size=(*of, *by))
    other = shapes.convert(J, of, by, to="denominator")
    assert other.shape == shapes.derivative_shape(of, by, layout="denominator")
    np.testing.assert_array_equal(shapes.convert(other, of, by, to="numerator"), J)
    for i in np.ndindex(*of):
        for j in np.ndindex(*by):
            assert other[j + i] == J[i + j]


def test_a_vector_by_a_vector_is_transposed():
    J = np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(shapes.convert(J, (2,), (3,)), J.T)


def test_the_table_has_all_nine_pairings_and_their_shapes():
    rows = shapes.pairings(2, 3, 4, 5)
    assert len({(row.of, row.by) for row in rows}) == 9
    assert {row.numerator for row in rows} >= {"()", "(4,)", "(4, 5)", "(2,)", "(2, 4)", "(2, 4, 5)", "(2, 3, 4)", "(2, 3, 4, 5)"}


def test_a_scalar_has_a_gradient_of_the_shape_of_its_variable_in_both_layouts():
    for layout in shapes.LAYOUTS:
        assert shapes.derivative_shape((), (3, 2), layout) == (3, 2)


@pytest.mark.parametrize("call, message", [
    (lambda: shapes.derivative_shape((2,), (3,), layout="jacobian"), "numerator.*denominator.*'jacobian'"),
    (lambda: shapes.derivative_shape(np.ones((2, 3)), (3,)), r"(?s)a tuple of lengths.*give its \.shape"),
    (lambda: shapes.derivative_shape(3, (3,)), r"a tuple of lengths.*given 3"),
    (lambda: shapes.convert(np.ones((3, 2)), (2,), (3,)), r"has shape \(2, 3\) in numerator.*\(3, 2\).*to='numerator'")])
def test_what_is_no_shape_or_no_layout_is_told(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
