"""The usual mistakes of array answers: each is recognised where it explains everything, and a near miss is not."""

import base64
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from labsupport import check, difference
from labsupport.answers import Key
from labsupport.comparison import Case
from labsupport.location import evidence, locate
from labsupport.recognition import combined, recognise, second_slip

RNG = np.random.default_rng(7)
M, S, Q = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 3)), RNG.normal(size=(4, 4))
V, G, T = RNG.normal(size=4), RNG.normal(size=(5, 3)), RNG.normal(size=(2, 3, 4, 3))
P = np.array([0.5, 0.3, 0.2])
J = np.diag(P) - np.outer(P, P)
TALL = np.array([[1.0, 2.0], [3.0, 5.0], [4.0, -1.0]])
ONE_OFF = np.eye(3, 4) * [0.0, 1, 0, 0]


def normalised(a, axis):
    return np.exp(a) / np.exp(a).sum(axis=axis, keepdims=True)


def with_rows(a, order):
    return a[list(order)]


def told(expected, given, **more):
    """What is said of one array, or of a list of them at several points."""
    expected, given = (a if isinstance(a, list) else [np.asarray(a, dtype=float)] for a in (expected, given))
    return recognise(Case(expected, given, **more))


@pytest.mark.parametrize("expected, given, words", [
    (M, -M, "The sign is flipped."),
    (M, 2 * M, "yours is 2 times the right answer."),
    (M, M / 2, "yours is ½ times the right answer."),
    (M, -4 * M, "It is off by a constant factor and the sign: yours is −4 times the right answer. It looks as if you summed"),
    (M, -2 / 3 * M, "yours is −⅔ times the right answer."),
    (M, np.pi * M, "yours is 3.142 times the right answer."),
    (M, 4 * M, "it looks as if you summed where the mean was asked: divide by 4."),
    (M, 12 * M, "it looks as if you summed where the mean was asked: divide by 12."),
    (M, M / 3, "it looks as if you took the mean where the sum was asked: multiply by 3."),
    (G.mean(axis=0), G.sum(axis=0), "yours is 5 times the right answer. If the mean over 5 was asked, you summed."),
    (G.sum(axis=0), G.mean(axis=0), "If the sum of 5 was asked, you took the mean."),
    (M, M.T, "It is transposed: yours has shape (4, 3), expected (3, 4)."),
    (S, S.T, "It is transposed."),
    (S, -S.T, "It is transposed, and the sign is flipped."),
    (M, 2 * M.T, "It is transposed: yours has shape (4, 3), expected (3, 4), and there is a factor 2 too many."),
    (V[:, None], V[None], "Yours is a row, and a column is asked for."),
    (V[None], V[:, None], "Yours is a column, and a row is asked for."),
    (T, T.transpose(2, 3, 0, 1), "The axes are in another order: yours has first what is axis 2"),
    (S, S[[1, 0, 2]], "The rows are right, their order is not: 0 and 1 are exchanged."),
    (M, M[[1, 2, 0]], "The rows are right, their order is not."),
    (M, M[:, ::-1], "The columns are right, their order is not."),
    (M, M[::-1, ::-1], "The numbers are right, their places are not."),
    (V, V[::-1], "It is in reverse order."),
    (V, V[[1, 0, 2, 3]], "The numbers are right, their order is not."),
    (V[:2], V[1::-1], "The two are exchanged."),
    (M, M.ravel(), "Yours has shape (12,), expected shape (3, 4). The entries are right: it is flattened."),
    (M, M.ravel(order="F"), "It is flattened, and column by column."),
    (V, V[:, None], "Yours has shape (4, 1), expected shape (4,). The entries are right: it has an axis too many."),
    (V[:, None], V, "The entries are right: it lacks an axis."),
    (G.sum(axis=0), G, "Yours has shape (5, 3), expected shape (3,). Sum over axis 0, and it is right."),
    (G.mean(axis=0), G, "Take the mean over axis 0, and it is right."),
    (G.sum(axis=0, keepdims=True), G, "Sum over axis 0, and it is right."),
    (G.sum(), G, "Sum over all entries, and it is right."),
    (G, G.sum(axis=0), "Yours is the sum over axis 0; the entries themselves are asked for."),
    (G.sum(axis=0), G.sum(axis=1), "Their sum is the same: did you go along the other axis?"),
    (G.mean(axis=0), G.mean(axis=1), "Their mean is the same: did you go along the other axis?"),
    (Q.sum(axis=0), Q.sum(axis=1), "The entries are wrong and their sum is right: did you sum over the other axis?"),
    (normalised(M, 1), normalised(M, 0), "your columns have the sum 1, and the rows should."),
    (V - P[0], V[:, None] - V, "Did a column of shape (4, 1) meet a vector of shape (4,)?"),
    (np.diag(V), V, "Yours is the diagonal, and the matrix is asked for."),
    (V, np.diag(V), "Yours is a diagonal matrix, and its diagonal is asked for."),
    (M, M[:2], "Row 2 is missing, the others are right."),
    (M, M[:, [0, 2, 3]], "Column 1 is missing, the others are right."),
    (M, np.vstack([M[:1], M]), "There is a row too many"),
    (S + S.T, S, "Added to its own transpose, yours is right"),
    ((S + S.T) / 2, S, "a symmetric matrix is asked for"),
    (5 * M, np.trunc(5 * M), "an array of whole numbers holds no others"),
    (M, np.round(M, 2), "That is close. Give more digits"),
    (M, 1 / M, "It is the reciprocal of the right answer."),
    (M, M**2, "It is the square of the right answer."),
    (M**2, abs(M), "It is the root of the right answer."),
    (normalised(M, 1), 1 - normalised(M, 1), "It is 1 minus the right answer."),
    (np.array([1, 0, 1, 0, 1]), np.array([0, 1, 0, 1, 0]), "It is 1 minus the right answer."),
    (J, P * (1 - P), "Yours has shape (3,), expected shape (3, 3). Yours is the diagonal alone"),
    (M, M + 1, "yours is 1 too large everywhere."),
])
def test_a_usual_mistake_is_recognised(expected, given, words):
    assert words.lower() in (told(expected, given) or "").lower()


