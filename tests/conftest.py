"""What several test files need: the built site, a server for it, a browser."""

import os
import sys

import hypothesis
import matplotlib
import pytest

from book import ROOT, SITE

sys.path.append(str(ROOT / "benchmarks"))
import pages  # noqa: E402

collect_ignore = ["cheats"]  # to look for doctests in them would run them
matplotlib.use("Agg")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # as many tests run side by side as there are cores

# A busy machine is no fault of the code; and what CI finds has to be found again by whoever looks into it.
hypothesis.settings.register_profile("book", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("book")

@pytest.fixture(scope="session")
def site():
    """The folder of the built site."""
    if not (SITE / "index.html").exists():
        pytest.skip("the site is not built: run `make book` first")
    return SITE


@pytest.fixture(scope="session")
def address(site):
    """The site served on this machine: its address without a slash at the end."""
    with pages.served(site) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    path = pages.chromium()
    if path is None and os.environ.get("REQUIRE_BROWSER"):
        pytest.fail("no Chromium, and REQUIRE_BROWSER is set: install the package chromium")
    if path is None:
        pytest.skip("no Chromium on this machine: browser tests are left out (install the package chromium to run them)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=pages.FLAGS)
        yield browser
        browser.close()
