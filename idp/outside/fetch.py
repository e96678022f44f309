"""The one way out. Whoever fetches goes through here: bounded in time and size, to an address that was looked at.

`guarded` is for addresses that somebody else chose, `trusting` for those that stand in the configuration.
"""

import http.client
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from socket import SHUT_RDWR, socket
from threading import Event, Thread
from typing import Final, Literal, Self
from urllib.parse import urljoin

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from idp.outside import addresses
from idp.outside.addresses import BadAddress, NotFound, Policy, Resolver, Target

Method = Literal["GET", "POST"]
USER_AGENT: Final = "Portico"
MOST_REDIRECTS: Final = 3
MOST_ADDRESSES: Final = 4
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
OURS: Final = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Connection": "close"}
NOTHING_READ: Final = (OSError, HTTPError, http.client.HTTPException, ValueError)
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = frozenset({"application/json"})


class NotFetched(Exception):
    """Nothing was fetched; the sentence is for the log. Addresses stand in it, what was sent and answered does not.

    `refused`: we would not ask, or would not read what came. Otherwise nobody answered, in time or at all.
    """

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Bounds:
    """`seconds` for everything together, `octets` of the body, which `media_types` are read (none: any) and how many
    redirects are followed (at most MOST_REDIRECTS, GET only).
    """

    seconds: float = 10
    octets: int = 256 * 1024
    media_types: frozenset[str] = frozenset()
    redirects: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `headers` have lower-case names; `media_type` is without parameters, in lower case."""

    status: int
    media_type: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


USUAL: Final = Bounds()


class Fetcher:
    """Asks once per call: no cookies, no proxy, no credentials of the environment, no compressed bodies.

    Shared by the threads of a process; keeps nothing but the certificate authorities it believes.
    """

    def __init__(
        self, policy: Policy, *, resolve: Resolver = addresses.resolved, tls: ssl.SSLContext | None = None
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._tls = tls

    def get(self, url: str, bounds: Bounds = USUAL, headers: Mapping[str, str] | None = None) -> Fetched:
        """The answer to a GET, whatever its status. Raises NotFetched."""
        return self.send("GET", url, b"", headers or {}, bounds)

    def post(self, url: str, body: bytes, bounds: Bounds = USUAL, headers: Mapping[str, str] | None = None) -> Fetched:
        """The answer to a POST of this body, a form unless `headers` say otherwise. Raises NotFetched."""
        return self.send("POST", url, body, {"Content-Type": FORM, **(headers or {})}, bounds)

    def send(self, method: Method, url: str, body: bytes, headers: Mapping[str, str], bounds: Bounds) -> Fetched:
        """The answer to exactly this request. Raises NotFetched."""
        until = time.monotonic() + bounds.seconds
        for _ in range(1 + min(bounds.redirects, MOST_REDIRECTS)):
            target = self._find(url, until - time.monotonic())
            answer = self._asked(method, target, body, headers, bounds, until)
            if answer.status not in REDIRECTS:
                return _readable(answer, bounds)
            url = _onward(url, answer, method)
        raise NotFetched("it redirects, and is not followed", refused=True)

    def _find(self, url: str, within: float) -> Target:
        try:
            return addresses.find(url, self._policy, self._resolve, within)
        except BadAddress as problem:
            raise NotFetched(f"{_shown(url)}: {problem}", refused=not isinstance(problem, NotFound)) from None

    def _asked(
        self, method: Method, target: Target, body: bytes, headers: Mapping[str, str], bounds: Bounds, until: float
    ) -> Fetched:
        sent = {**headers, **OURS, "Host": target.authority}
        with self._connected(target, until) as line:
            try:
                line.connection.request(
                    method, target.path, body or None, sent, preload_content=False, decode_content=False
                )
                with closing(line.connection.getresponse()) as response:
                    return _answer(response, bounds.octets)
            except NOTHING_READ as error:
                reason = "it took too long" if line.cut else f"it broke off ({type(error).__name__})"
                raise NotFetched(f"{target.authority}: {reason}") from None
            finally:
                if line.cut:  # also when what came looks whole: a body without a length ends where we cut it
                    raise NotFetched(f"{target.authority}: it took too long")

    @contextmanager
    def _connected(self, target: Target, until: float) -> Iterator["_Line"]:
        """A connection to one of the addresses that were looked at, the first that answers."""
        reason = "it took too long"
        for address in target.addresses[:MOST_ADDRESSES]:
            left = until - time.monotonic()
            if left <= 0:
                break
            with _Line(self._connection(target, address, left), until) as line:
                try:
                    line.connect()
                except NOTHING_READ as error:
                    reason = "it took too long" if line.cut else f"it cannot be reached ({type(error).__name__})"
                    continue
                yield line
                return
        raise NotFetched(f"{target.authority}: {reason}")

    def _connection(self, target: Target, address: str, left: float) -> HTTPConnection:
        """Pinned: the socket goes to the address, the certificate has to be the name's."""
        if target.scheme == "http":
            return HTTPConnection(address, target.port, timeout=left)
        return HTTPSConnection(
            address, target.port, timeout=left, ssl_context=self._tls or _believed(), server_hostname=target.name
        )


