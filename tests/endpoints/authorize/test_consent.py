"""What the person allows is what the app gets (OpenID Connect Core §3.1.2.4, RFC 6749 §3.3)."""

import json

import pytest
from flask import Flask

from tests.people import Person
from tests.relying_app import RelyingApp

pytestmark = pytest.mark.section("OpenID Connect Core §3.1.2.4")


def test_consent_is_asked_once(shop: RelyingApp, alice: Person) -> None:
    shop.asks("openid email").seen_by(alice).signs_in().allows()
    assert shop.asks("openid email").seen_by(alice).code
    assert shop.asks("openid").seen_by(alice).code


def test_consent_is_asked_again_for_what_is_new_only(shop: RelyingApp, alice: Person) -> None:
    shop.asks("openid email").seen_by(alice).signs_in().allows()
    visit = shop.asks("openid email profile").seen_by(alice)
    assert "See your name" in visit.page.text
    assert "New" in visit.page.text
    assert visit.allows().redeems().claims["name"] == alice.name


def test_consent_is_of_one_person_and_one_app(app: Flask, shop: RelyingApp, alice: Person, bob: Person) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    assert "would like" in shop.asks().seen_by(bob).signs_in().page.heading
    other = RelyingApp.registered(app, "other")
    assert "would like" in other.asks().seen_by(alice).page.heading


def test_an_app_of_the_house_is_not_asked_about(app: Flask, alice: Person) -> None:
    own = RelyingApp.registered(app, "own", first_party=True)
    assert own.asks("openid email").seen_by(alice).signs_in().redeems().claims["email"] == alice.email


def test_the_page_shows_the_real_values(shop: RelyingApp, alice: Person) -> None:
    text = shop.asks("openid profile email").seen_by(alice).signs_in().page.text
    assert alice.name in text
    assert alice.email in text
    assert "Photo Box" in text
    assert "photobox.example" in text


@pytest.mark.section("RFC 6749 §3.3")
def test_scopes_the_client_may_not_ask_for_are_dropped_and_said_so(app: Flask, alice: Person) -> None:
    modest = RelyingApp.registered(app, "modest", scope="openid email")
    tokens = modest.asks("openid email phone groups").seen_by(alice).signs_in().allows().redeems()
    assert tokens.scope == {"openid", "email"}


@pytest.mark.section("OpenID Connect Core §3.1.2.1")
def test_without_openid_it_is_plain_oauth(shop: RelyingApp, alice: Person) -> None:
    """OpenID Connect Core §3.1.2.1: without openid no ID token, and UserInfo is closed."""
    tokens = shop.asks("email").seen_by(alice).signs_in().allows().redeems()
    assert "id_token" not in tokens.answer
    assert tokens.scope == {"email"}
    assert tokens.asks_userinfo().status_code == 403


@pytest.mark.incident("CVE-2026-114619")
def test_an_openid_that_was_dropped_gives_no_id_token(app: Flask, alice: Person) -> None:
    plain = RelyingApp.registered(app, "plain", scope="email")
    tokens = plain.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    assert "id_token" not in tokens.answer


def test_an_optional_scope_that_is_not_ticked_is_not_granted(app: Flask, alice: Person) -> None:
    """And it is not asked about again by itself."""
    picky = RelyingApp.registered(app, "picky", optional_scopes=["phone"])
    alice.fills_in(phone_number="+4930123456")
    tokens = picky.asks("openid phone").seen_by(alice).signs_in().allows().redeems()
    assert tokens.scope == {"openid"}
    assert "phone_number" not in tokens.userinfo()
    assert picky.asks("openid phone").seen_by(alice).redeems().scope == {"openid"}


def test_an_optional_scope_that_is_ticked_is_granted(app: Flask, alice: Person) -> None:
    picky = RelyingApp.registered(app, "picky", optional_scopes=["phone"])
    alice.fills_in(phone_number="+4930123456")
    tokens = picky.asks("openid phone").seen_by(alice).signs_in().allows(scope="phone").redeems()
    assert tokens.scope == {"openid", "phone"}
    assert tokens.userinfo()["phone_number"] == "+4930123456"


def test_a_scope_the_page_did_not_offer_cannot_be_ticked(app: Flask, alice: Person) -> None:
    picky = RelyingApp.registered(app, "picky", optional_scopes=["phone"], scope="openid phone email")
    visit = picky.asks("openid phone").seen_by(alice).signs_in()
    assert visit.allows(scope="email").redeems().scope == {"openid"}


