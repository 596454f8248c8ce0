"""The descents are torch.optim's, step for step, and say when they diverge."""

import warnings

import numpy as np
import pytest
import torch

from labsupport import adam, gradient_descent, momentum, trajectory

A = np.array([[3.0, 0.4], [0.4, 0.5]])


def valley(x):
    return 0.5 * np.sum(x * (A @ x)) + 0.1 * np.sum(np.sin(x))


def torch_valley(x):
    At = torch.tensor(A)
    return 0.5 * (x * (At @ x)).sum() + 0.1 * torch.sin(x).sum()


def torch_steps(optimizer, steps, f=torch_valley, x0=(2.0, -1.0), schedule=None, **options):
    x = torch.tensor(x0, dtype=torch.float64, requires_grad=True)
    walker = optimizer([x], **options)
    changes = torch.optim.lr_scheduler.LambdaLR(walker, schedule) if schedule else None
    xs = [x.detach().numpy().copy()]
    for _ in range(steps):
        walker.zero_grad()
        f(x).backward()
        walker.step()
        if changes:
            changes.step()
        xs.append(x.detach().numpy().copy())
    return np.array(xs)


CASES = {
    "gradient_descent": (gradient_descent, torch.optim.SGD, {}, {}),
    "momentum": (momentum, torch.optim.SGD, {"momentum": 0.8}, {"momentum": 0.8}),
    "adam": (adam, torch.optim.Adam, {}, {}),
    "adam with other betas": (adam, torch.optim.Adam, {"betas": (0.7, 0.9), "epsilon": 1e-3}, {"betas": (0.7, 0.9), "eps": 1e-3}),
}


@pytest.mark.parametrize("case", CASES)
def test_equal_to_torch_step_for_step(case):
    ours, theirs, options, torch_options = CASES[case]
    path = trajectory(ours(valley, np.array([2.0, -1.0]), learning_rate=0.1, steps=60, **options))
    np.testing.assert_allclose(path.x, torch_steps(theirs, 60, lr=0.1, **torch_options), rtol=1e-12, atol=1e-12)  # rounding only


@pytest.mark.parametrize("case", CASES)
def test_a_schedule_is_followed_as_torch_follows_it(case):
    ours, theirs, options, torch_options = CASES[case]
    path = trajectory(ours(valley, np.array([2.0, -1.0]), learning_rate=lambda k: 0.2 * 0.9 ** k, steps=30, **options))
    expected = torch_steps(theirs, 30, lr=0.2, schedule=lambda k: 0.9 ** k, **torch_options)
    np.testing.assert_allclose(path.x, expected, rtol=1e-12, atol=1e-12)


def test_a_descent_can_be_watched_and_left():
    for k, step in enumerate(gradient_descent(valley, np.array([2.0, -1.0]), learning_rate=0.1, steps=10 ** 9)):
        if np.linalg.norm(step.gradient) < 1e-6:
            break
    assert k < 1000


def test_a_trajectory_has_a_row_for_the_start_and_for_every_step():
    path = trajectory(gradient_descent(valley, np.array([2.0, -1.0]), learning_rate=0.1, steps=7))
    assert path.x.shape == path.gradient.shape == (8, 2) and path.value.shape == (8,)
    np.testing.assert_array_equal(path.x[0], [2.0, -1.0])
    np.testing.assert_allclose(path.value, [valley(x) for x in path.x])
    assert not path.diverged


def test_matrices_and_numbers_are_walked_too():
    path = trajectory(gradient_descent(lambda W: np.sum(W ** 2), np.ones((2, 3)), learning_rate=0.25, steps=3))
    np.testing.assert_allclose(path.x[-1], np.ones((2, 3)) / 8)
    assert trajectory(adam(lambda x: x ** 2, 1, learning_rate=0.1, steps=3)).x.shape == (4,)


def test_the_start_is_not_written_into():
    x0 = np.array([2.0, -1.0])
    trajectory(momentum(valley, x0, learning_rate=0.1, steps=5))
    np.testing.assert_array_equal(x0, [2.0, -1.0])


def test_divergence_is_reported_and_stops_the_descent():
    with pytest.warns(RuntimeWarning, match=r"diverged: after \d+ steps f\(x\) = .* smaller learning_rate \(it is 3.0\)"):
        path = trajectory(gradient_descent(lambda x: np.sum(x ** 4), np.array([2.0]), learning_rate=3.0, steps=100))
    assert path.diverged and len(path.value) < 101


def test_a_descent_that_climbs_has_diverged_though_it_is_finite():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = trajectory(gradient_descent(lambda x: x ** 2, 1.0, learning_rate=1.01, steps=20))
    assert path.diverged


@pytest.mark.parametrize("walk, message", [
    (lambda: gradient_descent(valley, 1.0, learning_rate=-0.1, steps=1), "learning_rate=-0.1; give a positive"),
    (lambda: gradient_descent(valley, 1.0, learning_rate=float("nan"), steps=1), "learning_rate=nan"),
    (lambda: adam(valley, 1.0, learning_rate=0.1, steps=-1), "steps=-1; give how many"),
    (lambda: momentum(valley, 1.0, learning_rate=0.1, steps=1, momentum=1.5), "momentum=1.5.*in \\[0, 1\\)"),
    (lambda: adam(valley, 1.0, learning_rate=0.1, steps=1, betas=(0.9, 1.0)), "betas=.*each in \\[0, 1\\)")])
def test_bad_settings_are_told_before_the_first_step(walk, message):
    with pytest.raises(ValueError, match=message):
        walk()