class _Line:
    """A connection that is cut when its time is up, whatever it is waiting for: one slow octet after the other never
    makes a single wait long.
    """

    def __init__(self, connection: HTTPConnection, until: float) -> None:
        self.connection = connection
        self.cut = False
        self._until = until
        self._socket: socket | None = None
        self._over = Event()
        self._watch = Thread(target=self._cut_in_time, daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()
        self.connection.close()

    def connect(self) -> None:
        self.connection.connect()
        self._socket = self.connection.sock  # an answer that ends with the connection takes it along

    def _cut_in_time(self) -> None:
        while not self._over.wait(max(self._until - time.monotonic(), 0.05)):
            self.cut = True
            line = self._socket or self.connection.sock
            if line is not None:
                try:
                    socket.shutdown(line, SHUT_RDWR)  # of the socket, whatever TLS makes of it
                except OSError:
                    continue  # it closed by itself


def guarded(policy: Policy = addresses.PUBLIC) -> Fetcher:
    """For addresses that somebody else chose."""
    return Fetcher(policy)


def trusting() -> Fetcher:
    """For addresses that the operator wrote down, and no others."""
    return Fetcher(addresses.OPERATORS)


@cache
def _believed() -> ssl.SSLContext:
    """The authorities of this machine (SSL_CERT_FILE names others) and those that Mozilla believes: read once."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _answer(response: BaseHTTPResponse, most: int) -> Fetched:
    headers = {name.lower(): value for name, value in response.headers.items()}
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise NotFetched("it is compressed, which nobody asked for", refused=True)
    body = b""
    while piece := response.read(most + 1 - len(body), decode_content=False):
        body += piece
        if len(body) > most:
            raise NotFetched(f"it is longer than {most} bytes", refused=True)
    return Fetched(response.status, headers.get("content-type", "").partition(";")[0].strip().lower(), body, headers)


def _readable(answer: Fetched, bounds: Bounds) -> Fetched:
    if bounds.media_types and answer.status < 300 and answer.media_type not in bounds.media_types:
        raise NotFetched(f"it is {answer.media_type[:40]!r}", refused=True)
    return answer


def _onward(url: str, answer: Fetched, method: Method) -> str:
    """Where a redirect leads, to be looked at like the first address; nothing that was posted is posted again."""
    location = answer.headers.get("location", "")
    onward = urljoin(url, location)
    if method != "GET" or not location:
        raise NotFetched("it redirects, and is not followed", refused=True)
    if url.startswith("https:") and not onward.startswith("https:"):
        raise NotFetched("it redirects to less than https", refused=True)
    return onward


def _shown(url: str) -> str:
    """An address for the log: without its query, which may hold what somebody would rather keep."""
    return repr(url.partition("?")[0][:200])
