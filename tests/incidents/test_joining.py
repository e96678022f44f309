"""Flaws that others had where somebody new comes by another provider: accounts that were somebody else's before."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text

from idp import clock
from idp.store import base, users
from tests.clocks import Clock
from tests.coming import comes, joins, linked, links_of, presses_link, subs_of, types_code
from tests.emulators.other_provider import OtherProvider, furnished
from tests.mailbox import Mailbox
from tests.people import Person
from tests.signing_up import close_sign_ups, shown, signs_in, signs_up, sub_of
from tests.web_browser import Arrival, Browser, Page

ATTACKERS = "Attackers-own-password-7"


@pytest.fixture
def other(app: Flask) -> OtherProvider:
    return furnished(app)


def counted(app: Flask, table: str) -> int:
    with app.app_context():
        found = int(base.db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608
        base.db.session.remove()
    return found


@pytest.mark.incident("CVE-2026-29193")
@pytest.mark.incident("CVE-2024-49757")
def test_nobody_new_where_signing_up_is_switched_off(
    app: Flask, other: OtherProvider, alice: Person, jane: Person, mailbox: Mailbox
) -> None:
    """Zitadel: another provider was a way around it. Not before, not in the middle, not at the end."""
    linked(alice, other, other.knows("a"))
    almost = comes(jane.browser, other, other.knows("1", jane.email))
    elsewhere = jane.elsewhere()
    waits = shown(joins(elsewhere.browser, comes(elsewhere.browser, other, other.knows("2", jane.email))))
    close_sign_ups(app)
    assert shown(joins(jane.browser, almost)).heading == "Sign in"
    for proved in (False, True):
        page = shown(comes(jane.browser, other, other.knows("1", jane.email, proved=proved)))
        assert "No account here is connected to that Other account." in page.text
    assert types_code(elsewhere, waits, mailbox).status == 404
    assert counted(app, "users") == 1
    comes(alice.browser, other, other.knows("a"))
    assert subs_of(app, alice.browser) == [alice.user_id]


@pytest.mark.incident("CVE-2025-46815")
def test_who_waits_is_used_once(app: Flask, other: OtherProvider, jane: Person, mailbox: Mailbox) -> None:
    """Zitadel: an intent that had served once served again, for another address."""
    at = comes(jane.browser, other, other.knows("1", jane.email))
    joins(jane.browser, at)
    assert shown(joins(jane.browser, at)).heading == "Sign in"
    page = shown(at)
    assert shown(jane.browser.open(page.url)).heading == "Sign in"
    assert counted(app, "sign_ups") == 1


@pytest.mark.incident("CVE-2025-46815")
def test_eight_forms_at_once_are_one(app: Flask, other: OtherProvider, jane: Person, mailbox: Mailbox) -> None:
    page = shown(comes(jane.browser, other, other.knows("1", jane.email, proved=True)))
    form = page.form("terms")
    sent = {**form.fields, "terms": form.boxes["terms"][0]}
    cookie = str(jane.browser.cookie("portico_browser"))

    def sends(_n: int) -> bool:
        tab = Browser(app)
        tab.client.set_cookie("portico_browser", cookie, domain="127.0.0.1")
        tab.post("/signup/almost", sent)
        assert max(response.status_code for response in tab.trail) < 500
        return bool(tab.cookie("portico_session"))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(sends, range(8))) == 1
    assert counted(app, "users") == counted(app, "identities") == 1


def test_one_person_there_becomes_one_account_here_however_many_addresses_wait(
    app: Flask, other: OtherProvider, jane: Person, mailbox: Mailbox
) -> None:
    """Two sign-ups by one identity, two addresses: the first proof makes the account, the second makes none."""
    waiting = {}
    for address in (jane.email, "second@example.org"):
        at = comes(jane.browser, other, other.knows("1"))
        waiting[address] = shown(joins(jane.browser, at, email=address))
    types_code(jane, waiting[jane.email], mailbox)
    assert links_of(app, sub_of(app, jane.email)) == ["1"]
    presses_link(jane.browser, mailbox, "second@example.org")
    assert sub_of(app, "second@example.org") is None
    assert counted(app, "users") == 1


@pytest.mark.incident("CVE-2026-27946")
def test_a_code_is_for_the_sign_up_it_was_mailed_for(
    app: Flask, other: OtherProvider, jane: Person, mailbox: Mailbox
) -> None:
    """The code of one's own address proves no other."""
    own = Person.of(("Mallory", "mallory@example.org", ATTACKERS), app)
    mine = shown(joins(own.browser, comes(own.browser, other, other.knows("m")), email=own.email))
    theirs = shown(joins(own.browser, comes(own.browser, other, other.knows("m")), email=jane.email))
    code = mailbox.newest(own.email).code
    page = shown(own.browser.submit(theirs, form=theirs.form("code"), code=code))
    assert "isn’t right" in page.text
    assert sub_of(app, jane.email) is None
    assert mine.url != theirs.url


@pytest.mark.incident("CVE-2025-53942")
@pytest.mark.parametrize("state", [users.SUSPENDED, users.LOCKED])
def test_an_account_on_hold_stays_on_hold_whichever_way_its_person_comes(
    app: Flask, other: OtherProvider, alice: Person, state: str
) -> None:
    """authentik: inactive people came in by another provider."""
    linked(alice, other, other.knows("1"))
    with app.app_context(), base.unit_of_work():
        assert users.become(str(alice.user_id), state, clock.now())
    page = shown(comes(alice.browser, other, other.knows("1")))
    assert page.status == 403
    assert subs_of(app, alice.browser) == []
    signs_in(alice)
    assert subs_of(app, alice.browser) == []


