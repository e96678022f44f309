"""OpenID Connect Core §3.1.2.1: max_age."""

import pytest

from idp.protocol.errors import InvalidRequest
from idp.protocol.max_age import parse_max_age

pytestmark = pytest.mark.section("OpenID Connect Core §3.1.2.1")


@pytest.mark.parametrize(("text", "seconds"), [(None, None), ("0", 0), ("3600", 3600), ("007", 7)])
def test_core_3_1_2_1_max_age_is_a_number_of_seconds(text: str | None, seconds: int | None) -> None:
    assert parse_max_age(text) == seconds


@pytest.mark.parametrize("text", ["-1", "+1", "1.5", "1e3", "1_0", " 1", "an hour", "٣", "9" * 11, "9" * 5000])
def test_core_3_1_2_1_anything_else_is_an_invalid_request(text: str) -> None:
    with pytest.raises(InvalidRequest, match="max_age must be a number of seconds"):
        parse_max_age(text)
