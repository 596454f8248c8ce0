"""Witnesses: what is wrong is caught and named, what is right agrees, and the table says what was compared."""

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport import Disagreement, agree
from labsupport.witness import as_array, as_points, close, is_sympy, lambdify, short_repr, show_number, show_point

FEW = settings(max_examples=50, deadline=None)
x, y = sp.symbols("x y")
number = st.floats(-1e3, 1e3)


def table(claim="claim", /, **arguments):
    """The lines that `agree` prints, without the claim."""
    return str(agree(claim, **arguments)).splitlines()[1:]


def complaint(claim="claim", /, **arguments):
    with pytest.raises(Disagreement) as caught:
        agree(claim, **arguments)
    return str(caught.value)


# agreeing and differing

@given(points=st.lists(st.floats(0.1, 10), min_size=1, max_size=5), a=number, b=number)
@FEW
def test_a_function_its_expression_and_its_values_agree(points, a, b):
    found = agree("a line", at=points, by_hand=lambda x: a * x + b, sympy=sp.Float(a) * x + sp.Float(b),
                  values=[a * p + b for p in points], torch=torch.tensor(points, dtype=torch.float64) * a + b)
    assert found.difference < 1e-12
    assert found.points == points and set(found.values) == {"by hand", "sympy", "values", "torch"}


@given(value=st.floats(0.01, 1e3), at=st.floats(-5, 5))
@FEW
def test_a_flipped_sign_is_caught_and_the_odd_one_out_named(value, at):
    said = complaint(at=[at], sympy=sp.Float(value) * x**0, by_hand=lambda x: -value, measured=[value])
    assert said.startswith("claim: sympy and by hand differ at x = ")
    assert "the odd one out is by hand: the others agree" in said


def test_the_first_witness_can_be_the_odd_one_out():
    assert "the odd one out is a" in complaint(a=1, b=2, c=2)


@pytest.mark.parametrize("values", [dict(a=1, b=2), dict(a=1, b=2, c=3), dict(a=1, b=1, c=2, d=2), dict(a=0, b=0.9e-6, c=1.8e-6)])
def test_no_odd_one_is_named_where_there_is_none(values):
    assert "odd one" not in complaint(**values)


def test_the_complaint_names_the_point_both_values_the_entry_and_by_how_much():
    assert complaint("a claim", at=[1, 2, 3], by_hand=lambda h: h, measured=[1, 2.5, 3]).splitlines() == [
        "a claim: by hand and measured differ at h = 2",
        "  by hand: 2", "  measured: 2.5", "  they differ by 0.5, allowed is 2e-06", "  in 1 of 3 rows"]
    assert "  entry [1, 0] of a: 3\n  entry [1, 0] of b: 4\n" in complaint(a=[[1, 2], [3, 4]], b=[[1, 2], [4, 4]])


def test_nan_agrees_with_nothing():
    for a, b in [(np.nan, np.nan), (1.0, np.nan), (np.nan, 1.0), (np.inf, np.nan), ([1, np.nan], [1, np.nan])]:
        assert "NaN is not a number: it agrees with nothing" in complaint(a=a, b=b)


def test_an_infinity_agrees_with_its_own_sign_only():
    assert agree("infinities", a=[np.inf, -np.inf], b=[np.inf, -np.inf]).difference == 0
    for a, b in [(np.inf, -np.inf), (np.inf, 1e308), (1e308, np.inf)]:
        assert "they differ by inf" in complaint(a=a, b=b)


def test_shapes_must_be_the_same_and_nothing_broadcasts():
    said = complaint(at=[1], row=lambda x: np.ones((1, 2)), column=lambda x: np.ones((2, 1)))
    assert "row has shape (1, 2), column has shape (2, 1)" in said
    assert "shape ()" in complaint(a=1.0, b=[1.0])
    assert "the odd one out is c" in complaint(a=[1, 2], b=[1, 2], c=[1])


@given(a=number, b=number, tolerance=st.floats(1e-9, 1))
@FEW
def test_the_tolerance_is_absolute_for_small_values_and_relative_for_large(a, b, tolerance):
    assert close(a, b, tolerance) == (abs(a - b) / max(1, abs(a)) <= tolerance)


@given(a=hnp.arrays(float, hnp.array_shapes(max_dims=2, max_side=3), elements=number), data=st.data())
@FEW
def test_one_wrong_entry_is_enough(a, data):
    b = a.copy()
    b[data.draw(hnp.arrays(bool, a.shape).filter(np.any))] += 1e-2 * max(1, abs(a).max())
    assert close(a, a.copy(), 0)
    assert not close(a, b, 1e-6)