@pytest.mark.parametrize("expected, given", [
    # nearly: one entry does not fit
    *[(M, wrong + ONE_OFF) for wrong in (-M, 2 * M, 4 * M, M / 3, M[[1, 2, 0]], M[:, ::-1], 1 / M, M**2, M + 1)],
    (M, M.T + ONE_OFF.T), (S, S.T + ONE_OFF[:, :3]), (V, V[::-1] + [0, 0, 1, 0]), (M, M.ravel() + np.eye(1, 12)[0]),
    (G.sum(axis=0), G + np.eye(5, 3)), (G.sum(axis=0), G.sum(axis=1) + np.eye(1, 5)[0]),
    (Q.sum(axis=0), Q.sum(axis=1) + np.eye(1, 4)[0]),
    (normalised(M, 1), normalised(M, 0) + ONE_OFF), (np.diag(V), V + 1), (M, M[:2] + 1), (S + S.T, S + np.eye(3)),
    # no more than a coincidence
    (np.eye(3)[0], np.eye(3)[1]),  # two one-hot vectors are each other's reordering
    (np.eye(3), np.eye(3)[[1, 0, 2]]),
    (np.zeros((3, 3)), np.eye(3)),
    (M, np.zeros_like(M)),
    (M, np.ones_like(M)),
    (1e-6 * V, 1e-6 * RNG.normal(size=4) + 1e-5),  # all tiny: equal to nothing else
    (normalised(M, 1)[0], normalised(M[::-1], 1)[0]),  # probabilities have the same sum, whatever is wrong
    (J, J + 0.1 * np.array([[1, -1, 0], [-1, 1, 0], [0, 0, 0]])),  # rows and columns of both have the sum 0
    (np.array(0.0), V - V.mean()),  # many arrays have the sum 0
    (np.array([[1.0, 2], [2, 1]]), np.array([[1.0, 3], [2, 0]])),  # so have rows and columns of small whole numbers
    (np.array([0.04, 1, 2]), np.array([0.0, 1, 2])),  # a wrong 0 is not a rounded 0.04
    (np.array(0.26), np.array(0.3)),
])
def test_what_explains_not_everything_is_not_recognised(expected, given):
    assert told(expected, given) is None or "shape" in told(expected, given) and "right" not in told(expected, given)


