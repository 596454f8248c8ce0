"""What every page of a built site costs its reader: `make site-report`, or `python benchmarks/pages.py FOLDER` for any other.

Bytes, requests, first paint, mathematics, layout shift, accessibility, console and widths are measured in Chromium, with the
page scrolled to its end. With `make site-report LIGHTHOUSE=1` each page is also rated by Lighthouse, a quarter of a minute each.
"""

import argparse
import contextlib
import functools
import gzip
import http.server
import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlparse

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"
AXE = ROOT / "node_modules/axe-core/axe.min.js"
LIGHTHOUSE = ROOT / "benchmarks/node_modules/lighthouse/cli/index.js"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Headless Chromium asks other hosts on its own account unless told not to.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
WIDTHS = (320, 375, 768, 1024, 1440, 1920)
PACKED = {".woff2", ".png", ".webp", ".jpg", ".jpeg", ".gif", ".zip", ".whl"}

# Noted by the page itself, from its first moment on.
WATCH = """
window.measured = {shift: 0, paint: null, mathematics: null};
new PerformanceObserver(list => list.getEntries().forEach(e => e.hadRecentInput || (measured.shift += e.value)))
    .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(list => list.getEntriesByName('first-contentful-paint').forEach(e => measured.paint = e.startTime))
    .observe({type: 'paint', buffered: true});
const look = () => {
    const formula = document.querySelector('main math, mjx-container, .katex');
    if (formula && formula.getBoundingClientRect().width && document.fonts.status === 'loaded')
        measured.mathematics = performance.now();
    else if (performance.now() < 10000) requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
SCROLL = """async () => {
    const pause = () => new Promise(done => requestAnimationFrame(() => setTimeout(done, 15)));
    const go = async top => { scrollTo({top, behavior: 'instant'}); await pause(); };
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) await go(y);
    const shown = [...document.images].filter(image => image.checkVisibility());
    await Promise.all(shown.map(image => image.decode().catch(() => 0)));
    await go(0);
}"""
# A formula is taken as its text: its thousands of parts have no controls, and the colour of what is around them.
VIOLATIONS = """only => document.querySelectorAll('math').forEach(math => {
    const text = document.createElement('span');
    text.textContent = math.textContent;
    math.replaceWith(text);
}) || axe.run(document, {resultTypes: ['violations'], ...only}).then(found => found.violations.flatMap(
    rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')}`)))"""
ALL_RULES, COLOUR_RULES = {}, {"runOnly": ["color-contrast", "link-in-text-block"]}


@dataclass
class Measures:
    """One page. Sizes are in bytes, times in ms; what should not be there is listed in words."""

    page: str
    bytes: int = 0
    gzip: int = 0
    requests: int = 0
    hosts: list = field(default_factory=list)
    paint: float = 0.0
    mathematics: float | None = None
    shift: float = 0.0
    errors: list = field(default_factory=list)
    violations: list = field(default_factory=list)
    too_wide: list = field(default_factory=list)
    scores: dict = field(default_factory=dict)

    def faults(self) -> list[str]:
        """What is over the book's limits."""
        limits = {
            f"{self.bytes} bytes, more than 1.5 MB": self.bytes > 1_500_000,
            f"{self.gzip} bytes by gzip, more than 450 kB": self.gzip > 450_000,
            f"asks other hosts: {self.hosts}": self.hosts,
            f"layout shift {self.shift:.3f}, more than 0.02": self.shift > 0.02,
            f"scrolls sideways at {self.too_wide} px": self.too_wide,
        }
        low = [f"Lighthouse {name} {score}, less than 95" for name, score in self.scores.items() if score < 95]
        return [text for text, is_over in limits.items() if is_over] + self.errors + self.violations + low


# a server as a static host is: under a folder, compressing text, with the site's own page for what is not there

class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    prefix = ""

    def log_message(self, *_):
        pass

    def translate_path(self, path):
        return super().translate_path(path.removeprefix(self.prefix))

    def send_head(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        is_found = path.is_file()
        path = path if is_found else Path(self.directory) / "404.html"
        content = path.read_bytes() if path.is_file() else b"not found"
        packs = path.suffix not in PACKED and "gzip" in self.headers.get("Accept-Encoding", "")
        content = gzip.compress(content, 6) if packs else content
        self.send_response(200 if is_found else 404)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        if packs:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        return io.BytesIO(content)


def prefix_of(site: Path) -> str:
    """The folder under which a host will serve the site, as its page for lost addresses has it."""
    page = site / "404.html"
    found = page.exists() and re.search(r'data-content_root="(/.*?)/?"', page.read_text("utf-8"))
    return found[1].rstrip("/") if found else ""


@contextlib.contextmanager
def served(site: Path):
    """The address, without a slash at its end, of a folder served on this machine."""
    prefix = prefix_of(site)
    handler = type("Handler", (Handler,), {"prefix": prefix})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=site))
    server.handle_error = lambda *_: None  # a browser that goes leaves requests behind
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{prefix}"
    server.shutdown()
    server.server_close()


def chromium() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def pages(site: Path) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html") if "_static" not in path.parts)


# measuring one page

def measure(browser, address: str, page: str) -> Measures:
    found = Measures(page)
    with opened(browser, "light") as tab:
        responses = []
        tab.on("response", lambda response: responses.append(response))
        listen(tab, found.errors)
        visit(tab, f"{address}/{page}")
        tab.evaluate(SCROLL)
        tab.wait_for_load_state("networkidle")
        seen = tab.evaluate("measured")
        found.paint, found.mathematics, found.shift = seen["paint"] or 0.0, seen["mathematics"], seen["shift"]
        weigh(found, responses, urlparse(address).netloc)
        found.too_wide = [width for width in WIDTHS if is_too_wide(tab, width)]
        tab.set_viewport_size({"width": 1280, "height": 900})
        found.violations += violations(tab, "light", ALL_RULES)
    with opened(browser, "dark") as tab:
        visit(tab, f"{address}/{page}")
        found.violations += violations(tab, "dark", COLOUR_RULES)
    return found


@contextlib.contextmanager
def opened(browser, scheme: str):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    context.add_init_script(WATCH)
    # The choice that this theme keeps; others follow the system's.
    context.add_init_script(f"localStorage.setItem('mode', '{scheme}'); localStorage.setItem('theme', '{scheme}')")
    yield context.new_page()
    context.close()


def visit(tab, address: str):
    """Until the page is there, ours to its end: it is laid out in steps."""
    tab.goto(address, wait_until="load")
    tab.locator("html:not(.unfolding)").wait_for()


def listen(tab, errors: list):
    tab.on("console", lambda message: message.type == "error" and errors.append(f"console: {message.text}"))
    tab.on("pageerror", lambda error: errors.append(f"console: {error}"))


def weigh(found: Measures, responses: list, own_host: str):
    for response in responses:
        place = urlparse(response.url)
        if place.scheme not in ("http", "https"):
            continue
        found.requests += 1
        if place.netloc != own_host:
            found.hosts.append(place.netloc)
        elif response.status == 200:
            content = response.body()
            found.bytes += len(content)
            found.gzip += len(content if Path(place.path).suffix in PACKED else gzip.compress(content, 6))


def violations(tab, scheme: str, rules: dict) -> list[str]:
    tab.add_script_tag(path=AXE)
    return [f"axe, {scheme}: {violation}" for violation in tab.evaluate(VIOLATIONS, rules)]


def is_too_wide(tab, width: int) -> bool:
    tab.set_viewport_size({"width": width, "height": 900})
    return tab.evaluate("document.documentElement.scrollWidth") > width


def rate(address: str, page: str) -> dict:
    """Lighthouse's four scores, as it gives them to a phone on a slow network."""
    command = ["node", LIGHTHOUSE, f"{address}/{page}", "--quiet", "--output=json", f"--chrome-flags=--headless {' '.join(FLAGS)}"]
    done = subprocess.run(command, env=os.environ | {"CHROME_PATH": chromium()}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"Lighthouse failed on {page}: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}")
    report = json.loads(done.stdout)
    return {name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES}


# the report

COLUMNS = {
    "kB": lambda m: f"{m.bytes / 1000:.0f}",
    "gzip": lambda m: f"{m.gzip / 1000:.0f}",
    "requests": lambda m: f"{m.requests}",
    "hosts": lambda m: f"{len(m.hosts)}",
    "paint": lambda m: f"{m.paint:.0f}",
    "maths": lambda m: "" if m.mathematics is None else f"{m.mathematics:.0f}",
    "shift": lambda m: f"{m.shift:.3f}",
    "axe": lambda m: f"{len(m.violations)}",
    "console": lambda m: f"{len(m.errors)}",
    "wide": lambda m: f"{len(m.too_wide)}",
    "lighthouse": lambda m: "  " + "/".join(map(str, m.scores.values())) if m.scores else "",
}


def line(row: Measures | None, width: int) -> str:
    """One page in columns; their names if there is none."""
    cells = [name if row is None else cell(row) for name, cell in COLUMNS.items()]
    return f"{'page' if row is None else row.page:{width}}" + "".join(f"{cell:>10}" for cell in cells)


def missing(site: Path, lighthouse: bool) -> str | None:
    """What cannot be done without, in one line."""
    if not (site / "index.html").exists():
        return f"There is no site in {site}: run `make book` first."
    if chromium() is None:
        return f"The report needs a browser, one of {', '.join(BROWSERS)}: install the package chromium."
    if not AXE.exists():
        return "axe-core is not here: run `npm ci` in the book's folder, or `make book`."
    if lighthouse and not shutil.which("node"):
        return "Lighthouse runs on Node, which is not here: install requirements.txt, or run `make site-report LIGHTHOUSE=1`."
    if lighthouse and not LIGHTHOUSE.exists():
        return "Lighthouse is not here: `make site-report LIGHTHOUSE=1` brings it (npm ci --prefix benchmarks)."
    return None


def main():
    parser = argparse.ArgumentParser(description="What every page of a built site costs its reader.")
    parser.add_argument("site", nargs="?", type=Path, default=SITE, help="its folder; by default the book's, _build/html")
    parser.add_argument("--lighthouse", action="store_true", help="rate each page by Lighthouse, too")
    asked = parser.parse_args()
    if reason := missing(asked.site, asked.lighthouse):
        sys.exit(reason)
    from playwright.sync_api import sync_playwright

    names = pages(asked.site)
    width = max(map(len, names))
    print(line(None, width))
    rows = []
    with served(asked.site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for name in names:
            rows.append(measure(browser, address, name))
            rows[-1].scores = rate(address, name) if asked.lighthouse else {}
            print(line(rows[-1], width), flush=True)
        browser.close()
    faults = [f"{row.page}: {fault}" for row in rows for fault in row.faults()]
    print("", f"{len(faults)} beyond the limits" if faults else "All within the limits.", *faults, sep="\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
