"""Several tabs, the back button, an old form, a double click, cookies off: never a dead end, never a wrong app."""

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in, signs_up
from tests.web_browser import Browser

HOUR = 3600


@pytest.fixture
def calendar(app: Flask) -> RelyingApp:
    return RelyingApp.registered(
        app, "calendar", client_name="Calendar", redirect_uris=["https://calendar.example/callback"]
    )


def test_two_tabs_with_two_apps_finish_each_at_its_own(shop: RelyingApp, calendar: RelyingApp, alice: Person) -> None:
    first, second = shop.asks("openid").seen_by(alice), calendar.asks("openid").seen_by(alice)
    first.signs_in()
    second.signs_in()
    assert second.allows().redeems().claims["aud"] == "calendar"
    assert first.allows().redeems().claims["aud"] == shop.client_id


def test_the_back_button_after_signing_in_leads_on(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks("openid").seen_by(alice)
    sign_in = visit.page
    visit.signs_in()
    visit.goes_back_to(sign_in).signs_in()
    assert visit.allows().redeems().claims["sub"] == alice.user_id


def test_the_back_button_after_the_whole_way_says_where_to_start(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks("openid").seen_by(alice)
    sign_in = visit.page
    assert visit.signs_in().allows().code
    page = visit.goes_back_to(sign_in).signs_in().page
    assert page.heading == "Let’s start again"
    assert page.read.links["Back to Photo Box"] == "https://photobox.example/"


def test_a_double_click_on_sign_in_signs_in_once(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks("openid").seen_by(alice)
    sign_in = visit.page
    visit.signs_in()
    once = visit.page.heading
    visit.goes_back_to(sign_in).signs_in()
    assert visit.page.heading == once
    assert visit.allows().redeems().claims["sub"] == alice.user_id


def test_a_double_click_on_a_code_goes_on_as_one_does(shop: RelyingApp, jane: Person, mailbox: Mailbox) -> None:
    visit = shop.asks("openid", prompt="create").seen_by(jane)
    waiting = signs_up(jane, visit.page)
    code = mailbox.newest().code
    jane.browser.submit(waiting, code=code)
    visit.at = jane.browser.submit(waiting, code=code)
    assert visit.allows().redeems().claims["sub"]


def test_a_form_of_a_browser_that_was_closed_comes_back_with_what_was_typed(alice: Person) -> None:
    page = shown(alice.browser.open("/signin"))
    alice.browser.closes()
    typed = {"email": alice.email, "password": alice.password}
    again = shown(alice.browser.submit(page, form=page.form("password"), **typed))
    assert again.status == 400
    assert "This page waited a while, so we refreshed it." in again.text
    assert again.form("password").fields["email"] == alice.email
    assert again.form("password").fields["password"] == ""
    assert shown(alice.browser.submit(again, form=again.form("password"), **typed)).heading == "Hello, Alice Example"


@pytest.mark.parametrize("path", ["/signin", "/signup", "/forgot"])
def test_a_request_that_waited_too_long_leads_back_to_the_app(
    shop: RelyingApp, alice: Person, clock: Clock, path: str
) -> None:
    visit = shop.asks("openid").seen_by(alice)
    pending = visit.page.form("password").fields["for"]
    clock.moves(HOUR)
    page = shown(alice.browser.open(f"{path}?for={pending}"))
    assert page.status == 400
    assert page.read.links["Back to Photo Box"] == "https://photobox.example/"


@pytest.mark.parametrize("path", ["/signin", "/signup", "/forgot", "/verify/sent", "/signin/choose"])
def test_a_request_of_another_browser_is_nobodys(app: Flask, shop: RelyingApp, alice: Person, path: str) -> None:
    visit = shop.asks("openid").seen_by(alice)
    pending = visit.page.form("password").fields["for"]
    page = shown(Browser(app).open(f"{path}?for={pending}"))
    assert (page.status, page.heading) == (400, "Let’s start again")


def test_without_cookies_a_person_is_told_why_it_does_not_work(app: Flask, alice: Person) -> None:
    page = shown(alice.browser.open("/signin"))
    for _ in range(2):
        for name in ("portico_browser", "portico_session"):
            alice.browser.client.delete_cookie(name, domain="127.0.0.1")
        typed = {"email": alice.email, "password": alice.password}
        page = shown(alice.browser.submit(page, form=page.form("password"), **typed))
        assert page.status == 400
        assert "cookies" in page.text


def test_without_cookies_an_apps_request_says_so(app: Flask, shop: RelyingApp) -> None:
    cookieless = app.test_client(use_cookies=False)
    first = cookieless.get(shop.asks("openid").url)
    page = cookieless.get(shop.issuer + first.headers["Location"])
    assert page.status_code == 400
    assert "cookies are off" in page.get_data(as_text=True)


@pytest.mark.incident("GHSA-c9rq-mvr5-3w32")
@pytest.mark.parametrize(
    "path", ["/signin", "/signup", "/verify", "/verify/code", "/forgot", "/reset", "/account/password"]
)
def test_no_form_is_taken_from_another_site(alice: Person, path: str) -> None:
    """Login CSRF too: nobody is signed in to somebody else's account by a page they happened to visit."""
    page = shown(alice.browser.open("/signin"))
    fields = {**page.form("password").fields, "email": alice.email, "password": alice.password, "token": "x" * 43}
    for headers in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}, {"Origin": "null"}):
        before = alice.browser.client.get_cookie("portico_session", "127.0.0.1")
        answer = alice.browser.post(path, fields, **headers)
        assert shown(answer).status in (200, 400, 410)
        assert alice.browser.client.get_cookie("portico_session", "127.0.0.1") == before is None
    assert shown(alice.browser.open("/account")).heading == "Sign in"


def test_a_post_from_another_site_signs_nobody_out(alice: Person) -> None:
    """It comes without our cookies, and its answer must not set new ones."""
    signs_in(alice)
    foreign = alice.server.test_client(use_cookies=False)
    answer = foreign.post(alice.browser.issuer + "/signin", data={}, headers={"Origin": "https://evil.example"})
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/verify/sent", "Sign in"),
        ("/verify/sent?sign_up=xxxxxxxxxxxxxxxxxxxxxx", "Sign in"),
        ("/signin/again", "Sign in"),
        ("/signin/choose", "Sign in"),
        ("/account/password", "Sign in"),
        ("/forgot/sent", "Forgot your password?"),
        ("/verify", "This link is too old or was already used"),
        ("/reset", "This link is too old or was already used"),
    ],
)
def test_every_page_opened_by_itself_leads_somewhere(app: Flask, path: str, heading: str) -> None:
    page = shown(Browser(app).open(path))
    assert page.heading == heading
    assert page.read.links


