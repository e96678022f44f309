"""Answers that are signed for an app, or that it alone can read."""

import json
from typing import Any

import pytest
from flask import Flask
from joserfc import jwe, jwk, jwt

from tests.emulators import document_server, key_server
from tests.id_tokens import published_keys
from tests.people import Person
from tests.relying_app import RelyingApp, Visit
from tests.statements import Noted, watched
from tests.web_browser import Arrival

ALG, ENC = "ECDH-ES+A128KW", "A256GCM"
KEY = jwk.generate_key("EC", "P-256", private=True, auto_kid=True)
KEYS = {"keys": [{**KEY.as_dict(private=False), "use": "enc"}]}
TO_IT = {"jwks": KEYS, "first_party": True}


def opened(token: str) -> tuple[bytes, dict[str, Any]]:
    read = jwe.decrypt_compact(token, KEY, registry=jwe.JWERegistry(algorithms=[ALG, ENC]))
    assert read.plaintext is not None
    return read.plaintext, read.headers()


def claims_of(app: Flask, token: str, alg: str = "RS256") -> tuple[dict[str, Any], dict[str, Any]]:
    read = jwt.decode(token, published_keys(app), algorithms=[alg])
    return dict(read.claims), dict(read.header)


def comes(app: RelyingApp, person: Person, **parameters: str) -> Visit:
    return app.asks("openid email", **parameters).seen_by(person).signs_in()


@pytest.mark.section("OpenID Connect Core §10.2")
def test_an_id_token_that_only_the_app_reads_is_signed_inside(app: Flask, alice: Person) -> None:
    bank = RelyingApp.registered(
        app, "bank", id_token_encrypted_response_alg=ALG, id_token_encrypted_response_enc=ENC, **TO_IT
    )
    answer = json.loads(comes(bank, alice).tries_to_redeem().data)
    inside, header = opened(answer["id_token"])
    assert (header["alg"], header["enc"], header["cty"], header["kid"]) == (ALG, ENC, "JWT", KEY.kid)
    claims, _ = claims_of(app, inside.decode())
    assert (claims["sub"], claims["aud"]) == (alice.user_id, "bank")


@pytest.mark.section("OpenID Connect Core §5.3.2")
def test_userinfo_is_signed_for_who_asked_for_it_so(app: Flask, alice: Person) -> None:
    bank = RelyingApp.registered(app, "bank", userinfo_signed_response_alg="RS256", first_party=True)
    tokens = comes(bank, alice).redeems()
    response = userinfo(app, tokens.access_token)
    assert response.content_type.startswith("application/jwt")
    assert response.headers["Cache-Control"] == "no-store"
    claims, _ = claims_of(app, response.get_data(as_text=True))
    assert (claims["iss"], claims["aud"], claims["sub"]) == (bank.issuer, "bank", alice.user_id)
    assert claims["email"] == alice.email


@pytest.mark.section("OpenID Connect Core §5.3.2")
def test_userinfo_encrypted_with_and_without_a_signature(app: Flask, alice: Person) -> None:
    wants = {"userinfo_encrypted_response_alg": ALG, "userinfo_encrypted_response_enc": ENC, **TO_IT}
    plain = RelyingApp.registered(app, "plain", **wants)
    inside, header = opened(userinfo(app, comes(plain, alice).redeems().access_token).get_data(as_text=True))
    assert (json.loads(inside)["sub"], "cty" in header) == (alice.user_id, False)
    both = RelyingApp.registered(app, "both", userinfo_signed_response_alg="RS256", **wants)
    inside, header = opened(
        userinfo(app, both.asks("openid").seen_by(alice).redeems().access_token).get_data(as_text=True)
    )
    assert header["cty"] == "JWT"
    assert claims_of(app, inside.decode())[0]["aud"] == "both"


