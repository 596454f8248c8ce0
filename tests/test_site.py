"""The built site, as files and in a real browser: what a reader meets."""

import base64
import io
import re
import sys
from urllib.parse import unquote, urldefrag, urlparse

import html5lib
import pytest
from fontTools.ttLib import TTFont

import pages
from book import ROOT, SITE, chapters

sys.path.insert(0, str(ROOT / "_ext"))
from book_light import PLAIN_CODE  # noqa: E402

PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html")) if SITE.exists() else []
CHAPTERS = chapters()
MATHML = "{http://www.w3.org/1998/Math/MathML}"
each_page = pytest.mark.parametrize("page", PAGES)
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=str)


def page_of(chapter) -> str:
    return f"chapters/{chapter.path.stem}.html"


@pytest.fixture(scope="module")
def elements(site):
    """page -> its elements, each page parsed once."""
    parsed = {}

    def of(page):
        if page not in parsed:
            text = (site / page).read_text("utf-8")
            parsed[page] = list(html5lib.parse(text, namespaceHTMLElements=False).iter())
        return parsed[page]

    return of


@each_page
def test_every_link_inside_the_site_leads_somewhere(page, elements, site):
    for element in elements(page):
        for name in ("href", "src"):
            target, anchor = urldefrag(element.get(name) or "")
            if urlparse(target).scheme or (not target and not anchor):
                continue
            target = urlparse(target).path
            folder = (site / page).parent
            if target.startswith("/"):  # the page for lost addresses, which is shown at any depth
                folder, target = site, target.removeprefix(pages.prefix_of(site)).lstrip("/")
            file = folder / unquote(target) if target else site / page
            assert file.exists(), f"{page} links to {element.get(name)}, which is not there"
            if anchor and file.suffix == ".html":
                there = file.resolve().relative_to(site.resolve()).as_posix()
                assert any(e.get("id") == anchor for e in elements(there)), f"{page}: no place {element.get(name)}"


@each_page
def test_nothing_is_loaded_from_another_host(page, elements):
    for element in elements(page):
        loads = element.get("src") or (element.get("href") if element.tag == "link" else None) or ""
        assert urlparse(loads).scheme in ("", "data"), f"{page} loads {loads}"


@each_page
def test_every_picture_says_what_is_there(page, elements):
    for element in elements(page):
        if element.tag == "img":
            alt = element.get("alt", "")
            assert len(alt.split()) > 4 and ".svg" not in alt and ".png" not in alt, f"{page}: the picture {element.get('src')[:60]} has the alt text {alt!r}"


def test_no_file_is_shipped_that_no_page_uses(site):
    stock = {"fontawesome.js", "sphinx-thebe.js", "sphinx-thebe.css", "thebe.js", "searchindex.js", "searchtools.js", "design-tabs.js"}
    shipped = [path for folder in ("_static", "_images") for path in (site / folder).rglob("*") if path.is_file()]
    assert not {path.name for path in shipped} & stock
    texts = "".join(path.read_text("utf-8") for path in site.rglob("*") if path.suffix in (".html", ".js", ".css"))
    assert not [path.name for path in shipped if path.name not in texts and path.suffix not in (".map", ".po")]
    assert not [path.name for path in shipped if path.suffix in (".map", ".po")]


@pytest.fixture
def visit(browser, address):
    """Open a page and keep what the browser says: visit(page, width=…, javascript=…, dark=…, still=…) -> (page, log)."""
    contexts = []

    def open_page(page, width=1280, javascript=True, dark=False, still=False):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=javascript,
            color_scheme="dark" if dark else "light", reduced_motion="reduce" if still else None,
        )  # fmt: skip
        contexts.append(context)
        tab = context.new_page()
        log = {"errors": [], "hosts": set()}
        tab.on("console", lambda message: message.type == "error" and log["errors"].append(message.text))
        tab.on("pageerror", lambda error: log["errors"].append(str(error)))
        tab.on("request", lambda request: log["hosts"].add(urlparse(request.url).netloc))
        pages.visit(tab, f"{address}/{page}")
        return tab, log

    yield open_page
    for context in contexts:
        context.close()


@each_chapter
def test_mathematics_is_typeset_without_javascript(chapter, visit):
    tab, _ = visit(page_of(chapter), javascript=False)
    formulas = tab.locator("main math")
    assert formulas.count() > 50
    assert tab.locator("div.math math mfrac").first.bounding_box()["height"] > 20      # a fraction stands on two floors
    assert not re.search(r"\$\$|\\frac|\\begin", tab.locator("main").inner_text())


