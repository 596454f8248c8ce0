"""The book's own exercises as questions of an assignment, read from the notebooks that `make book` writes.

An exercise brings the code of its chapter that it needs, under names that no other question has; its key is the one of
`labsupport/answers/`, at its points and, where the answer is a formula, at random ones.
"""

import ast
import builtins
import keyword
import re
import symtable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jedi
import nbformat
import numpy as np
from questions import Cell, Check, Mistake, Question, Wrong, bound

from labsupport.exercises import find

NOTEBOOKS = Path(__file__).parent.parent / "_build" / "html" / "notebooks"
POINTS = 4
TITLE = re.compile(r'(?:<a id="[^"]*"></a>)*<a id="(?P<label>[\w-]+)"></a>\*\*Exercise (?P<number>\d+\.\d+)(?: \((?P<title>.+?)\))?\.\*\*')
SOLUTION = re.compile(r"(?:<a [^>]*></a>)*<details><summary>Solution to Exercise (?P<number>[\d.]+)</summary>\n\n(?P<text>.*)\n\n</details>", re.S)
FENCED = re.compile(r"^```python\n(.*?)\n```$", re.M | re.S)
CUT = "\n\n# ---- cut ----\n\n"

HELPERS = '''\
from dataclasses import replace

import numpy as np

from labsupport import check, check_expression
from labsupport.exercises import find, read


def at_random_points(key):
    """The key at points drawn from its ranges, or between the least and the greatest of its own."""
    points = np.array([key.ranges[name] for name in key.variables.split()]).T if key.ranges else np.array(key.at, float)
    low, high = points.min(axis=0), points.max(axis=0)
    random = np.random.default_rng().uniform(low, high, (8, *np.shape(low))).tolist()
    return replace(key, at=[tuple(point) if np.size(low) > 1 else np.ravel(point)[0].item() for point in random])'''

AT_ITS_POINTS = '''\
def test_right_where_the_book_looks({name}):
    """Right where the check of the exercise looks."""
    verdict = {checker}("{label}", {name})
    assert verdict, verdict.message'''

AT_RANDOM_POINTS = '''\
def test_right_at_random_points({name}):
    """Right at random points, too."""
    key = find("{label}")
    verdict = check("{label}", {answer}, keys={{"{label}": at_random_points(key)}})
    assert verdict, verdict.message'''


@dataclass(frozen=True)
class Exercise:
    """An exercise in its chapter. before: the chapter's code above it, without the stubs of other exercises."""

    label: str
    number: str
    title: str
    place: str
    texts: tuple
    stub: str
    solution: str
    before: tuple


def exercises(name: str) -> list[Exercise]:
    """The exercises of a chapter, in its order. Raises Mistake if the book is not built or has no such chapter."""
    return read(str(notebook_of(name)))


def question(exercise: Exercise, published) -> Question:
    """The exercise as a question. published: a repository as in `book_publish`, or None, for its links. Raises Mistake without a stub."""
    stub, name, checker = stub_of(exercise)
    prose, answer = solution_of(exercise, name)
    spoken_of = mentioned(exercise) if checker == "check" else []  # in a box, `w0` is mathematics
    given, imports = needed("\n".join([stub, *spoken_of]), exercise, set(bound(stub)))
    more, for_solution = needed(answer, exercise, {n for code in (*given, stub) for n in bound(code)})
    given, stub, more, answer, new = under_own_names(exercise.label, "\n".join(given), stub, "\n".join(more), answer)
    asked = new[name]
    call = f'{checker}("{exercise.label}", {asked})'

    def text(source):
        return Cell("markdown", for_assignment(source, new, published), exercise.place)

    def code(source):
        return Cell("code", source, exercise.place)

    cells = [*(text(each) for each in exercise.texts if each.strip()), *([code(given)] if given.strip() else []), code(f"{stub}\n\n{call}")]
    solution = [*(text(each) for each in prose if each.strip()), code("\n\n".join(filter(None, [*for_solution, more, answer])))]
    return Question(exercise.label, exercise.title, POINTS, exercise.place, imported(checker, imports), tuple(cells), (asked,), HELPERS,
                    tuple(solution), checks(exercise, asked, checker), mistakes(exercise))  # fmt: skip


# from the notebook to exercises

def notebook_of(name: str) -> Path:
    there = {path.stem.partition("_")[2]: path for path in sorted(NOTEBOOKS.glob("[0-9]*_*.ipynb"))}
    if not there:
        raise Mistake("the book's exercises are taken from the built book: run `make book` first.")
    if name not in there:
        raise Mistake(f"the built book has no chapter {name}; it has {', '.join(there)}.")
    return there[name]


