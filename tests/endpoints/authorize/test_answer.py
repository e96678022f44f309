"""The answer on its way back: modes, redirects, headers, and given once (RFC 6749 §4.1.2, RFC 9700 §4.12)."""

from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.people import Person
from tests.relying_app import RelyingApp
from tests.web_browser import Arrival, Page

pytestmark = pytest.mark.section("RFC 6749 §4.1.2")


@pytest.mark.section("RFC 9700 §4.12")
@pytest.mark.incident("a 307 or 308 sends posted credentials on")
def test_every_redirect_is_a_303_or_a_302(shop: RelyingApp, alice: Person) -> None:
    """RFC 9700 §4.12: a 307 would post the password on."""
    shop.asks().seen_by(alice).signs_in().allows()
    ways = [response.status_code for response in alice.browser.trail if response.location]
    assert set(ways) <= {302, 303}
    posts = [r for r in alice.browser.trail if r.request.method == "POST" and r.location]
    assert [response.status_code for response in posts] == [303] * len(posts)


@pytest.mark.section("RFC 9700 §4.12")
@pytest.mark.incident("a 307 or 308 sends posted credentials on")
@pytest.mark.parametrize("path", ["//signin", "/signin//again", "//authorize", "/token//", "/signin/"])
def test_an_address_that_is_almost_ours_is_not_mended_by_a_redirect(alice: Person, path: str) -> None:
    fields = {"email": alice.email, "password": alice.password}
    assert alice.browser.client.post(f"{alice.browser.issuer}{path}", data=fields).status_code in (400, 404, 405)


def test_the_answer_is_kept_by_no_cache_and_told_to_no_other_site(shop: RelyingApp, alice: Person) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    last = alice.browser.trail[-1]
    assert last.headers["Cache-Control"] == "no-store"
    assert last.headers["Referrer-Policy"] in ("no-referrer", "same-origin")


@pytest.mark.section("RFC 9207 §2")
def test_the_answer_holds_code_state_and_issuer(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks().seen_by(alice).signs_in().allows()
    assert set(visit.answer) == {"code", "state", "iss"}


def test_the_code_stands_in_no_fragment(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks().seen_by(alice).signs_in().allows()
    assert visit.at is not None
    assert urlsplit(visit.at.url).fragment == ""


@pytest.mark.section("OAuth 2.0 Form Post Response Mode §2")
def test_form_post_works_without_javascript(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks("openid email", response_mode="form_post").seen_by(alice).signs_in().allows()
    page = visit.page
    assert page.status == 200
    assert page.response.headers["Cache-Control"] == "no-store"
    visit.posts_the_answer()
    assert isinstance(visit.at, Arrival)
    assert visit.at.method == "POST"
    assert visit.at.url == shop.redirect_uri
    assert visit.redeems().claims["email"] == alice.email


def test_form_post_has_a_strict_policy_and_no_inline_script(shop: RelyingApp, alice: Person) -> None:
    page = shop.asks(response_mode="form_post").seen_by(alice).signs_in().allows().page
    policy = page.response.headers["Content-Security-Policy"]
    assert "form-action 'self' https://photobox.example;" in policy
    assert "unsafe-inline" not in policy
    assert "<script>" not in page.html
    assert " onload=" not in page.html


@pytest.mark.section("OAuth 2.0 Form Post Response Mode §2")
def test_form_post_carries_refusals_too(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks(response_mode="form_post", prompt="none").seen_by(alice).posts_the_answer()
    assert visit.error == "login_required"


def test_form_post_shows_no_markup_of_the_app(shop: RelyingApp, alice: Person) -> None:
    state = '"><script>alert(1)</script>'
    visit = shop.asks(response_mode="form_post", prompt="none", state=state).seen_by(alice)
    assert "<script>alert" not in visit.page.html
    assert visit.posts_the_answer().error == "login_required"


def test_a_reloaded_answer_answers_nothing(shop: RelyingApp, alice: Person) -> None:
    """The pending request is answered once; what comes after says so and leads back to the app."""
    visit = shop.asks().seen_by(alice).signs_in()
    pending = visit.page.url.partition("for=")[2]
    visit.allows()
    again = alice.browser.open(f"/authorize/{pending}")
    assert isinstance(again, Page)
    assert again.status == 400
    assert "https://photobox.example/" in again.read.links.values()


def test_a_double_press_of_allow_gives_one_code(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks().seen_by(alice).signs_in()
    consent = visit.page
    assert visit.allows().code
    visit.goes_back_to(consent)
    assert visit.allows().page.status == 400


def test_two_tabs_finish_independently(app: Flask, shop: RelyingApp, alice: Person) -> None:
    other = RelyingApp.registered(app, "other", redirect_uris=["https://other.example/cb"])
    first = shop.asks("openid email").seen_by(alice)
    second = other.asks("openid profile").seen_by(alice)
    second.signs_in().allows()
    assert second.redeems().claims["name"] == alice.name
    first.signs_in()
    assert first.allows().redeems().claims["email"] == alice.email


def test_two_tabs_of_one_app_keep_their_own_state(shop: RelyingApp, alice: Person) -> None:
    first, second = shop.asks().seen_by(alice), shop.asks().seen_by(alice)
    first.signs_in().allows()
    second.at = alice.browser.open(f"/authorize/{second.page.url.partition('for=')[2]}")
    assert second.redeems().claims["sub"] == first.redeems().claims["sub"] == alice.user_id


def test_a_second_sign_in_in_another_tab_goes_on(shop: RelyingApp, alice: Person) -> None:
    """The tab waited with its form open while the person signed in elsewhere: it must not be a dead end."""
    first, second = shop.asks().seen_by(alice), shop.asks().seen_by(alice)
    first.signs_in().allows()
    assert second.signs_in().code


@pytest.mark.incident("CVE-2026-7507")
@pytest.mark.incident("CVE-2024-28197")
def test_a_pending_request_is_of_one_browser(shop: RelyingApp, alice: Person, bob: Person) -> None:
    """Its address is not enough to go on with it elsewhere."""
    visit = shop.asks().seen_by(alice)
    stolen = bob.browser.open(visit.page.url)
    assert isinstance(stolen, Page)
    assert stolen.status == 400
    resumed = bob.browser.open(f"/authorize/{visit.page.url.partition('for=')[2]}")
    assert isinstance(resumed, Page)
    assert resumed.status == 400
    assert visit.signs_in().allows().redeems().claims["sub"] == alice.user_id


def test_consent_shown_to_one_person_is_not_given_by_another(shop: RelyingApp, alice: Person, bob: Person) -> None:
    """Two people at one browser: what Alice was shown, nobody else may press for."""
    visit = shop.asks("openid email").seen_by(alice).signs_in()
    shown = visit.page
    other = shop.asks(prompt="select_account")
    bob.browser = alice.browser
    other.seen_by(bob)
    other.uses_another_account()
    other.signs_in().allows()
    visit.goes_back_to(shown).allows()
    assert isinstance(visit.at, Page), "Bob never saw what Alice was asked"
    assert visit.at.status < 500


def test_what_was_declined_is_not_stored(shop: RelyingApp, alice: Person) -> None:
    assert shop.asks("openid email").seen_by(alice).signs_in().declines().error == "access_denied"
    assert shop.asks("openid email", prompt="none").seen_by(alice).error == "consent_required"
