"""The time of a class against its floor in the same run: `python benchmarks/grading.py [number of submissions]`.

The floor is the time that one submission of each kind takes alone, added up over the class and shared by the cores.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "assignments"), str(ROOT / "tests")]

import grade  # noqa: E402
import small_assignment  # noqa: E402
import submissions  # noqa: E402
from marking import Assignment  # noqa: E402
from sandbox import Limits  # noqa: E402
from small_assignment import IMPORTS, NAMES, SOLUTIONS, notebook, submission  # noqa: E402

CHEATS = sorted((ROOT / "tests" / "cheats").glob("*.py"))


def right(path):
    submission(path, *NAMES, before=[f"# {path.stem}"])


def wrong(path):
    submission(path, *NAMES[:2], before=[f"# {path.stem}"], instead={"wave_slope": "def wave_slope(x):\n    return -np.cos(x)"})


def looping(path):
    submission(path, *NAMES, before=[f"# {path.stem}"], instead={"wave_slope": "def wave_slope(x):\n    while True:\n        pass"})


def cheating(path):
    text = next(each for each in CHEATS if each.stem == "compare_always_agrees").read_text("utf-8")
    notebook(path, IMPORTS, f"# {path.stem}", *text.split("# %%\n"), *(SOLUTIONS[name] for name in NAMES[:2]))


def broken(path):
    path.write_text("{" + path.stem)


CLASS = {right: 40, wrong: 30, cheating: 15, broken: 10, looping: 5}  # of a hundred


def seconds(folder: Path, assignment: Assignment, jobs: int) -> tuple[float, list]:
    students = submissions.find(folder)
    with tempfile.TemporaryDirectory() as kept:
        start = time.perf_counter()
        graded = grade.grade(assignment, students, Limits(), Path(kept), jobs=jobs)
        return time.perf_counter() - start, graded


def main(count: int = 100):
    with tempfile.TemporaryDirectory() as scratch:
        folder, cores = Path(scratch), grade.cores()
        assignment = Assignment.of(small_assignment.write_zip(folder / "small.zip"))
        alone = {}
        for kind in CLASS:
            (folder / kind.__name__).mkdir()
            kind(folder / kind.__name__ / "only.ipynb")
            alone[kind] = statistics.median(seconds(folder / kind.__name__, assignment, 1)[0] for _ in range(3))
            print(f"one submission, {kind.__name__}: {alone[kind]:.2f} s")
        (folder / "class").mkdir()
        for kind, share in CLASS.items():
            for number in range(round(share * count / 100)):
                kind(folder / "class" / f"{kind.__name__}{number}.ipynb")
        taken, graded = seconds(folder / "class", assignment, cores)
        floor = sum(alone[kind] * round(share * count / 100) for kind, share in CLASS.items()) / cores
        print(f"{len(graded)} submissions on {cores} cores: {taken:.1f} s, {taken / len(graded):.2f} s each")
        print(f"ratio to their times alone, shared by the cores: {taken / floor:.2f}")
        print(f"ratio to a right one's time alone, shared by the cores: {taken / len(graded) / (alone[right] / cores):.2f}")
        print(f"load of the machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
