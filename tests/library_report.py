"""What the tests found with other libraries, to read: `python tests/library_report.py FOLDER` writes Markdown from JUnit's XML.

Each set of libraries is a section: what it is, what was counted, and each test that failed with the line that says why. The
status is 1 if anything failed, or if there is nothing to report.
"""

import sys
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

SHOWN = 20  # failures with one cause are one story


def suites(folder: Path) -> list:
    found = []
    for path in sorted(folder.rglob("*.xml")):
        try:
            found += ElementTree.parse(path).getroot().iter("testsuite")
        except ElementTree.ParseError as error:
            sys.exit(f"{path} is not a whole report of pytest ({error}): its run was cut off. Run it again, or delete the file.")
    return found


def failures(suite) -> dict[str, list[str]]:
    """cause -> tests; the most frequent cause first."""
    causes = defaultdict(list)
    for case in suite.iter("testcase"):
        for problem in [*case.findall("failure"), *case.findall("error")]:
            causes[cause(problem)].append(f"{case.get('classname')}::{case.get('name')}")
    return dict(sorted(causes.items(), key=lambda item: -len(item[1])))


def cause(problem) -> str:
    words = (problem.get("message") or problem.text or "without a word").strip()
    return words.splitlines()[0][:300]


def section(suite) -> str:
    causes = failures(suite)
    failed = sum(map(len, causes.values()))
    skipped, tests = int(suite.get("skipped", 0)), int(suite.get("tests", 0))
    lines = [f"## {'❌' if failed else '✅'} {suite.get('name')}", "",
             f"{tests} tests: {max(tests - failed - skipped, 0)} passed, {failed} failed, {skipped} skipped."]  # fmt: skip
    for words, names in causes.items():
        lines += ["", f"`{words.replace('`', chr(39))}`", ""] + [f"- {name}" for name in names[:SHOWN]]
        lines += [f"- and {len(names) - SHOWN} more"] * (len(names) > SHOWN)
    return "\n".join(lines)


def report(found: list) -> str:
    broken = [suite for suite in found if failures(suite)]
    verdict = (f"{len(broken)} of {len(found)} sets of libraries fail." if broken
               else f"The tests pass with each of {len(found)} sets of libraries.")  # fmt: skip
    return "\n\n".join([f"# {verdict}", *map(section, broken), *(section(suite) for suite in found if suite not in broken)])


def main(arguments):
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.exit("usage: python tests/library_report.py FOLDER, the folder with the reports (_build/libraries)")
    found = suites(Path(arguments[0]))
    if not found:
        sys.exit(f"There is no report in {arguments[0]}: no run came so far as to write one.")
    print(report(found))
    sys.exit(any(map(failures, found)))


if __name__ == "__main__":
    main(sys.argv[1:])
