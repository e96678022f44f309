"""Refresh tokens: rotation with families, the grace, and what ends them (RFC 6749 §6, RFC 9700 §4.14.2, Core §12)."""

import pytest
from flask import Flask

from idp.protocol.scope import Scope
from tests.clocks import Clock
from tests.endpoints.token.test_request import refused
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens, Visit

pytestmark = pytest.mark.section("RFC 9700 §4.14.2")


@pytest.fixture
def visit(shop: RelyingApp, alice: Person) -> Visit:
    return shop.asks("openid email profile").seen_by(alice).signs_in().allows()


@pytest.fixture
def tokens(visit: Visit) -> Tokens:
    return visit.redeems()


def test_a_refresh_gives_everything_anew(tokens: Tokens, alice: Person) -> None:
    later = tokens.refreshes()
    assert later.refresh_token != tokens.refresh_token
    assert later.access_token != tokens.access_token
    assert later.userinfo()["email"] == alice.email
    assert later.refreshes().refreshes().userinfo()["sub"] == alice.user_id


@pytest.mark.section("OpenID Connect Core §12.2")
def test_the_new_id_token_is_about_the_same_sign_in(tokens: Tokens, clock: Clock) -> None:
    clock.moves(600)
    later = tokens.refreshes()
    same = ("iss", "sub", "aud", "auth_time", "sid", "acr", "amr")
    assert {name: later.claims[name] for name in same} == {name: tokens.claims[name] for name in same}
    assert later.claims["iat"] == tokens.claims["iat"] + 600
    assert later.claims.get("nonce") in (None, tokens.claims["nonce"])


@pytest.mark.section("RFC 6749 §6")
def test_a_narrower_scope(tokens: Tokens) -> None:
    narrow = tokens.refreshes("openid email")
    assert narrow.scope == {"openid", "email"}
    assert "name" not in narrow.userinfo()
    assert narrow.refreshes().scope == {"openid", "email", "profile"}, "the family keeps its scope"


@pytest.mark.section("RFC 6749 §6")
@pytest.mark.parametrize("scope", ["openid phone", "openid email profile phone", "admin"])
def test_a_wider_scope(tokens: Tokens, scope: str) -> None:
    refused(tokens.tries_to_refresh(scope), "invalid_scope")
    assert tokens.refreshes(), "and nothing was spent by asking"


def test_without_openid_no_id_token(tokens: Tokens) -> None:
    assert "id_token" not in tokens.refreshes("email").answer


def test_a_retry_within_the_grace_gets_the_same_generation(tokens: Tokens, clock: Clock) -> None:
    """Honest apps lose answers: ten seconds to ask again."""
    first = tokens.refreshes()
    clock.moves(10)
    again = tokens.refreshes()
    assert again.userinfo()
    assert first.refreshes().userinfo(), "both answers lead on, and it is one family"
    assert again.asks_userinfo().status_code == 200


def test_reuse_after_the_grace_ends_the_family(tokens: Tokens, clock: Clock) -> None:
    later = tokens.refreshes()
    clock.moves(11)
    refused(tokens.tries_to_refresh(), "invalid_grant")
    refused(later.tries_to_refresh(), "invalid_grant")
    assert later.asks_userinfo().status_code == 401
    assert tokens.asks_userinfo().status_code == 401


def test_reuse_of_one_two_generations_back_ends_the_family_at_once(tokens: Tokens) -> None:
    latest = tokens.refreshes().refreshes()
    refused(tokens.tries_to_refresh(), "invalid_grant")
    refused(latest.tries_to_refresh(), "invalid_grant")


