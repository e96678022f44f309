"""To the right provider without a button: the app names it, or the address of the person does."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from tests.coming import comes, linked, subs_of
from tests.emulators.other_provider import OtherProvider, furnished
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Arrival, Browser, Page


@pytest.fixture
def other(app: Flask) -> OtherProvider:
    """Where everybody of example.com signs in."""
    return furnished(app, domains=("example.com",))


@pytest.fixture
def two_pages(app: Flask) -> Iterator[None]:
    house = app.extensions["portico"]
    sign_in = house.settings.sign_in.model_copy(update={"two_pages": True})
    settings = house.settings.model_copy(update={"sign_in": sign_in})
    app.extensions["portico"] = replace(house, settings=settings)
    return


def types(browser: Browser, address: str, at: Page | None = None) -> Page | Arrival:
    page = at or shown(browser.open("/signin"))
    return browser.submit(page, form=page.form("email"), email=address)


def test_idp_hint_jumps_there_once(other: OtherProvider, shop: RelyingApp, alice: Person) -> None:
    linked(alice, other, other.knows("1"))
    visit = shop.asks("openid", idp_hint="other", login_hint="al@example.com").seen_by(alice)
    assert isinstance(visit.at, Arrival)
    assert other.wishes[-1].login_hint == "al@example.com"
    visit.at = other.sends_back(alice.browser, visit.at, None)
    assert visit.page.heading == "Sign in", "whoever cancelled there stays here"
    waiting = visit.page.url.partition("for=")[2].partition("&")[0]
    visit.at = alice.browser.open(f"/authorize/{waiting}")
    assert visit.page.heading == "Sign in"
    visit.at = comes(alice.browser, other, other.knows("1"), visit.at)
    assert visit.allows().redeems().claims["sub"] == alice.user_id


@pytest.mark.parametrize("hint", ["stranger", "", "OTHER", "https://evil.example", "../../x", "other other"])
def test_a_hint_nobody_knows_is_no_hint(other: OtherProvider, shop: RelyingApp, alice: Person, hint: str) -> None:
    visit = shop.asks("openid", idp_hint=hint).seen_by(alice)
    assert visit.page.heading == "Sign in"
    assert visit.signs_in().allows().code


def test_a_hint_is_none_where_somebody_is_signed_in_or_no_page_is_allowed(
    other: OtherProvider, shop: RelyingApp, alice: Person, bob: Person
) -> None:
    assert shop.asks("openid", idp_hint="other", prompt="none").seen_by(bob).error == "login_required"
    signs_in(alice)
    visit = shop.asks("openid", idp_hint="other").seen_by(alice)
    assert "/consent?" in visit.page.url


@pytest.mark.incident("GHSA-c9rq-mvr5-3w32")
def test_no_link_of_a_stranger_begins_a_sign_in(other: OtherProvider, shop: RelyingApp, alice: Person) -> None:
    """Login CSRF: a way to the provider begins by a button of ours, or for an app that waits in this browser and said
    so.
    """
    visit = shop.asks("openid").seen_by(alice)
    waiting = visit.page.url.partition("for=")[2]
    for address in ("/login/other", f"/login/other?for={waiting}"):
        assert shown(alice.browser.open(address)).heading == "Sign in"
    elsewhere = alice.elsewhere()
    hinted = shop.asks("openid", idp_hint="other").seen_by(elsewhere)
    assert isinstance(hinted.at, Arrival)
    mine = next(at for at in (sent.headers.get("Location", "") for sent in elsewhere.browser.trail) if "/login/" in at)
    assert shown(alice.browser.open(mine)).heading == "Let’s start again", "another browser's request"
    assert shown(alice.browser.post("/login/other", {}, Origin="https://evil.example")).status == 400
    assert len(other.wishes) == 1


def test_an_address_without_a_password_leads_to_the_provider_of_its_domain(
    app: Flask, other: OtherProvider, shop: RelyingApp, alice: Person
) -> None:
    linked(alice, other, other.knows("1"))
    visit = shop.asks("openid").seen_by(alice)
    departed = types(alice.browser, "Al@Example.COM", visit.page)
    assert other.wishes[-1].login_hint == "Al@example.com"
    visit.at = other.sends_back(alice.browser, departed, other.knows("1"))
    assert visit.allows().code


@pytest.mark.parametrize("address", ["al@sub.example.com", "al@example.com.evil.example", "al@notexample.com"])
def test_another_domain_is_another_domain(other: OtherProvider, alice: Person, address: str) -> None:
    page = shown(types(alice.browser, address))
    assert "Enter your password." in page.text


def test_with_a_password_it_is_the_password_that_counts(app: Flask, alice: Person) -> None:
    furnished(app, domains=("example.org",))
    signs_in(alice)
    assert subs_of(app, alice.browser) == [alice.user_id]


@pytest.mark.usefixtures("two_pages")
def test_on_two_pages_the_address_comes_first(
    app: Flask, other: OtherProvider, shop: RelyingApp, alice: Person
) -> None:
    visit = shop.asks("openid").seen_by(alice)
    assert "password" not in {name for form in visit.page.read.forms for name in form.names}
    assert "Enter your email address." in shown(types(alice.browser, "", visit.page)).text
    assert isinstance(types(alice.browser, "al@example.com", visit.page), Arrival)
    visit.at = types(alice.browser, alice.email, visit.page)
    assert alice.email in visit.page.text
    form = visit.page.form("password")
    assert (form.fields["email"], form.fields["username"]) == (alice.email, alice.email)
    wrong = shown(alice.browser.submit(visit.page, form=form, password="Wrong-horse-7-battery"))
    assert "don’t match" in wrong.text
    visit.at = alice.browser.submit(wrong, form=wrong.form("password"), password=alice.password)
    assert visit.allows().code


@pytest.mark.usefixtures("two_pages")
def test_on_two_pages_nobody_learns_which_address_has_an_account(other: OtherProvider, alice: Person) -> None:
    seen = []
    for address in (alice.email, "nobody@example.org"):
        page = shown(types(Browser(alice.server), address))
        seen.append((page.status, page.text.replace(address, "ADDRESS")))
    assert seen[0] == seen[1]


@pytest.mark.usefixtures("two_pages")
def test_on_two_pages_what_was_asked_for_follows_and_the_address_can_be_changed(
    app: Flask, other: OtherProvider, alice: Person
) -> None:
    page = shown(types(alice.browser, "typo@example.org", shown(alice.browser.open("/account/links"))))
    page = shown(alice.browser.open(page.read.links["Use a different address"]))
    assert page.form("email").fields["email"] == "typo@example.org"
    page = shown(types(alice.browser, alice.email, page))
    page = shown(alice.browser.submit(page, form=page.form("password"), password=alice.password))
    assert page.heading == "Linked accounts"