@cache
def read(path: str) -> list[Exercise]:
    cells = nbformat.read(path, as_version=4).cells[2:]  # after the introduction and the cell that installs labsupport
    found, before, i = [], [], 0
    while i < len(cells):
        if cells[i].cell_type == "markdown" and (opening := TITLE.match(cells[i].source)):
            stop = next((j for j in range(i + 1, len(cells)) if ends_exercise(cells[j])), len(cells))
            found.append(exercise(path, opening, cells[i:stop], cells[stop] if stop < len(cells) else None, before))
            i = stop
        else:
            if cells[i].cell_type == "code":
                before.append(cells[i].source)
            i += 1
    return found


def ends_exercise(cell) -> bool:
    return cell.cell_type == "markdown" and bool(SOLUTION.match(cell.source) or TITLE.match(cell.source) or cell.source.startswith("#"))


def exercise(path: str, opening, cells, after, before) -> Exercise:
    texts = [cells[0].source[opening.end() :], *(cell.source for cell in cells[1:] if cell.cell_type == "markdown")]
    solution = after and SOLUTION.match(after.source)
    return Exercise(opening["label"], opening["number"], opening["title"] or f"Exercise {opening['number']}",
                    f"exercise {opening['number']} in {Path(path).name}", tuple(texts),
                    "\n\n".join(cell.source for cell in cells if cell.cell_type == "code"),
                    solution["text"] if solution else "", tuple(before))  # fmt: skip


# stub and solution

def checks_of(label: str, source: str) -> list:
    """The statements that check the answer, one that takes code before one that takes typed mathematics."""
    calls = [each for each in ast.parse(source).body if isinstance(each, ast.Expr) and isinstance(each.value, ast.Call)]
    mine = [each for each in calls if len(each.value.args) == 2 and ast.unparse(each.value.args[0]) == repr(label)]
    return sorted(mine, key=is_typed)


def is_typed(statement) -> bool:
    return getattr(statement.value.func, "id", "") == "check_expression"


def stub_of(exercise: Exercise) -> tuple[str, str, str]:
    """The stub without its checks, the name that holds the answer, and the function that checks it."""
    found = checks_of(exercise.label, exercise.stub)
    if not found:
        raise Mistake(f"exercise {exercise.number} ({exercise.label}) has no stub that could be graded: its answer is on paper.")
    answer = ast.get_source_segment(exercise.stub, found[0].value.args[1])
    stub = without(exercise.stub, *found)
    if not answer.isidentifier():
        stub, answer = f"{stub}\n\nanswer = {answer}".strip(), "answer"
    return stub, answer, "check_expression" if is_typed(found[0]) else "check"


def without(source: str, *statements) -> str:
    gone = {line for statement in statements for line in range(statement.lineno, statement.end_lineno + 1)}
    return "\n".join(line for number, line in enumerate(source.splitlines(), 1) if number not in gone).strip()


def solution_of(exercise: Exercise, name: str) -> tuple[list, str]:
    """Its prose, and its code, in which the check of the answer becomes a definition of the name."""
    code = "\n\n".join(FENCED.findall(exercise.solution))
    found = checks_of(exercise.label, code)
    if not found:
        raise Mistake(f"the solution of exercise {exercise.number} ({exercise.label}) does not check its answer.")
    answer, lines = ast.get_source_segment(code, found[0].value.args[1]), code.splitlines()
    lines[found[0].lineno - 1 : found[0].end_lineno] = [] if answer == name else [f"{name} = {answer}"]
    return FENCED.sub("", exercise.solution).split("\n\n\n"), "\n".join(lines).strip()


# the code of its chapter that an exercise needs

def free(source: str) -> set[str]:
    """Names that code uses and does not define itself."""
    found = set()

    def look(table):
        for symbol in table.get_symbols():
            at_top = table.get_type() == "module"
            if symbol.is_referenced() and (symbol.is_global() or at_top):
                found.add(symbol.get_name())
        for child in table.get_children():
            look(child)

    look(symtable.symtable(source, "cell", "exec"))
    return {name for name in found - {*bound(source)} if not hasattr(builtins, name)}


def needed(source: str, exercise: Exercise, known: set) -> tuple[list, list]:
    """The statements and the imports above the exercise that the source rests on, in their order."""
    above = [(node, ast.get_source_segment(cell, node)) for cell in exercise.before for node in ast.parse(cell).body]
    makers = {}
    for i, (node, text) in enumerate(above):
        for name in {*bound(text), *touched(node)}:
            makers.setdefault(name, []).append(i)
    wanted, taken, imports = [(name, len(above)) for name in free(source) - known], set(), set()
    while wanted:
        name, place = wanted.pop()
        for i in makers_before(name, place, makers, above):
            node, text = above[i]
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                imports.add(import_of(node, name))
            elif i not in taken:
                taken.add(i)
                late = isinstance(node, (ast.FunctionDef, ast.ClassDef))  # their names are looked up when they are called
                wanted += [(each, len(above) if late else i) for each in free(text) - known]
    return [above[i][1] for i in sorted(taken)], sorted(imports)


