"""Requests that are signed by the app, and encrypted for us (RFC 9101 §6.1)."""

import json
from typing import Any

import pytest
from flask import Flask
from joserfc import jwe, jwk

from idp.signing import decryption
from tests.endpoints.authorize.test_signed import brought, request_of
from tests.endpoints.token.test_private_key_jwt import Signer
from tests.people import Person
from tests.web_browser import Page

pytestmark = pytest.mark.section("RFC 9101 §6.1")


@pytest.fixture
def signer(app: Flask) -> Signer:
    return Signer(app)


def published(app: Flask) -> jwk.ECKey:
    (entry,) = [key for key in app.test_client().get("/jwks.json").get_json()["keys"] if key["use"] == "enc"]
    assert not entry.keys() & {"d", "p", "q"}
    return jwk.ECKey.import_key(entry)


def encrypted(key: Any, text: str, **header: str) -> str:
    head = {"alg": "ECDH-ES", "enc": "A256GCM", "cty": "JWT", **header}
    names = [name for name in (head["alg"], head["enc"], head.get("zip")) if name]
    return jwe.encrypt_compact(head, text.encode(), key, algorithms=names)


@pytest.mark.parametrize(
    ("alg", "enc"), [("ECDH-ES", "A256GCM"), ("ECDH-ES+A128KW", "A128CBC-HS256"), ("ECDH-ES+A256KW", "A256CBC-HS512")]
)
def test_we_read_it_and_it_counts(app: Flask, signer: Signer, alice: Person, alg: str, enc: str) -> None:
    visit = signer.app.asks("openid")
    text = encrypted(published(app), request_of(signer, visit), alg=alg, enc=enc)
    assert brought(signer, visit, text, alice, scope="openid%20email").signs_in().allows().code
    pushed = signer.asks(path="/par", grant_type="", request=encrypted(published(app), request_of(signer, visit)))
    assert pushed.status_code == 201, pushed.data


@pytest.mark.section("RFC 9101 §6.2")
def test_who_encrypted_it_proves_nothing(app: Flask, signer: Signer) -> None:
    """The key is public: what is inside must be signed by the app."""
    visit = signer.app.asks("openid")
    plain = json.dumps({"iss": "signer", "aud": signer.app.issuer, **visit.parameters})
    head, claims, _ = request_of(signer, visit).split(".")
    for inside in (plain, f"{head}.{claims}.", encrypted(published(app), request_of(signer, visit))):
        answer = signer.asks(path="/par", grant_type="", request=encrypted(published(app), inside))
        assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request_object")


def test_what_does_not_open_is_told_so(app: Flask, signer: Signer, alice: Person) -> None:
    visit = signer.app.asks("openid")
    text = request_of(signer, visit)
    sound = encrypted(published(app), text)
    *most, tag = sound.split(".")
    wrong = (
        encrypted(jwk.ECKey.generate_key("P-256"), text),
        encrypted(published(app), text, zip="DEF"),
        ".".join([*most, "A" * len(tag)]),
        "e30....",
        "é....",
        sound + "x" * 40_000,
    )
    for one in wrong:
        answer = signer.asks(path="/par", grant_type="", request=one)
        assert answer.status_code == 400, answer.data
        assert answer.get_json()["error"] in ("invalid_request_object", "invalid_request"), answer.data
    page = brought(signer, visit, wrong[0], alice).at
    assert isinstance(page, Page)
    assert page.status == 400


def test_every_node_opens_it_and_a_new_sealing_key_brings_a_new_one(app: Flask, signer: Signer) -> None:
    """What was encrypted for the key of before opens as long as its file stays in keys/."""
    folder = app.extensions["portico"].folder
    visit, before = signer.app.asks("openid"), decryption.public_entry(folder)
    old = encrypted(jwk.ECKey.import_key(before), request_of(signer, visit))
    folder.prepare()
    assert decryption.public_entry(folder) == before
    folder.promote()
    assert decryption.public_entry(folder)["x"] != before["x"]
    answer = signer.asks(path="/par", grant_type="", request=old)
    assert answer.status_code == 201, answer.data


@pytest.mark.section("OpenID Connect Core §10.2.1")
def test_discovery_says_how(app: Flask) -> None:
    said = app.test_client().get("/.well-known/openid-configuration").get_json()
    assert "ECDH-ES" in said["request_object_encryption_alg_values_supported"]
    assert "A256GCM" in said["request_object_encryption_enc_values_supported"]
