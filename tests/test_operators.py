"""Operators: what they return, how they nest, and what they say."""

import numpy as np
import pytest
import sympy
import torch
from agreement import TOLERANCE, agree, array, flattened, some
from hypothesis import given, strategies as st

from labsupport import Tensor, grad, hessian, hvp, jacobian, jvp, logsumexp, sigmoid, value_and_grad, vjp

rng = np.random.default_rng(0)
A, B, X, b = rng.normal(size=(3, 3)), rng.normal(size=(4, 4)), rng.normal(size=(3, 4)), rng.normal(size=3)


# ---- the exercises of a standard text, one line each, against SymPy or torch


@pytest.mark.parametrize("f, symbolic", [
    (lambda x: np.log(x ** 4) * np.sin(x ** 3), lambda x: sympy.log(x ** 4) * sympy.sin(x ** 3)),
    (lambda x: 1 / (1 + np.exp(-x)), lambda x: 1 / (1 + sympy.exp(-x))),
    (sigmoid, lambda x: 1 / (1 + sympy.exp(-x))),
    (lambda x: np.exp(-(x - 0.3) ** 2 / (2 * 0.7 ** 2)), lambda x: sympy.exp(-(x - 0.3) ** 2 / (2 * 0.7 ** 2))),
    (lambda x: np.sqrt(x ** 2 + np.exp(x ** 2)) + np.cos(x ** 2 + np.exp(x ** 2)),
     lambda x: sympy.sqrt(x ** 2 + sympy.exp(x ** 2)) + sympy.cos(x ** 2 + sympy.exp(x ** 2)))])
def test_scalar_exercises_to_third_order(f, symbolic):
    x = sympy.symbols("x")
    derivative = f
    for order in (1, 2, 3):
        derivative = grad(derivative)
        assert derivative(0.8) == pytest.approx(float(symbolic(x).diff(x, order).subs(x, 0.8)), rel=1e-9)


@pytest.mark.parametrize("f, f_torch, args, shape", [
    (lambda x: np.sin(x[0]) * np.cos(x[1]), lambda x: torch.sin(x[0]) * torch.cos(x[1]), [b[:2]], (2,)),
    (lambda x, y: x @ y, lambda x, y: x @ y, [b, A[0]], (3,)),
    (lambda x: np.outer(x, x), lambda x: torch.outer(x, x), [b], (3, 3, 3)),
    (lambda Z: np.trace(A @ Z @ B @ X.T), lambda Z: torch.trace(torch.tensor(A) @ Z @ torch.tensor(B @ X.T)), [X], (3, 4)),
    (lambda t: np.sin(np.log(t @ t)), lambda t: torch.sin(torch.log(t @ t)), [b], (3,)),
    (lambda x: np.tanh(A @ x + b), lambda x: torch.tanh(torch.tensor(A) @ x + torch.tensor(b)), [A[0]], (3, 3)),
    (lambda A, x: np.tanh(A @ x + b), lambda A, x: torch.tanh(A @ x + torch.tensor(b)), [A, b], (3, 3, 3)),
    (lambda x: x @ A @ x, lambda x: x @ torch.tensor(A) @ x, [b], (3,)),
    (lambda x: np.sum((A @ x - b) ** 2), lambda x: ((torch.tensor(A) @ x - torch.tensor(b)) ** 2).sum(), [A[0]], (3,))])
def test_exercises_of_vector_calculus(f, f_torch, args, shape):
    agree(f, f_torch, *args)
    assert jacobian(f)(*args).shape == shape


# ---- shapes and forms of the answers


@given(array(shape=(2,)), array(shape=(3,)))
@some
def test_jacobian_is_output_shape_then_input_shape(x, y):
    def f(x, y):
        return np.sin(np.outer(x, y))
    for mode in ("reverse", "forward"):
        assert jacobian(f, mode)(x, y).shape == (2, 3, 2)
        assert jacobian(f, mode, argnum=1)(x, y).shape == (2, 3, 3)
        assert jacobian(f, mode, argnum=-1)(x, y).shape == (2, 3, 3)
        assert jacobian(lambda z: z * 1.0, mode)(2.0).shape == ()


def test_hessian_of_a_vector_field_has_a_matrix_for_every_output():
    def field(x):
        return np.stack([x[0] ** 2 * x[1], np.sin(x[1]) * x[2], x[0] * x[1] * x[2], x @ x])
    x = np.array([0.3, 0.5, 0.7])
    H = hessian(field)(x)
    assert H.shape == (4, 3, 3)
    symbols = sympy.Matrix(sympy.symbols("x0:3"))
    x0, x1, x2 = symbols
    for k, component in enumerate((x0 ** 2 * x1, sympy.sin(x1) * x2, x0 * x1 * x2, symbols.dot(symbols))):
        expected = sympy.hessian(component, list(symbols)).subs(dict(zip(symbols, x)))
        np.testing.assert_allclose(H[k], np.array(expected, float), atol=1e-12)


