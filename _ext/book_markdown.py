"""What a chapter's finished document says, in the Markdown that Jupyter and Colab show.

A method is named after the docutils node it writes; a node that no method knows is a warning, so that a strict build loses
no text in silence. sphinx-tojupyter and sphinx-markdown-builder were tried first: the one spills formulas and lists out of
tables and quotes, the other knows neither cells nor numbers, and most of either would have been overridden.
"""

import base64
import html
import mimetypes
import posixpath
import re
from pathlib import Path

from docutils import nodes
from pybtex.plugin import find_plugin
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

# Identifiers that docutils and extensions number by themselves: nobody links to them from another page.
AUTOMATIC = re.compile(r"id\d+|sd-tab-.*|.*/.*|proof|.*-content")
LANGUAGES = {"ipython3": "python", "ipython": "python", "default": "", "none": "", "text": "", "myst-ansi": ""}


class Markdown:
    """Called with a node, gives its text. `link(text, page, fragment)` writes the links to other pages of the book."""

    def __init__(self, builder, docname, document, link):
        self.builder, self.docname, self.link = builder, docname, link
        self.linked = {target for node in document.findall(nodes.reference) if (target := target_in_page(node))}
        self.level = 0  # of the heading
        self.depth = 0  # in lists, quotes and tables
        self.in_table = False
        self.anchored = set()
        self.cited = {}  # anchor -> entry, in the order of citation

    def __call__(self, node) -> str:
        for kind in type(node).__mro__:
            if method := getattr(self, kind.__name__, None):
                text = method(node)
                return self.late_anchors(node) + text
        logger.warning("the notebook writer does not know <%s>", node.tagname, location=node)
        return self.blocks(node.children)

    def inner(self, node) -> str:
        return "".join(map(self, node.children)).strip()

    def line(self, node) -> str:
        return " ".join(self.inner(node).split())

    def blocks(self, children) -> str:
        return "\n\n".join(filter(None, map(self, children)))

    def nothing(self, node) -> str:
        return ""

    # anchors and numbers

    def anchors(self, node) -> str:
        wanted = [i for i in node["ids"] if i in self.linked or not AUTOMATIC.fullmatch(i)]
        fresh = [i for i in wanted if i not in self.anchored]
        self.anchored.update(fresh)
        return "".join(map(anchor, fresh))

    def late_anchors(self, node) -> str:
        """Those of a node whose method has no place of its own for them."""
        anchors = self.anchors(node) if isinstance(node, nodes.Element) else ""
        return anchors + "\n\n" if anchors and not isinstance(node, nodes.Inline) else anchors

    def number(self, kind: str, node) -> str:
        """`Exercise 3.1`; nothing where this one is not counted."""
        numbers = self.builder.env.toc_fignumbers.get(self.docname, {}).get(kind, {})
        form = self.builder.config.numfig_format.get(kind) or f"{kind.title()} %s"
        return next((form % ".".join(map(str, numbers[i])) for i in node["ids"] if i in numbers), "")

    def heading(self, section) -> str:
        """The anchor stands at the end, where neither Jupyter nor Colab takes it for a part of the heading."""
        label, *others = section["ids"]
        self.anchored.add(label)  # made from the heading's words
        linked = label in self.linked or self.level == 1  # other chapters link to the title
        late = anchor(label) * linked + self.anchors(section)
        return f"{'#' * self.level} {self.section_number(label)}{self.line(section.next_node(nodes.title))} {late}".rstrip()

    def section_number(self, label: str) -> str:
        numbers = self.builder.env.toc_secnumbers.get(self.docname, {})
        number = numbers.get("" if self.level == 1 else f"#{label}")
        return ".".join(map(str, number)) + self.builder.config.html_secnumber_suffix if number else ""

    # text

    def Text(self, node) -> str:
        text = re.sub(r"[\\`*$~]|(?<!\w)_|_(?!\w)|\](?=[(\[:])", r"\\\g<0>", node.astext())
        text = re.sub(r"&(?=#?\w+;)", "&amp;", text).replace("<", "&lt;")
        # MathJax looks at what Markdown leaves, where an escaped dollar is a dollar again; but not across elements.
        text = text.replace(r"\$", r"<span>\$</span>")
        return text.replace("|", r"\|") if self.in_table else text

    def paragraph(self, node) -> str:
        # A line of the text may begin with what would make it a heading, a quote or a list.
        text = re.sub(r"^(\s*)([#>+-]+\s)", r"\1\\\2", self.inner(node), flags=re.M)
        return self.anchors(node) + re.sub(r"^(\s*\d+)([.)]\s)", r"\1\\\2", text, flags=re.M)

    def emphasis(self, node) -> str:
        return f"*{self.inner(node)}*"

    def strong(self, node) -> str:
        return f"**{self.inner(node)}**"

    def subscript(self, node) -> str:
        return f"<sub>{self.inner(node)}</sub>"

    def superscript(self, node) -> str:
        return f"<sup>{self.inner(node)}</sup>"

    def Inline(self, node) -> str:
        return "".join(map(self, node.children))

    def inline(self, node) -> str:
        return "" if "sd-summary-state-marker" in node["classes"] else self.Inline(node)

    def literal(self, node) -> str:
        text = node.astext().replace("\n", " ")
        text = text.replace("|", r"\|") if self.in_table else text
        return f"`` {text} ``" if "`" in text else f"`{text}`"

    def raw(self, node) -> str:
        return node.astext() if "html" in node["format"] else ""

    def image(self, node) -> str:
        """The picture itself, so that the notebook stands alone. Not an attachment of the cell: Colab shows none."""
        alt, uri = " ".join(node.get("alt", "").split()), data_uri(self.builder, node["uri"])
        if "width" in node:
            return f'<img src="{uri}" alt="{html.escape(alt)}" width="{node["width"].removesuffix("px")}">'
        return "![" + re.sub(r"[][]", r"\\\g<0>", alt) + f"]({uri})"

    # links

    def reference(self, node) -> str:
        text = self.inner(node)
        if any(node.findall(nodes.image)):
            return text
        if target := target_in_page(node):
            return f"[{text}](#{target})"
        if node.get("internal"):
            return self.to_page(text, *node["refuri"].partition("#")[::2])
        return f"<{node['refuri']}>" if node.astext() == node["refuri"] else f"[{text}]({node['refuri'].translate(IN_URI)})"

    def to_page(self, text: str, path: str, fragment: str) -> str:
        page = posixpath.normpath(posixpath.join(posixpath.dirname(self.docname), path))
        for citation in self.builder.env.get_domain("cite").citations:
            place = self.builder.get_target_uri(citation.bibliography_key.docname), citation.citation_id
            if place == (page, fragment):
                self.cited[f"reference-{citation.key}"] = citation.formatted_entry
                return f"[{text}](#reference-{citation.key})"
        return self.link(text, page, fragment)

    def references(self) -> str:
        """The entries that this notebook cites, since the book's list of them is on another page."""
        backend = find_plugin("pybtex.backends", "markdown")()
        texts = [anchor(name) + " ".join(entry.text.render(backend).split()) for name, entry in self.cited.items()]
        # The backend escapes more than a reader of the source likes to see.
        lines = ["- " + re.sub(r"\\([-.!#+(){}])", r"\1", text) for text in texts]
        return "\n".join(["## References", "", *lines]) if lines else ""

    def footnote_reference(self, node) -> str:
        return f"[<sup>{node.astext()}</sup>](#{node['refid']})"

    def footnote(self, node) -> str:
        label, *body = node.children
        self.anchored.update(node["ids"])
        return f"{''.join(map(anchor, node['ids']))}<sup>{label.astext()}</sup> {self.blocks(body)}"

    def citation(self, node) -> str:
        label, *body = node.children
        return f"{self.anchors(node)}[{label.astext()}] {self.blocks(body)}"

    # mathematics

    def math(self, node) -> str:
        return f"${self.tex(' '.join(node.astext().split()))}$"

    def math_block(self, node) -> str:
        """On one line inside a quote or a list: Jupyter takes the margin for a part of the formula."""
        tex = self.tex(re.sub(r"(?<!\\)%.*", "", node.astext()))
        tag = rf"\tag{{{get_node_equation_number(self, node)}}}" if node.get("label") else ""
        lines = [line.strip() for line in [*tex.splitlines(), tag] if line.strip()]
        if self.depth:
            return f"{self.anchors(node)}$$ {' '.join(lines)} $$"
        return "\n".join(filter(None, [self.anchors(node), "$$", *lines, "$$"]))

    def tex(self, text: str) -> str:
        """Environments that cannot stand inside $$ become those that can; a bar would end the cell of a table."""
        text = re.sub(r"\\(begin|end)\{(align(?=[*}])|gather(?=[*}]))\*?\}", r"\\\1{\2ed}", text)
        return text.replace(r"\|", r"\Vert ").replace("|", r"\vert ") if self.in_table else text

    # blocks

    def block(self, node) -> str:
        return self.blocks(node.children)

    compound = legend = definition = glossary = chapter_map = block

    def container(self, node) -> str:
        """A code cell met here stands in a solution: its code and figures, as text."""
        if node.get("nb_element") == "cell_code":
            return self.blocks([*node.findall(is_input), *node.findall(nodes.figure)])
        return self.blocks(node.children)

    target = comment = index = toctree = pending = meta = substitution_definition = sd_tab_input = nothing

    def transition(self, node) -> str:
        return "" if "footnotes" in node["classes"] else "---"

    def rubric(self, node) -> str:
        return f"{self.anchors(node)}**{self.line(node)}**"

    sd_tab_label = rubric

    def caption(self, node) -> str:
        return f"*{self.line(node)}*"

    def literal_block(self, node) -> str:
        language = node.get("language", "")
        return fence(node.astext(), LANGUAGES.get(language, language))

    def line_block(self, node) -> str:
        return "  \n".join(map(self.inner, node.children))

    def bullet_list(self, node) -> str:
        return self.items(["- "] * len(node), map(self.list_item, node.children))

    def enumerated_list(self, node) -> str:
        return self.items([f"{node.get('start', 1) + i}. " for i in range(len(node))], map(self.list_item, node.children))

    def definition_list(self, node) -> str:
        return self.items(["- "] * len(node), map(self.definition_list_item, node.children))

    def items(self, markers, texts) -> str:
        items = [marker + text.replace("\n", "\n" + " " * len(marker)) for marker, text in zip(markers, texts)]
        items = [re.sub(r"\n +(?=\n)", "\n", item) for item in items]
        return ("\n\n" if any("\n\n" in item for item in items) else "\n").join(items)

    def list_item(self, node) -> str:
        """A list inside a list follows its line without a gap."""
        self.depth += 1
        texts = list(filter(None, map(self, node.children)))
        self.depth -= 1
        lists = all(isinstance(child, (nodes.bullet_list, nodes.enumerated_list)) for child in node.children[1:])
        return ("\n" if lists else "\n\n").join(texts)

    def definition_list_item(self, node) -> str:
        terms = [child for child in node.children if isinstance(child, nodes.term)]
        names = ", ".join(f"{self.anchors(term)}**{self.line(term)}**" for term in terms)
        self.depth += 1
        text = self.blocks(node.children[len(terms):])
        self.depth -= 1
        return f"{names}: {text}"

    # boxes

    def quoted(self, text: str) -> str:
        return "\n".join(f"> {line}".rstrip() for line in text.splitlines())

    def titled(self, title: str, body) -> str:
        """`**Definition 3.1 (Derivative).** The text`, on the same line if the text begins with a paragraph."""
        head = f"**{title}{'' if title[-1] in '.!?:…' else '.'}**" if title else ""
        gap = " " if body and isinstance(body[0], nodes.paragraph) else "\n\n"
        return gap.join(filter(None, [head, self.blocks(body)]))

    def box(self, node, title: str, body) -> str:
        self.depth += 1
        text = self.anchors(node) + self.titled(title, body)
        self.depth -= 1
        return self.quoted(text)

    def block_quote(self, node) -> str:
        return self.box(node, "", node.children)

    def attribution(self, node) -> str:
        return f"— {self.inner(node)}"

    def Admonition(self, node) -> str:
        if "realtype" in node:
            return self.statement(node)
        head = node.children[:1] if node[0].tagname in ("title", "dropdown_title") else []
        return self.box(node, "".join(map(self.line, head)), node.children[len(head):])

    topic = sidebar = dropdown_main = Admonition

    def statement(self, node) -> str:
        """A definition, a theorem, … A lemma may be counted among the theorems, and keeps its own name."""
        head, section = node.children
        counted = self.number(node["countertype"], node).rpartition(" ")[2]
        title = " ".join(filter(None, [node["realtype"].title(), counted, self.line(head)]))
        return self.box(node, title, section.children)

    unenumerable_node = statement

    def proof_node(self, node) -> str:
        """Not quoted, since its formulas are long; the usual sign closes it."""
        text = re.sub(r"^Proof\.", "*Proof.*", self.blocks(node[0].children))
        return text + ("\n\n∎" if text.endswith(("$$", "```")) else " ∎")

    # figures and tables

    def figure(self, node) -> str:
        picture = [child for child in node.children if not isinstance(child, nodes.caption)]
        return self.blocks(picture) + "\n\n" + self.figure_caption(node)

    def figure_caption(self, node) -> str:
        return "".join(self.numbered("figure", node, child) for child in node.findall(nodes.caption))

    def numbered(self, kind: str, node, caption) -> str:
        return f"*{'. '.join(filter(None, [self.number(kind, node), self.line(caption)]))}*"

    def table(self, node) -> str:
        titles = [self.numbered("table", node, child) for child in node.children if isinstance(child, nodes.title)]
        self.in_table, self.depth = True, self.depth + 1
        rows = [self.row_cells(row) for row in node.findall(nodes.row)]
        self.in_table, self.depth = False, self.depth - 1
        if not any(node.findall(nodes.thead)):
            rows.insert(0, [""] * len(rows[0]))
        rules = [alignment(entry) for entry in node.next_node(nodes.row).children]
        return "\n\n".join([*titles, "\n".join(f"| {' | '.join(row)} |" for row in [rows[0], rules, *rows[1:]])])

    def row_cells(self, row) -> list[str]:
        texts = ["<br>".join(" ".join(self(child).split()) for child in entry.children) for entry in row.children]
        return [cell for entry, text in zip(row.children, texts) for cell in [text, *[""] * entry.get("morecols", 0)]]


IN_URI = str.maketrans({" ": "%20", "(": "%28", ")": "%29"})


def target_in_page(node) -> str | None:
    """What a link to somewhere on its own page leads to."""
    uri = node.get("refuri", "")
    return node.get("refid") or (uri[1:] if uri.startswith("#") else None)


def is_input(node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code_source"


def anchor(name: str) -> str:
    return f'<a id="{html.escape(name)}"></a>'


def fence(code: str, language: str) -> str:
    ticks = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", code) or [""]))
    return f"{ticks}{language}\n{code.rstrip()}\n{ticks}"


def alignment(entry) -> str:
    return {"text-right": "--:", "text-center": ":-:"}.get("".join(entry["classes"]), "---")


def data_uri(builder, uri: str) -> str:
    """Pages name a picture by where it is published; here its source is wanted."""
    sources = {published: source for source, published in builder.images.items()}
    source = sources.get(posixpath.basename(uri))
    if source is None:
        return uri
    content = base64.b64encode((Path(builder.srcdir) / source).read_bytes()).decode()
    return f"data:{mimetypes.guess_type(source)[0]};base64,{content}"