def test_the_language_of_the_app_and_of_the_footer_keep_the_request(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks("openid", ui_locales="de").seen_by(alice)
    assert visit.page.heading == "Anmelden"
    visit.at = alice.browser.open(f"{visit.page.url}&ui_locales=en")
    assert visit.page.heading == "Sign in"
    assert visit.signs_in().allows().redeems().claims["sub"] == alice.user_id


@pytest.mark.incident("CVE-2026-42849")
@pytest.mark.incident("GHSA-m98g-63qj-fp8j")
@pytest.mark.incident("CVE-2024-28855")
@pytest.mark.parametrize("path", ["/signin", "/signup", "/forgot"])
@pytest.mark.parametrize("typed", ['"><script>alert(1)</script>', "{{7*7}}", "jane@<b>x</b>.example", "%(email)s %s"])
def test_what_was_typed_comes_back_as_text(app: Flask, path: str, typed: str) -> None:
    browser = Browser(app)
    page = shown(browser.open(path))
    again = shown(browser.submit(page, form=page.form("email"), email=typed))
    assert again.status == 422
    assert "<script>alert" not in again.html
    assert "<b>x</b>" not in again.html
    assert again.form("email").fields["email"] == typed


@pytest.mark.incident("CVE-2026-42849")
@pytest.mark.parametrize("query", ["token", "sign_up", "for", "to", "then", "again", "ui_locales"])
def test_what_stands_in_the_address_is_never_markup(app: Flask, query: str) -> None:
    browser = Browser(app)
    for path in ("/signin", "/signup", "/verify", "/verify/sent", "/forgot", "/forgot/sent", "/reset"):
        page = shown(browser.open(f"{path}?{query}=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"))
        assert page.status in (200, 400, 410)
        assert "<script>alert" not in page.html
