"""A small assignment for the tests of grading: five questions, their autograder zip as Otter has it, and submissions."""

import json
import zipfile

import nbformat

NAMES = ["cube_slope", "bowl_gradient", "wave_slope", "product_slope", "matrix_answer"]
IMPORTS = "import numpy as np\nfrom labsupport import check"
STUBS = {name: f"def {name}(x):\n    return ..." for name in NAMES} | {"matrix_answer": "matrix_answer = ..."}
SOLUTIONS = {
    "cube_slope": "def cube_slope(x):\n    return 3 * x**2",
    "bowl_gradient": "def bowl_gradient(x):\n    return 2 * np.asarray(x)",
    "wave_slope": "def wave_slope(x):\n    return np.cos(x)",
    "product_slope": "def product_slope(x):\n    return np.exp(x) * (1 + x)",
    "matrix_answer": "matrix_answer = [[1.0, 2.0], [3.0, 4.0]]",
}
HELPERS = "import numpy as np\nrng = np.random.default_rng()\ndef slope(f, x, h=1e-6):\n    return (f(x + h) - f(x - h)) / (2 * h)\n"
CHECKS = {
    "cube_slope": "x = rng.uniform(-2, 2)\n    assert np.allclose(cube_slope(x), slope(lambda x: x**3, x), atol=1e-5), 'the slope differs'",
    "bowl_gradient": "x = rng.normal(size=3)\n    assert np.allclose(bowl_gradient(x), x + x), 'the gradient differs'",
    "wave_slope": "x = rng.uniform(-2, 2, 9)\n    assert np.allclose([wave_slope(t) for t in x], slope(np.sin, x), atol=1e-5), 'no'",
    "product_slope": "x = rng.uniform(-2, 2)\n    assert abs(product_slope(x) - slope(lambda x: x * np.exp(x), x)) < 1e-4, 'no'",
    "matrix_answer": "assert np.allclose(matrix_answer, np.arange(1, 5).reshape(2, 2)), 'the entries differ'",
}


def test_file(name: str) -> str:
    return f'''OK_FORMAT = False
from otter.test_files import test_case
{HELPERS}
name = "{name}"
points = 2

@test_case(name="first", hidden=True)
def test_first({name}):
    """Right at random points."""
    {CHECKS[name]}

@test_case(name="second", hidden=True)
def test_second({name}):
    """Right again."""
    {CHECKS[name]}
'''


def write_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("otter_config.json", json.dumps({"lang": "python"}))
        for name in NAMES:
            archive.writestr(f"tests/{name}.py", test_file(name))
    return path


def notebook(path, *cells):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)
    return path


def submission(path, *names, before=(), instead=None):
    """A notebook that solves the questions of these names. before: cells above. instead: name -> another answer."""
    answers = {name: SOLUTIONS[name] if name in names else STUBS[name] for name in NAMES} | (instead or {})
    return notebook(path, IMPORTS, *before, *answers.values())