@each_chapter
def test_formulas_use_the_font_that_the_site_serves(chapter, visit):
    tab, _ = visit(page_of(chapter))
    assert tab.evaluate("document.fonts.ready.then(() => document.fonts.check('16px STIX2'))")
    assert "STIX2" in tab.locator("main math").first.evaluate("e => getComputedStyle(e).fontFamily")


def test_the_font_has_every_sign_that_a_formula_shows(elements, site):
    data = re.search(r"base64,([^\"]+)", (site / "_static/math/font.css").read_text("utf-8"))[1]
    drawn = TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap()
    leaves = [e for page in PAGES for e in elements(page) if str(e.tag) in {f"{MATHML}{name}" for name in ("mi", "mo", "mn", "mtext")}]
    shown = set().union(*(e.text or "" for e in leaves)).union(italic(e.text) for e in leaves if len(e.text or "") == 1 and e.tag == f"{MATHML}mi")
    assert {"∂", "𝐖", "𝑥", "𝜂"} < shown
    assert not [f"U+{ord(sign):04X} {sign}" for sign in sorted(shown) if ord(sign) not in drawn]


def italic(letter: str) -> str:
    """As a browser shows a letter that stands alone."""
    for first, last, start in (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("Α", "Ω", 0x1D6E2), ("α", "ω", 0x1D6FC)):
        if first <= letter <= last:
            return "ℎ" if letter == "h" else chr(start + ord(letter) - ord(first))
    return letter


def test_code_without_a_mark_of_its_own_is_shown_in_the_colour_it_would_have(site):
    css = (site / "_static/styles.css").read_text("utf-8")
    for theme in ("light", "dark"):
        def colour(selector):
            return re.search(rf'html\[data-theme="?{theme}"?\] {re.escape(selector)}\s*{{[^}}]*?(?<![-\w])color: ?(#\w+)', css)[1].lower()

        assert colour(".highlight .k") != colour(".highlight")
        for name in re.search(r"\(\?:(.*?)\)", PLAIN_CODE.pattern)[1].split("|"):
            assert colour(f".highlight .{name}") == colour(".highlight")


def tops(tab) -> list[int]:
    return tab.locator("main section").evaluate_all("all => all.map(e => Math.round(e.getBoundingClientRect().top + scrollY))")


@each_chapter
def test_a_page_laid_out_in_steps_ends_as_one_laid_out_at_once(chapter, visit):
    in_steps, _ = visit(page_of(chapter))
    at_once, _ = visit(f"{page_of(chapter)}#main-content")
    assert in_steps.locator(".unfolded").count() > 50 and at_once.locator(".unfolded").count() == 0
    assert tops(in_steps) == tops(at_once)


