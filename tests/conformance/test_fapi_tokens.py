"""fapi2-security-profile-final-test-plan and fapi2-message-signing-final-test-plan: what both ask of the token endpoint
and of the proofs that come there, by the same clients as in test_fapi_security.py.
"""

import json

import pytest
from flask import Flask

from idp import clock as clocks
from tests.clocks import Clock
from tests.conformance.fapi_suite import Suite, error_of
from tests.dpop import Holder
from tests.people import Person

pytestmark = pytest.mark.section("FAPI 2.0 Security Profile §5.3.2.2")


@pytest.mark.conformance("fapi2-security-profile-final-access-token-type-header-case-sensitivity", "default", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-check-dpop-proof-nbf-exp", "default", "signed")
def test_a_token_and_its_proof_in_other_words(bank: Suite, alice: Person) -> None:
    token, now = bank.fetches(bank.asks(), alice)["access_token"], clocks.now()
    assert bank.reads(token, scheme="dPOP").status_code == 200
    proof = bank.proof("/userinfo", "GET", token=token, nbf=now, exp=now + 300)
    assert bank.reads(token, proof=proof).status_code == 200


@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-before-succeeds", "default", "signed"
)
@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-after-succeeds", "default", "signed"
)
@pytest.mark.section("FAPI 2.0 Security Profile §5.3.2.1")
def test_a_clock_that_goes_ten_seconds_wrong(banks: tuple[Suite, ...], alice: Person) -> None:
    for one in banks:
        for iat in (clocks.now() - 10, clocks.now() + 10):
            visit = one.asks()
            one.sends(visit, alice, one.pushes(visit, proof=one.proof("/par", iat=iat)))
            tokens = one.redeems(visit, proof=one.proof(iat=iat))
            assert tokens.status_code == 200
            token = json.loads(tokens.data)["access_token"]
            if one.openid:
                assert one.reads(token, proof=one.proof("/userinfo", "GET", token=token, iat=iat)).status_code == 200


@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success", "default", "signed"
)
@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt", "default", "signed"
)
@pytest.mark.conformance("fapi2-security-profile-final-ensure-dpop-auth-code-binding-success", "default", "signed")
@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-jkt", "default", "signed"
)
def test_a_code_is_for_the_key_it_was_asked_with(banks: tuple[Suite, ...], alice: Person) -> None:
    for one in banks:
        by_proof, by_name = one.asks(), one.asks(dpop_jkt=one.holder.jkt)
        one.sends(by_proof, alice, one.pushes(by_proof, proof=one.proof("/par")))
        one.sends(by_name, alice)
        for visit in (by_proof, by_name):
            other = Holder().proof("POST", f"{one.app.issuer}/token")
            assert error_of(one.redeems(visit, proof=other)) in (
                "invalid_request",
                "invalid_grant",
                "invalid_dpop_proof",
            )
            assert one.redeems(visit).status_code == 200


@pytest.mark.conformance("fapi2-security-profile-final-ensure-pkce-code-verifier-required", "default", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-incorrect-pkce-code-verifier-rejected", "default", "signed")
@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-authorization-code-is-bound-to-client", "default", "signed"
)
@pytest.mark.conformance("fapi2-security-profile-final-ensure-holder-of-key-required", "default", "signed")
def test_a_code_alone_is_not_enough(banks: tuple[Suite, ...], other_bank: Suite, alice: Person) -> None:
    for one in banks:
        visit = one.sends(one.asks(), alice)
        assert error_of(one.redeems(visit, fields={"code_verifier": ""})) == "invalid_grant"
        assert error_of(one.redeems(visit, fields={"code_verifier": "v" * 43})) == "invalid_grant"
        assert error_of(other_bank.redeems(visit, code=one.answer(visit)["code"])) == "invalid_grant"
        assert error_of(one.redeems(visit, proof="")) == "invalid_dpop_proof"
        assert one.redeems(visit).status_code == 200


@pytest.mark.conformance(
    "fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second", "default", "signed"
)
@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code", "default", "signed"
)
def test_a_code_is_good_once_and_for_a_minute(banks: tuple[Suite, ...], alice: Person, clock: Clock) -> None:
    for one in banks:
        visit = one.sends(one.asks(), alice)
        token = json.loads(one.redeems(visit).data)["access_token"]
        clock.moves(1)
        assert error_of(one.redeems(visit)) == "invalid_grant"
        if one.openid:
            assert one.reads(token).status_code == 401
        late = one.sends(one.asks(), alice)
        clock.moves(62)
        assert error_of(one.redeems(late)) == "invalid_grant"


