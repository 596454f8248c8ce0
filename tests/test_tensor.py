"""Reverse mode: gradients, the graph and its memory, and what is told when something is asked that cannot be."""

import gc
import math
import time
import weakref

import numpy as np
import pytest
import torch

from labsupport import Dual, Tensor, grad, jvp, relu, vjp


def test_grad_of_a_variable_used_twice_adds():
    x = Tensor(3.0)
    (x * x + x).backward()
    assert x.grad == 7


def test_every_node_between_gets_its_gradient():
    x = Tensor(2.0, name="x")
    a = x ** 2
    b = np.exp(a)
    c = a + b
    np.sqrt(c).backward()
    assert b.grad == pytest.approx(0.5 / np.sqrt(c.value))
    assert a.grad == pytest.approx(c.grad * (1 + np.exp(4.0)))
    assert x.grad == pytest.approx(a.grad * 4)


def test_gradients_of_two_backwards_add_until_they_are_set_to_none():
    x = Tensor([1.0, 2.0])
    y = np.sum(x ** 2)
    y.backward()
    y.backward()
    np.testing.assert_array_equal(x.grad, [4, 8])
    x.grad = None
    y.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])


def test_backward_from_a_vector_takes_a_cotangent():
    x = Tensor([1.0, 2.0])
    (x ** 2).backward(np.array([1.0, 10.0]))
    np.testing.assert_array_equal(x.grad, [2, 40])


def test_a_gradient_has_the_shape_and_precision_of_its_variable():
    for dtype in (np.float32, np.float64):
        W, b = Tensor(np.ones((3, 2), dtype)), Tensor(np.ones(2, dtype))
        y = np.sum(np.maximum(np.tanh(np.ones((5, 3), dtype) @ W + b), b) ** 2)
        y.backward()
        assert (W.grad.shape, b.grad.shape) == ((3, 2), (2,))
        assert y.dtype == W.grad.dtype == b.grad.dtype == dtype
        assert grad(lambda x: np.sum(np.maximum(x, 1)))(np.ones(3, dtype)).dtype == dtype


def test_the_gradient_of_a_variable_may_be_written_into():
    x, y = Tensor(np.ones(3)), Tensor(np.ones(3))
    np.sum(x + y).backward()
    x.grad *= 2
    np.testing.assert_array_equal(y.grad, 1)


def test_the_graph_can_be_walked():
    x, w = Tensor(2.0, name="x"), Tensor(3.0, name="w")
    y = np.sin(w * x + 1)
    assert [node.operation for node in y.history()] == [None, None, "multiply", "add", "sin"]
    assert y.history()[0] is x and y.history()[-1] is y
    total, = y.parents
    product, = total.parents
    assert set(product.parents) == {x, w} and x.parents == ()
    assert (product.value, total.value, x.name) == (6, 7, "x")


def test_operands_that_need_no_gradient_are_not_parents():
    X, W = np.ones((2, 3)), Tensor(np.ones((3, 1)))
    assert (X @ W).parents == (W,)
    assert np.where(W > 0, W, 0.0).parents == (W,)


@pytest.mark.parametrize("left, right", [(2, "t"), ("t", 2), (2.0, "t"), (np.float64(2), "t"), (np.array([1.0, 2.0]), "t"),
                                         ("t", np.array([1.0, 2.0])), ([1, 2], "t"), ("t", [1, 2]), (np.array([1, 2]), "t")])
@pytest.mark.parametrize("operator", "+ - * / **".split())
def test_tensors_mix_with_numbers_arrays_and_lists_on_either_side(left, right, operator):
    t = Tensor([3.0, 0.5])
    ours = eval(f"left {operator} right", {"left": t if left == "t" else left, "right": t if isinstance(right, str) else right}
                if not isinstance(left, np.ndarray) else {"left": left, "right": t})
    plain = eval(f"left {operator} right", {"left": t.value if isinstance(left, str) else np.asarray(left),
                                            "right": t.value if isinstance(right, str) else np.asarray(right)})
    assert isinstance(ours, Tensor)
    np.testing.assert_allclose(ours.value, plain)


