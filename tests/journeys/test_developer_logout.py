"""What an app's owner reads of the notices that went to it (Back-Channel Logout 1.0 §2.8)."""

from collections.abc import Iterator

import pytest
from flask import Flask

from idp import clock as clocks
from idp.issuance import logout_delivery
from idp.outside import addresses, fetch
from idp.settings.developers import Developers
from idp.settings.load import Settings
from idp.store import app_owners, base
from tests.clocks import Clock
from tests.emulators.logout_receiver import LogoutReceiver
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens
from tests.signing_up import shown, signs_in
from tests.web_browser import Page

HERE = fetch.guarded(addresses.THIS_MACHINE)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"developers": Developers(who="everyone")})


@pytest.fixture
def receiver() -> Iterator[LogoutReceiver]:
    with LogoutReceiver.listening() as listening:
        yield listening


@pytest.fixture
def box(app: Flask, receiver: LogoutReceiver, bob: Person) -> RelyingApp:
    """An app of bob's."""
    registered = RelyingApp.registered(
        app,
        "box",
        backchannel_logout_uri=receiver.uri,
        frontchannel_logout_uri="https://photobox.example/out",
    )
    with app.app_context(), base.unit_of_work():
        assert app_owners.add("box", str(bob.user_id), clocks.now())
    return registered


@pytest.fixture
def tokens(box: RelyingApp, alice: Person) -> Tokens:
    return box.asks().seen_by(alice).signs_in().allows().redeems()


def delivers(app: Flask) -> None:
    with app.app_context():
        list(logout_delivery.attempts(app.extensions["portico"].mint, HERE, clocks.now))


def log_of(person: Person, client_id: str = "box") -> Page:
    return shown(person.browser.open(f"/developers/{client_id}/logout"))


@pytest.mark.section("OpenID Connect Back-Channel Logout 1.0 §2.8")
def test_the_owner_reads_what_became_of_each_notice(
    app: Flask, tokens: Tokens, alice: Person, bob: Person, receiver: LogoutReceiver, clock: Clock
) -> None:
    signs_in(bob)
    assert "Nothing was sent in the last 7 days." in log_of(bob).text
    alice.signs_out()
    assert "not tried yet" in log_of(bob).text
    receiver.answers, receiver.body = [400], b'{"error": "invalid_request", "error_description": "no such sid"}'
    delivers(app)
    page = log_of(bob)
    for said in (
        "Waiting HTTP 400",
        f"session {tokens.claims['sid']}",
        "1 try, the last",
        "it answered 400: invalid_request: no such sid",
        "next try",
        receiver.uri,
        "https://photobox.example/out",
    ):
        assert said in page.text, said
    clock.moves(5)
    delivers(app)
    page = log_of(bob)
    assert "Heard HTTP 200" in page.text
    assert "2 tries, the last" in page.text
    assert "next try" not in page.text


def test_nothing_in_it_says_who_signed_out(app: Flask, tokens: Tokens, alice: Person, bob: Person) -> None:
    alice.signs_out()
    delivers(app)
    signs_in(bob)
    page = log_of(bob)
    assert "Heard" in page.text
    for told in (alice.email, alice.name, str(alice.user_id)):
        assert told not in page.html


def test_it_is_for_owners_alone(app: Flask, box: RelyingApp, alice: Person, bob: Person) -> None:
    assert log_of(bob).heading.startswith("Sign in")
    signs_in(alice)
    assert log_of(alice).status == 404
    signs_in(bob)
    assert log_of(bob).status == 200
    assert log_of(bob, "nobody-s").status == 404


def test_an_app_without_addresses_is_told_what_it_misses(app: Flask, box: RelyingApp, bob: Person) -> None:
    box.changed(backchannel_logout_uri="", frontchannel_logout_uri="")
    signs_in(bob)
    page = log_of(bob)
    assert "your server hears nothing of sign-outs" in page.text
    assert "No address is registered (frontchannel_logout_uri)." in page.text
    assert page.read.links["Set it under Advanced"].endswith("/advanced#frontchannel-logout-uri")
