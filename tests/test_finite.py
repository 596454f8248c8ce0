"""Finite differences against SymPy, and their errors against the orders that theory gives them."""

import math

import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from labsupport import finite

X = sp.Symbol("x")
coefficients = st.lists(st.integers(-5, 5), min_size=1, max_size=5)
points = st.floats(-3, 3)
matrices = hnp.arrays(float, hnp.array_shapes(max_dims=3, max_side=3), elements=st.floats(-2, 2))


def polynomial(cs):
    """As a function of floats or arrays, and as SymPy's."""
    return (lambda x: sum((c * x**k for k, c in enumerate(cs)), 0.0 * x)), sum(c * X**k for k, c in enumerate(cs))


@settings(deadline=None)
@given(coefficients, points, st.sampled_from(["central", "forward", "backward"]))
def test_derivative_of_a_polynomial_is_sympys(cs, x, method):
    f, expression = polynomial(cs)
    exact = float(sp.diff(expression, X).subs(X, sp.Float(x, 30)))
    # of order eps^(2/3) or eps^(1/2), times the size of f and of its higher derivatives: up to 3000 on [-3, 3]
    assert finite.derivative(f, x, method=method) == pytest.approx(exact, abs=1e-4 if method != "central" else 1e-7)


@settings(deadline=None)
@given(coefficients, matrices)
def test_derivative_of_an_array_is_taken_at_each_entry(cs, x):
    f, _ = polynomial(cs)
    at_each = np.array([finite.derivative(f, float(t)) for t in x.ravel()]).reshape(x.shape)
    np.testing.assert_allclose(finite.derivative(f, x), at_each, rtol=0, atol=1e-7)  # powers of arrays round differently


def test_a_float_gives_a_float_and_an_array_an_array():
    assert type(finite.derivative(np.sin, 0.0)) is float
    assert type(finite.derivative(math.sin, 1)) is float  # an integer is a point like any other
    assert finite.derivative(np.sin, np.zeros((2, 3), int)).shape == (2, 3)


@pytest.mark.parametrize("method, order", [("central", 2), ("forward", 1), ("backward", 1)])
def test_halving_the_step_divides_the_error_by_two_to_the_order(method, order):
    curve = finite.error_curve(np.exp, np.exp, 0.7, h=[2e-2, 1e-2, 5e-3], method=method)
    ratios = curve.error[:-1] / curve.error[1:]
    np.testing.assert_allclose(ratios, 2**order, rtol=0.02)  # the next power of h adds a hundredth
    assert curve.order == order


@pytest.mark.parametrize("method, order", [("central", 2), ("forward", 1)])
def test_the_truncation_error_is_the_term_in_the_docstring(method, order):
    h = 1e-2
    error = finite.derivative(np.exp, 0.0, h, method) - 1
    assert error == pytest.approx(h**order / {2: 6, 1: 2}[order], rel=0.01)


@pytest.mark.parametrize("method", finite.STENCILS)
@pytest.mark.parametrize("f, df", [(np.exp, np.exp), (np.sin, np.cos), (lambda x: x**3, lambda x: 3 * x**2)])
def test_the_best_step_of_theory_is_near_the_best_step_measured(f, df, method):
    curve = finite.error_curve(f, df, 1.0, method=method)
    at_best = np.abs(finite.derivative(f, 1.0, method=method) - df(1.0))
    typical = np.array([np.median(curve.error[max(0, k - 3) : k + 4]) for k in range(len(curve.h))])  # one step may be lucky
    assert at_best <= 30 * typical.min()
    assert curve.error[0] > 1e4 * at_best < curve.error[-1]  # it is a V


def test_the_best_step_is_exact_in_floating_point_and_grows_with_x():
    for x in [0.0, 0.1, 3.0, -7e8]:
        h = finite.best_step(x)
        assert (x + h) - x == h
    assert finite.best_step(-7e8) > 1e8 * finite.best_step(0.5)
    assert finite.derivative(lambda x: x**2, 1e8) == pytest.approx(2e8)


@settings(deadline=None)
@given(matrices)
def test_gradient_has_the_shape_of_its_variable(x):
    weights = np.arange(x.size).reshape(x.shape)
    gradient = finite.gradient(lambda x: np.sum(weights * x**2), x)
    assert gradient.shape == x.shape
    np.testing.assert_allclose(gradient, 2 * weights * x, atol=1e-6)


