"""The whole book as one PDF: `python _ext/book_pdf.py` prints the built site, `make pdf` builds it first.

Every page of the site, in the order of its table of contents, becomes a part of one page, in which links between chapters
lead to places in it; Chromium prints that page. It is printed twice: the first time says on which page each section of
the contents begins. As an extension this module links the site to its PDF, if there is one.
"""

import html
import io
import shutil
import sys
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from posixpath import normpath
from urllib.parse import unquote, urldefrag, urlparse

import lxml.html
import pikepdf
import yaml
from lxml.html.builder import A, DIV, H1, LI, LINK, NAV, OL, P, SECTION, SPAN
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

from book_publish import ROOT, built_from, repository

SITE = ROOT / "_build" / "html"
NAME = "book.pdf"
STYLES = Path(__file__).with_name("print.css")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--disable-background-networking"]
UNPRINTED = "script|noscript|a.headerlink|img[hidden]|button|details.hide|p.pdf-link|.d-print-none|.answer-preview|.answer-foot"
REFERRING = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
# A letter that no font has is drawn as the browser draws a place of Unicode that is not assigned.
MISSING = """() => {
    const context = new OffscreenCanvas(40, 40).getContext('2d', {willReadFrequently: true});
    context.font = `24px STIX2, ${getComputedStyle(document.body).fontFamily}`;
    const drawn = letter => {
        context.clearRect(0, 0, 40, 40);
        context.fillText(letter, 2, 30);
        return context.getImageData(0, 0, 40, 40).data.join();
    };
    const unknown = drawn('\\u0378');
    const letters = new Set(document.body.innerText.match(/\\p{L}/gu));
    return [...letters].filter(letter => drawn(letter) === unknown).join(' ');
}"""
# The number stands in the last element of each line of the contents.
NUMBER = """pages => document.querySelectorAll('.contents a').forEach(link => {
    link.lastElementChild.textContent = pages[decodeURIComponent(link.hash.slice(1))];
})"""


# one page made of all