def makers_before(name: str, place: int, makers: dict, above) -> list[int]:
    """The last definition of a name, and what changes it after that."""
    earlier = [i for i in makers.get(name, []) if i < place]
    start = max((i for i in earlier if name in bound(above[i][1])), default=place)
    return [i for i in earlier if i >= start]


def touched(statement) -> set[str]:
    """Names of what a statement changes without defining it: `RULES["sqrt"] = …`, `setattr(Node, …)`."""
    targets = [target for node in ast.walk(statement) if isinstance(node, ast.Assign) for target in node.targets]
    targets += [node.args[0] for node in ast.walk(statement) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr"]
    return {root_of(target) for target in targets} - {""}


def root_of(target) -> str:
    while isinstance(target, (ast.Attribute, ast.Subscript)):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def mentioned(exercise: Exercise) -> list[str]:
    """What of the chapter's code its text speaks of, as `rule`; a single letter is rather one of a formula."""
    spans = re.findall(r"`([^`\n]+)`", "\n".join(exercise.texts))
    words = {name for span in spans for name in re.findall(r"(?<![\w.\"'])[A-Za-z_]\w+", span) if not keyword.iskeyword(name)}
    return sorted(words - imports_in("\n".join(exercise.before)))


def import_of(node, name: str) -> str:
    alias = next(each for each in node.names if (each.asname or each.name.partition(".")[0]) == name)
    return ast.unparse(ast.ImportFrom(node.module, [alias], 0) if isinstance(node, ast.ImportFrom) else ast.Import([alias]))


def imported(checker: str, imports) -> tuple[str]:
    return ("\n".join(sorted({"import numpy as np", f"from labsupport import {checker}", *imports}, reverse=True)),)


# names and links

def under_own_names(label: str, *sources: str):
    """The sources, with each name that they define carrying the exercise's label; and old name -> new name."""
    script = CUT.join(sources)
    new = {name: f"{name}_{label.replace('-', '_')}" for name in bound(script) if name not in imports_in(script)}
    return [*renamed(script, new).split(CUT), new]


def imports_in(script: str) -> set:
    return {name for node in ast.parse(script).body if isinstance(node, (ast.Import, ast.ImportFrom)) for name in bound(ast.unparse(node))}


def renamed(script: str, new: dict) -> str:
    """The code with names of its top level replaced, wherever they stand for the same thing."""
    reader, lines = jedi.Script(script), script.splitlines()
    definitions = {each.name: each for each in reader.get_names() if each.name in new}
    spots = {(found.line, found.column, name) for name, each in definitions.items()
             for found in reader.get_references(each.line, each.column, scope="file")}  # fmt: skip
    for line, column, name in sorted(spots, reverse=True):
        lines[line - 1] = lines[line - 1][:column] + new[name] + lines[line - 1][column + len(name) :]
    return "\n".join(lines)


def for_assignment(text: str, new: dict, published) -> str:
    """Links lead to the published book, or become text; names in the text are those of the code."""
    text = re.sub(r'<a id="[^"]*"></a>', "", text)
    text = re.sub(r"(?<!!)\[((?:[^][]|\[[^][]*\])*)\]\(((?:[\w.-]+\.ipynb)?(?:#[^)\s]*)?)\)", r"\1", text)
    return re.sub(r"`[^`\n]+`", lambda code: re.sub(r"\b[A-Za-z_]\w*", lambda word: new.get(word[0], word[0]), code[0]), text).strip()


# the key

def checks(exercise: Exercise, name: str, checker: str) -> tuple:
    key = find(exercise.label)
    is_formula = isinstance(key.answer, (str, list)) and isinstance(np.ravel(key.answer)[0], str) and bool(key.ranges or len(key.at))
    answer = f"read(key, {name})" if checker == "check_expression" else name
    templates = [AT_ITS_POINTS, *([AT_RANDOM_POINTS] if is_formula else [])]
    return tuple(hidden(template.format(label=exercise.label, name=name, checker=checker, answer=answer), name, exercise.place)
                 for template in templates)  # fmt: skip


def hidden(source: str, name: str, place: str) -> Check:
    function = ast.parse(source).body[0]
    return Check(function.name, ast.get_docstring(function), (name,), source, place)


def mistakes(exercise: Exercise) -> tuple:
    return tuple(Wrong(hint, "", exercise.place) for hint in find(exercise.label).mistakes)