def test_equal_entries_tell_no_sum_from_a_mean():
    assert "mean" not in told(np.full(3, 2.0), np.full(3, 6.0)) and "mean" not in told(2.0, 6.0)


def test_numbers_asked_for_together_are_no_axis_to_average_over():
    assert "mean" not in told(np.array([1.0, 2.0, 5.0]), np.array([3.0, 6.0, 15.0]), separate=True)


BATCHES = [(RNG.normal(size=(n, 2)), RNG.normal(size=n)) for n in (4, 3, 5)]
PAIRS = [(RNG.normal(size=3), RNG.normal(size=3)) for _ in range(3)]
SQUARES = [(RNG.normal(size=(n, n)),) for n in (3, 4)]


@pytest.mark.parametrize("points, names, right, wrong, words", [
    (BATCHES, "X y", lambda X, y: X.T @ y / len(y), lambda X, y: X.T @ y,
     "you summed where the mean was asked: divide by the number averaged over, 4 at the first point."),
    (BATCHES, "X y", lambda X, y: X.T @ y, lambda X, y: X.T @ y / len(y), "you took the mean where the sum was asked"),
    (BATCHES, "X y", lambda X, y: np.mean(y**2), lambda X, y: np.sum(y**2), "you summed where the mean was asked"),
    (BATCHES[:1] * 2, "X y", lambda X, y: X.T @ y / len(y), lambda X, y: X.T @ y, "you summed where the mean was asked: divide by 4."),
    (BATCHES, "X y", lambda X, y: X.sum(axis=0), lambda X, y: X, "Sum over axis 0, and it is right."),
    (BATCHES, "X y", lambda X, y: X.sum(axis=0), lambda X, y: X.sum(axis=1), "over the wrong axis of X: take axis 0, not axis 1."),
    (SQUARES, "A", lambda A: A.mean(axis=1), lambda A: A.mean(axis=0), "over the wrong axis of A: take axis 1, not axis 0."),
    (SQUARES, "A", lambda A: A @ A.T @ A, lambda A: (A @ A.T @ A).T, "It is transposed."),
    (PAIRS, "a b", lambda a, b: a * b, lambda a, b: a, "A factor b is missing."),
    (PAIRS, "a b", lambda a, b: a, lambda a, b: a * b, "There is a factor b too many."),
    (PAIRS, "a b", lambda a, b: a - b, lambda a, b: a, "Yours is too large by b."),
    (PAIRS, "a b", lambda a, b: a + 2 * b, lambda a, b: a, "Yours is too small by 2 times b."),
    (PAIRS, "a b", lambda a, b: np.outer(a, b), lambda a, b: np.outer(b, a), "It is transposed."),
])
def test_what_the_arguments_tell_is_used(points, names, right, wrong, words):
    case = Case([np.asarray(right(*p)) for p in points], [np.asarray(wrong(*p)) for p in points], points=points, names=names.split())
    assert words in recognise(case)


def test_a_factor_that_follows_no_length_is_no_mean():
    expected = [X.T @ y for X, y in BATCHES]
    given = [c * e for c, e in zip((4, 3, 6), expected)]
    assert recognise(Case(expected, given, points=BATCHES, names=["X", "y"])) is None