def test_jacobian_and_hessian_are_sympys():
    x, y, z = symbols = sp.symbols("x y z")
    system = sp.Matrix([x * y, sp.sin(y) + z**2])
    scalar = sp.exp(x) * sp.sin(y) + x * z**2
    point = np.array([0.3, -1.2, 2.0])
    f = sp.lambdify([symbols], list(system))
    g = sp.lambdify([symbols], scalar)
    exact = sp.lambdify([symbols], [system.jacobian(symbols), sp.hessian(scalar, symbols)])(point)
    np.testing.assert_allclose(finite.jacobian(f, point), exact[0], atol=1e-8)
    np.testing.assert_allclose(finite.hessian(g, point), exact[1], atol=1e-6)  # eps^(1/2), times the size of f


def through_torch(f):
    """The same torch function, called with floats and arrays."""
    return lambda x: f(torch.as_tensor(x)).numpy()


@settings(max_examples=25, deadline=None)
@given(matrices)
def test_gradient_is_torchs(x):
    def f(x):
        return (torch.sin(x) * x).sum() * torch.cos(x.flatten()[0])

    # eps^(2/3) times the size of f and of its derivatives, below 50
    np.testing.assert_allclose(finite.gradient(through_torch(f), x), torch.func.grad(f)(torch.tensor(x)), atol=1e-7)


@settings(max_examples=25, deadline=None)
@given(matrices, st.sampled_from([(), (1,), (2,), (2, 3)]), st.integers(0, 99))
def test_jacobian_is_torchs(x, outputs, seed):
    weights = torch.tensor(np.random.default_rng(seed).normal(size=(*outputs, x.size)))

    def f(x):
        return torch.sin(weights @ x.flatten())

    jacobian = finite.jacobian(through_torch(f), x)
    assert jacobian.shape == outputs + x.shape
    np.testing.assert_allclose(jacobian, torch.func.jacrev(f)(torch.tensor(x)), atol=1e-6)  # third derivatives up to about 100


@settings(max_examples=15, deadline=None)
@given(hnp.arrays(float, hnp.array_shapes(max_dims=2, max_side=2), elements=st.floats(-2, 2)))
def test_hessian_is_torchs(x):
    def f(x):
        return torch.exp(torch.sin(x).sum()) + (x**3).sum()

    exact = torch.func.jacrev(torch.func.jacrev(f))(torch.tensor(x))  # func.hessian warns of a deprecation of torch's own
    np.testing.assert_allclose(finite.hessian(through_torch(f), x), exact, atol=1e-5)  # eps^(1/2), f up to e⁴ + 32


def test_halving_the_step_of_a_hessian_quarters_its_error():
    x, exact = np.array([0.5, -0.3]), np.exp(0.2)
    errors = [finite.hessian(lambda x: np.exp(x.sum()), x, h) - exact for h in (0.02, 0.01)]
    np.testing.assert_allclose(errors[0] / errors[1], 4, rtol=0.01)


def test_each_entry_may_have_a_step_of_its_own():
    x, h = np.array([1.0, 2.0]), np.array([0.5, 0.25])  # powers of two: no rounding
    assert (finite.derivative(lambda x: x**3, x, h) - 3 * x**2 == h**2).all()
    assert (finite.gradient(lambda x: (x**3).sum(), x, h) - 3 * x**2 == h**2).all()
    assert (finite.hessian(lambda x: (x**3).sum(), x, h) == np.diag(6 * x)).all()


def test_a_negative_step_turns_a_forward_difference_into_a_backward_one():
    assert finite.derivative(np.exp, 1.0, -0.1, "forward") == finite.derivative(np.exp, 1.0, 0.1, "backward")


def test_the_number_of_calls_is_as_stated():
    calls = []

    def f(x):
        calls.append(x)
        return x @ x

    finite.gradient(f, np.ones(5))
    assert len(calls) == 2 * 5
    finite.hessian(f, np.ones(5))
    assert len(calls) == 2 * 5 + 4 * 15  # 15 entries of the upper triangle, 4 calls each: 2 n² + 2 n


def test_the_rounding_error_grows_as_the_step_shrinks():
    curve = finite.error_curve(np.exp, np.exp, 1.0)
    assert curve.h.shape == curve.error.shape == (97,) and curve.method == "central"
    left = (1e-14 < curve.h) & (curve.h < curve.best_step / 30)
    slope = np.polyfit(np.log(curve.h[left]), np.log(curve.error[left]), 1)[0]
    assert slope == pytest.approx(-1, abs=0.3)  # rounding is ragged


