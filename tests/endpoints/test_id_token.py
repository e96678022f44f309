"""What an ID token says (OpenID Connect Core §2, §3.1.3.6, §5)."""

import json
import re
from base64 import urlsafe_b64encode
from hashlib import sha256, sha512

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.protocol.claims import PROTOCOL_CLAIMS
from tests.clocks import Clock
from tests.people import Person
from tests.relying_app import RelyingApp

pytestmark = pytest.mark.section("OpenID Connect Core §2")

OURS = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"}


def test_it_names_who_when_and_how(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    visit = shop.asks().seen_by(alice).signs_in().allows()
    clock.moves(30)
    claims = visit.redeems().claims
    assert set(claims) == OURS
    assert claims["iss"] == shop.issuer
    assert claims["sub"] == alice.user_id
    assert claims["aud"] == "shop"
    assert claims["iat"] == clock.now()
    assert claims["exp"] == clock.now() + 3600
    assert claims["auth_time"] == clock.now() - 30
    assert claims["nonce"] == visit.parameters["nonce"]
    assert claims["amr"] == ["pwd"]
    assert claims["acr"] == "urn:portico:acr:1"
    assert all(isinstance(claims[name], int) for name in ("iat", "exp", "auth_time"))


def test_the_subject_is_random_and_stays(shop: RelyingApp, alice: Person, bob: Person) -> None:
    """Core §2: ≤ 255 ASCII characters, never reassigned; here never a name or an address."""
    first = shop.asks().seen_by(alice).signs_in().allows().redeems().claims["sub"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", first)
    assert shop.asks(prompt="login").seen_by(alice).signs_in().redeems().claims["sub"] == first
    assert shop.asks().seen_by(bob).signs_in().allows().redeems().claims["sub"] != first


def test_one_session_one_sid(shop: RelyingApp, alice: Person) -> None:
    first = shop.asks().seen_by(alice).signs_in().allows().redeems().claims["sid"]
    assert shop.asks().seen_by(alice).redeems().claims["sid"] == first
    assert shop.asks().seen_by(alice.elsewhere()).signs_in().redeems().claims["sid"] != first


@pytest.mark.section("OpenID Connect Core §3.1.3.6")
@pytest.mark.parametrize(("alg", "hashed"), [("RS256", sha256), ("ES256", sha256), ("EdDSA", sha512)])
def test_it_is_signed_as_registered(app: Flask, alice: Person, client: FlaskClient, alg: str, hashed: object) -> None:
    """Core §3.1.3.6 at_hash: the left half of the hash of the signature's algorithm."""
    relying = RelyingApp.registered(app, "relying", id_token_signed_response_alg=alg)
    tokens = relying.asks().seen_by(alice).signs_in().allows().redeems()
    assert tokens.header["alg"] == alg
    assert tokens.header["kid"] in {key["kid"] for key in json.loads(client.get("/jwks.json").data)["keys"]}
    digest = hashed(tokens.access_token.encode()).digest()  # type: ignore[operator]
    half = urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    assert tokens.claims["at_hash"] == half


@pytest.mark.parametrize("nonce", ["ä€𝄞", "a b+c&d=e", '"\\', "x" * 512, "<b>"])
def test_nonce_comes_back_exactly_as_sent(shop: RelyingApp, alice: Person, nonce: str) -> None:
    """Core §2: a case-sensitive string, passed through unmodified."""
    tokens = shop.asks(nonce=nonce).seen_by(alice).signs_in().allows().redeems()
    assert tokens.claims["nonce"] == nonce


@pytest.mark.conformance("oidcc-ensure-request-without-nonce-succeeds-for-code-flow")
def test_no_nonce_asked_no_nonce_sent(shop: RelyingApp, alice: Person) -> None:
    assert "nonce" not in shop.asks(nonce=None).seen_by(alice).signs_in().allows().redeems().claims


def test_no_profile_claim_replaces_one_of_ours(shop: RelyingApp, alice: Person) -> None:
    evil = dict.fromkeys((*OURS, "azp", "c_hash", "scope", "client_id", "cnf", "email_verified"), "evil")
    alice.fills_in(**evil)
    asked = json.dumps({part: dict.fromkeys(evil) for part in ("id_token", "userinfo")})
    tokens = shop.asks("openid profile email", claims=asked).seen_by(alice).signs_in().allows().redeems()
    assert "evil" not in {str(value) for name, value in tokens.claims.items()}
    assert tokens.claims["email_verified"] is True
    answer = tokens.userinfo()
    assert answer["sub"] == alice.user_id
    assert "evil" not in map(str, answer.values())


def test_every_claim_we_set_is_one_that_no_profile_may_set() -> None:
    """Twice safe: what a profile says under such a name is left out, and ours is written last."""
    assert OURS <= PROTOCOL_CLAIMS


@pytest.mark.section("OpenID Connect Core §5.4")
def test_profile_and_email_stand_in_it_by_default(shop: RelyingApp, alice: Person) -> None:
    """Many apps read only the ID token."""
    alice.fills_in(given_name="Alice", family_name="Example", nickname="", picture=None)
    claims = shop.asks("openid profile email").seen_by(alice).signs_in().allows().redeems().claims
    assert claims["name"] == alice.name
    assert claims["given_name"] == "Alice"
    assert claims["email"] == alice.email
    assert claims["email_verified"] is True
    assert isinstance(claims["updated_at"], int)
    assert "nickname" not in claims, "empty claims are left out"
    assert "picture" not in claims


def test_a_client_may_want_it_short(app: Flask, alice: Person) -> None:
    short = RelyingApp.registered(app, "short", id_token_claims=[])
    tokens = short.asks("openid profile email").seen_by(alice).signs_in().allows().redeems()
    assert set(tokens.claims) == OURS
    assert tokens.userinfo()["email"] == alice.email


def test_phone_and_address_are_for_userinfo(shop: RelyingApp, alice: Person) -> None:
    alice.fills_in(phone_number="+4930123456", address={"country": "Germany"})
    tokens = shop.asks("openid phone address").seen_by(alice).signs_in().allows().redeems()
    assert not {"phone_number", "address"} & set(tokens.claims)
    assert tokens.userinfo()["address"] == {"country": "Germany"}


def test_what_was_not_asked_for_stays_here(shop: RelyingApp, alice: Person) -> None:
    claims = shop.asks("openid email").seen_by(alice).signs_in().allows().redeems().claims
    assert "name" not in claims


def test_an_id_token_lives_for_an_hour_at_most(shop: RelyingApp, alice: Person) -> None:
    claims = shop.asks().seen_by(alice).signs_in().allows().redeems().claims
    assert claims["exp"] - claims["iat"] <= 3600
