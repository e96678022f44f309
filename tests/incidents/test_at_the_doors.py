"""Flaws of others that no other test of ours is about."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from idp.store import base, users
from tests.mailbox import Mailbox
from tests.people import ALICE, Person
from tests.relying_app import RelyingApp
from tests.web_browser import Page


@contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """An address of the inside network, and everything anybody ever sent there."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def answer() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                received.append(connection.recv(4096))
                connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/inside", received
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.incident("CVE-2020-10770")
@pytest.mark.incident("CVE-2026-1180")
@pytest.mark.incident("CVE-2026-4874")
@pytest.mark.incident("CVE-2026-56739")
def test_no_address_of_a_request_is_ever_fetched(app: Flask, alice: Person, client: FlaskClient) -> None:
    with listening() as (inside, received):
        shop = RelyingApp.registered(app, "shop", logo_uri=inside, client_uri=inside, policy_uri=inside)
        assert shop.asks(request_uri=inside).seen_by(alice).error == "request_uri_not_supported"
        visit = shop.asks(claims_source=inside, jwks_uri=inside, registration_uri=inside).seen_by(alice)
        visit.signs_in().allows().redeems()
        client.get(f"/end_session?{urlencode({'post_logout_redirect_uri': inside, 'client_id': 'shop'})}")
        client.post("/token", data={"grant_type": inside, "client_assertion_type": inside, "client_id": "shop"})
        shop.posts_token({"grant_type": "refresh_token", "refresh_token": "x", "client_session_host": inside})
    assert received == []


def test_the_listener_hears() -> None:
    """Or the test above would show nothing."""
    with listening() as (inside, received):
        port = int(inside.split(":")[2].partition("/")[0])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            connection.recv(1)
    assert received


@pytest.mark.incident("CVE-2023-26481")
def test_a_reset_link_is_of_its_person_whoever_is_signed_in(
    app: Flask, shop: RelyingApp, alice: Person, bob: Person, mailbox: Mailbox
) -> None:
    """Bob is signed in and opens Alice's link: it is Alice's password that changes."""
    shop.asks().seen_by(bob).signs_in().allows()
    page = alice.browser.open("/forgot")
    assert isinstance(page, Page)
    alice.browser.submit(page, form=page.form("email"), email=alice.email)
    reset = bob.browser.open(mailbox.newest(alice.email).link)
    assert isinstance(reset, Page)
    chosen = "A-quite-new-Passw0rd"
    bob.browser.submit(reset, form=reset.form("new_password"), new_password=chosen, confirm_password=chosen)
    assert shop.asks().seen_by(bob.elsewhere()).signs_in().code
    fresh = shop.asks().seen_by(alice.elsewhere()).signs_in(chosen)
    assert fresh.allows().redeems().claims["sub"] == alice.user_id


@pytest.mark.incident("CVE-2025-65431")
def test_a_person_is_no_address(app: Flask, shop: RelyingApp, alice: Person) -> None:
    """The address may change, and may be somebody else's later: `sub` follows the person."""
    first = shop.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    moved = text("UPDATE emails SET address = :new, lookup = :new WHERE user_id = :id")
    with app.app_context(), base.unit_of_work():
        base.db.session.execute(moved, {"new": "alice@new.example.org", "id": alice.user_id})
    later = shop.asks("openid email", prompt="none").seen_by(alice).redeems()
    assert later.claims["sub"] == first.claims["sub"]
    assert later.claims["email"] == "alice@new.example.org"
    successor = Person.of(ALICE, app).with_account()
    tokens = shop.asks("openid email").seen_by(successor).signs_in().allows().redeems()
    assert tokens.claims["email"] == first.claims["email"]
    assert tokens.claims["sub"] != first.claims["sub"]


def test_a_person_who_was_deleted_does_not_come_back(app: Flask, shop: RelyingApp, alice: Person) -> None:
    """A new account of the same address is a new person, and old tokens are nobody's."""
    before = shop.asks().seen_by(alice).signs_in().allows().redeems()
    with app.app_context(), base.unit_of_work():
        assert users.remove(str(alice.user_id))
    assert before.asks_userinfo().status_code == 401
    assert before.tries_to_refresh().status_code == 400
    assert shop.asks(prompt="none").seen_by(alice).error == "login_required"
    again = Person.of(ALICE, app).with_account()
    assert shop.asks().seen_by(again).signs_in().allows().redeems().claims["sub"] != before.claims["sub"]


@pytest.mark.incident("CVE-2024-45042")
def test_an_assurance_nobody_reached_is_never_claimed(shop: RelyingApp, alice: Person) -> None:
    """Essential: refused, before and after sign-in. A wish: the token says what was really done."""
    gold = '{"id_token":{"acr":{"essential":true,"value":"gold"}}}'
    assert shop.asks(claims=gold).seen_by(alice).error == "unmet_authentication_requirements"
    tokens = shop.asks(acr_values="gold").seen_by(alice).signs_in().allows().redeems()
    assert tokens.claims["acr"] == "urn:portico:acr:1"
    assert tokens.claims["amr"] == ["pwd"]
    assert shop.asks(claims=gold, prompt="none").seen_by(alice).error == "unmet_authentication_requirements"


@pytest.mark.incident("GHSA-hp74-gm6m-2qm5")
def test_nothing_but_the_persons_own_password_confirms_who_it_is(shop: RelyingApp, alice: Person, bob: Person) -> None:
    """Other pages of the same request are no proof: choosing oneself, agreeing, somebody else's password."""
    shop.asks().seen_by(alice).signs_in().allows()
    visit = shop.asks(prompt="login").seen_by(alice)
    assert "/signin/again?" in visit.page.url
    again, waiting = visit.page.url, visit.page.url.partition("for=")[2]
    for page, press in ((f"/signin/choose?for={waiting}", alice.email), (f"/consent?for={waiting}", "decision=allow")):
        at = alice.browser.open(page)
        assert isinstance(at, Page)
        button = next(b for form in at.read.forms for b in form.buttons if press in b.text or b.answers_to(press))
        assert alice.browser.submit(at, button.says).url == again
    assert visit.signs_in(bob.password).page.status == 422
    assert alice.browser.open(f"/authorize/{waiting}").url == again
    visit.at = alice.browser.open(again)
    assert visit.signs_in().code


@contextmanager
def nobody_writes_yet(app: Flask) -> Iterator[None]:
    """Whoever wants to change a grant waits until the end; reading goes on."""
    with app.app_context(), base.db.engine.connect() as connection:
        connection.execute(text("UPDATE grants SET generation = generation"))
        yield
        connection.rollback()


@pytest.mark.incident("CVE-2026-1035")
def test_a_refresh_token_that_many_read_before_anybody_wrote_is_followed_once(
    app: Flask, shop: RelyingApp, alice: Person
) -> None:
    """Check, then act, is what makes a race: here all have checked before the first may act."""
    tokens = shop.asks("openid offline_access").seen_by(alice).signs_in().allows().redeems()
    with ThreadPoolExecutor(4) as pool:
        with nobody_writes_yet(app):
            answers = [pool.submit(tokens.tries_to_refresh) for _ in range(4)]
            wait(answers, timeout=1)  # they cannot end, but by then they have read
        assert {answer.result().status_code for answer in answers} == {200}
    with app.app_context():
        assert base.db.session.execute(text("SELECT generation, revoked_at FROM grants")).all() == [(1, None)]
        base.db.session.remove()
