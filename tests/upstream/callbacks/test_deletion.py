"""Somebody asked Facebook that we delete what came from there: once, with a code and a page that says how it went."""

import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp import clock
from idp.emulators.facebook import callbacks
from idp.emulators.facebook.state import State
from idp.settings.load import Settings
from idp.signing.wrapping import KeyFolder
from idp.store import base, credentials, users
from tests.clocks import Clock
from tests.emulators.facebook import APP_ID, ROBIN
from tests.mailbox import Mailbox
from tests.people import Person
from tests.upstream.callbacks.posted import (
    DAY,
    FACEBOOK,
    comes_by,
    events,
    has_no_password,
    is_signed_in,
    links,
    posts,
    rows,
    state_of,
    tells,
)
from tests.web_browser import Page


def test_deletion_answers_as_facebook_wants_it_and_the_page_says_how_it_went(
    client: FlaskClient, facebook: State, alice: Person
) -> None:
    comes_by(alice, links(alice))
    told = tells(client, facebook, "deletion").json
    assert told is not None
    code = told["confirmation_code"]
    assert set(told) == {"url", "confirmation_code"}
    assert re.fullmatch(r"[A-Z2-7]{20}", code)
    assert told["url"] == f"http://127.0.0.1:8000/login/facebook/deletion/{code}"
    page = client.get(urlsplit(told["url"]).path)
    said = page.get_data(as_text=True)
    assert page.status_code == 200
    assert code in said
    assert "Done, " in said
    for private in (alice.name, alice.email, str(alice.user_id), ROBIN.user_id, ROBIN.name):
        assert private not in said
    assert not is_signed_in(alice)
    assert state_of(alice) == "active", "the password still leads in"


@pytest.mark.parametrize("code", ["", "A" * 20, "%00", "..", "x" * 5000, "%ff"])
def test_a_code_that_nobody_was_given_has_no_page(client: FlaskClient, code: str) -> None:
    assert client.get(f"/login/facebook/deletion/{code}").status_code in (404, 405)


def test_only_fingerprints_of_code_and_request_are_stored(client: FlaskClient, facebook: State, app: Flask) -> None:
    signed = callbacks.made(facebook, ROBIN.user_id, "sound")
    code = posts(client, "deletion", signed).json["confirmation_code"]  # type: ignore[index]
    stored = str(rows(app, "SELECT * FROM data_deletions"))
    assert code not in stored
    assert signed.partition(".")[2] not in stored
    assert ROBIN.user_id not in stored


def test_the_same_request_has_the_same_answer_with_a_new_key_too(
    client: FlaskClient, facebook: State, alice: Person, app: Flask
) -> None:
    links(alice)
    signed = callbacks.made(facebook, ROBIN.user_id, "sound")
    signature, _, payload = signed.partition(".")
    first = posts(client, "deletion", signed).json
    folder: KeyFolder = app.extensions["portico"].folder
    before = folder.sealing_key.number
    folder.prepare()
    folder.promote()
    assert folder.sealing_key.number != before
    for spelling in (signed, f"{signature}=.{payload}"):
        assert posts(client, "deletion", spelling).json == first
    assert events(alice)["identity_unlinked"] == 1
    assert len(rows(app, "SELECT 1 FROM data_deletions")) == 1


def test_names_that_facebook_gave_go_and_what_the_person_wrote_stays(
    client: FlaskClient, facebook: State, alice: Person, bob: Person
) -> None:
    alice.fills_in(name=ROBIN.name, given_name="Robin", family_name="Sample", nickname="Rob")
    bob.fills_in(name="Bob the Builder", given_name="Bob")
    links(alice)
    links(bob, subject="10150000000000077")
    tells(client, facebook, "deletion")
    tells(client, facebook, "deletion", "10150000000000077")
    with alice.server.app_context():
        kept = [json.loads(users.by_id(str(person.user_id)).profile) for person in (alice, bob)]  # type: ignore[union-attr]
    assert kept == [{"nickname": "Rob"}, {"name": "Bob the Builder", "given_name": "Bob"}]


def test_an_account_that_facebook_alone_opened_goes_as_if_its_owner_had_said_so(
    client: FlaskClient, facebook: State, alice: Person, clock: Clock, mailbox: Mailbox
) -> None:
    has_no_password(alice)
    comes_by(alice, links(alice))
    told = tells(client, facebook, "deletion").json
    assert told is not None
    path = urlsplit(told["url"]).path
    assert state_of(alice) == "leaving"
    assert not is_signed_in(alice)
    assert mailbox.kinds(alice.email) == ["deletion_set"]
    assert "Being worked on, done by " in client.get(path).get_data(as_text=True)
    clock.moves(14 * DAY)
    assert "Done, " in client.get(path).get_data(as_text=True)


def a_passkey(person: Person) -> None:
    columns = {
        row.name: row
        for row in base.Base.metadata.tables["passkeys"].columns
        if not row.nullable and row.default is None
    }
    values = {name: 0 if "INT" in str(column.type).upper() else "x" for name, column in columns.items()}
    values |= {name: False for name, column in columns.items() if str(column.type).upper() == "BOOLEAN"}
    with person.server.app_context(), base.unit_of_work():
        base.db.session.execute(base.Base.metadata.tables["passkeys"].insert(), {**values, "user_id": person.user_id})


