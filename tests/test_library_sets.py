"""The sets of libraries that the tests run with, and the report on what they found."""

import re
import subprocess
import sys

import pytest
import yaml

import library_report
import library_sets
from book import ROOT

PASSED = '<testcase classname="tests.test_rules" name="test_a" time="0.1"/>'
FAILED = ('<testcase classname="tests.test_rules" name="test_{}"><failure message="AssertionError: {}&#10;more">long</failure>'
          "</testcase>")  # fmt: skip


def junit(folder, name: str, *cases: str):
    folder.mkdir(exist_ok=True)
    suite = f'<testsuite name="{name} libraries on Python 3.11: numpy 9.9" tests="{len(cases)}" skipped="0">{"".join(cases)}</testsuite>'
    (folder / f"{name}.xml").write_text(f'<?xml version="1.0"?><testsuites>{suite}</testsuites>', "utf-8")


def report(*arguments):
    done = subprocess.run([sys.executable, str(ROOT / "tests/library_report.py"), *map(str, arguments)], capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done


def test_the_lowest_set_is_what_the_package_allows_at_the_least():
    lowest = library_sets.packages("lowest")
    for need in library_sets.LIBRARIES:
        assert need.replace(">=", "==") in lowest
    assert not [need for need in lowest if need.startswith(tuple(library_sets.NAMES)) and ">=" in need]


def test_the_newest_set_has_no_upper_bound_and_the_same_tools():
    pinned, newest = library_sets.packages("pinned"), library_sets.packages("newest")
    assert set(library_sets.LIBRARIES) <= set(newest)
    assert set(pinned) - set(newest) == {line for line in pinned if line.split("==")[0] in library_sets.NAMES}


def test_the_lowest_libraries_run_on_the_lowest_python_alone(monkeypatch):
    monkeypatch.setattr(library_sets, "find", lambda version: f"/bin/python{version}" if version in ("3.11", "3.13") else None)
    assert library_sets.pythons("lowest") == ["/bin/python3.11"]
    assert library_sets.pythons("newest") == ["/bin/python3.11", "/bin/python3.13"]


def test_a_python_is_found_behind_the_stand_in_of_pyenv(monkeypatch, tmp_path):
    for place, status in (("path/python3.12", 127), (".pyenv/versions/3.12.1/bin/python3.12", 0)):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_text(f"#!/bin/sh\nexit {status}\n")
        (tmp_path / place).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(library_sets.Path, "home", lambda: tmp_path)
    assert library_sets.find("3.12") == str(tmp_path / ".pyenv/versions/3.12.1/bin/python3.12")
    assert library_sets.find("3.13") is None


def test_a_python_that_is_not_there_is_named():
    done = subprocess.run([sys.executable, str(ROOT / "tests/library_sets.py"), "newest", "python3.99"], capture_output=True, text=True)
    assert done.returncode == 1 and "python3.99" in done.stderr and "Traceback" not in done.stderr


def test_libraries_that_cannot_be_installed_are_a_failure_with_its_reason(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(library_sets, "REPORTS", tmp_path)
    monkeypatch.setattr(library_sets, "environment", lambda *_: library_sets.run([sys.executable, "-c", "import sys; sys.exit('no wheel')"]))
    assert library_sets.test("newest", sys.executable) == 1
    done = report(tmp_path)
    assert done.returncode == 1 and "no wheel" in done.stdout and "the libraries can be installed" in done.stdout


def test_a_report_tells_each_set_with_its_failures_by_cause(tmp_path):
    junit(tmp_path / "a", "lowest", PASSED)
    junit(tmp_path / "b", "newest", PASSED, FAILED.format("b", "shape"), FAILED.format("c", "shape"), FAILED.format("d", "value"))
    done = report(tmp_path)
    assert done.returncode == 1 and done.stdout.startswith("# 1 of 2 sets of libraries fail.")
    assert done.stdout.index("newest libraries") < done.stdout.index("lowest libraries")
    assert "4 tests: 1 passed, 3 failed, 0 skipped." in done.stdout and "numpy 9.9" in done.stdout
    assert done.stdout.count("`AssertionError: shape`") == 1 and "- tests.test_rules::test_d" in done.stdout


def test_many_failures_of_one_cause_are_counted_not_listed(tmp_path):
    junit(tmp_path, "newest", *(FAILED.format(i, "same") for i in range(50)))
    listed = re.findall(r"^- tests", report(tmp_path).stdout, re.M)
    assert len(listed) == library_report.SHOWN and "- and 30 more" in report(tmp_path).stdout


def test_a_report_of_success_says_so(tmp_path):
    junit(tmp_path, "pinned", PASSED)
    done = report(tmp_path)
    assert done.returncode == 0 and "pass with each of 1" in done.stdout


@pytest.mark.parametrize("content", [None, "<testsuite><testcase"])
def test_no_report_and_half_a_report_are_told_apart_from_success(tmp_path, content):
    if content:
        (tmp_path / "newest.xml").write_text(content)
    done = report(tmp_path)
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1


def test_the_weekly_workflow_runs_every_set_and_opens_the_report():
    jobs = yaml.safe_load((ROOT / ".github/workflows/drift.yml").read_text("utf-8"))["jobs"]
    matrix = jobs["test"]["strategy"]["matrix"]
    assert {*matrix["set"], *(one["set"] for one in matrix["include"])} == {"lowest", "pinned", "newest"}
    commands = "\n".join(step.get("run", "") for job in jobs.values() for step in job["steps"])
    targets = re.findall(r"make (test-\w+)", commands.replace("${{ matrix.set }}", "newest"))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert targets and all(re.search(rf"^[\w -]*\b{target}\b.*:", makefile, re.M) for target in targets)
    assert "tests/library_report.py reports" in commands and "gh issue create" in commands
