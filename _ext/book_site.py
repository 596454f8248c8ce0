"""The frame around the pages: what the theme and its extensions leave to be mended for readers, and a build that stays strict."""

import gc
import re
from pathlib import Path

from book_spoken import spoken

# Extensions that Jupyter Book always loads and this book does without.
UNUSED_EXTENSIONS = ("sphinx_thebe", "sphinx_comments")


def silence_unused_extensions(app, config):
    for listeners in app.events.listeners.values():
        listeners[:] = [
            listener for listener in listeners if listener.handler.__module__.split(".")[0] not in UNUSED_EXTENSIONS
        ]
    app.registry.css_files[:] = [css for css in app.registry.css_files if css[0] != "sphinx-thebe.css"]


def link_font(app, pagename, templatename, context, doctree):
    """The font of formulas, on pages that have one; it is unpacked while the page is still being read."""
    if "<math" in (context.get("body") or ""):
        font = context["pathto"]("_static/math/font.css", resource=True)
        context["metatags"] = context.get("metatags", "") + (
            f'<link rel="stylesheet" href="{font}">\n<script>document.fonts.load("1em STIX2")</script>\n'
        )


def name_things(app, pagename, templatename, context, doctree):
    """Names and roles as a screen reader needs them: those that are seen, and none that HTML has given up."""
    if body := context.get("body"):
        body = re.sub(r'(<summary) aria-label="[^"]*"', r"\1", body)
        body = re.sub(r' role="doc-biblioentry"', ' role="listitem"', body)
        context["body"] = re.sub(r'<th class="head">(.*?)</th>', name_column, body, flags=re.S)


def name_column(match) -> str:
    """A column whose head is empty has none; one headed by a formula alone is also named in words."""
    without_formulas = re.sub(r"<math.*?</math>", "", match[1], flags=re.S)
    if re.sub(r"<[^>]*>", "", without_formulas).strip("\u2060 \n"):
        return match[0]
    formulas = re.findall(r"<math.*?</math>", match[1], flags=re.S)
    if not formulas:
        return f'<td class="head">{match[1]}</td>'
    name = ", ".join(map(spoken, formulas))
    return f'<th class="head"><span class="visually-hidden">{name}</span><span aria-hidden="true">{match[1]}</span></th>'


def forget_a_build_that_warned(app, exception):
    """Sphinx would keep what it read and say nothing the next time: a strict build has to fail until it is mended."""
    if app._warncount:
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)


def setup(app):
    # Documents are large and stay to the end: looking through them for what may go took a third of the time of writing.
    gc.set_threshold(1_000_000, 10, 10)
    app.connect("config-inited", silence_unused_extensions, priority=900)
    app.connect("html-page-context", link_font, priority=901)
    app.connect("html-page-context", name_things, priority=901)
    app.connect("build-finished", forget_a_build_that_warned)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
