"""Linked accounts: what can sign in as me, one more, one less."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from idp.store import audit, base
from idp.upstream.provider import Failure
from tests.clocks import Clock
from tests.coming import comes, linked, links_of, subs_of, without_password
from tests.emulators.other_provider import OtherProvider, furnished
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


def links_page(person: Person) -> Page:
    page = shown(person.browser.open("/account/links"))
    assert page.heading == "Linked accounts"
    return page


def departs(person: Person) -> Arrival:
    """They press "Link" and are at the provider."""
    page = links_page(person)
    departed = person.browser.submit(page, "Link Other")
    assert isinstance(departed, Arrival), shown(departed).text
    return departed


def events_of(person: Person) -> list[str]:
    with person.server.app_context():
        found = audit.events_of(str(person.user_id), 9)
        base.db.session.remove()
    return found


def test_the_home_page_says_what_is_linked_and_what_could_be(other: OtherProvider, alice: Person) -> None:
    page = signs_in(alice)
    assert "Not linked" in page.text
    departed = alice.browser.submit(page, "Link Other")
    assert isinstance(departed, Arrival), shown(departed).text
    other.sends_back(alice.browser, departed, other.knows("1", "al@other.example", called="Al"))
    page = shown(alice.browser.open("/account"))
    assert "Not linked" not in page.text
    assert "Unlink Other" in page.text


def test_help_names_the_other_ways_in(other: OtherProvider, alice: Person) -> None:
    assert "Trouble with Other?" in shown(alice.browser.open("/help")).text


def test_one_more_way_in(app: Flask, other: OtherProvider, alice: Person, mailbox: Mailbox) -> None:
    signs_in(alice)
    assert "Not linked" in links_page(alice).text
    page = shown(other.sends_back(alice.browser, departs(alice), other.knows("1", "al@other.example", called="Al")))
    assert "Other is connected to your account." in page.text
    assert "Al" in page.text
    assert links_of(app, alice.user_id) == ["1"]
    assert mailbox.newest(alice.email).letter.subject == "Other was linked to your Portico account"
    assert events_of(alice)[0] == "identity_linked"
    elsewhere = alice.elsewhere()
    comes(elsewhere.browser, other, other.knows("1"))
    assert subs_of(app, elsewhere.browser) == [alice.user_id]


@pytest.mark.parametrize(
    ("failure", "said"),
    [(Failure.DENIED, "Other sign-in was cancelled."), (Failure.DOWN, "We couldn’t reach Other. Please try again")],
)
def test_a_failure_is_told_on_the_page_it_began_at(
    other: OtherProvider, alice: Person, failure: Failure, said: str
) -> None:
    signs_in(alice)
    departed = departs(alice)
    other.fails = failure
    page = shown(other.sends_back(alice.browser, departed, other.knows("1")))
    assert page.heading == "Linked accounts"
    assert said in page.text


def test_what_is_somebody_elses_stays_theirs(app: Flask, other: OtherProvider, alice: Person, bob: Person) -> None:
    linked(bob, other, other.knows("b"))
    signs_in(alice)
    page = shown(other.sends_back(alice.browser, departs(alice), other.knows("b")))
    assert "That Other account is connected to another account." in page.text
    assert bob.email not in page.text
    assert (links_of(app, alice.user_id), links_of(app, bob.user_id)) == ([], ["b"])
    assert subs_of(app, alice.browser) == [alice.user_id], "linking signs nobody in"


def test_a_link_is_for_the_account_and_the_session_that_asked(
    app: Flask, other: OtherProvider, alice: Person, bob: Person
) -> None:
    """Somebody else signed in meanwhile, or they signed out and in again: who asked is not who came back."""
    signs_in(alice)
    departed = departs(alice)
    alice.signs_out()
    signs_in(bob, alice.browser)
    other.sends_back(alice.browser, departed, other.knows("1"))
    assert links_of(app, alice.user_id) == links_of(app, bob.user_id) == []
    alice.signs_out()
    signs_in(alice)
    departed = departs(alice)
    alice.signs_out()
    signs_in(alice)
    other.sends_back(alice.browser, departed, other.knows("1"))
    assert links_of(app, alice.user_id) == []


def test_it_takes_a_sign_in_of_a_short_while_ago(other: OtherProvider, alice: Person, clock: Clock) -> None:
    link = linked(alice, other, other.knows("1"))
    signs_in(alice)
    token = links_page(alice).form("remove").fields["csrf_token"]
    clock.moves(901)
    for field in ({"add": "other"}, {"remove": link.id}):
        page = shown(alice.browser.post("/account/links", {"csrf_token": token, **field}))
        assert page.heading == "Confirm it’s you"
    assert links_of(alice.server, alice.user_id) == ["1"]


@pytest.mark.parametrize("pressed", ["Link Third", "Unlink Other"])
def test_it_is_said_why_and_one_comes_back_to_the_page(
    app: Flask, other: OtherProvider, alice: Person, clock: Clock, pressed: str
) -> None:
    linked(alice, other, other.knows("1"))
    furnished(app, OtherProvider("third", "Third", "https://third.example"))
    signs_in(alice)
    page = links_page(alice)
    clock.moves(901)
    page = shown(alice.browser.submit(page, pressed))
    assert "Because you’re about to change your linked accounts." in page.text
    page = shown(alice.browser.submit(page, form=page.form("password"), password=alice.password))
    assert page.heading == "Linked accounts"


@pytest.mark.incident("CVE-2025-64103")
def test_whoever_has_a_second_factor_shows_it_also_on_a_trusted_device(
    app: Flask, other: OtherProvider, alice: Person, clock: Clock
) -> None:
    """The word of another provider may stand for two factors: linked by a password, it would do without hers."""
    link = linked(alice, other, other.knows("1"))
    phone = by_one_proof(alice, clock)
    token = links_page(alice).form("remove").fields["csrf_token"]
    for field in ({"add": "other"}, {"remove": link.id}):
        page = shown(alice.browser.post("/account/links", {"csrf_token": token, **field}))
        assert page.heading == "Enter your code"
    types(alice.browser, page, phone.shows())
    assert links_of(app, alice.user_id) == ["1"]
    alice.browser.submit(links_page(alice), "Unlink Other")
    assert links_of(app, alice.user_id) == []


def test_one_less(app: Flask, other: OtherProvider, shop: RelyingApp, alice: Person, mailbox: Mailbox) -> None:
    """What was begun by it elsewhere is over; this session goes on, and the provider is told."""
    linked(alice, other, other.knows("1"))
    elsewhere, by_password = alice.elsewhere(), alice.elsewhere()
    visit = shop.asks("openid offline_access").seen_by(elsewhere)
    visit.at = comes(elsewhere.browser, other, other.knows("1"), visit.at)
    tokens = visit.allows().redeems()
    signs_in(by_password)
    comes(alice.browser, other, other.knows("1"))
    page = shown(alice.browser.submit(links_page(alice), "Unlink Other"))
    assert "Other is not connected any more." in page.text
    assert links_of(app, alice.user_id) == []
    assert subs_of(app, alice.browser) == [alice.user_id]
    assert subs_of(app, by_password.browser) == [alice.user_id]
    assert subs_of(app, elsewhere.browser) == []
    assert tokens.tries_to_refresh().status_code == 400
    assert other.revoked == ["1"]
    assert mailbox.newest(alice.email).letter.subject == "Other was unlinked from your Portico account"
    assert events_of(alice)[0] == "identity_unlinked"
    assert shown(comes(Browser(app), other, other.knows("1"))).heading == "Almost there"


def test_the_only_way_in_stays(app: Flask, other: OtherProvider, alice: Person) -> None:
    link = linked(alice, other, other.knows("1"))
    without_password(alice)
    comes(alice.browser, other, other.knows("1"))
    page = links_page(alice)
    assert "Set a password first, so you can still sign in." in page.text
    assert not any("Unlink" in button.says for form in page.read.forms for button in form.buttons)
    form = page.form(press="Sign out").fields
    alice.browser.post("/account/links", {"csrf_token": form["csrf_token"], "remove": link.id})
    assert links_of(app, alice.user_id) == ["1"]


def test_of_the_last_two_ways_one_stays_whoever_is_quicker(app: Flask, other: OtherProvider, alice: Person) -> None:
    third = furnished(app, OtherProvider("third", "Third", "https://third.example"))
    both = [linked(alice, other, other.knows("1")), linked(alice, third, third.knows("3"))]
    without_password(alice)
    comes(alice.browser, other, other.knows("1"))
    token = links_page(alice).form("remove").fields["csrf_token"]
    cookies = {name: str(alice.browser.cookie(name)) for name in ("portico_session", "portico_browser")}
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda link: unlinks(app, cookies, token, link.id), both))
    assert len(links_of(app, alice.user_id)) == 1


def unlinks(app: Flask, cookies: dict[str, str], token: str, link_id: str) -> None:
    tab = Browser(app)
    for name, value in cookies.items():
        tab.client.set_cookie(name, value, domain="127.0.0.1")
    tab.post("/account/links", {"csrf_token": token, "remove": link_id})


def test_nobody_unlinks_what_is_somebody_elses(app: Flask, other: OtherProvider, alice: Person, bob: Person) -> None:
    theirs = linked(bob, other, other.knows("b"))
    mine = linked(alice, other, other.knows("a"))
    signs_in(alice)
    page = links_page(alice)
    alice.browser.submit(page, form=page.form("remove"), remove=theirs.id)
    assert links_of(app, bob.user_id) == ["b"]
    alice.browser.submit(page, form=page.form("remove"), remove=mine.id)
    assert links_of(app, alice.user_id) == []


def test_whoever_forgot_that_they_have_no_password_reads_how_they_sign_in(
    app: Flask, other: OtherProvider, alice: Person, mailbox: Mailbox
) -> None:
    """M4: and how to set one, without losing the other way."""
    linked(alice, other, other.knows("1"))
    without_password(alice)
    alice.browser.submit(shown(alice.browser.open("/forgot")), email=alice.email)
    mail = mailbox.newest(alice.email)
    assert mail.letter.subject == "How to sign in to Portico"
    assert mail.letter.paragraphs[0][0].text.startswith("Your account has no password. It uses")
    password = next(link for link in mail.links if "/reset?" in link)
    page = shown(alice.browser.open(password))
    typed = {"new_password": alice.password, "confirm_password": alice.password}
    alice.browser.submit(page, form=page.form("new_password"), **typed)
    elsewhere = alice.elsewhere()
    signs_in(elsewhere)
    assert subs_of(app, elsewhere.browser) == [alice.user_id]
    assert links_of(app, alice.user_id) == ["1"]


def test_the_page_for_a_forgotten_password_reminds_of_the_other_ways(
    app: Flask, other: OtherProvider, alice: Person
) -> None:
    furnished(app, OtherProvider("third", "Third", "https://third.example"))
    assert "Signed up with Other, Third? Sign in with that" in shown(alice.browser.open("/forgot")).text


def test_whoever_has_a_password_gets_the_usual_mail(other: OtherProvider, alice: Person, mailbox: Mailbox) -> None:
    linked(alice, other, other.knows("1"))
    alice.browser.submit(shown(alice.browser.open("/forgot")), email=alice.email)
    assert mailbox.kinds(alice.email) == ["choose_password"]
