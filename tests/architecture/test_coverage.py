"""What decides about requests is tested whole: every line and branch of the protocol, of who must act, of rotation
(`tool.coverage` in pyproject.toml names them)."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = (
    "tests/protocol",
    "tests/endpoints/authorize/test_steps.py",
    "tests/endpoints/authorize/test_sure_enough.py",
    "tests/endpoints/authorize/test_terms_step.py",
    "tests/signing/test_rotation.py",
)


def test_the_rules_are_tested_whole_by_tests_of_their_own(tmp_path: Path) -> None:
    """Without app and database: a line that only a journey reaches is a rule nobody wrote down."""
    measured = of_coverage(tmp_path, "run", "-m", "pytest", "-q", *TESTS)
    assert measured.returncode == 0, measured.stdout + measured.stderr
    report = of_coverage(tmp_path, "report", "--fail-under=100", "--show-missing", "--skip-covered")
    assert report.returncode == 0, report.stdout + report.stderr
    assert "TOTAL" in report.stdout


def of_coverage(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PORTICO_"))}
    return subprocess.run(
        (sys.executable, "-m", "coverage", *words),
        cwd=ROOT,
        env={**environment, "COVERAGE_FILE": str(folder / "coverage")},
        capture_output=True,
        text=True,
        check=False,
    )
