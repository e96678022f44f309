"""An app that signs with a key of its own instead of keeping a secret (OpenID Connect Core §9, RFC 7523 §2.2)."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from joserfc import jwk
from werkzeug.test import TestResponse

from idp import clock
from tests.dpop import signed
from tests.people import Person
from tests.relying_app import RelyingApp

pytestmark = pytest.mark.section("OpenID Connect Core §9")
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KINDS: dict[str, tuple[str, Any]] = {
    "RS256": ("RSA", 2048),
    "PS256": ("RSA", 2048),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
}


def a_key(alg: str = "ES256") -> Any:
    kind, size = KINDS[alg]
    return jwk.generate_key(kind, size, private=True, auto_kid=True)


def public(*keys: Any) -> dict[str, Any]:
    return {"keys": [{**key.as_dict(private=False), "use": "sig"} for key in keys]}


class Signer:
    """The app, its key, and the assertions it makes: honest ones, until told otherwise."""

    def __init__(self, server: Flask, name: str = "signer", alg: str = "ES256", **metadata: Any) -> None:
        self.key, self.alg = a_key(alg), alg
        usual = {
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": public(self.key),
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "scope": "openid offline_access reports.read",
        }
        self.app = RelyingApp.registered(server, name, **(usual | metadata))

    def assertion(self, *, key: Any = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
        claims = {
            "iss": self.app.client_id,
            "sub": self.app.client_id,
            "aud": self.app.issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": clock.now(),
            "exp": clock.now() + 60,
            **changes,
        }
        head = {"alg": self.alg, "kid": self.key.kid, "typ": "JWT", **(header or {})}
        return signed(head, {name: value for name, value in claims.items() if value is not None}, key or self.key)

    def asks(self, assertion: str | None = None, path: str = "/token", **fields: str) -> TestResponse:
        body = {
            "grant_type": "client_credentials",
            "client_assertion_type": TYPE,
            "client_assertion": assertion or self.assertion(),
            **fields,
        }
        return self.app.posts(path, {k: v for k, v in body.items() if v != ""}, headers={"X-None": "1"})


@pytest.fixture
def signer(app: Flask) -> Signer:
    return Signer(app)


def refused(response: TestResponse, error: str = "invalid_client") -> None:
    status = 401 if error == "invalid_client" else 400
    assert (response.status_code, json.loads(response.data)["error"]) == (status, error), response.data


@pytest.mark.parametrize("alg", sorted(KINDS))
def test_each_algorithm_that_is_offered(app: Flask, alg: str) -> None:
    assert Signer(app, alg=alg).asks().status_code == 200


@pytest.mark.section("RFC 7523 §3")
@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "shop"},
        {"aud": "https://evil.example"},
        {"aud": ["http://127.0.0.1:8000", "https://evil.example"]},
        {"exp": None},
        {"exp": 1},
        {"exp": 2**40},
        {"jti": None},
        {"nbf": 2**40},
    ],
)
def test_what_an_assertion_must_say(signer: Signer, changes: dict[str, Any]) -> None:
    refused(signer.asks(signer.assertion(**changes)))


@pytest.mark.parametrize("place", ["", "/token"])
def test_the_audience_is_this_provider(signer: Signer, place: str) -> None:
    assert signer.asks(signer.assertion(aud=signer.app.issuer + place)).status_code == 200


@pytest.mark.incident("CVE-2020-15222")
@pytest.mark.section("RFC 7523 §3")
def test_an_assertion_is_good_once(signer: Signer) -> None:
    assertion = signer.assertion()
    assert signer.asks(assertion).status_code == 200
    refused(signer.asks(assertion))


def test_of_many_at_once_one_is_heard(app: Flask, signer: Signer) -> None:
    assertion = signer.assertion()
    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda _: signer.asks(assertion).status_code, range(6)))
    assert statuses.count(200) == 1


def test_another_key_is_nobodys(signer: Signer) -> None:
    refused(signer.asks(signer.assertion(key=a_key())))


@pytest.mark.incident("CVE-2026-27962")
def test_a_key_in_the_header_is_not_believed(signer: Signer) -> None:
    other = a_key()
    header = {"jwk": other.as_dict(private=False), "kid": None}
    refused(signer.asks(signer.assertion(key=other, header=header)))


@pytest.mark.incident("CVE-2024-37568")
def test_a_public_key_is_no_shared_secret(signer: Signer) -> None:
    secret = jwk.import_key(json.dumps(public(signer.key)), "oct")
    refused(signer.asks(signer.assertion(key=secret, header={"alg": "HS256"})))


@pytest.mark.incident("CVE-2026-28802")
def test_no_signature_is_none(signer: Signer) -> None:
    head, body, _ = signer.assertion().split(".")
    for text in (f"{head}.{body}.", "eyJhbGciOiJub25lIn0." + body + ".", "ey", "..", "x" * 8000):
        refused(signer.asks(text))


def test_the_registered_algorithm_alone(app: Flask) -> None:
    pinned = Signer(app, alg="RS256", token_endpoint_auth_signing_alg="PS256")
    refused(pinned.asks())
    assert pinned.asks(pinned.assertion(header={"alg": "PS256"})).status_code == 200


@pytest.mark.section("RFC 7521 §4.2")
def test_client_id_may_stand_beside_and_must_be_the_same(signer: Signer) -> None:
    assert signer.asks(client_id="signer").status_code == 200
    refused(signer.asks(client_id="shop"), "invalid_request")


@pytest.mark.section("RFC 6749 §2.3")
def test_one_method_at_a_time(signer: Signer, shop: RelyingApp) -> None:
    refused(signer.asks(client_secret="x"), "invalid_request")
    body = {"client_assertion_type": TYPE, "client_assertion": signer.assertion()}
    both = signer.app.posts("/token", body, headers={"Authorization": shop.basic()})
    refused(both, "invalid_request")


@pytest.mark.parametrize("kind", ["", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"])
def test_the_type_is_said_and_is_the_one_we_take(signer: Signer, kind: str) -> None:
    refused(signer.asks(client_assertion_type=kind), "invalid_request")


def test_a_secret_does_not_open_for_an_app_that_signs(app: Flask, signer: Signer, shop: RelyingApp) -> None:
    fields = {"grant_type": "client_credentials", "client_id": "signer", "client_secret": "x" * 43}
    refused(signer.app.posts("/token", fields, headers={"X-None": "1"}))
    key = a_key()
    claims = {"iss": "shop", "sub": "shop", "aud": shop.issuer, "jti": "j", "exp": clock.now() + 60}
    refused(signer.asks(signed({"alg": "ES256", "kid": key.kid}, claims, key)))


def test_it_signs_for_every_endpoint(signer: Signer, alice: Person) -> None:
    visit = signer.app.asks("openid")
    pushed = signer.asks(path="/par", grant_type="", **visit.parameters)
    assert pushed.status_code == 201, pushed.data
    visit.request_uri = json.loads(pushed.data)["request_uri"]
    visit.seen_by(alice).signs_in().allows()
    answer = signer.asks(
        grant_type="authorization_code",
        code=visit.code,
        redirect_uri=visit.parameters["redirect_uri"],
        code_verifier=visit.verifier,
    )
    token = json.loads(answer.data)["access_token"]
    about = signer.asks(path="/introspect", grant_type="", token=token)
    assert json.loads(about.data)["active"] is True
    assert signer.asks(path="/revoke", grant_type="", token=token).status_code == 200


class TestKeysElsewhere:
    """`jwks_uri`: read when it is needed, and again when a key is not known yet."""

    @pytest.fixture
    def signer(self, app: Flask, key_server: Any) -> Signer:
        made = Signer(app, "elsewhere", jwks=None, jwks_uri=key_server.address)
        key_server.shows(public(made.key))
        return made

    def test_they_are_read_once_in_a_while(self, signer: Signer, key_server: Any) -> None:
        assert [signer.asks().status_code for _ in range(3)] == [200, 200, 200]
        assert key_server.asked == 1

    @pytest.mark.section("OpenID Connect Core §10.1.1")
    def test_a_new_key_is_found_at_once_and_an_unknown_one_not_looked_for_without_end(
        self, signer: Signer, key_server: Any, clock: Any
    ) -> None:
        assert signer.asks().status_code == 200
        clock.moves(31)
        signer.key = a_key()
        key_server.shows(public(signer.key))
        assert signer.asks().status_code == 200
        assert key_server.asked == 2
        for _ in range(3):
            refused(signer.asks(signer.assertion(key=a_key(), header={"kid": "unknown"})))
        assert key_server.asked == 2

    @pytest.mark.parametrize("body", [{"keys": "none"}, {}, {"keys": []}])
    def test_what_is_no_key_set_lets_nobody_in(self, signer: Signer, key_server: Any, body: dict[str, Any]) -> None:
        key_server.shows(body)
        refused(signer.asks())

    def test_a_server_that_is_down_lets_nobody_in(self, signer: Signer, key_server: Any) -> None:
        key_server.stops()
        refused(signer.asks())
