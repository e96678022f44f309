"""Signing out (RP-Initiated Logout 1.0)."""

from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.clocks import Clock
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens
from tests.signing_up import shown
from tests.web_browser import Arrival, Page

pytestmark = pytest.mark.section("RP-Initiated Logout 1.0 §2")
BYE = "https://photobox.example/bye"


@pytest.fixture
def tokens(shop: RelyingApp, alice: Person) -> Tokens:
    return shop.asks().seen_by(alice).signs_in().allows().redeems()


def is_signed_in(shop: RelyingApp, person: Person) -> bool:
    return "code" in shop.asks(prompt="none").seen_by(person).answer


def leaves(person: Person, method: str = "GET", **parameters: str) -> Page | Arrival:
    if method == "POST":
        return person.browser.post("/end_session", parameters, Origin="https://photobox.example")
    return person.browser.open(f"/end_session?{urlencode(parameters)}")


@pytest.mark.conformance("oidcc-rp-initiated-logout")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_hint_that_fits_signs_out_at_once(tokens: Tokens, shop: RelyingApp, alice: Person, method: str) -> None:
    at = leaves(alice, method, id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE, state="s&t")
    assert isinstance(at, Arrival)
    assert at.url.startswith(BYE)
    assert at.answer == {"state": "s&t"}
    assert not is_signed_in(shop, alice)
    assert tokens.asks_userinfo().status_code == 401
    assert tokens.tries_to_refresh().status_code == 400


def test_an_expired_hint_still_fits(tokens: Tokens, shop: RelyingApp, alice: Person, clock: Clock) -> None:
    """§2: "The OP SHOULD accept ID Tokens … even when the exp time has passed"."""
    clock.moves(2 * 3600)
    at = leaves(alice, id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE)
    assert isinstance(at, Arrival)
    assert not is_signed_in(shop, alice)


def test_without_a_hint_the_person_is_asked(tokens: Tokens, shop: RelyingApp, alice: Person) -> None:
    page = leaves(alice, client_id="shop", post_logout_redirect_uri=BYE, state="x")
    assert isinstance(page, Page)
    assert "Sign out" in page.heading
    assert is_signed_in(shop, alice), "a GET without a hint ends nothing"
    at = alice.browser.submit(page, "Sign out")
    assert isinstance(at, Arrival)
    assert at.url.startswith(BYE)
    assert at.answer == {"state": "x"}
    assert not is_signed_in(shop, alice)


@pytest.mark.conformance("oidcc-rp-initiated-logout-no-params")
def test_nothing_at_all_asks_and_ends_here(tokens: Tokens, shop: RelyingApp, alice: Person) -> None:
    page = leaves(alice)
    assert isinstance(page, Page)
    done = alice.browser.submit(page, "Sign out")
    assert isinstance(done, Page)
    assert "signed out" in done.text
    assert not is_signed_in(shop, alice)


def test_a_hint_about_somebody_else_asks(tokens: Tokens, shop: RelyingApp, alice: Person, bob: Person) -> None:
    shop.asks().seen_by(bob).signs_in().allows()
    page = leaves(bob, id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE)
    assert isinstance(page, Page)
    assert is_signed_in(shop, bob)


def test_a_hint_of_an_earlier_session_asks(tokens: Tokens, shop: RelyingApp, alice: Person) -> None:
    alice.signs_out()
    shop.asks().seen_by(alice).signs_in()
    page = leaves(alice, id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE)
    assert isinstance(page, Page)
    assert is_signed_in(shop, alice)


@pytest.mark.parametrize("hint", ["x", "e30.e30.", "eyJhbGciOiJub25lIn0.e30."])
def test_a_hint_that_is_no_token_of_ours_proves_nothing(
    tokens: Tokens, shop: RelyingApp, alice: Person, hint: str
) -> None:
    page = leaves(alice, id_token_hint=hint, client_id="shop", post_logout_redirect_uri=BYE)
    assert isinstance(page, Page)
    assert is_signed_in(shop, alice)