class Book:
    """The built site as one page."""

    def __init__(self, site: Path):
        self.site, self.where, self.styles = site, repository(), {}  # a dict, for the order in which pages name them
        index = site / "index.html"
        if not index.exists():
            sys.exit(f"There is no {index.relative_to(ROOT)} to print: run `make book` first, or `make pdf`.")
        self.parts = table_of_contents(parse(index))
        self.names = {page for _, pages in self.parts for page in pages}
        self.bodies = {page: self.body(page) for _, pages in self.parts for page in pages}
        self.contents = self.table()

    def body(self, page: str):
        whole = parse(self.site / page)
        self.styles |= {resolve(page, link.get("href")): page for link in whole.cssselect("link[rel=stylesheet]")}
        body = SECTION(*whole.find_class("bd-article")[0], id=place(page), CLASS="bd-article page")
        for element in body.cssselect(UNPRINTED.replace("|", ", ")):
            element.drop_tree()
        for element in body.iter(lxml.etree.Element):
            self.adapt(element, page)
        return body

    def adapt(self, element, page: str):
        """Names become unique in the one page, links lead to places in it, files are found from `_build`."""
        if element.tag == "details":
            element.set("open", "")
        for name in ("placeholder", "loading"):  # what has to be scrolled to would not be printed
            element.attrib.pop(name, None)
        if "id" in element.attrib and element.get("id") != place(page):
            element.set("id", place(page, element.get("id")))
        for name in REFERRING:
            if name in element.attrib:
                element.set(name, " ".join(place(page, target) for target in element.get(name).split()))
        if "src" in element.attrib and not urlparse(element.get("src")).scheme:
            element.set("src", f"{self.site.name}/{resolve(page, element.get('src'))}")
        if "href" in element.attrib:
            self.link(element, page)

    def link(self, element, page: str):
        address, fragment = urldefrag(element.get("href"))
        if urlparse(address).scheme:
            return
        target = resolve(page, address) if address else page
        if target in self.names:
            element.set("href", f"#{place(target, unquote(fragment))}")
        elif self.where:
            element.set("href", self.where.site + target)
        else:
            del element.attrib["href"]

    def table(self):
        """Parts, chapters and sections, each with a place for the number of its page."""
        parts = [[P(caption, CLASS="part")] * bool(caption) + [OL(*map(self.chapter, pages))] for caption, pages in self.parts]
        return SECTION(H1("Contents"), NAV(*[element for part in parts for element in part]), CLASS="contents")

    def chapter(self, page: str):
        body = self.bodies[page]
        sections = [LI(self.entry(heading)) for heading in body.iter("h2") if in_section(heading)]
        return LI(self.entry(next(body.iter("h1")), place(page)), *[OL(*sections)] * bool(sections))

    def entry(self, heading, target=None):
        title = deepcopy(heading)
        title.tag, title.tail = "span", None
        for element in title.iter(lxml.etree.Element):
            element.attrib.pop("id", None)
        return A(title, SPAN("000", CLASS="number"), href=f"#{target or heading.getparent().get('id')}")

    def headings(self) -> list[str]:
        parts = [self.contents, *self.bodies.values()]
        found = [heading for part in parts for heading in part.cssselect("h1, h2, h3, h4, h5, h6")]
        return [" ".join(heading.text_content().split()) for heading in found]

    def markup(self) -> str:
        head = "".join(source(LINK(rel="stylesheet", href=f"{self.site.name}/{style}")) for style in self.styles)
        body = "".join(map(source, [cover(self.where), self.contents, *self.bodies.values()]))
        language = config()["sphinx"]["config"]["language"]
        return (f'<!DOCTYPE html><html lang="{language}" data-theme="light" data-mode="light"><head>'
                f'<meta charset="utf-8"><title>{html.escape(config()["title"])}</title>{head}'
                f"<style>{STYLES.read_text('utf-8')}</style></head><body>{body}</body></html>")  # fmt: skip


def source(element) -> str:
    return lxml.html.tostring(element, encoding="unicode")


def parse(path: Path):
    return lxml.html.document_fromstring(path.read_text("utf-8"))


def table_of_contents(home) -> list[tuple[str, list[str]]]:
    """(caption, pages) of each part, as the site's side bar has them; the front page comes first."""
    parts = [("", ["index.html"])]
    for element in home.cssselect("nav.bd-links p.caption, nav.bd-links li.toctree-l1 > a"):
        if element.tag == "p":
            parts.append((element.text_content(), []))
        elif (target := urldefrag(element.get("href"))[0]) and not urlparse(target).scheme:
            parts[-1][1].append(normpath(unquote(target)))
    return parts


def place(page: str, fragment: str = "") -> str:
    name = page.removesuffix(".html").replace("/", "-")
    return f"{name}--{fragment}" if fragment else name


def resolve(page: str, address: str) -> str:
    return normpath((PurePosixPath(page).parent / unquote(urlparse(address).path)).as_posix())


def in_section(heading) -> bool:
    """Of the chapter itself, not of a box in it."""
    return all(parent.tag == "section" for parent in heading.iterancestors())


def config() -> dict:
    return yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))


def cover(where):
    address = [P(A(where.site, href=where.site))] if where else []
    return DIV(
        P(config()["title"], CLASS="title"), P(config()["author"], CLASS="author"), *address,
        P(f"{built_from().sentence} The code that only draws a figure is left out here; the notebooks have it.", CLASS="edition"),
        CLASS="cover",
    )  # fmt: skip


# printed

@contextmanager
def chromium():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except BrowserError:
            sys.exit("The PDF is printed by Chromium, which is not here: install the package chromium, or run "
                     "`python -m playwright install chromium`.")  # fmt: skip
        yield browser
        browser.close()


