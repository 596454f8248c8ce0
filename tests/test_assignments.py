"""What a lecturer hands out and keeps: notebooks without a trace of a key, autograder zips that Otter grades with, keys to print."""

import html
import importlib.util
import json
import random
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
import questions
from nbclient import NotebookClient
from questions import Mistake

from book import ROOT, SITE, kernel_by_files
from test_notebooks import fresh_environment, libraries, outside, packages_of, python_of, sources  # noqa: F401

pytest.importorskip("otter", reason="Otter is missing: pip install -r assignments/requirements.txt")

import autograder  # noqa: E402
import book_exercises  # noqa: E402
import make  # noqa: E402
import student  # noqa: E402
import try_keys  # noqa: E402

NAMES = questions.names()
OTTER_GRADES = """\
import json, sys
from otter.api import grade_submission
archive, *submissions = sys.argv[1:]
for submission in submissions:
    found = grade_submission(submission, archive, quiet=True)
    print("scores", json.dumps({name: [result.score, result.possible] for name, result in found.results.items()}))
"""
HIDE = """\
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("sympy", "torch", "otter"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hidden())
"""

needs_site = pytest.mark.skipif(not (SITE / "notebooks").exists(), reason="the book is not built: run `make book` first")
each_assignment = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """The folder of all assignments, as `make assignments` writes them."""
    build = tmp_path_factory.mktemp("build")
    make.run(None, "", questions.KEYS, build)
    return build / "assignments"


def write(path: Path, assignment, answers=None) -> Path:
    nbformat.write(student.notebook(assignment, answers), path)
    return path


def answers(assignment) -> dict:
    return {question.label: question.answer for question in assignment.questions}


# the student's notebook

def telling(source: str) -> list[str]:
    """The lines of code that would tell something."""
    return [line.strip() for line in source.splitlines() if len(line.strip()) > 15]


@each_assignment
def test_no_line_of_a_key_is_in_the_notebook(made, name):
    assignment = questions.read(name)
    handed_out = (questions.FOLDER / f"{name}.md").read_text("utf-8")
    notebook = nbformat.read(made / name / f"{name}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells) + json.dumps(notebook.metadata)
    for question in assignment.questions:
        key = [question.helpers, *(cell.source for cell in question.solution), *(each.source for each in (*question.checks, *question.wrong))]
        assert not [line for source in key for line in telling(source) if line in text and line not in handed_out]
        assert not [check.name for check in question.checks if check.name in text]
    assert not re.search(r"otter|grader|hidden check", text, re.I)
    assert all(not cell.get("outputs") and not cell.metadata.get("tags") for cell in notebook.cells)


@each_assignment
def test_a_key_is_only_where_the_lecturer_keeps_it(made, name):
    question = questions.read(name).questions[0]
    solution = max((line for line in telling(question.answer) if line not in question.stub), key=len)
    folder = made / name
    assert solution in zipped_or_plain(folder / f"{name}-key.html")
    assert not [path.name for path in folder.iterdir() if path.suffix in (".ipynb", ".whl") and solution in zipped_or_plain(path)]


def zipped_or_plain(path: Path) -> str:
    """The text of a file, of all files in it, or of a page."""
    if path.suffix in (".zip", ".whl"):
        with zipfile.ZipFile(path) as archive:
            return "\n".join(archive.read(each).decode("utf-8", "ignore") for each in archive.namelist())
    if path.suffix == ".ipynb":
        return "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    return html.unescape(re.sub(r"<[^>]+>", "", path.read_text("utf-8")))


@each_assignment
def test_the_notebook_holds_every_question_with_its_points(made, name):
    notebook = nbformat.read(made / name / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    headings = re.findall(r"^## (.*)$", "\n".join(sources(notebook, "markdown")), re.M)
    assert headings == [f"{i}. {each.title} ({each.points} points)" for i, each in enumerate(questions.read(name).questions, 1)]
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


@pytest.fixture(scope="session")
def computer(libraries, made, tmp_path_factory) -> Path:  # noqa: F811
    """A student's: NumPy, matplotlib and Jupyter; not SymPy, torch, Otter, nor labsupport, which the notebook brings."""
    environment = fresh_environment(tmp_path_factory.mktemp("student") / "env", libraries)
    (packages_of(environment) / "hide.pth").write_text(f"import sys; exec({HIDE!r})\n")
    specification = ["ipykernel", "install", "--prefix", str(environment), "--name", "student"]
    subprocess.run([python_of(environment), "-m", *specification], check=True, capture_output=True, env=outside())
    return environment


@each_assignment
def test_the_notebook_runs_in_a_folder_of_its_own_under_another_name(made, computer, name, tmp_path, monkeypatch):
    shutil.copy(made / name / f"{name}.ipynb", tmp_path / "my homework (2).ipynb")
    shutil.copy(next((made / name).glob("*.whl")), tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", str(computer / "share/jupyter"))
    notebook = nbformat.read(tmp_path / "my homework (2).ipynb", as_version=4)
    client = NotebookClient(notebook, kernel_name="student", config=kernel_by_files(), timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=outside())
    printed = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output.text for output in printed if output.get("name") == "stderr"]
    text = "".join(output.text for output in printed if output.get("name") == "stdout")
    for question in questions.read(name).questions:
        assert re.search(rf"^… {question.label}: not attempted yet$", text, re.M)
    assert "✓" not in text and "✗" not in text


def test_without_the_wheel_the_first_cell_says_what_is_missing(made, libraries, tmp_path):  # noqa: F811
    notebook = nbformat.read(made / NAMES[0] / f"{NAMES[0]}.ipynb", as_version=4)
    environment = fresh_environment(tmp_path / "env", libraries)
    setup = re.sub(r"(wheel, published = \S+ ).*", r"\1None", sources(notebook, "code")[0])
    done = subprocess.run([python_of(environment), "-c", setup], cwd=tmp_path, env=outside(), capture_output=True, text=True)
    assert "labsupport is missing. Download labsupport-" in done.stderr


# the autograder

def grade(archive: Path, *submissions: Path) -> list[dict]:
    """Of each, question -> (score, points), by Otter from the zip as it is."""
    done = subprocess.run([sys.executable, "-c", OTTER_GRADES, archive, *submissions], capture_output=True, text=True,
                          cwd=submissions[0].parent, env=outside() | {"PYTHONPATH": f"{ROOT}:{ROOT / 'assignments'}"})  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line.removeprefix("scores")) for line in done.stdout.splitlines() if line.startswith("scores")]


