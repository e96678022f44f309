"""One change of address happens once, whoever else tries at that moment, on both databases."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from idp.clock import now
from idp.settings.load import Settings
from idp.store import base
from tests import racing
from tests.mailbox import Mailbox
from tests.people import Person
from tests.racing import RACERS, Track
from tests.signing_up import shown, signs_in, signs_up, sub_of

pytestmark = pytest.mark.process
NEW = "new@new.example.net"


@pytest.fixture(scope="module")
def track() -> Iterator[Track]:
    opened = Track.opened()
    yield opened
    opened.pool.shutdown(cancel_futures=True)


def rows(app: Flask, statement: str) -> list[Any]:
    with app.app_context():
        found = base.db.session.execute(text(statement)).all()
        base.db.session.remove()
    return list(found)


def asks(person: Person, address: str = NEW) -> dict[str, str]:
    """A change that waits; the fields of its form of the code."""
    signs_in(person)
    page = shown(person.browser.open("/account/email"))
    typed = {"email": address, "password": person.password}
    page = shown(person.browser.submit(page, form=page.form("email"), **typed))
    return page.form("code").fields


def cookies(person: Person) -> dict[str, str]:
    return {name: str(person.browser.cookie(name)) for name in ("portico_session", "portico_browser")}


def test_one_code_moves_the_address_once(
    track: Track, settings: Settings, app: Flask, alice: Person, mailbox: Mailbox
) -> None:
    fields = {**asks(alice), "code": mailbox.newest(NEW).code}
    results = track.race(racing.sends, settings, *([("/account/email/code", fields, cookies(alice))] * RACERS))
    assert not [result for result in results if result.status >= 500]
    assert len([result for result in results if "Your email address is changed." in result.said]) == 1
    assert len(rows(app, "SELECT 1 FROM audit WHERE event = 'email_changed'")) == 1
    assert [tuple(row) for row in rows(app, "SELECT lookup FROM emails WHERE is_primary")] == [(NEW,)]


def test_link_and_code_of_one_change_move_it_once(
    track: Track, settings: Settings, app: Flask, alice: Person, mailbox: Mailbox
) -> None:
    fields = asks(alice)
    mail = mailbox.newest(NEW)
    page = shown(alice.browser.open(mail.link))
    by_link = ("/account/email/confirm", page.form("token").fields, cookies(alice))
    by_code = ("/account/email/code", {**fields, "code": mail.code}, cookies(alice))
    results = track.race(racing.sends, settings, *([by_link, by_code] * (RACERS // 2)))
    assert not [result for result in results if result.status >= 500]
    assert len(rows(app, "SELECT 1 FROM audit WHERE event = 'email_changed'")) == 1
    assert len(rows(app, "SELECT 1 FROM emails")) == 1
    assert sub_of(app, NEW) == alice.user_id


def test_whether_confirmed_or_stopped_first_the_old_address_has_the_last_word(
    track: Track, settings: Settings, app: Flask, alice: Person, mailbox: Mailbox
) -> None:
    fields = {**asks(alice), "code": mailbox.newest(NEW).code}
    page = shown(alice.elsewhere().browser.open(mailbox.newest(alice.email, "address_changing").link))
    confirms = ("/account/email/code", fields, cookies(alice))
    stop = {**page.form("token").fields, "csrf_token": fields["csrf_token"]}
    stops = ("/account/email/stop", stop, {"portico_browser": cookies(alice)["portico_browser"]})
    results = track.race(racing.sends, settings, *([confirms, stops] * (RACERS // 2)))
    assert not [result for result in results if result.status >= 500]
    assert [tuple(row) for row in rows(app, "SELECT lookup, user_id, is_primary FROM emails")] == [
        (alice.email, alice.user_id, 1)
    ]
    assert len(rows(app, "SELECT 1 FROM audit WHERE event = 'email_change_stopped'")) == 1


def test_two_accounts_that_prove_one_address_at_once(
    track: Track, settings: Settings, app: Flask, alice: Person, bob: Person, mailbox: Mailbox
) -> None:
    """And somebody who signs up with it: it belongs to one of the three, and nobody is left without an address."""
    sent = []
    for person in (alice, bob):
        fields = asks(person)
        sent.append(("/account/email/code", {**fields, "code": mailbox.newest(NEW).code}, cookies(person)))
    jane = Person("Jane", NEW, "Violet-kettle-42", app, alice.elsewhere().browser)
    page = signs_up(jane)
    code = mailbox.newest(NEW, "confirm_address").code
    browser = {"portico_browser": str(jane.browser.cookie("portico_browser"))}
    sent.append(("/verify/code", {**page.form("code").fields, "code": code}, browser))
    results = track.race(racing.sends, settings, *(sent * 3)[:RACERS])
    assert not [result for result in results if result.status >= 500]
    owners = Counter(row.user_id for row in rows(app, "SELECT user_id FROM emails"))
    assert set(owners.values()) == {1}
    assert {str(alice.user_id), str(bob.user_id)} <= owners.keys()
    assert sub_of(app, NEW) in owners
    assert len(rows(app, "SELECT 1 FROM users")) == len(owners)


def test_changes_that_are_begun_and_confirmed_at_once_leave_one_address(
    track: Track, settings: Settings, app: Flask, alice: Person, mailbox: Mailbox
) -> None:
    """Two tabs: in one the code is typed, in the other another address is asked for. Nobody waits for the other."""
    fields = {**asks(alice), "code": mailbox.newest(NEW).code}
    form = shown(alice.browser.open("/account/email")).form("email").fields
    others = [{**form, "email": f"other{n}@new.example.net", "password": alice.password} for n in range(4)]
    begins = [("/account/email", typed, cookies(alice)) for typed in others]
    confirms = [("/account/email/code", fields, cookies(alice))] * 4
    results = track.race(racing.sends, settings, *begins, *confirms)
    assert not [result for result in results if result.status >= 500]
    assert len(rows(app, "SELECT 1 FROM emails")) == 1
    waiting = "SELECT expires_at FROM email_changes WHERE confirmed_at IS NULL AND stopped_at IS NULL"
    assert len([row for row in rows(app, waiting) if row.expires_at > now() + 60]) <= 1