def test_offline_access_is_asked_explicitly(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks("openid offline_access").seen_by(alice).signs_in()
    assert "Keep access while you’re away" in visit.page.text
    assert "offline_access" in visit.allows().redeems().scope


def test_what_was_allowed_before_is_one_line_but_offline_access_is_spelled_out(shop: RelyingApp, alice: Person) -> None:
    shop.asks("openid email offline_access").seen_by(alice).signs_in().allows()
    text = shop.asks("openid email offline_access profile").seen_by(alice).page.text
    assert "Already allowed: email address" in text
    assert "See your email address" not in text
    assert "Keep access while you’re away" in text


def test_a_scope_of_the_apps_own_is_said_in_its_words(app: Flask, alice: Person) -> None:
    words = {"orders.read": "Read your orders", "orders.read#de": "Deine Bestellungen lesen"}
    own = RelyingApp.registered(app, "own", scope="openid orders.read wide", scope_sentences=words)
    page = own.asks("openid orders.read wide").seen_by(alice).signs_in().page
    assert "Read your orders" in page.text
    assert "orders.read" not in page.text
    assert page.html.count("scope--warn") == 1, "the one without a sentence"
    german = own.asks("openid orders.read", ui_locales="de").seen_by(alice).page
    assert "Deine Bestellungen lesen" in german.text


@pytest.mark.section("RFC 7591 §2.2")
def test_the_pages_of_an_app_are_linked_in_the_persons_language(app: Flask, alice: Person) -> None:
    english, german = "https://photobox.example/privacy", "https://photobox.example/datenschutz"
    box = RelyingApp.registered(app, "box", policy_uri=english, **{"policy_uri#de": german})
    assert english in box.asks().seen_by(alice).signs_in().page.html
    assert german in box.asks(ui_locales="de").seen_by(alice).page.html


@pytest.mark.section("OpenID Connect Core §5.5")
def test_single_claims_are_asked_for_by_name(shop: RelyingApp, alice: Person) -> None:
    alice.fills_in(nickname="Al", birthdate="1990-01-02")
    claims = json.dumps({"id_token": {"nickname": None}, "userinfo": {"birthdate": {"essential": True}}})
    tokens = shop.asks("openid", claims=claims).seen_by(alice).signs_in().allows().redeems()
    assert tokens.claims["nickname"] == "Al"
    assert "birthdate" not in tokens.claims
    assert tokens.userinfo() == {"sub": alice.user_id, "birthdate": "1990-01-02"}


def test_a_claim_that_is_not_there_is_absent_not_null(shop: RelyingApp, alice: Person) -> None:
    claims = json.dumps({"id_token": {"gender": {"essential": True}}, "userinfo": {"gender": None, "x": None}})
    tokens = shop.asks("openid", claims=claims).seen_by(alice).signs_in().allows().redeems()
    assert "gender" not in tokens.claims
    assert set(tokens.userinfo()) == {"sub"}


def test_a_claim_is_allowed_by_the_person_like_its_scope(shop: RelyingApp, alice: Person) -> None:
    """What the claims parameter names is shown and agreed on like the scope that covers it."""
    shop.asks("openid").seen_by(alice).signs_in().allows()
    claims = json.dumps({"userinfo": {"email": None}})
    visit = shop.asks("openid", claims=claims).seen_by(alice)
    assert "See your email address" in visit.page.text
    assert visit.allows().redeems().userinfo()["email"] == alice.email


def test_a_claim_the_client_may_not_have_stays_here(app: Flask, alice: Person) -> None:
    """The registration's scope is the limit, whichever way the client asks."""
    modest = RelyingApp.registered(app, "modest", scope="openid")
    claims = json.dumps({"userinfo": {"email": None, "phone_number": None}, "id_token": {"email": None}})
    tokens = modest.asks("openid", claims=claims).seen_by(alice).signs_in().allows().redeems()
    assert "email" not in tokens.claims
    assert "email" not in tokens.userinfo()


def test_an_app_nobody_reviewed_is_shown_with_a_warning(app: Flask, alice: Person) -> None:
    new = RelyingApp.registered(app, "new", reviewed=False)
    assert "hasn’t reviewed this app" in new.asks().seen_by(alice).signs_in().page.text


@pytest.mark.incident("CVE-2026-5468")
def test_names_of_apps_are_text_and_nothing_else(app: Flask, alice: Person) -> None:
    evil = RelyingApp.registered(app, "evil", client_name="Photo <i>Box</i> & Co")
    page = evil.asks().seen_by(alice).signs_in().page
    assert "<i>Box</i>" not in page.html
    assert "Photo <i>Box</i> & Co" in page.text
