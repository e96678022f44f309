"""Apps hear that a sign-in is over (OpenID Connect Back-Channel Logout 1.0), from a real server of theirs."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import text

from idp import clock, sessions
from idp.issuance import logout_delivery
from idp.issuance.logout_delivery import Outcome
from idp.outside import addresses, fetch
from idp.outside.fetch import Fetcher
from idp.store import base, grants, users
from tests.clocks import Clock
from tests.emulators.logout_receiver import LogoutReceiver
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens
from tests.signing_up import signs_in

pytestmark = pytest.mark.section("OpenID Connect Back-Channel Logout 1.0 §2.5")
HERE = fetch.guarded(addresses.THIS_MACHINE)


@pytest.fixture
def receiver() -> Iterator[LogoutReceiver]:
    with LogoutReceiver.listening() as listening:
        yield listening


@pytest.fixture
def told(app: Flask, receiver: LogoutReceiver) -> RelyingApp:
    """An app that has an address to be told at."""
    return RelyingApp.registered(app, "told", backchannel_logout_uri=receiver.uri)


@pytest.fixture
def tokens(told: RelyingApp, alice: Person) -> Tokens:
    return told.asks("openid offline_access").seen_by(alice).signs_in().allows().redeems()


def delivers(app: Flask, fetcher: Fetcher = HERE) -> list[Outcome]:
    with app.app_context():
        return list(logout_delivery.attempts(app.extensions["portico"].mint, fetcher, clock.now))


def notices(app: Flask) -> list[dict[str, object]]:
    with app.app_context():
        rows = base.db.session.execute(text("SELECT * FROM logout_notices ORDER BY id")).all()
        base.db.session.remove()
    return [dict(row._mapping) for row in rows]


def read(told: RelyingApp, token: str) -> tuple[dict[str, object], dict[str, object]]:
    """§2.6, as an app does: by the published keys."""
    published = told.server.test_client(use_cookies=False).get(f"{told.issuer}/jwks.json").data
    found = jwt.decode(token, KeySet.import_key_set(json.loads(published)), algorithms=["RS256"])
    return found.claims, dict(found.header)


@pytest.mark.section("OpenID Connect Back-Channel Logout 1.0 §2.4")
def test_signing_out_tells_the_app_which_session_of_whom_is_over(
    app: Flask, told: RelyingApp, tokens: Tokens, alice: Person, receiver: LogoutReceiver
) -> None:
    alice.signs_out()
    assert delivers(app) == [Outcome.DELIVERED]
    claims, header = read(told, receiver.tokens[0])
    assert header["typ"] == "logout+jwt"
    assert claims["iss"] == told.issuer
    assert claims["aud"] == "told"
    assert claims["sub"] == alice.user_id
    assert claims["sid"] == tokens.claims["sid"]
    assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert claims["iat"] <= clock.now() < claims["exp"] <= claims["iat"] + 120  # type: ignore[operator]
    assert claims["jti"]
    assert "nonce" not in claims
    assert receiver.types == ["application/x-www-form-urlencoded"]
    assert delivers(app) == [], "once"


def test_a_logout_token_is_no_other_token(
    app: Flask, told: RelyingApp, tokens: Tokens, alice: Person, receiver: LogoutReceiver
) -> None:
    """§4: neither an ID token hint nor an access token."""
    alice.signs_out()
    delivers(app)
    signs_in(alice)
    page = alice.browser.open(f"/end_session?id_token_hint={receiver.tokens[0]}")
    assert page.heading.startswith("Sign out of"), "it proves nothing, so the person is asked"  # type: ignore[union-attr]
    headers = {"Authorization": f"Bearer {receiver.tokens[0]}"}
    assert app.test_client(use_cookies=False).get("/userinfo", headers=headers).status_code == 401


@pytest.mark.section("OpenID Connect Back-Channel Logout 1.0 §2.1")
def test_discovery_says_so(app: Flask) -> None:
    document = app.test_client().get("/.well-known/openid-configuration").get_json()
    assert document["backchannel_logout_supported"] is True
    assert document["backchannel_logout_session_supported"] is True


def test_an_app_without_an_address_or_without_a_session_here_hears_nothing(
    app: Flask, told: RelyingApp, shop: RelyingApp, alice: Person
) -> None:
    shop.asks().seen_by(alice).signs_in().allows().redeems()
    alice.signs_out()
    assert notices(app) == []


def test_an_app_hears_of_its_own_sessions_alone(
    app: Flask, told: RelyingApp, tokens: Tokens, alice: Person, receiver: LogoutReceiver
) -> None:
    other = alice.elsewhere()
    signs_in(other)
    other.signs_out()
    assert delivers(app) == []
    alice.signs_out()
    assert len(delivers(app)) == 1


def test_an_app_hears_although_its_tokens_expired_long_ago(
    app: Flask, receiver: LogoutReceiver, alice: Person, clock: Clock
) -> None:
    """The grant is kept while the session lives: it says whom the session let in."""
    settings = {"grant_types": ["authorization_code"], "scope": "openid", "backchannel_logout_uri": receiver.uri}
    brief = RelyingApp.registered(app, "brief", **settings)
    brief.asks().seen_by(alice).signs_in(remember=True).allows().redeems()
    clock.moves(20 * 86400)
    with app.app_context(), base.unit_of_work():
        assert grants.delete_expired(clock.now(), 100) == 0
    alice.signs_out()
    assert delivers(app) == [Outcome.DELIVERED]
    with app.app_context(), base.unit_of_work():
        assert grants.delete_expired(clock.now(), 100) == 1


def test_another_person_in_the_same_browser_ends_the_first_ones_session(
    app: Flask, told: RelyingApp, tokens: Tokens, alice: Person, bob: Person, receiver: LogoutReceiver
) -> None:
    bob.browser = alice.browser
    told.asks(prompt="login").seen_by(bob).uses_another_account().signs_in()
    delivers(app)
    assert [read(told, token)[0]["sub"] for token in receiver.tokens] == [alice.user_id]


def test_a_new_password_tells_the_apps_of_all_other_sessions(
    app: Flask, told: RelyingApp, tokens: Tokens, alice: Person, receiver: LogoutReceiver
) -> None:
    other = alice.elsewhere()
    told.asks().seen_by(other).signs_in().redeems()
    page = other.browser.open("/account/password")
    typed = {"password": alice.password, "new_password": "Violet-kettle-42", "confirm_password": "Violet-kettle-42"}
    other.browser.submit(page, form=page.form("new_password"), **typed)  # type: ignore[union-attr,arg-type]
    delivers(app)
    assert [read(told, token)[0]["sid"] for token in receiver.tokens] == [tokens.claims["sid"]]


def test_a_suspension_tells_the_apps(app: Flask, told: RelyingApp, tokens: Tokens, alice: Person) -> None:
    with app.app_context(), base.unit_of_work():
        users.become(str(alice.user_id), users.SUSPENDED, clock.now())
        sessions.end_everywhere_else(str(alice.user_id), clock.now())
    assert delivers(app) == [Outcome.DELIVERED]


def test_what_was_rolled_back_is_not_told(app: Flask, told: RelyingApp, tokens: Tokens, alice: Person) -> None:
    with app.app_context():
        sessions.end_everywhere_else(str(alice.user_id), clock.now())
        base.db.session.rollback()
    assert notices(app) == []


def test_an_app_that_refuses_is_told_again_later_and_given_up_after_a_day(
    app: Flask, tokens: Tokens, alice: Person, receiver: LogoutReceiver, clock: Clock
) -> None:
    alice.signs_out()
    receiver.answers = [400] * 100
    waits = []
    for _ in range(60):
        outcomes = delivers(app)
        if outcomes == [Outcome.GIVEN_UP]:
            break
        assert outcomes == [Outcome.PUT_OFF]
        waits.append(int(notices(app)[0]["next_try_at"]) - clock.now())  # type: ignore[call-overload]
        clock.moves(waits[-1])
    log = notices(app)[0]
    assert log["given_up_at"] is not None
    assert log["last_error"] == "it answered 400"
    assert 86400 <= sum(waits) <= 86400 + 3600
    assert waits[0] <= 4
    assert max(waits) <= 3600
    assert len(waits) < 50
    assert len({read_jti(token) for token in receiver.tokens}) == len(receiver.tokens), "each try is a token of its own"


def read_jti(token: str) -> object:
    return json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))["jti"]


def test_an_app_that_comes_back_hears(
    app: Flask, tokens: Tokens, alice: Person, receiver: LogoutReceiver, clock: Clock
) -> None:
    alice.signs_out()
    receiver.answers = [503]
    assert delivers(app) == [Outcome.PUT_OFF]
    assert delivers(app) == [], "not before its time"
    clock.moves(5)
    assert delivers(app) == [Outcome.DELIVERED]
    assert notices(app)[0]["delivered_at"] == clock.now()
    assert notices(app)[0]["tries"] == 2


def test_204_is_success_too(app: Flask, tokens: Tokens, alice: Person, receiver: LogoutReceiver) -> None:
    receiver.answers = [204]
    alice.signs_out()
    assert delivers(app) == [Outcome.DELIVERED]


def test_an_app_that_is_down_holds_up_no_other(
    app: Flask, receiver: LogoutReceiver, told: RelyingApp, tokens: Tokens, alice: Person
) -> None:
    """It is asked once in a round, however many notices wait for it."""
    down = RelyingApp.registered(app, "a-down", backchannel_logout_uri="http://127.0.0.1:9/logout")
    for _ in range(3):
        other = alice.elsewhere()
        visit = down.asks().seen_by(other).signs_in()
        (visit if "code" in getattr(visit.at, "answer", {}) else visit.allows()).redeems()
        other.signs_out()
    alice.signs_out()
    assert sorted(delivers(app)) == [Outcome.DELIVERED, Outcome.PUT_OFF]
    assert len(receiver.tokens) == 1


@pytest.mark.incident("CVE-2026-4874")
@pytest.mark.incident("CVE-2026-5468")
def test_no_notice_reaches_our_own_network(app: Flask, tokens: Tokens, alice: Person, receiver: LogoutReceiver) -> None:
    """What an app registered is looked at when it is asked: by the policy of a deployment that people reach."""
    alice.signs_out()
    assert delivers(app, fetch.guarded()) == [Outcome.PUT_OFF]
    assert receiver.tokens == []
    assert "https" in str(notices(app)[0]["last_error"])


def test_a_redirect_is_not_followed(app: Flask, tokens: Tokens, alice: Person, receiver: LogoutReceiver) -> None:
    receiver.answers, receiver.location = [307], receiver.uri
    alice.signs_out()
    assert delivers(app) == [Outcome.PUT_OFF]
    assert len(receiver.tokens) == 1


def test_a_removed_address_is_given_up(
    app: Flask, told: RelyingApp, tokens: Tokens, alice: Person, receiver: LogoutReceiver
) -> None:
    alice.signs_out()
    told.changed(backchannel_logout_uri="")
    assert delivers(app) == [Outcome.GIVEN_UP]
    assert receiver.tokens == []


def test_a_removed_app_takes_its_notices_along(app: Flask, told: RelyingApp, tokens: Tokens, alice: Person) -> None:
    alice.signs_out()
    told.removed()
    assert notices(app) == []
