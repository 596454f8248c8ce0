"""The printed book: one PDF with an outline, numbered pages, living links, and mathematics that is text."""

import os
import re
import shutil
import subprocess
import sys
from urllib.parse import urlparse

import pikepdf
import pytest

from book import ROOT, SITE
from test_publish import FORK, build_book

sys.path.insert(0, str(ROOT / "_ext"))
import book_pdf  # noqa: E402

LONG = "total = " + " + ".join(["width"] * 40)
FIRST = f"""\
---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3}}
---
(first)=
# A title so long that it is broken into two lines wherever it is set in a large size

The limit of the {{term}}`quotient`, {{eq}}`eq-square` and {{ref}}`the slider <second>`.

(sec-long)=
## Long lines

```{{code-cell}} ipython3
width = 3
{LONG}
print("overlong " * 60)
```

:::{{exercise}} Gated
:label: first-gated
Think.
:::

:::{{solution}} first-gated
:class: dropdown
Now it is unfolded.
:::
"""
SECOND = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
(second)=
# Sliders

Back to {ref}`sec-long`, and on to [another site](https://example.org/there).

$$
\\frac{\\partial y}{\\partial x} = \\theta^2
$$ (eq-square)

```{code-cell} ipython3
:tags: [hide-input]
from labsupport.slider import slider

def draw(ax, pace):
    ax.plot([0, 1], [0, pace])

slider(draw, pace=[1, 2, 3], start=1, caption="Steepness.", alt="A line.")
```

```{raw} html
<label>Your answer <input type="text" placeholder="ghostly"></label>
<div class="answer-foot">How to type</div>
```
"""
GLOSSARY = """\
# Glossary

```{glossary}
quotient
  What a division gives; 몫 in Korean.
```
"""


def print_pdf(book, **environment):
    environment = os.environ | {"PYTHONPATH": str(book), "GITHUB_REPOSITORY": FORK} | environment
    return subprocess.run([sys.executable, "_ext/book_pdf.py"], cwd=book, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def book(tmp_path_factory, browser):
    chapters = {"01_first": FIRST, "02_second": SECOND, "glossary": GLOSSARY}
    book = build_book(tmp_path_factory.mktemp("printed") / "book", chapters, GITHUB_REPOSITORY=FORK)
    done = print_pdf(book)
    assert done.returncode == 0, done.stderr
    return book


@pytest.fixture(scope="module")
def printed(book):
    return book / "_build/html" / book_pdf.NAME


@pytest.fixture
def pdf(printed):
    with pikepdf.open(printed) as pdf:
        yield pdf


def links(pdf):
    for page in pdf.pages:
        for annotation in page.get("/Annots", []):
            if annotation.Subtype == "/Link":
                yield annotation


def dead_links(pdf) -> list[str]:
    places = book_pdf.destinations(pdf)
    return [str(link.Dest) for link in links(pdf) if "/Dest" in link and str(link.Dest) not in places]


def outline(pdf) -> list[str]:
    with pdf.open_outline() as opened:
        return [entry.title for entry in book_pdf.all_entries(opened.root)]


def text_of(path, page: int | None = None) -> str:
    if not shutil.which("pdftotext"):
        assert not os.environ.get("REQUIRE_BROWSER"), "REQUIRE_BROWSER is set, and pdftotext is missing: install poppler-utils"
        pytest.skip("no pdftotext on this machine: install the package poppler-utils")
    pages = ["-f", str(page), "-l", str(page)] if page else []
    return subprocess.run(["pdftotext", *pages, "-layout", str(path), "-"], check=True, capture_output=True, text=True).stdout


def test_the_outline_has_every_chapter_and_section_in_order(pdf):
    assert outline(pdf) == [
        "Contents", "Front",
        "1. A title so long that it is broken into two lines wherever it is set in a large size", "1.1. Long lines",
        "2. Sliders", "3. Glossary",
    ]  # fmt: skip


def test_links_between_chapters_lead_to_places_in_the_book(pdf):
    inside = {str(link.Dest) for link in links(pdf) if "/Dest" in link}
    assert not dead_links(pdf)
    for place in ("02_second--second", "02_second--equation-eq-square", "01_first--sec-long", "glossary--term-quotient"):
        assert f"/chapters-{place}" in inside


def test_links_to_elsewhere_stay_and_none_leads_to_this_machine(pdf):
    addresses = {str(link.A.URI) for link in links(pdf) if "/A" in link and "/URI" in link.A}
    assert "https://example.org/there" in addresses
    assert {urlparse(address).scheme for address in addresses} <= {"https", "http", "mailto"}
    assert all("example.org" in address or address.startswith("https://someone.github.io/fork/") for address in addresses)


def test_the_contents_say_the_page_on_which_each_chapter_stands(printed, pdf):
    places = book_pdf.pages_of_places(printed.read_bytes())
    contents = text_of(printed, 2)
    for title, place in {"1.1. Long lines": "chapters-01_first--sec-long", "2. Sliders": "chapters-02_second"}.items():
        assert re.search(rf"{re.escape(title)}\s+{places[place]}$", contents, re.M), contents
        assert title in text_of(printed, places[place])


def test_every_page_but_the_cover_has_its_number(printed, pdf):
    last = [text_of(printed, number + 1).split()[-1:] for number in range(len(pdf.pages))]
    assert last[1:] == [[str(number)] for number in range(2, len(last) + 1)] and last[0] != ["1"]


def test_mathematics_is_text(printed):
    text = text_of(printed)
    assert len(re.findall("[∂𝜕]", text)) == 2 and re.search("[θ𝜃]", text)


def test_solutions_are_unfolded_and_the_code_of_figures_is_left_out(printed):
    text = text_of(printed)
    assert "Now it is unfolded." in text and "Show code cell" not in text and "ax.plot" not in text


def test_a_slider_shows_its_chosen_frame_and_says_which(printed):
    text = text_of(printed)
    assert "pace = 2" in text and "Choose pace" not in text


def test_an_answer_is_a_ruled_line(printed):
    text = text_of(printed)
    assert "Your answer" in text and "ghostly" not in text and "How to type" not in text


def test_long_lines_stay_within_the_margins(printed):
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext on this machine: install the package poppler-utils")
    boxes = subprocess.run(["pdftotext", "-bbox", str(printed), "-"], check=True, capture_output=True, text=True).stdout
    words = [(float(right), word) for right, word in re.findall(r'xMax="([\d.]+)"[^>]*>(.*?)</word>', boxes)]
    assert sum("overlong" in word for _, word in words) >= 60 and sum("width" in word for _, word in words) > 40
    margin = 22 / 25.4 * 72
    assert max(right for right, _ in words) < 595.3 - margin + 1, max(words)


def test_pages_are_a4_and_fonts_are_embedded(pdf):
    assert {tuple(round(float(side)) for side in page.mediabox[2:]) for page in pdf.pages} == {(595, 842)}
    fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/Font" and "/FontDescriptor" in o]
    drawn = [font for font in fonts if font.Subtype != "/Type3"]  # Type 3 has its glyphs in itself
    assert drawn and all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font.FontDescriptor.keys()) for font in drawn)


def test_a_screen_reader_finds_structure_language_and_title(pdf):
    assert pdf.Root.MarkInfo.Marked and "/StructTreeRoot" in pdf.Root and str(pdf.Root.Lang) == "en"
    assert str(pdf.docinfo.Title) == "Differentiation for Deep Learning" and pdf.Root.ViewerPreferences.DisplayDocTitle


def test_the_cover_says_what_it_was_built_from(book, printed):
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=book, check=True, capture_output=True, text=True).stdout
    assert f"commit {commit[:10]}" in text_of(printed, 1) and "someone.github.io/fork" in text_of(printed, 1)


def test_printing_again_gives_the_same_bytes(book, printed):
    before = printed.read_bytes()
    assert print_pdf(book).returncode == 0 and printed.read_bytes() == before


def test_korean_is_printed(printed):
    assert "몫" in text_of(printed)


# what cannot be printed

def only_line(done) -> str:
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    [line] = done.stderr.strip().splitlines()
    return line


def test_without_chromium_one_line_says_what_to_install(book, tmp_path):
    line = only_line(print_pdf(book, PATH=str(tmp_path), PLAYWRIGHT_BROWSERS_PATH=str(tmp_path)))
    assert "Chromium" in line and "install" in line


def test_without_a_korean_font_one_line_names_the_letters(book, tmp_path):
    fonts = '<?xml version="1.0"?><fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>%s</cachedir></fontconfig>'
    (tmp_path / "fonts.conf").write_text(fonts % (tmp_path / "cache"))
    line = only_line(print_pdf(book, FONTCONFIG_FILE=str(tmp_path / "fonts.conf")))
    assert "몫" in line and "fonts-noto-cjk" in line and "θ" not in line


def test_before_the_site_is_built_one_line_says_so(tmp_path):
    shutil.copytree(ROOT / "_ext", tmp_path / "_ext", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "_config.yml"):
        shutil.copy(ROOT / name, tmp_path)
    assert "make book" in only_line(print_pdf(tmp_path))


# the book itself, where `make pdf` has printed it

@pytest.fixture
def whole():
    path = SITE / book_pdf.NAME
    if not path.exists():
        pytest.skip("the book is not printed: run `make pdf` first")
    with pikepdf.open(path) as pdf:
        if str(pdf.docinfo.Subject) != book_pdf.built_from().sentence:
            pytest.skip("the printed book is of another commit: run `make pdf` first")
        yield pdf


def test_the_whole_book_has_no_dead_link_and_a_complete_outline(whole):
    assert len(list(links(whole))) > 500 and not dead_links(whole)
    headings = book_pdf.Book(SITE).headings()
    assert outline(whole) == headings and len(headings) > 150
