"""The notebook a student gets: prose, stubs and public checks, and a first cell that brings labsupport. Nothing of a key."""

import ast

import extensions  # noqa: F401
from book_notebooks import METADATA, SETUP, identifiers
from book_publish import WHEEL, repository
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from questions import Assignment, Question


def notebook(assignment: Assignment, answers: dict | None = None):
    """The notebook as nbformat has it. answers: label -> code, each in a cell of its own after its question: a submission."""
    where = repository()
    cells = [
        new_markdown_cell(f"# {assignment.title}\n\n{assignment.introduction}".strip()),
        new_code_cell(SETUP.format(wheel=WHEEL, published=where and where.wheel), metadata={"jupyter": {"source_hidden": True}}),
        *map(new_code_cell, imports(assignment.questions)),
    ]
    for number, question in enumerate(assignment.questions, 1):
        cells += [new_markdown_cell(heading(number, question)), *map(as_cell, question.cells)]
        if question.label in (answers or {}):
            cells.append(new_code_cell(answers[question.label]))
    for cell, name in zip(cells, identifiers(cells)):
        cell.id = name
    return new_notebook(cells=joined(cells), metadata=METADATA)


def heading(number: int, question: Question) -> str:
    return f"## {number}. {question.title} ({question.points} point{'s' * (question.points != 1)})"


def as_cell(cell):
    return new_markdown_cell(cell.source) if cell.kind == "markdown" else new_code_cell(cell.source)


def joined(cells) -> list:
    """A heading stands in one cell with the text below it."""
    found = []
    for cell in cells:
        if found and cell.cell_type == found[-1].cell_type == "markdown":
            found[-1].source += f"\n\n{cell.source}"
        else:
            found.append(cell)
    return found


def imports(questions) -> list[str]:
    """The cells above the questions, each once; of several that only import, one."""
    sources = list(dict.fromkeys(source for question in questions for source in question.imports))
    only_imports = [source for source in sources if all(map(is_import, ast.parse(source).body))]
    others = [source for source in sources if source not in only_imports]
    return ([only_imports[0] if len(only_imports) == 1 else merged(only_imports)] if only_imports else []) + others


def is_import(statement) -> bool:
    return isinstance(statement, (ast.Import, ast.ImportFrom))


def merged(sources) -> str:
    plain, by_module = set(), {}
    for statement in ast.parse("\n".join(sources)).body:
        if isinstance(statement, ast.Import):
            plain |= {f"import {ast.unparse(alias)}" for alias in statement.names}
        else:
            by_module.setdefault(statement.module, set()).update(map(ast.unparse, statement.names))
    return "\n".join([*sorted(plain), *(f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(by_module.items()))])
