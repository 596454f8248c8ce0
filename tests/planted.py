"""Plant small errors in the formulas of a chapter, one at a time, and name those its own assertions do not notice.

    python tests/planted.py chapters/03_derivatives.md --count 100 --seed 0 --jobs 2

An error is a sign, a factor, an exponent, an operator, a transpose, an index, the order of two operands, or a function taken
for its neighbour (sine for cosine). It is noticed if the chapter then raises, warns, runs out of time, or has a solution whose
`check` does not say "right": what fails the build or the tests.

Errors go into formulas only. Left alone is what an author chooses freely: a literal that gets a name (`steps = [0.5, 0.25]`,
`h=1e-8`, a default, what a loop runs over), grids and their sizes, random numbers, points (`at=[0, 1]`, `slope(f, 2.0)`), and
all that drawing calls are given, except functions. Left alone, too, are the literals that an assertion compares with, of which
no error could go unnoticed, or which are bounds; and text, with what is computed inside of an f-string.

Every error runs in a process of its own, forked from one that has executed the cells before it: this needs Linux or macOS.
"""

import argparse
import ast
import io
import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

LIMIT = 30  # seconds of computing that an error may take
TINY = 1e-5  # a smaller constant is a tolerance or a step, not part of a formula

OPERATORS = {ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*")}
NEIGHBOURS = [("sin", "cos"), ("sinh", "cosh"), ("tan", "tanh"), ("arcsin", "arccos"), ("exp", "log"), ("maximum", "minimum"),
              ("max", "min"), ("argmax", "argmin"), ("sum", "mean"), ("zeros", "ones"), ("zeros_like", "ones_like")]
SWAPS = {a: b for pair in NEIGHBOURS for a, b in (pair, pair[::-1])}
EVEN = {"abs", "fabs", "cos", "cosh", "norm", "square", "std", "var"}  # these do not see the sign of what they are given
PRODUCTS = {"matmul", "outer"}

DRAWING = {"plt", "figures", "slider", "ax", "axes", "fig", "figure"}
SAMPLING = {"linspace", "logspace", "geomspace", "default_rng", "manual_seed", "seed", "uniform", "normal", "standard_normal",
            "rand", "randn", "randint", "integers", "random", "choice", "permutation", "shuffle"}
SIZED = {"arange", "range", "zeros", "ones", "eye", "empty", "full", "reshape", "round"}
ARRAYS = {"array", "asarray", "tensor", "float", "int"}
LIBRARIES = {"np", "sp", "torch", "math"}
INDICES = {"axis", "dim"}
WORDS = {"alt", "caption", "format", "label", "title"}
CHOICES = {"at", "tolerance", "symbols", "seed", "size", "generator", "dtype", *WORDS}


# the chapter

@dataclass(frozen=True)
class Cell:
    """A code cell. line: of its first line in the chapter, from 1. solution: whether it stands in an exercise's solution."""

    source: str
    line: int
    solution: bool


def read(path: Path) -> list[Cell]:
    """The code cells of a chapter, as the book's build reads them."""
    from myst_nb.core.config import NbParserConfig
    from myst_nb.core.read import create_nb_reader
    from myst_parser.config.main import MdParserConfig

    text = path.read_text("utf-8")
    reader = create_nb_reader(str(path), MdParserConfig(), NbParserConfig(), text)
    if reader is None:
        sys.exit(f"{path} is no notebook: its first lines do not say `file_format: mystnb`")
    notebook, lines = reader.read(text), text.splitlines()
    solutions = solution_lines(lines)
    cells = []
    for cell, top in zip(notebook.cells, notebook.metadata.source_map):
        if cell.cell_type == "code" and cell.source.strip():
            line = first_line(cell.source, lines, top)
            cells.append(Cell(cell.source, line, line in solutions))
    return cells


def first_line(source, lines, top):
    """Where the code begins, in lines from 1: below the cell's options."""
    wanted = source.splitlines()
    found = (k for k in range(top, len(lines)) if lines[k : k + len(wanted)] == wanted)
    return next(found, top) + 1


def solution_lines(lines):
    inside, found = False, set()
    for number, line in enumerate(lines, 1):
        if "{solution-start}" in line or "{solution-end}" in line:
            inside = "{solution-start}" in line
        if inside:
            found.add(number)
    return found


# the errors

@dataclass(frozen=True, order=True)
class Mutant:
    """One error: bytes start to end of a cell's source replaced by text. cell: its place among the code cells."""

    cell: int
    start: int
    end: int
    text: str

    def source(self, cells) -> str:
        """The cell with the error in it."""
        original = cells[self.cell].source.encode()
        return (original[: self.start] + self.text.encode() + original[self.end :]).decode()

    def line(self, cells) -> int:
        """Where it is in the chapter."""
        return cells[self.cell].line + cells[self.cell].source.encode()[: self.start].count(b"\n")

    def shown(self, cells) -> str:
        """The line, or lines, as they are and as they would be."""
        original = cells[self.cell].source.encode() + b"\n"
        first, last = original.rfind(b"\n", 0, self.start) + 1, original.find(b"\n", self.end)
        mutated = original[first : self.start] + self.text.encode() + original[self.end : last]
        before, after = (" ".join(part.decode().split()) for part in (original[first:last], mutated))
        return f"{before}  ->  {after}"


def mutants(cells: list[Cell]) -> list[Mutant]:
    """All errors that can be planted, in the order of the chapter."""
    trees = [parse(cell) for cell in cells]
    defined = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    found = []
    for k, (cell, tree) in enumerate(zip(cells, trees)):
        planter = Planter(cell.source, tree, defined)
        planter.visit(tree)
        found += [Mutant(k, *edit) for edit in sorted(planter.edits)]
    return found


def parse(cell):
    try:
        tree = ast.parse(cell.source)
    except SyntaxError as error:
        sys.exit(f"line {cell.line + (error.lineno or 1) - 1} of the chapter is not Python: {error.msg}")
    for parent in ast.walk(tree):
        for child in ast.iter_child_nodes(parent):
            child.parent = parent
    return tree


class Planter(ast.NodeVisitor):
    """Walks the formulas of a cell and collects what could be mistyped in them, as (start, end, replacement) in bytes."""

    def __init__(self, source, tree, defined):
        self.text = source.encode()
        self.starts = [0, *accumulate(len(line) for line in self.text.splitlines(keepends=True))]
        self.functions = defined | {"abs", "max", "min", "sum", "f", "g"}
        self.drawing = drawing_names(tree)
        self.answers = answer_names(tree)
        self.asserting = False
        self.edits = set()

    def start(self, node):
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node):
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def segment(self, node):
        return self.text[self.start(node) : self.end(node)].decode()

    def edit(self, start, end, text):
        self.edits.add((start, end, text))

    def replace(self, node, text):
        self.edit(self.start(node), self.end(node), text)

    def swap(self, node, left, right, between):
        a, b = (self.segment(side) if atomic(side) else f"({self.segment(side)})" for side in (left, right))
        self.edit(self.start(node), self.end(node), f"{b}{between}{a}")

    # what is no formula

    def nothing(self, node):
        pass

    visit_JoinedStr = visit_Import = visit_ImportFrom = nothing

    def visit_FunctionDef(self, node):
        for statement in node.body:  # not the defaults: they are choices
            self.visit(statement)

    def visit_Lambda(self, node):
        self.visit(node.body)

    def visit_Assign(self, node):
        names = {n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
        for value in node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]:
            if names & self.answers or not literal(value):
                self.visit(value)
        for target in node.targets:
            self.visit(target)

    def visit_AnnAssign(self, node):
        if node.value and not literal(node.value):
            self.visit(node.value)

    def visit_For(self, node):
        for part in [node.iter] * (not literal(node.iter)) + node.body + node.orelse:
            self.visit(part)

    def visit_comprehension(self, node):
        for part in [node.iter] * (not literal(node.iter)) + node.ifs:
            self.visit(part)

    def visit_Dict(self, node):
        for value in node.values:
            self.visit(value)

    def visit_Assert(self, node):
        self.asserting = True
        self.visit(node.test)
        self.asserting = False

    def visit_Compare(self, node):
        bounded = self.asserting and not all(isinstance(op, (ast.Eq, ast.NotEq)) for op in node.ops)
        for side in [node.left, *node.comparators]:
            if not (self.asserting and literal(side)):
                self.visit(without_margin(side) if bounded else side)

    def visit_Call(self, node):
        name = last_name(node.func)
        if root(node.func) in self.drawing:
            self.visit_functions([*node.args, *(k.value for k in node.keywords if k.arg not in WORDS)])
        elif name not in SAMPLING:
            self.visit(node.func)
            chosen = name in SIZED or self.is_at_a_point(node)
            for value in node.args:
                if not (chosen and literal(value)):
                    self.visit(value)
            for keyword in node.keywords:
                if keyword.arg in INDICES or not (keyword.arg in CHOICES or literal(keyword.value)):
                    self.visit(keyword.value)
            if name in PRODUCTS and len(node.args) == 2:
                self.edit(self.start(node.args[0]), self.end(node.args[1]), ", ".join(map(self.segment, node.args[::-1])))

    def is_at_a_point(self, call):
        """Whether a call has functions and literals alone, as slope(f, 2.0) and average_rate(np.sin, 0, 1)."""
        functions = [value for value in call.args if not literal(value)]
        return bool(functions) and all(self.is_function(value) for value in functions)

    def is_function(self, value):
        known = isinstance(value, ast.Name) and value.id in self.functions
        return known or isinstance(value, ast.Lambda) or isinstance(value, ast.Attribute) and root(value) in LIBRARIES

    def visit_functions(self, values):
        """Of the arguments of a drawing call, only the functions."""
        for value in values:
            if isinstance(value, (ast.Name, ast.Attribute)) and last_name(value) in SWAPS:
                self.visit(value)
            for part in ast.walk(value):
                if isinstance(part, ast.Lambda):
                    self.visit(part)

    # what can be mistyped

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if any(isinstance(side, (ast.JoinedStr, ast.List, ast.Tuple)) or is_text(side) for side in (node.left, node.right)):
            return
        if type(node.op) in OPERATORS and not without_effect(node):
            self.other_operator(self.end(node.left), self.start(node.right), *OPERATORS[type(node.op)])
        if isinstance(node.op, ast.Sub) and not sign_unseen(node):
            self.swap(node, node.left, node.right, " - ")
        if isinstance(node.op, ast.MatMult):
            self.swap(node, node.left, node.right, " @ ")
            for side in (node.left, node.right):
                if isinstance(side, (ast.Name, ast.Attribute)) and last_name(side)[0].isupper() and last_name(side) != "T":
                    self.edit(self.end(side), self.end(side), ".T")  # a matrix: vectors have small letters
        if isinstance(node.op, ast.Pow) and not literal(node.right):
            self.replace(node.right, f"({self.segment(node.right)} + 1)")

    def visit_AugAssign(self, node):
        self.visit(node.value)
        if type(node.op) in OPERATORS:
            self.other_operator(self.end(node.target), self.start(node.value), *OPERATORS[type(node.op)])

    def other_operator(self, start, stop, operator, other):
        # the brackets of both sides stand between them too, and so may a line break
        place = start + self.text[start:stop].index(operator.encode())
        self.edit(place, place + 1, other)

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.USub) and not sign_unseen(node):
            self.edit(self.start(node), self.start(node) + 1, "")

    def visit_Constant(self, node):
        c = node.value
        if isinstance(c, bool) or not isinstance(c, (int, float)) or 0 < abs(c) < TINY:
            return
        if is_index(node):
            others = [c + 1, c - 1]
        else:
            others = [c + 1, 2 * c, c // 2 if c % 2 == 0 else c / 2] + [-c] * (not sign_unseen(node))
        inside = isinstance(node.parent, (ast.BinOp, ast.UnaryOp, ast.Attribute))
        for other in dict.fromkeys(others):
            if other != c:
                self.replace(node, f"({other!r})" if inside and other < 0 else repr(other))

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if node.attr in {"T", "mT"}:
            self.edit(self.end(node) - len(node.attr) - 1, self.end(node), "")
        elif node.attr in SWAPS:
            self.edit(self.end(node) - len(node.attr), self.end(node), SWAPS[node.attr])

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load) and SWAPS.get(node.id) in self.functions:
            self.replace(node, SWAPS[node.id])
        if len(node.id) == 1 and is_index(node) and not isinstance(node.parent, ast.BinOp):
            self.replace(node, f"{node.id} + 1")


