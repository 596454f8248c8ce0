"""A reference shows what it leads to: by hover and by focus, to be reached, to be closed, and only where that helps."""

import pytest

import pages

HERE = 'article a.reference.internal[href="#equation-eq-derivative"]'
ELSEWHERE = 'article a.reference.internal[href*="glossary.html#term-"]'
BOX = "#preview"


@pytest.fixture
def tab(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 700})
    tab = context.new_page()
    pages.visit(tab, f"{address}/chapters/03_derivatives.html")
    yield tab
    context.close()


def hover_far(tab, selector=HERE):
    """On a reference whose target is not on the screen."""
    reference = tab.locator(selector).last
    reference.scroll_into_view_if_needed()
    reference.hover()
    tab.wait_for_selector(BOX)
    return reference


def test_an_equation_is_shown_on_hover_and_goes_when_the_pointer_leaves(tab):
    hover_far(tab)
    assert tab.locator(f"{BOX} math").count() >= 1
    tab.mouse.move(5, 5)
    tab.wait_for_selector(BOX, state="detached")


def test_a_term_of_another_page_is_shown_with_its_meaning(tab):
    hover_far(tab, ELSEWHERE)
    assert len(tab.locator(BOX).inner_text()) > 30


def test_a_preview_can_be_reached_by_the_pointer(tab):
    hover_far(tab)
    tab.locator(BOX).hover()
    tab.wait_for_timeout(500)
    assert tab.locator(BOX).is_visible()


def test_keyboard_focus_shows_it_and_escape_closes_it(tab):
    reference = tab.locator(HERE).last
    # A place just before it, from which the next key leads to it.
    reference.evaluate("e => { const s = document.createElement('span'); s.tabIndex = 0; e.before(s); s.focus(); }")
    tab.keyboard.press("Tab")
    tab.wait_for_selector(BOX)
    assert reference.get_attribute("aria-describedby") == "preview" and tab.locator(BOX).get_attribute("role") == "tooltip"
    tab.keyboard.press("Escape")
    assert tab.locator(BOX).count() == 0 and reference.get_attribute("aria-describedby") is None
    assert reference.evaluate("e => e === document.activeElement")


def test_what_is_on_the_screen_is_not_shown_twice(tab):
    tab.locator("#equation-eq-derivative").scroll_into_view_if_needed()
    tab.locator("#equation-eq-derivative").evaluate(
        "e => { const a = document.createElement('a'); a.className = 'reference internal'; a.href = '#equation-eq-derivative';"
        " a.textContent = 'it'; a.id = 'near'; e.after(a); }")
    tab.locator("#near").hover()
    tab.wait_for_timeout(600)
    assert tab.locator(BOX).count() == 0


def test_a_preview_repeats_no_identifier_and_stays_on_a_narrow_screen(tab):
    tab.set_viewport_size({"width": 320, "height": 700})
    hover_far(tab)
    assert tab.locator(f"{BOX} [id]").count() == 0
    box = tab.locator(BOX).bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 320


def test_touch_follows_the_link(browser, address):
    context = browser.new_context(has_touch=True, viewport={"width": 375, "height": 700})
    tab = context.new_page()
    pages.visit(tab, f"{address}/chapters/03_derivatives.html")
    tab.locator(HERE).last.tap()
    tab.wait_for_url("**#equation-eq-derivative")
    assert tab.locator(BOX).count() == 0
    context.close()
