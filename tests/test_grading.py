"""Grading a class: cheats earn nothing and harm nobody, bad files have a line each, and nobody is left out.

tests/cheats/ holds submissions that cheat at one question or more, and in loot/ cells that reach for what is not theirs. That each
of them bites where there is no sandbox is tested, too; else the others would prove nothing.
"""

import csv
import html.parser
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
import small_assignment
from small_assignment import NAMES, SOLUTIONS, notebook, submission

TESTS = Path(__file__).parent
sys.path.insert(0, str(TESTS.parent / "assignments"))

pytest.importorskip("otter", reason="otter-grader is missing: pip install -r assignments/requirements.txt")

import autograder  # noqa: E402
import grade  # noqa: E402
import isolation  # noqa: E402
import marking  # noqa: E402
import questions  # noqa: E402
import report  # noqa: E402
import samples  # noqa: E402
import sandbox  # noqa: E402
import submissions  # noqa: E402
import wire  # noqa: E402
from marking import Assignment  # noqa: E402
from sandbox import Ended, Limits, Worker  # noqa: E402

CHEATS = {path.stem: path.read_text("utf-8") for path in sorted((TESTS / "cheats").glob("*.py"))}
LOOT = {path.stem: path.read_text("utf-8") for path in sorted((TESTS / "cheats" / "loot").glob("*.py"))}
BITING = [name for name, text in CHEATS.items() if "plain Otter gives full marks" in text]
LIMITS = Limits(seconds=4)


def cheated_on(cheat: str) -> list[str]:
    return re.search(r"^# on: ([\w, ]+)", CHEATS[cheat], re.MULTILINE)[1].split(", ")


def cheating(path, cheat: str, mark="/nowhere"):
    """The cheat's cells, above honest answers to all other questions."""
    cells = CHEATS[cheat].replace("{mark}", str(mark)).split("# %%\n")
    honest = {name: SOLUTIONS[name] for name in NAMES if name not in cheated_on(cheat)}
    return notebook(path, small_assignment.IMPORTS, *cells, *honest.values())


@pytest.fixture(scope="session")
def needs_sandbox():
    reason = sandbox.why_not()
    if reason and os.environ.get("REQUIRE_SANDBOX"):
        pytest.fail(f"REQUIRE_SANDBOX is set, and {reason}")
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def assignment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    submission(folder / "small.ipynb")
    return Assignment.of(small_assignment.write_zip(folder / "small-autograder.zip"), folder / "small.ipynb")


@pytest.fixture(scope="session")
def class_of(assignment, tmp_path_factory, needs_sandbox):
    """A class graded in one run: cheats, bad files, and honest neighbours. The rows of its CSV, by name."""
    folder, output = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("grades")
    mark = tmp_path_factory.mktemp("host") / "mark"
    for cheat in CHEATS:
        cheating(folder / f"{cheat}.ipynb", cheat, mark)
    bad_files(folder)
    submission(folder / "right.ipynb", *NAMES)
    submission(folder / "half.ipynb", *NAMES[:2], instead={"wave_slope": "def wave_slope(x):\n    return -np.cos(x)"})
    submission(folder / "untouched.ipynb")
    graded = grade.grade(assignment, submissions.find(folder), LIMITS, output / "kept")
    report.write(output, "small", graded, 10)
    rows = {row["name"]: row for row in read_csv(output / "grades.csv")}
    return {"rows": rows, "folder": folder, "output": output, "mark": mark}


