"""Every page, measured in a browser as `make site-report` does, is within the limits of the book."""

import pytest

import pages
from book import SITE

PAGES = pages.pages(SITE) if SITE.exists() else []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_light_quiet_steady_and_open_to_everyone(page, browser, address):
    found = pages.measure(browser, address, page)
    assert found.faults() == []
    assert found.bytes > 50_000 and found.paint > 0  # it was measured


def test_every_limit_is_noticed():
    beyond = pages.Measures("page", bytes=1_500_001, gzip=450_001, hosts=["elsewhere"], shift=0.03, errors=["console: no"],
                            violations=["axe, light: no"], too_wide=[320], scores={"seo": 94})  # fmt: skip
    assert len(beyond.faults()) == 8


def test_mathematics_is_there_at_first_paint(browser, address):
    """Formulas are in the page's own text: none is added, replaced or moved after it is shown."""
    with pages.opened(browser, "light") as tab:
        tab.goto(f"{address}/chapters/03_derivatives.html", wait_until="commit")
        tab.wait_for_function("measured.paint && measured.mathematics")
        before = tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        assert tab.evaluate("measured.mathematics") < before + 1500


@pytest.mark.parametrize("lacking, words", [
    ("site", "make book"), ("browser", "chromium"), ("axe", "npm ci"), ("node", "Node"),
    ("lighthouse", "make site-report LIGHTHOUSE=1"),
])  # fmt: skip
def test_what_the_report_lacks_is_said_in_one_line(lacking, words, monkeypatch, tmp_path):
    (tmp_path / "index.html").touch()
    present = tmp_path / "index.html"
    monkeypatch.setattr(pages.shutil, "which", lambda name: None if lacking == "node" else f"/usr/bin/{name}")
    monkeypatch.setattr(pages, "chromium", lambda: None if lacking == "browser" else "/usr/bin/chromium")
    monkeypatch.setattr(pages, "AXE", tmp_path / "none" if lacking == "axe" else present)
    monkeypatch.setattr(pages, "LIGHTHOUSE", tmp_path / "none" if lacking == "lighthouse" else present)
    reason = pages.missing(tmp_path / "none" if lacking == "site" else tmp_path, lighthouse=True)
    assert words in reason and "\n" not in reason