@pytest.mark.conformance("fapi2-security-profile-final-ensure-client-assertion-in-token-endpoint", "default", "signed")
@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-client-assertion-with-exp-is-5-minutes-in-past-fails", "default", "signed"
)
@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails", "default", "signed"
)
@pytest.mark.conformance("fapi2-security-profile-final-ensure-client-assertion-with-no-sub-fails", "default", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-ensure-client-id-in-token-endpoint", "default", "signed")
@pytest.mark.section("FAPI 2.0 Security Profile §5.3.2.1")
def test_a_code_without_proof_of_the_client(banks: tuple[Suite, ...], other_bank: Suite, alice: Person) -> None:
    for one in banks:
        visit, own = one.sends(one.asks(), alice), one.signer
        for assertion in (
            "",
            own.assertion(exp=clocks.now() - 300),
            own.assertion(aud="https://other.example.com"),
            own.assertion(sub=None),
            other_bank.signer.assertion(key=own.key, header={"kid": own.key.kid}),
        ):
            assert error_of(one.redeems(visit, assertion=assertion)) in ("invalid_client", "invalid_request")
        assert one.redeems(visit).status_code == 200


@pytest.mark.conformance("fapi2-security-profile-final-par-test-array-as-audience-fails", "default", "signed")
@pytest.mark.conformance(
    "fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails", "default", "signed"
)
@pytest.mark.conformance(
    "fapi2-security-profile-final-par-test-token-endpoint-url-as-audience-fails", "default", "signed"
)
@pytest.mark.conformance(
    "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted",
    "default",
    "signed",
)
@pytest.mark.conformance(
    "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails",
    "default",
    "signed",
)
@pytest.mark.section("FAPI 2.0 Security Profile §5.3.2.1")
def test_whom_an_assertion_is_for_and_since_when(banks: tuple[Suite, ...]) -> None:
    for one in banks:
        issuer, now = one.app.issuer, clocks.now()
        for aud in ([issuer, "https://other1.example.com"], [issuer], f"{issuer}/par", f"{issuer}/token"):
            one.is_refused(one.asks(), "invalid_client", assertion=one.signer.assertion(aud=aud))
        ahead = dict.fromkeys(("iat", "nbf"), now + 8)
        assert one.pushes(one.asks(), assertion=one.signer.assertion(**ahead)).status_code == 201
        for name in ("iat", "nbf"):
            said = one.signer.assertion(**{name: now + 62}, exp=now + 122)
            one.is_refused(one.asks(), "invalid_client", assertion=said)


@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-signed-client-assertion-with-RS256-fails", "default", "signed"
)
@pytest.mark.section("FAPI 2.0 Security Profile §5.4.1")
def test_an_assertion_signed_otherwise(app: Flask, alice: Person) -> None:
    for signs in (False, True):
        one = Suite.known_as(f"by-rsa-{signs}", app, signs=signs, alg="PS256")
        visit = one.sends(one.asks(), alice)
        assert error_of(one.redeems(visit, assertion=one.signer.assertion(header={"alg": "RS256"}))) == "invalid_client"
        assert one.redeems(visit).status_code == 200


@pytest.mark.conformance("fapi2-security-profile-final-refresh-token", "default", "signed")
@pytest.mark.section("FAPI 2.0 Security Profile §5.3.2.1")
def test_a_refresh_token(banks: tuple[Suite, ...], other_bank: Suite, alice: Person) -> None:
    for one in banks:
        visit = one.asks("openid offline_access", prompt="consent") if one.openid else one.asks()
        one.sends(visit, alice)
        refresh = json.loads(one.redeems(visit.allows() if one.openid else visit).data)["refresh_token"]
        one.holder = Holder()
        again = json.loads(one.refreshes(refresh, scope=visit.parameters["scope"]).data)
        assert again["token_type"] == "DPoP"
        assert again.get("refresh_token", refresh) == refresh
        assert ("id_token" in again) == one.openid
        assert error_of(one.refreshes(refresh, assertion="")) == "invalid_client"
        assert error_of(one.refreshes(refresh, proof="")) == "invalid_dpop_proof"
        assert error_of(other_bank.refreshes(refresh)) == "invalid_grant"
        assert one.refreshes(refresh).status_code == 200
