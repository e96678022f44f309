"""The wall around the application: what reaches a door is one well-formed request, addressed to the issuer.

Inside, scheme and host are the issuer's whatever the request said, so no link, redirect or cookie can be moved by a
header (the class of CVE-2025-64101).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from urllib.parse import quote, urlsplit
from wsgiref.types import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.exceptions import RequestEntityTooLarge

from idp.settings.load import Settings
from idp.settings.sections import LOOPBACK
from idp.web import posted
from idp.web.access_log import AccessLog
from idp.web.proxies import OWN_TLS, Proxies
from idp.web.request_id import RequestIds

BODY_LIMIT = 64 * 1024  # bytes; every form and protocol message fits many times
UPLOAD_LIMIT = 32 * 1024 * 1024  # a photo that is too large for us still reaches a page that says so
ORDINARY: Mapping[str, int] = MappingProxyType({})
NO_ALIASES: Mapping[str, str] = MappingProxyType({})
ASCII = bytes(range(128))
HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::[0-9]{1,5})?", re.ASCII)


def prepare(app: Flask, settings: Settings, aliases: Mapping[str, str] = NO_ALIASES) -> None:
    """Put the wall around the app, outermost first: who asks, its reference, its line in the log, its form."""
    inner = AccessLog(Hardening(app.wsgi_app, settings, _larger(app, settings.server.path), aliases))
    server = settings.server
    whole = Proxies(RequestIds(inner), server.trusted_proxies, server.client_certificate_header)
    app.wsgi_app = whole  # type: ignore[method-assign]


class Hardening:
    """WSGI: insists on one Host, bounds the body, and speaks for the issuer."""

    def __init__(
        self,
        app: WSGIApplication,
        settings: Settings,
        larger: Mapping[str, int] = ORDINARY,
        aliases: Mapping[str, str] = NO_ALIASES,
    ) -> None:
        """`larger` are the paths that take more than BODY_LIMIT, and how much; `aliases` those of own_tls."""
        self.aliases = frozenset(aliases.values())
        issuer = urlsplit(settings.server.issuer)
        self.app = app
        self.larger = larger
        self.issuer = settings.server.issuer
        self.scheme, self.host, self.path = issuer.scheme, issuer.netloc, issuer.path
        self.development = settings.server.development

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        limit = self.larger.get(environ["PATH_INFO"], BODY_LIMIT)
        refusal = self._wrong_host(environ) or self._no_alias(environ) or _unacceptable_body(environ, limit)
        if refusal:
            return _refuse(start_response, *refusal)
        if "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = BoundedBody(environ["wsgi.input"], limit)
        environ["HTTP_HOST"], environ["wsgi.url_scheme"] = self.host, self.scheme
        environ["QUERY_STRING"] = _escaped(environ.get("QUERY_STRING", ""))
        return self.app(environ, start_response)

    def _wrong_host(self, environ: WSGIEnvironment) -> tuple[str, str, str] | None:
        """RFC 9112 §3.2: a request without one well-formed Host is refused; two arrive here joined by a comma."""
        said = environ.get("HTTP_HOST", "")
        host = HOST.fullmatch(said)
        if host is None:
            return ("400 Bad Request", "A request needs exactly one Host header.", "")
        if self.development and OWN_TLS not in environ and said != self.host:
            return self._elsewhere(environ, host["name"].strip("[]"))
        return None

    def _no_alias(self, environ: WSGIEnvironment) -> tuple[str, str, str] | None:
        """RFC 8705 §5: where certificates are asked for, only the endpoints that discovery names there answer."""
        if OWN_TLS not in environ or f"https://{environ['HTTP_HOST']}{environ['PATH_INFO']}" in self.aliases:
            return None
        return ("404 Not Found", "Only the mtls_endpoint_aliases of discovery answer here.", "")

    def _elsewhere(self, environ: WSGIEnvironment, name: str) -> tuple[str, str, str]:
        """In development mails lie open: no other site may reach them under a name of its own (DNS rebinding)."""
        sentence = f"In development Portico answers at {self.issuer} only."
        if name not in LOOPBACK or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return ("421 Misdirected Request", sentence, "")
        path = quote(environ["PATH_INFO"].encode("latin-1").lstrip(b"/"))
        query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
        return ("307 Temporary Redirect", sentence, f"{self.scheme}://{self.host}/{path}{query}")


class Forgetful:
    """WSGI: takes the process environment out again, which the server merges into every request."""

    def __init__(self, app: WSGIApplication, process: Mapping[str, str]) -> None:
        self.app = app
        self.process = tuple(process.items())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        for name, value in self.process:
            if environ.get(name) == value:  # a request's own value stays, even under the same name
                del environ[name]
        return self.app(environ, start_response)


class BoundedBody:
    """A body of unknown length that ends in 413 as soon as more than `limit` bytes of it were read."""

    def __init__(self, body: InputStream, limit: int) -> None:
        self.body = body
        self.left = limit

    def read(self, size: int = -1, /) -> bytes:
        return self._counted(self.body.read(self._most(size)))

    def readline(self, size: int = -1, /) -> bytes:
        return self._counted(self.body.readline(self._most(size)))

    def readlines(self, hint: int = -1, /) -> list[bytes]:
        return list(iter(self))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _most(self, size: int) -> int:
        """One byte more than allowed is enough to know that it is too much."""
        return self.left + 1 if size < 0 else min(size, self.left + 1)

    def _counted(self, piece: bytes) -> bytes:
        self.left -= len(piece)
        if self.left < 0:
            raise RequestEntityTooLarge
        return piece


def _escaped(query: str) -> str:
    """RFC 3986 §2.1: an address is ASCII. Octets that came bare are written as they should have been.

    Inside, some readers would refuse what is not UTF-8 with a refusal, and others with a fault.
    """
    return query if query.isascii() else quote(query.encode("latin-1"), safe=ASCII)


def _larger(app: Flask, mounted: str) -> dict[str, int]:
    """The pages that people send files to (posted.with_file)."""
    rules = app.url_map.iter_rules()
    return {mounted + rule.rule: UPLOAD_LIMIT for rule in rules if posted.takes_file(app, rule.endpoint)}


def _unacceptable_body(environ: WSGIEnvironment, limit: int) -> tuple[str, str, str] | None:
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        return ("400 Bad Request", "Content-Length is not a number.", "")
    if len(length) > 9 or int(length) > limit:
        return ("413 Content Too Large", f"A request may carry {limit} bytes at most.", "")
    return None


def _refuse(start_response: StartResponse, status: str, sentence: str, location: str) -> Iterable[bytes]:
    body = f"{sentence}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response(status, [*headers, ("Location", location)] if location else headers)
    return [body]
