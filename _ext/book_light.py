"""A light page: pictures load when they are reached, a long text is laid out in steps, one style sheet holds the rules
that pages use and one font their icons.

Purging is done by PurgeCSS (an npm package) over the whole built site; what no page, style or script names is then not shipped.
"""

import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from fontTools import subset
from PIL import Image
from sphinx.errors import ExtensionError
from sphinx.util.osutil import relative_uri

from labsupport.slider import compact

UNFOLD = Path(__file__).with_name("unfold.js")
PURGE = Path(__file__).with_name("purge.mjs")
SCRIPTS = Path(__file__).with_name("scripts")
STYLES = "styles.css"
# The theme names these two in its templates, before those that it and the extensions register.
THEME_STYLES = ("basic.css", "styles/theme.css", "styles/pydata-sphinx-theme.css")
OWN_STYLES = "book.css"
# What a page must have for a script to be of use on it (a pattern); None: of use on no page.
SCRIPTS_FOR = {
    "copybutton.js": 'class="highlight"', "clipboard.min.js": 'class="highlight"',
    "sliders.js": "lab-slider", "togglebutton.js": "toggle|dropdown", "design-tabs.js": "sd-tab-set",
    "sphinx_highlight.js": None, "doctools.js": None, "documentation_options.js": "",
}  # fmt: skip
POINTS_PER_PIXEL = 0.75
# Names, punctuation and space, which have the colour of what is around them: a third of the elements of a page.
PLAIN_CODE = re.compile(r'<span class="(?:n|nn|nx|p|pm|w)">([^<]*)</span>')

logging.getLogger("fontTools").setLevel(logging.WARNING)


# text and pictures

def lighten(app, pagename, templatename, context, doctree):
    if body := context.get("body"):
        body = PLAIN_CODE.sub(r"\1", body)
        context["body"] = re.sub(r"<img\b[^>]*>", lambda match: picture(app, pagename, match[0]), body)


def picture(app, pagename: str, tag: str) -> str:
    """With its size, so that nothing moves when it comes; a frame of a slider is a file that comes when it is shown."""
    if frame := re.search(r'src="data:image/svg\+xml,([^"]*)"', tag):
        tag = tag.replace(frame[0], f'src="{frame_file(app, pagename, unquote(frame[1]))}"')
    elif (file := source_of(app, tag)) and not re.search(r'\s(width|height|style)="', tag):
        width, height = size(file)
        tag = tag.replace("<img", f'<img width="{width}" height="{height}"', 1)
    return tag if " loading=" in tag else tag.replace("<img", '<img loading="lazy"', 1)


def frame_file(app, pagename: str, svg: str) -> str:
    name = f"_images/{hashlib.sha256(svg.encode()).hexdigest()[:20]}.svg"
    path = Path(app.outdir) / name
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_text(svg, "utf-8")
    return relative_uri(app.builder.get_target_uri(pagename), name)


def source_of(app, tag: str) -> Path | None:
    """The file of a picture that Sphinx copies."""
    name = Path(unquote(re.search(r'src="([^"]*)"', tag)[1])).name
    return next((Path(app.srcdir) / uri for uri, copied in app.builder.images.items() if copied == name), None)


def size(file: Path) -> tuple[int, int]:
    """In CSS pixels."""
    if file.suffix != ".svg":
        return Image.open(file).size
    root = ElementTree.parse(file).getroot()
    sides = [re.fullmatch(r"([\d.]+)(pt|px)?", root.get(side, "")) for side in ("width", "height")]
    if all(sides):
        width, height = (float(side[1]) / (POINTS_PER_PIXEL if side[2] == "pt" else 1) for side in sides)
    else:
        width, height = map(float, root.get("viewBox").split()[2:])
    return round(width), round(height)


def shorten_drawings(app, env):
    """matplotlib writes its pictures for people and for editors; a third of that draws the same."""
    for path in (Path(app.outdir).parent / "jupyter_execute").rglob("*.svg"):
        drawing = path.read_text("utf-8")
        if "<metadata>" in drawing:
            written = path.stat()
            path.write_text(compact(drawing), "utf-8")
            os.utime(path, ns=(written.st_atime_ns, written.st_mtime_ns))  # or Sphinx would read the chapter again


# scripts and styles

def unfold(app, pagename, templatename, context, doctree):
    """In the page itself, since it must be there before the text."""
    if "<math" in (context.get("body") or ""):
        script = re.sub(r"^//.*\n", "", UNFOLD.read_text("utf-8"), flags=re.M)
        context["metatags"] = context.get("metatags", "") + f"<script>\n{script}</script>\n"


