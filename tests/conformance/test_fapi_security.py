"""fapi2-security-profile-final-test-plan and fapi2-message-signing-final-test-plan (plain_fapi, private_key_jwt, DPoP):
what both ask of the authorization code flow. Each module is run by a client of OpenID Connect, one without it, and one
that signs its requests and reads signed answers.
"""

import json
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.clocks import Clock
from tests.conformance.fapi_suite import DUMMIES, WITH_QUERY, Suite, error_of
from tests.dpop import Holder
from tests.people import Person
from tests.web_browser import Arrival, Page

pytestmark = pytest.mark.section("FAPI 2.0 Security Profile §5.3.2.2")
ALGS = {"PS256", "ES256", "EdDSA"}
OTHER = "another-value-than-the-one-that-was-pushed"


@pytest.fixture
def both(banks: tuple[Suite, ...]) -> tuple[Suite, Suite]:
    """Who speaks OpenID Connect."""
    return banks[0], banks[2]


@pytest.mark.conformance("fapi2-security-profile-final-discovery-end-point-verification", "default", "signed")
def test_discovery(client: FlaskClient) -> None:
    for kind in ("openid-configuration", "oauth-authorization-server"):
        found = json.loads(client.get(f"/.well-known/{kind}").data)
        assert found["authorization_response_iss_parameter_supported"] is True
        assert found["pushed_authorization_request_endpoint"].startswith(found["issuer"])
        assert found["require_pushed_authorization_requests"] is False
        assert found["code_challenge_methods_supported"] == ["S256"]
        assert "private_key_jwt" in found["token_endpoint_auth_methods_supported"]
        assert {"authorization_code", "refresh_token"} <= set(found["grant_types_supported"])
        assert "code" in found["response_types_supported"]
        assert "jwt" in found["response_modes_supported"]
        for name in ("dpop", "token_endpoint_auth", "request_object", "authorization", "userinfo", "id_token"):
            assert ALGS & set(found[f"{name}_signing_alg_values_supported"]), name
        for name in ("authorization_encryption_alg_values_supported", "authorization_encryption_enc_values_supported"):
            assert isinstance(found[name], list)
        assert {"openid", "offline_access"} <= set(found["scopes_supported"])


@pytest.mark.conformance("fapi2-security-profile-final-happy-flow", "default", "signed")
def test_two_clients_one_after_the_other(app: Flask, banks: tuple[Suite, ...], alice: Person) -> None:
    for one in banks:
        token = one.fetches(one.asks(), alice)["access_token"]
        again = Suite(one.signer, one.openid, one.signs)
        visit = again.asks(redirect_uri=WITH_QUERY, dpop_jkt=again.holder.jkt, state="s" * 128)
        response = again.redeems(again.sends(visit, alice))
        assert response.status_code == 200
        assert isinstance(visit.at, Arrival)
        assert DUMMIES.items() <= visit.at.answer.items()
        second = json.loads(response.data)["access_token"]
        if one.openid:
            assert one.reads(token).status_code == 200
            assert one.reads(token, scheme="", query=f"?access_token={token}").status_code == 401
            assert one.reads(second).status_code == 401  # the first one's key, the second one's token


@pytest.mark.conformance("fapi2-security-profile-final-user-rejects-authentication", "default", "signed")
def test_the_person_says_no(banks: tuple[Suite, ...], alice: Person) -> None:
    for one in banks:
        visit = one.sends(one.asks(prompt="consent", redirect_uri=WITH_QUERY), alice).declines()
        assert one.answer(visit)["error"] == "access_denied"


@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-authorization-request-without-state-success", "default", "signed"
)
def test_without_state(banks: tuple[Suite, ...], alice: Person) -> None:
    for one in banks:
        visit = one.asks(state=None)
        assert one.fetches(visit, alice)
        assert "state" not in one.answer(visit)


@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-authorization-request-without-nonce-success", "default", "signed"
)
@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-authorization-request-with-64-char-nonce-success", "default", "signed"
)
@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-authorization-request-with-long-nonce", "default", "signed"
)
@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-authorization-request-with-long-state", "default", "signed"
)
@pytest.mark.conformance("fapi2-security-profile-final-ensure-other-scope-order-succeeds", "default", "signed")
def test_what_a_request_may_hold(both: tuple[Suite, Suite], alice: Person) -> None:
    for one in both:
        for changes in ({"nonce": None}, {"nonce": "n" * 64}, {"nonce": "n" * 384}, {"state": "s" * 1000}):
            assert one.fetches(one.asks(**changes), alice)
        assert one.fetches(one.asks("email openid"), alice)


@pytest.mark.conformance("fapi2-security-profile-final-test-claims-parameter-identity-claims", "default", "signed")
def test_claims_are_given_where_they_were_asked_for(both: tuple[Suite, Suite], alice: Person) -> None:
    claims = json.dumps({"userinfo": {"email": {"essential": True}}, "id_token": {"email": None}})
    for one in both:
        tokens = one.fetches(one.asks(claims=claims), alice)
        assert json.loads(one.reads(tokens["access_token"]).data)["email"] == alice.email


@pytest.mark.conformance("fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails", "default", "signed")
def test_a_request_that_names_another_key_than_its_proof(banks: tuple[Suite, ...]) -> None:
    for one in banks:
        one.is_refused(one.asks(dpop_jkt=Holder().jkt), "invalid_dpop_proof", proof=one.proof("/par"))


