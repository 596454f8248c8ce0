"""The engine's modules stand on floors: none imports from a floor above its own, and none needs torch or SymPy."""

import ast
from pathlib import Path

import pytest

import labsupport

FLOORS = {"rulebook": 0, "functions": 0, "rules": 0, "derived": 0, "array_protocol": 0, "shapes": 0, "tensor": 1, "dual": 1,
          "operators": 2, "descent": 3}


@pytest.mark.parametrize("module", FLOORS)
def test_no_module_imports_from_a_floor_above(module):
    tree = ast.parse((Path(labsupport.__file__).parent / f"{module}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            assert FLOORS[node.module] <= FLOORS[module]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module]
            assert not {name.split(".")[0] for name in names} & {"torch", "sympy", "scipy", "jax", "autograd", "matplotlib"}
