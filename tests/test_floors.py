"""The modules of labsupport stand on floors: none imports from a floor above its own; torch and SymPy only where asked for."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import labsupport

FLOORS = {
    "answers": 0, "array_protocol": 0, "derived": 0, "expressions": 0, "finite": 0, "functions": 0, "rulebook": 0, "rules": 0, "shapes": 0,
    "slips": 0, "spiral": 0,
    "dual": 1, "tensor": 1,
    "operators": 2,
    "descent": 3, "witness": 3,
    "comparison": 4, "difference": 4, "exercises": 4, "figures": 4, "graph": 4, "location": 4, "matrices": 4, "recognition": 4, "sheets": 4,
    "slider": 4, "structure": 4, "surfaces": 4,
}  # fmt: skip
FOLDER = Path(labsupport.__file__).parent


def test_every_module_has_a_floor():
    modules = {path.stem for path in FOLDER.glob("*.py")} | {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    assert modules - {"__init__"} == set(FLOORS)


@pytest.mark.parametrize("module", sorted(set(FLOORS) - {"answers"}))
def test_no_module_imports_from_a_floor_above(module):
    for node in ast.walk(ast.parse((FOLDER / f"{module}.py").read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("labsupport"):
            names = [node.module.split(".")[1]] if "." in node.module else [alias.name for alias in node.names]
            assert all(FLOORS[name] <= FLOORS[module] for name in names)


@pytest.mark.parametrize("modules", ["labsupport", *(f"labsupport.{name}" for name in FLOORS if FLOORS[name] < 4)])
def test_no_import_brings_torch_or_sympy(modules):
    code = f"import sys, {modules}; assert not {{'torch', 'sympy'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