@pytest.mark.parametrize("expected, given, words", [
    (M, M * [[1], [-1], [1]], "Row 1 is wrong, all others are right; the sign is flipped there."),
    (M, M * [1, 1, 0.5, 1], "Column 2 is wrong, all others are right; yours is ½ times the right answer there."),
    (M, M + [[0], [0], [1]], "Row 2 is wrong, all others are right."),
    (S, S * [0, 1, 1], "Column 0 is wrong, all others are right; yours is 0 there."),
    (J, np.diag(P * (1 - P)), "What stands beside the diagonal is wrong, the diagonal is right; yours is 0 there."),
    (J, -np.outer(P, P), "The diagonal is wrong, all beside it is right."),
    (J, np.triu(J), "What stands below the diagonal is wrong, all else is right; yours is 0 there."),
    (M, M + ONE_OFF, "All other entries are right."),
    (S, abs(S), f"Only signs are wrong, in {np.sum(S < 0)} of 9 entries."),
    (V, V + [0, 1, 2, 0], "2 of 4 entries are wrong."),
    (V, [1, 2, np.inf, 4], "Entry [2] is inf: was something divided by 0, or an exponential too large?"),
    (V[:2], [0, 1], "Entry [0] is wrong, and so is 1 more."),
])
def test_the_part_that_is_wrong_is_named(expected, given, words):
    case = Case([expected], [np.asarray(given, dtype=float)])
    assert recognise(case) is None and locate(case) == words


def test_a_row_with_wrong_entries_is_not_blamed_for_others():
    assert "Row" not in locate(Case([M], [M + [[0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 1]]]))


@pytest.mark.parametrize("yours, expected, text", [
    (0.2, 0.1, "at [1]: yours 0.2, expected 0.1."),
    (1 + 3e-6, 1.0, "at [1]: yours 1.000003, expected 1."),
    (1234567.0, 1234569.0, "at [1]: yours 1234567, expected 1234569."),
])
def test_the_numbers_told_of_an_entry_differ(yours, expected, text):
    assert evidence(Case([np.array([0.0, expected, 3.0])], [np.array([0.0, yours, 3.0])]), "") == ", " + text


@pytest.mark.parametrize("key, answer", [
    (Key(0.75), 0.5), (Key("3*x**2", at=[1, 2, 3]), lambda x: 7 * x + 1), (Key([0.75, 0.25]), [0.75, 0.5]),
    (Key((0.1, 0.25, 0.75)), (0.1, 0.25, 0.5)), (Key([(0.1, 0.25), (0.75, 1)]), [(0.1, 0.5), (0.75, 1)]),
])
def test_a_single_number_is_not_given_away(key, answer):
    message = check("secret", answer, keys={"secret": key}).message
    assert "expected" not in message and not {"0.75", "0.25"} & set(message.rstrip(".").split())


def test_a_second_slip_is_told_besides_a_listed_one():
    key = Key("3*x**2", at=[-1, 0.5, 2, 3], mistakes={"The exponent goes down by one.": "3*x**3 + 1", "A 3 is missing.": "x**2 + 1"})
    told = check("cubic", lambda x: -(3 * x**3 + 1), keys={"cubic": key}).message
    assert "The exponent goes down by one. Besides, the sign is flipped." in told
    told = check("cubic", lambda x: (x**2 + 1) / 2, keys={"cubic": key}).message
    assert "A 3 is missing. Besides, there is a factor ½ too many." in told
    assert "Besides" not in check("cubic", lambda x: -(3 * x**3 + 1) + (x == 3), keys={"cubic": key}).message