def test_hessian_by_a_matrix_has_its_shape_twice():
    H = hessian(lambda W: np.sum((W @ b) ** 2))(A)
    assert H.shape == (3, 3, 3, 3)
    np.testing.assert_allclose(H, 2 * np.einsum("ik,j,l->ijkl", np.eye(3), b, b))
    assert hessian(lambda W: W @ b)(A).shape == (3, 3, 3, 3, 3)


@pytest.mark.parametrize("outer", ["forward", "reverse"])
@pytest.mark.parametrize("inner", ["forward", "reverse"])
def test_jacobians_of_jacobians_in_every_order_of_modes(inner, outer):
    def field(x):
        return np.tanh(A @ x) * x + logsumexp(x)
    jacrev = torch.func.jacrev
    expected = jacrev(jacrev(lambda x: torch.tanh(torch.tensor(A) @ x) * x + torch.logsumexp(x, 0)))(torch.tensor(b))
    np.testing.assert_allclose(jacobian(jacobian(field, inner), outer)(b), expected.numpy(), **TOLERANCE)


def test_third_derivatives_of_a_polynomial_are_exact():
    T = jacobian(hessian(lambda z: z[0] ** 2 + 2 * z[0] * z[1] + z[1] ** 3))(np.array([1.0, 2.0]))
    np.testing.assert_allclose(T, [[[0, 0], [0, 0]], [[0, 0], [0, 6]]])


def test_value_and_grad_by_several_arguments():
    value, (dW, db) = value_and_grad(lambda W, x, b: np.sum((W @ x + b) ** 2), argnum=(0, 2))(A, b, b)
    e = A @ b + b
    assert value == pytest.approx(e @ e)
    np.testing.assert_allclose(dW, 2 * np.outer(e, b))
    np.testing.assert_allclose(db, 2 * e)


def test_arguments_that_are_not_differentiated_may_be_anything():
    f = grad(lambda x, name, k: x ** k if name == "power" else x)
    assert f(3.0, "power", 2) == 6


def test_a_gradient_by_a_number_is_a_number():
    g = grad(lambda x: x ** 2)(3.0)
    assert isinstance(g, float) and g == 6


def test_vjp_and_jvp_are_the_two_sides_of_one_jacobian():
    def f(x, W):
        return np.tanh(W @ x)
    J = jacobian(f)(b, A)
    value, pullback = vjp(f, b, A)
    u, v = rng.normal(size=(2, 3))
    np.testing.assert_allclose(pullback(u)[0], u @ J)
    np.testing.assert_allclose(jvp(f, (b, A), (v, 0 * A))[1], J @ v)
    np.testing.assert_allclose(value, np.tanh(A @ b))
    np.testing.assert_allclose(pullback(u)[0], u @ J)  # and again


def test_hvp_is_the_hessian_times_the_vector():
    def f(x):
        return logsumexp(A @ x) + np.prod(x)
    np.testing.assert_allclose(hvp(f)(b, A[1]), hessian(f)(b) @ A[1])


def test_results_belong_to_the_caller():
    x, y = np.ones(3), np.ones(3)
    gx, gy = value_and_grad(lambda x, y: np.sum(x + y), (0, 1))(x, y)[1]
    gx += 1
    np.testing.assert_array_equal(gy, 1)
    cotangent = np.ones(3)
    g, = vjp(lambda x: x, x)[1](cotangent)
    g += 1
    np.testing.assert_array_equal(cotangent, 1)
    np.testing.assert_array_equal(x, 1)


# ---- nesting


def test_an_inner_derivative_does_not_confuse_its_variable_with_the_outer():
    """d/dx [x · d/dy (x + y)] = 1, and d/dx [x · d/dy (x y)] = 2 x: the example that breaks engines with one ε for all."""
    for d in (grad, lambda f: lambda x: jvp(f, (x,), (1.0,))[1]):
        for e in (grad, lambda f: lambda x: jvp(f, (x,), (1.0,))[1]):
            assert d(lambda x: x * e(lambda y: x + y)(1.0))(1.0) == 1
            assert d(lambda x: x * e(lambda y: x * y)(1.0))(3.0) == 6
            assert d(lambda x: e(lambda y: x ** 2 * y ** 2)(x))(2.0) == 6 * 2.0 ** 2


