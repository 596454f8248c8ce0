"""The map of the chapters: a list of links, drawn on the page as a graph whose boxes are links.

    ```{chapter-map}
    - {doc}`01_orientation`
    - {doc}`02_learning` after {doc}`01_orientation`
    ```

Each item names a chapter, then those it builds on, which stand above it. Where nothing is drawn (in a notebook, say) the list remains.
"""

import html
import re
import textwrap
from itertools import count

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

WIDTH, HEIGHT, ACROSS, DOWN, LINE, LETTERS = 160, 62, 18, 36, 17, 18  # of a box, the gaps, a line of its text
MARGIN = 3


class chapter_map(nodes.General, nodes.Element):  # noqa: N801, docutils names its nodes so
    pass


class ChapterMap(SphinxDirective):
    has_content = True

    def run(self):
        chart = chapter_map()
        self.state.nested_parse(self.content, self.content_offset, chart)
        return [chart]


def draw(translator, chart):
    items = [list(item.findall(nodes.reference)) for item in chart.findall(nodes.list_item)]
    before = {}
    for name, *links in items:
        if missing := [link.astext() for link in links if link["refuri"] not in before]:
            raise ExtensionError(f"chapter-map: {name.astext()!r} builds on {missing[0]!r}, which has to be listed above it")
        before[name["refuri"]] = [link["refuri"] for link in links]
    here = translator.builder.current_docname.rpartition("/")[2] + translator.builder.link_suffix
    place = layout(before)
    columns, rows = (max(position) + 1 for position in zip(*place.values()))
    size = 2 * MARGIN + columns * (WIDTH + ACROSS) - ACROSS, 2 * MARGIN + rows * (HEIGHT + DOWN) - DOWN
    translator.body.append(
        f'<svg class="chapter-map" viewBox="0 0 {size[0]} {size[1]}" role="group" aria-label="Map of the chapters">\n'
        + "".join(arrow(place[one], place[other]) for other, links in before.items() for one in links)
        + "".join(box(place[name["refuri"]], name["refuri"] or here, name.astext()) for name, *_ in items)
        + "</svg>\n"
    )
    raise nodes.SkipNode


def layout(before: dict) -> dict:
    """Each chapter one row below the last that it builds on, in the column of the first where that is free: (column, row)."""
    place = {}
    for name, links in before.items():
        row = max((place[link][1] + 1 for link in links), default=0)
        start = place[links[0]][0] if links else 0
        place[name] = next((column, row) for column in count(start) if (column, row) not in place.values())
    return place


def corner(position):
    column, row = position
    return MARGIN + column * (WIDTH + ACROSS), MARGIN + row * (HEIGHT + DOWN)


def arrow(one, other) -> str:
    (x1, y1), (x2, y2) = corner(one), corner(other)
    x1, y1, x2 = x1 + WIDTH / 2, y1 + HEIGHT, x2 + WIDTH / 2
    bend = (y1 + y2) / 2
    return (
        f'<path d="M{x1:g} {y1:g}C{x1:g} {bend:g} {x2:g} {bend:g} {x2:g} {y2 - 5:g}"/>'
        f'<path class="head" d="M{x2 - 5:g} {y2 - 8:g}h10l-5 8z"/>\n'
    )


def box(position, address, title) -> str:
    x, y = corner(position)
    number = re.search(r"(\d+)_[^/]*$", address)
    lines = textwrap.wrap(f"{int(number[1])}. {title}" if number else title, LETTERS)
    top = y + HEIGHT / 2 - LINE * (len(lines) - 1) / 2
    texts = "".join(
        f'<tspan x="{x + WIDTH / 2:g}" y="{top + LINE * i:g}">{html.escape(line)} </tspan>' for i, line in enumerate(lines)
    )
    return (
        f'<a href="{html.escape(address)}"><rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
        f"<text>{texts}</text></a>\n"
    )


def setup(app):
    app.add_directive("chapter-map", ChapterMap)
    app.add_node(chapter_map, html=(draw, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