def root(node):
    """The name that a chain of attributes, calls and subscripts starts from."""
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", None)


def last_name(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def drawing_names(tree):
    """The names whose methods draw: the usual ones, and those that a drawing call returned, such as `upper, lower`."""
    names = set(DRAWING)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and root(node.value) in names:
            names |= {n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
    return names


def answer_names(tree):
    """The names that are given to `check`."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and last_name(node.func) == "check"]
    return {n.id for call in calls for value in call.args for n in ast.walk(value) if isinstance(n, ast.Name)}


def literal(node) -> bool:
    """Whether it is written out in numbers: 0.5, -2**3, [1, 2], np.array([1, 2])."""
    if isinstance(node, ast.Call):
        return last_name(node.func) in ARRAYS and all(map(literal, node.args))
    parts = {ast.Constant: [], ast.UnaryOp: ["operand"], ast.BinOp: ["left", "right"]}
    if type(node) in parts:
        return all(literal(getattr(node, part)) for part in parts[type(node)])
    return isinstance(node, (ast.Tuple, ast.List, ast.Set)) and all(map(literal, node.elts))


def atomic(node):
    return isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant))


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def without_margin(side):
    """One side of a bound without its factor: of `a < b / 5` the b."""
    if isinstance(side, ast.BinOp) and isinstance(side.op, (ast.Mult, ast.Div)):
        return side.left if literal(side.right) else side.right if literal(side.left) else side
    return side


def is_index(node):
    """Whether a constant or a name counts entries or axes."""
    while isinstance(node.parent, (ast.Tuple, ast.Slice, ast.UnaryOp, ast.BinOp)):
        node = node.parent
    return isinstance(node.parent, ast.Subscript) and node is node.parent.slice or getattr(node.parent, "arg", "") in INDICES


def sign_unseen(node):
    """Whether another sign changes nothing, or was planted a level higher: (a - b)**2, abs(-x / 2), the 2 in -2."""
    if isinstance(node.parent, ast.UnaryOp):
        return isinstance(node, ast.Constant)
    while isinstance(node.parent, ast.BinOp) and isinstance(node.parent.op, (ast.Mult, ast.Div)):
        node = node.parent  # a factor's sign is the product's
    parent = node.parent
    if isinstance(parent, ast.Call):
        return last_name(parent.func) in EVEN and parent.args[:1] == [node]
    if not (isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and parent.left is node):
        return False
    exponent = parent.right.operand if isinstance(parent.right, ast.UnaryOp) else parent.right
    return isinstance(exponent, ast.Constant) and exponent.value % 2 == 0


def without_effect(node):
    """Whether the other operator gives the same: x * 1 and x / 1, 0 * x and 0 / x, x + 1e-12 and x - 1e-12."""
    left, right = (getattr(side, "value", None) if literal(side) else None for side in (node.left, node.right))
    if isinstance(node.op, (ast.Add, ast.Sub)):
        return right is not None and abs(right) < TINY
    return right == 1 or left == 0


# running them

HOW = ["survived", "assertion", "exception", "warning", "answer", "time or crash"]


def plant(cells: list[Cell], chosen: list[Mutant], jobs: int) -> dict[Mutant, str]:
    """Run the chapter once with each error; how each was noticed, or "survived"."""
    verdicts = listen()
    namespace, children, outcomes = {"__name__": "__main__"}, {}, {}
    for k, cell in enumerate(cells):
        for mutant in (m for m in chosen if m.cell == k):
            if len(children) == jobs:
                reap(children, outcomes)
            children[fork(mutant, cells, namespace, verdicts)] = mutant
        how, why = run(cell, cell.source, namespace, verdicts)
        if how != "survived":
            [os.kill(child, signal.SIGKILL) for child in children]
            sys.exit(f"no error is planted yet, and the cell in line {cell.line} fails ({how}): {why}")
    while children:
        reap(children, outcomes)
    return outcomes


def listen():
    """A list in which `labsupport.check` leaves its verdicts. Also spares the drawing of figures that nobody will see."""
    import labsupport
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.use("Agg")
    Figure.savefig = Figure.draw_without_rendering = lambda *args, **kwargs: None
    check, verdicts = labsupport.check, []

    def heard(*args, **kwargs):
        verdicts.append(check(*args, **kwargs))
        return verdicts[-1]

    labsupport.check = labsupport.exercises.check = heard
    return verdicts


def fork(mutant, cells, namespace, verdicts):
    child = os.fork()
    if child:
        return child
    # Both end the process, whatever it is doing. A busy machine is no error: waiting is allowed for longer than computing.
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    signal.alarm(10 * LIMIT)
    how = "exception"
    try:
        sources = [mutant.source(cells), *(cell.source for cell in cells[mutant.cell + 1 :])]
        for cell, source in zip(cells[mutant.cell :], sources):
            how, _ = run(cell, source, namespace, verdicts)
            if how != "survived":
                break
    finally:
        os._exit(HOW.index(how))


def reap(children, outcomes):
    """Wait for one child to end."""
    child, status = os.wait()
    code = os.waitstatus_to_exitcode(status)
    outcomes[children.pop(child)] = HOW[code] if code >= 0 else "time or crash"


def run(cell, source, namespace, verdicts):
    """Execute one cell as a notebook does: (how its error shows, in which words)."""
    from matplotlib import pyplot

    verdicts.clear()
    warned = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(warned):
        try:
            exec(compile(source, f"cell in line {cell.line}", "exec"), namespace)
        except AssertionError as error:
            return "assertion", str(error)
        except BaseException as error:  # SystemExit too
            return "exception", repr(error)
    pyplot.close("all")
    wrong = [verdict.message for verdict in verdicts if not verdict]
    if warned.getvalue():
        return "warning", warned.getvalue()
    return ("answer", wrong[0]) if cell.solution and wrong else ("survived", "")


# the report

def report(path, cells, possible, outcomes, seconds) -> str:
    """The table and the survivors."""
    ways = Counter(outcomes.values())
    noticed = len(outcomes) - ways["survived"]
    share = f"{noticed / len(outcomes):.1%}" if outcomes else "–"
    rows = [("planted", f"{len(outcomes)} of {possible} possible, in {seconds:.0f} s"), ("noticed", noticed), ("share", share)]
    rows += [(f"  by {how}", ways[how]) for how in HOW[1:] if ways[how]]
    table = [f"{name:20}{value}" for name, value in rows]
    survivors = [f"{path}:{m.line(cells)}  {m.shown(cells)}" for m in sorted(outcomes) if outcomes[m] == "survived"]
    return "\n".join([*table, "", "not noticed:" if survivors else "all noticed", *survivors])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapter", type=Path)
    parser.add_argument("--count", type=int, default=100, help="how many errors, drawn from all possible ones (default 100)")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--jobs", type=int, default=2, help="how many run at a time")
    options = parser.parse_args()
    if not options.chapter.is_file():
        parser.error(f"there is no file {options.chapter}")
    if not hasattr(os, "fork"):
        sys.exit("planted.py forks a process for every error, which this system cannot: run it on Linux, macOS or WSL")
    # Threads of the numerical libraries do not survive a fork. They read this when they are imported, by the chapter.
    os.environ["OMP_NUM_THREADS"] = "1"
    began = time.monotonic()
    cells = read(options.chapter)
    possible = mutants(cells)
    chosen = random.Random(options.seed).sample(possible, min(options.count, len(possible)))
    outcomes = plant(cells, chosen, max(1, options.jobs))
    print(report(options.chapter, cells, len(possible), outcomes, time.monotonic() - began))


if __name__ == "__main__":
    main()
