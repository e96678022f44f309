"""Several owners: who comes by an invitation, who goes, who stays; and an app that changes hands."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from idp import clock as clocks
from idp.accounts import throttle
from idp.store import app_owners, base, clients
from tests.clocks import Clock
from tests.developers.console import Developer, owned
from tests.developers.rounds import tick
from tests.mailbox import Mailbox
from tests.people import Person
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser, Page

DAY = 86400


def invites(dev: Developer, address: str, **typed: str) -> Page:
    return dev.submits(dev.opens("/owners"), "hands_over", email=address, **typed)


def decides(person: Person, decision: str = "accept") -> Page:
    signs_in(person)
    page = shown(person.browser.open("/developers/invitations"))
    return shown(person.browser.submit(page, f"decision={decision}", form=page.form("invitation")))


def people_of(app: Flask, client_id: str) -> list[str]:
    with app.app_context():
        return sorted(person.email for person in app_owners.of_app(client_id))


def test_the_invitations_of_a_developer_stand_below_their_apps(dev: Developer) -> None:
    page = shown(dev.person.browser.open("/developers/invitations"))
    assert page.read.links["Your apps"] == "/developers"
    assert page.html.count('aria-current="true"') == 1, "the list is where this page belongs, and not this page"


def test_an_owner_without_a_name_is_called_by_their_address_once(dev: Developer) -> None:
    page = dev.opens("/owners")
    assert page.text.count(dev.person.email) == 1


def test_an_invited_person_owns_the_app_too(app: Flask, dev: Developer, bob: Person, mailbox: Mailbox) -> None:
    assert "The invitation is on its way." in invites(dev, "Bob@Example.org").text
    mail = mailbox.newest(kind="app_invitation")
    assert mail.letter.to.casefold() == bob.email
    assert mail.letter.subject == "Own Photo Box at Portico"
    assert mail.link == f"{dev.person.browser.issuer}/developers/invitations"
    assert "Bob@example.org Invited" in dev.opens("/owners").text
    page = decides(bob)
    assert page.url.endswith(dev.client_id)
    assert people_of(app, dev.client_id) == [dev.person.email, bob.email]
    for owner in (dev.person, bob):
        assert mailbox.newest(owner.email).kind == "app_owners_changed"


def test_a_strange_address_is_answered_like_a_known_one(dev: Developer, bob: Person, mailbox: Mailbox) -> None:
    known, strange = invites(dev, bob.email), invites(dev, "nobody@example.net")
    said = [page.text.replace(bob.email, "X").replace("nobody@example.net", "X") for page in (known, strange)]
    assert said[0].count("Invited") == 1
    assert (known.status, known.url) == (strange.status, strange.url)
    assert mailbox.kinds(bob.email) == mailbox.kinds("nobody@example.net") == ["app_invitation"]


@pytest.mark.incident("CVE-2026-1529")
def test_an_invitation_is_for_the_account_of_its_address_alone(
    app: Flask, dev: Developer, bob: Person, jane: Person
) -> None:
    invites(dev, jane.email)
    signs_in(bob)
    assert "No invitation waits for this account." in shown(bob.browser.open("/developers/invitations")).text
    with app.app_context():
        (invitation,) = base.db.session.connection().exec_driver_sql("SELECT id FROM app_invitations").scalars()
    page = shown(bob.browser.open("/developers/new"))
    token = page.form("client_name").fields["csrf_token"]
    bob.browser.post("/developers/invitations", {"csrf_token": token, "invitation": invitation, "decision": "accept"})
    assert owned(bob) == ()


def test_an_invitation_is_taken_once_declined_taken_back_or_too_old(
    app: Flask, dev: Developer, bob: Person, clock: Clock
) -> None:
    invites(dev, bob.email)
    decides(bob, "decline")
    assert owned(bob) == ()
    invites(dev, bob.email)
    dev.presses("/owners", f"Take back the invitation of {bob.email}")
    assert "No invitation waits" in shown(bob.browser.open("/developers/invitations")).text
    invites(dev, bob.email)
    clock.moves(7 * DAY)
    signs_in(bob)
    assert "No invitation waits" in shown(bob.browser.open("/developers/invitations")).text


def test_the_only_owner_cannot_leave(app: Flask, dev: Developer) -> None:
    assert "Leave this app" not in dev.opens("/owners").text
    token = dev.opens("/owners").form("hands_over").fields["csrf_token"]
    fields = {"csrf_token": token, "who": str(dev.person.user_id)}
    page = dev.person.browser.post(f"/developers/{dev.client_id}/owners/remove", fields)
    assert "You’re the only owner." in shown(page).text
    assert people_of(app, dev.client_id) == [dev.person.email]


def test_owners_leave_and_are_removed_and_all_of_them_hear_of_it(
    app: Flask, dev: Developer, bob: Person, mailbox: Mailbox
) -> None:
    invites(dev, bob.email)
    decides(bob)
    dev.presses("/owners", f"Remove {bob.email}")
    assert people_of(app, dev.client_id) == [dev.person.email]
    assert mailbox.newest(bob.email).kind == "app_owners_changed"
    assert shown(bob.browser.open(f"/developers/{dev.client_id}")).status == 404


@pytest.mark.incident("CVE-2022-23555")
def test_whoever_is_removed_comes_back_by_no_invitation_of_their_own(
    app: Flask, dev: Developer, bob: Person, jane: Person
) -> None:
    invites(dev, bob.email)
    decides(bob)
    bobs = Developer(bob, dev.client_id)
    invites(bobs, jane.email)
    dev.presses("/owners", f"Remove {bob.email}")
    signs_in(jane.with_account())
    assert "No invitation waits for this account." in shown(jane.browser.open("/developers/invitations")).text
    assert people_of(app, dev.client_id) == [dev.person.email]


def test_one_person_writes_to_so_many_addresses_in_a_day(dev: Developer, mailbox: Mailbox, clock: Clock) -> None:
    for number in range(throttle.INVITATIONS_A_DAY):
        address = f"somebody{number}@example.net"
        assert "The invitation is on its way." in invites(dev, address).text
        dev.presses("/owners", f"Take back the invitation of {address}")
    assert invites(dev, "one.more@example.net").status == 429
    assert mailbox.kinds("one.more@example.net") == []


def test_an_app_changes_hands(app: Flask, dev: Developer, bob: Person) -> None:
    invites(dev, bob.email, hands_over="1")
    assert "You leave when they accept." in dev.opens("/owners").text
    decides(bob)
    assert people_of(app, dev.client_id) == [bob.email]
    assert dev.opens().status == 404


def test_of_two_who_leave_at_once_one_stays(app: Flask, dev: Developer, bob: Person) -> None:
    invites(dev, bob.email)
    decides(bob)
    ready = Barrier(2)

    def leaves(person: Person) -> bool:
        with app.app_context(), base.unit_of_work():
            ready.wait(10)
            clients.hold(dev.client_id)
            return app_owners.remove(dev.client_id, str(person.user_id))

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leaves, (dev.person, bob))) == [False, True]
    assert len(people_of(app, dev.client_id)) == 1


def test_an_invitation_accepted_in_eight_tabs_is_taken_once(
    app: Flask, dev: Developer, bob: Person, mailbox: Mailbox
) -> None:
    invites(dev, bob.email)
    signs_in(bob)
    form = shown(bob.browser.open("/developers/invitations")).form("invitation")
    sent = {**form.fields, "decision": "accept"}
    cookies = {name: str(bob.browser.cookie(name)) for name in ("portico_session", "portico_browser")}

    def accepts(_tab: int) -> str:
        tab = Browser(app)
        for name, value in cookies.items():
            tab.client.set_cookie(name, value, domain="127.0.0.1")
        tab.post("/developers/invitations", sent)
        assert max(response.status_code for response in tab.trail) < 500
        return tab.here.rpartition("/")[2]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(accepts, range(8))) == sorted([dev.client_id, *["invitations"] * 7])
    assert people_of(app, dev.client_id) == [dev.person.email, bob.email]
    assert mailbox.kinds(bob.email).count("app_owners_changed") == 1


def test_an_app_nobody_owns_any_more_stops_and_one_of_several_owners_goes_on(
    app: Flask, dev: Developer, bob: Person, clock: Clock
) -> None:
    alone = Developer.of(dev.person, name="Ledger")
    invites(dev, bob.email)
    decides(bob)
    page = shown(dev.person.browser.open("/account/data/delete"))
    assert "Apps only you own" in page.text
    assert "Ledger" in page.text
    assert "Photo Box" not in page.text
    shown(dev.person.browser.submit(page, form=page.form("email"), email=dev.person.email))
    clock.moves(13 * DAY)
    tick(app)
    assert state_of(app, alone.client_id) == "active", "the person may come back"
    clock.moves(2 * DAY)
    tick(app)
    assert state_of(app, alone.client_id) == "suspended"
    assert state_of(app, dev.client_id) == "active"
    assert people_of(app, dev.client_id) == [bob.email]


def state_of(app: Flask, client_id: str) -> str:
    with app.app_context():
        client = clients.stored(client_id, clocks.now())
        assert client is not None
        return client.state