def test_a_disagreement_is_an_assertion_error_and_prints_no_table(capsys):
    with pytest.raises(AssertionError):
        agree("claim", a=1, b=2)
    assert capsys.readouterr().out == ""


@given(a=number, b=number)
@FEW
def test_the_difference_found_is_the_largest(a, b):
    found = agree("claim", at=[1, 2], one=[a, b], other=[a, b + 1e-3], tolerance=1)
    assert found.difference == abs(b - (b + 1e-3)) / max(1, abs(b))


# witnesses

def test_constants_of_sympy_need_no_points_or_any():
    assert agree("pi", sympy=sp.pi, numpy=np.pi, matrix=sp.pi * sp.Integer(1)).difference == 0
    assert agree("zero", at=[1, 2], sympy=sp.diff(sp.Integer(7), x), by_hand=[0, 0]).difference == 0


def test_several_symbols_take_the_entries_of_a_point_in_the_order_of_their_names_or_as_told():
    points = [(1.0, 2.0), (3.0, 5.0)]
    agree("x - 2y", at=points, sympy=x - 2 * y, by_hand=lambda p: p[0] - 2 * p[1])
    agree("y - 2x", at=points, sympy=y - 2 * x, by_hand=lambda p: p[0] - 2 * p[1], symbols=(y, x))
    agree("by names", at=points, sympy=y - 2 * x, by_hand=lambda p: p[0] - 2 * p[1], symbols="y x")


def test_two_expressions_share_their_symbols():
    with pytest.raises(Disagreement):
        agree("x is not y", at=[(1.0, 2.0)], a=x, b=y)


def test_a_matrix_of_sympy_a_gradient_and_a_tensor_agree():
    agree("gradient", at=[(1.0, 2.0)], sympy=sp.Matrix([[2 * x, 3 * y**2]]), by_hand=lambda p: np.array([[2 * p[0], 3 * p[1] ** 2]]),
          torch=lambda p: torch.tensor([[2 * p[0], 3 * p[1] ** 2]], requires_grad=True))


def test_unevaluated_derivatives_and_limits_are_evaluated():
    agree("slope", at=[0.5, 2], sympy=sp.Derivative(sp.sin(x), x), by_hand=np.cos)
    agree("sinc", sympy=sp.Limit(sp.sin(x) / x, x, 0), by_hand=1)


def test_a_pole_of_an_expression_is_an_infinity_and_does_not_warn():
    agree("pole", at=[0.0], sympy=1 / x, by_hand=lambda x: np.inf)


def test_a_witness_cannot_change_the_points_of_the_next():
    def destructive(p):
        p *= 0
        return p.sum()

    agree("sum", at=[np.ones(2)], a=destructive, b=lambda p: p.sum() - 2)


def test_one_point_may_be_a_number_and_its_value_a_list():
    assert table(at=2.0, a=lambda x: x**2, b=4) == ["x  a  b", "2  4  4", "agree exactly ✓"]
    agree("both slopes", at=0.0, a=lambda x: [-1, 1], b=[-1, 1])


def test_points_may_come_as_a_tensor():
    assert agree("square", at=torch.tensor([1.0, 2.0]), a=lambda x: x**2, b=[1, 4]).points == [1.0, 2.0]


# tables

def test_the_claim_stands_above_the_table_and_the_result_is_not_shown_twice(capsys):
    found = agree("a claim", a=1, b=1)
    assert capsys.readouterr().out == f"{found}\n" == "a claim\na  b\n1  1\nagree exactly ✓\n"
    assert found._ipython_display_() is None
    assert repr(found) == "<Agreement of a, b: largest difference 0>"


def test_the_last_line_says_to_how_much():
    assert table(a=1, b=1 + 3e-11)[-1] == "agree to 3e-11 ✓"


@pytest.mark.parametrize("witnesses, head", [
    (dict(by_hand=lambda omega: omega, sympy=x), "omega"),
    (dict(sympy=x, by_hand=lambda h: h), "h"),
    (dict(sympy=sp.Symbol("t"), numpy=np.positive), "t"),
    (dict(numpy=np.positive, values=[1, 2]), "x"),
    (dict(two=lambda a, b=0: a, values=[1, 2]), "a"),
    (dict(any=lambda *s: s[0], next=lambda t: t), "t"),
])
def test_the_points_are_headed_by_the_first_functions_argument_else_the_symbol_else_x(witnesses, head):
    assert table(at=[1, 2], **witnesses)[0].split()[0] == head