def test_two_listed_mistakes_at_once_are_told_together():
    key = Key([2.0, 5.0, 7.0], mistakes={"The first.": [3.0, 5.0, 7.0], "The last.": [2.0, 5.0, 1.0]})
    assert "Two slips at once. The first. The last." in check("three", [3, 5, 1], keys={"three": key}).message
    assert "Two slips" not in check("three", [3, 5, 4], keys={"three": key}).message


def test_two_listed_factors_at_once_are_told_together():
    def case(wrong):
        return Case([M], [wrong])

    one, other = M * np.arange(1, 5), M * [[2], [3], [4]]
    assert combined(case(M * np.arange(1, 5) * [[2], [3], [4]]), [one], [other])
    assert not combined(case(M * np.arange(1, 5) * [[2], [3], [5]]), [one], [other])
    assert not combined(case(one), [other], [other])


def test_a_single_number_has_no_second_slip():
    assert second_slip(Case([np.array(3.0)], [np.array(4.0)]), [np.array(2.0)]) is None


CHAIN = Key("2*x*cos(x**2)", at=[-1.5, 0.3, 1, 2], of="sin(x**2)")
PRODUCT = Key("2*x*sin(x) + x**2*cos(x)", at=[-1.5, 0.3, 1, 2], of="x**2*sin(x)")
SUM = Key("2*x + exp(x)", at=[-1.5, 0.3, 1, 2], of="x**2 + exp(x) + 7")
QUOTIENT = Key("(cos(t)*t - sin(t))/t**2", at=[-1.5, 0.3, 1, 2], variables="t", of="sin(t)/t")


@pytest.mark.parametrize("key, answer, words", [
    (CHAIN, lambda x: np.cos(x**2), "The inner derivative is missing: the slope of x**2 as a factor."),
    (CHAIN, lambda x: 2 * x * np.cos(x), "The outer slope is taken at the inside, x**2, not at x."),
    (CHAIN, lambda x: np.cos(2 * x), "The inside stays x**2; its slope is a factor."),
    (PRODUCT, lambda x: 2 * x * np.cos(x), "The slope of a product is not the product of the slopes."),
    (PRODUCT, lambda x: 2 * x * np.sin(x), "A term of the product rule is missing, the one with the slope of sin(x)."),
    (PRODUCT, lambda x: 2 * x * np.sin(x) - x**2 * np.cos(x), "The term with the slope of sin(x) has the wrong sign."),
    (QUOTIENT, lambda t: (np.cos(t) * t + np.sin(t)) / t**2, "The term with the slope of 1/t has the wrong sign."),
    (SUM, lambda x: 2 * x, "The term exp(x) has a slope, too."),
    (SUM, lambda x: 2 * x + np.exp(x) + 7, "The constant 7 has the slope 0."),
    (Key("3*cos(3*x)", at=[0, 0.5, 1], of="sin(3*x)"), lambda x: np.cos(3 * x), "The inner derivative is missing: the slope of 3*x"),
    (Key("1/(1 + abs(x))**2", at=[-2, 0.5, 2], of="x/(1 + abs(x))"), lambda x: 1 / (1 + abs(x)), "A term of the product rule is missing"),
])
def test_a_slip_in_a_rule_of_differentiation_is_recognised(key, answer, words):
    assert words in check("slip", answer, keys={"slip": key}).message


@pytest.mark.parametrize("key, answer", [
    (CHAIN, lambda x: np.cos(x**2) + 0.1 * x), (PRODUCT, lambda x: 2 * x * np.cos(x) + 0.1), (SUM, lambda x: 2 * x - 1),
    (Key("x**3", at=[1, 2, 3, 4], of="sin(x**2)"), lambda x: np.cos(x**2)),  # not the derivative of `of`
])
def test_a_slip_that_is_none_is_not_claimed(key, answer):
    message = check("slip", answer, keys={"slip": key}).message
    assert not any(word in message for word in ("inner", "slope", "product", "inside"))


