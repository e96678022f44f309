"""The old address may stop its being replaced: before that happens, and for a week afterwards."""

from flask import Flask
from sqlalchemy import text

from idp.store import base, identities, passkeys
from idp.store.identities import Link
from idp.store.passkeys import Registered
from tests.conftest import Clock
from tests.mailbox import Mailbox
from tests.moving import NEW, THIRD, asks, moves, presses, stop_link
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in, signs_up, sub_of
from tests.web_browser import Browser


def test_the_old_address_stops_it_before_it_happens(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    signs_in(alice)
    asks(alice)
    mail = mailbox.newest(alice.email)
    assert "a•••@new.example.net" in str(mail.letter.paragraphs)
    assert NEW not in str(mail.letter)
    owner = Browser(app, address="203.0.113.9")
    page = presses(owner, mail.link, "Stop the change")
    assert page.heading == "The change is stopped"
    assert shown(alice.browser.open(mailbox.newest(NEW).link)).status == 410
    assert shown(owner.open(mail.link)).status == 410
    assert sub_of(app, alice.email) == alice.user_id
    assert NEW not in shown(alice.browser.open("/account/profile")).text


def test_afterwards_the_old_address_takes_the_account_back_and_nobody_else_stays(
    app: Flask, shop: RelyingApp, alice: Person, mailbox: Mailbox
) -> None:
    """A thief at an open browser moved the account to a mailbox of theirs."""
    thief, owner = alice, Browser(app, address="203.0.113.9")
    old = alice.email
    tokens = shop.asks("openid offline_access").seen_by(thief).signs_in(remember=True).allows().redeems()
    moves(thief, mailbox)
    page = shown(owner.open(stop_link(mailbox, old)))
    assert "take it back" in page.text
    page = shown(owner.submit(page, "Stop the change"))
    assert page.heading == "Choose a new password"
    assert sub_of(app, NEW) is None
    assert sub_of(app, old) == alice.user_id
    assert shown(thief.browser.open("/account")).heading == "Sign in"
    assert tokens.tries_to_refresh().status_code == 400
    assert tokens.asks_userinfo().status_code == 401
    assert signs_in(alice, Browser(app)).status == 422, "the password that the thief knew is gone already"
    page = shown(owner.submit(page, new_password="Violet-kettle-42", confirm_password="Violet-kettle-42"))
    assert "Your password is changed." in page.text
    assert old in page.text


def test_what_was_added_since_lets_nobody_in_and_what_was_there_before_stays(
    app: Flask, alice: Person, mailbox: Mailbox, clock: Clock
) -> None:
    def adds(name: str) -> None:
        who, at, no = str(alice.user_id), clock.now(), ""
        key = Registered(name, who, name, no, 0, name, no, no, True, True, True, at)
        link = Link(name, who, "facebook", "https://www.facebook.com", "app", name, name, at, at)
        with app.app_context(), base.unit_of_work():
            assert passkeys.add(key, 10)
            assert identities.add(link)

    def has(table: str) -> list[str]:
        with app.app_context():
            return list(base.db.session.scalars(text(f"SELECT id FROM {table} ORDER BY id")))  # noqa: S608

    old = alice.email
    adds("before")
    clock.moves(60)
    moves(alice, mailbox)
    clock.moves(60)
    adds("since")
    with app.app_context(), base.unit_of_work():
        thiefs = text("INSERT INTO authenticators VALUES (:id, 'x', 0, :at, :at)")
        base.db.session.execute(thiefs, {"id": alice.user_id, "at": clock.now()})
    owner = Browser(app, address="203.0.113.9")
    page = presses(owner, stop_link(mailbox, old), "Stop the change")
    assert (has("passkeys"), has("identities")) == (["before"], ["before"])
    new = {"new_password": "Violet-kettle-42", "confirm_password": "Violet-kettle-42"}
    page = shown(owner.submit(page, form=page.form("new_password"), **new))
    assert "Your password is changed." in page.text, "and no second step of the thief's asks for a code"


def test_where_the_old_mailbox_has_another_account_meanwhile_nobody_has_this_one(
    app: Flask, alice: Person, bob: Person, mailbox: Mailbox
) -> None:
    """It cannot happen but in one moment; then the operator has to look."""
    old = alice.email
    moves(alice, mailbox)
    with app.app_context(), base.unit_of_work():
        values = {"old": old, "bob": bob.user_id}
        theirs = "INSERT INTO emails VALUES (:old, :old, :bob, FALSE, 1, 'link')"
        base.db.session.execute(text(theirs), values)
    presses(Browser(app), stop_link(mailbox, old), "Stop the change")
    assert sub_of(app, old) == bob.user_id
    assert sub_of(app, NEW) is None
    with app.app_context():
        state = text("SELECT state FROM users WHERE id = :id")
        assert base.db.session.execute(state, {"id": alice.user_id}).scalar_one() == "suspended"


def test_a_chain_of_changes_leads_back_to_the_first_address_and_not_to_the_thiefs(
    app: Flask, alice: Person, mailbox: Mailbox
) -> None:
    old = alice.email
    moves(alice, mailbox)
    asks(alice, THIRD)
    presses(alice.browser, mailbox.newest(THIRD).link, "Confirm email")
    thiefs = stop_link(mailbox, NEW)
    owner = Browser(app, address="203.0.113.9")
    presses(owner, stop_link(mailbox, old), "Stop the change")
    assert (sub_of(app, old), sub_of(app, NEW), sub_of(app, THIRD)) == (alice.user_id, None, None)
    assert shown(Browser(app).open(thiefs)).status == 410, "what was done meanwhile cannot be brought back"


def test_an_address_that_was_given_up_is_nobody_elses_while_it_may_be_taken_back(
    app: Flask, alice: Person, jane: Person, mailbox: Mailbox, clock: Clock
) -> None:
    old = alice.email
    moves(alice, mailbox)
    jane.email = old
    signs_up(jane)
    page = presses(jane.browser, mailbox.newest(old, "confirm_address").link, "Confirm email")
    assert page.heading == "Already confirmed"
    assert sub_of(app, old) is None
    clock.moves(7 * 86_400)
    signs_up(jane)
    presses(jane.browser, mailbox.newest(old, "confirm_address").link, "Confirm email")
    assert sub_of(app, old) not in (None, alice.user_id)


def test_one_may_go_back_to_an_address_one_gave_up(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    old = alice.email
    moves(alice, mailbox)
    asks(alice, old)
    presses(alice.browser, mailbox.newest(old, "confirm_new_address").link, "Confirm email")
    assert (sub_of(app, old), sub_of(app, NEW)) == (alice.user_id, None)
