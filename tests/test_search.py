"""A student's searches find the right place among the first three; a search costs nothing on pages that do not search."""

import pytest

SEARCHES = {
    "chain rule": "#thm-chain", "연쇄 법칙": "#thm-chain", "연쇄법칙": "#thm-chain", "연쇄법칙을": "#thm-chain",
    "경사하강법": "#def-descent", "편미분": "#def-partial", "역전파는": "#term-backpropagation", "도함수": "#def-derivative",
    "기울기 소실": "09_vanishing_gradients", "Taylor polynomials": "#def-taylor-polynomial", "HESSIAN": "#def-taylor-hessian",
    "learning rate": "#how-long-a-step", "subgradient": "#def-subgradient", "momentum": "#momentum-and-adam",
    "eta": "#def-learning-step", "η": "#def-learning-step", "nabla": "#the-gradient", "∇": "gradient", "jacobian J": "#def-matrix-jacobian",
    "Exercise 3.4": "#derivatives-powers", "a sum of powers": "#derivatives-powers", "derivitive": "#def-derivative",
    "batch normalisation": "batch-normalisation", "vector jacobian product": "#def-matrix-vjp",
}  # fmt: skip


@pytest.fixture(scope="module")
def search(browser, address):
    tab = browser.new_page()
    tab.goto(f"{address}/search.html")

    def ask(query):
        tab.fill("#search-words", query)
        tab.press("#search-words", "Enter")
        return tab

    yield ask
    tab.close()


def addresses(tab):
    return tab.locator("#search-list a").evaluate_all("all => all.map(a => a.href)")


@pytest.mark.parametrize("query", SEARCHES)
def test_the_right_place_is_among_the_first_three(query, search):
    first = addresses(search(query))[:3]
    assert any(SEARCHES[query] in address for address in first), first


def test_a_result_shows_where_it_stands_and_the_words_in_their_context(search):
    results = search("secant").locator("#search-list")
    assert results.locator("mark").first.inner_text().lower().startswith("secant")
    assert results.locator(".search-page").all_inner_texts()[:3].count("3. Derivatives") >= 1


def test_nothing_found_says_what_to_try(search):
    tab = search("xylophone")
    assert tab.locator("#search-list li").count() == 0
    assert "Nothing found for “xylophone”" in tab.locator("#search-status").inner_text()


@pytest.mark.parametrize("query", ["(", "\\", "[a-", "<b>bold</b>", "   ", "$x^2$"])
def test_signs_that_mean_something_to_programs_are_only_words(query, search):
    tab = search(query)
    assert tab.locator("#search-list b").count() == 0


def test_an_address_can_hold_a_search(browser, address):
    tab = browser.new_page()
    tab.goto(f"{address}/search.html?q=secant")
    assert tab.input_value("#search-words") == "secant" and addresses(tab)
    tab.close()


def test_the_shortcut_and_the_themes_field_lead_to_the_results(browser, address):
    tab = browser.new_page()
    tab.goto(f"{address}/chapters/01_orientation.html")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("secant")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search.html?q=secant")
    tab.wait_for_selector("#search-list a")
    tab.close()


def test_every_result_leads_to_a_place_that_is_there(browser, address, site):
    tab = browser.new_page()
    tab.goto(f"{address}/search.html")
    entries = tab.evaluate("searchEntries.map(entry => entry.url)")
    tab.close()
    assert len(entries) > 300
    texts = {page: (site / page).read_text("utf-8") for page in {url.partition("#")[0] for url in entries}}
    for url in entries:
        page, _, anchor = url.partition("#")
        assert not anchor or f'id="{anchor}"' in texts[page], url


def test_only_the_search_page_loads_what_searching_needs(site):
    users = [page.name for page in site.rglob("*.html") if "search-entries.js" in page.read_text("utf-8")]
    assert users == ["search.html"]


def test_without_javascript_the_index_and_the_glossary_are_offered(browser, address):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}/search.html")
    notice = tab.locator("main noscript")
    assert "needs JavaScript" in notice.inner_text() and "glossary" in notice.inner_html()
    context.close()


def test_the_search_works_in_a_folder_without_a_server(browser, site):
    tab = browser.new_page()
    tab.goto(f"{(site / 'search.html').as_uri()}?q=secant")
    assert addresses(tab)
    tab.close()
