"""Mathematics at first paint: every formula becomes MathML when the book is built.

Temml (an npm package) does the typesetting in one Node process; a formula it does not understand is a warning with
file and line, so a strict build fails. The site serves the one mathematical font itself, reduced to what its pages use.
"""

import base64
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from fontTools import subset
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parent.parent
FONT = ROOT / "node_modules/@fontsource/stix-two-math/files/stix-two-math-latin-400-normal.woff2"
STYLES = ROOT / "node_modules/temml/dist/Temml-STIX2.css"

# What a reader may type into an answer box, upright and italic: a page need not show it.
TYPED = [
    (0x20, 0x7E), (0x391, 0x3A9), (0x3B1, 0x3F5), (0x1D434, 0x1D467), (0x1D6E2, 0x1D71B),
    *((point, point) for point in map(ord, "ℎ−⋅√∞±′∂\u2061\u2062")),
]  # fmt: skip


class Typesetter:
    """TeX to MathML, each distinct formula once."""

    def __init__(self):
        self._done = {}

    @cached_property
    def _server(self):
        check_installed()
        return subprocess.Popen(
            [shutil.which("node"), str(Path(__file__).with_name("temml_server.mjs"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def __call__(self, tex: str, display: bool) -> dict:
        """``{"mathml": …}``, or ``{"error": …}`` in Temml's words."""
        if (tex, display) not in self._done:
            self._server.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
            self._server.stdin.flush()
            self._done[tex, display] = json.loads(self._server.stdout.readline())
        return self._done[tex, display]

    def close(self, *_):
        if "_server" in self.__dict__:
            self._server.stdin.close()
            self._server.wait()
            self._server.stdout.close()
            del self._server


typeset = Typesetter()


def mathml(node, display: bool) -> str:
    answer = typeset(node.astext(), display)
    if "error" in answer:
        logger.warning("formula not understood: %s\n%s", answer["error"], node.astext(), location=node)
        return f"<code>{nodes.unescape(node.astext())}</code>"
    return mend(answer["mathml"])


def mend(markup: str) -> str:
    """Two things that Chromium and the packaged font do not do for Temml.

    A prime becomes a sign of full size beside its base: Temml sets it as a superscript and asks the font for a larger one
    (ss04), a feature the packaged font has lost, so it would be raised twice and shrunk. A root gets a strut, without which
    the sign hangs below the line when what it covers is low.
    """
    if "tml-prime" not in markup and "msqrt" not in markup and "mroot" not in markup:
        return markup
    tree = ElementTree.fromstring(markup)
    for element in tree.iter():
        if element.tag == "msup" and all("tml-prime" in part.get("class", "") for part in list(element[1]) or [element[1]]):
            element.tag = "mrow"
        elif element.tag == "msqrt":
            element.append(strut())
        elif element.tag == "mroot":
            row = ElementTree.Element("mrow")
            row.extend([element[0], strut()])
            element[0] = row
    return ElementTree.tostring(tree, encoding="unicode", short_empty_elements=False)


def strut():
    return ElementTree.Element("mspace", width="0", height="0.72em", depth="0.16em")


def visit_inline(writer, node):
    after = node.next_node(descend=False, siblings=True)
    # A word joiner keeps the comma or full stop behind a formula from beginning the next line.
    glue = "\u2060" if isinstance(after, nodes.Text) and after.startswith(tuple(",.;:!?)")) else ""
    writer.body.append(f'<span class="math notranslate">{mathml(node, display=False)}{glue}</span>')
    raise nodes.SkipNode


def visit_display(writer, node):
    writer.body.append(writer.starttag(node, "div", CLASS="math notranslate"))
    if node["number"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, "Link to this equation")
        writer.body.append("</span>")
    writer.body.append(f"{mathml(node, display=True)}</div>\n")
    raise nodes.SkipNode


def check_installed():
    """Before anything is written. Not an exception: its traceback would bury the line."""
    if shutil.which("node") is None:
        sys.exit("Formulas are typeset by Node, which is not here: install requirements.txt (it brings Node). `make book` does.")
    for path, what in {STYLES: "The typesetter Temml", FONT: "The mathematical font"}.items():
        if not path.exists():
            sys.exit(f"{what} is not here: run `npm ci` in the book's folder. `make book` does.")


def write_styles(app):
    """Temml's, but for its fonts."""
    if app.builder.format == "html":
        check_installed()
        folder = Path(app.outdir).parent / "assets" / "math"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "temml.css").write_text(temml_styles(), "utf-8")
        app.config.html_static_path.append(str(folder.parent))
        app.add_css_file("math/temml.css")


def temml_styles() -> str:
    return re.sub(r"@font-face \{.*?\}", "", STYLES.read_text("utf-8"), flags=re.S)


def write_font(app, exception):
    """After the pages, since it is they that say which signs are shown."""
    if exception is None and app.builder.format == "html":
        outdir = Path(app.outdir)
        target = outdir / "_static" / "math" / "font.css"
        target.parent.mkdir(parents=True, exist_ok=True)
        pages = (path.read_text("utf-8") for path in outdir.rglob("*.html"))
        target.write_text(font_face(pages, outdir.parent / "fonts"), "utf-8")


def font_face(pages, cache: Path) -> str:
    """A style sheet that holds the font, with the signs that formulas of these pages (HTML) show and those of TYPED.

    It is in the style sheet, for which browsers wait, so that no formula is shown in another font first, then moved.
    """
    signs = {sign for page in pages for formula in re.findall(r"<math.*?</math>", page, re.S) for sign in html.unescape(formula)}
    points = sorted(set(map(ord, signs)).union(*(range(first, last + 1) for first, last in TYPED)))
    made_of = repr(points).encode() + FONT.read_bytes() + Path(__file__).read_bytes()
    font = cache / f"{hashlib.sha256(made_of).hexdigest()[:16]}.woff2"
    if not font.exists():
        cache.mkdir(parents=True, exist_ok=True)
        reduce_font(font, points)
    data = base64.b64encode(font.read_bytes()).decode()
    return f'@font-face {{ font-family: STIX2; src: url("data:font/woff2;base64,{data}") format("woff2"); }}\n'


def reduce_font(target: Path, points: list[int]):
    options = subset.Options(flavor="woff2", hinting=False, notdef_outline=True)
    font = subset.load_font(str(FONT), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    make_radicals_equally_wide(font)
    half = target.with_suffix(f".{os.getpid()}")  # an interrupted build leaves no half of a font under its name
    subset.save_font(font, str(half), options)
    font.close()
    half.replace(target)


def make_radicals_equally_wide(font):
    """Chromium reserves the width of the widest radical sign for every root, which leaves a gap behind the usual one."""
    variants = font["MATH"].table.MathVariants
    radical = font.getBestCmap()[ord("√")]
    construction = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(radical)]
    width = font["hmtx"][radical][0]
    taller = {record.VariantGlyph for record in construction.MathGlyphVariantRecord}
    taller |= {part.glyph for part in construction.GlyphAssembly.PartRecords}
    for name in sorted(taller):
        advance, bearing = font["hmtx"][name]
        glyph = font["glyf"][name]
        glyph.coordinates.scale((width / advance, 1))
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (width, round(bearing * width / advance))


def setup(app):
    app.add_html_math_renderer("temml", (visit_inline, None), (visit_display, None))
    app.connect("builder-inited", write_styles)
    app.connect("build-finished", write_font)
    app.connect("build-finished", typeset.close)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