def a_password(person: Person) -> None:
    with person.server.app_context(), base.unit_of_work():
        credentials.set_password(str(person.user_id), "a hash", clock.now())


class TestWherePasskeysAreOffered:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """They are made for domains, never for addresses."""
        server = settings.server.model_copy(update={"issuer": "http://localhost:8000"})
        return settings.model_copy(update={"server": server})

    @pytest.mark.parametrize("has", [a_passkey, a_password])
    def test_an_account_with_another_way_in_stays(
        self, client: FlaskClient, facebook: State, alice: Person, mailbox: Mailbox, has: Callable[[Person], None]
    ) -> None:
        has_no_password(alice)
        has(alice)
        links(alice)
        tells(client, facebook, "deletion")
        assert (state_of(alice), mailbox.kinds(alice.email)) == ("active", ["identity_unlinked"])


def test_a_passkey_that_nobody_can_use_is_no_way_in(client: FlaskClient, facebook: State, alice: Person) -> None:
    has_no_password(alice)
    a_passkey(alice)
    links(alice)
    tells(client, facebook, "deletion")
    assert state_of(alice) == "leaving"


class TestWhereThereIsAnotherProvider:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        both = {"facebook": FACEBOOK, "friends": FACEBOOK.model_copy(update={"client_id": "7"})}
        return settings.model_copy(update={"upstream": both})

    @pytest.mark.parametrize(("app_id", "state"), [("7", "active"), (APP_ID, "leaving")])
    def test_what_is_linked_there_is_a_way_in(
        self, client: FlaskClient, facebook: State, alice: Person, app_id: str, state: str
    ) -> None:
        has_no_password(alice)
        links(alice)
        if app_id == "7":
            links(alice, app_id="7", upstream="friends")
        tells(client, facebook, "deletion")
        assert state_of(alice) == state


def comes_back(person: Person, mailbox: Mailbox) -> None:
    """By the mail about the deletion, and a new password, since nothing else leads in any more."""
    page = person.browser.open(mailbox.newest(person.email, "deletion_set").link)
    assert isinstance(page, Page)
    person.browser.submit(page, email=person.email)
    page = person.browser.open(mailbox.newest(person.email, "choose_password").link)
    assert isinstance(page, Page)
    page = person.browser.submit(page, new_password=person.password, confirm_password=person.password)
    assert isinstance(page, Page)
    assert "/account/keep" in page.url
    person.browser.submit(page)


def test_who_changes_their_mind_comes_back_by_a_new_password(
    client: FlaskClient, facebook: State, alice: Person, mailbox: Mailbox
) -> None:
    has_no_password(alice)
    links(alice)
    tells(client, facebook, "deletion")
    comes_back(alice, mailbox)
    assert state_of(alice) == "active"
    assert is_signed_in(alice)


def test_who_comes_back_has_no_name_of_facebooks_any_more(
    client: FlaskClient, facebook: State, alice: Person, mailbox: Mailbox
) -> None:
    """The page of the request said that the names are deleted, whatever becomes of the account."""
    alice.fills_in(name=ROBIN.name, given_name=ROBIN.first_name, family_name=ROBIN.last_name, nickname="Rob")
    has_no_password(alice)
    links(alice)
    tells(client, facebook, "deletion")
    comes_back(alice, mailbox)
    assert state_of(alice) == "active"
    with alice.server.app_context():
        assert json.loads(users.by_id(str(alice.user_id)).profile) == {"nickname": "Rob"}  # type: ignore[union-attr]


def test_an_account_on_hold_stays_on_hold(client: FlaskClient, facebook: State, alice: Person) -> None:
    has_no_password(alice)
    links(alice)
    alice.suspended()
    tells(client, facebook, "deletion")
    assert state_of(alice) == "suspended"
    assert rows(alice.server, "SELECT 1 FROM identities") == []


def test_an_account_that_is_going_already_goes_when_it_was_to(
    client: FlaskClient, facebook: State, alice: Person, clock: Clock, mailbox: Mailbox
) -> None:
    has_no_password(alice)
    links(alice)
    with alice.server.app_context(), base.unit_of_work():
        assert users.leave(str(alice.user_id), clock.now() + DAY, clock.now())
    told = tells(client, facebook, "deletion").json
    assert told is not None
    clock.moves(DAY)
    assert "Done, " in client.get(urlsplit(told["url"]).path).get_data(as_text=True)
    assert mailbox.kinds(alice.email) == []


class TestWhereMailedCodesSignIn:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"sign_in": settings.sign_in.model_copy(update={"mailed_code": True})})

    def test_facebook_is_nobodys_only_way_in(self, client: FlaskClient, facebook: State, alice: Person) -> None:
        has_no_password(alice)
        links(alice)
        tells(client, facebook, "deletion")
        assert state_of(alice) == "active"
