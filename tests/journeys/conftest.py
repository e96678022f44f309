"""What the stories of people need beside an app and its people: somebody new, and the mails that were promised."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import text

from idp.mail import outbox
from idp.mail.letter import Letter
from idp.store import base
from tests.people import Person
from tests.web_browser import Arrival, Browser, Page

JANE = "Jane Example", "jane@example.org", "Violet-kettle-42"


@dataclass(frozen=True)
class Mail:
    """One mail as its reader sees it."""

    kind: str
    letter: Letter

    @property
    def link(self) -> str:
        """Where its button leads."""
        return next(part.url for part in self._parts() if part.look == "button")

    @property
    def links(self) -> list[str]:
        return [part.url for part in self._parts() if part.url]

    @property
    def code(self) -> str:
        return next(part.text for part in self._parts() if part.look == "code")

    def _parts(self) -> Iterator:  # type: ignore[type-arg]
        return (part for lines in self.letter.paragraphs for line in lines for part in line.parts.values())


@dataclass(frozen=True)
class Mailbox:
    """All mails that commits have promised, in the order they were; pretended ones are not among them."""

    server: Flask

    def all(self, address: str = "") -> list[Mail]:
        sealer = self.server.extensions["portico"].sealer
        newest_last = text("SELECT kind, sealed FROM outbox WHERE kind <> 'nothing' ORDER BY created_at, ctid")
        if self._is_sqlite():
            newest_last = text("SELECT kind, sealed FROM outbox WHERE kind <> 'nothing' ORDER BY created_at, rowid")
        with self.server.app_context():
            rows = base.db.session.execute(newest_last).all()
        mails = [Mail(row.kind, outbox.read(row.sealed, sealer)) for row in rows]
        return [mail for mail in mails if address in ("", mail.letter.to)]

    def newest(self, address: str = "", kind: str = "") -> Mail:
        found = [mail for mail in self.all(address) if kind in ("", mail.kind)]
        assert found, f"no such mail: {[(mail.kind, mail.letter.to) for mail in self.all()]}"
        return found[-1]

    def kinds(self, address: str = "") -> list[str]:
        return [mail.kind for mail in self.all(address)]

    def rows(self) -> int:
        """Pretended ones too."""
        with self.server.app_context():
            return int(base.db.session.execute(text("SELECT count(*) FROM outbox")).scalar_one())

    def _is_sqlite(self) -> bool:
        with self.server.app_context():
            return base.db.engine.dialect.name == "sqlite"


@pytest.fixture
def mailbox(app: Flask) -> Mailbox:
    return Mailbox(app)


@pytest.fixture
def jane(app: Flask) -> Person:
    """Somebody who has no account yet."""
    return Person.of(JANE, app)


def shown(at: Page | Arrival | None) -> Page:
    """The person is on a page of ours, not back at the app."""
    assert isinstance(at, Page), f"already at {at}"
    return at


def fill_in_sign_up(browser: Browser, page: Page, address: str, chosen: str, **more: str) -> Page | Arrival:
    """The sign-up form as most people send it; `more` says what is different."""
    form = page.form("new_password")
    typed = {"email": address, "new_password": chosen, "confirm_password": chosen}
    return browser.submit(page, form=form, **{**typed, "terms": form.boxes["terms"][0], **more})


def signs_up(person: Person, at: Page | Arrival | None = None, **more: str) -> Page:
    """From the sign-up page to "Check your email"."""
    page = shown(at or person.browser.open("/signup"))
    return shown(fill_in_sign_up(person.browser, page, person.email, person.password, **more))


def signs_in(person: Person, browser: Browser | None = None, *, password: str = "", remember: str = "") -> Page:
    """On a direct visit, in this browser or another one."""
    browser = browser or person.browser
    page = shown(browser.open("/signin"))
    typed = {"email": person.email, "password": password or person.password}
    ticked = {"remember": remember} if remember else {}
    return shown(browser.submit(page, form=page.form("password"), **typed, **ticked))


def sub_of(app: Flask, address: str) -> str | None:
    """The account behind an address."""
    with app.app_context():
        found = base.db.session.execute(text("SELECT user_id FROM emails WHERE lookup = :lookup"), {"lookup": address})
        return found.scalar_one_or_none()


def words_of(page: Page) -> str:
    """What a person reads, without what differs by chance (references, tokens, the typed address)."""
    return re.sub(r"\S+@\S+", "ADDRESS", page.text)
