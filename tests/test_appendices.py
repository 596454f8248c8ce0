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
