"""Forward mode by hand."""

import numpy as np
import pytest
import sympy

from labsupport import Dual, Tensor


def test_epsilon_squared_is_zero():
    e = Dual(0.0, 1.0)
    assert (e * e).primal == 0 and (e * e).tangent == 0


def test_a_dual_carries_the_derivative_along():
    x = sympy.symbols("x")
    f = sympy.sqrt(x ** 2 + sympy.exp(x ** 2)) + sympy.cos(x ** 2 + sympy.exp(x ** 2))
    d = Dual(0.7, 1.0)
    c = d ** 2 + np.exp(d ** 2)
    y = np.sqrt(c) + np.cos(c)
    assert y.primal == pytest.approx(float(f.subs(x, 0.7)))
    assert y.tangent == pytest.approx(float(f.diff(x).subs(x, 0.7)))


def test_the_tangent_scales_with_its_direction():
    x = np.array([0.3, 0.4])
    one, three = (np.sum(np.sin(Dual(x, k * np.ones(2)))) for k in (1, 3))
    assert three.tangent == pytest.approx(3 * one.tangent)


def test_many_directions_at_once_are_each_direction_alone():
    rng = np.random.default_rng(0)
    x, directions = rng.normal(size=3), rng.normal(size=(5, 3))
    A, B = rng.normal(size=(2, 3)), rng.normal(size=(4, 2, 1))

    def f(x):
        return np.concatenate([np.tanh(B + A @ x), np.ones((4, 2, 1)) * x[:1]], axis=-1)[:, 1]
    together = f(Dual(x, directions)).tangent
    for k in range(5):
        np.testing.assert_allclose(together[k], f(Dual(x, directions[k])).tangent)


def test_an_array_is_a_constant_with_tangent_zero():
    y = np.ones(3) + Dual(np.zeros(3), np.ones(3))
    np.testing.assert_array_equal(y.tangent, [1, 1, 1])
    y = Dual(2.0, 1.0) * np.ones((2, 3))  # broadcast with the value
    np.testing.assert_array_equal(y.tangent, np.ones((2, 3)))


def test_duals_inside_duals_give_second_derivatives():
    x = Dual(Dual(2.0, 1.0), Dual(1.0, 0.0))
    y = x ** 3
    assert (y.primal.primal, y.primal.tangent, y.tangent.primal, y.tangent.tangent) == (8, 12, 12, 12)


def test_a_tensor_around_a_dual_gives_a_gradient_and_its_tangent():
    x = Tensor(Dual(np.array([1.0, 2.0]), np.array([1.0, 0.0])))
    np.sum(x ** 3).backward()
    np.testing.assert_array_equal(x.grad.primal, [3, 12])
    np.testing.assert_array_equal(x.grad.tangent, [6, 0])


def test_tensors_and_duals_made_by_hand_do_not_mix_their_derivatives():
    d, t = Dual(2.0, 1.0), Tensor(3.0)
    for y in (d * t, t * d):
        t.grad = None
        y.backward()
        assert t.grad.primal == 2 and t.grad.tangent == 1  # ∂(d t)/∂t = d, and that is a Dual


@pytest.mark.parametrize("primal, tangent", [(np.ones(3), np.ones(2)), (np.ones((2, 3)), np.ones(3)), (1.0, np.ones(3)[None][:, :0])])
def test_a_tangent_of_the_wrong_shape_is_refused(primal, tangent):
    if np.ndim(primal) == 0:
        assert Dual(primal, np.ones(4)).tangent.shape == (4,)  # four directions of a number
    else:
        with pytest.raises(ValueError, match=r"tangent has the shape of its primal: expected \(.*\).*was given \(.*\)"):
            Dual(primal, tangent)


def test_a_dual_is_not_written_into_and_no_plain_truth():
    d = Dual(np.ones(2), np.ones(2))
    with pytest.raises(TypeError, match="a Dual is not written into"):
        d[0] = 1.0
    with pytest.raises(ValueError, match=r"a Dual of shape \(2,\) is neither true nor false"):
        bool(d)
