"""Mails of the development transport, as /dev/mail shows them: opened again, never sent."""

import re
from dataclasses import dataclass

from idp.mail.layout import as_html, as_text
from idp.mail.outbox import NOTHING, UnreadableLetter, read
from idp.settings.load import Settings
from idp.signing.sealing import Sealer
from idp.store import outbox
from idp.store.outbox import KeptMail

MOST = 100
ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class ShownMail:
    """`at` is when it was written, in seconds since the epoch."""

    id: str
    kind: str
    at: int
    to: str
    locale: str
    subject: str
    text: str
    html: str


def inbox(settings: Settings, sealer: Sealer) -> tuple[ShownMail, ...]:
    """The newest mails first, whether or not a deliverer has seen them."""
    return tuple(shown for mail in outbox.kept(MOST) if (shown := _shown(mail, settings, sealer)))


def find(mail_id: str, settings: Settings, sealer: Sealer) -> ShownMail | None:
    """`mail_id` as somebody typed it; None for what is no id too (PostgreSQL takes no NUL, say)."""
    mail = outbox.find_kept(mail_id) if ID.fullmatch(mail_id) else None
    return _shown(mail, settings, sealer) if mail else None


def _shown(mail: KeptMail, settings: Settings, sealer: Sealer) -> ShownMail | None:
    """None where nothing is to be read: a mail that was only pretended, or keys/ that changed since."""
    if mail.kind == NOTHING:
        return None
    try:
        letter = read(mail.sealed, sealer)
    except UnreadableLetter:
        return None
    return ShownMail(
        id=mail.id,
        kind=mail.kind,
        at=mail.created_at,
        to=letter.to,
        locale=letter.locale,
        subject=letter.subject,
        text=as_text(letter, settings),
        html=as_html(letter, settings),
    )
