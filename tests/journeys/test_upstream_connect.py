"""The provider's address has an account here: whose it is signs in to it once, and only then is anything linked."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.clocks import Clock
from tests.coming import comes, joins, linked, links_of, subs_of, with_authenticator, without_password
from tests.emulators.other_provider import OtherProvider, furnished, switched_off
from tests.journeys.test_step_up import by_one_proof
from tests.mailbox import Mailbox
from tests.people import Person
from tests.phones import types
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Arrival, Browser, Page


@pytest.fixture
def other(app: Flask) -> OtherProvider:
    return furnished(app)


def to_sign_in(browser: Browser, at: Page | Arrival) -> Page:
    """From the page that explains to the one where they sign in."""
    page = shown(at)
    assert page.heading == "You already have an account"
    return shown(browser.open(page.read.links["Sign in"]))


def test_signing_in_once_connects_them_and_the_app_goes_on(
    app: Flask, other: OtherProvider, shop: RelyingApp, alice: Person, mailbox: Mailbox
) -> None:
    visit = shop.asks("openid email").seen_by(alice)
    at = shown(comes(alice.browser, other, other.knows("1", alice.email, called="Al"), visit.at))
    assert "Sign in once to connect Other to it." in at.text
    page = to_sign_in(alice.browser, at)
    assert "Sign in to connect Other to your account. Al" in page.text
    assert "to continue to Photo Box" in page.text
    assert "https://photobox.example" in page.response.headers["Content-Security-Policy"]
    assert page.form("password").fields["email"] == alice.email
    assert links_of(app, alice.user_id) == []
    visit.at = alice.browser.submit(page, form=page.form("password"), email=alice.email, password=alice.password)
    assert visit.allows().redeems().claims["amr"] == ["pwd"]
    assert links_of(app, alice.user_id) == ["1"]
    assert mailbox.kinds(alice.email) == ["identity_linked"]
    elsewhere = alice.elsewhere()
    comes(elsewhere.browser, other, other.knows("1", "changed@example.org"))
    assert subs_of(app, elsewhere.browser) == [alice.user_id], "the address it came with means nothing any more"


def test_a_wrong_password_connects_nothing_and_the_right_one_still_does(
    app: Flask, other: OtherProvider, alice: Person
) -> None:
    page = to_sign_in(alice.browser, comes(alice.browser, other, other.knows("1", alice.email)))
    page = shown(alice.browser.submit(page, form=page.form("password"), email=alice.email, password="Wrong-horse-7"))
    assert "don’t match" in page.text
    assert links_of(app, alice.user_id) == []
    alice.browser.submit(page, form=page.form("password"), email=alice.email, password=alice.password)
    assert links_of(app, alice.user_id) == ["1"]


def test_signing_in_as_somebody_else_links_nothing(
    app: Flask, other: OtherProvider, alice: Person, bob: Person, mailbox: Mailbox
) -> None:
    page = to_sign_in(bob.browser, comes(bob.browser, other, other.knows("1", alice.email)))
    bob.browser.submit(page, form=page.form("password"), email=bob.email, password=bob.password)
    assert subs_of(app, bob.browser) == [bob.user_id]
    assert links_of(app, alice.user_id) == links_of(app, bob.user_id) == []
    assert mailbox.all() == []


def test_a_sign_in_that_was_there_before_links_nothing(
    app: Flask, other: OtherProvider, alice: Person, clock: Clock
) -> None:
    """Whoever is signed in already shows that it is still them."""
    signs_in(alice)
    clock.moves(60)
    at = comes(alice.browser, other, other.knows("1", alice.email), alice.browser.open("/signup"))
    alice.browser.open("/signin/connected")
    assert links_of(app, alice.user_id) == []
    page = to_sign_in(alice.browser, at)
    assert page.heading == "Confirm it’s you"
    assert "Sign in to connect Other to your account." in page.text
    alice.browser.submit(page, form=page.form("password"), password=alice.password)
    assert links_of(app, alice.user_id) == ["1"]


def test_somebody_else_who_is_signed_in_here_is_asked_for_the_accounts_own_password(
    app: Flask, other: OtherProvider, alice: Person, bob: Person
) -> None:
    signs_in(bob)
    page = to_sign_in(
        bob.browser, comes(bob.browser, other, other.knows("1", alice.email), bob.browser.open("/signup"))
    )
    assert page.heading == "Sign in"
    bob.browser.submit(page, form=page.form("password"), email=alice.email, password=alice.password)
    assert subs_of(app, bob.browser) == [alice.user_id]
    assert links_of(app, alice.user_id) == ["1"]


def test_the_second_step_comes_before_anything_is_linked(app: Flask, other: OtherProvider, alice: Person) -> None:
    with_authenticator(alice)
    page = to_sign_in(alice.browser, comes(alice.browser, other, other.knows("1", alice.email)))
    half = alice.browser.submit(page, form=page.form("password"), email=alice.email, password=alice.password)
    assert shown(half).heading == "Enter your code"
    alice.browser.open("/signin/connected")
    assert links_of(app, alice.user_id) == []


def test_also_on_a_device_that_is_trusted(app: Flask, other: OtherProvider, alice: Person, clock: Clock) -> None:
    """Whoever came may be somebody whose word there stands for two factors."""
    phone = by_one_proof(alice, clock)
    alice.signs_out()
    page = to_sign_in(alice.browser, comes(alice.browser, other, other.knows("1", alice.email)))
    page = shown(alice.browser.submit(page, form=page.form("password"), email=alice.email, password=alice.password))
    assert page.heading == "Enter your code"
    assert links_of(app, alice.user_id) == []
    types(alice.browser, page, phone.shows())
    assert links_of(app, alice.user_id) == ["1"]


def test_whoever_signs_in_by_a_third_provider_alone_signs_in_by_that(
    app: Flask, other: OtherProvider, alice: Person
) -> None:
    third = furnished(app, OtherProvider("third", "Third", "https://third.example"))
    linked(alice, third, third.knows("3"))
    without_password(alice)
    page = to_sign_in(alice.browser, comes(alice.browser, other, other.knows("1", alice.email)))
    comes(alice.browser, third, third.knows("3"), page)
    assert sorted(links_of(app, alice.user_id)) == ["1", "3"]


def test_it_waits_an_hour_and_in_this_browser(app: Flask, other: OtherProvider, alice: Person, clock: Clock) -> None:
    at = shown(comes(alice.browser, other, other.knows("1", alice.email)))
    elsewhere = alice.elsewhere()
    assert shown(elsewhere.browser.open(at.url)).heading == "Sign in"
    signs_in(elsewhere)
    elsewhere.browser.open("/signin/connected")
    clock.moves(3601)
    assert shown(alice.browser.open(at.url)).heading == "Sign in"
    signs_in(alice)
    alice.browser.open("/signin/connected")
    assert links_of(app, alice.user_id) == []


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_link_of_anybody_connects_nothing(app: Flask, other: OtherProvider, alice: Person, site: str) -> None:
    """At a shared computer somebody came before her, with an account there that bears her address. She signs in as
    ever; what she opens then, from a mail or another site, must not make that account a way into hers.
    """
    comes(alice.browser, other, other.knows("mallory", alice.email, called="Mallory"))
    signs_in(alice)
    page = shown(alice.browser.open("/signin/connected", Sec_Fetch_Site=site))
    assert (page.heading, links_of(app, alice.user_id)) == ("Linked accounts", [])
    assert "Mallory from Other" in page.text
    again = shown(alice.browser.open(page.read.links["Not now"]))
    assert (again.heading, links_of(app, alice.user_id)) == ("Hello, Alice Example", [])


def test_whoever_wants_it_presses_the_button(app: Flask, other: OtherProvider, shop: RelyingApp, alice: Person) -> None:
    """So it is for those who signed in by a third provider: their browser came from there."""
    visit = shop.asks("openid").seen_by(alice)
    at = comes(alice.browser, other, other.knows("1", alice.email), visit.at)
    to_sign_in(alice.browser, at)
    signs_in(alice)
    page = shown(alice.browser.open("/signin/connected", Sec_Fetch_Site="cross-site"))
    visit.at = alice.browser.submit(page, "Link Other")
    assert links_of(app, alice.user_id) == ["1"]
    assert visit.allows().redeems().claims["sub"] == alice.user_id


def test_where_both_sides_proved_the_address_it_is_linked_and_the_owner_reads_of_it(
    app: Flask, other: OtherProvider, shop: RelyingApp, alice: Person, mailbox: Mailbox
) -> None:
    visit = shop.asks("openid").seen_by(alice)
    visit.at = comes(alice.browser, other, other.knows("1", alice.email.upper(), proved=True), visit.at)
    assert visit.allows().redeems().claims["sub"] == alice.user_id
    assert links_of(app, alice.user_id) == ["1"]
    mail = mailbox.newest(alice.email, "identity_linked")
    assert mail.letter.subject == "Other was linked to your Portico account"


def test_the_second_factor_of_the_account_is_asked_for_all_the_same(
    app: Flask, other: OtherProvider, alice: Person
) -> None:
    with_authenticator(alice)
    page = shown(comes(alice.browser, other, other.knows("1", alice.email, proved=True)))
    assert page.heading == "Enter your code"
    assert subs_of(app, alice.browser) == []


def test_an_account_on_hold_stops_before_anything_is_linked(
    app: Flask, other: OtherProvider, alice: Person, mailbox: Mailbox
) -> None:
    alice.suspended()
    page = shown(comes(alice.browser, other, other.knows("1", alice.email, proved=True)))
    assert (page.status, page.heading) == (403, "This account is on hold")
    assert links_of(app, alice.user_id) == []
    assert mailbox.all() == []


def test_an_account_that_came_to_be_meanwhile_is_signed_in_to_first(
    app: Flask, other: OtherProvider, jane: Person, mailbox: Mailbox
) -> None:
    at = comes(jane.browser, other, other.knows("1", jane.email))
    jane.with_account()
    page = to_sign_in(jane.browser, joins(jane.browser, at))
    jane.browser.submit(page, form=page.form("password"), email=jane.email, password=jane.password)
    assert links_of(app, jane.user_id) == ["1"]


def test_whose_account_it_is_not_may_join_with_another_address(
    app: Flask, other: OtherProvider, alice: Person, jane: Person, mailbox: Mailbox
) -> None:
    at = shown(comes(jane.browser, other, other.knows("1", alice.email)))
    page = shown(jane.browser.open(at.read.links["Use a different address"]))
    assert shown(joins(jane.browser, page, email=jane.email)).heading == "Check your email"
    assert mailbox.kinds(jane.email) == ["confirm_address"]
    assert links_of(app, alice.user_id) == []


@pytest.mark.parametrize("turn", [switched_off, lambda app: furnished(app, takes_new=False)], ids=["off", "link_only"])
def test_a_provider_that_is_off_meanwhile_is_connected_to_nothing(
    app: Flask, other: OtherProvider, alice: Person, turn: Callable[[Flask], object]
) -> None:
    page = to_sign_in(alice.browser, comes(alice.browser, other, other.knows("1", alice.email)))
    turn(app)
    alice.browser.submit(page, form=page.form("password"), email=alice.email, password=alice.password)
    assert subs_of(app, alice.browser) == [alice.user_id]
    assert links_of(app, alice.user_id) == []
