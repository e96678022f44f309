"""OpenID CIBA Core 1.0 §4, §7.1: what an app may say of itself, and ask, over a channel of its own."""

from typing import Any

import pytest

from idp.protocol import backchannel
from idp.protocol.backchannel import GRANT_TYPE, PING, POLL
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidBindingMessage, InvalidClientMetadata, InvalidRequest
from idp.protocol.parameters import Parameters

NOW = 1_790_000_000
APP = {"grant_types": [GRANT_TYPE, "refresh_token"], "backchannel_token_delivery_mode": POLL, "scope": "openid"}
KEYS = {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
TOLD_AT = {"backchannel_client_notification_endpoint": "https://bank.example/ping"}


@pytest.mark.section("OpenID CIBA Core 1.0 §4")
def test_an_app_says_how_it_hears_of_the_answer() -> None:
    assert ClientMetadata.register(APP).backchannel_token_delivery_mode == POLL
    pinged = ClientMetadata.register({**APP, "backchannel_token_delivery_mode": PING, **TOLD_AT})
    assert pinged.backchannel_client_notification_endpoint == "https://bank.example/ping"
    signs = {"backchannel_authentication_request_signing_alg": "EdDSA", "jwks": KEYS}
    assert ClientMetadata.register({**APP, **signs}).backchannel_authentication_request_signing_alg == "EdDSA"


@pytest.mark.section("OpenID CIBA Core 1.0 §4")
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"backchannel_token_delivery_mode": None}, "poll or ping"),
        ({"backchannel_token_delivery_mode": "push"}, "poll or ping"),
        ({"backchannel_token_delivery_mode": PING}, "goes with delivery mode ping alone"),
        (TOLD_AT, "goes with delivery mode ping alone"),
        ({"token_endpoint_auth_method": "none"}, "proves who it is"),
        ({"backchannel_authentication_request_signing_alg": "ES256"}, "needs jwks or jwks_uri"),
        ({"backchannel_authentication_request_signing_alg": "none", "jwks": KEYS}, "must be"),
        ({"backchannel_user_code_parameter": True}, "is not offered here"),
        ({"grant_types": ["client_credentials"]}, "is for grant_types with"),
        (
            {"backchannel_token_delivery_mode": PING, "backchannel_client_notification_endpoint": "http://a.example/"},
            "must be an https address",
        ),
    ],
)
def test_a_registration_that_does_not_hold_is_told_why(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidClientMetadata, match=told):
        ClientMetadata.register({**APP, **changes})


@pytest.mark.section("OpenID CIBA Core 1.0 §4")
@pytest.mark.parametrize("alg", [None, "RS256"])
def test_an_app_of_a_strict_profile_signs_what_it_asks(alg: str | None) -> None:
    strict = {**APP, "profile": "fapi2", "jwks": KEYS, "token_endpoint_auth_method": "private_key_jwt"}
    with pytest.raises(InvalidClientMetadata, match="profile needs backchannel_authentication_request_signing_alg"):
        ClientMetadata.register({**strict, "backchannel_authentication_request_signing_alg": alg})
    assert ClientMetadata.register({**strict, "backchannel_authentication_request_signing_alg": "EdDSA"}).profile


@pytest.mark.section("OpenID CIBA Core 1.0 §7.1")
def test_exactly_one_hint_says_who_is_meant() -> None:
    assert backchannel.the_hint(Parameters.of({"login_hint": "a@b.example"})) == ("login_hint", "a@b.example")
    assert backchannel.the_hint(Parameters.of({"id_token_hint": "ey"})) == ("id_token_hint", "ey")
    for wrong in ({}, {"login_hint": "a", "id_token_hint": "b"}, {"login_hint_token": "ey"}):
        with pytest.raises(InvalidRequest):
            backchannel.the_hint(Parameters.of(wrong))


@pytest.mark.section("OpenID CIBA Core 1.0 §7.1")
@pytest.mark.parametrize("message", ["W4SCT", "Überweisung 12,50 € an K. Weiß (#7)", "1234"])
def test_a_binding_message_is_one_short_line(message: str) -> None:
    assert backchannel.parse_binding_message(message) == message
    assert backchannel.parse_binding_message(None) == ""


@pytest.mark.section("OpenID CIBA Core 1.0 §13")
@pytest.mark.parametrize(
    "message", ["x" * 65, "see https://evil.example", "a\nb", "<b>", "a\u202eb", "a@b.example", "\\"]
)
def test_a_binding_message_that_people_could_be_lured_by_is_refused(message: str) -> None:
    with pytest.raises(InvalidBindingMessage):
        backchannel.parse_binding_message(message)


@pytest.mark.section("OpenID CIBA Core 1.0 §7.1")
def test_a_requested_expiry_is_brought_within_bounds() -> None:
    assert [backchannel.parse_requested_expiry(text) for text in (None, "1", "120", "99999")] == [600, 10, 120, 1800]
    for wrong in ("0", "-5", "1.5", "ten", "99999999999"):
        with pytest.raises(InvalidRequest):
            backchannel.parse_requested_expiry(wrong)


@pytest.mark.section("OpenID CIBA Core 1.0 §7.1")
def test_who_is_pinged_gives_a_bearer_token_for_it() -> None:
    token = "8d67dc78-7faa-4d41-aabd-67707b374255"
    assert backchannel.parse_notification_token(token, PING) == token
    assert backchannel.parse_notification_token(token, POLL) == ""
    for wrong in (None, "short", "x" * 1025, "a b" * 20, "ä" * 30):
        with pytest.raises(InvalidRequest):
            backchannel.parse_notification_token(wrong, PING)


SIGNED = {"jti": "one", "iat": NOW, "nbf": NOW, "exp": NOW + 300}


@pytest.mark.section("OpenID CIBA Core 1.0 §7.1.1")
def test_a_signed_request_is_for_once_and_for_now() -> None:
    assert backchannel.check_claims(SIGNED, NOW, 60) == "one"


@pytest.mark.section("OpenID CIBA Core 1.0 §7.1.1")
@pytest.mark.parametrize(
    "changes",
    [
        *({"jti": None}, {"jti": ""}, {"jti": 7}, {"iat": None}, {"iat": NOW + 61}, {"iat": True}),
        *({"nbf": None}, {"nbf": "now"}, {"exp": None}, {"exp": NOW + 3601}),
    ],
)
def test_a_signed_request_that_could_be_kept_for_later_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        backchannel.check_claims({**SIGNED, **changes}, NOW, 60)
