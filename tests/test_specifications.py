"""docs/specifications.md says what the tests say."""

import ast

import pytest

from scripts import specifications


def test_the_page_is_up_to_date() -> None:
    written = specifications.PAGE.read_text("utf-8")
    assert written == specifications.page(), "run: .venv/bin/python scripts/specifications.py"


def test_every_specification_has_a_section() -> None:
    assert {section.specification for section in specifications.sections()} == set(specifications.SPECIFICATIONS)


def test_markers_are_found_on_tests_and_on_files() -> None:
    text = "pytestmark = [pytest.mark.section('A §1')]\n@pytest.mark.section('B §2')\ndef test_it(): ...\n"
    assert sorted(specifications.references(ast.parse(text))) == ["A §1", "B §2"]


@pytest.mark.parametrize("reference", ["RFC 6749", "RFC 6749 4.1", "RFC 1 §1", "RFC 6749 §x"])
def test_a_misspelt_section_is_told(reference: str) -> None:
    with pytest.raises(SystemExit, match="no section"):
        specifications.section(reference, specifications.ROOT / "tests" / "test_it.py")
