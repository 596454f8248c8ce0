"""Grade a class: `python assignments/grade.py derivatives submissions/`, or `make grade ASSIGNMENT=derivatives SUBMISSIONS=submissions`.

Each submission is graded by Otter with its code in a sandbox of its own, on all cores. What is graded is kept, so that an interrupted
run goes on where it was.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import signal
import sys
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
BUILT = FOLDER.parent / "_build" / "assignments"
GRADES = FOLDER.parent / "_build" / "grades"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # as many submissions are graded side by side as there are cores

try:
    import report
    import sandbox
    import submissions
    from marking import Assignment, Result, mark
    from sandbox import Limits
    from tqdm import tqdm
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} is missing: pip install -r assignments/requirements.txt (or run `make grade`)")


class Impossible(Exception):
    """Raised where grading cannot start; the message says what to do."""


def grade(assignment: Assignment, students: list, limits: Limits, kept: Path, again: bool = False, jobs: int | None = None) -> list:
    """(student, result) for every student, in their order. Results are kept in the folder, and found there next time."""
    kept.mkdir(parents=True, exist_ok=True)
    stamp = fingerprint(assignment, limits)
    places = {student: kept / f"{digest(stamp, student.file)}.json" for student in students if student.file}
    waiting = [student for student, place in places.items() if again or not place.exists()]
    results = {}
    progress = tqdm(total=len(students), initial=len(students) - len(waiting), unit="", desc="Grading", disable=None)
    with progress:
        for student, result in mark_all([(student, assignment, limits) for student in waiting], jobs or cores()):
            results[student] = result
            if result.status != "grader error":  # that one is tried again next time
                keep(places[student], result)
            progress.update()
    return [(student, results.get(student) or found(student, places, assignment)) for student in students]


def found(student, places: dict, assignment: Assignment) -> Result:
    if not student.file:
        return Result("nothing", assignment.blank(), reason="the folder holds no file: nothing was handed in")
    return Result.from_json(places[student].read_text("utf-8"))


def keep(place: Path, result: Result):
    """Written in one go: a run may be interrupted at any time."""
    target = place.with_suffix(f".{os.getpid()}")
    target.write_text(result.to_json(), "utf-8")
    target.replace(place)


def fingerprint(assignment: Assignment, limits: Limits) -> bytes:
    """What a result depends on besides the file."""
    code = b"".join(path.read_bytes() for path in sorted(FOLDER.glob("*.py")))
    return hashlib.sha256(assignment.zip.read_bytes() + repr(asdict(limits)).encode() + code).digest()


def digest(stamp: bytes, path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
    except OSError:  # it says so when it is read
        content = str(path).encode()
    return hashlib.sha256(stamp + path.suffix.encode() + content).hexdigest()[:32]


# over all cores

def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def mark_all(jobs: list, workers: int):
    """(student, result) as they are done. Where a process of ours dies, those that it might have been are graded one by one."""
    suspects = []
    for student, result in in_pool(jobs, workers):
        if result is None:
            suspects.append(student)
        else:
            yield student, result
    for job in [job for job in jobs if job[0] in suspects]:
        for student, result in in_pool([job], 1):
            yield student, result or Result("grader error", job[1].blank(), reason="the grader itself was killed: is there memory enough?")


def in_pool(jobs: list, workers: int):
    if not jobs:
        return
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(min(workers, len(jobs)), context, in_the_background) as pool:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of forks beside threads; ours only wait
            futures = {pool.submit(mark, student.file, assignment, limits): student for student, assignment, limits in jobs}
        try:
            for future in as_completed(futures):
                yield futures[future], outcome(future)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def outcome(future) -> Result | None:
    try:
        return future.result()
    except BrokenProcessPool:
        return None


def in_the_background():
    """Ctrl-C is for the parent, which lets those that run come to their end; and what kernels say is not for the lecturer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


# the command

