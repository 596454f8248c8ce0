"""The answer boxes in a real browser: they judge as Python does, by keyboard and screen reader, and fetch nothing unasked."""

import json
import random
import re

import numpy as np
import pytest
import sympy as sp
from spellings import spelled
from test_expressions import AT, KIND, READINGS, texts

import pages
from book import SITE, chapters
from labsupport import exercises, expressions, sheets
from labsupport.answers import Key

BOXES = {label: chapter for chapter in chapters() for label, exercise in chapter.exercises.items() if exercise.has_box}
PAGE = "chapters/03_derivatives.html"
BOX = "form[data-label='derivatives-powers']"


def page_of(chapter) -> str:
    return f"chapters/{chapter.path.stem}.html"


@pytest.fixture(scope="module")
def visit(browser, address):
    contexts = []

    def open_page(page=PAGE, context=None, **options):
        context = context or browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        contexts.append(context)
        tab = context.new_page()
        tab.said = []
        tab.requested = []
        tab.on("console", lambda message: message.type in ("error", "warning") and tab.said.append(message.text))
        tab.on("pageerror", lambda error: tab.said.append(str(error)))
        tab.on("request", lambda request: tab.requested.append(request.url))
        pages.visit(tab, f"{address}/{page}")
        return tab

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def judging(visit):
    """A page whose libraries are loaded, to judge many texts at once: judging([(sheet, text), …]) -> [(status, message), …]."""
    tab = visit()
    tab.locator(f"{BOX} input").focus()
    tab.wait_for_function("typeof Judge !== 'undefined'")

    def judge(cases):
        return [tuple(said) for said in tab.evaluate(
            "cases => cases.map(([sheet, text]) => { const {status, message} = Judge.judge(sheet, text); return [status, message]; })", cases)]

    yield judge
    assert not tab.said


def fetched(tab) -> set:
    return {url.partition("?")[0].rpartition("/")[2] for url in tab.requested}


def type_and_check(tab, text, box=BOX):
    field = tab.locator(f"{box} input")
    field.fill(text)
    field.press("Enter")
    tab.wait_for_function("box => document.querySelector(box + ' [role=status]').textContent", arg=box)
    return tab.locator(f"{box} [role=status]").inner_text()


# what is offered

def test_every_chapter_from_the_third_on_has_boxes():
    counts = {chapter.number: sum(1 for c in BOXES.values() if c.number == chapter.number) for chapter in chapters()}
    assert sum(counts.values()) >= 40 and all(counts[n] >= 4 for n in range(3, 11))


