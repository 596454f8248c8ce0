"""Every chapter is also a notebook: `notebooks/NAME.ipynb`, written with its page, from the same executed document.

Outputs are left out: Run-all makes them again, files stay small, and a change of a chapter reads as what was changed. Code of
solutions stands as text inside the folded solution, or Run-all would answer the exercises. The package that the cells
import lies beside the notebooks as a wheel.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import nbformat
import nbformat.v4
from docutils import nodes
from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import create_nb_reader
from myst_parser.config.main import MdParserConfig
from sphinx.errors import ExtensionError
from sphinx_exercise.nodes import is_exercise_node, is_solution_node

from book_answers import answer_box
from book_markdown import Markdown
from book_publish import ROOT, WHEEL, built_from, repository

METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}
STAMP = "\n\n"  # between a notebook's introduction and what it was built from
HIDDEN_INPUT = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
HIDDEN_OUTPUT = {"hide-output", "hide-cell", "remove-output", "remove-cell"}

SETUP = '''\
# The cells below import labsupport, the book's own package. Where it is missing, it alone is installed.
try:
    import labsupport
except ModuleNotFoundError as missing:
    if missing.name != "labsupport":
        raise
    import importlib, pathlib, subprocess, sys

    wheel, published = "{wheel}", {published!r}
    source = wheel if pathlib.Path(wheel).exists() else published
    if source is None:
        raise ModuleNotFoundError(
            f"labsupport is missing. Download {{wheel}} where you found this notebook, put it into the same folder, "
            "and run this cell again."
        ) from None
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", source]
    done = subprocess.run(pip, capture_output=True, text=True)
    if done.returncode:
        raise ModuleNotFoundError(f"labsupport could not be installed from {{source}}:\\n{{done.stderr}}") from None
    importlib.invalidate_caches()
    import labsupport'''


# what is written, and when

def settings(app, config):
    """Pages and notebooks are written again when one of these changes."""
    writer = digest(*(ROOT / "_ext" / name for name in ("book_notebooks.py", "book_markdown.py", "book_publish.py")))
    config.book_notebooks = {"repository": repository(), "wheel": WHEEL, "writer": writer}


def note_chapter(app, doctree):
    if any(map(is_code_cell, doctree.findall(nodes.container))):
        kept = app.env.metadata[app.env.docname]
        kept["notebook"] = Path(app.env.docname).name + ".ipynb"
        kept["live_cells"] = live_cells(app.env.doc2path(app.env.docname))


def notebook_of(env, docname: str) -> str | None:
    return env.metadata.get(docname, {}).get("notebook")


def check_names(app, env):
    names = {}
    for docname in sorted(env.found_docs):
        if (name := notebook_of(env, docname)) and names.setdefault(name, docname) != docname:
            raise ExtensionError(f"{names[name]} and {docname} would both become {name}: rename one of them.")


def missing_notebooks(app, env) -> list[str]:
    names = {docname: notebook_of(env, docname) for docname in env.found_docs}
    return [docname for docname, name in names.items() if name and not (folder(app) / name).exists()]


def folder(app) -> Path:
    return Path(app.outdir) / "notebooks"


def write(app, pagename, templatename, context, doctree):
    name = notebook_of(app.env, pagename)
    if name and doctree is not None:
        folder(app).mkdir(exist_ok=True)
        notebook = Chapter(app, pagename, doctree).notebook()
        nbformat.validate(notebook)
        save(notebook, folder(app) / name)


def save(notebook, path: Path):
    """What was validated as a whole: nbformat itself would do so again with every cell that is made, read or written."""
    path.write_text(nbformat.v4.writes(notebook) + "\n", "utf-8")


def remove_stale(app, exception):
    if exception is None and app.builder.format == "html":
        kept = {notebook_of(app.env, docname) for docname in app.env.found_docs} | {WHEEL}
        for path in folder(app).glob("*"):
            if path.name not in kept:
                path.unlink()


def stamp(app, exception):
    """Apart from the writing, so that a new commit does not write every page again."""
    if exception is None and app.builder.format == "html":
        edition = built_from()
        for path in folder(app).glob("*.ipynb"):
            notebook = nbformat.v4.reads(path.read_text("utf-8"))
            first = notebook.cells[0]
            first.source = f"{first.source.partition(STAMP)[0]}{STAMP}{edition.sentence}"
            notebook.metadata["book"] = edition.metadata
            save(notebook, path)


# from the document to cells

class Chapter:
    """The cells of one chapter, gathered on a walk through its document."""

    def __init__(self, app, docname, document):
        self.app, self.docname, self.document = app, docname, document
        self.repository = app.config.book_notebooks["repository"]
        self.write = Markdown(app.builder, docname, document, self.link)
        self.source = app.env.metadata[docname]["live_cells"]
        self.taken = 0  # cells of the source that have been dealt with
        self.cells, self.texts = [], []

    def notebook(self):
        self.texts.append(self.introduction())
        self.code(SETUP.format(wheel=WHEEL, published=self.repository and self.repository.wheel), {"hide-input"})
        self.walk(self.document)
        self.take_removed(len(self.source))
        self.end_cell()
        self.texts.append(self.write.references())
        self.end_cell()
        for cell, name in zip(self.cells, identifiers(self.cells)):
            cell["id"] = name
        return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": METADATA, "cells": self.cells})

    def introduction(self) -> str:
        chapter = self.link(self.app.env.titles[self.docname].astext(), self.app.builder.get_target_uri(self.docname))
        return f"*{chapter}, a chapter of {self.link(self.app.config.html_title, '')}, as a notebook to run and to change.*"

    def link(self, text: str, page: str, fragment: str = "") -> str:
        """To the published book; where there is none, to the notebook beside this one."""
        place = f"#{fragment}" if fragment else ""
        if self.repository:
            return f"[{text}]({self.repository.site}{page}{place})"
        docname = page.removesuffix(".html")
        name = notebook_of(self.app.env, docname)
        return f"[{text}]({name}{place})" if name and docname != self.docname else text

    def walk(self, node):
        if isinstance(node, nodes.document):
            self.walk_all(node.children)
        elif isinstance(node, nodes.section):
            self.section(node)
        elif is_code_cell(node):
            self.code_cell(node)
        elif is_exercise_node(node):
            self.exercise(node)
        elif is_solution_node(node):
            self.solution(node)
        elif isinstance(node, answer_box):
            self.answer(node)
        else:
            self.texts.append(self.write(node))

    def walk_all(self, children):
        for child in children:
            self.walk(child)

    def section(self, node):
        self.end_cell()
        self.write.level += 1
        self.texts.append(self.write.heading(node))
        self.walk_all(child for child in node.children if not isinstance(child, nodes.title))
        self.write.level -= 1

    def exercise(self, node):
        """Text and stubs, as they come."""
        self.end_cell()
        title, content = node.children
        name = " ".join(filter(None, [self.write.number("exercise", node), self.write.line(title)]))
        begins_with_text = content.children and isinstance(content[0], nodes.paragraph)
        opening = content.children[:1] if begins_with_text else []
        self.texts.append(self.write.anchors(node) + self.write.titled(name, opening))
        self.walk_all(content.children[len(opening):])
        self.end_cell()

    def solution(self, node):
        self.end_cell()
        content = self.write.blocks(node[-1].children)
        self.texts.append(f"{self.write.anchors(node)}<details><summary>{node['title']}</summary>\n\n{content}\n\n</details>")
        self.end_cell()

    def answer(self, node):
        self.texts.append(self.write.blocks(node.children))
        self.code(f'check_expression("{node["label"]}", "...")', [])

    def code_cell(self, node):
        """A link to a figure leads to just above its cell, where both are seen."""
        figures = list(node.findall(nodes.figure))
        anchors = "".join(map(self.write.anchors, [node, *figures]))
        caption = "\n\n".join(map(self.write.figure_caption, figures))
        above, below = (anchors, caption) if any(self.texts) else ("", anchors + caption)
        self.texts.append(above)
        self.take_removed(node["cell_index"])
        cell = self.source[node["cell_index"]]
        self.code(cell.source, cell.metadata.get("tags", []))
        self.texts.append(below)

    def take_removed(self, end: int):
        """Cells that the page leaves out are still run."""
        for cell in self.source[self.taken : end]:
            if cell is not None and cell.cell_type == "code":
                self.code(cell.source, cell.metadata.get("tags", []))
        self.taken = end + 1

    def code(self, source: str, tags):
        self.end_cell()
        if source.strip():
            unrun = {"execution_count": None, "outputs": []}
            self.cells.append({"cell_type": "code", "metadata": metadata(tags), "source": source} | unrun)

    def end_cell(self):
        text = "\n\n".join(filter(None, self.texts))
        self.texts = []
        if text:
            self.cells.append({"cell_type": "markdown", "metadata": {}, "source": text})


def is_code_cell(node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def live_cells(path: str) -> list:
    """The cells of a chapter's source, by the index that its document gives them; None for those of a solution."""
    text = Path(path).read_text("utf-8")
    cells, in_solution = create_nb_reader(path, MdParserConfig(), NbParserConfig(), text).read(text).cells, False
    for i, cell in enumerate(cells):
        if cell.cell_type == "markdown" and (gates := re.findall(r"\{solution-(start|end)\}", cell.source)):
            in_solution = gates[-1] == "start"
        elif in_solution:
            cells[i] = None
    return cells