def test_two_symbols_head_the_points_together():
    assert table(at=[(1, 2)], a=x + y, b=[3]) == ["  x, y  a  b", "[1, 2]  3  3", "agree exactly ✓"]


def test_labels_name_the_rows_and_stand_on_the_left():
    rules = {"x²": 2.6, "1/x": -0.5}
    assert table(at=list(rules), by_hand=[2.6, -0.5], looked_up=lambda name: rules[name], dictionary=rules,
                 sympy=[sp.Rational(26, 10), -sp.Rational(1, 2)], array=np.array([2.6, -0.5])) == [
        "     by hand  looked up  dictionary  sympy  array",
        "x²       2.6        2.6         2.6    2.6    2.6",
        "1/x     -0.5       -0.5        -0.5   -0.5   -0.5", "agree exactly ✓"]


def test_a_dictionary_is_read_by_label_not_by_order():
    agree("order", at=["a", "b"], by_hand=[1, 2], dictionary={"b": 2, "a": 1})


def test_the_complaint_names_the_label():
    assert complaint(at=["x²", "1/x"], a=[1, 2], b=[1, 3]).startswith("claim: a and b differ for 1/x\n")


def test_labels_may_name_arrays_of_different_shapes():
    grads = {"W": np.ones((2, 3)), "b": np.ones(3)}
    assert table(at=["W", "b"], ours=grads, torch={k: torch.tensor(v) for k, v in grads.items()})[1:3] == [
        "W       (2, 3)         0", "b         (3,)         0"]


@pytest.mark.parametrize("at, most", [(list(range(1, 41)), 8), ([f"rule {k}" for k in range(40)], 16)])
def test_a_long_table_is_cut_and_says_so(at, most):
    lines = table(at=at, a=np.arange(40), b=np.arange(40))
    assert len(lines) == 1 + most + 1
    assert lines[-2] == f"… and {40 - most + 1} more"
    assert len(table(at=at[:most], a=np.arange(most), b=np.arange(most))) == 1 + most + 1  # all of them


def test_a_short_array_is_shown_entry_by_entry():
    assert table(theory=[1, 2], measured=np.array([1, 2 + 1e-9])) == [
        "entry  theory  measured", "    0       1         1", "    1       2         2", "agree to 5e-10 ✓"]
    assert len(table(a=np.ones(8), b=np.ones(8))) == 10


@pytest.mark.parametrize("shape", [(9,), (5, 3), (1, 1), (2, 2, 2)])
def test_a_larger_array_is_summed_up_in_a_line(shape):
    assert table(by_hand=np.ones(shape), torch=torch.full(shape, 1 + 2e-9, dtype=float)) == [
        f"by hand, torch: arrays of shape {shape}, largest difference 2e-09", "agree to 2e-09 ✓"]


def test_arrays_at_points_are_shown_by_shape_and_difference():
    assert table(at=[1, 2], a=lambda x: np.full(2, x), b=lambda x: np.full(2, x)) == [
        "x  a: shape  to b", "1      (2,)     0", "2      (2,)     0", "agree exactly ✓"]


# what is refused, and in which words

def raises(x):
    raise KeyError("lost")