@pytest.mark.parametrize("chapter", [c for c in chapters() if c.number > 2], ids=str)
def test_a_page_has_the_box_of_each_exercise_behind_it(chapter, site):
    page = (site / page_of(chapter)).read_text("utf-8")
    for label in [label for label, c in BOXES.items() if c.number == chapter.number]:
        exercise, box = page.find(f'id="{label}"'), page.find(f'data-label="{label}"')
        assert 0 < exercise < box < exercise + 20_000
    notebook = json.loads((site / "notebooks" / f"{chapter.path.stem}.ipynb").read_text("utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(f'check_expression("{label}", "...")' in cells for label, c in BOXES.items() if c.number == chapter.number)
    assert any(re.search(r"import [^)]*\bcheck_expression\b", cell) for cell in cells)


# Python and the browser are one

def same_in_both(judging, cases, keys=None):
    """The verdict, the words for right and for not understood, and the key's own hints are the same; Python may find more to say."""
    given = {label: sheets.sheet(label, exercises.find(label, keys)) for label in {label for label, _ in cases}}
    told = judging([(given[label], text) for label, text in cases])
    for (label, text), (status, message) in zip(cases, told):
        verdict = exercises.check_expression(label, text, keys=keys)
        hints = [*exercises.find(label, keys).mistakes, "That is the function itself"]
        same = [hint in message and hint in verdict.message for hint in hints if hint in message] if status == "wrong" else [message == verdict.message]
        assert status == verdict.status and all(same), (label, text, message, verdict.message)
    return told


def test_python_and_the_browser_read_the_same_in_what_is_typed(judging):
    variables = list(AT)
    sheet = {"variables": variables, "points": [list(AT.values())], "mistakes": [], "tolerance": 1e-9, "relative": False}
    cases = [({**sheet, "expected": [float(expressions.function(text, variables)(*AT.values()))]}, text) for text in READINGS]
    assert [status for status, _ in judging(cases)] == ["right"] * len(cases)


def test_python_and_the_browser_say_the_same_of_what_is_not_understood(judging):
    sheet = {"variables": list(AT), "points": [list(AT.values())], "expected": [0], "mistakes": [], "tolerance": 1e-9, "relative": False}
    texts_of_errors = [text for text in KIND if text.strip()]
    for text, (status, message) in zip(texts_of_errors, judging([(sheet, text) for text in texts_of_errors])):
        with pytest.raises(expressions.NotUnderstood) as told:
            expressions.parse(text, list(AT))
        assert (status, message) == ("error", str(told.value))


def test_python_and_the_browser_judge_every_box_alike(judging):
    """Each expected answer, each listed mistake, and what is off in the usual ways."""
    cases = [(label, text) for label in BOXES for text in usual_answers(label)]
    assert len(cases) > 300
    told = same_in_both(judging, cases)
    assert {status for status, _ in told} == {"right", "wrong"}


OFF = {
    "curve": Key("x**2 + 2", ranges={"x": (-2, 2)}),
    "vector": Key(["x", "x**2", "x**3"], ranges={"x": (1, 2)}),
    "pair": Key((2, 3)),
    "matrix": Key([[1, 2, 3], [4, 5, 7]]),
}


@pytest.mark.parametrize("label, text, words", [
    ("curve", "-x^2 - 2", "The sign is flipped."), ("curve", "(x^2 + 2)/3", "It is off by a constant factor: yours is ⅓ times the right answer."),
    ("curve", "1/(x^2 + 2)", "It is the reciprocal of the right answer."), ("curve", "x^2 + 5", "It is off by a constant: yours is 3 too large everywhere."),
    ("curve", "1.001 x^2 + 2.002", "That is close. Give more digits"), ("curve", "[x^2 + 2, 1]", "Yours has shape (2,), expected a single number, shape ()."),
    ("curve", "x^2 + 2 + |x| - x", "points, wrong for x ≤ -"), ("curve", "sqrt(x)", "your function gives NaN. Is it 0/0"), ("pair", "(2, 4)", "Entry [1] is wrong"),
    ("vector", "[-x, -x^2, -x^3]", "The sign is flipped."), ("matrix", "[1, 4; 2, 5; 3, 7]", "It is transposed: yours has shape (3, 2), expected (2, 3)"),
])  # fmt: skip
def test_what_is_off_in_the_usual_ways_is_told_in_the_same_words(label, text, words, judging):
    [(status, message)] = same_in_both(judging, [(label, text)], OFF)
    assert status == "wrong" and words in message and words in exercises.check_expression(label, text, keys=OFF).message


def test_a_wrong_entry_is_named(judging):
    [(_, message)] = same_in_both(judging, [("vector", "[x, x^2, 5]")], OFF)
    assert re.search(r"For x = 1\.\d+, at \[2\]: yours 5, expected [\d.]+\. All other entries are right\.", message)
    [(_, message)] = same_in_both(judging, [("matrix", "[1, 2, 9; 4, 8, 7]")], OFF)
    assert message == "not yet, at [0, 2]: yours 9, expected 3. 2 of 6 entries are wrong."


def usual_answers(label):
    key = exercises.find(label)
    answer = typed(key.answer)
    yield answer
    for mistake in [*key.mistakes.values(), *([key.of] if key.of is not None else [])]:
        if not callable(mistake):
            yield typed(mistake)
    yield from (f"-({answer})", f"3({answer})", "[1, 2, 3, 4, 5, 6, 7]", "1/0", "sqrt(-1)")


def typed(source) -> str:
    if isinstance(source, str):
        return source
    source = source.tolist() if isinstance(source, np.ndarray) else source
    return f"[{', '.join(map(typed, source))}]" if isinstance(source, (list, tuple)) else repr(float(source))


# forms of the right answer, and answers that are nearly right

TYPED = [label for label in BOXES if all(isinstance(t, str) for t in [exercises.find(label).answer])]


def in_sympy(label):
    key = exercises.find(label)
    # positive, as in the exercises, so that SymPy may rewrite roots and logarithms
    names = {name: sp.Symbol(name, real=True) for name in key.variables.split()}
    return sp.sympify(key.answer, locals=names | {"sigmoid": lambda z: 1 / (1 + sp.exp(-z)), "abs": sp.Abs})


REWRITERS = [sp.expand, sp.factor, sp.together, sp.simplify, sp.trigsimp, sp.powsimp, sp.cancel, sp.expand_trig, sp.expand_log,
             lambda e: e + 0, lambda e: sp.collect(sp.expand(e), sorted(e.free_symbols, key=str)[:1]), lambda e: e.rewrite(sp.sqrt),
             lambda e: sp.Mul(e, sp.Integer(3), evaluate=False) / 3,
             lambda e: sp.Add(e * (1 + sorted(e.free_symbols, key=str)[0] ** 2), -e * sorted(e.free_symbols, key=str)[0] ** 2, evaluate=False)]


def rewritten(count, seed=1):
    chance, found = random.Random(seed), set()
    while len(found) < count:
        label = chance.choice(SYMBOLIC)
        found.add((label, spelled(chance.choice(REWRITERS)(in_sympy(label)), chance)))
    return sorted(found)


def mutated(count, seed=2):
    """One thing changed in the expected answer: a sign, a coefficient, an exponent, a function, a term that is dropped."""
    chance, found = random.Random(seed), set()
    while len(found) < count:
        label = chance.choice(SYMBOLIC)
        right = in_sympy(label)
        place = chance.choice([node for node in sp.preorder_traversal(right) if not node.is_Symbol])
        wrong = right.xreplace({place: change(place, chance)})
        if not wrong.has(sp.nan, sp.zoo, sp.oo, sp.I) and is_another(label, right, wrong):
            found.add((label, spelled(wrong, chance)))
    return sorted(found)


def change(node, chance):
    if node.is_Number:
        return chance.choice([-node, node + 1, 2 * node])
    if node.is_Add or node.is_Mul:
        parts = list(node.args)
        parts.pop(chance.randrange(len(parts)))
        return chance.choice([-node, node.func(*parts)])
    if node.is_Pow and node.base != sp.E:
        return chance.choice([node.base ** (node.exp + 1), -node, node.base])
    if node.is_Function and not isinstance(node, (sp.exp, sp.Abs)):
        return chance.choice([-node, sp.tanh(node.args[0]), node.args[0]])
    return 2 * node


def is_another(label, right, wrong) -> bool:
    """Held by SymPy's own numbers at random places, to tell a change that changes nothing."""
    key, chance = exercises.find(label), random.Random(7)
    for _ in range(4):
        at = {s: chance.uniform(*key.ranges[s.name]) for s in right.free_symbols | wrong.free_symbols}
        a, b = (complex(e.evalf(20, subs=at)) for e in (right, wrong))
        if abs(a - b) > 1e-4 * max(1, abs(a)):
            return True
    return False


SYMBOLIC = [label for label in TYPED if exercises.find(label).ranges]


def test_two_hundred_forms_of_right_answers_are_accepted(judging):
    told = same_in_both(judging, rewritten(200))  # by Python, too
    assert [status for status, _ in told] == ["right"] * 200


def test_two_hundred_answers_with_one_thing_changed_are_rejected(judging):
    cases, given = mutated(200), {label: sheets.sheet(label, exercises.find(label)) for label in SYMBOLIC}
    told = judging([(given[label], text) for label, text in cases])
    assert [status for status, _ in told] == ["wrong"] * 200
    same_in_both(judging, cases[::10])


NONSENSE = ["?", "foo", "🙂", "x x x =", "(((", ")))", "|||", "sin", "sin()", "^", "**", "1..2", "--", "=", "{", "\\frac{1}{2}", "<b>x</b>", "alert(1)", "x;y", ",,,", "[[", "__proto__",
            "constructor", "toString", "$x$", "x'", "0x10", "1e+", "NaN", "undefined", "'; drop", "a" * 600, "(" * 300, "√", "½½"]


def test_nonsense_is_answered_kindly_and_without_an_error(visit):
    tab = visit()
    for text in NONSENSE:
        said = type_and_check(tab, text)
        assert len(said) > 10 and "undefined" not in said.replace("“undefined”", ""), (text, said)
        assert tab.locator(BOX).get_attribute("data-state") == "error", (text, said)
    assert not tab.said and tab.locator("main b b").count() == 0


# how it feels

def test_it_works_by_keyboard_alone_and_says_so_to_a_screen_reader(visit):
    tab = visit()
    tab.locator(f"{BOX} input").focus()
    tab.keyboard.type("12x^2 - x + 5/x^2 + 6x^(-2/3)")
    tab.wait_for_selector(f"{BOX} .answer-preview math mfrac")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.innerText") == "Check"
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.keyboard.press("Enter")
    status = tab.locator(f"{BOX} [role=status]")
    tab.wait_for_function("box => document.querySelector(box + ' [role=status]').textContent", arg=BOX)
    assert "∛x is x^(1/3)" in status.inner_text() and "✗" in status.inner_text()
    field = tab.locator(f"{BOX} input")
    assert field.get_attribute("aria-invalid") == "true"
    name = tab.evaluate("box => document.querySelector(box + ' label').innerText", BOX)
    assert re.search(r"Answer to exercise 3\.\d+", name) and field.evaluate("e => e.labels.length") == 1
    described = field.get_attribute("aria-describedby").split()
    assert all(tab.locator(f"[id='{i}']").count() == 1 for i in described)
    assert "right at all 20 points" in type_and_check(tab, "12x² − x + 5/x² + 2x^(−2/3)").lower()
    assert field.get_attribute("aria-invalid") == "false" and not tab.said


def test_what_is_typed_is_typeset_or_told_where_it_is_not_understood(visit):
    tab = visit()
    field, preview = tab.locator(f"{BOX} input"), tab.locator(f"{BOX} .answer-preview")
    field.fill("√x sin(x)/2")
    tab.wait_for_selector(f"{BOX} .answer-preview msqrt")
    assert not tab.locator(f"{BOX} [role=status]").inner_text()
    field.fill("x + sn(x)")
    assert "at character 5" in preview.inner_text()
    field.fill("")
    assert preview.inner_text() == ""


def test_an_answer_is_remembered_on_this_device_until_it_is_forgotten(visit):
    tab = visit()
    type_and_check(tab, "12x^2")
    tab.reload()
    assert tab.locator(f"{BOX} input").input_value() == "12x^2"
    assert "on this device only" in tab.locator(BOX).inner_text()
    tab.locator(f"{BOX} button[type=reset]").click()
    assert tab.locator(f"{BOX} input").input_value() == ""
    tab.reload()
    assert tab.locator(f"{BOX} input").input_value() == ""


def test_it_works_where_nothing_can_be_stored(visit):
    tab = visit()
    tab.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('denied'); }; }")
    assert "Right" in type_and_check(tab, "12x^2 - x + 5/x^2 + 2/cbrt(x^2)")
    assert not tab.locator(f"{BOX} .answer-kept").is_visible()