def metadata(tags) -> dict:
    tags = sorted(tag.replace("_", "-") for tag in tags)
    jupyter = {"source_hidden": bool(HIDDEN_INPUT & {*tags}), "outputs_hidden": bool(HIDDEN_OUTPUT & {*tags})}
    jupyter = {key: True for key, hidden in jupyter.items() if hidden}
    colab = {"cellView": "form"} if "source_hidden" in jupyter else {}
    return colab | {key: value for key, value in {"jupyter": jupyter, "tags": tags}.items() if value}


def identifiers(cells):
    """From what the cell says: the same in every build, and unmoved by a change elsewhere in the chapter."""
    seen = Counter()
    for cell in cells:
        name = hashlib.sha256(cell["source"].encode()).hexdigest()[:8]
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}-{seen[name]}"


# the wheel

def write_wheel(app, exception):
    if exception is None and app.builder.format == "html":
        folder(app).mkdir(exist_ok=True)
        shutil.copyfile(wheel(Path(app.outdir).parent), folder(app) / WHEEL)


def wheel(build: Path) -> Path:
    """The wheel of labsupport, kept below the folder of builds until the package changes."""
    kept = build / "wheel" / digest(*package_files()) / WHEEL
    if not kept.exists():
        shutil.rmtree(kept.parent.parent, ignore_errors=True)
        build_wheel(kept.parent)
    return kept


