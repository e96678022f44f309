"""oidcc-dynamic-certification-test-plan: the suite registers itself for each module, with private_key_jwt, no PKCE."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from joserfc import jws, jwt
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from idp import clock
from idp.protocol import client_assertion
from tests.clocks import Clock
from tests.conformance.suite import CALLBACK
from tests.emulators import document_server
from tests.emulators.document_server import DocumentServer
from tests.endpoints.registration.conftest import Machine, Opens
from tests.endpoints.registration.conftest import opens as opens
from tests.id_tokens import published_keys
from tests.people import ALICE, Person
from tests.relying_app import RelyingApp, Visit

KEY = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256", "use": "sig"})
NO_PKCE: dict[str, str | None] = {"code_challenge": None, "code_challenge_method": None}


@pytest.fixture
def machine(opens: Opens) -> Machine:
    return opens(mode="open", require_pkce=False)


@pytest.fixture
def elsewhere() -> Iterator[DocumentServer]:
    with document_server.serving() as server:
        yield server


def public(key: RSAKey) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False)]}


class Client:
    """One registration of the suite."""

    def __init__(self, machine: Machine, **members: Any) -> None:
        usual = {
            "client_name": "OIDF Conformance",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "private_key_jwt",
            "contacts": ["certification@oidf.org"],
        }
        keys = {} if "jwks_uri" in members else {"jwks": public(KEY)}
        self.told = machine.registered(**usual | keys | members)
        self.app = RelyingApp(machine.server, self.told["client_id"], "", self.told["redirect_uris"][0])
        self.alice = Person.of(ALICE, machine.server).with_account()

    def asks(self, scope: str = "openid", **parameters: str | None) -> Visit:
        return self.app.asks(scope, **NO_PKCE | parameters).seen_by(self.alice)

    def lets_in(self, scope: str = "openid", **parameters: str | None) -> Visit:
        return self.asks(scope, **parameters).signs_in().allows()

    def proof(self, key: RSAKey = KEY, audience: str = "") -> dict[str, str]:
        name, now = self.told["client_id"], clock.now()
        claims = {"iss": name, "sub": name, "aud": audience or f"{self.app.issuer}/token", "iat": now, "exp": now + 60}
        signed = jwt.encode({"alg": "RS256", "kid": key.kid}, claims | {"jti": f"{key.kid}{now}{audience}"}, key)
        return {"client_assertion": signed, "client_assertion_type": client_assertion.TYPE}

    def redeems(self, visit: Visit, **proof: str) -> dict[str, Any]:
        response = visit.tries_to_redeem(code_verifier=None, **proof or self.proof())
        assert response.status_code == 200, response.data
        tokens: dict[str, Any] = json.loads(response.data)
        return tokens


@pytest.mark.conformance("oidcc-server", "dynamic")
@pytest.mark.conformance("oidcc-idtoken-rs256", "dynamic")
def test_an_id_token_signed_as_registered(machine: Machine) -> None:
    client = Client(machine, id_token_signed_response_alg="RS256")
    id_token = client.redeems(client.lets_in())["id_token"]
    token = jwt.decode(id_token, published_keys(machine.server), algorithms=["RS256"])
    assert token.claims["aud"] == client.told["client_id"]


@pytest.mark.conformance("oidcc-idtoken-signature")
@pytest.mark.conformance("oidcc-idtoken-signature", "form_post")
@pytest.mark.parametrize("mode", [None, "form_post"])
def test_an_id_token_of_an_app_that_named_no_algorithm(machine: Machine, mode: str | None) -> None:
    client = Client(machine)
    visit = client.lets_in(response_mode=mode)
    id_token = client.redeems(visit.posts_the_answer() if mode else visit)["id_token"]
    header = jws.extract_compact(id_token.encode()).headers()
    assert header["alg"] == "RS256"
    assert header["kid"] in {key.kid for key in published_keys(machine.server).keys}


@pytest.mark.conformance("oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported")
@pytest.mark.conformance("oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported", "form_post")
@pytest.mark.conformance("oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported", "form_post")
def test_the_suite_skips_requests_that_nobody_signed(machine: Machine) -> None:
    """Discovery names algorithms for request objects, and not `none`: then it does not send any."""
    document = machine.server.test_client().get("/.well-known/openid-configuration").get_json()
    assert document["request_object_signing_alg_values_supported"]
    assert "none" not in document["request_object_signing_alg_values_supported"]


@pytest.mark.conformance("oidcc-idtoken-unsigned", "dynamic")
def test_an_unsigned_id_token_is_not_registered(machine: Machine) -> None:
    """Discovery does not name `none`, so the suite skips it."""
    assert machine.registers(id_token_signed_response_alg="none").status_code == 400


@pytest.mark.conformance("oidcc-userinfo-rs256", "dynamic")
def test_userinfo_signed_as_registered(machine: Machine) -> None:
    client = Client(machine, userinfo_signed_response_alg="RS256")
    bearer = {"Authorization": f"Bearer {client.redeems(client.lets_in())['access_token']}"}
    response = machine.server.test_client().get("/userinfo", headers=bearer)
    assert response.headers["Content-Type"] == "application/jwt"
    token = jwt.decode(response.data.decode(), published_keys(machine.server), algorithms=["RS256"])
    assert token.claims["sub"] == client.alice.user_id


@pytest.mark.conformance("oidcc-ensure-redirect-uri-in-authorization-request", "dynamic")
def test_a_request_without_redirect_uri(machine: Machine) -> None:
    assert Client(machine).asks(redirect_uri=None).page.status == 400


@pytest.mark.conformance("oidcc-redirect-uri-query-OK", "dynamic")
def test_a_redirect_uri_with_a_query(machine: Machine) -> None:
    client = Client(machine, redirect_uris=[f"{CALLBACK}?dummy1=lorem&dummy2=ipsum"])
    visit = client.lets_in()
    assert visit.answer["dummy1"] == "lorem"
    assert client.redeems(visit)["id_token"]


@pytest.mark.conformance("oidcc-redirect-uri-query-mismatch", "dynamic")
@pytest.mark.conformance("oidcc-redirect-uri-query-added", "dynamic")
def test_another_query_than_was_registered(machine: Machine) -> None:
    client = Client(machine, redirect_uris=[f"{CALLBACK}?dummy1=lorem"])
    for uri in (CALLBACK, f"{CALLBACK}?dummy1=other", f"{CALLBACK}?dummy1=lorem&dummy2=ipsum"):
        assert client.asks(redirect_uri=uri).page.status == 400


@pytest.mark.conformance("oidcc-redirect-uri-regfrag", "dynamic")
def test_a_fragment_is_not_registered(machine: Machine) -> None:
    response = machine.registers(redirect_uris=[f"{CALLBACK}#foobar"])
    assert response.status_code == 400
    assert json.loads(response.data)["error"] == "invalid_redirect_uri"


@pytest.mark.conformance("oidcc-registration-policy-uri", "dynamic")
@pytest.mark.conformance("oidcc-registration-tos-uri", "dynamic")
def test_people_find_the_policy_and_the_terms_of_the_app(machine: Machine) -> None:
    policy, terms = "https://app.example/policy", "https://app.example/terms"
    client = Client(machine, policy_uri=policy, tos_uri=terms)
    page = client.asks().signs_in().page
    assert f'href="{policy}"' in page.response.get_data(as_text=True)
    assert f'href="{terms}"' in page.response.get_data(as_text=True)


@pytest.mark.conformance("oidcc-registration-logo-uri", "dynamic")
def test_people_see_the_logo_of_the_app(machine: Machine, elsewhere: DocumentServer) -> None:
    """From here, drawn anew: the page asks no other site for anything."""
    elsewhere.shows_picture()
    client = Client(machine, logo_uri=elsewhere.at("/logo.png"))
    page = client.asks().signs_in().page
    logo = client.told["logo_uri"]
    assert f'src="{logo}"' in page.response.get_data(as_text=True)
    picture = machine.server.test_client().get(urlsplit(logo).path)
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert elsewhere.asked == ["/logo.png"]


@pytest.mark.conformance("oidcc-registration-jwks-uri", "dynamic")
@pytest.mark.conformance("oidcc-refresh-token-rp-key-rotation", "dynamic")
def test_keys_at_an_address_and_other_keys_later(machine: Machine, elsewhere: DocumentServer, clock: Clock) -> None:
    elsewhere.shows(public(KEY))
    grants = ["authorization_code", "refresh_token"]
    client = Client(machine, jwks_uri=elsewhere.at("/client1_jwks"), grant_types=grants)
    tokens = client.redeems(client.lets_in("openid offline_access"))
    other = RSAKey.generate_key(2048, {"kid": "two", "alg": "RS256", "use": "sig"})
    elsewhere.shows(public(other))
    clock.moves(30)
    assert refreshed(client, tokens, KEY).status_code == 200  # known until somebody shows a key that is not
    tokens = json.loads(refreshed(client, tokens, other).data)
    assert tokens["id_token"]


def refreshed(client: Client, tokens: dict[str, Any], key: RSAKey) -> TestResponse:
    fields = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    return client.app.posts_token(fields | client.proof(key))


@pytest.mark.conformance("oidcc-registration-sector-uri", "dynamic")
@pytest.mark.conformance("oidcc-registration-sector-bad", "dynamic")
def test_a_sector(machine: Machine, elsewhere: DocumentServer) -> None:
    sector = {"subject_type": "pairwise", "sector_identifier_uri": elsewhere.at("/redirect_uris.json")}
    elsewhere.shows([CALLBACK])
    assert machine.registers(redirect_uris=[CALLBACK], **sector).status_code == 201
    elsewhere.shows(["https://other.example/callback"])
    response = machine.registers(redirect_uris=[CALLBACK], **sector)
    assert json.loads(response.data)["error"] == "invalid_client_metadata"


@pytest.mark.conformance("oidcc-ensure-client-assertion-with-iss-aud-succeeds", "dynamic")
def test_an_assertion_for_the_issuer(machine: Machine) -> None:
    client = Client(machine)
    assert client.redeems(client.lets_in(), **client.proof(audience=client.app.issuer))["id_token"]


@pytest.mark.conformance("oidcc-server", "dynamic")
def test_the_suite_cleans_up(machine: Machine) -> None:
    client = Client(machine)
    assert machine.removes(client.told).status_code == 204
