"""A job that has a signed identity elsewhere is an app here, without any secret to keep (RFC 7523 §2.1)."""

import json
import secrets
from typing import Any

import pytest
from flask import Flask
from joserfc import jwk

from idp import clock
from tests.dpop import Holder, signed
from tests.emulators import key_server
from tests.people import Person
from tests.relying_app import RelyingApp

pytestmark = pytest.mark.section("RFC 7523 §2.1")
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
BUILDS, MAIN = "https://builds.example", "repo:shop:ref:main"


class Builds:
    """A build system, and the identities it gives to its jobs: honest ones, until told otherwise."""

    def __init__(self) -> None:
        self.key = jwk.generate_key("EC", "P-256", private=True, auto_kid=True)

    @property
    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**self.key.as_dict(private=False), "use": "sig"}]}

    def identity(self, app: RelyingApp, *, key: Any = None, alg: str = "ES256", **changes: Any) -> str:
        now = clock.now()
        claims = {"iss": BUILDS, "sub": MAIN, "aud": app.issuer, "iat": now, "exp": now + 600, **changes}
        head = {"alg": alg, "kid": self.key.kid, "typ": "JWT"}
        return signed(head, {name: value for name, value in claims.items() if value is not None}, key or self.key)


@pytest.fixture
def builds() -> Builds:
    return Builds()


def deploying(server: Flask, builds: Builds, **changes: Any) -> RelyingApp:
    trusted = {"issuer": BUILDS, "subject": MAIN, "jwks": builds.jwks, **changes}
    return RelyingApp.registered(
        server,
        "deploy",
        grant_types=[GRANT],
        redirect_uris=[],
        post_logout_redirect_uris=[],
        token_endpoint_auth_method="none",
        scope="deploy.write reports.read",
        trusted_issuers=[{name: value for name, value in trusted.items() if value}],
    )


@pytest.fixture
def deploy(app: Flask, builds: Builds) -> RelyingApp:
    return deploying(app, builds)


def asks(app: RelyingApp, assertion: str, **fields: str) -> tuple[int, dict[str, Any]]:
    response = app.posts_token({"grant_type": GRANT, "assertion": assertion, **fields})
    return response.status_code, json.loads(response.data)


@pytest.mark.section("RFC 7523 §3")
def test_the_token_is_the_apps_own_and_refreshes_nothing(deploy: RelyingApp, builds: Builds) -> None:
    status, answer = asks(deploy, builds.identity(deploy), scope="deploy.write")
    assert status == 200
    assert set(answer) == {"access_token", "token_type", "expires_in", "scope"}
    assert (answer["token_type"], answer["scope"]) == ("Bearer", "deploy.write")


def test_a_job_may_bring_its_identity_more_than_once(deploy: RelyingApp, builds: Builds) -> None:
    identity = builds.identity(deploy, jti=secrets.token_urlsafe(8))
    assert [asks(deploy, identity)[0] for _ in range(2)] == [200, 200]


def test_keys_at_an_address_are_read_there_and_again_for_a_new_one(app: Flask, builds: Builds) -> None:
    with key_server.serving() as server:
        server.shows(builds.jwks)
        deploy = deploying(app, builds, jwks="", jwks_uri=server.address)
        assert [asks(deploy, builds.identity(deploy))[0] for _ in range(2)] == [200, 200]
        assert server.asked == 1


@pytest.mark.section("RFC 7523 §3.1")
@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "repo:shop:ref:other"},
        {"sub": "repo:shop:ref:main2"},
        {"iss": "https://others.example"},
        {"aud": "https://elsewhere.example"},
        {"aud": None},
        {"exp": 1},
        {"sub": None},
    ],
)
def test_another_job_another_issuer_another_reader(deploy: RelyingApp, builds: Builds, changes: dict[str, Any]) -> None:
    status, answer = asks(deploy, builds.identity(deploy, **changes))
    assert (status, answer["error"]) == (400, "invalid_grant")


@pytest.mark.section("RFC 7523 §3.1")
def test_another_key_and_what_is_no_jwt(deploy: RelyingApp, builds: Builds) -> None:
    forged = builds.identity(deploy, key=jwk.generate_key("EC", "P-256", private=True))
    for assertion in (forged, "not.a.jwt", builds.identity(deploy)[:-4] + "AAAA"):
        status, answer = asks(deploy, assertion)
        assert (status, answer["error"]) == (400, "invalid_grant"), assertion
    assert asks(deploy, "")[1]["error"] == "invalid_request"


def test_a_person_is_never_signed_in_this_way(
    deploy: RelyingApp, builds: Builds, shop: RelyingApp, alice: Person
) -> None:
    assert asks(deploy, builds.identity(deploy), scope="openid deploy.write")[1]["scope"] == "deploy.write"
    assert asks(deploy, builds.identity(deploy), scope="openid")[1]["error"] == "invalid_scope"
    assert asks(shop, builds.identity(deploy))[1]["error"] == "unauthorized_client"


@pytest.mark.section("RFC 9449 §5")
def test_its_token_can_be_bound_to_a_key(deploy: RelyingApp, builds: Builds) -> None:
    fields = {"grant_type": GRANT, "client_id": "deploy", "assertion": builds.identity(deploy)}
    proof = Holder().proof("POST", f"{deploy.issuer}/token")
    assert json.loads(deploy.posts_token(fields, headers={"DPoP": proof}).data)["token_type"] == "DPoP"
