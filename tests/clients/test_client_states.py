"""`idp clients suspend, resume, review, owners, remove`: what the operator decides about apps of people."""

import json

import pytest
from flask import Flask

from idp import clock
from idp.protocol.client_metadata import ClientMetadata
from idp.settings.load import Settings
from idp.store import app_invitations, app_owners, clients
from idp.store.app_invitations import Invitation
from idp.store.base import unit_of_work
from idp.store.clients import Client
from tests.clients.test_clients_command import Idp, house, idp  # noqa: F401 (fixtures)
from tests.mailbox import Mailbox
from tests.people import Person

METADATA = ClientMetadata.register(
    {"client_name": "Photo Box", "redirect_uris": ["https://a.example/"], "reviewed": False}
)


def stored(app: Flask, client_id: str = "box") -> Client | None:
    with app.app_context(), unit_of_work():
        return clients.stored(client_id, clock.now())


@pytest.fixture
def box(app: Flask, alice: Person) -> Client:
    client = Client("box", METADATA, "console")
    with app.app_context(), unit_of_work():
        assert clients.added(client, clock.now())
        assert app_owners.add("box", str(alice.user_id), clock.now())
    return client


def test_suspended_with_a_reason_and_back_again(
    app: Flask,
    box: Client,
    idp: Idp,  # noqa: F811
    alice: Person,
    mailbox: Mailbox,
) -> None:
    assert idp("suspend", "box", "--reason", "It asked\nfor passwords")[0] == 0
    assert stored(app).state == "suspended"  # type: ignore[union-attr]
    shown = json.loads(idp("show", "box")[1])
    assert (shown["hold_reason"], shown["owners"]) == ("It asked for passwords", [alice.email])
    assert "It asked for passwords" in str(mailbox.newest(alice.email, "app_suspended").letter.paragraphs)
    assert idp("suspend", "box")[0] == 1
    assert idp("resume", "box")[0] == 0
    assert stored(app).state == "active"  # type: ignore[union-attr]
    assert idp("resume", "box")[0] == 1


def test_owners_read_it_too_where_the_file_of_their_app_is_gone(
    app: Flask,
    box: Client,
    idp: Idp,  # noqa: F811
    house: Settings,  # noqa: F811
    alice: Person,
    mailbox: Mailbox,
) -> None:
    assert idp("export", "box")[0] == 0
    (house.clients.directory / "box" / "client.toml").unlink()
    for _ in range(2):
        assert idp("apply")[0] == 0
    assert stored(app).state == "suspended"  # type: ignore[union-attr]
    assert mailbox.kinds(alice.email) == ["app_suspended"]


def test_reviewed_and_not(app: Flask, box: Client, idp: Idp) -> None:  # noqa: F811
    assert idp("review", "box")[0] == 0
    assert stored(app).metadata.reviewed  # type: ignore[union-attr]
    assert idp("review", "box", "--undo")[0] == 0
    assert not stored(app).metadata.reviewed  # type: ignore[union-attr]


def test_owners_are_listed_added_and_removed(box: Client, idp: Idp, alice: Person, bob: Person) -> None:  # noqa: F811
    code, said, _ = idp("owners", "box", "--add", "Bob@example.org")
    assert code == 0
    assert set(said.splitlines()) == {f"{alice.user_id}  {alice.email}", f"{bob.user_id}  {bob.email}"}
    assert idp("owners", "box", "--remove", alice.email)[1].splitlines() == [f"{bob.user_id}  {bob.email}"]
    assert idp("owners", "box", "--add", "nobody@example.org")[0] == 1
    assert idp("owners", "box", "--add", "nobody")[0] == 1


def test_whoever_the_operator_removes_lets_nobody_in_and_all_of_them_read_so(
    app: Flask,
    box: Client,
    idp: Idp,  # noqa: F811
    alice: Person,
    bob: Person,
    mailbox: Mailbox,
) -> None:
    now = clock.now()
    eve = "eve@example.org"
    invitation = Invitation("i" * 22, "box", str(alice.user_id), eve, eve, False, now, now + 60)
    with app.app_context(), unit_of_work():
        app_invitations.open(invitation)
    idp("owners", "box", "--add", bob.email)
    for person in (alice, bob):
        assert "from now on" in str(mailbox.newest(person.email).letter.paragraphs)
    idp("owners", "box", "--remove", alice.email)
    with app.app_context(), unit_of_work():
        assert app_invitations.to(eve, now) == ()
    for person in (alice, bob):
        assert "any more" in str(mailbox.newest(person.email).letter.paragraphs)
    assert mailbox.kinds(alice.email) == mailbox.kinds(bob.email) == ["app_owners_changed"] * 2
    assert idp("owners", "box")[0] == 0
    assert mailbox.kinds(bob.email) == ["app_owners_changed"] * 2, "nobody hears of a look"


def test_removed_for_good(app: Flask, box: Client, idp: Idp) -> None:  # noqa: F811
    assert idp("remove", "box")[0] == 0
    assert stored(app) is None
    assert idp("remove", "box")[0] == 1


def test_what_a_file_says_is_not_undone_beside_it(app: Flask, idp: Idp) -> None:  # noqa: F811
    with app.app_context(), unit_of_work():
        assert clients.added(Client("filed", METADATA, "file"), clock.now())
    for action in ("suspend", "resume", "review", "remove"):
        code, _, complained = idp(action, "filed")
        assert code == 1
        assert "declared in a file" in complained
    assert stored(app, "filed").state == "active"  # type: ignore[union-attr]