def test_nothing_is_fetched_before_a_box_is_touched_and_nothing_from_elsewhere(visit, address):
    tab = visit()
    assert "boxes.js" in fetched(tab) and not fetched(tab) & {"temml.min.js", "expressions.js", "judge.js"}
    type_and_check(tab, "x")
    assert {"temml.min.js", "expressions.js", "judge.js"} <= fetched(tab)
    assert all(url.startswith(address) or url.startswith("data:") for url in tab.requested)
    other = visit("chapters/01_orientation.html")
    assert not any("/answers/" in url for url in other.requested)


def test_a_library_that_cannot_be_fetched_is_told_and_tried_again(visit):
    tab = visit()
    tab.route("**/temml.min.js", lambda route: route.abort())
    assert "could not be fetched" in type_and_check(tab, "x")
    tab.unroute("**/temml.min.js")
    tab.locator(f"{BOX} input").press("Enter")
    tab.wait_for_function("box => /yours gives/.test(document.querySelector(box + ' [role=status]').textContent)", arg=BOX)


def test_without_javascript_the_exercise_stands_as_text(visit):
    tab = visit(java_script_enabled=False)
    assert tab.locator("form.answer").count() > 5 and tab.locator("form.answer:visible").count() == 0
    assert tab.locator("#derivatives-powers").is_visible()


