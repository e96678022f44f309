"""A code is good once, for one minute, for the one who asked (RFC 6749 §4.1.2, §4.1.3; RFC 7636 §4.6)."""

from dataclasses import replace

import pytest
from flask import Flask

from idp.store import base, grants
from tests.clocks import Clock
from tests.endpoints.token.test_request import refused
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens, Visit, challenge_of

pytestmark = pytest.mark.section("RFC 6749 §4.1.3")


@pytest.fixture
def visit(shop: RelyingApp, alice: Person) -> Visit:
    return shop.asks("openid email").seen_by(alice).signs_in().allows()


@pytest.mark.conformance("oidcc-ensure-request-with-valid-pkce-succeeds")
def test_a_code_gives_tokens(visit: Visit, alice: Person) -> None:
    tokens = visit.redeems()
    assert tokens.claims["sub"] == alice.user_id
    assert tokens.userinfo()["email"] == alice.email


@pytest.mark.conformance("oidcc-codereuse")
@pytest.mark.section("RFC 6749 §4.1.2")
@pytest.mark.incident("CVE-2026-43983")
def test_a_replay_ends_all_the_code_gave(visit: Visit) -> None:
    """RFC 6749 §4.1.2: "SHOULD revoke all tokens previously issued based on that authorization code"."""
    tokens = visit.redeems()
    refused(visit.tries_to_redeem(), "invalid_grant")
    assert tokens.asks_userinfo().status_code == 401
    refused(tokens.tries_to_refresh(), "invalid_grant")


def test_a_replay_ends_what_a_refresh_gave_too(visit: Visit) -> None:
    later = visit.redeems().refreshes()
    refused(visit.tries_to_redeem(), "invalid_grant")
    assert later.asks_userinfo().status_code == 401
    refused(later.tries_to_refresh(), "invalid_grant")


def test_a_replay_of_one_code_leaves_others_alone(visit: Visit, shop: RelyingApp, alice: Person) -> None:
    other = shop.asks("openid email").seen_by(alice).redeems()
    visit.redeems()
    refused(visit.tries_to_redeem(), "invalid_grant")
    assert other.asks_userinfo().status_code == 200


@pytest.mark.parametrize("grant_types", [["authorization_code"], ["authorization_code", "refresh_token"]], ids=len)
def test_a_replay_is_one_though_what_the_code_gave_was_cleared_away(
    app: Flask, alice: Person, clock: Clock, grant_types: list[str]
) -> None:
    """An operator may let tokens live for less time than codes."""
    house = app.extensions["portico"]
    short = {"code_for": 600, "access_token_for": 60, "refresh_idle_for": 60}
    tokens = house.settings.tokens.model_copy(update=short)
    changed = {
        "settings": house.settings.model_copy(update={"tokens": tokens}),
        "mint": replace(house.mint, tokens=tokens),
    }
    app.extensions["portico"] = replace(house, **changed)
    once = RelyingApp.registered(app, "once", grant_types=grant_types)
    visit = once.asks().seen_by(alice).signs_in().allows()
    visit.redeems()
    clock.moves(61)
    with app.app_context(), base.unit_of_work():
        grants.delete_expired(clock.now(), 100)
    refused(visit.tries_to_redeem(), "invalid_grant")


def test_a_code_lives_for_a_minute(visit: Visit, shop: RelyingApp, alice: Person, clock: Clock) -> None:
    clock.moves(59)
    assert visit.redeems()
    late = shop.asks("openid email").seen_by(alice)
    clock.moves(60)
    refused(late.tries_to_redeem(), "invalid_grant")


@pytest.mark.incident("CVE-2026-55672")
@pytest.mark.incident("CVE-2026-28513")
def test_a_code_is_of_one_client(visit: Visit, app: Flask) -> None:
    thief = RelyingApp.registered(app, "thief")
    stolen = Visit(thief, visit.parameters, visit.verifier, at=visit.at)
    refused(stolen.tries_to_redeem(), "invalid_grant")
    assert visit.redeems(), "and the thief's try spent nothing"


@pytest.mark.parametrize(
    "uri",
    ["https://photobox.example/other", "https://photobox.example/callback/", "https://evil.example/", "x"],
)
def test_another_redirect_uri_than_the_one_asked_with(visit: Visit, uri: str) -> None:
    refused(visit.tries_to_redeem(redirect_uri=uri), "invalid_grant")


def test_no_redirect_uri(visit: Visit) -> None:
    refused(visit.tries_to_redeem(redirect_uri=None), "invalid_request")


def test_another_registered_redirect_uri(app: Flask, alice: Person) -> None:
    """Registered is not enough: it must be the one of this request."""
    uris = ["https://photobox.example/callback", "https://photobox.example/second"]
    visit = RelyingApp.registered(app, "two", redirect_uris=uris).asks().seen_by(alice).signs_in().allows()
    refused(visit.tries_to_redeem(redirect_uri=uris[1]), "invalid_grant")


def test_no_code(visit: Visit) -> None:
    refused(visit.tries_to_redeem(code=None), "invalid_request")
    refused(visit.tries_to_redeem(code=""), "invalid_request")


