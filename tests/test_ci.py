"""What CI runs is what the README says, and it cannot pass by leaving tests out."""

import os
from pathlib import Path
from typing import Literal

import pytest

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
