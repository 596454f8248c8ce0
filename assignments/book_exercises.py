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

from labsupport import check
from labsupport.exercises import find


def at_random_points(key):
    """The key at points between the least and the greatest of its own."""
    points = np.array(key.at, float)
    random = np.random.default_rng().uniform(points.min(axis=0), points.max(axis=0), (8, *points.shape[1:]))
    return replace(key, at=[tuple(point) if points.ndim > 1 else point for point in random.tolist()])'''

AT_ITS_POINTS = '''\
def test_right_where_the_book_looks({name}):
    """Right where the check of the exercise looks."""
    verdict = check("{label}", {name})
    assert verdict, verdict.message'''

AT_RANDOM_POINTS = '''\
def test_right_at_random_points({name}):
    """Right at random points, too."""
    verdict = check("{label}", {name}, keys={{"{label}": at_random_points(find("{label}"))}})
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
    stub, name, call = stub_of(exercise)
    prose, answer = solution_of(exercise, name)
    given, imports = needed("\n".join([stub, *mentioned(exercise)]), exercise, set(bound(stub)))
    more, for_solution = needed(answer, exercise, {n for code in (*given, stub) for n in bound(code)})
    given, stub, more, answer, new = under_own_names(exercise.label, "\n".join(given), stub, "\n".join(more), answer)
    asked = new[name]
    call = f'check("{exercise.label}", {asked})'

    def text(source):
        return Cell("markdown", for_assignment(source, new, published), exercise.place)

    def code(source):
        return Cell("code", source, exercise.place)

    cells = [*(text(each) for each in exercise.texts if each.strip()), *([code(given)] if given.strip() else []), code(f"{stub}\n\n{call}")]
    solution = [*(text(each) for each in prose if each.strip()), code("\n\n".join(filter(None, [*for_solution, more, answer])))]
    return Question(exercise.label, exercise.title, POINTS, exercise.place, imported(imports), tuple(cells), (asked,), HELPERS,
                    tuple(solution), checks(exercise, asked), mistakes(exercise))  # fmt: skip


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

def check_of(label: str, source: str):
    """The statement that checks the answer, and the source of the answer."""
    for statement in ast.parse(source).body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and len(call.args) == 2 and isinstance(call.args[0], ast.Constant) and call.args[0].value == label:
            return statement, ast.get_source_segment(source, call.args[1])
    return None, None


def stub_of(exercise: Exercise) -> tuple[str, str, str]:
    """The stub without its check, the name that holds the answer, and the check."""
    statement, answer = check_of(exercise.label, exercise.stub)
    if statement is None:
        raise Mistake(f"exercise {exercise.number} ({exercise.label}) has no stub that could be graded: its answer is on paper.")
    stub = without(exercise.stub, statement)
    if not answer.isidentifier():
        stub, answer = f"{stub}\n\nanswer = {answer}", "answer"
    return stub, answer, ast.get_source_segment(exercise.stub, statement)


def without(source: str, statement, instead: str = "") -> str:
    lines = source.splitlines()
    lines[statement.lineno - 1 : statement.end_lineno] = [instead] if instead else []
    return "\n".join(lines).strip()


def solution_of(exercise: Exercise, name: str) -> tuple[list, str]:
    """Its prose, and its code, in which the check of the answer becomes a definition of the name."""
    code = "\n\n".join(FENCED.findall(exercise.solution))
    statement, answer = check_of(exercise.label, code)
    if statement is None:
        raise Mistake(f"the solution of exercise {exercise.number} ({exercise.label}) does not check its answer.")
    code = without(code, statement, "" if answer == name else f"{name} = {answer}")
    return FENCED.sub("", exercise.solution).split("\n\n\n"), code


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


def imported(imports) -> tuple[str]:
    return ("\n".join(sorted({"import numpy as np", "from labsupport import check", *imports}, reverse=True)),)


# names and links

def under_own_names(label: str, *sources: str):
    """The sources, with each name that they define carrying the exercise's label; and old name -> new name."""
    script, new = CUT.join(sources), {}
    for name in dict.fromkeys(bound(script)):
        if name not in imports_in(script):
            new[name] = f"{name}_{label.replace('-', '_')}"
            script = renamed(script, name, new[name])
    return [*script.split(CUT), new]


def imports_in(script: str) -> set:
    return {name for node in ast.parse(script).body if isinstance(node, (ast.Import, ast.ImportFrom)) for name in bound(ast.unparse(node))}


def renamed(script: str, name: str, new: str) -> str:
    definition = next(each for each in jedi.Script(script).get_names() if each.name == name)
    refactoring = jedi.Script(script, path="script.py").rename(definition.line, definition.column, new_name=new)
    return next(iter(refactoring.get_changed_files().values())).get_new_code()


def for_assignment(text: str, new: dict, published) -> str:
    """Links lead to the published book, or become text; names in the text are those of the code."""
    text = re.sub(r'<a id="[^"]*"></a>', "", text)
    text = re.sub(r"(?<!!)\[((?:[^][]|\[[^][]*\])*)\]\(((?:[\w.-]+\.ipynb)?(?:#[^)\s]*)?)\)", r"\1", text)
    return re.sub(r"`[^`\n]+`", lambda code: re.sub(r"\b[A-Za-z_]\w*", lambda word: new.get(word[0], word[0]), code[0]), text).strip()


# the key

def checks(exercise: Exercise, name: str) -> tuple:
    key = find(exercise.label)
    templates = [AT_ITS_POINTS, *([AT_RANDOM_POINTS] if isinstance(key.answer, str) and len(key.at) else [])]
    return tuple(hidden(template.format(label=exercise.label, name=name), name, exercise.place) for template in templates)


def hidden(source: str, name: str, place: str) -> Check:
    function = ast.parse(source).body[0]
    return Check(function.name, ast.get_docstring(function), (name,), source, place)


def mistakes(exercise: Exercise) -> tuple:
    return tuple(Wrong(hint, "", exercise.place) for hint in find(exercise.label).mistakes)
