"""FAPI 2.0: what an app of the profile must have."""

from typing import Any

import pytest

from idp.protocol import token_exchange, trusted_issuers
from idp.protocol.backchannel import GRANT_TYPE as CIBA
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.device_flow import GRANT_TYPE as DEVICE
from idp.protocol.errors import InvalidClientMetadata, InvalidDpopProof, InvalidRequest
from idp.protocol.fapi import check_proof, check_request, check_signed_request, code_lifetime
from idp.protocol.parameters import Parameters

SECURITY = pytest.mark.section("FAPI 2.0 Security Profile §5.3.2.1")
SIGNING = pytest.mark.section("FAPI 2.0 Message Signing §5.3.1")
NOW = 1_800_000_000
BANK: dict[str, Any] = {
    "profile": "fapi2",
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks_uri": "https://bank.example/jwks",
    "redirect_uris": ["https://bank.example/in"],
}
GOOD = {
    "response_type": "code",
    "redirect_uri": "https://bank.example/in",
    "code_challenge": "c" * 43,
    "code_challenge_method": "S256",
}


@SECURITY
def test_the_profile_decides_what_the_registration_leaves_open() -> None:
    client = ClientMetadata.register(BANK)
    assert client.require_pushed_authorization_requests
    assert client.dpop_bound_access_tokens
    assert client.require_pkce
    assert client.id_token_signed_response_alg == client.authorization_signed_response_alg == "ES256"
    assert not client.require_signed_request_object
    assert ClientMetadata.register({**BANK, "profile": "fapi2-message-signing"}).require_signed_request_object


@SECURITY
@pytest.mark.parametrize(
    ("members", "lacks"),
    [
        ({"token_endpoint_auth_method": "client_secret_basic"}, ["token_endpoint_auth_method"]),
        ({"require_pushed_authorization_requests": False}, ["require_pushed_authorization_requests"]),
        ({"require_pkce": False, "dpop_bound_access_tokens": False}, ["require_pkce", "dpop_bound_access_tokens"]),
        ({"id_token_signed_response_alg": "RS256"}, ["id_token_signed_response_alg"]),
        ({"token_endpoint_auth_signing_alg": "RS256"}, ["token_endpoint_auth_signing_alg"]),
        ({"redirect_uris": ["http://localhost/in"]}, ["redirect_uris"]),
        ({"profile": "fapi2-message-signing", "require_signed_request_object": False}, ["require_signed"]),
    ],
)
def test_all_that_a_registration_lacks_is_said_at_once(members: dict[str, Any], lacks: list[str]) -> None:
    with pytest.raises(InvalidClientMetadata) as refused:
        ClientMetadata.register({**BANK, **members})
    assert all(word in refused.value.description for word in ("profile fapi2", *lacks))


@pytest.mark.section("FAPI 2.0 Security Profile §5.3.2")
def test_the_grants_that_the_profile_knows() -> None:
    for grant in (DEVICE, token_exchange.GRANT_TYPE, trusted_issuers.GRANT_TYPE):
        with pytest.raises(InvalidClientMetadata, match="profile fapi2 needs grant_types out of authorization_code, "):
            ClientMetadata.register({**BANK, "grant_types": ["authorization_code", grant]})
    known = ["authorization_code", "refresh_token", "client_credentials", CIBA]
    signed = {"backchannel_authentication_request_signing_alg": "PS256", "backchannel_token_delivery_mode": "poll"}
    assert ClientMetadata.register({**BANK, **signed, "grant_types": known}).grant_types == tuple(known)


@SECURITY
def test_a_code_is_good_for_a_minute_at_most() -> None:
    assert [code_lifetime("fapi2", usual) for usual in (30, 60, 600)] == [30, 60, 60]
    assert code_lifetime("", 600) == 600


@pytest.mark.section("FAPI 2.0 Security Profile §5.4.1")
def test_a_proof_is_signed_as_the_profile_allows() -> None:
    check_proof("", "RS256")
    check_proof("fapi2", "PS256")
    with pytest.raises(InvalidDpopProof, match="PS256, ES256, EdDSA"):
        check_proof("fapi2", "RS256")


@pytest.mark.section("FAPI 2.0 Security Profile §5.3.2.2")
def test_all_that_a_request_lacks_is_said_at_once() -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_request(Parameters.of({"state": "s"}), "fapi2", is_pushed=False, is_signed=False)
    for word in ("/par", "response_type", "redirect_uri", "code_challenge", "S256"):
        assert word in refused.value.description
    check_request(Parameters.of(GOOD), "fapi2", is_pushed=True, is_signed=False)
    check_request(Parameters.of({}), "", is_pushed=False, is_signed=False)


@SIGNING
def test_signed_both_ways() -> None:
    with pytest.raises(InvalidRequest, match="signed, as request; response_mode jwt"):
        check_request(Parameters.of(GOOD), "fapi2-message-signing", is_pushed=True, is_signed=False)
    signed = Parameters.of({**GOOD, "response_mode": "query.jwt"})
    check_request(signed, "fapi2-message-signing", is_pushed=True, is_signed=True)


@SIGNING
@pytest.mark.parametrize(
    ("claims", "word"),
    [
        ({"nbf": NOW, "exp": NOW + 3600}, ""),
        ({"nbf": NOW - 3600, "exp": NOW}, ""),
        ({"exp": NOW}, "nbf"),
        ({"nbf": NOW - 3601, "exp": NOW}, "nbf"),
        ({"nbf": "now", "exp": NOW}, "nbf"),
        ({"nbf": NOW}, "exp"),
        ({"nbf": NOW, "exp": NOW + 3601}, "exp"),
    ],
)
def test_a_signed_request_is_of_this_hour(claims: dict[str, Any], word: str) -> None:
    said = check_signed_request(claims, NOW)
    assert (word in said) if word else not said


@SECURITY
def test_what_it_may_sign_with_is_what_it_pinned_or_what_the_profile_allows() -> None:
    ordinary = ClientMetadata.register({"redirect_uris": ["https://shop.example/in"]})
    assert "RS256" in ordinary.algs_of(None)
    assert ordinary.algs_of("ES256") == ("ES256",)
    assert ClientMetadata.register(BANK).algs_of(None) == ("PS256", "ES256", "EdDSA")
