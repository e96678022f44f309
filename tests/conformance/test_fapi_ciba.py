"""fapi-ciba-id1-test-plan (plain_fapi, private_key_jwt, poll and ping): signed requests, and tokens bound to a
certificate. The operator registered the clients as their own (`first_party`), so that they may ask whom they never met.
"""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp import clock as clocks
from idp.settings.load import Settings
from tests import certificates
from tests.backchannels import GRANT
from tests.clocks import Clock
from tests.conformance.ciba_suite import HEADER, Suite
from tests.people import Person
from tests.relying_app import Tokens

pytestmark = pytest.mark.section("OpenID CIBA Core 1.0 §7.1.1")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return certificates.passed_on(settings, HEADER)


@pytest.fixture
def suite(app: Flask, alice: Person) -> Suite:
    return Suite.known_as("suite", app, alice)


@pytest.fixture
def second(app: Flask, alice: Person) -> Suite:
    return Suite.known_as("second", app, alice)


@pytest.mark.conformance("fapi-ciba-id1-discovery-end-point-verification")
def test_discovery(client: FlaskClient) -> None:
    found = json.loads(client.get("/.well-known/openid-configuration").data)
    assert found["backchannel_authentication_endpoint"].startswith(found["issuer"])
    assert {"poll", "ping"} <= set(found["backchannel_token_delivery_modes_supported"])
    assert {"PS256", "ES256"} <= set(found["backchannel_authentication_request_signing_alg_values_supported"])
    assert found["backchannel_user_code_parameter_supported"] is False
    assert GRANT in found["grant_types_supported"]
    assert found["tls_client_certificate_bound_access_tokens"] is True


@pytest.mark.conformance("fapi-ciba-id1")
def test_two_clients_ask_one_after_the_other(suite: Suite, second: Suite, alice: Person) -> None:
    for one in (suite, second):
        asked = one.asks()
        assert one.hears(asked) == "authorization_pending"
        tokens = one.fetches(asked)
        assert tokens.claims["sub"] == alice.user_id
        assert tokens.header["kid"]


@pytest.mark.conformance("fapi-ciba-id1-user-rejects-authentication")
def test_the_person_says_no(suite: Suite, alice: Person) -> None:
    asked = suite.asks().seen_by(alice).signs_in().reviews().declines()
    assert suite.hears(asked) == "access_denied"


@pytest.mark.conformance("fapi-ciba-id1-multiple-call-to-token-endpoint")
def test_many_polls_at_once(suite: Suite) -> None:
    asked = suite.asks()
    assert {suite.hears(asked) for _ in range(4)} == {"authorization_pending", "slow_down"}


@pytest.mark.conformance("fapi-ciba-id1-auth-req-id-expired")
def test_ten_seconds_are_over(suite: Suite, clock: Clock) -> None:
    asked = suite.asks(requested_expiry=10)
    assert asked.said["expires_in"] == 10
    assert suite.hears(asked) == "authorization_pending"
    clock.moves(5)
    assert suite.hears(asked) == "authorization_pending"
    clock.moves(6)
    assert suite.hears(asked) == "expired_token"


@pytest.mark.conformance("fapi-ciba-id1-ensure-authorization-request-with-binding-message-succeeds")
def test_a_binding_message(suite: Suite) -> None:
    assert suite.fetches(suite.asks(binding_message="1234")).access_token


@pytest.mark.conformance("fapi-ciba-id1-ensure-authorization-request-with-potentially-bad-binding-message")
def test_a_binding_message_that_cannot_be_shown(suite: Suite) -> None:
    suite.is_refused("invalid_binding_message", binding_message="1234 \U0001f44d\U0001f3ff 品川 " + "Lorem ipsum " * 40)


@pytest.mark.conformance("fapi-ciba-id1-ensure-other-scope-order-succeeds")
def test_scopes_in_another_order(suite: Suite) -> None:
    assert suite.fetches(suite.asks(scope="email openid")).scope == {"openid", "email"}


@pytest.mark.conformance("fapi-ciba-id1-ensure-requested-expiry-as-string-succeeds")
def test_an_expiry_in_quotes(suite: Suite) -> None:
    assert suite.asks(requested_expiry="30").said["expires_in"] == 30


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            {"aud": None}, marks=pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-missing-aud-fails")
        ),
        pytest.param(
            {"aud": "https://other.example.com"},
            marks=pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-bad-aud-fails"),
        ),
        pytest.param(
            {"iss": None}, marks=pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-missing-iss-fails")
        ),
        pytest.param(
            {"iss": "second"}, marks=pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-bad-iss-fails")
        ),
        pytest.param(
            {"exp": None}, marks=pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-missing-exp-fails")
        ),
        pytest.param(
            {"exp": -300}, marks=pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-expired-exp-fails")
        ),
        pytest.param(
            {"exp": 4200},
            marks=pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-exp-is-70-minutes-in-future-fails"),
        ),
        pytest.param(
            {"iat": None}, marks=pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-missing-iat-fails")
        ),
        pytest.param(
            {"nbf": None}, marks=pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-missing-nbf-fails")
        ),
        pytest.param(
            {"nbf": 600},
            marks=pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-nbf-is-10-minutes-in-future-fails"),
        ),
        pytest.param(
            {"nbf": -4200},
            marks=pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-nbf-is-70-minutes-in-past-fails"),
        ),
        pytest.param(
            {"jti": None}, marks=pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-missing-jti-fails")
        ),
    ],
)
def test_a_request_object_that_does_not_hold(suite: Suite, changes: dict[str, Any]) -> None:
    """Numbers are seconds from now."""
    now = clocks.now()
    suite.is_refused(**{name: now + value if isinstance(value, int) else value for name, value in changes.items()})


@pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-signature-algorithm-is-none-fails")
@pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-signature-algorithm-is-bad-fails")
def test_a_request_object_without_a_signature_or_with_a_broken_one(suite: Suite) -> None:
    head, body, signature = suite.request().split(".")
    broken = signature[:-8] + ("AAAAAAAA" if signature[-8:] != "AAAAAAAA" else "BBBBBBBB")
    for text in (f"eyJhbGciOiJub25lIn0.{body}.", f"{head}.{body}.{broken}"):
        response = suite.posts("/bc-authorize", request=text)
        assert (response.status_code, json.loads(response.data)["error"]) == (400, "invalid_request")


@pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-signature-algorithm-is-RS256-fails")
@pytest.mark.conformance("fapi-ciba-id1-ensure-request-object-signed-by-other-client-fails")
def test_a_request_object_signed_otherwise(suite: Suite, second: Suite) -> None:
    suite.is_refused(header={"alg": "RS256"})
    suite.is_refused(key=second.signer.key)


@pytest.mark.conformance("fapi-ciba-id1-ensure-authorization-request-with-multiple-hints-fails")
def test_two_hints(suite: Suite) -> None:
    tokens = suite.fetches(suite.asks())
    suite.is_refused(id_token_hint=tokens.id_token)


@pytest.mark.conformance("fapi-ciba-id1-ensure-wrong-auth-req-id-in-token-endpoint-request")
def test_the_id_of_another_clients_request(suite: Suite, second: Suite) -> None:
    assert second.hears(suite.asks()) == "invalid_grant"


@pytest.mark.conformance("fapi-ciba-id1-ensure-without-client-assertion-in-token-endpoint-request")
@pytest.mark.conformance("fapi-ciba-id1-ensure-without-client-assertion-in-backchannel-authorization-request")
def test_without_an_assertion(suite: Suite) -> None:
    asked = suite.asks()
    for response in (suite.polls(asked, assertion=""), suite.posts("/bc-authorize", assertion="", request="x")):
        assert (response.status_code, json.loads(response.data)["error"]) == (401, "invalid_client")


@pytest.mark.conformance(
    "fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-backchannel-authorization-request-is-RS256-fails"
)
@pytest.mark.conformance(
    "fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-token-endpoint-request-is-RS256-fails"
)
def test_an_assertion_signed_otherwise(suite: Suite) -> None:
    asked = suite.asks()

    def otherwise() -> str:
        return suite.signer.assertion(header={"alg": "RS256"})

    for response in (
        suite.polls(asked, assertion=otherwise()),
        suite.posts("/bc-authorize", assertion=otherwise(), request=suite.request()),
    ):
        assert (response.status_code, json.loads(response.data)["error"]) == (401, "invalid_client")


@pytest.mark.conformance("fapi-ciba-id1-ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds")
def test_an_assertion_for_the_issuer(suite: Suite) -> None:
    asked = suite.asks()
    response = suite.polls(asked, assertion=suite.signer.assertion(aud=suite.signer.app.issuer))
    assert json.loads(response.data)["error"] == "authorization_pending"


@pytest.mark.conformance("fapi-ciba-id1-ensure-unsigned-backchannel-authorization-request-fails")
def test_what_is_not_signed(suite: Suite, alice: Person) -> None:
    response = suite.posts("/bc-authorize", scope="openid", login_hint=alice.email)
    assert (response.status_code, json.loads(response.data)["error"]) == (400, "invalid_request")


@pytest.mark.conformance("fapi-ciba-id1-refresh-token")
def test_a_refresh_token_is_of_its_client(suite: Suite, second: Suite) -> None:
    tokens = suite.fetches(suite.asks(scope="openid email offline_access"))
    fields = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    assert json.loads(second.posts("/token", **fields).data)["error"] == "invalid_grant"
    again = Tokens.of(suite.signer.app, suite.posts("/token", **fields))
    assert again.claims["sub"] == tokens.claims["sub"]


@pytest.mark.conformance("fapi-ciba-id1-ensure-mtls-holder-of-key-required")
def test_without_a_certificate_there_are_no_tokens(suite: Suite, alice: Person) -> None:
    asked = suite.asks().seen_by(alice).signs_in().reviews().allows()
    response = suite.polls(asked, certificate=False)
    assert response.status_code == 400
    assert json.loads(response.data)["error"] in ("invalid_request", "invalid_client", "invalid_grant")
    assert suite.polls(asked).status_code == 200
