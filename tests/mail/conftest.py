"""A post office: the store, a sealer, a mail server that may fail, and time that moves when told."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import text

from idp.mail import delivery, outbox
from idp.mail.letter import Letter
from idp.settings.load import Settings
from idp.signing.sealing import Sealer
from idp.signing.wrapping import KeyFolder
from idp.store.base import db, unit_of_work
from tests import databases
from tests.emulators.mail_server import MailServer
from tests.mail.letters import NOW, confirm, settings


@dataclass
class PostOffice:
    """What a request does (`promises`), what the background does (`delivers`), and what lies in the outbox."""

    server: MailServer
    settings: Settings
    sealer: Sealer
    now: int = field(default=NOW)

    def promises(self, letter: Letter | None = None) -> str:
        with unit_of_work():
            return outbox.post(letter or confirm(), self.sealer, self.now)

    def delivers(self) -> int:
        return delivery.deliver(self.settings, self.sealer, lambda: self.now)

    def tries(self) -> list[delivery.Outcome]:
        return list(delivery.attempts(self.settings, self.sealer, lambda: self.now))

    def lying(self, mail_id: str) -> dict[str, object]:
        with db.engine.connect() as connection:
            row = connection.execute(text("SELECT * FROM outbox WHERE id = :id"), {"id": mail_id}).one()
        return dict(row._mapping)

    def wait_for_next_try(self, mail_id: str) -> int:
        """Move to when the mail is due again; how many seconds that was."""
        due = self.lying(mail_id)["next_try_at"]
        assert isinstance(due, int)
        waited, self.now = due - self.now, due
        return waited


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(KeyFolder.open(databases.key_folder()))


@pytest.fixture
def office(store: Flask, server: MailServer, sealer: Sealer) -> PostOffice:
    return PostOffice(server, settings(server, timeout=5), sealer)
