"""The lock files: every package pinned with hashes, and no address of the place they came from."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock", "tests/interop/python/requirements.lock")
PINNED = re.compile(r"^[a-z0-9._-]+(\[[a-z0-9,._-]+\])?==[^\s;]+")


def entries(name: str) -> list[str]:
    """One string per package: its line and its continuation lines, comments left out."""
    text = re.sub(r"^\s*#.*\n?", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    return [entry for entry in re.sub(r"\\\n\s*", " ", text).splitlines() if entry.strip()]


def packages(name: str) -> set[str]:
    return {re.split(r"[\[=]", entry, maxsplit=1)[0] for entry in entries(name)}


def normal(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    assert entries(name)
    assert [entry for entry in entries(name) if not (PINNED.match(entry) and "--hash=sha256:" in entry)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_an_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {normal(requirement) for requirement in project["dependencies"]}
    assert wanted <= packages("requirements.lock")
    extras = {normal(r) for extra in project["optional-dependencies"].values() for r in extra}
    assert wanted | extras - {normal(project["name"])} <= packages("requirements-dev.lock")


def test_what_runs_is_what_was_tested() -> None:
    runs = {entry.split(" ")[0] for entry in entries("requirements.lock")}
    assert runs <= {entry.split(" ")[0] for entry in entries("requirements-dev.lock")}