@pytest.mark.incident("CVE-2026-27840")
@pytest.mark.parametrize("change", [lambda c: c[:-1], lambda c: c[:-4], lambda c: c[:20], lambda c: c + "A"])
def test_a_code_cut_or_lengthened(visit: Visit, change: object) -> None:
    refused(visit.tries_to_redeem(code=change(visit.code)), "invalid_grant")  # type: ignore[operator]


@pytest.mark.parametrize("change", [lambda c: c + "=", lambda c: c + "%3D", lambda c: c.lower(), lambda c: c[::-1]])
def test_a_code_written_otherwise(visit: Visit, change: object) -> None:
    refused(visit.tries_to_redeem(code=change(visit.code)), "invalid_grant")  # type: ignore[operator]


def test_every_octet_of_a_code_counts(visit: Visit) -> None:
    code = visit.code
    for at in range(0, len(code), 7):
        touched = code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :]
        refused(visit.tries_to_redeem(code=touched), "invalid_grant")
    assert visit.redeems()


@pytest.mark.parametrize("text", ["x", "é", "a" * 4000, "..", "null", "0", "' OR ''='"])
def test_a_code_that_never_was(visit: Visit, text: str) -> None:
    refused(visit.tries_to_redeem(code=text), "invalid_grant")


def test_tokens_are_no_codes(visit: Visit) -> None:
    tokens = visit.redeems()
    for token in (tokens.access_token, tokens.refresh_token, tokens.id_token):
        refused(visit.tries_to_redeem(code=token), "invalid_grant")


@pytest.mark.section("RFC 7636 §4.6")
@pytest.mark.incident("CVE-2023-48228")
def test_a_bound_code_needs_its_verifier(visit: Visit) -> None:
    refused(visit.tries_to_redeem(code_verifier=None), "invalid_grant")
    refused(visit.tries_to_redeem(code_verifier=""), "invalid_grant")
    assert visit.redeems(), "what fails before the code is spent spends nothing"


@pytest.mark.section("RFC 7636 §4.6")
@pytest.mark.parametrize("verifier", ["x" * 43, "short", "x" * 129, "ä" * 43, "x" * 42 + " "])
def test_a_wrong_verifier(visit: Visit, verifier: str) -> None:
    refused(visit.tries_to_redeem(code_verifier=verifier), "invalid_grant")


def test_the_challenge_is_no_verifier(visit: Visit) -> None:
    """Which is what `plain` would be."""
    refused(visit.tries_to_redeem(code_verifier=challenge_of(visit.verifier)), "invalid_grant")


@pytest.mark.section("RFC 9700 §2.1.1")
@pytest.mark.incident("CVE-2024-23647")
def test_a_verifier_for_an_unbound_code_shows_a_downgrade(app: Flask, alice: Person) -> None:
    old = RelyingApp.registered(app, "old", require_pkce=False)
    visit = old.asks(code_challenge=None, code_challenge_method=None).seen_by(alice).signs_in().allows()
    refused(visit.tries_to_redeem(code_verifier=visit.verifier), "invalid_grant")
    assert visit.redeems()


def test_a_code_of_a_session_that_ended(visit: Visit, alice: Person) -> None:
    alice.signs_out()
    refused(visit.tries_to_redeem(), "invalid_grant")


def test_a_code_of_somebody_who_was_suspended(visit: Visit, alice: Person) -> None:
    alice.suspended()
    refused(visit.tries_to_redeem(), "invalid_grant")


@pytest.mark.incident("CVE-2025-53942")
@pytest.mark.incident("CVE-2025-65430")
def test_a_suspended_person_has_no_tokens(visit: Visit, alice: Person) -> None:
    tokens = visit.redeems()
    alice.suspended()
    assert tokens.asks_userinfo().status_code == 401
    refused(tokens.tries_to_refresh(), "invalid_grant")


@pytest.mark.incident("CVE-2025-53942")
def test_a_suspended_person_has_no_use_for_a_code(visit: Visit, alice: Person) -> None:
    alice.suspended()
    refused(visit.tries_to_redeem(), "invalid_grant")


@pytest.mark.parametrize("nonce", ["n" * 512, "\N{GREEK SMALL LETTER OMEGA}" * 512, "\N{OLD ITALIC LETTER A}" * 480])
def test_a_code_comes_back_however_long_the_nonce_was(shop: RelyingApp, alice: Person, nonce: str) -> None:
    assert shop.asks(nonce=nonce).seen_by(alice).signs_in().allows().redeems().claims["nonce"] == nonce


@pytest.mark.section("RFC 9700 §4.2")
def test_nothing_of_a_code_can_be_read(visit: Visit, alice: Person) -> None:
    """RFC 9700 §4.2: a code that leaks tells nothing."""
    assert str(alice.user_id) not in visit.code
    assert len(visit.code) < 700


def test_two_answers_to_one_question_differ(shop: RelyingApp, alice: Person) -> None:
    first = shop.asks().seen_by(alice).signs_in().allows()
    second = shop.asks().seen_by(alice)
    assert first.code != second.code
    tokens: list[Tokens] = [first.redeems(), second.redeems()]
    assert tokens[0].access_token != tokens[1].access_token
