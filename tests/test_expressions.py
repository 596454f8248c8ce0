"""Typed mathematics is read as it is meant, held against SymPy; and what cannot be read is told kindly, with its place."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from spellings import spelled

from book import chapters
from labsupport import answers, check_expression, expressions, sheets
from labsupport.answers import Key
from labsupport.expressions import NotUnderstood

AT = {"x": 1.3, "y": -0.7, "theta": 0.4, "lam": 2.1, "x1": 0.9, "dL_dy": 1.7, "t": 0.3}

# what is typed -> what SymPy is told
READINGS = {
    "-3x^2 sin(x^3)": "-3*x**2*sin(x**3)",
    "-x^2": "-(x**2)", "(-x)^2": "x**2", "2^-x": "2**(-x)", "2^3^x": "2**(3**x)", "x^2y": "x**2*y", "e^2x": "exp(2)*x", "x^-2y": "y/x**2",
    "1/2x": "x/2", "1/(2x)": "1/(2*x)", "x/y/2": "x/(2*y)", "x/2 y": "x*y/2", "2(x+1)": "2*(x+1)", "x(x+1)": "x*(x+1)", "(x+1)(x-1)": "x**2-1",
    "xy": "x*y", "yx": "x*y", "2xy^2": "2*x*y**2", "xsinx": "x*sin(x)", "xe^x": "x*exp(x)", "pi x": "pi*x", "πx": "pi*x", "2πx": "2*pi*x",
    "sin x": "sin(x)", "sin 2x": "sin(2*x)", "sin 2x cos x": "sin(2*x)*cos(x)", "sin x^2": "sin(x**2)", "sin(x)^2": "sin(x)**2", "sin x y": "sin(x*y)",
    "sin^2 x": "sin(x)**2", "sin²x": "sin(x)**2", "sin^2(x) y": "sin(x)**2*y", "sin(x)cos(x)": "sin(x)*cos(x)", "sin -x": "-sin(x)", "sin x/2": "sin(x)/2",
    "ln x": "log(x)", "log(x)": "log(x)", "ln^2 x": "log(x)**2", "exp -x^2": "exp(-x**2)", "e^(-x²/2)": "exp(-x**2/2)", "e^sin x": "exp(sin(x))",
    "√x": "sqrt(x)", "√2x": "sqrt(2)*x", "√(x²+1)": "sqrt(x**2+1)", "sqrt 2x": "sqrt(2*x)", "∛x": "cbrt(x)", "|y|": "abs(y)", "|x-y||y|": "abs(x-y)*abs(y)",
    "2|y|x": "2*abs(y)*x", "||y|-x|": "abs(abs(y)-x)", "ln|y|": "log(abs(y))", "x·y×2": "2*x*y", "x − y": "x-y", "6÷2x": "3*x", "½x": "x/2", "x³⁻¹": "x**2",
    "x⁻²": "x**(-2)", "x^½": "sqrt(x)", "arctan(x)": "atan(x)", "tanh x": "tanh(x)", "σ(x)": "1/(1+exp(-x))", "sigmoid(-x)": "1/(1+exp(x))",
    "theta^2": "theta**2", "θ²": "theta**2", "2θx": "2*theta*x", "λx": "lam*x", "lambda x": "lam*x", "lam*x": "lam*x", "x_1 + x₁": "2*x1", "x1^2": "x1**2",
    "dL_dy(1 - y^2)": "dL_dy*(1-y**2)", "1.5e2 x": "150*x", ".5x": "x/2", "2.x": "2*x", "+x": "x", "--x": "x", "2*-x": "-2*x", "Sin(X)": "sin(x)", "{x+1}[x-1]": "x**2-1",
    "-16 ln(2) 2^(-t/5)": "-16*log(2)*2**(-t/5)", "(x+1)2": "2*(x+1)", "|y| 2x": "2*x*abs(y)",
    "log2(8x)": "log(8*x)/log(2)", "log10(x)": "log(x)/log(10)", "cot x": "1/tan(x)", "sinh x": "sinh(x)", "2^x": "2**x", "x**3": "x**3", "x sin(x)(x+1)": "x*sin(x)*(x+1)",
    "cos θ sin θ": "cos(theta)*sin(theta)", "\u2061sin\u2062 x": "sin(x)", " x ": "x", "e^-x/2": "exp(-x)/2", "sqrt(2)/2": "sqrt(2)/2", "sin sin x": "sin(sin(x))",
}  # fmt: skip

KIND = {
    "3 sn(x)": "I do not know the name “sn” at character 3. Did you mean sin?",
    "coz(x)": "Did you mean cos?", "lgo(x)": "Did you mean log?", "thta": "Did you mean theta?", "arcan(x)": "Did you mean arctan?",
    "foo(x)": "“foo” at character 1. Here x, y,", "z": "“z” at character 1",
    "": "Nothing is typed yet", "   ": "Nothing is typed yet",
    "x+": "at the end, after +", "2*": "at the end, after *", "x^": "at the end, after ^", "(": "at the end, after (",
    "*x": "missing before * at character 1", "x+*y": "missing before * at character 3", "()": "missing before ) at character 2", "x,": "at the end, after ,",
    "(x+1": "bracket ( at character 1 is never closed", "2(x+(y": "bracket ( at character 5 is never closed", "x)": "bracket ) at character 2 was never opened",
    "(x]": "bracket ( at character 1 meets ] at character 3", "|x": "bar | at character 1 is never closed",
    "x2": "number 2 at character 2 stands right after “x”", "x 2": "character 3", "1.2.3": "number .3 at character 4",
    "sin": "sin at character 1 is applied to nothing: write sin(x)", "x+cos*2": "cos at character 3", "sin^-1(x)": "write arcsin(x) or 1/sin(x)", "ln⁻¹x": "write 1/ln(x)",
    "f(x)=x": "“f” at character 1", "y=3x": "Leave out the = at character 2", "x#": "sign “#” at character 2", "x'": "sign “'” at character 2", "3$": "sign “$”",
    "[1,2;3]": "different lengths, 2 and 1", "[[1,2],3]": "different lengths, 2 and 1", "sin(x,y)": "takes one number, not a list", "[1,2]+3": "shapes (2,) and () cannot be joined by +",
    "[1,2][3,4]": "cannot be joined by a product", "2^[1,2]": "cannot be joined by ^", "1/[1,2]": "cannot be joined by /", "x" * 600: "600 characters", "(" * 60: "brackets inside each other",
    "x ? y": "sign “?” at character 3", "🙂": "sign “🙂” at character 1",
}  # fmt: skip


def value_of(text, variables=AT):
    return expressions.function(text, list(variables))(*variables.values())


@pytest.mark.parametrize("typed", READINGS)
def test_what_is_typed_is_read_as_sympy_reads_the_same_written_out(typed):
    meant = sp.sympify(READINGS[typed], locals={name: sp.Symbol(name) for name in AT})
    assert np.isclose(value_of(typed), float(meant.subs(AT)), rtol=1e-12)


@pytest.mark.parametrize("typed, meant", [
    ("[1, 2x]", [1, 2.6]), ("(1, 2x)", [1, 2.6]), ("1, 2x", [1, 2.6]), ("[1; 2]", [1, 2]), ("[1, 2; 3, 4]", [[1, 2], [3, 4]]), ("1, 2; 3, 4", [[1, 2], [3, 4]]),
    ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]), ("2[1, 2] - (1, 1)/2", [1.5, 3.5]), ("-(1, 2)", [-1, -2]), ("[x]", 1.3), ("[[1, 2]]", [1, 2]),
])  # fmt: skip
def test_vectors_and_matrices_are_typed_entry_by_entry(typed, meant):
    result = value_of(typed)
    assert result.shape == np.shape(meant) and np.allclose(result, meant)


@pytest.mark.parametrize("typed", KIND)
def test_what_is_not_understood_is_told_with_its_place(typed):
    with pytest.raises(NotUnderstood) as told:
        expressions.parse(typed, list(AT))
    assert KIND[typed] in str(told.value)


@given(st.text(max_size=40) | st.text(alphabet="xysinco ()[]^*/+-,;|.0123²√πe=", max_size=40))
def test_no_text_whatever_raises_anything_but_a_kind_message(text):
    try:
        result = value_of(text, {"x": 1.3, "y": -0.7})
    except NotUnderstood as told:
        assert 5 < len(str(told)) < 300
    else:
        assert result.dtype == float


SYMBOLS = sp.symbols("x y t")
LEAVES = st.sampled_from([*SYMBOLS, sp.Integer(1), sp.Integer(2), sp.Integer(3), sp.Rational(1, 2), sp.pi])
TREES = st.recursive(LEAVES, lambda inner: st.one_of(
    st.tuples(inner, inner).map(lambda ab: ab[0] + ab[1]),
    st.tuples(inner, inner).map(lambda ab: ab[0] * ab[1]),
    st.tuples(inner, inner).map(lambda ab: ab[0] - 2 * ab[1]),
    st.tuples(inner, st.sampled_from([-2, -1, 2, 3])).map(lambda ab: ab[0] ** ab[1]),
    st.tuples(st.sampled_from([sp.sin, sp.cos, sp.tanh, sp.exp, sp.atan, sp.Abs]), inner).map(lambda fa: fa[0](fa[1])),
), max_leaves=8)  # fmt: skip


@settings(max_examples=150)
@given(TREES, st.randoms(use_true_random=False))
def test_an_expression_means_the_same_however_it_is_spelled(tree, random):
    at = {"x": 0.7, "y": 1.1, "t": -0.4}
    meant = complex(tree.evalf(30, subs={sp.Symbol(name): sp.Rational(str(value)) for name, value in at.items()}))
    if not abs(meant) < 1e6:  # poles, and towers of powers in which float64 loses its digits
        return
    text = spelled(tree, random)
    assert np.isclose(value_of(text, at), meant.real, rtol=1e-6, atol=1e-6), text


TYPED = [(label, key) for chapter in chapters() for label, key in vars(__import__(f"labsupport.answers.{chapter.name}", fromlist=["KEYS"]))["KEYS"].items()]


def texts(source):
    return [source] if isinstance(source, str) else [t for part in source for t in texts(part)] if isinstance(source, (list, tuple)) else []


@pytest.mark.parametrize("label, key", [(label, key) for label, key in TYPED if texts(key.answer)], ids=lambda v: v if isinstance(v, str) else "")
def test_a_key_means_the_same_to_sympy(label, key):
    names = key.variables.split()
    point = {name: 0.31 + 0.17 * i for i, name in enumerate(names)}
    for text in [text for source in [key.answer, key.of, *key.mistakes.values()] for text in texts(source)]:
        meant = complex(sp.sympify(text, locals={n: sp.Symbol(n) for n in names} | {"sigmoid": lambda z: 1 / (1 + sp.exp(-z))}).subs(point))
        if not meant.imag:
            assert np.isclose(value_of(text, point), meant.real, rtol=1e-9), text


KEYS = {
    "cubic": Key("3*x**2", ranges={"x": (-2, 2)}, of="x**3", mistakes={"The exponent goes down by one.": "3*x**3"}),
    "root": Key("1/sqrt(x)", ranges={"x": (-1, 3)}),
    "number": Key("sqrt(2)/2"),
    "pair": Key(("2*x*y", "x**2"), variables="x y", ranges={"x": (-2, 2), "y": (-2, 2)}),
    "code": Key(lambda x: x @ x, at=[np.ones(2)]),
}


@pytest.mark.parametrize("label, text, status, words", [
    ("cubic", "3x²", "right", "right at all 20 points"), ("cubic", "x³·3/x", "right", ""), ("cubic", "3x^3", "wrong", "goes down by one"),
    ("cubic", "x^3", "wrong", "function itself"), ("cubic", "-3x^2", "wrong", "sign is flipped"), ("cubic", "x^2", "wrong", "⅓ times"),
    ("cubic", "1/(3x^2)", "wrong", "reciprocal"), ("cubic", "3x^2 + 1", "wrong", "off by a constant"), ("cubic", "3|x|x", "wrong", "right at"),
    ("cubic", "3x^2.001", "wrong", "NaN"), ("cubic", "...", "not attempted", ""), ("cubic", "", "not attempted", ""), ("cubic", None, "not attempted", ""),
    ("cubic", "[3x^2]", "right", ""), ("cubic", "[3x^2, 1]", "wrong", "shape (2,)"), ("cubic", "3 y", "error", "“y” at character 3"), ("cubic", 3, "error", "in quotes"),
    ("root", "x^(-1/2)", "right", ""), ("root", "1/x", "wrong", ""), ("number", "1/√2", "right", ""), ("number", "0.7071068", "right", ""), ("number", "0.706", "wrong", "close"),
    ("number", "x", "error", "only numbers may occur"), ("pair", "(2xy, x^2)", "right", ""), ("pair", "(2xy, 2x)", "wrong", "[1]"), ("code", "x", "error", "give it to check"),
])  # fmt: skip
def test_a_typed_answer_is_judged_as_code_is(label, text, status, words, capsys):
    verdict = check_expression(label, text, keys=KEYS)
    assert verdict.status == status and words in verdict.message
    assert capsys.readouterr().out.count("\n") == 1


def test_points_at_which_the_answer_is_not_defined_are_left_out():
    points = sheets.drawn("root", KEYS["root"]).at
    assert len(points) == sheets.DRAWN and min(points) > 0


def test_the_points_are_drawn_by_the_label():
    first, again = (sheets.drawn("cubic", KEYS["cubic"]).at for _ in range(2))
    assert first == again != sheets.drawn("other", KEYS["cubic"]).at


def test_a_range_in_which_the_answer_is_hardly_defined_is_refused():
    with pytest.raises(ValueError, match="finite at"):
        sheets.sheet("never", Key("sqrt(x)", ranges={"x": (-3, 0)}))


def test_an_answer_that_is_code_has_no_sheet():
    with pytest.raises(ValueError, match="no ranges"):
        sheets.sheet("code", KEYS["code"])
    assert answers.Key("3*x").ranges == {}
