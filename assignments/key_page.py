"""The key to print: prose, solutions, hidden checks and common mistakes on one page that needs nothing but itself.

Formulas are MathML, as in the book, with their font in the file: no script, no network. Chromium, if there is one, prints it.
"""

import html
import shutil
import subprocess
import tempfile
from pathlib import Path

import extensions
from book_math import font_face, mend, temml_styles, typeset
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from questions import Assignment, Mistake, Question

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
STYLE = """
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 Georgia, "DejaVu Serif", serif; color: #111; background: #fff; }
h1, h2, h3, summary { font-family: system-ui, "DejaVu Sans", sans-serif; line-height: 1.25; break-after: avoid; }
h2 { margin-top: 3rem; border-top: 1px solid #999; padding-top: 1rem; }
pre { font: 0.8rem/1.4 "DejaVu Sans Mono", ui-monospace, monospace; padding: 0.6rem; border: 1px solid #ccc; border-radius: 4px;
      white-space: pre-wrap; overflow-wrap: anywhere; break-inside: avoid; background: #f8f8f8; }
code { font-family: "DejaVu Sans Mono", ui-monospace, monospace; font-size: 0.85em; }
pre code { font-size: inherit; }
table { border-collapse: collapse; } th, td { border: 1px solid #999; padding: 0.2rem 0.5rem; }
math { font-size: 1.12em; }
.display { margin: 0.8rem 0; overflow-x: auto; overflow-y: hidden; }
@page { size: A4; margin: 18mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10.5pt; } section.question + section.question { break-before: page; } }
"""
DARK = "body { color: #e6e6e6; background: #16181d; } pre { background: #1f2229; border-color: #444; } a { color: #8ab4f8; }"


def write(assignment: Assignment, target: Path) -> list[Path]:
    """Write the page, and a PDF beside it if there is a Chromium. What was written."""
    try:
        target.write_text(page(assignment), "utf-8")
    finally:
        typeset.close()
    pdf = target.with_suffix(".pdf")
    return [target, pdf] if printed(target, pdf) else [target]


def page(assignment: Assignment) -> str:
    """The page as HTML. Raises Mistake for a formula that is not understood."""
    content = "\n".join(section(number, question) for number, question in enumerate(assignment.questions, 1))
    title = html.escape(f"Key: {assignment.title.removeprefix('Assignment: ')}")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{styles(content)}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{len(assignment.questions)} questions, {sum(question.points for question in assignment.questions)} points. Not for students.</p>
{content}
</main>
</body>
</html>
"""


def section(number: int, question: Question) -> str:
    wrong = "\n".join(f"<p>{markdown(wrong.mistake, question, inline=True)}</p>{code(wrong.source)}" for wrong in question.wrong)
    parts = [
        f"<h2>{number}. {markdown(question.title, question, inline=True)} ({question.points} points)</h2>",
        *(shown(cell, question) for cell in question.cells),
        "<h3>Solution</h3>", *(shown(cell, question) for cell in question.solution),
        "<h3>Hidden checks</h3>", *(code(check.source) for check in question.checks),
        "<h3>Common mistakes</h3>" if wrong else "", wrong,
    ]  # fmt: skip
    return f'<section class="question" id="{question.label}">\n' + "\n".join(filter(None, parts)) + "\n</section>"


def shown(cell, question: Question) -> str:
    return code(cell.source) if cell.kind == "code" else markdown(cell.source, question)


def code(source: str) -> str:
    return highlight(source, PythonLexer(), HtmlFormatter(wrapcode=True)) if source else ""


def markdown(text: str, question: Question, inline: bool = False) -> str:
    """HTML of a text with $…$ and $$…$$."""
    def formula(tex: str, options: dict) -> str:
        answer = typeset(tex, options["display_mode"])
        if "error" in answer:
            raise Mistake(f"{question.place}: a formula of {question.label} is not understood: {answer['error']}\n{tex}")
        return mend(answer["mathml"])

    writer = MarkdownIt("commonmark", {"html": True, "highlight": lambda source, *_: None}).enable("table")
    writer.use(dollarmath_plugin, renderer=formula, double_inline=True, allow_digits=False)
    writer.add_render_rule("math_block", lambda self, tokens, i, *_: f'<div class="display">{formula(tokens[i].content, {"display_mode": True})}</div>')
    return writer.renderInline(text) if inline else writer.render(text)


def styles(content: str) -> str:
    """The page's own, those of code and of formulas, with the font in them."""
    formulas = font_face([content], extensions.ROOT / "_build" / "fonts") + temml_styles()
    light, dark = (HtmlFormatter(style=style).get_style_defs(".highlight") for style in ("default", "github-dark"))
    return "\n".join([formulas, light, STYLE, f"@media screen and (prefers-color-scheme: dark) {{ {dark}\n{DARK} }}"])


def printed(source: Path, target: Path) -> bool:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        return False
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--no-pdf-header-footer",
                   "--generate-pdf-document-outline", f"--print-to-pdf={target}", source.resolve().as_uri()]  # fmt: skip
        done = subprocess.run(command, capture_output=True, timeout=120)
    return done.returncode == 0 and target.exists()
