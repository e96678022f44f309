"""Each class of flaw has a test that is marked with its reference, and docs/incidents.md says so."""

from collections import Counter

import pytest

from scripts import incidents
from scripts.incidents import PAGE, ROWS, Row

MARKS = tuple(incidents.marks())
MARKED = {mark.reference for mark in MARKS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.product}: {row.flaws}")
def test_a_flaw_that_could_be_here_is_tested(row: Row) -> None:
    assert [reference for reference in row.references if reference not in MARKED] == []


def test_every_mark_is_a_reference_of_the_list() -> None:
    known = {reference for row in ROWS for reference in row.references}
    assert [mark for mark in MARKS if mark.reference not in known] == []


def test_no_reference_stands_in_two_rows() -> None:
    times = Counter(reference for row in ROWS for reference in row.references)
    assert [reference for reference, count in times.items() if count > 1] == []
    assert len(times) > 100


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == incidents.page(), "run python scripts/incidents.py"