@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-different-nonce-inside-and-outside-request-object", "default", "signed"
)
@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-different-state-inside-and-outside-request-object", "default", "signed"
)
@pytest.mark.conformance("fapi2-security-profile-final-state-only-outside-request-object-not-used", "default", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-par-without-duplicate-parameters", "default", "signed")
def test_what_was_pushed_counts_and_nothing_beside_it(both: tuple[Suite, Suite], alice: Person) -> None:
    for one in both:
        for outside, changes in (({"nonce": OTHER, "state": OTHER}, {}), ({"state": OTHER}, {"state": None}), ({}, {})):
            visit = one.asks(**changes)
            request_uri = json.loads(one.pushes(visit).data)["request_uri"]
            asked = {"client_id": one.app.client_id, "request_uri": request_uri, **outside}
            visit.person, visit.browser = alice, alice.browser
            visit.at = alice.browser.open(f"/authorize?{urlencode(asked)}")
            if isinstance(visit.at, Page):
                visit.signs_in()
            assert one.answer(visit).get("state") == visit.parameters.get("state")
            assert one.redeems(visit).status_code == 200


@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-request-object-without-redirect-uri-fails", "default", "signed"
)
@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-redirect-uri-in-authorization-request", "default", "signed"
)
@pytest.mark.conformance(
    "fapi2-security-profile-final-plain-fapi-tolerate-unregistered-redirect-uri", "default", "signed"
)
@pytest.mark.conformance("fapi2-security-profile-final-par-ensure-pkce-required", "default", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-par-plain-pkce-rejected", "default", "signed")
def test_what_a_request_must_hold(banks: tuple[Suite, ...]) -> None:
    for one in banks:
        one.is_refused(one.asks(redirect_uri=None), "invalid_request")
        one.is_refused(one.asks(redirect_uri="https://www.certification.openid.net/test/a/other"), "invalid_request")
        one.is_refused(one.asks(code_challenge=None, code_challenge_method=None), "invalid_request")
        one.is_refused(one.asks(code_challenge_method="plain"), "invalid_request")


@pytest.mark.conformance("fapi2-security-profile-final-ensure-response-type-code-idtoken-fails", "default", "signed")
@pytest.mark.conformance("fapi2-security-profile-final-ensure-response-type-token-fails", "default", "signed")
def test_other_response_types(banks: tuple[Suite, ...]) -> None:
    for one in banks:
        for response_type in ("code id_token", "token"):
            one.is_refused(one.asks(response_type=response_type), "invalid_request", "unsupported_response_type")


@pytest.mark.conformance(
    "fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails", "default", "signed"
)
def test_a_request_through_the_browser(banks: tuple[Suite, ...], alice: Person) -> None:
    for one in banks:
        assert one.answer(one.asks().seen_by(alice))["error"] == "invalid_request"


@pytest.mark.conformance(
    "fapi2-security-profile-final-par-authorization-request-containing-request_uri-form-param", "default", "signed"
)
@pytest.mark.conformance("fapi2-security-profile-final-par-attempt-invalid-http-method", "default", "signed")
def test_what_the_endpoint_for_requests_does_not_take(app: Flask, banks: tuple[Suite, ...]) -> None:
    for one in banks:
        visit = one.asks(request_uri="urn:ietf:params:oauth:request_uri:invalid")
        assert error_of(one.posts("/par", visit.parameters)) in ("invalid_request", "invalid_request_object")
    assert app.test_client().put(f"{banks[0].app.issuer}/par").status_code == 405


@pytest.mark.conformance(
    "fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds", "default", "signed"
)
@pytest.mark.conformance("fapi2-security-profile-final-par-attempt-reuse-request_uri", "default", "signed")
def test_a_request_may_be_looked_at_again_until_it_is_answered(banks: tuple[Suite, ...], alice: Person) -> None:
    for one in banks:
        visit, person = one.asks(), alice.elsewhere()
        visit.request_uri = json.loads(one.pushes(visit).data)["request_uri"]
        assert isinstance(visit.seen_by(person).at, Page)
        assert one.redeems(visit.seen_by(person).signs_in()).status_code == 200
        again = person.browser.open(visit.url)
        assert isinstance(again, Page)
        assert again.status == 400


@pytest.mark.conformance("fapi2-security-profile-final-par-attempt-to-use-expired-request_uri", "default", "signed")
@pytest.mark.conformance(
    "fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client", "default", "signed"
)
@pytest.mark.section("RFC 9126 §2.2")
def test_a_request_uri_that_is_too_old_or_of_somebody_else(
    banks: tuple[Suite, ...], other_bank: Suite, alice: Person, clock: Clock
) -> None:
    for one in banks:
        told = json.loads(one.pushes(one.asks()).data)
        assert 5 < told["expires_in"] < 600
        stolen = {"client_id": other_bank.app.client_id, "request_uri": told["request_uri"]}
        own = {"client_id": one.app.client_id, "request_uri": told["request_uri"]}
        assert isinstance(refused := alice.browser.open(f"/authorize?{urlencode(stolen)}"), Page)
        assert refused.status == 400
        clock.moves(told["expires_in"] + 1)
        assert isinstance(late := alice.browser.open(f"/authorize?{urlencode(own)}"), Page)
        assert late.status == 400