def test_an_unlinked_identity_opens_nothing_though_it_was_on_its_way(
    app: Flask, other: OtherProvider, alice: Person
) -> None:
    link = linked(alice, other, other.knows("1"))
    signs_in(alice)
    elsewhere = alice.elsewhere()
    page = shown(alice.browser.open("/account/links"))
    alice.browser.submit(page, form=page.form("remove"), remove=link.id)
    assert shown(comes(elsewhere.browser, other, other.knows("1"))).heading == "Almost there"
    assert subs_of(app, elsewhere.browser) == []


def test_who_was_connected_once_is_not_connected_again_by_going_back(
    app: Flask, other: OtherProvider, alice: Person
) -> None:
    page = shown(comes(alice.browser, other, other.knows("1", alice.email)))
    page = shown(alice.browser.open(page.read.links["Sign in"]))
    alice.browser.submit(page, form=page.form("password"), email=alice.email, password=alice.password)
    links = shown(alice.browser.open("/account/links"))
    alice.browser.submit(links, "Unlink Other")
    alice.browser.open("/signin/connected")
    assert links_of(app, alice.user_id) == []


def test_the_session_is_another_one_after_coming_by_a_provider(app: Flask, other: OtherProvider, alice: Person) -> None:
    """Session fixation: whoever planted the cookie that was there before has nothing."""
    linked(alice, other, other.knows("1"))
    signs_in(alice)
    before = alice.browser.cookie("portico_session")
    comes(alice.browser, other, other.knows("1"), alice.browser.open("/signup"))
    assert alice.browser.cookie("portico_session") not in (None, before)
    thief = Browser(app)
    thief.client.set_cookie("portico_session", str(before), domain="127.0.0.1")
    assert shown(thief.open("/account")).heading == "Sign in"


class TestHijackedBeforehand:
    """Sudhodanan and Paverd, "Pre-hijacked accounts" (USENIX Security 2022): the attacker is there first."""

    @pytest.fixture
    def attacker(self, app: Flask, jane: Person) -> Person:
        """Whoever knows Jane's address, and chose a password for it."""
        return Person.of((jane.name, jane.email, ATTACKERS), app)

    @pytest.mark.parametrize("proved", [False, True])
    def test_classic_federated_merge(
        self, app: Flask, other: OtherProvider, attacker: Person, jane: Person, mailbox: Mailbox, proved: bool
    ) -> None:
        """A sign-up waits for its proof, with the attacker's password; the address's owner comes by a provider. The
        password, the browser and the mails of before open nothing.
        """
        waits = signs_up(attacker)
        before = mailbox.newest(jane.email)
        page = shown(joins(jane.browser, comes(jane.browser, other, other.knows("jane", jane.email, proved=proved))))
        if not proved:
            page = types_code(jane, page, mailbox)
        sub = sub_of(app, jane.email)
        assert subs_of(app, jane.browser) == [sub]
        assert links_of(app, sub) == ["jane"]
        signs_in(attacker)
        attacker.browser.open(waits.url)
        shown(attacker.browser.submit(waits, form=waits.form("code"), code=before.code))
        opened = shown(attacker.browser.open(before.link))
        for form in (form for form in opened.read.forms if "token" in form.names):
            attacker.browser.submit(opened, form=form)
        assert subs_of(app, attacker.browser) == []
        assert counted(app, "users") == 1
        assert counted(app, "credentials") == 0
        assert page.status == 200

    def test_unverified_provider(
        self, app: Flask, other: OtherProvider, attacker: Person, jane: Person, mailbox: Mailbox
    ) -> None:
        """The attacker is first by a provider that proves no address; Jane signs up with a password."""
        waits = shown(joins(attacker.browser, comes(attacker.browser, other, other.knows("attacker", jane.email))))
        signs_up(jane)
        presses_link(jane.browser, mailbox, jane.email)
        sub = sub_of(app, jane.email)
        assert subs_of(app, jane.browser) == [sub]
        assert links_of(app, sub) == []
        attacker.browser.open(waits.url)
        assert subs_of(app, attacker.browser) == []
        page = shown(comes(attacker.browser, other, other.knows("attacker", jane.email)))
        assert page.heading == "You already have an account"

    def test_unexpired_sign_up(
        self, app: Flask, other: OtherProvider, attacker: Person, jane: Person, mailbox: Mailbox, clock: Clock
    ) -> None:
        """The attacker's browser waits for the proof; Jane gives it by her own. It goes on in hers alone."""
        waits = shown(joins(attacker.browser, comes(attacker.browser, other, other.knows("attacker", jane.email))))
        mine = shown(joins(jane.browser, comes(jane.browser, other, other.knows("jane", jane.email))))
        types_code(jane, mine, mailbox)
        clock.moves(5)
        page = attacker.browser.open(waits.url)
        assert isinstance(page, Page)
        assert subs_of(app, attacker.browser) == []
        assert links_of(app, sub_of(app, jane.email)) == ["jane"]

    def test_trojan_identity(
        self, app: Flask, other: OtherProvider, attacker: Person, jane: Person, mailbox: Mailbox
    ) -> None:
        """An attacker who reached the account links an identity: its owner reads of it at once, and can end it."""
        jane.with_account()
        insider = jane.elsewhere()
        signs_in(insider)
        page = shown(insider.browser.open("/account/links"))
        departed = insider.browser.submit(page, "Link Other")
        assert isinstance(departed, Arrival)
        other.sends_back(insider.browser, departed, other.knows("attacker"))
        assert mailbox.kinds(jane.email) == ["identity_linked"]
        signs_in(jane)
        page = shown(jane.browser.open("/account/links"))
        jane.browser.submit(page, "Unlink Other")
        assert shown(comes(Browser(app), other, other.knows("attacker"))).heading == "Almost there"