def parsed(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("assignment", help="a name, as derivatives, or the path of an autograder zip")
    parser.add_argument("submissions", nargs="?", default="", help="the folder of submissions, as Canvas, Moodle or Gradescope exports it")
    parser.add_argument("--report", type=Path, help="where the grades go (_build/grades/NAME)")
    parser.add_argument("--again", action="store_true", help="grade again what was graded")
    parser.add_argument("--unsafe", action="store_true", help="without a sandbox: student code sees this machine's files and network")
    parser.add_argument("--seconds", type=positive, default=Limits.seconds, help="for a cell or a call (%(default)s)")
    parser.add_argument("--total", type=positive, default=Limits.total, help="seconds for a submission (%(default)s)")
    parser.add_argument("--memory", type=int, default=Limits.memory, help="MB for a submission (%(default)s)")
    parser.add_argument("--jobs", type=int, help="submissions at a time (the number of cores)")
    return parser.parse_args(arguments)


def positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"a number of seconds is expected, got {text}")
    return value


def zip_of(name: str) -> tuple[Path, Path]:
    """The autograder zip and the notebook handed out."""
    built = ", ".join(sorted(each.name for each in BUILT.glob("*") if each.is_dir())) or "none yet"
    if not name:
        raise Impossible(f"ASSIGNMENT is the name of an assignment; got nothing (built: {built})")
    if name.endswith(".zip"):
        path = Path(name).expanduser()
        handed_out = path.with_name(path.name.removesuffix("-autograder.zip").removesuffix(".zip") + ".ipynb")
    else:
        path, handed_out = BUILT / name / f"{name}-autograder.zip", BUILT / name / f"{name}.ipynb"
    if not path.is_file():
        raise Impossible(f"there is no {path}: run `make assignments` first (built: {built})")
    return path, handed_out


def headings(notebook: Path, mark: str) -> list[str]:
    """The headings of the notebook handed out that start with this mark, "#" or "##"."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"] if notebook.is_file() else []
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return [line.removeprefix(mark).strip() for text in texts for line in text.splitlines() if line.startswith(f"{mark} ")]


def students_in(given: str) -> list:
    folder = Path(given).expanduser()
    if not given or not folder.is_dir():
        raise Impossible(f"SUBMISSIONS is the folder with the files of the class, unpacked; got {given or 'nothing'}")
    students = submissions.find(folder)
    if not students:
        raise Impossible(f"{folder} is empty: put the submissions there, one file or folder per student")
    return students


def check_sandbox(unsafe: bool):
    if unsafe:
        print("--unsafe: student code sees this machine's files and network.", file=sys.stderr)
    elif reason := sandbox.why_not():
        raise Impossible(f"Not graded: {reason}.")


def main(arguments=None) -> int:
    options = parsed(arguments)
    try:
        path, handed_out = zip_of(options.assignment)
        students = students_in(options.submissions)
        check_sandbox(options.unsafe)
        assignment = Assignment.of(path, handed_out)
    except Impossible as error:
        sys.exit(str(error))
    name = path.name.removesuffix("-autograder.zip").removesuffix(".zip")
    folder = options.report or GRADES / name
    limits = Limits(options.seconds, options.total, options.memory, unsafe=options.unsafe)
    try:
        graded = grade(assignment, students, limits, folder / "kept", options.again, options.jobs)
    except KeyboardInterrupt:
        print("\nInterrupted. What is graded is kept: the same command goes on from there.", file=sys.stderr)
        return 130
    title, titles = next(iter(headings(handed_out, "#")), name), headings(handed_out, "##")
    report.write(folder, title, graded, sum(each.of for each in assignment.questions), titles)
    print(summary(graded, folder))
    return 1 if any(result.status == "grader error" for _, result in graded) else 0


def summary(graded: list, folder: Path) -> str:
    counts = Counter(result.status for _, result in graded)
    return f"{len(graded)} student{'s' * (len(graded) != 1)}: {', '.join(f'{count} {status}' for status, count in counts.most_common())}.\n" \
           f"{folder}/grades.csv, canvas.csv, moodle.csv, and a page per student in feedback/."  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