@pytest.mark.parametrize("name", ["derivatives", "backprop"])
def test_by_otter_the_key_scores_everything_the_stub_nothing_and_a_half_its_part(made, name, tmp_path):
    assignment = questions.read(name)
    first, points = assignment.questions[0], {question.label: question.points for question in assignment.questions}
    mixed = answers(assignment) | {first.label: f"{first.answer}\n\n{first.wrong[0].source}"}
    scores = grade(
        made / name / f"{name}-autograder.zip",
        write(tmp_path / "solved.ipynb", assignment, answers(assignment)),
        made / name / f"{name}.ipynb",
        write(tmp_path / "mixed.ipynb", assignment, mixed),
    )
    solved, untouched, in_part = scores
    assert solved == {label: [pytest.approx(of), pytest.approx(of)] for label, of in points.items()}
    assert untouched == {label: [0, pytest.approx(of)] for label, of in points.items()}
    assert in_part[first.label][0] < first.points
    assert all(score == of for label, (score, of) in in_part.items() if label != first.label)


@each_assignment
def test_the_zip_holds_what_gradescope_needs(made, name):
    assignment = questions.read(name)
    with zipfile.ZipFile(made / name / f"{name}-autograder.zip") as archive:
        files = archive.namelist()
        environment, config = archive.read("environment.yml").decode(), json.loads(archive.read("otter_config.json"))
        tests = {path: archive.read(path).decode() for path in files if path.startswith("tests/")}
    wheel = next((made / name).glob("*.whl")).name
    assert {"setup.sh", "run_autograder", f"files/{wheel}", *autograder.ISOLATION} <= {*files}
    assert f"/autograder/source/files/{wheel}" in environment and "otter-grader" in environment
    assert config["plugins"][0].keys() == {"isolation.Isolation"}
    assert sorted(tests) == sorted(f"tests/{i:02}-{each.label}.py" for i, each in enumerate(assignment.questions, 1))
    for question, (_, text) in zip(assignment.questions, sorted(tests.items())):
        assert f"points = {question.points}\n" in text and "OK_FORMAT = False" in text
        assert all(check.source in text for check in question.checks) and question.helpers in text


# the key to print

