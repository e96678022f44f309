"""An app that signs with its secret instead of sending it (OpenID Connect Core §9, client_secret_jwt)."""

import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from flask import Flask
from joserfc import jwk
from sqlalchemy import text
from werkzeug.test import TestResponse

from idp import clock
from idp.signing import shared_secrets
from idp.store import base, client_secrets, clients
from tests.relying_app import RelyingApp
from tests.secrets_that_sign import asks, assertion
from tests.services import SERVICE

pytestmark = pytest.mark.section("OpenID Connect Core §9")
SIGNS = SERVICE | {"token_endpoint_auth_method": "client_secret_jwt"}


@pytest.fixture
def service(app: Flask) -> RelyingApp:
    return RelyingApp.registered(app, "service", **SIGNS)


def error(response: TestResponse) -> tuple[int, str]:
    return response.status_code, json.loads(response.data)["error"]


REFUSED = (401, "invalid_client")


def test_an_app_signs_with_its_secret(service: RelyingApp) -> None:
    answer = asks(service, assertion(service))
    assert answer.status_code == 200, answer.data
    assert json.loads(answer.data)["scope"] == "reports.read"


@pytest.mark.incident("CVE-2024-37568")
def test_what_another_secret_algorithm_or_key_signed_is_not_taken(app: Flask, service: RelyingApp) -> None:
    assert error(asks(service, assertion(service, secret="x" * 43))) == REFUSED
    assert error(asks(service, assertion(service, alg="HS512"))) == REFUSED
    public = jwk.generate_key("EC", "P-256", private=True, auto_kid=True)
    signer = RelyingApp.registered(
        app,
        "signer",
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [public.as_dict(private=False)]},
        **SERVICE,
    )
    head, claims, _ = assertion(signer, secret="x" * 43).split(".")
    mac = hmac.digest(public.as_pem(private=False), f"{head}.{claims}".encode(), "sha256")
    forged = urlsafe_b64encode(mac).rstrip(b"=").decode()
    assert error(asks(signer, f"{head}.{claims}.{forged}")) == REFUSED


def test_it_is_used_once(service: RelyingApp) -> None:
    signed = assertion(service)
    assert asks(service, signed).status_code == 200
    assert error(asks(service, signed)) == REFUSED


@pytest.mark.parametrize(
    "changes",
    [{"aud": "https://elsewhere.example"}, {"iss": "shop"}, {"exp": 1}, {"exp": 99999999999}, {"jti": ""}],
    ids=lambda changes: next(iter(changes)),
)
def test_what_it_says_must_be_right(service: RelyingApp, changes: dict[str, Any]) -> None:
    assert error(asks(service, assertion(service, **changes))) == REFUSED


def test_the_secret_itself_is_not_taken(service: RelyingApp) -> None:
    fields = {"grant_type": "client_credentials"}
    assert error(service.posts("/token", fields)) == REFUSED
    sent = {**fields, "client_id": service.client_id, "client_secret": service.secret}
    assert error(service.posts("/token", sent, headers={"X-None": "1"})) == REFUSED


def test_who_is_to_send_it_cannot_sign_with_it(app: Flask) -> None:
    sends = RelyingApp.registered(app, "sends", **SERVICE | {"token_endpoint_auth_method": "client_secret_basic"})
    assert error(asks(sends, assertion(sends))) == REFUSED


def test_a_secret_that_was_made_to_be_sent_signs_nothing(app: Flask, shop: RelyingApp) -> None:
    """Only its fingerprint is known; the app needs a new one, and both may follow one another."""
    shop.changed(token_endpoint_auth_method="client_secret_jwt")
    fields = {"grant_type": "authorization_code", "code": "x", "redirect_uri": shop.redirect_uri}
    assert error(asks(shop, assertion(shop), **fields)) == REFUSED
    with app.app_context(), base.unit_of_work():
        known = clients.stored(shop.client_id, clock.now())
        assert known is not None
        assert len(known.secrets) == 1
        assert known.working_secrets == ()


def test_two_secrets_sign_while_one_follows_the_other(app: Flask, service: RelyingApp) -> None:
    second = base.new_secret()
    with app.app_context(), base.unit_of_work():
        known = clients.stored(service.client_id, clock.now())
        assert known is not None
        folder = app.extensions["portico"].folder
        now = clock.now()
        assert client_secrets.added(shared_secrets.stored(second, service.client_id, known.metadata, folder, now))
    app.extensions["portico"].clients.forget(service.client_id)
    for secret in (service.secret, second):
        assert asks(service, assertion(service, secret=secret)).status_code == 200


def test_the_copy_is_sealed_for_this_app_and_follows_the_keys(app: Flask, service: RelyingApp) -> None:
    home = app.extensions["portico"]
    with app.app_context(), base.unit_of_work():
        (stored,) = client_secrets.live_of(service.client_id, clock.now())
        assert service.secret not in stored.wrapped
        assert service.secret not in repr(stored)
        client = clients.stored(service.client_id, clock.now())
        assert client is not None
        other = clients.Client("other", client.metadata, secrets=client.secrets, wrapped=client.wrapped)
        assert shared_secrets.signed_by(other, assertion(service), ("jwt", ""), home.folder) is None
    home.folder.prepare()
    home.folder.promote()
    with app.app_context(), base.unit_of_work():
        assert shared_secrets.reseal(home.folder, clock.now()) == 1
        assert shared_secrets.reseal(home.folder, clock.now()) == 0
        (again,) = client_secrets.live_of(service.client_id, clock.now())
        assert again.wrapped != stored.wrapped
        assert base.row(text("SELECT 1 FROM audit WHERE event = 'client.secrets_resealed'"), {})
    home.clients.forget(service.client_id)
    assert asks(service, assertion(service)).status_code == 200


@pytest.mark.section("RFC 8414 §2")
def test_discovery_names_it(app: Flask) -> None:
    said = app.test_client().get("/.well-known/openid-configuration").get_json()
    assert "client_secret_jwt" in said["token_endpoint_auth_methods_supported"]
    assert "HS256" in said["token_endpoint_auth_signing_alg_values_supported"]
