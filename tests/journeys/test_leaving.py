"""Deleting an account: set by its owner, undone by signing in, done when its day comes."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from idp import clock as clocks
from idp.accounts import leaving
from idp.store import base
from idp.store.schema import METADATA
from tests.clocks import Clock
from tests.journeys.test_sign_in import tries
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in, signs_up, sub_of
from tests.web_browser import Arrival, Browser, Page

DAY = 86400
GRACE = 14 * DAY


def asks_to_go(person: Person, typed: str | None = None) -> Page:
    page = shown(person.browser.open("/account/data/delete"))
    return shown(person.browser.submit(page, form=page.form("email"), email=person.email if typed is None else typed))


def the_background_works(app: Flask) -> int:
    house = app.extensions["portico"]
    with app.app_context():
        return leaving.remove_due(house.settings, house.sealer, clocks.now())


def what_is_held(app: Flask, user_id: str) -> dict[str, int]:
    """Rows that name the person, table by table."""
    found = {}
    with app.app_context():
        for table in METADATA.sorted_tables:
            column = table.c.get("user_id") if table.name != "users" else table.c.id
            if column is not None:
                count = base.db.session.query(table).filter(column == user_id).count()
                found |= {table.name: count} if count else {}
        base.db.session.remove()
    return found


@pytest.fixture
def tokens_of(shop: RelyingApp, alice: Person) -> Callable[[], int]:
    """How an app of hers fares: the status of its refresh."""
    tokens = shop.asks("openid email offline_access").seen_by(alice).signs_in().allows().redeems()
    return lambda: tokens.tries_to_refresh().status_code


def test_the_page_says_what_goes_what_stays_and_why(alice: Person) -> None:
    signs_in(alice)
    page = shown(alice.browser.open("/account/data/delete"))
    assert page.heading == "Delete your account"
    for said in ("What goes", "What stays", "so that our records stay whole", "It happens after 14 days."):
        assert said in page.text


def test_whoever_set_it_is_out_everywhere_at_once(
    app: Flask, alice: Person, mailbox: Mailbox, tokens_of: Callable[[], int]
) -> None:
    other = alice.elsewhere()
    signs_in(other)
    page = asks_to_go(alice)
    assert page.heading == "Your account will be deleted"
    assert "You’re signed out everywhere." in page.text
    for person in (alice, other):
        assert shown(person.browser.open("/account")).heading == "Sign in"
    assert tokens_of() == 400
    mail = mailbox.newest(alice.email)
    assert mail.kind == "deletion_set"
    assert mail.letter.subject.startswith("Your Portico account will be deleted on ")
    assert mailbox.kinds(alice.email).count("deletion_set") == 1


@pytest.mark.parametrize("typed", ["", "bob@example.org", "alice", "alice@example.org.evil.example"])
def test_another_address_deletes_nothing(alice: Person, mailbox: Mailbox, typed: str) -> None:
    signs_in(alice)
    page = asks_to_go(alice, typed)
    assert page.status == 422
    assert "Type the email address of this account." in page.text
    assert shown(alice.browser.open("/account")).heading.startswith("Hello")
    assert "deletion_set" not in mailbox.kinds()


def test_the_address_may_be_typed_in_capitals(alice: Person) -> None:
    signs_in(alice)
    assert asks_to_go(alice, " ALICE@example.org ").heading == "Your account will be deleted"


def test_it_takes_a_sign_in_of_a_moment_ago(alice: Person, clock: Clock) -> None:
    signs_in(alice)
    clock.moves(16 * 60)
    page = shown(alice.browser.open("/account/data/delete"))
    assert page.heading == "Confirm it’s you"
    again = shown(alice.browser.submit(page, form=page.form("password"), password=alice.password))
    assert again.heading == "Delete your account"


def test_a_form_of_another_site_deletes_nothing(alice: Person) -> None:
    signs_in(alice)
    fields = {"email": alice.email, "csrf_token": "x"}
    assert shown(alice.browser.post("/account/data/delete", fields)).status == 400
    assert shown(alice.browser.open("/account")).heading.startswith("Hello")


class TestKeepingItAfterAll:
    @pytest.fixture
    def going(self, alice: Person) -> Person:
        signs_in(alice)
        asks_to_go(alice)
        return alice

    def test_signing_in_asks_whether_to_keep_it_and_goes_on(
        self, app: Flask, going: Person, clock: Clock, mailbox: Mailbox
    ) -> None:
        clock.moves(13 * DAY)
        link = mailbox.newest(going.email, "deletion_set").link
        page = shown(going.browser.open(link))
        assert page.heading == "Sign in"
        typed = {"email": going.email, "password": going.password}
        page = shown(going.browser.submit(page, form=page.form("password"), **typed))
        assert page.heading == "Keep your account?"
        assert shown(going.browser.open("/account")).heading == "Sign in", "nobody is signed in by looking at it"
        page = shown(going.browser.submit(page, "Keep my account"))
        assert page.heading.startswith("Hello")
        clock.moves(30 * DAY)
        assert the_background_works(app) == 0
        assert signs_in(going, Browser(app)).heading.startswith("Hello")

    def test_on_the_way_to_an_app_the_app_is_reached(self, shop: RelyingApp, going: Person) -> None:
        visit = shop.asks("openid").seen_by(going).signs_in()
        assert visit.page.heading == "Keep your account?"
        visit.at = going.browser.submit(visit.page, "Keep my account")
        assert visit.allows().redeems().userinfo()["sub"] == going.user_id

    def test_another_browser_cannot_press_the_button(self, app: Flask, going: Person) -> None:
        page = tries(going.browser, going.email, going.password)
        stranger = Browser(app)
        assert shown(stranger.open(page.url)).heading == "Sign in"
        own = shown(stranger.open("/signin")).form("password").fields["csrf_token"]
        back = page.form("back").fields["back"]
        assert shown(stranger.post("/account/keep", {"back": back, "csrf_token": own})).heading == "Sign in"
        assert tries(Browser(app), going.email, going.password).heading == "Keep your account?"

    def test_the_button_is_good_for_this_deletion_alone(self, app: Flask, going: Person, clock: Clock) -> None:
        old = tries(going.browser, going.email, going.password)
        going.browser.submit(old, "Keep my account")
        clock.moves(5)
        asks_to_go(going)
        assert shown(going.browser.submit(old, "Keep my account")).heading == "Sign in"
        assert tries(Browser(app), going.email, going.password).heading == "Keep your account?"

    def test_the_button_waits_for_ten_minutes(self, going: Person, clock: Clock) -> None:
        page = tries(going.browser, going.email, going.password)
        clock.moves(10 * 60)
        assert shown(going.browser.submit(page, "Keep my account")).heading == "Sign in"

    def test_a_wrong_password_learns_nothing(self, going: Person) -> None:
        page = tries(going.browser, going.email, "Wrong-horse-7-battery")
        assert "That email and password don’t match." in page.text

    def test_a_new_password_by_mail_asks_too(self, going: Person, mailbox: Mailbox) -> None:
        going.browser.submit(shown(going.browser.open("/forgot")), email=going.email)
        page = shown(going.browser.open(mailbox.newest(going.email, "choose_password").link))
        chosen = {"new_password": "Violet-kettle-42", "confirm_password": "Violet-kettle-42"}
        page = shown(going.browser.submit(page, **chosen))
        assert page.heading == "Keep your account?"

    def test_who_knew_the_old_password_is_out_when_a_new_one_is_chosen(
        self, app: Flask, going: Person, mailbox: Mailbox
    ) -> None:
        """They had come as far as the button: it is a half sign-in, and ends like one."""
        thief = Browser(app)
        page = tries(thief, going.email, going.password)
        self.test_a_new_password_by_mail_asks_too(going, mailbox)
        assert shown(thief.submit(page, "Keep my account")).heading == "Sign in"
        assert shown(thief.open(page.url)).heading == "Sign in"
        assert shown(thief.open("/account")).heading == "Sign in"

    def test_signing_up_with_the_address_meets_the_account_still(self, going: Person, mailbox: Mailbox) -> None:
        assert signs_up(going).heading == "Check your email"
        assert mailbox.newest(going.email).kind == "account_exists"

    def test_it_is_too_late_when_its_time_has_come(self, app: Flask, going: Person, clock: Clock) -> None:
        page = None
        clock.moves(GRACE - 1)
        page = tries(going.browser, going.email, going.password)
        clock.moves(1)
        assert shown(going.browser.submit(page, "Keep my account")).heading == "Sign in"
        assert the_background_works(app) == 1


class TestTheEnd:
    def test_on_its_day_everything_of_the_person_goes(
        self, app: Flask, alice: Person, bob: Person, mailbox: Mailbox, clock: Clock, tokens_of: Callable[[], int]
    ) -> None:
        signs_in(bob)
        asks_to_go(alice)
        clock.moves(GRACE - 1)
        assert the_background_works(app) == 0
        clock.moves(1)
        assert the_background_works(app) == 1
        assert the_background_works(app) == 0, "once"
        assert what_is_held(app, str(alice.user_id)) == {}
        assert what_is_held(app, str(bob.user_id)), "and nothing of anybody else's"
        assert mailbox.newest(alice.email).kind == "deletion_done"
        assert mailbox.kinds(alice.email).count("deletion_done") == 1
        page = tries(alice.browser, alice.email, alice.password)
        assert "That email and password don’t match." in page.text
        assert tokens_of() == 400

    def test_what_happened_stays_and_nobody_can_tell_to_whom(self, app: Flask, alice: Person, clock: Clock) -> None:
        signs_in(alice)
        asks_to_go(alice)
        clock.moves(GRACE)
        the_background_works(app)
        with app.app_context():
            rows = base.db.session.execute(text("SELECT event, user_id, session_id, network, details FROM audit")).all()
            base.db.session.remove()
        assert {row.event for row in rows} >= {"signed_in", "deletion_set", "account_deleted"}
        assert {(row.user_id, row.session_id, row.network, row.details) for row in rows} == {(None, None, "", "{}")}

    def test_the_address_is_free_and_the_id_is_never_given_again(
        self, app: Flask, alice: Person, mailbox: Mailbox, clock: Clock
    ) -> None:
        signs_in(alice)
        asks_to_go(alice)
        clock.moves(GRACE)
        the_background_works(app)
        signs_up(alice)
        alice.browser.submit(shown(alice.browser.open(mailbox.newest(alice.email).link)), "Confirm email")
        assert sub_of(app, alice.email) not in (None, alice.user_id)

    def test_apps_hear_of_it_when_it_is_set(self, app: Flask, alice: Person) -> None:
        told = RelyingApp.registered(app, "told", backchannel_logout_uri="https://told.example/logout")
        told.asks().seen_by(alice).signs_in().allows().redeems()
        asks_to_go(alice)
        with app.app_context():
            assert base.db.session.scalar(text("SELECT count(*) FROM logout_notices")) == 1
            base.db.session.remove()

    def test_a_request_that_waited_finds_nobody(self, shop: RelyingApp, alice: Person) -> None:
        """A code that was given before opens nothing."""
        visit = shop.asks().seen_by(alice).signs_in().allows()
        assert isinstance(visit.at, Arrival)
        asks_to_go(alice)
        assert visit.tries_to_redeem().status_code == 400


class TestSomebodyElseSetIt:
    """Whoever took the account over moves it to their own address first: the old one can stop that for a week."""

    def moves_it(self, alice: Person, mailbox: Mailbox) -> None:
        page = shown(alice.browser.open("/account/email"))
        typed = {"email": "mallory@evil.example", "password": alice.password}
        alice.browser.submit(page, form=page.form("email"), **typed)
        page = shown(alice.browser.open(mailbox.newest("mallory@evil.example").link))
        alice.browser.submit(page, "Confirm email")

    def test_the_old_address_takes_the_account_back_and_it_stays(
        self, app: Flask, alice: Person, mailbox: Mailbox, clock: Clock
    ) -> None:
        signs_in(alice)
        self.moves_it(alice, mailbox)
        asks_to_go(alice, "mallory@evil.example")
        assert mailbox.newest("mallory@evil.example").kind == "deletion_set"
        clock.moves(6 * DAY)
        owner = Browser(app)
        page = shown(owner.open(mailbox.newest(alice.email, "address_changing").link))
        owner.submit(page)
        clock.moves(30 * DAY)
        assert the_background_works(app) == 0
        assert sub_of(app, alice.email) == alice.user_id

    def test_a_new_address_that_waits_is_forgotten_by_the_lock(
        self, app: Flask, alice: Person, mailbox: Mailbox
    ) -> None:
        signs_in(alice)
        page = shown(alice.browser.open("/account/email"))
        typed = {"email": "mallory@evil.example", "password": alice.password}
        alice.browser.submit(page, form=page.form("email"), **typed)
        alice.browser.submit(shown(alice.browser.open("/account/lock")), "Lock my account")
        link = mailbox.newest("mallory@evil.example").link
        assert shown(alice.browser.open(link)).status == 410
        assert sub_of(app, "mallory@evil.example") is None
