"""Modules of the back-channel logout plan, with a server of the app's own (Back-Channel Logout 1.0)."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from joserfc import jwe, jwk, jwt
from joserfc.jwk import KeySet

from idp import clock
from idp.issuance import logout_delivery
from idp.issuance.logout_delivery import Outcome
from idp.outside import addresses, fetch
from tests.conformance.suite import BYE, Suite
from tests.emulators.logout_receiver import LogoutReceiver
from tests.people import Person
from tests.web_browser import Arrival

EVENTS = {"http://schemas.openid.net/event/backchannel-logout": {}}


@pytest.mark.section("OpenID Connect Back-Channel Logout 1.0 §2.5")
@pytest.mark.conformance("oidcc-backchannel-rp-initiated-logout")
def test_the_server_hears_while_the_browser_goes_back(app: Flask, alice: Person) -> None:
    with LogoutReceiver.listening() as receiver:
        suite = Suite.known_as(
            "suite", app, backchannel_logout_uri=receiver.uri, backchannel_logout_session_required=True
        )
        told = suite.lets_in(alice).redeems()
        asked = {"id_token_hint": told.id_token, "post_logout_redirect_uri": BYE, "state": "s" * 128}
        at = alice.browser.open(f"/end_session?{urlencode(asked)}")
        assert isinstance(at, Arrival)
        assert at.answer == {"state": "s" * 128}
        assert delivered(app) == [Outcome.DELIVERED]
    claims = read_by_its_keys(app, receiver.tokens[0])
    assert {name: claims[name] for name in ("iss", "aud", "sub", "sid", "events")} == {
        **{name: told.claims[name] for name in ("iss", "aud", "sub", "sid")},
        "events": EVENTS,
    }
    assert claims["jti"]
    assert "nonce" not in claims
    assert suite.asks(prompt="none").seen_by(alice).error == "login_required"


@pytest.mark.section("OpenID Connect Back-Channel Logout 1.0 §2.4")
def test_a_logout_token_is_encrypted_where_id_tokens_are(app: Flask, alice: Person) -> None:
    """ValidateLogoutTokenFromBackchannelLogoutRequestEncryption: by a key of the app, and signed inside."""
    alg, enc = "ECDH-ES+A128KW", "A256GCM"
    key = jwk.generate_key("EC", "P-256", private=True, auto_kid=True)
    keys = {"keys": [{**key.as_dict(private=False), "use": "enc"}]}
    encrypted = {"id_token_encrypted_response_alg": alg, "id_token_encrypted_response_enc": enc, "jwks": keys}
    with LogoutReceiver.listening() as receiver:
        suite = Suite.known_as("suite", app, backchannel_logout_uri=receiver.uri, **encrypted)
        assert suite.lets_in(alice).tries_to_redeem().status_code == 200
        alice.signs_out()
        assert delivered(app) == [Outcome.DELIVERED]
    read = jwe.decrypt_compact(receiver.tokens[0], key, registry=jwe.JWERegistry(algorithms=[alg, enc]))
    assert read.plaintext is not None
    assert read_by_its_keys(app, read.plaintext.decode())["sub"] == alice.user_id


def delivered(app: Flask) -> list[Outcome]:
    with app.app_context():
        fetcher = fetch.guarded(addresses.THIS_MACHINE)
        return list(logout_delivery.attempts(app.extensions["portico"].mint, fetcher, clock.now))


def read_by_its_keys(app: Flask, token: str) -> dict[str, Any]:
    published = json.loads(app.test_client().get("/jwks.json").data)
    return dict(jwt.decode(token, KeySet.import_key_set(published), algorithms=["RS256"]).claims)


@pytest.mark.section("OpenID Connect Back-Channel Logout 1.0 §2.1")
@pytest.mark.conformance("oidcc-backchannel-logout-discovery-endpoint-verification")
def test_discovery_names_all_that_the_plan_needs(app: Flask) -> None:
    document = app.test_client().get("/.well-known/openid-configuration").get_json()
    assert document["backchannel_logout_supported"] is True
    assert document["backchannel_logout_session_supported"] is True
    assert document["end_session_endpoint"].startswith(document["issuer"])
