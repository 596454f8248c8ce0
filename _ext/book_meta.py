"""How a page is found and shown elsewhere: its description and card, the site's map, a page for what is not there, the citation.

Addresses follow from the repository that the book is built in; where there is none, a page carries no address.
"""

import html
import re
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import yaml
from docutils import nodes
from matplotlib.figure import Figure
from sphinx.util.docutils import SphinxDirective

from book_publish import ROOT, repository
from book_search import text_of

CARD = "_static/card.png"
CITATION = ROOT / "CITATION.cff"
NOT_FOUND = "404"


# a page's description, and the card that a link to it shows

def describe(app, pagename, templatename, context, doctree):
    where = repository()
    title = re.sub(r"<[^>]*>", "", context.get("title") or "") or app.config.project
    text = description(doctree) or f"{title}, in {app.config.html_title}."
    tags = [("name", "description", text)]
    if where and pagename != NOT_FOUND:
        address = where.site + app.builder.get_target_uri(pagename).replace("index.html", "")
        tags += [
            ("property", "og:title", html.unescape(title)), ("property", "og:type", "article"), ("property", "og:url", address),
            ("property", "og:site_name", app.config.html_title), ("property", "og:description", text),
            ("property", "og:image", where.site + CARD), ("property", "og:image:alt", CARD_SHOWS),
            ("property", "og:image:width", "1200"), ("property", "og:image:height", "630"),
            ("name", "twitter:card", "summary_large_image"),
        ]  # fmt: skip
        context["pageurl"] = address
    lines = [f'<meta {kind}="{name}" content="{html.escape(content)}">' for kind, name, content in tags]
    context["metatags"] = "\n".join([context.get("metatags", ""), *lines, ""])


def description(doctree) -> str:
    """The first paragraph, up to about 200 letters."""
    paragraph = doctree and next(doctree.findall(nodes.paragraph), None)
    words = "" if not paragraph else "".join(text_of(part) for part in paragraph.findall(
        lambda node: isinstance(node, nodes.math) or (isinstance(node, nodes.Text) and not isinstance(node.parent, nodes.math))))
    words = " ".join(words.split())
    return words if len(words) <= 200 else words[:200].rpartition(" ")[0] + " …"


CARD_SHOWS = "The title of the book above a curve that is drawn by its tangents alone"


def draw_card(app, exception):
    """The picture of the front page with the book's name, for those who share a link."""
    if exception or app.builder.format != "html" or not repository():
        return
    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor="#14181e")
    axes = figure.add_axes((0, 0, 1, 0.72))
    axes.set(xlim=(-3.2, 3.2), ylim=(-1.6, 1.8))
    axes.axis("off")
    for a in np.linspace(-3.2, 3.2, 60):
        slope = np.cos(2 * a) - 0.2
        axes.axline((a, np.sin(2 * a) / 2 - 0.2 * a), slope=slope, lw=0.9, color="#56b4e9" if slope < 0 else "#e69f00", alpha=0.7)
    figure.text(0.06, 0.82, app.config.html_title, color="white", fontsize=40, weight="bold")
    figure.savefig(Path(app.outdir) / CARD, metadata={"Software": None})


# the map of the site for search engines

def map_site(app, exception):
    if exception or app.builder.format != "html" or not (where := repository()):
        return
    addresses = [where.site + app.builder.get_target_uri(name).replace("index.html", "") for name in sorted(app.env.found_docs)]
    entries = "".join(f"<url><loc>{escape(address)}</loc></url>\n" for address in addresses)
    head = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    (Path(app.outdir) / "sitemap.xml").write_text(f"{head}{entries}</urlset>\n", "utf-8")
    (Path(app.outdir) / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {where.site}sitemap.xml\n", "utf-8")


# the page for what is not there

def add_not_found(app):
    yield NOT_FOUND, {"title": "Page not found"}, "404.html"


def anchor_not_found(app, exception):
    """It is shown at any depth, so its links start from the root of the host."""
    page = Path(app.outdir) / f"{NOT_FOUND}.html"
    if exception or app.builder.format != "html" or not page.exists():
        return
    root = re.sub(r"https://[^/]*", "", repository().site) if repository() else "/"
    text = page.read_text("utf-8")
    text = re.sub(r'\b(href|src|action)="(?!#|/|[a-z]+:)(?:\./)?([^"]*)"', rf'\1="{root}\2"', text)
    page.write_text(re.sub(r'data-content_root="[^"]*"', f'data-content_root="{root}"', text), "utf-8")


# how to cite

class Citation(SphinxDirective):
    """BibTeX made from CITATION.cff, for the reader to copy."""

    def run(self):
        self.env.note_dependency(str(CITATION))
        block = nodes.literal_block("", bibtex(yaml.safe_load(CITATION.read_text("utf-8")), repository()), language="bibtex")
        return [block]


def bibtex(citation: dict, where) -> str:
    authors = " and ".join(
        f"{author['family-names']}, {author['given-names']}" if "family-names" in author else f"{{{author['name']}}}"
        for author in citation["authors"]
    )
    year = str(citation["date-released"])[:4]
    fields = {"title": citation["title"], "author": authors, "year": year, "version": str(citation["version"]),
              "url": where.site if where else ""}
    lines = [f"  {key:8}= {{{value}}}," for key, value in fields.items() if value]
    key = re.sub(r"\W+", "-", citation["title"].lower())
    return "\n".join([f"@book{{{key}-{year},", *lines, "}"])


def setup(app):
    app.add_directive("citation", Citation)
    app.connect("html-page-context", describe)
    app.connect("html-collect-pages", add_not_found)
    app.connect("build-finished", draw_card)
    app.connect("build-finished", map_site)
    app.connect("build-finished", anchor_not_found)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
