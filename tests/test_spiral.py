"""The two spirals: where the points lie, that a seed fixes them, and that no line can tell the classes apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsupport import spiral

seeds = st.integers(0, 2**32)


@given(st.integers(1, 50), seeds)
def test_without_noise_every_point_lies_on_its_arm(points, seed):
    X, y = spiral(points, np.random.default_rng(seed), noise=0)
    r = np.hypot(*X.T)
    assert X.shape == (points, 2) and y.shape == (points,)
    assert (0.15 - 1e-12 <= r).all() and (r <= 1 + 1e-12).all()
    angle = np.arctan2(*(y[:, None] * X).T[::-1])  # the second arm is the first, turned by half a turn
    np.testing.assert_allclose(np.exp(1j * angle), np.exp(2j * np.pi * r), atol=1e-12)


@given(st.integers(1, 50))
def test_the_labels_take_turns(points):
    y = spiral(points, np.random.default_rng(0))[1]
    assert set(y) <= {-1.0, 1.0} and y.sum() == points % 2


@given(seeds)
def test_a_seed_fixes_the_points_and_a_second_call_gives_others(seed):
    rng = np.random.default_rng(seed)
    first, second = spiral(10, rng)[0], spiral(10, rng)[0]
    assert (first == spiral(10, np.random.default_rng(seed))[0]).all() and (first != second).all()


def test_the_noise_has_the_deviation_that_was_asked_for():
    exact, noisy = (spiral(20_000, np.random.default_rng(0), noise=noise)[0] for noise in (0, 0.2))
    # the radii are drawn before the noise, so they are the same; a deviation from 40,000 numbers is good to 0.4 %
    assert np.isclose(np.std(noisy - exact), 0.2, rtol=0.02)


def test_no_line_tells_the_classes_apart():
    X, y = spiral(1000, np.random.default_rng(0), noise=0)
    sides = [np.mean(np.sign(X @ [np.cos(a), np.sin(a)] - c) == y) for a in np.linspace(0, 2 * np.pi, 72) for c in np.linspace(-1, 1, 41)]
    assert 0.5 < max(sides) < 0.8


def test_the_legacy_generator_is_left_alone():
    before = np.random.get_state()[1].copy()
    spiral(10, np.random.default_rng(0))
    assert (np.random.get_state()[1] == before).all()


@pytest.mark.parametrize("call, error, words", [
    (lambda: spiral(10, 0), TypeError, "int 0 as rng; give a generator"),
    (lambda: spiral(0, np.random.default_rng(0)), ValueError, "points=0"),
    (lambda: spiral(10, np.random.default_rng(0), noise=-0.1), ValueError, "noise=-0.1"),
    (lambda: spiral(10, np.random.default_rng(0), noise=float("nan")), ValueError, "noise=nan"),
])
def test_bad_input_is_told_at_the_door(call, error, words):
    with pytest.raises(error, match=words):
        call()
