"""The people of the stories: each has an address, a password, a browser with its cookies, and a mailbox."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask
from sqlalchemy import text

from idp import clock
from idp.store import agreements, base, credentials, emails, users
from tests.web_browser import Browser, Page

ALICE = "Alice Example", "alice@example.org", "Correct-horse-7-battery"
BOB = "Bob Example", "bob@example.org", "Another-staple-8-stable"

JANE = "Jane Example", "jane@example.org", "Violet-kettle-42"


@dataclass
class Person:
    """`user_id` is None until there is an account; `browser` is the one they use just now."""

    name: str
    email: str
    password: str = field(repr=False)
    server: Flask
    browser: Browser
    user_id: str | None = None

    @classmethod
    def of(cls, words: tuple[str, str, str], server: Flask) -> "Person":
        return cls(*words, server, Browser(server))

    def with_account(self, **profile: Any) -> "Person":
        """They signed up and confirmed some time ago; `profile` holds claims of OpenID Connect Core §5.1."""
        now = clock.now()
        hasher = self.server.extensions["portico"].hasher
        with self.server.app_context(), base.unit_of_work():
            self.user_id = users.add("en", now)
            assert emails.prove(self.email.casefold(), self.email, self.user_id, now, "link")
            credentials.set_password(self.user_id, hasher.hash(self.password), now)
            self._agrees(now)
        self.fills_in(**profile)
        return self

    def _agrees(self, now: int) -> None:
        """To what was in force then."""
        brand = self.server.extensions["portico"].settings.brand
        for document, version in ((agreements.TERMS, brand.terms_version), (agreements.PRIVACY, brand.privacy_version)):
            agreements.record(
                str(self.user_id), document, version, now, accepted=True, locale="en", network="192.0.2.1"
            )

    def fills_in(self, **profile: Any) -> None:
        """Claims about them beside their name (OpenID Connect Core §5.1)."""
        filled_in = json.dumps({"name": self.name, **profile})
        statement = text("UPDATE users SET profile = :profile WHERE id = :id")
        with self.server.app_context(), base.unit_of_work():
            base.db.session.execute(statement, {"profile": filled_in, "id": self.user_id})

    def reads(self, locale: str) -> "Person":
        """Their language, as they chose it in their profile."""
        statement = text("UPDATE users SET locale = :locale WHERE id = :id")
        with self.server.app_context(), base.unit_of_work():
            base.db.session.execute(statement, {"locale": locale, "id": self.user_id})
        return self

    def elsewhere(self) -> "Person":
        """The same person at another browser, on another network."""
        return replace(self, browser=Browser(self.server, address="198.51.100.77"))

    def signs_out(self) -> None:
        page = self.browser.open("/signout")
        assert isinstance(page, Page)
        self.browser.submit(page, "Sign out")

    def suspended(self) -> None:
        with self.server.app_context(), base.unit_of_work():
            assert users.become(str(self.user_id), users.SUSPENDED, clock.now())
