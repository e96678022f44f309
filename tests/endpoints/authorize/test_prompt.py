"""Who must act before the app gets its answer: prompt, max_age, hints (OpenID Connect Core §3.1.2.1, §3.1.2.3)."""

import json

import pytest
from flask import Flask
from joserfc import jws

from idp import clock as clock_of_the_house
from idp.settings.load import Settings
from idp.signing import tick
from idp.signing.rotation import Policy
from idp.store import base
from tests.clocks import Clock
from tests.people import Person
from tests.relying_app import RelyingApp

pytestmark = [
    pytest.mark.section("OpenID Connect Core §3.1.2.1"),
    pytest.mark.section("OpenID Connect Core §3.1.2.3"),
]


@pytest.mark.conformance("oidcc-prompt-none-not-logged-in")
def test_none_without_a_session(shop: RelyingApp, alice: Person) -> None:
    assert shop.asks(prompt="none").seen_by(alice).error == "login_required"


def test_none_with_a_session_and_consent_answers_at_once(shop: RelyingApp, alice: Person) -> None:
    shop.asks("openid email").seen_by(alice).signs_in().allows()
    tokens = shop.asks("openid email", prompt="none").seen_by(alice).redeems()
    assert tokens.claims["email"] == alice.email


def test_none_without_consent(shop: RelyingApp, alice: Person) -> None:
    shop.asks().seen_by(alice).signs_in()
    assert shop.asks(prompt="none").seen_by(alice).error == "consent_required"


def test_none_with_more_than_was_allowed(shop: RelyingApp, alice: Person) -> None:
    shop.asks("openid").seen_by(alice).signs_in().allows()
    assert shop.asks("openid email", prompt="none").seen_by(alice).error == "consent_required"