def link_what_is_used(app, pagename, templatename, context, doctree):
    """One style sheet; scripts that wait for the page, and none that this page has no use for."""
    known = {style.filename for style in app.builder._css_files}
    context["css_files"] = [style for style in context["css_files"] if getattr(style, "filename", style) not in known]
    context["script_files"] = [script for script in context["script_files"] if is_used(script, context.get("body") or "")]
    for script in context["script_files"]:
        # What is set in it, scripts in the page read at once.
        if getattr(script, "filename", None) and "documentation_options" not in script.filename:
            script.attributes.setdefault("defer", "defer")


def is_used(script, body: str) -> bool:
    name = Path(str(getattr(script, "filename", None) or "").partition("?")[0]).name
    mark = SCRIPTS_FOR.get(name, "")
    return mark is not None and re.search(mark, body) is not None


def bring_styles(app, exception):
    """Where no page was written, Sphinx copied nothing. Before the theme writes its colours of code, which come at 500."""
    if exception is None and app.builder.format == "html":
        if not (Path(app.outdir) / "_static" / THEME_STYLES[-1]).exists():
            app.builder.prepare_writing(set())
            app.builder.copy_static_files()


def join_styles(app, exception):
    """After the pages, since it is they that say which rules are used."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    registered = [str(style.filename).partition("?")[0].removeprefix("_static/") for style in app.builder._css_files]
    names = [name for name in [*THEME_STYLES, *registered] if name.endswith(".css") and (static / name).exists()]
    sheets = {name: with_places(name, (static / name).read_text("utf-8")) for name in names}
    own = sheets.pop(OWN_STYLES, "")  # every rule of it has its use, and it comes last
    (static / STYLES).write_text(purge("\n".join(sheets.values()), Path(app.outdir)) + own, "utf-8")
    reduce_icons(static)


def with_places(name: str, css: str) -> str:
    """A style sheet whose addresses are seen from the folder of all."""
    folder = Path(name).parent
    css = re.sub(r"/\*.*?\*/|@import[^;]*;|@charset[^;]*;", "", css, flags=re.S)

    def place(match):
        path = match[2]
        if re.match(r"data:|https?:|#", path):
            return match[0]
        parts = []
        for part in (folder / path).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        return f"url({match[1]}{'/'.join(parts)}{match[1]})"

    return re.sub(r"""url\((["']?)(.*?)\1\)""", place, css)


def purge(css: str, outdir: Path) -> str:
    node = shutil.which("node")
    request = json.dumps({"css": css, "content": [str(outdir / "**/*.html"), str(outdir / "_static/**/*.js")]})
    done = node and subprocess.run([node, str(PURGE)], input=request, capture_output=True, text=True, encoding="utf-8")
    if not done or done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] if done else ["Node is missing"]
        raise ExtensionError(f"The styles could not be reduced by PurgeCSS ({' '.join(reason)}): run `npm ci`, or `make book`.")
    return done.stdout


def reduce_icons(static: Path):
    """Fonts of icons with no more than the icons whose rules are left."""
    css = (static / STYLES).read_text("utf-8")
    points = {int(point, 16) for point in re.findall(r'"\\([0-9a-f]{2,6})"', css)}
    for face in re.findall(r"@font-face\s*{[^}]*}", css):
        for name in re.findall(r"(vendor/fontawesome/[^)\"']*\.woff2)", face):
            reduce_font(static / name, points)
        lighter = re.sub(r',\s*url\([^)]*\.ttf"?\)\s*format\("truetype"\)', "", face)
        css = css.replace(face, lighter)
    (static / STYLES).write_text(css, "utf-8")


def reduce_font(path: Path, points: set[int]):
    options = subset.Options(flavor="woff2", hinting=False)
    font = subset.load_font(str(path), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    subset.save_font(font, str(path), options)


# what is left over

def drop_unused_files(app, exception):
    """A file stays if a page names it, or a style or script that stays: to the end of that chain."""
    if exception or app.builder.format != "html":
        return
    outdir = Path(app.outdir)
    files = {path for folder in ("_static", "_images") for path in (outdir / folder).rglob("*") if path.is_file()}
    pending = [path for path in outdir.rglob("*.html") if path not in files]
    while pending:
        text = re.sub(r"//# sourceMappingURL=.*", "", pending.pop().read_text("utf-8"))
        named = {path for path in files if path.name in text}
        files -= named
        pending += [path for path in named if path.suffix in (".css", ".js", ".mjs", ".json", ".html")]
    for path in files:
        path.unlink()
    for folder in sorted((path for path in (outdir / "_static").rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def add_scripts(app):
    app.config.html_static_path.append(str(SCRIPTS))
    app.add_js_file("sliders.js")
    app.add_js_file("previews.js")


def setup(app):
    app.connect("builder-inited", add_scripts)
    app.connect("env-updated", shorten_drawings)
    app.connect("html-page-context", lighten, priority=903)
    app.connect("html-page-context", unfold)
    app.connect("html-page-context", link_what_is_used, priority=950)
    app.connect("build-finished", bring_styles, priority=100)
    app.connect("build-finished", join_styles, priority=800)
    app.connect("build-finished", drop_unused_files, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
