"""What `make` does before anything is installed: the Python it found is looked at, completed, or its owner told how."""

import os
from pathlib import Path

import pytest

from scripts import check_python


@pytest.fixture
def without_ensurepip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Python as Debian's python3 alone is, and the folder of the only programs there are."""
    monkeypatch.setattr(check_python, "PARTS", ("venv", "a_part_that_is_elsewhere"))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_this_python_will_do() -> None:
    assert check_python.what_is_missing() == ""


def test_an_older_one_is_told_to_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_python, "WANTED", (4, 0))
    assert "make PYTHON=" in check_python.what_is_missing()


def test_a_part_that_cannot_be_brought_in_is_named(without_ensurepip: Path) -> None:
    said = check_python.what_is_missing()
    assert "without a_part_that_is_elsewhere" in said
    assert f"apt-get install {check_python.PACKAGE}" in said


def test_where_it_is_allowed_the_part_is_brought_in(without_ensurepip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """apt-get is a program that puts the part where Python looks."""
    apt = without_ensurepip / "apt-get"
    apt.write_text(
        f'#!/bin/sh\necho "$@" >> {without_ensurepip}/asked\n: > {without_ensurepip}/{check_python.PARTS[1]}.py\n'
    )
    apt.chmod(0o755)
    monkeypatch.setenv("PYTHONPATH", str(without_ensurepip))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert check_python.what_is_missing() == ""
    assert check_python.PACKAGE in (without_ensurepip / "asked").read_text()


def test_nobody_but_root_installs(without_ensurepip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apt = without_ensurepip / "apt-get"
    apt.write_text(f"#!/bin/sh\n: > {without_ensurepip}/asked\n")
    apt.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert check_python.what_is_missing()
    assert not (without_ensurepip / "asked").exists()
