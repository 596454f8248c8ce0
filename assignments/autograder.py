"""The zip that Gradescope takes and that `make grade` grades with: the hidden checks as Otter's tests, labsupport, the isolation.

A test is worth its share of the question's points, so that an answer that is right in part earns a part.
"""

import contextlib
import importlib.util
import json
import re
import shutil
import tempfile
import zipfile
from pathlib import Path

from questions import Assignment, Check, Mistake, Question

FOLDER = Path(__file__).parent
REQUIREMENTS = FOLDER.parent / "requirements.txt"
# where Gradescope and Otter's own containers unpack the zip
UNPACKED = "/autograder/source"
ISOLATION = ("isolation.py", "sandbox.py", "wire.py", "worker.py")
LIBRARIES = ("numpy", "matplotlib", "sympy", "torch")


def write(assignment: Assignment, target: Path, wheel: Path):
    """Write the zip. wheel: that of labsupport, installed from the zip itself. Raises Mistake if Otter is not installed."""
    generate = otter_generate()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("tests").mkdir()
        for number, question in enumerate(assignment.questions, 1):
            Path(f"tests/{number:02}-{question.label}.py").write_text(test_file(question), "utf-8")
        Path("config.json").write_text(json.dumps(config()))
        Path("needs.txt").write_text("\n".join([*libraries(assignment), f"{UNPACKED}/files/{wheel.name}"]))
        shutil.copyfile(wheel, wheel.name)
        generate(tests_dir="tests", output_path="autograder.zip", config="config.json", requirements="needs.txt", files=[wheel.name])
        with zipfile.ZipFile("autograder.zip", "a") as archive:  # beside the script that Gradescope runs, where it can be imported
            for name in ISOLATION:
                archive.write(FOLDER / name, name)
        shutil.move("autograder.zip", target)


def otter_generate():
    if importlib.util.find_spec("otter") is None:
        raise Mistake("Otter-Grader is not installed: `make assignments` installs it, or `pip install -r assignments/requirements.txt`.")
    from otter.generate import main

    return main


def config() -> dict:
    """Hidden checks show after the lecturer has published the grades. The student's code runs in a process of its own;
    Gradescope's container takes the place of the sandbox, which cannot be made inside it. `make grade` makes one."""
    plugins = [{"isolation.Isolation": {"unsafe": True}}]
    return {"show_hidden": True, "force_public_test_summary": False, "plugins": plugins}


def libraries(assignment: Assignment) -> list[str]:
    """Those that the questions or their keys import, in the book's versions."""
    code = "\n".join(source for each in assignment.questions for source in (*each.imports, each.stub, each.answer, each.helpers))
    pins = [line for line in REQUIREMENTS.read_text("utf-8").splitlines() if line.partition("==")[0] in LIBRARIES]
    return [pin for pin in pins if pin.startswith(("numpy", "matplotlib")) or re.search(rf"\bimport {pin.partition('==')[0]}\b", code)]


def test_file(question: Question) -> str:
    """The question's hidden checks in Otter's format, which gives each the same share of the points."""
    checks = "\n\n\n".join(f"{decorator(check)}\n{check.source}" for check in question.checks)
    return f'''from otter.test_files import test_case

OK_FORMAT = False
name = "{question.label}"
points = {question.points}

{question.helpers}


{checks}
'''


def decorator(check: Check) -> str:
    return f"@test_case(name={check.name!r}, hidden=True, failure_message={check.about!r})"
