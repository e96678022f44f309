"""Each class of flaw that could be here has a test that is marked with its reference."""

import re
from pathlib import Path

import pytest

from tests.incidents.table import ROWS, Row

TESTS = Path(__file__).parents[1]
MARK = re.compile(r'mark\.incident\(\s*"([^"]+)"')


def marked() -> set[str]:
    return {reference for file in TESTS.rglob("test_*.py") for reference in MARK.findall(file.read_text("utf-8"))}


def references_of(row: Row) -> list[str]:
    if row.product == "found while studying":
        return [row.references]
    return [r if "-" in r else f"{row.product} {r}" for r in row.references.split()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.flaw)
def test_a_class_that_could_be_here_is_tested(row: Row) -> None:
    found = [reference for reference in references_of(row) for mark in marked() if reference in mark]
    assert bool(found) != bool(row.absent), found or "no test bears a reference of this row"


def test_no_mark_refers_to_nothing() -> None:
    known = " ".join(f"{row.product} {row.references} {row.flaw}" for row in ROWS)
    unknown = {mark for mark in marked() if not any(word in known for word in re.findall(r"[\w.-]{5,}", mark))}
    assert unknown == set()