def test_in_print_a_box_is_a_ruled_line(visit):
    tab = visit()
    tab.emulate_media(media="print")
    assert tab.locator(f"{BOX} input").is_visible() and not tab.locator(f"{BOX} button").first.is_visible()
    assert tab.locator(f"{BOX} input").evaluate("e => getComputedStyle(e).borderBottomStyle") == "solid"


def test_it_works_from_the_disk_without_a_network(visit, browser):
    tab = browser.new_context().new_page()
    tab.goto((SITE / PAGE).as_uri())
    assert "right at all" in type_and_check(tab, "12x^2 - x + 5/x^2 + 2x^(-2/3)").lower()
    tab.context.close()


def test_a_phone_and_the_dark_have_room_and_contrast(visit):
    tab = visit(viewport={"width": 320, "height": 640}, color_scheme="dark")
    tab.evaluate("document.documentElement.dataset.theme = 'dark'")
    type_and_check(tab, "12x^2 - x + 5/x^2 + 6x^(-2/3) + sin(x) exp(x) tanh(x) sqrt(x) + 100000000000000000000000000000x")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    assert min(tab.locator(f"{BOX} {part}").first.bounding_box()["height"] for part in ("input", "button", "summary")) >= 44
    shades = tab.locator(f"{BOX} input").evaluate(
        "e => ['color', 'backgroundColor'].map(c => getComputedStyle(e)[c].match(/[\\d.]+/g).slice(0, 3).reduce((a, b) => a + +b, 0) / 3)")
    assert shades[0] > 150 and shades[1] < 60


def test_a_page_does_not_move_when_its_boxes_come_alive(visit):
    tab = visit()
    type_and_check(tab, "12x^2")
    tab.reload()
    shift = tab.evaluate("""() => new Promise(done => { let sum = 0;
        new PerformanceObserver(list => list.getEntries().forEach(e => e.hadRecentInput || (sum += e.value))).observe({type: "layout-shift", buffered: true});
        setTimeout(() => done(sum), 300); })""")
    assert shift <= 0.02


def test_every_page_with_boxes_is_light_enough():
    assert texts(exercises.find("derivatives-powers").answer)
    for chapter in set(BOXES.values()):
        assert (SITE / page_of(chapter)).stat().st_size < 1.5e6