def print_book(book: Book, target: Path):
    one = book.site.with_name("print.html")
    try:
        one.write_text(book.markup(), "utf-8")
        with chromium() as browser:
            page = browser.new_page()
            page.goto(one.as_uri(), wait_until="load", timeout=300_000)
            check_fonts(page)
            numbers = pages_of_places(page.pdf(prefer_css_page_size=True))
            page.evaluate(NUMBER, numbers)
            printed = page.pdf(prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
    finally:
        one.unlink(missing_ok=True)
    half = target.with_suffix(".half")
    half.write_bytes(finished(printed, book.headings()))
    half.replace(target)


def check_fonts(page):
    page.evaluate("document.fonts.ready.then(() => true)")
    if missing := page.evaluate(MISSING):
        sys.exit(f"No font on this machine has these letters of the book: {missing}. Install one that does; on Linux "
                 "the package fonts-noto-cjk has Korean.")  # fmt: skip


def pages_of_places(printed: bytes) -> dict[str, int]:
    with open_pdf(printed) as pdf:
        numbers = {page.objgen: number for number, page in enumerate(pdf.pages, 1)}
        return {str(name)[1:]: numbers[target[0].objgen] for name, target in destinations(pdf).items()}


def destinations(pdf) -> dict:
    return dict(pdf.Root.get("/Dests", {}).items())


def open_pdf(content: bytes):
    return pikepdf.open(io.BytesIO(content))


def finished(printed: bytes, headings: list[str]) -> bytes:
    """With the book's own title and date, and no trace of the hour at which it was printed: the same book, the same bytes."""
    content = io.BytesIO()
    with open_pdf(printed) as pdf:
        date = datetime.fromtimestamp(built_from().timestamp, timezone.utc).strftime("D:%Y%m%d%H%M%SZ")
        pdf.docinfo = pdf.make_indirect(pikepdf.Dictionary(
            Title=config()["title"], Author=config()["author"], Subject=built_from().sentence, CreationDate=date, ModDate=date,
        ))  # fmt: skip
        name_outline(pdf, headings)
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        pdf.Root.PageMode = pikepdf.Name.UseOutlines
        pdf.save(content, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=True)
    return content.getvalue()


def name_outline(pdf, headings: list[str]):
    """Chromium runs two words together where a heading is broken into lines."""
    with pdf.open_outline() as outline:
        entries = list(all_entries(outline.root))
        for entry, heading in zip(entries, headings, strict=True):
            entry.title = heading


def all_entries(entries):
    for entry in entries:
        yield entry
        yield from all_entries(entry.children)


# linked from the site

def note_pdf(app, config):
    """Pages are written again when the site gets its PDF."""
    config.book_pdf = (Path(app.outdir) / NAME).exists()


def offer(app, pagename, templatename, context, doctree):
    if not app.config.book_pdf:
        return
    address = context["pathto"](NAME, resource=True)
    for group in context["header_buttons"]:
        if group["label"] == "download-buttons":
            group["buttons"].append({
                "type": "link", "url": address, "text": "The whole book (.pdf)", "icon": "fas fa-book",
                "tooltip": "Download the whole book, to print or to read offline", "label": "download-button",
            })  # fmt: skip
    if pagename == app.config.root_doc:
        size = (Path(app.outdir) / NAME).stat().st_size / 1e6
        context["body"] += f'<p class="pdf-link"><a href="{address}">The whole book as one PDF</a> ({size:.0f} MB)</p>\n'


def setup(app):
    app.add_config_value("book_pdf", False, "html")
    app.connect("config-inited", note_pdf)
    app.connect("html-page-context", offer, priority=901)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def main():
    target = SITE / NAME
    try:
        print_book(Book(SITE), target)
    except OSError as error:
        sys.exit(f"The PDF could not be written to {target.relative_to(ROOT)}: {error.strerror}.")
    with pikepdf.open(target) as pdf:
        print(f"{target.relative_to(ROOT)}: {len(pdf.pages)} pages, {target.stat().st_size / 1e6:.1f} MB.")


if __name__ == "__main__":
    main()
