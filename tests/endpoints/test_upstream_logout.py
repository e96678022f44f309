"""Another provider says that a sign-in there is over (OpenID Connect Back-Channel Logout 1.0)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.emulators.openid import LOGGED_OUT
from idp.emulators.openid_lies import IN_SIGNATURE
from idp.store import audit, base
from idp.upstream.logout_token import SKEW
from tests.clocks import Clock
from tests.coming import labels
from tests.emulators.openid import Somewhere, furnished, somewhere
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens
from tests.signing_up import shown
from tests.web_browser import Arrival

pytestmark = pytest.mark.section("OpenID Connect Back-Channel Logout 1.0 §2.6")


@pytest.fixture(name="there")
def one_provider(clock: Clock, app: Flask) -> Iterator[Somewhere]:
    with somewhere(label="Somewhere", trust_email=True) as running:
        yield furnished(app, running)


@pytest.fixture
def robin(there: Somewhere, alice: Person) -> Person:
    """Alice, who is Robin there, in a session that has a name there."""
    there.provider.people["robin-1"] |= {"email": alice.email, "sid": "their-session"}
    return alice


def comes(there: Somewhere, person: Person, shop: RelyingApp, scope: str = "openid") -> Tokens:
    """By way of the provider, into an app."""
    visit = shop.asks(scope).seen_by(person)
    page = shown(visit.at)
    departed = person.browser.submit(
        page, form=page.form(press=next(says for says in labels(page) if "Somewhere" in says))
    )
    assert isinstance(departed, Arrival)
    back = there.comes_back(departed.url)
    visit.at = person.browser.open(f"/login/somewhere/callback?{urlencode(back)}")
    return (visit if isinstance(visit.at, Arrival) else visit.allows()).redeems()


def is_signed_in(shop: RelyingApp, person: Person) -> bool:
    return "code" in shop.asks("openid", prompt="none").seen_by(person).answer


def told(client: FlaskClient, token: str) -> TestResponse:
    return client.post("/login/somewhere/logout", data={"logout_token": token})


@pytest.mark.parametrize(
    "who",
    [{}, {"sid": "their-session"}, {"sid": "their-session", "sub": None}],
    ids=["the person", "the person's session", "the session"],
)
def test_what_it_began_ends_with_it(
    there: Somewhere,
    robin: Person,
    shop: RelyingApp,
    client: FlaskClient,
    clock: Clock,
    app: Flask,
    who: dict[str, Any],
) -> None:
    tokens = comes(there, robin, shop, "openid")
    assert is_signed_in(shop, robin)
    clock.moves(10)
    answer = told(client, there.provider.logout_token(**who))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert "Set-Cookie" not in answer.headers
    assert not is_signed_in(shop, robin)
    assert tokens.asks_userinfo().status_code == 401
    with app.app_context():
        assert "signed_out_by_provider" in audit.events_of(str(robin.user_id), 5)
        base.db.session.remove()


def test_what_was_granted_offline_outlives_it(
    there: Somewhere, robin: Person, shop: RelyingApp, client: FlaskClient, clock: Clock
) -> None:
    """§2.7: it was asked to outlive the session, whoever ends that."""
    tokens = comes(there, robin, shop, "openid offline_access")
    clock.moves(10)
    assert told(client, there.provider.logout_token()).status_code == 200
    assert not is_signed_in(shop, robin)
    assert tokens.refreshes().access_token


@pytest.mark.parametrize(
    "who",
    [{"sub": "somebody-else"}, {"sid": "another-session"}, {"sid": "another-session", "sub": None}],
    ids=["somebody else", "another session", "only another session"],
)
def test_nobody_else_goes(
    there: Somewhere, robin: Person, shop: RelyingApp, client: FlaskClient, clock: Clock, who: dict[str, Any]
) -> None:
    comes(there, robin, shop)
    clock.moves(10)
    assert told(client, there.provider.logout_token(**who)).status_code == 200
    assert is_signed_in(shop, robin)


def test_a_sign_in_of_our_own_is_none_of_its_business(
    there: Somewhere, robin: Person, shop: RelyingApp, client: FlaskClient, clock: Clock
) -> None:
    comes(there, robin, shop)
    here = robin.elsewhere()
    shop.asks("openid").seen_by(here).signs_in()
    clock.moves(10)
    assert told(client, there.provider.logout_token()).status_code == 200
    assert not is_signed_in(shop, robin)
    assert is_signed_in(shop, here)


def test_said_again_it_ends_nothing_more(
    there: Somewhere, robin: Person, shop: RelyingApp, client: FlaskClient, clock: Clock
) -> None:
    """Replayed while it is valid, on any node: what began after it stays."""
    comes(there, robin, shop)
    clock.moves(10)
    token = there.provider.logout_token()
    assert told(client, token).status_code == 200
    clock.moves(SKEW + 1)
    comes(there, robin, shop)
    assert told(client, token).status_code == 200
    assert is_signed_in(shop, robin)


WRONG: list[dict[str, Any]] = [
    *({"iss": "https://evil.example"}, {"iss": None}, {"aud": "another-app"}, {"aud": None}),
    *({"aud": ["portico", "another-app"]}, {"exp": None}, {"exp": 1}, {"iat": None}, {"iat": 1}, {"jti": None}),
    *({"jti": ""}, {"jti": 1}, {"events": None}, {"events": {}}, {"events": [LOGGED_OUT]}, {"events": LOGGED_OUT}),
    *({"events": {LOGGED_OUT: True}}, {"events": {"https://schemas.example/other": {}}}, {"nonce": "n"}, {"nonce": ""}),
    *({"sub": None}, {"sub": None, "sid": ""}, {"sub": 1}, {"sub": "x" * 256}, {"sid": 1}, {"sid": "x" * 256}),
]


def is_named(changes: dict[str, Any]) -> str:
    return str(changes)[:40]


@pytest.mark.parametrize("changes", WRONG, ids=is_named)
def test_each_rule_is_kept(
    there: Somewhere, robin: Person, shop: RelyingApp, client: FlaskClient, clock: Clock, changes: dict[str, Any]
) -> None:
    comes(there, robin, shop)
    clock.moves(10)
    answer = told(client, there.provider.logout_token(**changes))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    assert answer.json is not None
    assert answer.json["error"] == "invalid_request"
    assert is_signed_in(shop, robin)


HARMLESS = ("no kid",)  # there is one key: which else could it be?


@pytest.mark.incident("CVE-2024-37568")
@pytest.mark.incident("CVE-2026-28802")
@pytest.mark.parametrize("lie", [lie for lie in IN_SIGNATURE if lie not in HARMLESS])
def test_only_the_providers_own_keys_sign(
    there: Somewhere, robin: Person, shop: RelyingApp, client: FlaskClient, lie: str
) -> None:
    comes(there, robin, shop)
    assert told(client, there.provider.logout_token(lie=lie)).status_code == 400
    assert is_signed_in(shop, robin)


def test_an_id_token_signs_nobody_out(there: Somewhere, robin: Person, shop: RelyingApp, client: FlaskClient) -> None:
    comes(there, robin, shop)
    assert told(client, there.provider.id_token("robin-1", {}, "x")).status_code == 400
    assert is_signed_in(shop, robin)


@pytest.mark.parametrize("typ", ["logout+jwt", "application/logout+jwt", "Logout+JWT", "JWT"])
def test_its_type_may_be_the_general_one(there: Somewhere, client: FlaskClient, typ: str) -> None:
    assert told(client, there.provider.logout_token(typ=typ)).status_code == 200


@pytest.mark.parametrize("body", [{}, {"logout_token": ""}, {"logout_token": ["a", "b"]}, {"token": "x"}])
def test_a_request_without_one_token_is_none(there: Somewhere, client: FlaskClient, body: dict[str, Any]) -> None:
    assert client.post("/login/somewhere/logout", data=body).status_code == 400


def test_it_is_a_form(there: Somewhere, client: FlaskClient) -> None:
    token = there.provider.logout_token()
    assert client.post("/login/somewhere/logout", json={"logout_token": token}).status_code == 400
    assert client.get(f"/login/somewhere/logout?logout_token={token}").status_code == 405
    assert client.post("/login/elsewhere/logout", data={"logout_token": token}).status_code == 404


def test_keys_that_cannot_be_had_end_nothing(there: Somewhere, client: FlaskClient) -> None:
    there.provider.lie = "keys: down"
    assert told(client, there.provider.logout_token()).status_code == 400


def test_wrong_ones_are_counted_and_right_ones_are_not(there: Somewhere, client: FlaskClient, app: Flask) -> None:
    tries = app.extensions["portico"].settings.throttle.network_tries
    answers = [told(client, "not.a.token").status_code for _ in range(tries + 1)]
    assert answers == [400] * tries + [429]
    assert told(client, there.provider.logout_token()).status_code == 200