def test_a_link_taken_while_a_page_is_being_laid_out_leads_to_its_place(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    tab = context.new_page()
    tab.add_init_script("""addEventListener("DOMContentLoaded", () => {
        window.early = document.documentElement.matches(".unfolding");
        [...document.querySelectorAll(".page-toc a")].at(-2).click();
    })""")
    pages.visit(tab, f"{address}/{page_of(CHAPTERS[4])}")
    tab.wait_for_timeout(500)
    place = tab.evaluate("document.querySelector(location.hash).getBoundingClientRect().top")
    assert tab.evaluate("early") and abs(place - tab.evaluate("parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop)")) < 40
    context.close()


@each_chapter
def test_numbered_equations_can_be_referred_to(chapter, visit):
    tab, _ = visit(page_of(chapter))
    reference = tab.locator("a.reference[href^='#equation-']").first
    number = reference.inner_text()
    target = tab.locator(reference.get_attribute("href").replace(":", "\\:"))
    assert re.fullmatch(rf"\({chapter.number}\.\d+\)", number) and number in target.inner_text()


@each_chapter
def test_a_slider_moves_by_keyboard(chapter, visit):
    tab, _ = visit(page_of(chapter))
    figure = tab.locator(".lab-slider").first
    control, frames = figure.locator("input"), figure.locator("img")
    visible = [frames.nth(i).is_visible() for i in range(frames.count())]
    control.focus()
    tab.keyboard.press("ArrowRight")
    moved = [frames.nth(i).is_visible() for i in range(frames.count())]
    assert visible.count(True) == moved.count(True) == 1 and moved.index(True) == visible.index(True) + 1
    assert control.get_attribute("aria-valuetext") == figure.locator("output").inner_text()


@each_chapter
def test_a_slider_without_javascript_is_a_picture_with_a_caption(chapter, visit):
    tab, _ = visit(page_of(chapter), javascript=False)
    figure = tab.locator(".lab-slider").first
    assert figure.locator("img:visible").count() == 1 and figure.locator("figcaption").is_visible()
    assert not figure.locator("input").is_visible()


@each_chapter
def test_a_solution_is_folded_and_opens(chapter, visit):
    tab, _ = visit(page_of(chapter))
    solution = tab.locator(".solution").first
    inside = solution.locator("section")
    assert not inside.is_visible()
    solution.locator("button").first.focus()
    tab.keyboard.press("Enter")
    assert inside.is_visible()


@each_chapter
def test_dark_mode_has_dark_paper_and_light_text(chapter, visit):
    tab, _ = visit(page_of(chapter), dark=True)
    lightness = """e => {
        const s = getComputedStyle(e), mean = c => c.match(/[\\d.]+/g).slice(0, 3).reduce((a, b) => a + +b, 0) / 3;
        return [mean(s.color), mean(getComputedStyle(document.body).backgroundColor)]}"""
    text, paper = tab.locator("main p").first.evaluate(lightness)
    assert text > 150 and paper < 60
    assert "invert" in tab.locator("main .cell_output img").first.evaluate("e => getComputedStyle(e).filter")


def test_the_map_of_the_book_has_a_link_to_every_chapter(elements):
    page = elements("chapters/01_orientation.html")
    [chart] = [element for element in page if element.get("class") == "chapter-map"]
    links = {link.get("href"): "".join(link.itertext()).strip() for link in chart.iter("{http://www.w3.org/2000/svg}a")}
    assert list(links) == [f"{chapter.path.stem}.html" for chapter in CHAPTERS]
    assert all(text.startswith(f"{chapter.number}. ") for chapter, text in zip(CHAPTERS, links.values()))


def test_who_asks_for_less_motion_gets_none(visit):
    for still in (True, False):
        tab, _ = visit(page_of(CHAPTERS[0]), still=still)
        durations = set(tab.evaluate("[...document.querySelectorAll('body *')].map(e => getComputedStyle(e).transitionDuration)"))
        assert (durations == {"0s"}) == still


def test_print_leaves_out_the_side_bars_and_the_buttons(visit):
    tab, _ = visit(page_of(CHAPTERS[0]))
    tab.emulate_media(media="print")
    for part in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article", ".prev-next-footer", ".copybtn"):
        assert not tab.locator(part).first.is_visible(), part
    assert tab.locator("h1:visible").count() == 1


def test_everything_that_acts_is_reached_by_the_keyboard_and_shows_its_focus(visit):
    tab, _ = visit("index.html")
    reached, unseen = set(), []
    for _ in range(60):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
        unseen += tab.evaluate("""() => {
            const e = document.activeElement, s = getComputedStyle(e);
            const isSeen = e === document.body || s.outlineStyle !== 'none' || s.boxShadow !== 'none';
            return isSeen ? [] : [e.outerHTML.slice(0, 120)]}""")
    assert any("main-content" in one for one in reached) and any("search-button" in one for one in reached)
    assert any("theme-switch" in one for one in reached) and any("01_orientation" in one for one in reached)
    assert not unseen


def test_the_frames_of_a_slider_come_when_it_is_reached(visit):
    tab, _ = visit(page_of(CHAPTERS[0]))
    figure = tab.locator(".lab-slider").first
    assert figure.locator("img").last.evaluate("e => e.loading") == "lazy"
    figure.locator("input").focus()
    assert figure.locator("img").last.evaluate("e => e.loading") == "eager"
    tab.wait_for_function("document.querySelector('.lab-slider img:last-of-type').naturalWidth > 0")


@each_chapter
def test_a_link_into_a_chapter_leads_to_the_place_itself(chapter, visit):
    """Although pictures above it come late."""
    tab, _ = visit(f"{page_of(chapter)}#summary")
    tab.wait_for_timeout(1500)  # it scrolls smoothly
    assert 0 <= tab.locator("#summary h2").first.bounding_box()["y"] < 300
