"""fapi2-message-signing-final-test-plan (plain_fapi, private_key_jwt, DPoP, signed_non_repudiation, jarm): what it asks
of signed requests; and what both FAPI 2.0 plans ask of the proofs at a protected resource.
"""

import json
from typing import Any

import pytest
from flask import Flask

from idp import clock as clocks
from tests.conformance.fapi_suite import Suite
from tests.dpop import Holder
from tests.people import Person

SIGNING = pytest.mark.section("FAPI 2.0 Message Signing §5.3.1")
ALGS = pytest.mark.section("FAPI 2.0 Security Profile §5.4.1")
UNSIGNED = "eyJhbGciOiJub25lIn0"


@pytest.fixture
def signing(app: Flask) -> Suite:
    return Suite.known_as("signing", app, signs=True)


@SIGNING
@pytest.mark.conformance("fapi2-security-profile-final-ensure-request-object-with-multiple-aud-succeeds", "signed")
@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted", "signed"
)
def test_what_a_signed_request_may_say(signing: Suite, alice: Person) -> None:
    now = clocks.now()
    for changes in (
        {"aud": [signing.app.issuer, "https://other1.example.com", "invalid"]},
        {"nbf": now + 8, "iat": now + 8},
        {"iat": now},
    ):
        visit = signing.asks()
        pushed = signing.pushes(visit, request=signing.request_object(visit, **changes))
        assert signing.redeems(signing.sends(visit, alice, pushed)).status_code == 200


@SIGNING
@pytest.mark.conformance("fapi2-security-profile-final-ensure-request-object-without-exp-fails", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-ensure-request-object-without-nbf-fails", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-ensure-expired-request-object-fails", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-ensure-request-object-with-bad-aud-fails", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-ensure-request-object-with-exp-over-60-fails", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-ensure-request-object-with-nbf-over-60-fails", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-par-authorization-request-containing-request_uri", "signed")
def test_a_signed_request_that_does_not_hold(signing: Suite) -> None:
    now = clocks.now()
    for changes in (
        {"exp": None},
        {"nbf": None},
        {"exp": now - 300},
        {"aud": "https://other.example.com"},
        {"exp": now + 4200},
        {"nbf": now - 4200},
        {"nbf": now + 62},
        {"iat": now + 62},
        {"iat": "now"},
        {"request_uri": "urn:ietf:params:oauth:request_uri:invalid"},
    ):
        visit = signing.asks()
        signing.is_refused(visit, "invalid_request_object", request=signing.request_object(visit, **changes))


@ALGS
@pytest.mark.conformance("fapi2-security-profile-final-ensure-request-object-signature-algorithm-is-not-none", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-ensure-request-object-with-invalid-signature-fails", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-ensure-matching-key-in-authorization-request", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-ensure-signed-request-object-with-RS256-fails", "signed")
def test_a_request_signed_otherwise(app: Flask, signing: Suite) -> None:
    rsa, visit = Suite.known_as("by-rsa", app, signs=True, alg="PS256"), signing.asks()
    head, body, signature = signing.request_object(visit).split(".")
    broken = signature[:-8] + ("AAAAAAAA" if signature[-8:] != "AAAAAAAA" else "BBBBBBBB")
    for text in (
        f"{UNSIGNED}.{body}.",
        f"{head}.{body}.{broken}",
        signing.request_object(visit, key=Suite.known_as("second", app, signs=True).signer.key),
    ):
        signing.is_refused(visit, "invalid_request_object", request=text)
    asked = rsa.asks()
    rsa.is_refused(asked, "invalid_request_object", request=rsa.request_object(asked, header={"alg": "RS256"}))
    assert rsa.pushes(asked).status_code == 201


@SIGNING
@pytest.mark.conformance("fapi2-security-profile-final-ensure-unsigned-request-at-par-endpoint-fails", "signed")
def test_a_request_that_is_not_signed(app: Flask, signing: Suite) -> None:
    visit = signing.asks()
    response = signing.posts("/par", visit.parameters)
    assert (response.status_code, json.loads(response.data)["error"]) == (400, "invalid_request")


@pytest.fixture
def token(bank: Suite, alice: Person) -> str:
    return str(bank.fetches(bank.asks(), alice)["access_token"])


@pytest.mark.section("RFC 9449 §4.3")
@pytest.mark.conformance("fapi2-security-profile-final-dpop-negative-tests", "default", "signed")
def test_proofs_at_a_protected_resource(bank: Suite, token: str) -> None:
    now, address = clocks.now(), f"{bank.app.issuer}/userinfo"

    def proof(holder: Holder = bank.holder, at: str = address, **changes: Any) -> str:
        return holder.proof(changes.pop("htm", "GET"), at, token=changes.pop("token", token), **changes)

    for good in (
        proof(),
        proof(at=f"{address}?a=b#c"),
        proof(at=address.upper().replace("/USERINFO", "/userinfo")),
        proof(extra="extra", header={"extra": "extra"}),
    ):
        assert bank.reads(token, proof=good).status_code == 200
    head, body, signature = proof().split(".")
    once = proof()
    assert bank.reads(token, proof=once).status_code == 200
    for bad in (
        once,
        "",
        f"{proof()}, {proof()}",
        "no.jwt",
        f"{UNSIGNED}.{body}.",
        f"{head}.{body}.{signature[:-8]}AAAAAAAA",
        proof(header={"typ": None}),
        proof(header={"typ": "jwt"}),
        proof(header={"jwk": None}),
        proof(header={"jwk": dict(bank.holder.key.as_dict(private=True))}),
        *(proof(**{name: None}) for name in ("jti", "iat", "ath")),
        proof(htm="PUT"),
        proof(at=f"{bank.app.issuer}/token"),
        proof(iat=now + 3600),
        proof(iat=now - 3600),
        proof(nbf=now + 62),
        proof(exp=now - 62),
        proof(token="another"),
        proof(Holder()),
    ):
        assert bank.reads(token, proof=bad).status_code in (400, 401), bad
    assert bank.reads(token, scheme="Bearer", proof="").status_code == 401
    assert bank.reads(token).status_code == 200


@ALGS
def test_proofs_that_the_profile_does_not_know(bank: Suite, alice: Person) -> None:
    bank.holder = Holder("PS256")
    visit = bank.sends(bank.asks(), alice)
    by_rs256 = Holder("RS256")
    by_rs256.key = bank.holder.key
    bank.is_refused(bank.asks(), "invalid_dpop_proof", proof=by_rs256.proof("POST", f"{bank.app.issuer}/par"))
    refused = bank.redeems(visit, proof=by_rs256.proof("POST", f"{bank.app.issuer}/token"))
    assert json.loads(refused.data)["error"] == "invalid_dpop_proof"
    token = json.loads(bank.redeems(visit).data)["access_token"]
    assert bank.reads(token).status_code == 200
    late = by_rs256.proof("GET", f"{bank.app.issuer}/userinfo", token=token)
    assert bank.reads(token, proof=late).status_code == 401