def marked(path, assignment, limits=LIMITS):
    """Graded as in a class, in a process of its own."""
    [(_, result)] = grade.in_pool([(submissions.Student("a", path), assignment, limits)], 1)
    return result


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def bad_files(folder):
    (folder / "script.py").write_text("def wave_slope(x): return 0")
    (folder / "empty.ipynb").touch()
    (folder / "cut_off.ipynb").write_text(submission(folder / "whole" / "whole.ipynb").read_text()[:200])
    (folder / "a_list.ipynb").write_text("[1, 2, 3]")
    (folder / "deep.ipynb").write_text("[" * 10**6)
    (folder / "picture.ipynb").write_bytes(bytes(range(256)) * 40)
    with (folder / "huge.ipynb").open("wb") as file:
        file.truncate(500 * 2**20)
    (folder / "Nobody Nothing_9_assignsubmission_file_").mkdir()
    notebook(folder / "another.ipynb", "import numpy as np", "def homework_of_last_week(x):\n    return x")
    submission(folder / "syntax.ipynb", *NAMES, before=["def broken(:\n    pass"])
    submission(folder / "missing_package.ipynb", *NAMES, before=["import numpy as np\nimport not_there\nfrom labsupport import check"])
    submission(folder / "magics.ipynb", *NAMES, before=["%matplotlib inline\n!pip install something\nz = 1", "%%bash\nls", "np.cos?"])
    submission(folder / "surrounded.ipynb", *NAMES, before=["print(1)"] * 30)
    notebook(folder / "renamed.ipynb", small_assignment.IMPORTS, *(SOLUTIONS[name] for name in NAMES[:-1]), "my_answer = 3")
    for number in (1, 2):
        submission(folder / f"twice_5_{number}_hw{'-2' * (number == 2)}.ipynb", *NAMES[:number])


# cheats

def test_there_are_cheats_enough():
    assert len(CHEATS) + len(LOOT) >= 15 and len(BITING) >= 7


@pytest.mark.parametrize("cheat", CHEATS)
def test_a_cheat_earns_nothing_and_costs_no_honest_answer(cheat, class_of):
    row = class_of["rows"][cheat]
    assert {name: row[name] for name in cheated_on(cheat)} == dict.fromkeys(cheated_on(cheat), "0"), row["reason"]
    if "spoils its own answers" not in CHEATS[cheat]:
        assert {name: row[name] for name in NAMES if name not in cheated_on(cheat)} == {
            name: "2" for name in NAMES if name not in cheated_on(cheat)}, row["reason"]  # fmt: skip
    assert row["reason"] and row["status"] in ("graded", "errors")


def test_no_cheat_leaves_anything_on_the_machine(class_of):
    assert not class_of["mark"].exists()


@pytest.mark.parametrize("cheat", BITING)
def test_without_isolation_the_cheat_earns_full_marks(cheat, assignment, tmp_path, monkeypatch):
    monkeypatch.setattr(marking, "plugins", lambda limits: [])
    result = marked(cheating(tmp_path / "cheat.ipynb", cheat), assignment)
    scores = {each.name: each.score for each in result.questions}
    assert [scores[name] for name in cheated_on(cheat)] == [2] * len(cheated_on(cheat)), result