@pytest.mark.parametrize("arguments, error, message", [
    (dict(), ValueError, "two or more witnesses by name, got 0"),
    (dict(a=1), ValueError, "two or more witnesses by name, got 1"),
    (dict(a=1, b=np.sin), ValueError, r"'b' is a function: say at which points, at=\[…\]"),
    (dict(a=1, b=x**2), ValueError, r"'b' is the SymPy expression x\*\*2: say at which points"),
    (dict(at=[], a=np.sin, b=np.sin), ValueError, "there are no points"),
    (dict(at=[1, 2], a=np.sin, b=3), ValueError, "'b' is one number, but there are 2 points: give one value for each"),
    (dict(at=[1, 2], a=np.sin, b=np.float64(3)), ValueError, "'b' is one number"),
    (dict(at=[1, 2], a=np.sin, b=[3]), ValueError, "'b' has 1 values, but there are 2 points"),
    (dict(at=[1], a=np.sin, b=lambda x: None), TypeError, "'b' returned None at x = 1: does it end in a return"),
    (dict(at=[1], a=np.sin, b=lambda x: "one"), TypeError, "'b': 'one' is not a number; a witness is a function"),
    (dict(at=[1], a=np.sin, b=lambda x: 1j), TypeError, "'b': complex is not a real number"),
    (dict(a=1, b="1"), TypeError, "'b': '1' is not a number"),
    (dict(a=1, b={"a": 1}), TypeError, "'b': .* is not a number"),
    (dict(a=1, b=None), TypeError, "'b': None is not a number"),
    (dict(a=1, b=[[1, 2], [3]]), TypeError, "'b': its rows have different lengths"),
    (dict(a=1, b=[object()]), TypeError, "'b': list .* is not a real number"),
    (dict(a=1, b=10**400), TypeError, "'b': int .* is not a real number"),
    (dict(a=[], b=[]), ValueError, r"'a' is empty, shape \(0,\): there is nothing to compare"),
    (dict(at=[1], a=lambda x: np.ones((0, 3)), b=1), ValueError, r"'a' is empty, shape \(0, 3\)"),
    (dict(at=[1], a=x, b=x, symbols=y), ValueError, "expression x has the symbol x, which is not one of"),
    (dict(at=[1], a=x + y, b=x), ValueError, r"point x = 1 has 1 entries, but the symbols are \[x, y\]: give one symbol an entry"),
    (dict(at=["p", "q"], a=[1, 2], b={"p": 1}), ValueError, "'b' and at do not have the same labels: q is in one only"),
    (dict(at=["p"], a=[1], b={"p": 1, "r": 2}), ValueError, "r is in one only"),
    (dict(at=["p", "q"], a=[1, 2], b=[1]), ValueError, "'b' has 1 values, but there are 2 labels"),
    (dict(at=["p", "q"], a=[1, 2], b=3), ValueError, "'b' is one number, but there are 2 labels"),
    (dict(at=["p", "q"], a=[1, 2], b=x), TypeError, "'b': Symbol x is not a real number"),
    (dict(at="pq", a=1, b=1), TypeError, "'pq' is not a number"),
    (dict(at=["p", 1], a=[1, 2], b=[1, 2]), TypeError, "'p' is not a number"),
    (dict(tolerance=np.nan, a=1, b=1), ValueError, "tolerance must be finite and not negative, got nan"),
    (dict(tolerance=-1, a=1, b=1), ValueError, "tolerance"),
    (dict(tolerance=np.inf, a=1, b=np.nan), ValueError, "tolerance"),
])
def test_bad_input_is_refused_in_the_readers_words(arguments, error, message):
    with pytest.raises(error, match=message):
        agree("claim", **arguments)


def test_the_claim_is_a_text_and_comes_first():
    with pytest.raises(TypeError, match="the claim comes first, in words: .* got function"):
        agree(lambda x: x, b=1, c=1)


def test_an_exception_in_a_witness_is_its_own_with_a_note_of_where():
    with pytest.raises(KeyError, match="lost") as caught:
        agree("claim", at=[3.0], a=np.sin, b=raises)
    assert caught.value.__notes__ == ["(witness 'b' at x = 3)"]


# the parts that others use

def test_as_array_takes_what_is_a_number():
    for value in [2, 2.0, np.float32(2), sp.Integer(2), sp.sqrt(4), torch.tensor(2), np.array(2)]:
        assert as_array(value).dtype == float and as_array(value) == 2
    assert as_array(sp.Matrix([[1, 2]])).shape == (1, 2)


def test_as_points_of_numbers_vectors_and_nothing():
    assert as_points(None) is None
    assert as_points(np.arange(3)) == [0, 1, 2] and all(type(p) is float for p in as_points(np.arange(3)))
    assert [p.shape for p in as_points(np.ones((4, 2)))] == [(2,)] * 4


def test_lambdify_takes_a_constant_anywhere():
    assert lambdify(sp.Integer(3), [])(np.ones(5)) == 3
    assert lambdify(x * y, [x, y])(np.array([2, 3])) == 6


def test_is_sympy_knows_expressions_and_matrices():
    assert is_sympy(x) and is_sympy(sp.Matrix([1])) and not is_sympy(1) and not is_sympy(np.sin)


def test_showing():
    assert short_repr("a" * 100) == "'" + "a" * 58 + "…"
    assert [show_number(v) for v in (3.0, -1 / 3, 1e-9, np.nan, np.inf)] == ["3", "-0.333333", "1e-09", "NaN", "inf"]
    assert show_point(np.array([1, 2.5])) == "x = [1, 2.5]"
    assert show_point(np.ones((2, 3)), "W") == "W = array (2, 3)"
