"""The appendix of clarifications: every row is there, says what is right, and shows it in a cell that can fail."""

import re
import warnings

import html5lib
import matplotlib.pyplot as plt
import pytest
import yaml

from book import ROOT, Chapter

PAGE = Chapter(ROOT / "chapters" / "appendices" / "clarifications.md")

# the number of a row -> what its heading has to say, and what its formula or its code must contain
ROWS = {
    1: ("powers are", r"\(x - x_0\)\^k"),
    2: ("gradient is vector-valued", r"\\nabla f: \\mathbb R\^n \\to \\mathbb R\^n"),
    3: ("Jacobian only for one output", r"\\mathbf J = \\nabla f\^\{\\mathsf T\}"),
    4: (r"\|det J\|", r"\\det\\mathbf J = -3"),
    5: ("every order", r"x\\lvert x\\rvert"),
    6: ("Maclaurin", r"f\^\{\(k\)\}\(0\)"),
    7: ("m×n×n", r"H\.shape == \(3, 2, 2\)"),
    8: ("loss is one number", r"len\(by_reverse\) == 1"),
    9: ("reverse mode applied to a loss", r"other orders|mixed"),
    10: ("Tₙ is the polynomial", r"거듭제곱급수, べき級数"),
    11: ("carries a minus", r"L\(\\mathbf e\) = \\lVert\\mathbf e\\rVert\^2"),
    12: (r"6/x⁴", r"6 / x\*\*4"),
    13: (r"−e\^\(u₁\)/\(1 \+ e\^\(u₁\)\)²", r"-\\frac\{e\^\{u_1\}\}\{\(1 \+ e\^\{u_1\}\)\^2\}"),
    14: ("dy/dx", r"\\frac\{dy\}\{du_1\} \\cdot \(-1\)"),
    15: ("takes x", r"merged"),
    16: ("pieces have to meet and their slopes to agree", r"one-sided"),
    17: ("geometry", r"below < quotient"),
    18: ("domain", r"np\.cbrt"),
    19: ("x > 0 and a base a > 0, a ≠ 1", r"\\ln\\lvert x\\rvert"),
    20: ("ln ln 2", r"-0\.367"),
    21: ("not that nothing moves", r"np\.diff\(way\)"),
    22: ("candidates", r"x\^3"),
    23: (r"±2/√3", r"3x\^2 - 4"),
    24: ("base above 1", r"\\log_a y"),
    25: ("arrow", r"x\^2 \\mapsto 2x"),
    26: ("L is the loss, J a Jacobian", r"f_2\(f_1\(x\)\)"),
    27: ("convention", r"clamp\(x, min=0\)"),
    28: ("variable is t", r"\\frac\{d\}\{dt\}f\(t - \\tau\) = f'\(t - \\tau\)"),
    29: ("matrix of its own", r"\\mathbf W_2\^\{\\mathsf T\}\(\\mathbf W_1\^\{\\mathsf T\}\\mathbf X\)"),
    30: ("½ has half the gradient", r"\\hat\{\\mathbf y\} - \\mathbf y"),
    31: ("carry the ∂", r"\\frac\{\\partial L\}\{\\partial\\hat y_1\}"),
    32: ("twelve entries", r"== \(2, 3, 2\)"),
    33: (r"\(∂L/∂ŷⱼ\) hᵢ", r"\\frac\{\\partial L\}\{\\partial\\hat y_j\}\\,h_i"),
    34: ("transposes of each other", r"transposed=J\.T"),
    35: ("as a row and as a column", r"\\mathbf J\^\{\\mathsf T\}\\mathbf v"),
    36: ("nobody builds it", r"10\^9"),
    37: ("three numbers, with a letter each", r"\bN\b.*n_0"),
    38: ("contraction", r'"k,kij->ij"'),
    39: ("∇ᵀfᵢ", r"\\nabla\^\{\\mathsf T\}f_i"),
    40: ("square of the norm", r"\\lVert\\mathbf e\\rVert_2\^2"),
    41: ("da/dx", r"\\frac\{db\}\{da\}\\,\\frac\{da\}\{dx\}"),
    42: ("by d and by e", r"\\frac\{\\partial f\}\{\\partial d\} = 1 = \\frac\{\\partial f\}\{\\partial e\}"),
    43: (r"1 \+ eᵃ", r"\\frac\{dc\}\{da\}"),
    44: ("where the second derivatives are continuous", r"by_hand=\[-1, 1\]"),
    45: ("near every point, with a positive radius", r"e\^\{-1/x\^2\}"),
    46: ("½ δᵀHδ", r"\\tfrac12\\,\\boldsymbol\\delta\^\{\\mathsf T\}\\mathbf H"),
    47: ("three sums", r"\\sum_\{i\}\\sum_\{j\}\\sum_\{l\}"),
    48: ("first x, then y", r"\\frac\{\\partial\}\{\\partial y\}\\bigl\(\\frac\{\\partial f\}\{\\partial x\}\\bigr\)"),
    49: ("needs a transpose", r"\\nabla f\(\\mathbf x_0\)\^\{\\mathsf T\}"),
    50: ("first layer", r"\\mathbf A_\{i-1\}"),
    51: ("product is not", r"\(2 \* n, 2\)"),
    52: ("covector", r"\\tfrac12 x_1 \+ \\tfrac12 x_2"),
    53: ("output is ŷ, the target y", r"L\(p\(g\(f\("),
    54: ("k-th derivative", r"f\^k\(x_0\)"),
    55: ("one for each output", r"H_\{rij\}"),
    56: ("Denominator layout is n×m", r"reverse"),
    57: ("column in numerator layout", r"velocity\.shape == \(2, 1\)"),
    58: ("plane of inputs", r"!= gradient\.shape == p0\.shape"),
    59: ("about the formula", r"q'\(x\)"),
    60: ("not even continuous", r"\\frac\{xy\}\{x\^2 \+ y\^2\}"),
    61: ("is a matrix", r"A\.shape == \(3, 2\)"),
    62: ("cross derivatives agree", r"x\^2 \+ xy \+ y\^3 \+ 5y\^2 \+ C"),
}
each_row = pytest.mark.parametrize("row", ROWS)