def test_reuse_is_noticed_and_logged(
    tokens: Tokens, clock: Clock, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    tokens.refreshes()
    clock.moves(60)
    with caplog.at_level("WARNING"):
        tokens.tries_to_refresh()
    said = " ".join(record.getMessage() for record in caplog.records)
    assert "already used" in said
    assert tokens.refresh_token not in said


@pytest.mark.incident("CVE-2026-55672")
def test_a_refresh_token_is_of_one_client(tokens: Tokens, app: Flask) -> None:
    thief = RelyingApp.registered(app, "thief")
    fields = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    refused(thief.posts_token(fields), "invalid_grant")
    assert tokens.refreshes(), "and the thief's try spent nothing"


def test_a_public_client_refreshes_with_its_client_id(spa: RelyingApp, alice: Person) -> None:
    tokens = spa.asks().seen_by(alice).signs_in().allows().redeems()
    assert tokens.refreshes().refreshes().userinfo()["sub"] == alice.user_id


def test_a_family_ends_after_90_days_without_use(visit: Visit, shop: RelyingApp, alice: Person, clock: Clock) -> None:
    tokens = shop.asks("openid offline_access").seen_by(alice).allows().redeems()
    clock.moves(90 * 86400 - 1)
    tokens = tokens.refreshes()
    clock.moves(90 * 86400 + 1)
    refused(tokens.tries_to_refresh(), "invalid_grant")


def test_a_family_ends_after_a_year_in_any_case(visit: Visit, shop: RelyingApp, alice: Person, clock: Clock) -> None:
    tokens = shop.asks("openid offline_access").seen_by(alice).allows().redeems()
    for _ in range(5):
        clock.moves(72 * 86400)
        tokens = tokens.refreshes()
    clock.moves(6 * 86400)
    refused(tokens.tries_to_refresh(), "invalid_grant")


def test_a_family_ends_with_its_session(tokens: Tokens, alice: Person) -> None:
    alice.signs_out()
    refused(tokens.tries_to_refresh(), "invalid_grant")
    assert tokens.asks_userinfo().status_code == 401


def test_a_family_ends_when_its_session_was_idle_for_too_long(tokens: Tokens, clock: Clock) -> None:
    clock.moves(13 * 3600)
    refused(tokens.tries_to_refresh(), "invalid_grant")


def test_what_was_asked_offline_outlives_the_session(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    tokens = shop.asks("openid offline_access").seen_by(alice).signs_in().allows().redeems()
    alice.signs_out()
    clock.moves(30 * 86400)
    assert tokens.refreshes().userinfo()["sub"] == alice.user_id


def test_a_family_ends_with_its_client(tokens: Tokens, shop: RelyingApp, clock: Clock) -> None:
    shop.suspended()
    clock.moves(6)
    refused(tokens.tries_to_refresh(), "invalid_client", 401)


@pytest.mark.section("RFC 6749 §3.3")
def test_a_family_gives_no_more_than_the_registration_allows_now(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    wishes = '{"id_token":{"email":null},"userinfo":{"email":null}}'
    tokens = shop.asks("openid profile email", claims=wishes).seen_by(alice).signs_in().allows().redeems()
    shop.changed(scope=Scope(("openid", "profile")))
    clock.moves(6)
    assert "email" not in tokens.userinfo(), "nor does the access token of before"
    tokens = tokens.refreshes()
    assert tokens.scope == {"openid", "profile"}
    assert "email" not in tokens.claims
    assert "email" not in tokens.userinfo()
    assert tokens.userinfo()["name"] == alice.name
    shop.changed(scope=Scope(("phone",)))
    clock.moves(6)
    refused(tokens.tries_to_refresh(), "invalid_grant")
    assert tokens.asks_userinfo().status_code == 403


def test_a_client_that_was_removed_takes_its_grants_along(
    tokens: Tokens, shop: RelyingApp, alice: Person, clock: Clock
) -> None:
    shop.removed()
    clock.moves(6)
    refused(tokens.tries_to_refresh(), "invalid_client", 401)
    assert tokens.asks_userinfo().status_code == 401


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "A", lambda t: t[:-5] + "AAAAA", lambda t: "x"])
def test_a_touched_refresh_token(tokens: Tokens, shop: RelyingApp, change: object) -> None:
    text = change(tokens.refresh_token)  # type: ignore[operator]
    refused(shop.posts_token({"grant_type": "refresh_token", "refresh_token": text}), "invalid_grant")
    assert tokens.refreshes()


def test_other_values_are_no_refresh_tokens(visit: Visit, shop: RelyingApp) -> None:
    tokens = visit.redeems()
    for text in (visit.code, tokens.access_token, tokens.id_token):
        refused(shop.posts_token({"grant_type": "refresh_token", "refresh_token": text}), "invalid_grant")


def test_no_refresh_token(shop: RelyingApp) -> None:
    refused(shop.posts_token({"grant_type": "refresh_token"}), "invalid_request")


def test_a_client_that_does_not_refresh_gets_none(app: Flask, alice: Person) -> None:
    once = RelyingApp.registered(app, "once", grant_types=["authorization_code"])
    tokens = once.asks().seen_by(alice).signs_in().allows().redeems()
    assert "refresh_token" not in tokens.answer


def test_a_generation_from_the_future_is_refused_and_revokes_nothing(tokens: Tokens, app: Flask) -> None:
    later = tokens.refreshes()
    tokens.forgotten_rotation()
    refused(later.tries_to_refresh(), "invalid_grant")
    assert tokens.refreshes().userinfo()
