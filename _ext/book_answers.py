"""A box on the page into which the answer to an exercise is typed, and which says whether it is right.

    ```{answer} derivatives-powers
    $f'(x) =$
    ```

It stands behind the exercise of that label, whose `Key` in `labsupport/answers/` is the only statement of the answer; the line
inside says what to type. In the notebook it is a cell with `check_expression`, in print a ruled line.
"""

import html
import json
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from labsupport import exercises, sheets

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parent.parent
FILES = [*sorted((ROOT / "_ext" / "answers").iterdir()), ROOT / "node_modules/temml/dist/temml.min.js"]

HELP = """\
<p>A product needs no sign: <code>3x sin(2x)</code>. Powers: <code>x^2</code> or <code>x**2</code>. A fraction needs brackets where more than
one factor stands below: <code>1/(2x)</code>; <code>1/2x</code> is ½·x. Functions: <code>exp</code>, <code>ln</code> (also <code>log</code>),
<code>sqrt</code>, <code>sin</code>, <code>arctan</code>, <code>tanh</code>, <code>|x|</code>; numbers: <code>0.5</code>, <code>pi</code>,
<code>e</code>; Greek letters by name. A vector: <code>[1, 2x]</code>; a matrix: <code>[1, 2; 3, 4]</code>, a semicolon between rows. What was
understood is shown below the line.</p>"""


class answer_box(nodes.General, nodes.Element):  # noqa: N801, docutils names its nodes so
    pass


class Answer(SphinxDirective):
    required_arguments = 1
    has_content = True

    def run(self):
        [label] = self.arguments
        try:
            sheet = sheets.sheet(label, exercises.find(label))
        except (exercises.UnknownExercise, ValueError) as error:
            logger.warning("no answer box: %s", error, location=self.get_location())
            return []
        box = answer_box(label=label, sheet=sheet)
        self.set_source_info(box)
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


def visit(translator, box):
    label, sheet = box["label"], box["sheet"]
    number = number_of(translator.builder.env, translator.builder.current_docname, label)
    if number is None:
        logger.warning("no answer box: this page has no exercise %s", label, location=box)
    name = f"answer-{label}"
    variables = ", ".join(sheet["variables"])
    what = f"In {variables}." if variables else "A number or a list of them."
    data = json.dumps(sheet, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    translator.body.append(
        f'<form class="answer" data-label="{html.escape(label)}" autocomplete="off">\n<div class="answer-line">\n'
        f'<label for="{name}"><span class="visually-hidden">Answer to exercise {number}: </span>'
    )
    box["foot"] = (
        "</label>\n"
        f'<input id="{name}" type="text" autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" '
        f'enterkeyhint="done" maxlength="600" aria-describedby="{name}-what {name}-said">\n'
        '<button type="submit">Check</button>\n</div>\n<div class="answer-preview"></div>\n'
        f'<p role="status" id="{name}-said"></p>\n<div class="answer-foot">\n'
        f'<details><summary>How to type</summary>\n{HELP}</details>\n'
        f'<p><span id="{name}-what">{html.escape(what)}</span> <span class="answer-kept">Kept on this device only. '
        '<button type="reset">Forget</button></span></p>\n</div>\n'
        f'<script type="application/json">{data}</script>\n</form>\n'
    )


def depart(translator, box):
    translator.body.append(box["foot"])


def number_of(env, docname, label) -> str | None:
    number = env.toc_fignumbers.get(docname, {}).get("exercise", {}).get(label)
    return number and ".".join(map(str, number))


def skip(translator, box):
    raise nodes.SkipNode


def write_files(app):
    """Beside the mathematical font, in the folder that the site serves: not in `_static`, whose scripts every page would load."""
    if app.builder.format == "html":
        folder = Path(app.outdir).parent / "assets" / "answers"
        folder.mkdir(parents=True, exist_ok=True)
        for path in FILES:
            shutil.copyfile(path, folder / path.name)
        if str(folder.parent) not in app.config.html_static_path:
            app.config.html_static_path.append(str(folder.parent))
        app.add_css_file("answers/boxes.css")


def link_script(app, pagename, templatename, context, doctree):
    if doctree is not None and any(doctree.findall(answer_box)):
        app.add_js_file("answers/boxes.js", defer="defer")


def setup(app):
    app.add_directive("answer", Answer)
    app.add_node(answer_box, html=(visit, depart), latex=(skip, None), text=(skip, None))
    app.connect("builder-inited", write_files)
    app.connect("html-page-context", link_script)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
