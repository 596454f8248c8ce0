"""What several test files need: the built site, a server for it, a browser."""

import functools
import http.server
import os
import shutil
import threading

import hypothesis
import matplotlib
import pytest

from book import SITE

matplotlib.use("Agg")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # as many tests run side by side as there are cores

# A busy machine is no fault of the code; and what CI finds has to be found again by whoever looks into it.
hypothesis.settings.register_profile("book", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("book")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Headless Chromium asks other hosts on its own account unless told not to.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="session")
def site():
    """The folder of the built site."""
    if not (SITE / "index.html").exists():
        pytest.skip("the site is not built: run `make book` first")
    return SITE


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def address(site):
    """The site served on this machine: its address without a slash at the end."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietHandler, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None and os.environ.get("REQUIRE_BROWSER"):
        pytest.fail("no Chromium, and REQUIRE_BROWSER is set: install the package chromium")
    if path is None:
        pytest.skip("no Chromium on this machine: browser tests are left out (install the package chromium to run them)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