numbers = st.integers(-40, 40).map(lambda n: n / 4)
matrices = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(lambda shape: arrays(float, shape, elements=numbers))
few = st.integers(-2, 3).map(float)  # so few that coincidences come
MISTAKES = [
    lambda e: -e, lambda e: 2 * e, lambda e: e / 2, lambda e: e.size * e, lambda e: e.T, lambda e: e[::-1], lambda e: e[:, ::-1],
    lambda e: e.ravel(), lambda e: e.sum(axis=0), lambda e: e.mean(axis=1), lambda e: e + 1, lambda e: np.abs(e), lambda e: e[:1],
    lambda e: e * np.eye(*e.shape), lambda e: np.where(e > 2, np.inf, e), lambda e: np.round(e), lambda e: 0 * e, lambda e: e**2,
    lambda e: np.where(np.arange(e.size).reshape(e.shape) == 0, e + 1, e),
]


@settings(max_examples=300)
@given(matrices, st.sampled_from(MISTAKES))
def test_a_mistake_is_never_right_and_what_is_told_of_an_entry_is_true(expected, mistake):
    answer = mistake(expected)
    assume(answer.shape != expected.shape or not np.array_equal(answer, expected))
    verdict = check("matrix", answer, keys={"matrix": Key(expected)})
    assert verdict.status == "wrong" and verdict.message.startswith("not yet")
    if ", at [" in verdict.message:
        place, rest = verdict.message.split(", at [")[1].split("]: yours ")
        index = tuple(map(int, place.split(",")))
        yours, wanted = rest.split(" ", 2)[0].rstrip(","), rest.split("expected ")[1].split(". ")[0].rstrip(".")
        assert answer[index] != expected[index] and float(yours) == answer[index] and float(wanted) == expected[index]
    else:
        assert answer.shape != expected.shape or expected.size < 3


@settings(max_examples=300)
@given(st.tuples(st.integers(1, 3), st.integers(1, 3)).flatmap(lambda shape: st.tuples(*[arrays(float, shape, elements=few)] * 2)))
def test_what_is_recognised_of_any_two_matrices_is_true(pair):
    expected, given = pair
    assume(not np.array_equal(expected, given))
    message = recognise(Case([expected], [given])) or ""
    claims = {
        "The sign is flipped": lambda: np.array_equal(given, -expected),
        "It is transposed.": lambda: np.array_equal(given, expected.T),
        "The rows are right": lambda: sorted(map(tuple, given)) == sorted(map(tuple, expected)),
        "The columns are right": lambda: sorted(map(tuple, given.T)) == sorted(map(tuple, expected.T)),
        "The numbers are right": lambda: np.array_equal(np.sort(given, axis=None), np.sort(expected, axis=None)),
        "too large everywhere": lambda: len(np.unique(given - expected)) == 1,
        "off by a constant factor": lambda: np.linalg.matrix_rank(np.stack([given.ravel(), expected.ravel()])) == 1,
    }
    assert all(true() for words, true in claims.items() if words in message)


shapes = st.lists(st.integers(0, 3), max_size=3).map(tuple)


@settings(max_examples=300)
@given(st.lists(st.tuples(shapes, shapes), min_size=1, max_size=3), st.booleans(), st.sampled_from([1.0, 0.0, np.inf]), st.randoms())
def test_no_shapes_whatever_raise(pairs, alike, some, random):
    expected = [np.reshape([random.choice([1.0, 2.0, -3.0]) for _ in range(int(np.prod(e)))], e) for e, _ in pairs]
    given = [np.reshape([random.choice([1.0, 2.0, some]) for _ in range(int(np.prod(g)))], g)
             for g in (e if alike else g for e, g in pairs)]
    for points, names in (((), ()), ([(e, 2.0) for e in expected], ["a", "b"])):
        case = Case(expected, given, points=points, names=names)
        if not all(case.right()):
            assert recognise(case) is None or recognise(case).endswith((".", "?"))
            assert (evidence(case, "") + locate(case)).endswith((".", "?"))
            difference.draw(case)


