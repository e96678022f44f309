"""What CI runs is what the README says, and it cannot pass by leaving tests out."""

import os
import subprocess
from pathlib import Path
from typing import Literal

import pytest

from tests import databases
from tests.conftest import refuse_to_skip

RUN = Path(__file__).parents[1] / ".ci" / "run"


def report(outcome: Literal["passed", "failed", "skipped"]) -> pytest.TestReport:
    return pytest.TestReport("test_x", ("x.py", 1, "test_x"), {}, outcome, ("x.py", 1, "no Chromium here"), "call")


def test_where_ci_is_set_a_skipped_test_is_a_failed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    refused = refuse_to_skip(report("skipped"))
    assert refused.failed
    assert "no Chromium here" in str(refused.longrepr)


def test_elsewhere_it_stays_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert refuse_to_skip(report("skipped")).skipped


def test_a_test_that_passed_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert refuse_to_skip(report("passed")).passed


def test_ci_runs_the_command_of_the_readme_and_nothing_else() -> None:
    lines = [line for line in RUN.read_text().splitlines() if not line.startswith("#")]
    assert lines[-2:] == ["export CI=true", "exec make test"]
    assert os.access(RUN, os.X_OK)


def test_what_a_killed_run_left_behind_is_removed_though_its_server_is_gone(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    left = tmp_path / "portico-tests-1-killed"
    (left / "postgresql").mkdir(parents=True)
    (left / "postgresql" / "postmaster.pid").write_text(f"{gone.pid}\n{left / 'postgresql'}\n")
    databases.close_run(left)
    assert not left.exists()


def test_a_process_that_merely_has_the_number_of_a_killed_server_goes_on(tmp_path: Path) -> None:
    left = tmp_path / "portico-tests-1-killed"
    (left / "postgresql").mkdir(parents=True)
    other = subprocess.Popen(["sleep", "60"])
    try:
        (left / "postgresql" / "postmaster.pid").write_text(f"{other.pid}\n{left / 'postgresql'}\n")
        databases.close_run(left)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
    assert not left.exists()