@settings(deadline=None)
@given(hnp.array_shapes(max_dims=2, max_side=3), matrices)
def test_jacobian_shape_is_output_then_input(shape, x):
    assert finite.jacobian(lambda x: np.full(shape, x.sum()), x).shape == shape + x.shape


@settings(deadline=None)
@given(matrices)
def test_hessian_is_symmetric_to_the_bit(x):
    hessian = finite.hessian(lambda x: np.sin(x).sum() ** 2, x).reshape(x.size, x.size)
    assert np.array_equal(hessian, hessian.T)


def test_functions_of_a_number_have_gradient_and_hessian_too():
    assert finite.gradient(math.exp, 0.0) == pytest.approx(1, abs=1e-9)
    assert finite.hessian(math.exp, 0.0) == pytest.approx(1, abs=1e-6)


def test_nan_and_infinity_pass_on_as_nan():
    slopes = finite.derivative(lambda x: x**2, np.array([np.nan, 1.0, np.inf]))
    assert np.isnan(slopes[[0, 2]]).all() and slopes[1] == pytest.approx(2)
    assert math.isnan(finite.derivative(lambda x: math.nan, 1.0))


def test_a_step_below_the_spacing_of_floats_gives_zero():
    assert finite.derivative(np.exp, 1.0, h=1e-17) == 0


def test_the_argument_is_left_as_it_was():
    def careless(x):
        x *= 2
        return x.sum()

    x = np.ones(3)
    np.testing.assert_allclose(finite.gradient(careless, x), 2)
    assert (x == 1).all()


@pytest.mark.parametrize("call, error, words", [
    (lambda: finite.derivative(np.sin, 1.0, method="centre"), ValueError, '"central", "forward" or "backward"'),
    (lambda: finite.best_step(1.0, "middle"), ValueError, "unknown method 'middle'"),
    (lambda: finite.derivative(np.sin, 1.0, h=0), ValueError, "finite and not zero, got 0"),
    (lambda: finite.gradient(np.sum, [1.0], h=np.inf), ValueError, "finite and not zero, got inf"),
    (lambda: finite.hessian(np.sum, [1.0], h=np.nan), ValueError, "leave h out"),
    (lambda: finite.derivative(np.sin(1.0), 1.0), TypeError, "pass the function itself"),
    (lambda: finite.derivative(lambda x: None, 1.0), TypeError, "returned None at x = 0.99.*does it end in a return"),
    (lambda: finite.derivative(lambda x: 1j, 1.0), TypeError, "real numbers, but at x = .*complex"),
    (lambda: finite.derivative(np.sin, 1j), TypeError, "complex128"),
    (lambda: finite.derivative(np.sum, np.ones(3)), ValueError, r"x has shape \(3,\), f\(x\) has shape \(\)"),
    (lambda: finite.gradient(np.sin, np.ones((3, 2))), ValueError, r"returned shape \(3, 2\); use jacobian"),
    (lambda: finite.hessian(np.sin, np.ones(2)), ValueError, r"returned shape \(2,\)"),
    (lambda: finite.jacobian(lambda x: x[x > 1], np.ones(2)), ValueError, r"same shape at every x.*\(0,\) and \(1,\)"),
    (lambda: finite.gradient(np.sum, []), ValueError, "no entries"),
    (lambda: finite.derivative(np.sin, 1.0, [0.1, 0.2]), ValueError, r"h has shape \(2,\), x has shape \(\): give one number"),
    (lambda: finite.jacobian(np.sin, np.ones(3), [1.0]), ValueError, r"h has shape \(1,\), x has shape \(3,\)"),
    (lambda: finite.derivative(np.sin, 1.0, "0.1"), TypeError, "need real numbers"),
    (lambda: finite.error_curve(np.sin, 1.0, 0.0), TypeError, "df must be a function"),
    (lambda: finite.error_curve(np.sin, lambda x: None, 0.0), TypeError, "df returned None"),
    (lambda: finite.error_curve(np.sin, lambda x: [x, x], 0.0), ValueError, "df must return one value for each entry"),
    (lambda: finite.error_curve(np.sin, np.cos, 0.0, method="best"), ValueError, "unknown method 'best'"),
    (lambda: finite.error_curve(np.sin, np.cos, [1.0, 2.0]), ValueError, r"a number, not an array of shape \(2,\)"),
    (lambda: finite.error_curve(np.sin, np.cos, 1.0, h=[0.1, -0.1]), ValueError, "must be positive, got -0.1"),
])
def test_bad_input_is_told_at_the_door(call, error, words):
    with pytest.raises(error, match=words):
        call()
