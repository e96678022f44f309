"""Connected apps: what each sees, with the values it gets, and the end of it."""

import json
from urllib.parse import quote_plus

import pytest
from flask import Flask
from sqlalchemy import text

from idp import clock as clocks
from idp.issuance import logout_delivery
from idp.issuance.subject import sid_of
from idp.outside import addresses, fetch
from idp.store import base
from tests.clocks import Clock
from tests.emulators.logout_receiver import LogoutReceiver
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Arrival, Page


def apps(person: Person) -> Page:
    return shown(person.browser.open("/account/apps"))


def detail(person: Person, client_id: str = "shop") -> Page:
    return shown(person.browser.open(f"/account/apps/{client_id}"))


def disconnects(person: Person, client_id: str = "shop") -> Page:
    return shown(person.browser.submit(detail(person, client_id), "Disconnect"))


def test_without_apps_the_page_says_how_they_come(alice: Person) -> None:
    signs_in(alice)
    assert "No apps yet. When you use Portico to sign in somewhere, it shows up here." in apps(alice).text


def test_each_app_is_a_row_with_what_it_may_do_and_its_last_use(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    tokens = shop.asks("openid email offline_access").seen_by(alice).signs_in(remember=True).allows().redeems()
    clock.moves(2 * 3600)
    tokens.refreshes()
    clock.moves(3600)
    assert "Photo Box email address, access while you’re away · last used 1 hour ago" in apps(alice).text


def test_the_detail_says_what_it_sees_with_the_real_values(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    alice.fills_in(phone_number="+33 6 12 34 56 78", address={"locality": "Lyon", "country": "France"})
    shop.asks("openid profile email phone address offline_access").seen_by(alice).signs_in().allows().redeems()
    page = detail(alice)
    assert page.heading == "Photo Box"
    for said in (
        "See your name and picture Alice Example",
        f"See your email address {alice.email}",
        "See your phone number ••• 78",
        "See your postal address Lyon, France",
        "Keep access while you’re away Until you disconnect it, or 90 days without use",
        "Photo Box will lose access within minutes. Data it already has stays with it: ask them to delete it.",
        "Keeps access while you’re away Yes",
    ):
        assert said in page.text
    assert "+33 6 12 34 56 78" in page.text, "every value is folded away, and there"


def test_what_was_asked_for_one_by_one_is_shown_too(shop: RelyingApp, alice: Person) -> None:
    """OpenID Connect Core §5.5."""
    claims = json.dumps({"userinfo": {"phone_number": None}, "id_token": {"email": {"essential": True}}})
    alice.fills_in(phone_number="+33 6 12 34 56 78")
    shop.asks("openid", claims=claims).seen_by(alice).signs_in().allows().redeems()
    page = detail(alice)
    assert "phone_number +33 6 12 34 56 78" in page.text
    assert f"email {alice.email}" in page.text
    assert "name Alice Example" not in page.text


def test_an_app_of_ours_that_nobody_was_asked_about_is_listed_too(app: Flask, alice: Person) -> None:
    own = RelyingApp.registered(app, "own", first_party=True, client_name="House Mail", contacts=["desk@house.example"])
    own.asks("openid email").seen_by(alice).signs_in().redeems()
    assert "House Mail" in apps(alice).text
    assert "desk@house.example" in detail(alice, "own").text


def test_the_apps_of_others_are_not_seen(shop: RelyingApp, alice: Person, bob: Person) -> None:
    shop.asks("openid email").seen_by(bob).signs_in().allows().redeems()
    signs_in(alice)
    assert "Photo Box" not in apps(alice).text
    assert detail(alice).status == 404
    assert detail(alice, "no-such-app").status == 404
    assert detail(alice, "%00").status == 404


def test_a_disconnected_app_has_nothing_left(shop: RelyingApp, alice: Person, mailbox: Mailbox, clock: Clock) -> None:
    tokens = shop.asks("openid email offline_access").seen_by(alice).signs_in().allows().redeems()
    elsewhere = shop.asks("openid offline_access").seen_by(alice.elsewhere()).signs_in().redeems()
    page = disconnects(alice)
    assert "Photo Box is disconnected." in page.text
    assert "No apps yet." in page.text
    for held in (tokens, elsewhere):
        assert held.tries_to_refresh().status_code == 400
        assert held.asks_userinfo().status_code == 401
    assert shown(alice.browser.open("/account")).heading.startswith("Hello"), "the person is signed in still"
    clock.moves(1)
    visit = shop.asks("openid email").seen_by(alice)
    assert "would like to use your account" in visit.page.heading, "and asked anew"
    assert visit.allows().redeems().userinfo()["email"] == alice.email


@pytest.mark.section("RFC 9700 §4.14.2")
@pytest.mark.incident("CVE-2026-43983")
def test_a_refresh_after_the_disconnection_brings_nothing_back(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    tokens = shop.asks("openid offline_access").seen_by(alice).signs_in().allows().redeems()
    second = tokens.refreshes()
    disconnects(alice)
    for held in (tokens, second):
        assert held.tries_to_refresh().status_code == 400
    clock.moves(1)
    fresh = shop.asks("openid offline_access").seen_by(alice).allows().redeems()
    assert second.tries_to_refresh().status_code == 400
    assert fresh.refreshes().userinfo(), "an old token of the app does not touch the new grant"


@pytest.mark.incident("CVE-2026-55672")
def test_a_code_from_before_opens_nothing_afterwards(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    """It was on its way when the person disconnected the app."""
    shop.asks("openid").seen_by(alice).signs_in().allows().redeems()
    visit = shop.asks("openid").seen_by(alice)
    assert visit.code
    clock.moves(5)
    disconnects(alice)
    assert visit.tries_to_redeem().status_code == 400
    clock.moves(1)
    assert shop.asks("openid").seen_by(alice).allows().redeems().userinfo()
    assert visit.tries_to_redeem().status_code == 400


def test_a_code_of_an_app_of_ours_opens_nothing_afterwards(app: Flask, alice: Person, clock: Clock) -> None:
    """Nobody was asked for consent, so there is none to take back; the disconnection is noted all the same."""
    own = RelyingApp.registered(app, "own", first_party=True)
    own.asks("openid").seen_by(alice).signs_in().redeems()
    visit = own.asks("openid").seen_by(alice)
    assert visit.code
    disconnects(alice, "own")
    assert visit.tries_to_redeem().status_code == 400
    clock.moves(1)
    assert own.asks("openid").seen_by(alice).redeems().userinfo()


def test_a_disconnected_app_is_told(app: Flask, alice: Person) -> None:
    with LogoutReceiver.listening() as receiver:
        told = RelyingApp.registered(app, "told", backchannel_logout_uri=receiver.uri)
        by_sid = RelyingApp.registered(
            app, "by-sid", backchannel_logout_uri=receiver.uri, backchannel_logout_session_required=True
        )
        sids = [a.asks("openid").seen_by(alice).signs_in().allows().redeems().claims["sid"] for a in (told,)]
        by_sid.asks("openid").seen_by(alice).allows().redeems()
        disconnects(alice, "told")
        disconnects(alice, "by-sid")
        with app.app_context():
            rows = base.db.session.execute(text("SELECT client_id, session_id FROM logout_notices ORDER BY id")).all()
            base.db.session.remove()
            fetcher = fetch.guarded(addresses.THIS_MACHINE)
            assert logout_delivery.deliver(app.extensions["portico"].mint, fetcher, clocks.now) == 2
        named = [(row.client_id, row.session_id and sid_of(row.session_id, None)) for row in rows]
        assert named == [("told", ""), ("by-sid", sids[0])]
        assert len(receiver.tokens) == 2


def test_a_suspended_app_is_listed_and_can_be_disconnected(shop: RelyingApp, alice: Person) -> None:
    shop.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    shop.suspended()
    assert "Photo Box On hold" in apps(alice).text
    assert "This app is on hold" in detail(alice).text
    assert "is disconnected." in disconnects(alice).text
    assert "No apps yet." in apps(alice).text


def test_a_removed_app_is_gone(shop: RelyingApp, alice: Person) -> None:
    shop.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    shop.removed()
    assert "No apps yet." in apps(alice).text
    assert detail(alice).status == 404


def test_disconnecting_twice_is_disconnecting_once(shop: RelyingApp, alice: Person) -> None:
    shop.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    page = detail(alice)
    alice.browser.submit(page, "Disconnect")
    assert "is disconnected." in shown(alice.browser.submit(page, "Disconnect")).text


def test_a_form_of_another_site_disconnects_nothing(shop: RelyingApp, alice: Person) -> None:
    tokens = shop.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    assert shown(alice.browser.post("/account/apps/shop", {"csrf_token": "x"})).status == 400
    assert tokens.userinfo()


class TestTheMail:
    def test_an_app_that_may_come_back_is_told_of_once(
        self, shop: RelyingApp, alice: Person, mailbox: Mailbox, clock: Clock
    ) -> None:
        shop.asks("openid email").seen_by(alice).signs_in().allows().redeems()
        assert "keeps_access" not in mailbox.kinds()
        shop.asks("openid email offline_access").seen_by(alice).allows().redeems()
        mail = mailbox.newest(alice.email, "keeps_access")
        assert mail.letter.subject == "Photo Box can now use your Portico account"
        assert mail.link.endswith("/account/apps/shop")
        shop.asks("openid email offline_access profile", prompt="consent").seen_by(alice).allows().redeems()
        assert mailbox.kinds().count("keeps_access") == 1

    def test_whoever_declines_gets_none(self, shop: RelyingApp, alice: Person, mailbox: Mailbox) -> None:
        shop.asks("openid offline_access").seen_by(alice).signs_in().declines()
        assert "keeps_access" not in mailbox.kinds()


@pytest.mark.section("OpenID Connect Core §4")
def test_an_app_that_says_where_can_be_opened_from_here(app: Flask, alice: Person) -> None:
    """With the issuer and nothing about the person: their session here says who they are when the app asks."""
    box = RelyingApp.registered(app, "box", client_name="Box", initiate_login_uri="https://box.example/go?from=list")
    box.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    opened = f"https://box.example/go?from=list&iss={quote_plus(box.issuer)}"
    for page in (apps(alice), detail(alice, "box")):
        at = alice.browser.open(link_that_says(page, "Open"))
        assert isinstance(at, Arrival)
        assert at.url == opened
    started = box.asks("openid email").seen_by(alice)
    assert started.code, "the app's own request, and nobody is asked anything"


@pytest.mark.section("OpenID Connect Core §4")
def test_an_app_on_hold_or_without_such_a_page_cannot_be_opened(app: Flask, shop: RelyingApp, alice: Person) -> None:
    box = RelyingApp.registered(app, "box", client_name="Box", initiate_login_uri="https://box.example/go")
    shop.asks().seen_by(alice).signs_in().allows().redeems()
    box.asks().seen_by(alice).allows().redeems()
    box.suspended()
    assert not any(link.startswith("Open") for page in (apps(alice), detail(alice, "box")) for link in page.read.links)


def link_that_says(page: Page, word: str) -> str:
    return next(address for said, address in page.read.links.items() if said.startswith(word))
