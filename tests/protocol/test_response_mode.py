"""OAuth 2.0 Multiple Response Type Encoding Practices §2.1 and Form Post Response Mode: response_mode."""

import pytest

from idp.protocol.errors import InvalidRequest
from idp.protocol.response_mode import OFFERED, Way, parse_response_mode, way_of

pytestmark = pytest.mark.section("OAuth 2.0 Multiple Response Types §2.1")


def test_multiple_response_types_2_1_the_query_is_the_default_of_code() -> None:
    assert parse_response_mode(None) == "query"


@pytest.mark.parametrize("mode", OFFERED)
def test_form_post_2_the_offered_modes(mode: str) -> None:
    assert parse_response_mode(mode) == mode


@pytest.mark.parametrize("mode", ["fragment", "fragment.jwt", "QUERY", "web_message", ".jwt", "jwt.jwt"])
def test_c4_an_unknown_mode_is_an_invalid_request(mode: str) -> None:
    with pytest.raises(InvalidRequest, match="response_mode must be one of"):
        parse_response_mode(mode)


@pytest.mark.section("JARM §2.3")
@pytest.mark.parametrize(
    ("mode", "way"),
    [
        ("query", Way("query", False)),
        ("form_post", Way("form_post", False)),
        ("jwt", Way("query", True)),
        ("query.jwt", Way("query", True)),
        ("form_post.jwt", Way("form_post", True)),
    ],
)
def test_jarm_2_3_each_mode_is_a_way_and_signed_or_not(mode: str, way: Way) -> None:
    assert way_of(mode) == way