@pytest.mark.section("JARM §2.2")
def test_an_answer_to_the_browser_that_only_the_app_reads(app: Flask, alice: Person) -> None:
    bank = RelyingApp.registered(
        app, "bank", authorization_encrypted_response_alg=ALG, authorization_encrypted_response_enc=ENC, **TO_IT
    )
    arrived = alice.browser.open(bank.asks("openid", response_mode="jwt", prompt="none").url)
    inside, _ = opened(arrived.answer["response"])
    assert claims_of(app, inside.decode())[0]["error"] == "login_required"


@pytest.mark.section("RFC 9701 §5")
def test_an_introspection_answer_that_can_be_shown_to_others(app: Flask, alice: Person) -> None:
    bank = RelyingApp.registered(app, "bank", first_party=True)
    token = comes(bank, alice).redeems().access_token
    response = asks_about(bank, token)
    assert response.content_type.startswith("application/token-introspection+jwt")
    claims, header = claims_of(app, response.get_data(as_text=True))
    assert header["typ"] == "token-introspection+jwt"
    assert set(claims) == {"iss", "aud", "iat", "token_introspection"}
    assert (claims["iss"], claims["aud"]) == (bank.issuer, "bank")
    assert claims["token_introspection"]["active"]
    dead, _ = claims_of(app, asks_about(bank, "dead").get_data(as_text=True))
    assert dead["token_introspection"] == {"active": False}


@pytest.mark.section("RFC 9701 §6")
def test_an_introspection_answer_that_only_the_app_reads(app: Flask, alice: Person) -> None:
    bank = RelyingApp.registered(
        app, "bank", introspection_encrypted_response_alg=ALG, introspection_encrypted_response_enc=ENC, **TO_IT
    )
    inside, _ = opened(asks_about(bank, comes(bank, alice).redeems().access_token).get_data(as_text=True))
    assert claims_of(app, inside.decode())[0]["token_introspection"]["active"]


def test_a_signed_answer_about_a_token_is_no_access_token(app: Flask, alice: Person) -> None:
    bank = RelyingApp.registered(app, "bank", first_party=True, access_token_format="jwt")
    said = asks_about(bank, comes(bank, alice).redeems().access_token).get_data(as_text=True)
    assert userinfo(app, said).status_code == 401


def test_keys_at_an_address_that_shows_none(app: Flask, alice: Person) -> None:
    with key_server.serving() as server:
        server.shows({"keys": []})
        bank = RelyingApp.registered(
            app, "bank", id_token_encrypted_response_alg=ALG, jwks_uri=server.address, first_party=True
        )
        response = comes(bank, alice).tries_to_redeem()
        assert (response.status_code, json.loads(response.data)["error"]) == (500, "server_error")
        assert "encrypted" in json.loads(response.data)["error_description"]


@pytest.mark.incident("CVE-2026-4634")
def test_nobody_else_waits_for_keys_that_are_slow(app: Flask, alice: Person) -> None:
    """SQLite has one writer: the keys are read before it is written down that the request was answered."""
    with document_server.serving() as server:
        server.shows(KEYS)
        bank = RelyingApp.registered(app, "bank", authorization_encrypted_response_alg=ALG, jwks_uri=server.at("/keys"))
        visit = comes(bank, alice, response_mode="jwt")
        with watched(app) as log:
            server.asked = noted = Noted(log)
            assert isinstance(visit.allows().at, Arrival)
        assert noted == ["/keys"]
        assert not [write for write in noted.before if "SET answered_at" in write]
        assert any("SET answered_at" in write for write in log.writes)


def userinfo(app: Flask, token: str) -> Any:
    return app.test_client(use_cookies=False).get("/userinfo", headers={"Authorization": f"Bearer {token}"})


def asks_about(bank: RelyingApp, token: str) -> Any:
    headers = {"Authorization": bank.basic(), "Accept": "application/token-introspection+jwt"}
    return bank.posts("/introspect", {"token": token}, headers=headers)