@each_assignment
def test_the_key_says_everything_and_needs_nothing(made, name):
    page = (made / name / f"{name}-key.html").read_text("utf-8")
    assert "<script" not in page and not re.search(r"""(?:src|href)="(?!#)|url\((?!"data:|%23)|@import""", page)
    assert page.count("<math") > 20 and "$" not in re.sub(r"<pre>.*?</pre>|<code>.*?</code>|<style>.*?</style>", "", page, flags=re.S)
    text = zipped_or_plain(made / name / f"{name}-key.html")
    for question in questions.read(name).questions:
        code = [*(each.source for each in (*question.checks, *question.wrong)), question.answer, question.stub]
        assert not [line for source in code for line in telling(source) if line not in text]


def test_the_key_is_seen_without_scripts_and_without_a_network(made, browser):
    page, asked = browser.new_context(java_script_enabled=False).new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((made / "derivatives/derivatives-key.html").as_uri())
    assert [url[:5] for url in asked if not url.startswith("data:")] == ["file:"]
    assert page.locator("math").first.bounding_box()["width"] > 3
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.locator("main").bounding_box()["width"] <= 360 and page.locator("section.question").count() >= 5


@each_assignment
def test_the_key_is_printed_where_there_is_a_browser(made, name, browser):
    assert (made / name / f"{name}-key.pdf").read_bytes().startswith(b"%PDF")


# chosen questions

def gradable() -> list[str]:
    found = []
    for path in sorted(book_exercises.NOTEBOOKS.glob("[0-9]*.ipynb")):
        name = path.stem.partition("_")[2]
        found += [f"{name}:e{i}" for i, each in enumerate(book_exercises.exercises(name), 1) if f'"{each.label}"' in each.stub]
    return found


@needs_site
@pytest.mark.parametrize("seed", range(3))
def test_any_questions_and_exercises_stand_together(seed):
    """In one notebook, the stubs run and earn nothing; with all answers, everything is right."""
    draw = random.Random(seed)
    ours = [f"{name}:{i}" for name in draw.sample(NAMES, 2) for i in draw.sample(range(1, 6), 2)]
    chosen = draw.sample(ours + draw.sample(gradable(), 3), 7)
    assignment = make.chosen(" ".join(chosen), "Chosen", questions.KEYS)
    assert len(assignment.questions) == 7, chosen
    for solved in ({}, answers(assignment)):
        cells = sources(student.notebook(assignment, solved), "code")
        space = {"__name__": "__main__"}
        for source in cells:
            try_keys.run(source, space)
        for question in assignment.questions:
            failed = [check.name for check in question.checks if try_keys.failure(question, check, space)]
            assert failed == ([] if solved else [check.name for check in question.checks]), (chosen, question.label)


