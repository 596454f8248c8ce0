"""What the search finds: sections, definitions, theorems, exercises and terms, each an entry of its own with the place it stands.

Entries are gathered when a page is read, numbered and written when all are; MiniSearch (an npm package) looks them up in the
browser. A glossary entry lends its words, English and Korean, to the places that it refers to; a formula is found by its
signs and by their names.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.errors import ExtensionError
from sphinx_exercise.nodes import is_exercise_node, is_solution_node

from book_math import typeset
from book_spoken import linear, spoken

MINISEARCH = Path(__file__).parent.parent / "node_modules/minisearch/dist/umd/index.js"
HANGUL = re.compile(r"[가-힣]+(?: [가-힣]+)+")


# gathered from a page

def gather(app, doctree):
    docname = app.env.docname
    if not hasattr(app.env, "book_search"):
        app.env.book_search = {}
    app.env.book_search[docname] = [entry(node) for node in doctree.findall(is_place)]


def forget(app, env, docname):
    getattr(env, "book_search", {}).pop(docname, None)


def merge(app, env, docnames, other):
    env.book_search = getattr(env, "book_search", {}) | {name: other.book_search[name] for name in docnames}


def kind_of(node) -> str | None:
    if isinstance(node, nodes.section):
        return "section" if node["ids"] and isinstance(node.parent, (nodes.section, nodes.document)) else None
    if is_exercise_node(node):
        return "exercise"
    if isinstance(node, nodes.definition_list_item) and "glossary" in node.parent["classes"]:
        return "term"
    return node.get("countertype") if isinstance(node, nodes.Element) and node.get("ids") else None


def is_place(node) -> bool:
    return kind_of(node) is not None


def entry(node) -> dict:
    kind = kind_of(node)
    own = [*own_nodes(node)]
    formulas = [typeset(part.astext(), False).get("mathml") for part in own if isinstance(part, (nodes.math, nodes.math_block))]
    return {
        "kind": kind,
        "ids": node.next_node(nodes.term)["ids"] if kind == "term" else node["ids"],
        "title": title_of(node, kind),
        "text": " ".join(" ".join(map(text_of, own)).split()),
        "words": " ".join(dict.fromkeys(" ".join(spoken(formula) for formula in formulas if formula).split())),
        "refers": [part["reftarget"] for part in own if isinstance(part, addnodes.pending_xref)] if kind == "term" else [],
    }


def own_nodes(node):
    """What stands here and nowhere deeper in the book's order; solutions stay folded, code and its outputs are not text."""
    for child in node.children:
        if is_place(child) or is_solution_node(child) or isinstance(child, (nodes.literal_block, nodes.title, nodes.term, nodes.Invisible)):
            continue
        if isinstance(child, nodes.container) and child.get("nb_element"):
            continue
        yield child
        if not isinstance(child, (nodes.math, nodes.math_block)):
            yield from own_nodes(child)


def text_of(node) -> str:
    if isinstance(node, (nodes.math, nodes.math_block)):
        formula = typeset(node.astext(), False).get("mathml")
        return linear(formula) if formula else ""
    if not isinstance(node, nodes.Text) or is_label(node):
        return ""
    return node.astext()


def is_label(text) -> bool:
    """The target of a reference stands in for its text until it is resolved."""
    reference = text.parent.parent
    return isinstance(reference, addnodes.pending_xref) and reference["reftype"] != "term" and text == reference["reftarget"]


def title_of(node, kind) -> str:
    if kind == "term":
        return node.next_node(nodes.term).astext()
    if kind == "exercise":
        return " ".join(child.astext() for child in node[0].children[1:])
    if kind == "section":
        title = node.next_node(nodes.title)
        return "".join(text_of(part) or part.astext() * isinstance(part, nodes.literal) for part in flat(title)).strip()
    return node.get("title", "").strip(" ()")


def flat(node):
    for child in node.children:
        yield child
        if not isinstance(child, (nodes.math, nodes.literal)):
            yield from flat(child)


# written for the browser

def write(app, exception):
    if exception or app.builder.format != "html":
        return
    gathered = {name: entries for name, entries in getattr(app.env, "book_search", {}).items() if name in app.env.found_docs}
    found = [record(app, name, one) for name in sorted(gathered) for one in gathered[name]]
    lend_words(found)
    static = Path(app.outdir) / "_static"
    records = [{key: value for key, value in one.items() if key not in ("ids", "refers")} for one in found]
    text = json.dumps(records, ensure_ascii=False, separators=(",", ":"))
    (static / "search-entries.js").write_text(f"window.searchEntries={text};\n", "utf-8")
    if not MINISEARCH.exists():
        raise ExtensionError("The search's library is not here: run `npm ci` in the book's folder, or `make book`.")
    library = re.sub(r"//# sourceMappingURL=.*", "", MINISEARCH.read_text("utf-8"))
    (static / "minisearch.js").write_text(library, "utf-8")


def record(app, docname: str, one: dict) -> dict:
    page = app.env.titles[docname].astext()
    anchor = "" if one["kind"] == "section" and one["title"] == page else one["ids"][0]
    title = (" " if one["kind"] == "section" else ": ").join(filter(None, [number(app.env, docname, one), one["title"]]))
    return one | {
        "title": title,
        "page": ". ".join(filter(None, [dotted(app.env.toc_secnumbers.get(docname, {}).get("")), page])),
        "url": app.builder.get_target_uri(docname) + (f"#{anchor}" if anchor else ""),
    }


def number(env, docname: str, one: dict) -> str:
    """`3.2` for a section, `Exercise 3.1` for what is counted by its kind."""
    if one["kind"] == "section":
        return dotted(env.toc_secnumbers.get(docname, {}).get(f"#{one['ids'][0]}"))
    numbers = env.toc_fignumbers.get(docname, {}).get(one["kind"], {})
    counted = next((dotted(numbers[i]) for i in one["ids"] if i in numbers), "")
    return "" if one["kind"] == "term" else f"{one['kind'].capitalize()} {counted}".strip()


def dotted(numbers) -> str:
    return ".".join(map(str, numbers or ()))


def lend_words(found: list[dict]):
    """Korean is written with and without spaces between the parts of a term: both are found."""
    places = {label: one for one in found for label in one["ids"]}
    for term in found:
        if term["kind"] != "term":
            continue
        korean = term["text"].partition(".")[0]
        joined = " ".join(phrase.replace(" ", "") for phrase in HANGUL.findall(korean))
        term["words"] = f"{term['words']} {joined}".strip()
        for label in term["refers"]:
            if label in places:
                places[label]["words"] += f" {term['title']} {korean} {joined}"


def setup(app):
    app.connect("doctree-read", gather)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("build-finished", write, priority=700)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