def test_comparisons_give_plain_truth_values():
    t = Tensor([1.0, -1.0])
    for condition in (t > 0, 0 < t, t >= 1, t == 1, t != -1, np.greater(t, 0)):
        assert isinstance(condition, np.ndarray)
        np.testing.assert_array_equal(condition, [True, False])
    assert bool(Tensor(2.0) > 1) and Tensor([[3.0]])


def test_questions_about_the_value_are_answered_by_the_array():
    t = Tensor([[1.0, np.nan]])
    assert (t.shape, t.ndim, t.size, len(t), t.dtype) == ((1, 2), 2, 2, 1, np.float64)
    np.testing.assert_array_equal(np.isnan(t), [[False, True]])
    np.testing.assert_array_equal(np.zeros_like(t), [[0, 0]])
    assert np.argmax(Tensor([1.0, 3.0])) == 1 and np.shape(t) == (1, 2)


METHODS = [lambda a: a.sum(axis=0), lambda a: a.mean(), lambda a: a.max(axis=1), lambda a: a.min(), lambda a: a.prod(axis=1),
           lambda a: a.var(axis=0), lambda a: a.std(), lambda a: a.cumsum(axis=1), lambda a: a.reshape(3, 2), lambda a: a.reshape((6,)),
           lambda a: a.transpose(), lambda a: a.transpose(1, 0), lambda a: a.T, lambda a: a.swapaxes(0, 1), lambda a: a[:, :2].trace(),
           lambda a: a.ravel(), lambda a: a.flatten(), lambda a: a[None].squeeze(), lambda a: a.dot(np.ones(3)), lambda a: a.clip(-0.5, 0.5),
           lambda a: a.diagonal(), lambda a: np.stack([*a]), lambda a: abs(-a), lambda a: +a, lambda a: np.add.reduce(a), lambda a: a[1, 2]]


@pytest.mark.parametrize("f", METHODS)
def test_methods_are_those_of_an_array(f):
    a = np.random.default_rng(0).normal(size=(2, 3))
    expected = f(a)
    for y in (f(Tensor(a)).value, f(Dual(a, a)).primal):
        np.testing.assert_allclose(y, expected)
        assert np.shape(y) == np.shape(expected)


@pytest.mark.parametrize("f", [lambda x: x + x, lambda x: (x + x) * x + x, lambda x: x.T + x, lambda x: np.exp(x) + x * 1 + x,
                               lambda x: np.sum(x) * x + x.reshape(2, 2) + x[:, ::-1], lambda x: np.where(x > 0, x, x) + x])
def test_gradients_that_are_added_do_not_overwrite_each_other(f):
    x = np.array([[1.0, -2.0], [3.0, 4.0]])
    np.testing.assert_allclose(grad(lambda x: np.sum(f(x)))(x), [[sum(jvp(f, (x,), (np.eye(4)[2 * i + j].reshape(2, 2),))[1].ravel())
                                                                  for j in range(2)] for i in range(2)])
    t = Tensor(x)
    y = f(t)
    y.backward(np.ones((2, 2)))
    np.testing.assert_allclose(t.grad, grad(lambda x: np.sum(f(x)))(x))
    np.testing.assert_array_equal(y.grad, np.ones((2, 2)))


def test_a_pullback_can_be_called_again_and_gives_the_same():
    pullback = vjp(lambda x: np.tanh(x) * x + x, np.ones(3))[1]
    np.testing.assert_array_equal(pullback(np.arange(3.0)), pullback(np.arange(3.0)))


# ---- deep, wide, and gone when it is dropped


def test_a_chain_of_200_000_operations():
    x = Tensor(0.5)
    y = x
    for _ in range(100_000):
        y = y * 1.00001 + 1e-6
    begin = time.perf_counter()
    y.backward()
    assert x.grad == pytest.approx(1.00001 ** 100_000, rel=1e-9)
    assert len(y.history()) == 200_001
    assert time.perf_counter() - begin < 20


def test_a_sum_of_20_000_terms():
    x = Tensor(1.5)
    y = sum((x * k for k in range(20_000)), start=0.0)
    y.backward()
    assert x.grad == 20_000 * 19_999 / 2


