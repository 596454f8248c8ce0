"""The appendices: every row of the tables of identities is held by the cell below it, and every row has a number."""

import re

import pytest

from book import ROOT

TEXT = (ROOT / "chapters/appendices/identities.md").read_text("utf-8")
SECTIONS = re.split(r"^## ", TEXT, flags=re.M)[1:]
ROW = re.compile(r"^\| ([A-Z]\d+) \|.*\|$", flags=re.M)


def test_the_rows_are_numbered_without_a_gap():
    rows = ROW.findall(TEXT)
    for letter in sorted({row[0] for row in rows}):
        assert [row for row in rows if row[0] == letter] == [f"{letter}{k + 1}" for k in range(len([r for r in rows if r[0] == letter]))]


@pytest.mark.parametrize("row", ROW.findall(TEXT))
def test_a_row_is_checked_and_says_where_it_is_derived(row):
    [line] = [line for line in TEXT.splitlines() if line.startswith(f"| {row} |")]
    assert re.search(r"\{(eq|ref)\}`", line), f"{row} does not say where it is derived"
    cells = "".join(re.findall(r"```\{code-cell\}.*?```", TEXT, flags=re.S))
    assert re.search(rf'"{row}[",]', cells), f"no cell checks {row}"


def test_every_reference_is_annotated():
    keys = set(re.findall(r"^@\w+\{([^,]+),", (ROOT / "references.bib").read_text("utf-8"), flags=re.M))
    notes = dict(re.findall(r"^- \{cite:t\}`(\w+)`: (.*)$", (ROOT / "chapters/appendices/references.md").read_text("utf-8"), flags=re.M))
    assert set(notes) == keys and all(len(note) > 3 for note in notes.values())


def test_the_glossary_has_at_least_120_terms_in_both_languages():
    text = (ROOT / "chapters/appendices/glossary.md").read_text("utf-8")
    terms = re.findall(r"^(\w.*)\n  (.*)$", text[text.index("```{glossary}") :], flags=re.M)
    assert len(terms) >= 120
    assert [term for term, gloss in terms if not re.match(r"[가-힣]", gloss)] == []
