"""RFC 6749 §3.1.1: response_type."""

import pytest

from idp.protocol.errors import InvalidRequest, UnsupportedResponseType
from idp.protocol.response_type import OFFERED, parse_response_type

pytestmark = pytest.mark.section("RFC 6749 §3.1.1")


def test_rfc6749_3_1_1_code_is_offered_and_nothing_else() -> None:
    assert OFFERED == ("code",)
    assert parse_response_type("code") == "code"


def test_rfc6749_3_1_1_a_missing_response_type_is_an_invalid_request() -> None:
    with pytest.raises(InvalidRequest, match="response_type is missing"):
        parse_response_type(None)


@pytest.mark.parametrize("text", ["token", "id_token", "code id_token", "code token", "none", "Code", "code "])
def test_rfc9700_2_1_2_tokens_never_come_from_the_authorization_endpoint(text: str) -> None:
    with pytest.raises(UnsupportedResponseType, match="must be code"):
        parse_response_type(text)