def package_files() -> list[Path]:
    package = [path for path in sorted((ROOT / "labsupport").rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    return [ROOT / "pyproject.toml", *package]


def digest(*paths: Path) -> str:
    content = b"".join(path.relative_to(ROOT).as_posix().encode() + path.read_bytes() for path in paths)
    return hashlib.sha256(content).hexdigest()[:16]


def build_wheel(target: Path):
    """From a copy whose files have one mode, at one date: the same package gives the same bytes."""
    with tempfile.TemporaryDirectory() as copy:
        for path in package_files():
            place = Path(copy) / path.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
            place.chmod(0o644)
        pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
        done = subprocess.run([*pip, "--wheel-dir", str(target), copy], capture_output=True, text=True,
                              env=os.environ | {"SOURCE_DATE_EPOCH": "315532800"})  # fmt: skip
    if done.returncode:
        raise ExtensionError(f"The wheel of labsupport could not be built.\n{done.stderr}")


# the buttons

def add_buttons(app, pagename, templatename, context, doctree):
    """A chapter's menu offers its notebook and package first; where it can be run is offered if that is known."""
    if name := notebook_of(app.env, pagename):
        for group in context["header_buttons"]:
            if group["label"] == "download-buttons":
                group["buttons"][:0] = [
                    download(context, name, "Notebook (.ipynb)", "fas fa-code", "Download this chapter as a notebook"),
                    download(context, WHEEL, "Its package (.whl)", "fas fa-cube", "Download what the notebook imports"),
                ]
        if where := app.config.book_notebooks["repository"]:
            context["header_buttons"].insert(0, launch(where, name))


def download(context, name: str, text: str, icon: str, tooltip: str) -> dict:
    # The theme's link has no place for `download`, without which some browsers show the file's text.
    address = context["pathto"](f"notebooks/{name}", resource=True) + f'" download="{name}'
    return {"type": "link", "url": address, "text": text, "icon": icon, "tooltip": tooltip, "label": "download-button"}


def launch(where, name: str) -> dict:
    places = [("Colab", where.colab(name), "fas fa-play"), ("Binder", where.binder(name), "fas fa-rocket")]
    buttons = [{"type": "link", "text": text, "url": url, "icon": icon, "tooltip": f"Run this chapter in {text}"}
               for text, url, icon in places]  # fmt: skip
    return {"type": "group", "tooltip": "Run this chapter", "icon": "fas fa-rocket", "buttons": buttons, "label": "launch-buttons"}


def setup(app):
    app.add_config_value("book_notebooks", {}, "html")
    app.connect("config-inited", settings)
    app.connect("doctree-read", note_chapter)
    app.connect("env-check-consistency", check_names)
    app.connect("env-updated", missing_notebooks)
    app.connect("html-page-context", add_buttons, priority=901)
    app.connect("html-page-context", write, priority=902)
    app.connect("build-finished", write_wheel)
    app.connect("build-finished", remove_stale)
    app.connect("build-finished", stamp)
    return {"env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