def test_a_graph_whose_paths_double_at_every_step_is_gone_through_once():
    x = Tensor(1.0)
    y = x
    for _ in range(1000):
        y = 0.5 * y + 0.5 * y
    y.backward()
    assert x.grad == 1


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_graph_is_freed_when_its_result_is_dropped(no_collector):
    x = Tensor(np.ones(3))
    node = np.sin(x) * 2
    y = np.sum(np.stack([node, node]) @ np.ones(3))
    y.backward()
    array, parent = weakref.ref(node.value), weakref.ref(node)
    del node
    assert array() is not None
    del y
    assert array() is None and parent() is None


def test_a_gradient_keeps_no_graph_alive(no_collector):
    alive = []

    def f(x):
        h = np.tanh(x)
        alive.append(weakref.ref(h.value))
        return np.sum(h)
    g = grad(f)(np.ones(3))
    assert g.shape == (3,) and alive[0]() is None


def test_an_error_in_the_function_keeps_no_graph_alive(no_collector):
    alive = []

    def f(x):
        h = np.tanh(x)
        alive.append(weakref.ref(h.value))
        return h @ np.ones(7)
    try:
        grad(f)(np.ones(3))
    except ValueError:
        pass
    assert alive[0]() is None


def test_a_long_chain_is_freed_without_recursion():
    y = Tensor(0.5)
    for _ in range(200_000):
        y = y + 1.0
    del y


# ---- what is told


def test_backward_from_a_non_scalar_says_to_sum_or_to_give_a_cotangent():
    with pytest.raises(ValueError, match=r"shape \(3,\).*Sum it to a scalar.*cotangent of shape \(3,\)"):
        (Tensor(np.ones(3)) * 2).backward()


@pytest.mark.parametrize("shape", [(3,), (1, 2), (2, 1), ()])
def test_a_cotangent_of_the_wrong_shape_is_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(2,\), was given \(.*\).*Reshape"):
        (Tensor(np.ones(2)) * 2).backward(np.ones(shape))


def test_integers_are_promoted_to_float64():
    t = Tensor([1, 2, 3])
    assert t.dtype == np.float64
    np.sum(t ** 2).backward()
    np.testing.assert_array_equal(t.grad, [2, 4, 6])
    assert Tensor(3).value.dtype == Dual(3, 1).primal.dtype == np.float64


@pytest.mark.parametrize("value", [True, 1j, "a", None, [np.ones(2), None]])
def test_what_is_no_real_number_is_refused(value):
    with pytest.raises((TypeError, ValueError), match="real numbers.*has dtype.*Give floats|inhomogeneous"):
        Tensor(value)


@pytest.mark.parametrize("f, shapes", [
    (lambda t: t + np.ones(4), r"add of \(2, 3\) and \(4,\)"), (lambda t: t @ np.ones((2, 5)), r"matmul of \(2, 3\) and \(2, 5\)"),
    (lambda t: np.ones((3, 3)) @ (t * 2), r"matmul of \(3, 3\) and \(2, 3\)"), (lambda t: t.reshape(5), r"reshape of \(2, 3\)"),
    (lambda t: np.concatenate([t, np.ones((2, 2))]), r"concatenate of \(2, 3\) and \(2, 2\)"),
    (lambda t: np.stack([t, t.T]), r"np.stack.*\(2, 3\), \(3, 2\)"), (lambda t: np.linalg.inv(t), "inv|square"),
    (lambda t: np.einsum("ij,jk->ik", t, t), r"einsum of \(2, 3\) and \(2, 3\)|einsum"),
    (lambda t: np.tensordot(t, t, 1), r"np.tensordot of shapes \(2, 3\) and \(2, 3\)"),
    (lambda t: np.einsum("ijk->i", t), "2 axes for the subscripts 'ijk'"), (lambda t: np.einsum("ij,j", t), "1 arrays for the 2"),
    (lambda t: np.diag(t[None]), r"np.diag was given shape \(1, 2, 3\)")])
@pytest.mark.parametrize("make", [Tensor, lambda a: Dual(a, a), lambda a: Tensor(Dual(a, a))], ids=["Tensor", "Dual", "both"])
def test_shapes_that_do_not_fit_are_shown(make, f, shapes):
    with pytest.raises(ValueError, match=shapes):
        f(make(np.ones((2, 3))))


