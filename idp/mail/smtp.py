"""The way out: one connection to the mail server, and what its answers mean for the mail (RFC 5321)."""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from time import monotonic
from typing import Protocol
from urllib.parse import urlsplit

from idp.mail.envelope import Parcel
from idp.settings.load import Settings
from idp.settings.sections import Mail

PATIENCE = 3  # the whole way of one mail may take this many times what one answer may
ENHANCED_CODE = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")
DONE, FORWARDED, CLOSING = 250, 251, 421
ABOUT_US = frozenset({503, 530, 534, 535, 538})  # bad sequence, authentication: somebody mends the settings


class Undelivered(Exception):
    """The server did not take the mail. `reason` names step and code, never an address or the server's words."""

    def __init__(self, reason: str, *, permanent: bool = False, server_is_well: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.server_is_well = server_is_well


class Carrier(Protocol):
    """Takes parcels away. `keeps` says that they stay readable here instead (development)."""

    keeps: bool

    def carry(self, parcel: Parcel) -> None:
        """Returns when the server has taken over responsibility (RFC 5321 §6.1); else raises Undelivered."""

    def greet(self) -> None:
        """All that comes before a mail, and no mail; raises Undelivered where that fails."""

    def close(self) -> None: ...


class Development:
    """Sends nothing: the mail stays in the outbox, where /dev/mail shows it."""

    keeps = True

    def carry(self, parcel: Parcel) -> None:
        """Nothing to do: keeping is what the outbox does anyway."""

    def greet(self) -> None:
        """Nobody is there to be greeted."""

    def close(self) -> None:
        """Nothing is open."""


def carrier(settings: Settings) -> Carrier:
    if settings.mail.transport == "development":
        return Development()
    return MailServer(settings.mail, greeting_name(settings.server.issuer))


def longest_way(settings: Mail) -> int:
    """Seconds after which a mail is certainly not on its way any more."""
    return PATIENCE * settings.timeout


class MailServer:
    """Connects for the first parcel, uses the connection for the next ones, and never waits without end."""

    keeps = False

    def __init__(self, settings: Mail, greeting: str) -> None:
        self._settings = settings
        self._greeting = greeting
        self._client: smtplib.SMTP | None = None

    def carry(self, parcel: Parcel) -> None:
        ends_at = monotonic() + longest_way(self._settings)
        try:
            with self._cut_at(ends_at):
                client = self._connected()
                if monotonic() >= ends_at:  # a name server that slept, a process that was stopped
                    raise Undelivered("connect: too late")
                _hand_over(client, parcel, ends_at)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Undelivered(f"connection: {_name(error)}") from None

    def greet(self) -> None:
        try:
            with self._cut_at(monotonic() + longest_way(self._settings)):
                self._connected()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Undelivered(f"connection: {_name(error)}") from None

    def close(self) -> None:
        if self._client is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._client.quit()
        self._drop()

    def _connected(self) -> smtplib.SMTP:
        """The open connection if it still answers, else a new one."""
        if self._client is not None:
            with suppress(smtplib.SMTPException, OSError):
                if self._client.rset()[0] == DONE:
                    return self._client
            self._drop()
        client = self._client = self._reached()
        client.ehlo_or_helo_if_needed()
        if self._settings.security == "starttls":  # raises where it is not offered: never in the clear instead
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
        if self._settings.username:
            client.login(self._settings.username, self._settings.password.get_secret_value())
        return client

    def _reached(self) -> smtplib.SMTP:
        host, port, timeout = self._settings.host, self._settings.port, self._settings.timeout
        if self._settings.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, self._greeting, timeout=timeout, context=context)
        return smtplib.SMTP(host, port, self._greeting, timeout=timeout)

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    @contextmanager
    def _cut_at(self, ends_at: float) -> Iterator[None]:
        """A server that answers one octet at a time keeps every single wait short; this ends them all."""
        timer = Timer(ends_at - monotonic(), self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        connection = self._client.sock if self._client is not None else None
        if connection is not None:
            with suppress(OSError):  # the plain socket's own method: TLS has its state in the other thread
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


def greeting_name(issuer: str) -> str:
    """What we call ourselves in EHLO (RFC 5321 §4.1.1.1), without asking a name server."""
    host = urlsplit(issuer).hostname or "localhost"
    if ":" in host:
        return f"[IPv6:{host}]"
    return f"[{host}]" if host.replace(".", "").isdigit() else host


def _hand_over(client: smtplib.SMTP, parcel: Parcel, ends_at: float) -> None:
    """RFC 5321 §3.3: MAIL, RCPT, DATA."""
    _wait_at_most(client, client.timeout)
    options: list[str] = []
    if parcel.needs_utf8:
        if not client.has_extn("smtputf8"):
            raise Undelivered("MAIL: SMTPUTF8 is not offered", permanent=True, server_is_well=True)
        options = ["SMTPUTF8", "BODY=8BITMIME"]
    _answered("MAIL", client.mail(parcel.sender, options), may_be_final=False)
    _answered("RCPT", client.rcpt(parcel.to))
    _wait_at_most(client, ends_at - monotonic())  # RFC 5321 §4.5.3.2.6: who hangs up early makes duplicates
    try:
        _answered("DATA", client.data(parcel.message))
    except smtplib.SMTPDataError as refused:
        _answered("DATA", (refused.smtp_code, refused.smtp_error))


def _wait_at_most(client: smtplib.SMTP, seconds: float) -> None:
    if client.sock is not None:
        client.sock.settimeout(max(seconds, 0.001))


def _answered(step: str, answer: tuple[int, bytes | str], *, may_be_final: bool = True) -> None:
    """RFC 5321 §4.3.2: 250 is done, 4xx later, 5xx never; but a 5xx about us and not about the mail is mended."""
    code, words = answer
    if code in (DONE, FORWARDED):
        return
    found = ENHANCED_CODE.match(words if isinstance(words, bytes) else words.encode("ascii", "replace"))
    enhanced = found[0].decode("ascii") if found else ""
    about_us = code in ABOUT_US or enhanced.startswith("5.7.") or not may_be_final
    raise Undelivered(
        f"{step}: {code} {enhanced}".strip(),
        permanent=500 <= code < 600 and not about_us,
        server_is_well=may_be_final and code != CLOSING and code not in ABOUT_US,
    )


def _name(error: Exception) -> str:
    """The kind of fault and the server's code; its words may hold an address or a password."""
    code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else ""
    return f"{type(error).__name__} {code}".strip()
