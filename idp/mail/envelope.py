"""A letter as the message that travels: headers, then text and HTML side by side (RFC 2046 §5.1.4)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

import idna

from idp.mail.layout import as_html, as_text
from idp.mail.letter import Letter
from idp.settings.load import Settings


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is handed to the mail server: two addresses as servers route them, and the message in octets."""

    sender: str
    to: str
    message: bytes

    @property
    def needs_utf8(self) -> bool:
        """RFC 6531: only a mailbox whose own name is not ASCII needs it; a domain has an ASCII form."""
        return not self.to.isascii()


def pack(letter: Letter, settings: Settings, mail_id: str, at: int) -> Parcel:
    message = compose(letter, settings, mail_id, at)
    return Parcel(settings.mail.sender, route_to(letter.to), message.as_bytes())


def compose(letter: Letter, settings: Settings, mail_id: str, at: int) -> EmailMessage:
    """Message-ID comes of `mail_id` and Date of `at` (seconds), alike at every try: a second copy is known as one.

    RFC 3834 §5: Auto-Submitted keeps vacation programs from answering.
    """
    to = route_to(letter.to)
    message = EmailMessage(policy=policy.SMTP if to.isascii() else policy.SMTPUTF8)
    message["From"] = Address(one_line(settings.brand.name), addr_spec=settings.mail.sender)
    message["To"] = Address(username=to.rpartition("@")[0], domain=to.rpartition("@")[2])
    answer_to = settings.mail.reply_to or settings.brand.support_email
    if answer_to:
        message["Reply-To"] = Address(addr_spec=answer_to)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = datetime.fromtimestamp(at, UTC)
    message["Message-ID"] = f"<{mail_id}@{settings.mail.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(as_text(letter, settings), cte="quoted-printable")
    message.add_alternative(as_html(letter, settings), subtype="html", cte="quoted-printable")
    message["Content-Language"] = letter.locale
    return message


def route_to(address: str) -> str:
    """The domain in its ASCII form (RFC 5891), the local part untouched."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain if domain.isascii() else idna.encode(domain).decode('ascii')}"


def one_line(text: str) -> str:
    """No control character reaches a header, a line end least of all (RFC 5322 §2.2)."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
