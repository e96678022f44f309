"""The mails that commits have promised, as their readers see them."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import text

from idp.mail import outbox
from idp.mail.letter import Letter
from idp.store import base


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
