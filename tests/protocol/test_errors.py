"""RFC 6749 §4.1.2.1, §5.2: an error has a registered code and a sentence that can travel anywhere."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol import errors
from idp.protocol.errors import ERROR_CODES, InvalidRequest, OAuthError

pytestmark = [pytest.mark.section("RFC 6749 §4.1.2.1"), pytest.mark.section("RFC 6749 §5.2")]

REGISTERED = {
    "invalid_request": 400,
    "invalid_client": 401,
    "unauthorized_client": 400,
    "access_denied": 400,
    "unsupported_response_type": 400,
    "invalid_scope": 400,
    "server_error": 500,
    "temporarily_unavailable": 503,
    "invalid_grant": 400,
    "unsupported_token_type": 400,
    "invalid_authorization_details": 400,
    "unsupported_grant_type": 400,
    "authorization_pending": 400,
    "slow_down": 400,
    "expired_token": 400,
    "unknown_user_id": 400,
    "invalid_binding_message": 400,
    "interaction_required": 400,
    "login_required": 400,
    "account_selection_required": 400,
    "consent_required": 400,
    "invalid_request_uri": 400,
    "invalid_request_object": 400,
    "request_not_supported": 400,
    "request_uri_not_supported": 400,
    "registration_not_supported": 400,
    "unmet_authentication_requirements": 400,
    "invalid_token": 401,
    "insufficient_scope": 403,
    "invalid_redirect_uri": 400,
    "invalid_client_metadata": 400,
    "invalid_software_statement": 400,
    "unapproved_software_statement": 400,
    "invalid_target": 400,
    "invalid_dpop_proof": 400,
    "use_dpop_nonce": 400,
}


def test_each_registered_code_has_its_error_and_its_status() -> None:
    assert {code: error.status for code, error in ERROR_CODES.items()} == REGISTERED


def test_no_error_of_the_room_is_left_out_of_the_register() -> None:
    written = {value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, OAuthError)}
    assert set(ERROR_CODES.values()) == written - {OAuthError}


def test_an_error_says_its_code_and_what_to_mend() -> None:
    error = InvalidRequest("state is longer than 2048 characters")
    assert (error.code, error.status, error.description) == (
        "invalid_request",
        400,
        "state is longer than 2048 characters",
    )
    assert str(error) == "invalid_request: state is longer than 2048 characters"


@pytest.mark.parametrize("char", ['"', "\\", "\n", "\r", "\x00", "\x7f", "é", "\u202e", "😀"])
def test_rfc6749_4_1_2_1_a_description_holds_no_other_character(char: str) -> None:
    assert InvalidRequest(f"a{char}b").description == "a?b"


def test_a_sentence_ends_after_300_characters() -> None:
    assert InvalidRequest("a" * 300 + "b").description == "a" * 300


@given(st.text())
def test_rfc6749_4_1_2_1_whatever_is_echoed_the_description_stays_in_its_alphabet(text: str) -> None:
    assert re.fullmatch(r"[\x20\x21\x23-\x5b\x5d-\x7e]{0,300}", InvalidRequest(text).description)
