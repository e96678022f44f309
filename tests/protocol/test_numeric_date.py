"""RFC 7519 §2: what a moment looks like in a claim."""

import pytest

from idp.protocol.numeric_date import is_numeric_date


@pytest.mark.section("RFC 7519 §2")
@pytest.mark.parametrize("value", [0, 1_800_000_000, 1_800_000_000.5, -1])
def test_rfc7519_2_a_number_of_seconds_is_a_moment(value: object) -> None:
    assert is_numeric_date(value)


@pytest.mark.section("RFC 7519 §2")
@pytest.mark.parametrize("value", [None, True, False, "1800000000", [1], {}])
def test_rfc7519_2_nothing_else_is(value: object) -> None:
    assert not is_numeric_date(value)
