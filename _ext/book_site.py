"""The site ships what its pages use: no second icon set, no kernel scripts, nothing from another host."""

from pathlib import Path

# Extensions that Jupyter Book always loads and this book does without.
UNUSED_EXTENSIONS = ("sphinx_thebe", "sphinx_comments")
UNUSED_FILES = (
    "_static/**/*.map", "_static/**/*.LICENSE.txt", "_static/**/*.po", "_static/**/*.ttf",
    "_static/scripts/fontawesome.js", "_static/sphinx-thebe.*",
    "_static/webpack-macros.html", "_static/sbt-webpack-macros.html",
)  # fmt: skip


def silence_unused_extensions(app, config):
    for listeners in app.events.listeners.values():
        listeners[:] = [
            listener for listener in listeners if listener.handler.__module__.split(".")[0] not in UNUSED_EXTENSIONS
        ]
    app.registry.css_files[:] = [css for css in app.registry.css_files if css[0] != "sphinx-thebe.css"]


def preload_font(app, pagename, templatename, context, doctree):
    """Formulas keep their size when the font arrives before the first paint."""
    font = context["pathto"]("_static/math/stix-two-math.woff2", resource=True)
    context["metatags"] = (
        context.get("metatags", "") + f'<link rel="preload" href="{font}" as="font" type="font/woff2" crossorigin>\n'
    )


def drop_unused_files(app, exception):
    if exception is None and app.builder.format == "html":
        for pattern in UNUSED_FILES:
            for path in Path(app.outdir).glob(pattern):
                path.unlink()


def forget_a_build_that_warned(app, exception):
    """Sphinx would keep what it read and say nothing the next time: a strict build has to fail until it is mended."""
    if app._warncount:
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)


def setup(app):
    app.connect("config-inited", silence_unused_extensions, priority=900)
    app.connect("html-page-context", preload_font, priority=901)
    app.connect("build-finished", forget_a_build_that_warned)
    app.connect("build-finished", drop_unused_files, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
