"""People who came by Facebook, what Facebook posts about them, and what became of it here."""

from collections import Counter
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from idp import clock, sessions
from idp.emulators.facebook import callbacks
from idp.emulators.facebook.state import State
from idp.protocol.proof import Proof
from idp.sessions import Visit
from idp.settings import upstreams
from idp.store import audit, base, identities, users
from idp.store.base import new_id
from idp.store.identities import Link
from idp.upstream.facebook import PROVIDER
from tests.emulators.facebook import APP_ID, ROBIN, SECRET
from tests.people import Person
from tests.web_browser import Page

DAY = 86400
FACEBOOK = upstreams.Facebook(preset="facebook", client_id=APP_ID, client_secret=SECRET)


def links(person: Person, subject: str = ROBIN.user_id, *, app_id: str = APP_ID, upstream: str = "facebook") -> Link:
    """Some time ago they connected Facebook to their account."""
    now = clock.now()
    link = Link(new_id(), str(person.user_id), upstream, PROVIDER, app_id, subject, ROBIN.name, now, now)
    with person.server.app_context(), base.unit_of_work():
        assert identities.add(link)
    return link


def comes_by(person: Person, link: Link) -> None:
    """Their browser's session is one that was begun with this link."""
    lifetimes = person.server.extensions["portico"].settings.session
    proof = Proof("fed", identity_id=link.id)
    with person.server.app_context(), base.unit_of_work():
        started = sessions.start(
            str(person.user_id), clock.now(), Visit("Firefox", "192.0.2.10"), lifetimes, proof=proof
        )
    person.browser.client.set_cookie("portico_session", started.cookie_value, domain="127.0.0.1")


def has_no_password(person: Person) -> None:
    with person.server.app_context(), base.unit_of_work():
        base.db.session.execute(text("DELETE FROM credentials WHERE user_id = :id"), {"id": person.user_id})


def rows(app: Flask, statement: str) -> list[Any]:
    with app.app_context():
        found = base.db.session.execute(text(statement)).all()
        base.db.session.remove()
    return list(found)


def events(person: Person) -> Counter[str]:
    with person.server.app_context():
        return Counter(audit.events_of(str(person.user_id), 50))


def state_of(person: Person) -> str:
    with person.server.app_context():
        account = users.by_id(str(person.user_id))
        assert account is not None
        return account.state


def posts(client: FlaskClient, kind: str, signed: str, name: str = "facebook") -> TestResponse:
    return client.post(f"/login/{name}/{kind}", data={"signed_request": signed})


def tells(client: FlaskClient, facebook: State, kind: str, subject: str = ROBIN.user_id) -> TestResponse:
    answer = posts(client, kind, callbacks.made(facebook, subject, "sound"))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer


def is_signed_in(person: Person) -> bool:
    page = person.browser.open("/account")
    assert isinstance(page, Page)
    return "/account" in page.url