@pytest.fixture(scope="session")
def host(tmp_path_factory):
    """What is there to be looted: a server, a key, a password, a process."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"the answer")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = tmp_path_factory.mktemp("keys") / "key.md"
    secret.write_text("the key")
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield {"port": server.server_port, "secret": secret, "mark": secret.with_name("mark"), "victim": victim.pid, "repository": TESTS.parent}
    victim.kill()
    victim.wait()
    server.shutdown()
    server.server_close()


def loot_cell(name: str, host: dict) -> str:
    text = LOOT[name]
    for key, value in host.items():
        text = text.replace("{" + key + "}", str(value))
    return text


@pytest.mark.parametrize("name", LOOT)
def test_in_the_sandbox_there_is_no_loot(name, host, needs_sandbox, monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "the-password")
    worker = Worker(LIMITS)
    try:
        worker.request("run", "cell 1", loot_cell(name, host))
        kind, value = worker.request("look", "loot")
    except Ended:
        kind, value = "error", ""
    else:
        worker.close()
    assert kind == "error" or value == ["plain", False]
    assert not host["mark"].exists()


@pytest.mark.parametrize("name", LOOT)
def test_without_a_sandbox_there_is(name, host):
    code = loot_cell(name, host) + "\nprint('loot:', loot)"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "GRADER_SECRET": "the-password"}, capture_output=True, text=True)
    host["mark"].unlink(missing_ok=True)
    assert done.stdout == "loot: True\n", done.stderr


@pytest.mark.parametrize("path", ["/proc/sys/kernel/core_pattern", "/proc/1/mem", "/grader/worker.py", "/usr/mark", "/mark", "/dev/mark"])
def test_the_sandbox_can_be_written_to_nowhere_but_in_its_tmp(path, needs_sandbox):
    worker = Worker(LIMITS)
    errors = worker.request("run", "cell 1", f"open({path!r}, 'r+' if {path!r}.startswith('/proc') else 'w')")[1]
    assert errors and "Read-only" in errors[0]
    assert worker.request("run", "cell 1", "open('/tmp/note', 'w').write('x')") == ["value", []]
    worker.close()


def test_nothing_of_a_sandbox_outlives_it(needs_sandbox):
    worker = Worker(Limits(seconds=1))
    with pytest.raises(Ended, match="longer than 1 seconds"):
        worker.request("run", "cell 1", "while True: pass")
    time.sleep(0.2)
    mine = [path for path in Path("/proc").glob("[0-9]*/cmdline") if b"/grader/worker.py" in read_bytes(path) and parent(path) == os.getpid()]
    assert mine == []


def read_bytes(path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def parent(path) -> int:
    return int((re.search(rb"PPid:\s*(\d+)", read_bytes(path.with_name("status"))) or [0, 0])[1])


# what crosses

@pytest.mark.parametrize("value", [
    None, True, 3, -2.5, "text", 1 + 2j, [1, [2.0, 3]], (1, 2), {"a": [1], "b": {"c": None}}, 10**30,
    np.float64(0.1), np.int32(3), np.True_, np.arange(6).reshape(2, 3), np.ones((2, 0)), np.array(3.0), np.array([True, False]),
    np.array([1, 2], ">i4"), np.array([1j], "complex64"), float("inf"),
], ids=repr)  # fmt: skip
def test_plain_values_cross_unchanged(value):
    back = wire.loads(wire.dumps(value)[8:])
    assert type(back) is type(value)
    assert back == value if not isinstance(value, np.ndarray) else np.array_equal(back, value) and back.dtype == value.dtype.newbyteorder("=")


@pytest.mark.parametrize("value", [..., object(), {1, 2}, b"bytes", len, np.array([object()]), np.array(["x"]), {1: 2}, {"a": ...}, 10**9999],
                         ids=lambda value: type(value).__name__)  # fmt: skip
def test_nothing_else_crosses(value):
    with pytest.raises(wire.NotPlain):
        wire.dumps(value)


def test_a_list_that_contains_itself_does_not_cross():
    loop = []
    loop.append(loop)
    with pytest.raises(wire.NotPlain, match="nested"):
        wire.dumps(loop)


@pytest.mark.parametrize("data", [
    "{}", "[]", "[1]", '["pickle", "x"]', '["array", "|O", [1], "AAAAAAAAAAA="]', '["array", "<f8", [1], "AAAA"]', '["array", "<f8", [-1], ""]',
    '["array", "<f8", [1e99], ""]', '["array", "<f8", [99999999999, 0], ""]', '["array", ["<f8"], [1], ""]', '["array", "<f8", [1], "%%"]',
    '["scalar", "<f8", [2]]', '["complex", "1", 2]', '["dict", [1, 2]]', "[" * 10**5, "9" * 10**5, '["array", "<f8", [true], "AAAAAAAAAAA="]',
    "\udcff", '["dict", {"a": 1}]',
], ids=lambda data: data[:40].encode(errors="replace").decode())  # fmt: skip
def test_a_forged_message_is_refused(data):
    with pytest.raises(wire.Malformed):
        wire.loads(data.encode(errors="surrogateescape"))


def test_a_message_is_not_read_when_it_is_too_long():
    read, write = os.pipe()
    os.write(write, (wire.LIMIT + 1).to_bytes(8, "big"))
    with pytest.raises(wire.Malformed, match="at most"):
        wire.receive(read, 1)
    os.close(read), os.close(write)


def test_a_byte_that_is_no_truth_value_becomes_one():
    forged = wire.loads(b'["array", "|b1", [2], "AgA="]')
    assert (forged == np.array([True, False])).all() and forged.view(np.uint8).tolist() == [1, 0]


@pytest.mark.parametrize("use", [lambda v: v == 1, lambda v: np.allclose(v, 1), lambda v: v + 1, lambda v: v(2), lambda v: len(v),
                                 lambda v: float(v), lambda v: np.asarray(v), lambda v: bool(v), lambda v: v.shape, lambda v: 1 - v])  # fmt: skip
def test_whatever_a_check_does_with_a_missing_value_fails_with_the_reason(use):
    with pytest.raises(isolation.AnswerError, match="x is not defined"):
        use(isolation.Unanswered("x is not defined"))


# a class

def test_a_right_submission_has_all_points(class_of):
    assert (row := class_of["rows"]["right"])["score"] == row["of"] == "10" and (row["status"], row["reason"]) == ("graded", "")


def test_a_half_right_submission_has_what_is_right(class_of):
    row = class_of["rows"]["half"]
    assert [row[name] for name in NAMES] == ["2", "2", "0", "0", "0"] and "wave_slope: no" in row["reason"]


def test_an_untouched_submission_has_exactly_nothing_and_no_error(class_of):
    row = class_of["rows"]["untouched"]
    assert (row["score"], row["status"]) == ("0", "untouched")


@pytest.mark.parametrize(("name", "word"), [
    ("script", "this is a .py file: ask for the notebook"), ("empty", "the file is empty"), ("cut_off", "damaged"), ("deep", "damaged"),
    ("picture", "damaged"), ("a_list", "not a notebook"), ("huge", "500 MB"), ("another", "another notebook"),
])  # fmt: skip
def test_a_wrong_file_has_a_line_that_says_what_to_do(name, word, class_of):
    row = class_of["rows"][name]
    assert (row["status"], row["score"]) == ("wrong file", "0") and word in row["reason"] and "ask for" in row["reason"]


@pytest.mark.parametrize(("name", "word"), [("syntax", "cell 2: SyntaxError"), ("missing_package", "not_there")])
def test_a_cell_that_fails_costs_nothing_else(name, word, class_of):
    row = class_of["rows"][name]
    assert (row["status"], row["score"]) == ("errors", "10") and word in row["reason"]


@pytest.mark.parametrize("name", ["magics", "surrounded", "whole"])
def test_what_notebooks_have_besides_python_is_no_error(name, class_of):
    assert class_of["rows"][name]["status"] in ("graded", "untouched")


def test_a_name_that_is_missing_is_named(class_of):
    row = class_of["rows"]["renamed"]
    assert row["score"] == "8" and "matrix_answer is not defined" in row["reason"]


def test_of_two_files_the_newest_is_graded_and_the_other_named(class_of):
    row = class_of["rows"]["twice"]
    assert (row["file"], row["score"]) == ("twice_5_2_hw-2.ipynb", "4") and "twice_5_1_hw.ipynb" in row["reason"]


def test_nobody_is_left_out(class_of):
    expected = {submissions.identity(path.name, path.stem)[0] for path in class_of["folder"].iterdir()}
    assert set(class_of["rows"]) == expected and len(read_csv(class_of["output"] / "grades.csv")) == len(expected)
    assert class_of["rows"]["Nobody Nothing"]["status"] == "nothing"
    assert len(list((class_of["output"] / "feedback").glob("*.html"))) == len(expected)


def test_the_tables_for_canvas_and_moodle_have_their_columns(class_of):
    canvas, moodle = (read_csv(class_of["output"] / f"{name}.csv") for name in ("canvas", "moodle"))
    assert list(canvas[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "small"]
    assert canvas[0]["Student"].strip() == "Points Possible" and canvas[0]["small"] == "10"
    assert {row["Student"]: row["ID"] for row in canvas}["twice"] == "5"
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(moodle[0])  # what Moodle's importer asks for
    assert {row["Full name"]: row["Identifier"] for row in moodle}["Nobody Nothing"] == "Participant 9"


class Page(html.parser.HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


def test_a_page_says_what_passed_and_why_not_and_shows_no_check(class_of):
    source = (class_of["output"] / "feedback" / "half.html").read_text("utf-8")
    page = Page(source)
    assert "4 of 10 points" in " ".join(page.text.split()) and "Failed: Right at random points." in page.text
    assert "script" not in page.tags and "http" not in source.replace("http-equiv", "")
    assert "assert" not in source and "allclose" not in source and "rng" not in source


def test_a_page_and_a_table_are_safe_from_what_students_write(assignment, tmp_path):
    student = submissions.Student('=HYPERLINK("x")<script>', tmp_path / "x.ipynb")
    marks = [marking.Marks("q", 0, 2, [marking.Check("right", False, "<script>\x1b[2J'")])]
    report.write(tmp_path, "small", [(student, marking.Result("errors", marks, ["<b>\x1b[31m"]))], 2)
    page, row = Page(next((tmp_path / "feedback").glob("*.html")).read_text("utf-8")), read_csv(tmp_path / "grades.csv")[0]
    assert "script" not in page.tags and row["name"].startswith("'=") and "\x1b" not in row["reason"]


def test_namesakes_have_a_page_each(tmp_path):
    students = [submissions.Student(name, tmp_path / "x.ipynb") for name in ("a b", "a_b", "A b")]
    report.write(tmp_path, "small", [(student, marking.Result("graded", [])) for student in students], 2)
    assert len(list((tmp_path / "feedback").glob("*.html"))) == 3


# the shipped assignments

@pytest.fixture(scope="session")
def shipped(tmp_path_factory, needs_sandbox):
    """All questions of all assignments as one, for their names are unique, and it graded: score of each question, by submission."""
    asked = [question for each in questions.read_all() for question in each.questions]
    folder = tmp_path_factory.mktemp("shipped")
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("otter_config.json", json.dumps(autograder.config()))
        for number, question in enumerate(asked, 1):
            archive.writestr(f"tests/{number:03}.py", autograder.test_file(question))
    answers = {"right": [each.answer for each in asked], "untouched": ["" for _ in asked]}
    for number in range(3):  # on top of the solution, since it may define only a part of what is asked
        answers[f"wrong {number}"] = [f"{each.answer}\n\n{each.wrong[number].source}" for each in asked]
    for name, codes in answers.items():
        cells = [cell for question, code in zip(asked, codes) for cell in (*question.imports, question.stub, code)]
        notebook(folder / "class" / f"{name}.ipynb", *cells)
    limits = Limits(seconds=20, total=600)
    graded = grade.grade(Assignment.of(folder / "all.zip"), submissions.find(folder / "class"), limits, folder / "kept")
    return {student.name: result for student, result in graded}


def test_every_key_has_all_points_through_the_sandbox(shipped):
    assert {each.name: each.score for each in shipped["right"].questions} == {each.name: each.of for each in shipped["right"].questions}


def test_every_untouched_question_has_exactly_nothing_and_no_error(shipped):
    assert shipped["untouched"].score == 0 and shipped["untouched"].notes == [] and shipped["untouched"].status == "graded"


@pytest.mark.parametrize("number", range(3))
def test_no_planted_wrong_solution_has_all_points_through_the_sandbox(number, shipped):
    assert [each.name for each in shipped[f"wrong {number}"].questions if each.score == each.of] == []


def test_the_samples_are_right_half_right_and_broken(tmp_path):
    first = questions.read(questions.names()[0])
    samples.write(first, tmp_path)
    right, half, broken = (marking.read_cells(tmp_path / f"{name}.ipynb") for name in ("right", "half_right", "broken"))
    answers = [question.answer for question in first.questions]
    assert [sum(answer in cells for answer in answers) for cells in (right, half, broken)] == [len(answers), (len(answers) + 1) // 2, 1]
    assert set(samples.BROKEN) <= set(broken)


# names

@pytest.mark.parametrize(("name", "student"), [
    ("doejane_12_345_my_hw.ipynb", ("doejane", "12", "canvas")), ("doejane_LATE_12_345_hw-1.ipynb", ("doejane", "12", "canvas")),
    ("Jane Doe_77_assignsubmission_file_hw.ipynb", ("Jane Doe", "77", "moodle")),
    ("Jane_Doe_77_assignsubmission_file_", ("Jane_Doe", "77", "moodle")), ("Jane Doe_77_assignsubmission_file", ("Jane Doe", "77", "moodle")),
    ("jane (1).ipynb", ("jane", "", "")), ("김철수.ipynb", ("김철수", "", "")),
])  # fmt: skip
def test_a_students_name_is_read_from_the_files(name, student):
    assert submissions.identity(name, name.removesuffix(".ipynb")) == student


def test_names_of_a_gradescope_export_are_those_of_its_metadata(tmp_path):
    submission(tmp_path / "submission_1" / "hw.ipynb")
    submission(tmp_path / "submission_2" / "hw.ipynb")
    (tmp_path / submissions.METADATA).write_text(
        "submission_1:\n  :submitters:\n  - :name: Jane Doe\n    :email: j@x\n  - :name: Ann Lee\nsubmission_2:\n  :submitters:\n  - :name: Bo\n")
    assert [student.name for student in submissions.find(tmp_path)] == ["Bo", "Jane Doe & Ann Lee"]


def test_what_systems_leave_beside_the_files_is_nobody(tmp_path):
    for name in (".DS_Store", "__MACOSX/x.ipynb", "jane/.ipynb_checkpoints/hw.ipynb", "jane/hw.ipynb"):
        submission(tmp_path / name)
    assert [(student.name, student.remark) for student in submissions.find(tmp_path)] == [("jane", "")]


# runs

def test_an_interrupted_run_goes_on_where_it_was(assignment, tmp_path, monkeypatch):
    folder = tmp_path / "class"
    for name in ("a", "b", "c"):
        submission(folder / f"{name}.ipynb", before=[f"# {name}"])
    students, marked = submissions.find(folder), []

    def mark_all(jobs, workers):
        for student, *_ in jobs:
            if len(marked) == 2:
                raise KeyboardInterrupt
            marked.append(student.name)
            yield student, marking.Result("graded", assignment.blank())

    monkeypatch.setattr(grade, "mark_all", mark_all)
    with pytest.raises(KeyboardInterrupt):
        grade.grade(assignment, students, LIMITS, tmp_path / "kept")
    assert marked == ["a", "b"]
    marked.remove("a")  # so that one more may be marked
    assert len(grade.grade(assignment, students, LIMITS, tmp_path / "kept")) == 3 and marked == ["b", "c"]


def test_a_file_that_changed_is_graded_again_and_a_fault_of_ours_too(assignment, tmp_path, monkeypatch):
    path, marked = submission(tmp_path / "class" / "a.ipynb"), []

    def mark_all(jobs, workers):
        for student, *_ in jobs:
            marked.append(student.name)
            yield student, marking.Result("grader error" if len(marked) == 1 else "graded", assignment.blank())

    monkeypatch.setattr(grade, "mark_all", mark_all)
    for expected in (1, 2, 2):
        grade.grade(assignment, submissions.find(path.parent), LIMITS, tmp_path / "kept")
        assert len(marked) == expected
    submission(path, *NAMES)
    grade.grade(assignment, submissions.find(path.parent), LIMITS, tmp_path / "kept")
    assert len(marked) == 3


def kills_the_grader(path, assignment, limits):
    if path.stem == "killer":
        os.kill(os.getpid(), 9)
    return marking.Result("graded", assignment.blank())


def test_a_grader_that_is_killed_takes_nobody_with_it(assignment, tmp_path, monkeypatch):
    for name in ("a", "b", "killer", "c", "d"):
        submission(tmp_path / "class" / f"{name}.ipynb", before=[f"# {name}"])
    monkeypatch.setattr(grade, "mark", kills_the_grader)
    graded = grade.grade(assignment, submissions.find(tmp_path / "class"), LIMITS, tmp_path / "kept")
    assert {student.name: result.status for student, result in graded} == {
        "a": "graded", "b": "graded", "c": "graded", "d": "graded", "killer": "grader error"}  # fmt: skip


def test_a_kernel_of_otters_that_dies_is_started_again(assignment, tmp_path, monkeypatch):
    def dies(folder, *_):
        tries.append(folder)
        if len(tries) < 3:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return marking.Result("graded", assignment.blank())

    tries, path = [], submission(tmp_path / "a.ipynb")
    monkeypatch.setattr(marking, "run_otter", dies)
    assert marking.mark(path, assignment, LIMITS).status == "graded" and len(set(tries)) == 3


def test_a_kernel_of_otters_that_always_dies_is_said(assignment, tmp_path, monkeypatch):
    def dies(*_):
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr(marking, "run_otter", dies)
    assert "Kernel died" in marking.mark(submission(tmp_path / "a.ipynb"), assignment, LIMITS).reason


def test_without_bubblewrap_nothing_is_graded_unless_unsafe_is_said(assignment, tmp_path, monkeypatch, capsys):
    submission(tmp_path / "class" / "a.ipynb")
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    monkeypatch.setattr(grade, "mark_all", lambda jobs, workers: pytest.fail("graded all the same"))
    with pytest.raises(SystemExit, match="Not graded: .*bubblewrap.*--unsafe"):
        grade.main([str(assignment.zip), str(tmp_path / "class"), "--report", str(tmp_path / "report")])
    monkeypatch.setattr(grade, "mark_all", lambda jobs, workers: [(jobs[0][0], marking.Result("graded", assignment.blank()))])
    grade.main([str(assignment.zip), str(tmp_path / "class"), "--report", str(tmp_path / "report"), "--unsafe"])
    assert "sees this machine's files" in capsys.readouterr().err


def test_the_plugin_does_not_fall_back_either(assignment, tmp_path, monkeypatch):
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho bwrap: No permissions to create new namespace >&2\nexit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    result = marked(submission(tmp_path / "a.ipynb", *NAMES), assignment)
    assert result.status == "grader error" and result.score == 0 and "No permissions" in result.reason


@pytest.mark.parametrize(("arguments", "word"), [
    (["nowhere", "{folder}"], "make assignments"), (["{zip}", "{folder}/none"], "SUBMISSIONS"), (["{zip}", "{folder}"], "is empty"), (["{zip}"], "SUBMISSIONS"),
    (["{zip}", ""], "SUBMISSIONS"), (["", "{folder}"], "ASSIGNMENT"),
])  # fmt: skip
def test_what_cannot_be_graded_is_said_in_a_line(arguments, word, assignment, tmp_path):
    with pytest.raises(SystemExit) as error:
        grade.main([each.format(folder=tmp_path, zip=assignment.zip) for each in arguments])
    assert word in str(error.value) and "\n" not in str(error.value)


def test_without_a_sandbox_the_limits_and_the_plain_values_stay(assignment, tmp_path):
    answers = {"cube_slope": "import os\nchild = os.fork()", "wave_slope": "def wave_slope(x):\n    while True: pass"}
    result = marked(submission(tmp_path / "a.ipynb", *NAMES, instead=answers), assignment, Limits(seconds=2, unsafe=True))
    assert {each.name: each.score for each in result.questions} == {**dict.fromkeys(NAMES, 2), "cube_slope": 0, "wave_slope": 0}


def test_a_check_that_hands_over_more_than_values_is_the_keys_mistake(tmp_path, monkeypatch, needs_sandbox):
    monkeypatch.setitem(small_assignment.CHECKS, "cube_slope", "assert cube_slope(np.sin) == 1")
    assignment = Assignment.of(small_assignment.write_zip(tmp_path / "small.zip"))
    result = marked(submission(tmp_path / "a.ipynb", *NAMES), assignment)
    assert result.status == "grader error" and "a check gives cube_slope" in result.reason


def test_a_notebook_of_old_is_read(tmp_path):
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1\n", "y = 2"]}]}]}
    (tmp_path / "old.ipynb").write_text(json.dumps(old))
    assert marking.read_cells(tmp_path / "old.ipynb") == ["x = 1\ny = 2"]


def test_outputs_and_metadata_of_a_submission_never_reach_otter(assignment, tmp_path, monkeypatch):
    cell = nbformat.v4.new_code_cell("wave_slope = 1", metadata={"otter": {"tests": ["forged"]}})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": {"name": "evil", "display_name": "x"}}), tmp_path / "a.ipynb")
    for folder in (tmp_path / "otter",):
        folder.mkdir()
        marking.lay_out(folder, marking.read_cells(tmp_path / "a.ipynb"), assignment)
        text = (folder / "submission" / "submission.ipynb").read_text()
    assert "forged" not in text and "evil" not in text and "wave_slope = 1" in text