def test_a_gradient_step_can_be_differentiated_by_its_learning_rate():
    def f(x):
        return np.sum(x * (A @ x)) ** 2

    def after(rate):
        return f(b - rate * grad(f)(b))
    rate = 1e-3
    assert grad(after)(rate) == pytest.approx(-grad(f)(b - rate * grad(f)(b)) @ grad(f)(b))


def test_a_hand_made_tensor_inside_a_differentiated_function_is_a_constant():
    w = Tensor(2.0)
    y = grad(lambda x: x ** 2 * w)(3.0)
    assert isinstance(y, Tensor) and y.value == 12
    y.backward()
    assert w.grad == 6


@given(st.integers(1, 4))
@some
def test_derivatives_of_any_order(n):
    f = np.exp
    for _ in range(n):
        f = grad(f)
    assert f(0.5) == pytest.approx(np.exp(0.5))


@pytest.mark.parametrize("f", [lambda x: 3 * x, lambda x: np.sum(x), lambda x: np.abs(x) + x, lambda x: x[0]])
def test_second_derivatives_of_linear_functions_are_zero_without_complaint(f):
    x = np.ones(3) if f(np.ones(3)).ndim == 0 else 2.0
    assert not np.any(hessian(f)(x))
    assert not np.any(hvp(f)(x, x))
    assert not np.any(jacobian(grad(f))(x))


def test_flattening_in_these_tests_keeps_the_function():
    flat, z = flattened(lambda x, W: W @ x, [b, A])
    np.testing.assert_allclose(flat(z), A @ b)


# ---- what is told


@pytest.mark.parametrize("operator, zero", [(grad, 0), (jacobian, 0), (lambda f: jacobian(f, "forward"), 0), (hessian, 0)])
def test_a_function_that_returns_no_tensor_has_derivative_zero_and_that_is_said(operator, zero):
    with pytest.warns(UserWarning, match="returned a plain float.*does not depend on it, and its derivative is zero"):
        assert operator(lambda x: 100.0)(2.0) == zero


def test_a_constant_vector_has_a_jacobian_of_zeros():
    with pytest.warns(UserWarning, match="its derivative is zero"):
        J = jacobian(lambda x: np.ones(2))(np.ones(3))
    np.testing.assert_array_equal(J, np.zeros((2, 3)))


def test_an_argument_that_is_not_used_has_gradient_zero():
    value, (dx, dy) = value_and_grad(lambda x, y: np.sum(x), (0, 1))(np.ones(3), np.ones((2, 2)))
    np.testing.assert_array_equal(dy, np.zeros((2, 2)))


@pytest.mark.parametrize("returned, name", [(lambda x: None, r"nothing \(None\)"), (lambda x: (x, x), "a tuple"),
                                            (lambda x: [x[0], x[1]], "a list"), (lambda x: "x", "a str")])
@pytest.mark.parametrize("operator", [jacobian, lambda f: jacobian(f, "forward"), grad, hessian, lambda f: lambda x: vjp(f, x),
                                      lambda f: lambda x: jvp(f, (x,), (x,))])
def test_a_function_that_returns_no_array_is_told_what_to_return(operator, returned, name):
    with pytest.raises(TypeError, match=f"returned {name}.*one array or number.*np.stack"):
        operator(returned)(np.ones(2))


def test_the_gradient_of_a_non_scalar_points_to_jacobian():
    with pytest.raises(ValueError, match=r"returned shape \(2,\).*a sum or a mean.*jacobian"):
        grad(lambda x: x * 2)(np.ones(2))


def test_a_cotangent_or_tangent_of_the_wrong_shape_is_told():
    with pytest.raises(ValueError, match=r"expected \(2,\), was given \(3,\)"):
        vjp(lambda x: x * 2, np.ones(2))[1](np.ones(3))
    with pytest.raises(ValueError, match=r"tangent has the shape of its primal: expected \(2,\), was given \(\)"):
        jvp(lambda x: x * 2, (np.ones(2),), (1.0,))
    with pytest.raises(TypeError, match=r"jvp\(f, \(x,\), \(v,\)\)"):
        jvp(lambda x: x * 2, np.ones(2), np.ones(2))


def test_an_unknown_mode_or_argument_is_told():
    with pytest.raises(ValueError, match="'reverse'.*'forward'.*not 'backward'"):
        jacobian(np.sin, "backward")
    with pytest.raises(TypeError, match="argnum is 1, and the function was called with 1 arguments"):
        grad(np.sin, argnum=1)(1.0)