@pytest.mark.conformance("oidcc-rp-initiated-logout-bad-post-logout-redirect-uri")
@pytest.mark.conformance("oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri")
@pytest.mark.incident("CVE-2026-27982")
@pytest.mark.incident("CVE-2026-5467")
@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        "https://photobox.example/bye/",
        "https://photobox.example/bye?x",
        "https://photobox.example/callback",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
    ],
)
def test_only_a_registered_address_is_gone_to(tokens: Tokens, alice: Person, uri: str) -> None:
    for known in ({"id_token_hint": tokens.id_token}, {"client_id": "shop"}, {}):
        at = leaves(alice, post_logout_redirect_uri=uri, **known)
        assert isinstance(at, Page), f"sent to {at}"
        for form in at.read.forms:
            if any(button.says == "Sign out" for button in form.buttons):
                assert isinstance(alice.browser.submit(at, form=form), Page)
    assert isinstance(leaves(alice, post_logout_redirect_uri=uri, client_id="shop"), Page)


def test_an_address_of_another_app_is_not_gone_to(tokens: Tokens, app: Flask, alice: Person) -> None:
    RelyingApp.registered(app, "other", post_logout_redirect_uris=["https://other.example/bye"])
    at = leaves(alice, id_token_hint=tokens.id_token, post_logout_redirect_uri="https://other.example/bye")
    assert isinstance(at, Page)


def test_a_client_id_that_is_not_the_hints_audience(tokens: Tokens, app: Flask, alice: Person) -> None:
    RelyingApp.registered(app, "other", post_logout_redirect_uris=[BYE])
    at = leaves(alice, id_token_hint=tokens.id_token, client_id="other", post_logout_redirect_uri=BYE)
    assert isinstance(at, Page)
    assert at.status == 400


def test_a_second_address_in_the_request(tokens: Tokens, shop: RelyingApp, alice: Person) -> None:
    query = urlencode({"id_token_hint": tokens.id_token, "post_logout_redirect_uri": BYE})
    at = alice.browser.open(f"/end_session?{query}&post_logout_redirect_uri=https://evil.example/")
    assert isinstance(at, Page)
    assert at.status == 400


def test_who_is_signed_out_already_goes_back_too(tokens: Tokens, alice: Person) -> None:
    alice.signs_out()
    at = leaves(alice, id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE, state="x")
    assert isinstance(at, Arrival)
    assert at.answer == {"state": "x"}


@pytest.mark.incident("CVE-2026-34454")
def test_an_old_cookie_is_worthless(tokens: Tokens, shop: RelyingApp, alice: Person) -> None:
    """The session ends on the server: who kept the cookie has nothing."""
    cookie = alice.browser.cookie("portico_session")
    assert cookie
    alice.signs_out()
    assert alice.browser.cookie("portico_session") is None
    alice.browser.client.set_cookie("portico_session", cookie, domain="127.0.0.1")
    assert not is_signed_in(shop, alice)


def test_signing_out_here_leaves_other_browsers_alone(tokens: Tokens, shop: RelyingApp, alice: Person) -> None:
    phone = alice.elsewhere()
    shop.asks().seen_by(phone).signs_in()
    alice.signs_out()
    assert is_signed_in(shop, phone)


@pytest.mark.incident("CVE-2026-29191")
@pytest.mark.incident("CVE-2026-29192")
def test_state_is_text_and_nothing_else(tokens: Tokens, alice: Person) -> None:
    page = leaves(alice, client_id="shop", post_logout_redirect_uri=BYE, state='"><script>alert(1)</script>')
    assert isinstance(page, Page)
    assert "<script>alert" not in page.html


def test_a_form_of_another_site_signs_nobody_out(tokens: Tokens, shop: RelyingApp, alice: Person) -> None:
    at = alice.browser.post("/signout", {}, Origin="https://evil.example", Sec_Fetch_Site="cross-site")
    assert isinstance(at, Page)
    assert at.status == 400
    assert is_signed_in(shop, alice)


def test_whoever_comes_next_continues_nothing_that_was_begun_before(
    tokens: Tokens, shop: RelyingApp, alice: Person
) -> None:
    """On a shared computer: a request that waits in another tab, and its forms, were of the person who left."""
    waiting = shop.asks(prompt="login").seen_by(alice).page
    leaves(alice, id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE)
    asked = f"/authorize/{waiting.form('password').fields['for']}"
    assert shown(alice.browser.open(asked)).status == 400
    assert shown(alice.browser.submit(waiting, form=waiting.form("password"), password=alice.password)).status == 400
