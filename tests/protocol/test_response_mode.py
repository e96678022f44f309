"""OAuth 2.0 Multiple Response Type Encoding Practices §2.1 and Form Post Response Mode: response_mode."""

import pytest

from idp.protocol.errors import InvalidRequest
from idp.protocol.response_mode import OFFERED, parse_response_mode

pytestmark = pytest.mark.section("OAuth 2.0 Multiple Response Types §2.1")


def test_multiple_response_types_2_1_the_query_is_the_default_of_code() -> None:
    assert parse_response_mode(None) == "query"


@pytest.mark.parametrize("mode", OFFERED)
def test_form_post_2_the_offered_modes(mode: str) -> None:
    assert parse_response_mode(mode) == mode


@pytest.mark.parametrize("mode", ["fragment", "query.jwt", "QUERY", "web_message"])
def test_c4_an_unknown_mode_is_an_invalid_request(mode: str) -> None:
    with pytest.raises(InvalidRequest, match="response_mode must be query or form_post"):
        parse_response_mode(mode)
