"""docs/facebook.md tells what the program does: its addresses answer, and its table of failures is the program's."""

import re
from pathlib import Path

import pytest
from flask import Flask

from idp.upstream.facebook_errors import failure_of
from idp.upstream.facebook_versions import SUNSETS

PAGE = (Path(__file__).parents[2] / "docs" / "facebook.md").read_text("utf-8")
OURS = re.compile(r"`https://id\.example\.com(/[\w/]+)`")
ROW = re.compile(r"^\| (\w+), code ([\d, or]*\d)(?:, subcode ([\d or]*\d))?(?:; code (\d+))?", re.MULTILINE)
METHODS = {"callback": "GET", "deauthorize": "POST", "deletion": "POST"}


def test_every_address_to_enter_at_facebook_is_one_of_ours(app: Flask) -> None:
    addresses = OURS.findall(PAGE)
    assert {address.rpartition("/")[2] for address in addresses} == set(METHODS)
    routes = app.url_map.bind("id.example.com")
    for address in addresses:
        assert routes.test(address, METHODS[address.rpartition("/")[2]]), address


def told() -> list[tuple[str, int, int]]:
    return [
        (failure, int(code), int(subcode))
        for failure, codes, subcodes, more in ROW.findall(PAGE)
        for code, subcode in [
            *(
                (code, subcode)
                for code in re.findall(r"\d+", codes)
                for subcode in re.findall(r"\d+", subcodes) or ["0"]
            ),
            *([(more, "0")] if more else []),
        ]
    ]


@pytest.mark.parametrize(("failure", "code", "subcode"), told())
def test_a_failure_of_the_table_is_the_programs(failure: str, code: int, subcode: int) -> None:
    assert failure_of(code, subcode) == failure


def test_the_table_was_read_at_all() -> None:
    assert len(told()) >= 14


def test_the_version_it_names_is_one_we_know() -> None:
    assert set(re.findall(r"\bv\d+\.\d\b", PAGE)) <= set(SUNSETS)