def test_none_when_the_sign_in_is_too_old(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    clock.moves(61)
    assert shop.asks(prompt="none", max_age="60").seen_by(alice).error == "login_required"
    assert shop.asks(prompt="none", max_age="61").seen_by(alice).code


@pytest.mark.conformance("oidcc-prompt-login")
def test_login_asks_again_and_moves_auth_time(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    first = shop.asks().seen_by(alice).signs_in().allows().redeems()
    clock.moves(600)
    visit = shop.asks(prompt="login").seen_by(alice)
    assert visit.page.form("password")
    second = visit.signs_in().redeems()
    assert second.claims["auth_time"] == first.claims["auth_time"] + 600
    assert second.claims["sid"] == first.claims["sid"]


@pytest.mark.incident("a failed re-authentication grants nothing")
def test_login_asked_again_is_not_skipped_after_a_failure(shop: RelyingApp, alice: Person) -> None:
    """A failed re-authentication grants nothing, and asking again does not skip it."""
    shop.asks().seen_by(alice).signs_in().allows()
    visit = shop.asks(prompt="login").seen_by(alice)
    begun = visit.page.url
    assert visit.signs_in("Wrong-password-1").page.status == 422
    pending = begun.partition("for=")[2]
    visit.at = alice.browser.open(f"/authorize/{pending}")
    assert visit.page.form("password")
    assert visit.signs_in().code


def test_max_age_zero_asks_again(shop: RelyingApp, alice: Person) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    visit = shop.asks(max_age="0").seen_by(alice)
    assert visit.page.form("password")
    assert visit.signs_in().redeems().claims["auth_time"]


def test_max_age_asks_again_only_when_the_sign_in_is_older(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    clock.moves(100)
    assert shop.asks(max_age="100").seen_by(alice).code
    visit = shop.asks(max_age="99").seen_by(alice)
    assert visit.page.form("password")
    tokens = visit.signs_in().redeems()
    assert tokens.claims["auth_time"] == clock.now()


@pytest.mark.section("OpenID Connect Registration §2")
def test_max_age_may_stand_in_the_registration(app: Flask, alice: Person, clock: Clock) -> None:
    """OpenID Connect Registration §2 default_max_age; the request has the last word."""
    bank = RelyingApp.registered(app, "bank", default_max_age=30)
    bank.asks().seen_by(alice).signs_in().allows()
    clock.moves(31)
    assert bank.asks(prompt="none").seen_by(alice).error == "login_required"
    assert bank.asks(prompt="none", max_age="3600").seen_by(alice).code


def test_consent_asks_again(shop: RelyingApp, alice: Person) -> None:
    shop.asks("openid email").seen_by(alice).signs_in().allows()
    visit = shop.asks("openid email", prompt="consent").seen_by(alice)
    assert "would like to use your account" in visit.page.heading
    assert visit.allows().code


def test_consent_refused_leaves_what_was_allowed_before(shop: RelyingApp, alice: Person) -> None:
    shop.asks("openid email").seen_by(alice).signs_in().allows()
    assert shop.asks("openid email", prompt="consent").seen_by(alice).declines().error == "access_denied"
    assert shop.asks("openid email", prompt="none").seen_by(alice).code


def test_login_and_consent_together_ask_both(shop: RelyingApp, alice: Person) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    visit = shop.asks(prompt="consent login").seen_by(alice)
    assert visit.page.form("password")
    visit.signs_in()
    assert visit.allows().code


def test_select_account_shows_the_chooser(shop: RelyingApp, alice: Person) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    visit = shop.asks(prompt="select_account").seen_by(alice)
    assert visit.page.heading == "Choose an account"
    assert alice.email in visit.page.text
    assert visit.chooses(alice).code


def test_select_account_when_nobody_is_signed_in(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks(prompt="select_account").seen_by(alice)
    assert visit.signs_in().allows().code


@pytest.mark.section("Initiating User Registration 1.0 §4")
def test_create_opens_sign_up(shop: RelyingApp, alice: Person) -> None:
    """Initiating User Registration 1.0 §4."""
    assert shop.asks(prompt="create").seen_by(alice).page.heading == "Create your account"


def test_another_person_may_sign_in_when_asked_again(shop: RelyingApp, alice: Person, bob: Person) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    visit = shop.asks(prompt="select_account").seen_by(alice)
    visit.uses_another_account()
    visit.person = bob
    assert visit.signs_in().allows().redeems().claims["sub"] == bob.user_id


def test_a_hint_at_the_person_who_is_here(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    """An expired ID token is a good hint (Core §3.1.2.1)."""
    tokens = shop.asks().seen_by(alice).signs_in().allows().redeems()
    clock.moves(2 * 3600)
    assert shop.asks(prompt="none", id_token_hint=tokens.id_token).seen_by(alice).code


def test_a_hint_at_somebody_else(shop: RelyingApp, alice: Person, bob: Person) -> None:
    hint = shop.asks().seen_by(bob).signs_in().allows().redeems().id_token
    shop.asks().seen_by(alice).signs_in().allows()
    assert shop.asks(prompt="none", id_token_hint=hint).seen_by(alice).error == "login_required"
    visit = shop.asks(id_token_hint=hint).seen_by(alice)
    assert visit.page.heading == "Choose an account"
    visit.uses_another_account()
    visit.person = bob
    assert visit.signs_in().redeems().claims["sub"] == bob.user_id


@pytest.mark.section("OpenID Connect Core §3.1.2.2")
def test_choosing_the_wrong_person_never_answers_for_them(shop: RelyingApp, alice: Person, bob: Person) -> None:
    """Core §3.1.2.2: the answer is about the person the app meant, or it is an error."""
    hint = shop.asks().seen_by(bob).signs_in().allows().redeems().id_token
    shop.asks().seen_by(alice).signs_in().allows()
    visit = shop.asks(id_token_hint=hint).seen_by(alice).chooses(alice)
    assert visit.error == "login_required"


@pytest.mark.parametrize("hint", ["", "x", "e30.e30.", "eyJhbGciOiJub25lIn0.e30."])
def test_a_hint_that_is_no_token_of_ours_proves_nothing(shop: RelyingApp, alice: Person, hint: str) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    assert shop.asks(id_token_hint=hint).seen_by(alice).code


def test_a_hint_with_a_touched_signature_is_none(shop: RelyingApp, alice: Person) -> None:
    token = shop.asks().seen_by(alice).signs_in().allows().redeems().id_token
    head, body, signature = token.split(".")
    touched = f"{head}.{body}.{signature[:-8]}{'A' * 8}"
    assert shop.asks(prompt="none", id_token_hint=touched).seen_by(alice).error == "login_required"


def test_a_hint_meant_for_another_app_is_none(app: Flask, shop: RelyingApp, alice: Person) -> None:
    token = shop.asks().seen_by(alice).signs_in().allows().redeems().id_token
    other = RelyingApp.registered(app, "other")
    other.asks().seen_by(alice).allows()
    assert other.asks(prompt="none", id_token_hint=token).seen_by(alice).error == "login_required"


@pytest.mark.section("OpenID Connect Core §5.5.1")
def test_a_claim_for_a_subject_is_kept(shop: RelyingApp, alice: Person, bob: Person) -> None:
    """Core §5.5.1: sub with a value in the claims parameter."""
    shop.asks().seen_by(alice).signs_in().allows()
    claims = json.dumps({"id_token": {"sub": {"value": bob.user_id}}})
    assert shop.asks(prompt="none", claims=claims).seen_by(alice).error == "login_required"


def test_a_hint_and_a_claim_that_name_different_people(shop: RelyingApp, alice: Person, bob: Person) -> None:
    hint = shop.asks().seen_by(alice).signs_in().allows().redeems().id_token
    claims = json.dumps({"id_token": {"sub": {"value": bob.user_id}}})
    assert shop.asks(claims=claims, id_token_hint=hint).seen_by(alice).error == "invalid_request"


def test_login_hint_fills_in_the_address(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks(login_hint="someone@example.org").seen_by(alice)
    assert visit.page.form("email").fields["email"] == "someone@example.org"


@pytest.mark.parametrize(
    "wish",
    [
        {"login_hint": "<script>" * 100},
        {"ui_locales": "xx-YY de"},
        {"ui_locales": "../../etc"},
        {"claims_locales": "tlh"},
        {"display": "hologram"},
        {"acr_values": "gold silver"},
    ],
    ids=str,
)
def test_a_wish_never_fails_a_request(shop: RelyingApp, alice: Person, wish: dict[str, str]) -> None:
    assert shop.asks(**wish).seen_by(alice).signs_in().allows().code


def test_ui_locales_choose_the_language(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks(ui_locales="it de en").seen_by(alice)
    assert visit.page.read.language == "de"
    assert shop.asks(ui_locales="en").seen_by(alice).page.read.language == "en"


def test_an_essential_acr_that_is_met(shop: RelyingApp, alice: Person) -> None:
    claims = json.dumps({"id_token": {"acr": {"essential": True, "values": ["gold", "urn:portico:acr:1"]}}})
    tokens = shop.asks(claims=claims).seen_by(alice).signs_in().allows().redeems()
    assert tokens.claims["acr"] == "urn:portico:acr:1"


def test_a_hint_signed_by_a_retired_key_still_fits(
    shop: RelyingApp, alice: Person, clock: Clock, app: Flask, settings: Settings
) -> None:
    """As long as the key is published; when it is gone, the hint is no token of ours any more."""
    hint = shop.asks("openid").seen_by(alice).signs_in(remember=True).allows().redeems().id_token
    signed_by = kid_of(hint)
    clock.moves(28 * 86400)
    rotates(app, settings)
    clock.moves(2 * 86400 - 60)
    assert shop.asks(prompt="none").seen_by(alice).redeems().header["kid"] == signed_by
    clock.moves(3600)
    rotates(app, settings)
    visit = shop.asks("openid").seen_by(alice.elsewhere()).signs_in()
    assert visit.redeems().header["kid"] != signed_by
    assert shop.asks(prompt="none", id_token_hint=hint).seen_by(visit.person).code  # type: ignore[arg-type]
    clock.moves(3 * 86400)
    rotates(app, settings)
    again = shop.asks("openid").seen_by(alice.elsewhere()).signs_in()
    refused = shop.asks(prompt="none", id_token_hint=hint).seen_by(again.person)  # type: ignore[arg-type]
    assert refused.error == "login_required"


def kid_of(token: str) -> str:
    return str(jws.extract_compact(token.encode()).headers()["kid"])


def rotates(app: Flask, settings: Settings) -> None:
    """What `idp tick` does about keys, as often as something is due."""
    house = app.extensions["portico"]
    with app.app_context():
        for _ in range(3):
            tick.rotate(clock_of_the_house.now(), Policy.of(settings.keys), house.folder)
        base.db.session.remove()
    house.ring.forget()