@needs_site
@pytest.mark.parametrize("path", sorted(book_exercises.NOTEBOOKS.glob("[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_every_exercise_with_a_stub_or_a_box_can_be_graded(path):
    name, without_stub = path.stem.partition("_")[2], []
    for exercise in book_exercises.exercises(name):
        if f'"{exercise.label}"' in exercise.stub:
            assert try_keys.careful_faults(book_exercises.question(exercise, None)) == [], exercise.label
        else:
            without_stub.append(exercise.label)
    assert len(without_stub) <= 5


@needs_site
def test_chosen_questions_keep_their_order_and_get_numbers(tmp_path):
    make.run("taylor:2 derivatives:e3,1 derivatives:derivatives-average", "Midterm 1", questions.KEYS, tmp_path)
    folder = tmp_path / "assignments/midterm-1"
    text = "\n".join(sources(nbformat.read(folder / "midterm-1.ipynb", as_version=4), "markdown"))
    taylor, derivatives = questions.read("taylor").questions[1], questions.read("derivatives").questions[0]
    assert text.startswith("# Midterm 1\n")
    assert re.findall(r"^## \d\. (.*) \(", text, re.M) == [taylor.title, "A tangent", derivatives.title, "An average"]
    assert not re.search(r"\{[\w:-]+\}`|\]\(#|<a id|\.ipynb", text)
    assert {path.name for path in folder.iterdir()} >= {"midterm-1.ipynb", "midterm-1-autograder.zip", "midterm-1-key.html"}
    assignment = make.chosen("taylor:2 derivatives:e3,1,derivatives-average", "Midterm 1", questions.KEYS)
    scores, = grade(folder / "midterm-1-autograder.zip", write(tmp_path / "solved.ipynb", assignment, answers(assignment)))
    assert all(score == pytest.approx(of) for score, of in scores.values()) and len(scores) == 4


@needs_site
@pytest.mark.parametrize("only, said", [
    ("", "ONLY is empty. Write NAME:ITEMS"),
    ("  ", "ONLY is empty"),
    (":2", "ONLY has “:2”. Write NAME:ITEMS"),
    ("derivatives: 2", "ONLY has “derivatives:”"),
    ("derivatives:1,,2", "ONLY has “derivatives:1,,2”"),
    ("derivative:1", "there is no assignment derivative; there are backprop,"),
    ("orientation:1", "there is no assignment orientation"),
    ("derivatives:0", "has no question 0; it has 1 to "),
    ("derivatives:99", "has no question 99; it has 1 to "),
    ("derivatives:derivatives-hw-nothing", "has no question derivatives-hw-nothing"),
    ("derivatives:e99", "the chapter derivatives has no exercise e99; it has e1 to e"),
    ("derivatives:derivatives-nothing", "has no exercise derivatives-nothing"),
    ("algebra:e1", "the built book has no chapter algebra; it has orientation,"),
    ("derivatives:e6", "(derivatives-cosine) has no stub that could be graded"),
    ("derivatives:2 taylor:1 derivatives:2", "more than once"),
    ("derivatives:e1,derivatives-average", "ONLY names derivatives-average more than once"),
])
def test_a_choice_that_cannot_be_made_is_one_clear_line(only, said):
    with pytest.raises(Mistake, match=re.escape(said)) as found:
        make.chosen(only, "Chosen", questions.KEYS)
    assert "\n" not in str(found.value)


def test_a_title_without_letters_is_refused():
    with pytest.raises(Mistake, match="TITLE is '…'"):
        make.chosen("derivatives:1", "…", questions.KEYS)


def test_exercises_without_a_built_book_ask_for_it(monkeypatch, tmp_path):
    monkeypatch.setattr(book_exercises, "NOTEBOOKS", tmp_path)
    with pytest.raises(Mistake, match="run `make book` first"):
        make.chosen("derivatives:e1", "Chosen", questions.KEYS)


# a lecturer's own keys

@pytest.fixture
def own_keys(tmp_path) -> Path:
    folder = tmp_path / "private"
    folder.mkdir()
    text = (questions.KEYS / "derivatives.md").read_text("utf-8")
    (folder / "derivatives.md").write_text(text.replace("def test_", "def test_ours_"), "utf-8")
    return folder


def test_a_lecturers_own_keys_take_the_place_of_the_samples(own_keys, tmp_path, made, capsys):
    make.run(None, "", own_keys, tmp_path / "build")
    folder = tmp_path / "build/assignments/derivatives"
    assert "def test_ours_" in zipped_or_plain(folder / "derivatives-autograder.zip")
    assert (folder / "derivatives.ipynb").read_text() == (made / "derivatives/derivatives.ipynb").read_text()
    assert [path.name for path in folder.parent.iterdir()] == ["derivatives"]
    assert f"Left out, for {own_keys} has no key of them: backprop, chain_rule" in capsys.readouterr().out


def command(*arguments):
    return subprocess.run([sys.executable, ROOT / "assignments/make.py", *map(str, arguments)], capture_output=True, text=True)


def test_a_broken_key_is_named_with_its_line_and_nothing_is_written(own_keys):
    path = own_keys / "derivatives.md"
    lines = path.read_text("utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("def test_ours_"))
    lines[at] = "def test_ours_(nothing_asked_for):"
    path.write_text("\n".join(lines), "utf-8")
    done = command("--keys", own_keys, "--only", "derivatives:1", "--title", "Never made")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith(f"{path}:{at + 1}: test_ours_ takes nothing_asked_for; its question asks for")
    assert not (ROOT / "_build/assignments/never-made").exists()


@pytest.mark.parametrize("folder, said", [("nowhere", "is not a folder"), (".", "has no key of an assignment")])
def test_a_folder_without_keys_is_one_clear_line(tmp_path, folder, said):
    done = command("--keys", tmp_path / folder)
    assert done.returncode == 1 and said in done.stderr and done.stderr.count("\n") == 1


def test_a_missing_otter_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Mistake, match="Otter-Grader is not installed: `make assignments`"):
        make.run("derivatives:1", "Chosen", questions.KEYS)