def test_a_singular_matrix_is_called_singular():
    with pytest.raises(np.linalg.LinAlgError, match="^Singular matrix$"):
        np.linalg.inv(Tensor(np.ones((2, 2))))


def test_an_axis_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="axis 2 is out of bounds for array of dimension 1"):
        np.sum(Tensor(np.ones(2)), axis=2)


@pytest.mark.parametrize("f, name", [(np.fft.fft, "fft"), (np.hypot, "hypot"), (np.median, "median"), (np.linalg.svd, "svd")])
def test_an_operation_without_a_rule_is_named_with_what_to_do(f, name):
    t = Tensor([[1.0, 2.0]])
    with pytest.raises(NotImplementedError, match=f"np.{name} has no derivative rule.*labsupport/rules.py.*add a line"):
        f(t, t) if name == "hypot" else f(t)


@pytest.mark.parametrize("f, message", [
    (lambda t: np.sum(t, where=t > 0), "sum was given where=.*axis, keepdims, by name"),
    (lambda t: np.sum(t, 0, None, None, True), "sum was given 5 arguments"),
    (lambda t: np.exp(t, where=t > 0), "np.exp with where=.*cannot be differentiated"),
    (lambda t: np.multiply.outer(t, t), "np.multiply.outer cannot be differentiated"),
    (lambda t: np.reshape(t, (2, 1), order="F"), "reshape was given order="),
    (lambda t: np.linalg.norm(t[None], 2), "ord=2 over 2 axes has no derivative rule")])
def test_an_option_without_a_rule_is_named(f, message):
    with pytest.raises((TypeError, NotImplementedError), match=message):
        f(Tensor([1.0, 2.0]))


def test_a_tensor_is_not_written_into():
    t = Tensor([1.0, 2.0])
    with pytest.raises(TypeError, match=r"not written into.*np.where, np.concatenate or np.stack"):
        t[0] = 5.0


def test_a_tensor_is_not_added_into_a_plain_array():
    a = np.ones(2)
    with pytest.raises(TypeError, match=r"np.add with out=.*Write a = a \+ t for a \+= t"):
        a += Tensor([1.0, 2.0])


def test_augmented_assignment_makes_a_new_tensor():
    t = x = Tensor([1.0, 2.0])
    t += 1
    t *= 2
    np.sum(t).backward()
    np.testing.assert_array_equal(x.grad, [2, 2])
    np.testing.assert_array_equal(x.value, [1, 2])


def test_the_truth_of_an_array_is_not_guessed():
    with pytest.raises(ValueError, match=r"shape \(2,\) is neither true nor false.*np.any or np.all.*np.where"):
        if Tensor([1.0, 2.0]):
            pass


@pytest.mark.parametrize("f", [math.sin, float, int, lambda t: np.array([t, t]), np.asarray])
@pytest.mark.parametrize("make", [Tensor, lambda x: Dual(x, 1.0)], ids=["Tensor", "Dual"])
def test_losing_the_derivative_in_silence_is_refused(make, f):
    with pytest.raises(TypeError, match="would lose its derivative.*np.sin|would lose its derivative.*np.stack"):
        f(make(2.0))


def test_nan_and_infinity_pass_as_numpy_has_them():
    t = Tensor([np.nan, np.inf, -np.inf, 1.0])
    y = relu(t) * 2
    np.testing.assert_array_equal(y.value, [np.nan, np.inf, 0, 2])
    np.sum(y).backward()
    theirs = torch.tensor(t.value, requires_grad=True)
    (torch.relu(theirs) * 2).sum().backward()
    np.testing.assert_array_equal(t.grad[1:], theirs.grad.numpy()[1:])
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert grad(np.log)(0.0) == np.inf


def test_a_tensor_prints_its_value_and_where_it_is_from():
    x = Tensor(2.0, name="x")
    assert repr(x) == f"{x}" == "Tensor(2.0, name='x')"
    assert f"{x / 3:.2f}" == "0.67"
    assert repr(x * 3) == "Tensor(6.0, operation='multiply')"
    assert repr(Tensor([1.0, 2.0])) == "Tensor(array([1., 2.]))"
