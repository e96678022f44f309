"""TLS of the listener for certificates: its files, and handshakes that ask for a certificate and take any (RFC 8705).

Python's own ssl refuses what it cannot verify, so self-signed certificates (§2.2) never arrive; OpenSSL itself leaves
the choice to a callback. That the client holds the key is proved in every handshake, whatever the callback says.
"""

import socket
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, cast
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from OpenSSL import SSL

from idp.settings.mtls import Mtls

SOON: Final = 14 * 86400
"""Seconds before the end of a certificate that are short to replace it."""
CIPHERS: Final = b"ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2; RFC 9325 §4.2 and FAPI 2.0 name no others. Those of 1.3 are all good."""


class Trouble(NamedTuple):
    """`is_acute`: the listener cannot start with it, or nobody who looks will trust it."""

    sentence: str
    is_acute: bool = True


class Peer(NamedTuple):
    """What a client showed: RFC 9440 text, "" for nothing; and whether `client_ca` vouches for it."""

    certificate: str
    is_verified: bool


class UnusableFiles(Exception):
    """The listener cannot start: a sentence for each reason."""


class Handshakes:
    """Makes the server's side of connections. Raises UnusableFiles."""

    def __init__(self, files: Mtls, now: int) -> None:
        self._verifies = bool(files.client_ca)
        try:
            self._context = _context(files)
        except (SSL.Error, OSError):
            sentences = [trouble.sentence for trouble in troubles(files, now)]
            raise UnusableFiles("; ".join(sentences) or "OpenSSL takes the files of [mtls] not") from None

    def connection(self) -> "Connection":
        """To be used in memory, without a socket."""
        return Connection(self._context, None)

    def peer(self, connection: "Connection") -> Peer:
        """Once its handshake is done."""
        shown = connection.get_peer_certificate(as_cryptography=True)
        if shown is None:
            return Peer("", is_verified=False)
        passed_on = f":{b64encode(shown.public_bytes(Encoding.DER)).decode()}:"
        return Peer(passed_on, is_verified=self._verifies and not connection.faults)


class Connection(SSL.Connection):
    """`faults` is what OpenSSL found wrong with the client's chain, by its numbers."""

    def __init__(self, context: SSL.Context, connected: socket.socket | None) -> None:
        super().__init__(context, connected)
        self.faults: list[int] = []


def troubles(files: Mtls, now: int) -> Iterator[Trouble]:
    """What is wrong with the files of [mtls], or soon will be."""
    try:
        chain = x509.load_pem_x509_certificates(Path(files.certificate).read_bytes())
    except (OSError, ValueError) as problem:
        yield Trouble(f"mtls.certificate: {_reason(problem, 'certificate')}")
    else:
        yield from _of_certificate(chain[0], files, now)
    if files.client_ca:
        try:
            x509.load_pem_x509_certificates(Path(files.client_ca).read_bytes())
        except (OSError, ValueError) as problem:
            yield Trouble(f"mtls.client_ca: {_reason(problem, 'certificate')}")


def _of_certificate(own: x509.Certificate, files: Mtls, now: int) -> Iterator[Trouble]:
    try:
        key = load_pem_private_key(Path(files.key).read_bytes(), None)
    except (OSError, ValueError, TypeError) as problem:
        yield Trouble(f"mtls.key: {_reason(problem, 'key without a password')}")
    else:
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if key.public_key().public_bytes(*form) != own.public_key().public_bytes(*form):
            yield Trouble("mtls.key is not the key of mtls.certificate, whose first certificate must be the listener's")
    until = int(own.not_valid_after_utc.timestamp())
    if until <= now:
        yield Trouble("mtls.certificate has expired: put a new one there, then reload")
    elif until - now < SOON:
        days = (until - now) // 86400
        yield Trouble(f"mtls.certificate expires in {days} days: put a new one there, then reload", is_acute=False)
    host = (urlsplit(files.address).hostname or "").strip("[]")
    if not any(_covers(name, host) for name in _names(own)):
        yield Trouble(f"mtls.certificate does not name {host}, the host of mtls.address", is_acute=False)


def _names(own: x509.Certificate) -> list[str]:
    try:
        names = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [
        *(name.lower() for name in names.get_values_for_type(x509.DNSName)),
        *(str(address) for address in names.get_values_for_type(x509.IPAddress)),
    ]


def _covers(name: str, host: str) -> bool:
    """RFC 9525 §6.3: `*` stands for one label, the leftmost."""
    return name == host or (name.startswith("*.") and name[2:] == host.partition(".")[2])


def _reason(problem: Exception, wanted: str) -> str:
    if isinstance(problem, OSError):
        return f"{problem.filename} cannot be read ({problem.strerror})"
    return f"the file holds no {wanted} in PEM"


def _context(files: Mtls) -> SSL.Context:
    """Sessions are not resumed: each connection shows its certificate, and is looked at, anew."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_cipher_list(CIPHERS)
    context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_TICKET)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.use_certificate_chain_file(files.certificate)
    context.use_privatekey_file(files.key)
    context.check_privatekey()
    if files.client_ca:
        context.load_verify_locations(files.client_ca)
    context.set_verify(SSL.VERIFY_PEER, _take)
    return context


def _take(connection: SSL.Connection, _certificate: object, fault: int, _depth: int, is_good: int) -> bool:
    """No authorities are named to the client, and any certificate is taken: what was wrong is asked for later."""
    if not is_good:
        cast("Connection", connection).faults.append(fault)
    return True