def item(row: int) -> str:
    """The source of a row: from its label to the next label or section."""
    start = PAGE.text.index(f"\n(clarification-{row})=\n")
    stop = re.compile(r"\n\([\w-]+\)=\n").search(PAGE.text, start + 1)
    return PAGE.text[start : stop.start() if stop else None]


def code(row: int) -> str:
    return "\n".join(re.findall(r"```\{code-cell\}[^\n]*\n(.*?)```", item(row), re.DOTALL))


def test_the_page_is_the_third_appendix():
    appendices = [part for part in yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["parts"] if part["caption"] == "Appendices"]
    files = [entry["file"] for entry in appendices[0]["chapters"]]
    assert files[:3] == [f"chapters/appendices/{name}" for name in ("shapes", "identities", "clarifications")]


def test_every_row_is_there_once():
    labels = re.findall(r"^\(clarification-(\d+)\)=$", PAGE.text, re.MULTILINE)
    assert sorted(map(int, labels)) == list(ROWS) == list(range(1, 63))


@each_row
def test_a_row_says_what_is_right_and_shows_it(row):
    heading, content = ROWS[row]
    [said] = re.findall(rf"^\(clarification-{row}\)=\n### (.*)$", PAGE.text, re.MULTILINE)
    assert re.search(heading, said), f"the heading of row {row} is {said!r}"
    assert re.search(content, item(row), re.DOTALL), f"row {row} lacks {content}"
    assert re.search(r"^\s*assert |^\s*agree\(|^fails\(", code(row), re.MULTILINE), f"row {row} has no cell whose assertion can fail"


def test_every_row_has_its_place_on_the_built_page(site):
    page = (site / "chapters" / "appendices" / "clarifications.html").read_text("utf-8")
    ids = [element.get("id") for element in html5lib.parse(page, namespaceHTMLElements=False).iter()]
    for row in ROWS:
        assert ids.count(f"clarification-{row}") == 1, f"row {row} has no place of its own on the page"
    assert len(page.encode()) < 800_000


def test_the_cells_run_without_a_warning():
    namespace = {"__name__": "__main__"}
    with warnings.catch_warnings(), plt.rc_context():
        warnings.simplefilter("error")
        for cell in PAGE.cells:
            exec(compile(cell.source, f"{PAGE.path.name}:{cell.line}", "exec"), namespace)
            plt.close("all")
