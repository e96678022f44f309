"""How long tokens are good: as the settings have it, or shorter where an app's registration says so."""

import json

from flask import Flask

from tests.clocks import Clock
from tests.endpoints.token.test_client_credentials import asks, service
from tests.people import Person
from tests.relying_app import RelyingApp

SHORT = {"access_token_lifetime": 120, "id_token_lifetime": 300}


def test_an_app_may_have_shorter_ones(app: Flask, alice: Person, clock: Clock) -> None:
    careful = RelyingApp.registered(app, "careful", **SHORT)
    tokens = careful.asks().seen_by(alice).signs_in().allows().redeems()
    assert tokens.answer["expires_in"] == 120
    assert tokens.claims["exp"] - tokens.claims["iat"] == 300
    assert tokens.asks_userinfo().status_code == 200
    clock.moves(120)
    assert tokens.asks_userinfo().status_code == 401
    again = tokens.refreshes()
    assert again.answer["expires_in"] == 120
    assert again.claims["exp"] - again.claims["iat"] == 300
    assert again.asks_userinfo().status_code == 200


def test_none_are_longer_than_the_settings_have_it(app: Flask, alice: Person) -> None:
    lasting = RelyingApp.registered(app, "lasting", access_token_lifetime=86400, id_token_lifetime=86400)
    tokens = lasting.asks().seen_by(alice).signs_in().allows().redeems()
    assert tokens.answer["expires_in"] == 3600
    assert tokens.claims["exp"] - tokens.claims["iat"] == 3600


def test_what_an_app_has_for_itself_is_as_short(app: Flask) -> None:
    report = service(app, "report", access_token_lifetime=60)
    assert asks(report)[1]["expires_in"] == 60


def test_the_token_itself_says_so_too(app: Flask, alice: Person) -> None:
    careful = RelyingApp.registered(app, "careful", access_token_format="jwt", **SHORT)
    tokens = careful.asks().seen_by(alice).signs_in().allows().redeems()
    told = json.loads(careful.posts("/introspect", {"token": tokens.access_token}).data)
    assert told["exp"] == tokens.claims["iat"] + 120
