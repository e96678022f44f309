"""fapi-ciba-id1-test-plan with clients that prove who they are by a certificate (mtls): what it asks of these alone."""

import json

import pytest
from cryptography import x509
from flask import Flask
from werkzeug.test import TestResponse

from idp.settings.load import Settings
from tests import certificates
from tests.backchannels import GRANT, Asked
from tests.conformance.ciba_suite import CIBA, HEADER, Suite
from tests.endpoints.token.test_private_key_jwt import Signer
from tests.people import Person

pytestmark = pytest.mark.section("RFC 8705 §2.1")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return certificates.passed_on(settings, HEADER)


def known_as(name: str, server: Flask, person: Person) -> Suite:
    host = f"{name}.example"
    metadata = {
        "token_endpoint_auth_method": "tls_client_auth",
        "token_endpoint_auth_signing_alg": None,
        "tls_client_auth_san_dns": host,
    }
    given = {member: value for member, value in {**CIBA, **metadata}.items() if value is not None}
    return Suite(Signer(server, name, "PS256", **given), person, certificates.made(name, [x509.DNSName(host)]))


@pytest.fixture
def suite(app: Flask, alice: Person) -> Suite:
    return known_as("suite", app, alice)


@pytest.fixture
def second(app: Flask, alice: Person) -> Suite:
    return known_as("second", app, alice)


def answer(response: TestResponse) -> tuple[int, str]:
    return response.status_code, json.loads(response.data).get("error", "")


@pytest.mark.conformance("fapi-ciba-id1-ensure-wrong-client-id-in-token-endpoint-request")
def test_a_certificate_is_its_clients_alone(suite: Suite, second: Suite) -> None:
    asked = Asked(
        suite.signer.app, json.loads(suite.posts("/bc-authorize", assertion="", request=suite.request()).data)
    )
    fields = {"grant_type": GRANT, "auth_req_id": asked.said["auth_req_id"]}
    other = suite.posts("/token", assertion="", client_id=second.signer.app.client_id, **fields)
    assert answer(other) == (401, "invalid_client")
    assert answer(suite.posts("/token", assertion="", **fields)) == (400, "authorization_pending")


@pytest.mark.conformance("fapi-ciba-id1-ensure-different-client-id-and-issuer-in-backchannel-authorization-request")
@pytest.mark.conformance("fapi-ciba-id1-ensure-wrong-client-id-in-backchannel-authorization-request")
def test_a_request_in_the_name_of_another_client(suite: Suite, second: Suite) -> None:
    other = second.signer.app.client_id
    for request in (suite.request(), suite.request(iss=other)):
        response = suite.posts("/bc-authorize", assertion="", client_id=other, request=request)
        assert answer(response) == (401, "invalid_client")