# a picture, where one says more

CUBIC = {"points": [(-1.0,), (0.0,), (1.0,), (2.0,)], "names": ["x"]}


def values(*numbers):
    return [np.array(float(n)) for n in numbers]


@pytest.mark.parametrize("case, alt", [
    (Case([M], [M + np.eye(3, 4) * [1, -2, 1, 0]]),
     "Yours − expected, 3 × 4 entries: 3 differ, 2 too large and 1 too small; the most at [1, 1], by 2."),
    (Case([np.zeros(9)], [np.arange(9.0)]), "Yours − expected, 9 entries: 8 differ, 8 too large and 0 too small; the most at [8], by 8."),
    (Case([S], [np.where(S > 0, np.inf, S)]), "by inf."),
    (Case(values(3, 0, 3, 12), values(-3, 0, 3, 13), **CUBIC),
     "Yours beside the expected values: they agree at 2 of 4 points and differ at x = -1 (too small), 2 (too large)."),
])
def test_a_picture_is_drawn_where_it_says_more_and_has_an_alternative_text(case, alt):
    with plt.rc_context({"text.color": "white", "axes.grid": True}):
        before = dict(plt.rcParams)
        figure, told = difference.draw(case)
        assert alt in told and figure.axes
        assert dict(plt.rcParams) == before and plt.get_fignums() == []


def test_the_picture_of_a_matrix_is_yours_less_the_expected_one_with_its_signs():
    figure, _ = difference.draw(Case([M], [M + np.eye(3, 4) * [1, -2, 1, 0]]))
    ax = figure.axes[0]
    assert np.allclose(ax.images[0].get_array(), np.eye(3, 4) * [1, -2, 1, 0])
    assert {(t.get_position(), t.get_text()) for t in ax.texts} == {((0, 0), "+"), ((1, 1), "−"), ((2, 2), "+")}


@pytest.mark.parametrize("case", [
    Case([M], [M + ONE_OFF]),  # one entry, which the sentence names
    Case([M[:2]], [M[:2] + 1.5 * M[:2] ** 2]),  # a small matrix
    Case([V], [V**3]),  # a short vector
    Case([M], [M.T + 1]),
    Case(values(3, 0, 3, 12), values(1, 2, 5, 0), **CUBIC),  # wrong at all points
    Case(values(3, 0, 3, 12), values(1, 0, 3, np.inf), **CUBIC),
    Case(values(3), values(1)),
])
def test_no_picture_is_drawn_where_a_sentence_says_as_much(case):
    assert difference.draw(case) is None


class Shell:
    def __init__(self):
        self.display_pub, self.shown = self, []

    def publish(self, data, metadata):
        self.shown.append((data, metadata))


def test_a_notebook_shows_the_picture_of_a_wrong_answer_that_nothing_explains(monkeypatch):
    shell = Shell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    keys = {"matrix": Key(M)}
    for explained in (M, M.T, -M, ..., M + ONE_OFF, "text"):
        check("matrix", explained, keys=keys)
    assert shell.shown == []
    check("matrix", M + np.eye(3, 4), keys=keys)
    ((data, metadata),) = shell.shown
    assert data["text/plain"].startswith("Yours − expected") and base64.b64decode(data["image/png"])[:4] == b"\x89PNG"
    assert f'alt="{data["text/plain"]}"' in data["text/html"] and metadata["image/png"]["alt"] == data["text/plain"]


def test_outside_of_a_notebook_nothing_is_drawn(monkeypatch):
    monkeypatch.setattr(difference, "draw", lambda case: pytest.fail("drawn for nobody"))
    assert not check("matrix", M + np.eye(3, 4), keys={"matrix": Key(M)})
    monkeypatch.setitem(sys.modules, "IPython", None)
    assert not check("matrix", M + np.eye(3, 4), keys={"matrix": Key(M)})
