"""The device asks whether it was let in (RFC 8628 §3.4, §3.5)."""

import json

import pytest
from flask import Flask

from idp import clock
from idp.settings.load import Settings
from idp.store import app_owners, app_requests, base
from tests import devices
from tests.clocks import Clock
from tests.developers.console import open_to
from tests.devices import Waiting
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens, challenge_of

pytestmark = pytest.mark.section("RFC 8628 §3.5")


@pytest.fixture
def tv(app: Flask) -> RelyingApp:
    return devices.registered(app)


@pytest.fixture
def waiting(tv: RelyingApp) -> Waiting:
    return devices.asks(tv)


def test_each_poll_that_comes_too_soon_makes_all_that_follow_slower(waiting: Waiting, clock: Clock) -> None:
    assert waiting.hears() == "authorization_pending"
    clock.moves(4)
    assert waiting.hears() == "slow_down"
    clock.moves(9)
    assert waiting.hears() == "slow_down"
    clock.moves(14)
    assert waiting.hears() == "slow_down"
    clock.moves(20)
    assert waiting.hears() == "authorization_pending"
    clock.moves(20)
    assert waiting.hears() == "authorization_pending"


def test_whoever_keeps_to_the_interval_is_never_told_to_slow_down(waiting: Waiting, clock: Clock) -> None:
    for _ in range(20):
        assert waiting.hears() == "authorization_pending"
        clock.moves(5)


def test_an_answer_is_given_also_to_whoever_asks_too_soon(waiting: Waiting, alice: Person) -> None:
    assert [waiting.hears(), waiting.hears()] == ["authorization_pending", "slow_down"]
    waiting.typed_by(alice).signs_in().allows()
    assert waiting.fetches().claims["sub"] == alice.user_id


def test_a_device_code_gives_tokens_once(waiting: Waiting, alice: Person) -> None:
    tokens = waiting.typed_by(alice).signs_in().allows().fetches()
    assert waiting.hears() == "invalid_grant"
    assert tokens.asks_userinfo().status_code == 200
    assert set(tokens.answer) == {*("access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token")}


@pytest.mark.section("RFC 8628 §3.4")
def test_a_device_code_is_of_the_app_it_was_given_to(app: Flask, waiting: Waiting, alice: Person) -> None:
    other = devices.registered(app, "other")
    waiting.typed_by(alice).signs_in().allows()
    stolen = Waiting(other, waiting.said)
    assert stolen.hears() == "invalid_grant"
    assert waiting.fetches().claims["aud"] == "tv"


@pytest.mark.section("RFC 7636 §4.6")
@pytest.mark.incident("CVE-2026-123542")
def test_a_device_that_sends_a_challenge_is_held_to_it(tv: RelyingApp, alice: Person) -> None:
    """RFC 8628 knows no PKCE: whoever adds it must not be left believing in it."""
    sent = {"code_challenge": challenge_of("v" * 43), "code_challenge_method": "S256"}
    waiting = devices.asks(tv, "openid", **sent).typed_by(alice).signs_in().allows()
    assert waiting.hears() == "invalid_grant"
    assert waiting.hears(code_verifier="w" * 43) == "invalid_grant"
    assert waiting.polls(code_verifier="v" * 43).status_code == 200
    plain = tv.posts("/device_authorization", {**sent, "code_challenge_method": "plain"})
    assert json.loads(plain.data)["error"] == "invalid_request"
    stripped = devices.asks(tv, "openid").typed_by(alice).allows()
    assert stripped.hears(code_verifier="v" * 43) == "invalid_grant"


@pytest.mark.section("RFC 8628 §3.4")
@pytest.mark.parametrize(
    ("code", "error"), [(None, "invalid_request"), ("x", "invalid_grant"), ("y" * 257, "invalid_request")]
)
def test_without_a_device_code_there_is_nothing(waiting: Waiting, code: str | None, error: str) -> None:
    assert waiting.hears(device_code=code) == error


def test_the_user_code_is_no_device_code(waiting: Waiting) -> None:
    assert waiting.hears(device_code=waiting.code) == "invalid_grant"


def test_an_app_that_lost_the_grant_gets_nothing(waiting: Waiting, alice: Person, clock: Clock) -> None:
    waiting.typed_by(alice).signs_in().allows()
    waiting.app.changed(grant_types=("authorization_code",))
    clock.moves(6)
    assert waiting.hears() == "unauthorized_client"


def test_what_was_allowed_and_not_fetched_in_time_is_over(waiting: Waiting, alice: Person, clock: Clock) -> None:
    waiting.typed_by(alice).signs_in().allows()
    clock.moves(600)
    assert waiting.hears() == "expired_token"


def test_a_device_refreshes_and_asks_for_less(tv: RelyingApp, alice: Person) -> None:
    tokens = devices.asks(tv, "openid email").typed_by(alice).signs_in().allows().fetches()
    narrower = tokens.refreshes("openid")
    assert narrower.scope == {"openid"}
    assert narrower.claims["sub"] == alice.user_id


@pytest.mark.section("RFC 8707 §2.2")
def test_a_resource_that_was_not_granted_spends_nothing(waiting: Waiting, alice: Person) -> None:
    waiting.typed_by(alice).signs_in().allows()
    assert waiting.hears(resource="https://api.example") == "invalid_target"
    assert waiting.fetches().claims["sub"] == alice.user_id


def test_an_app_without_refreshing_gets_no_refresh_token(app: Flask, alice: Person) -> None:
    plain = devices.registered(app, "plain", grant_types=[devices.GRANT])
    answer = json.loads(devices.asks(plain).typed_by(alice).signs_in().allows().polls().data)
    assert "refresh_token" not in answer
    assert Tokens.of(plain, devices.asks(plain).typed_by(alice).allows().polls()).access_token


class TestWithAConsole:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return open_to(settings)

    def test_polls_that_find_nothing_fill_no_record_of_the_app(self, app: Flask, tv: RelyingApp, alice: Person) -> None:
        """Its owners read the last requests: hundreds of these would push out what they look for."""
        with app.app_context(), base.unit_of_work():
            app_owners.add("tv", str(alice.user_id), clock.now())
        waiting = devices.asks(tv)
        assert [waiting.hears(), waiting.hears()] == ["authorization_pending", "slow_down"]
        with app.app_context():
            kept = [(seen.endpoint, seen.error) for seen in app_requests.of_app("tv")]
        assert sorted(kept) == [("/device_authorization", ""), ("/token", "slow_down")]
