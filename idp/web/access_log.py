"""One line for each request: method, path, status, time, size. Never a query string, a header or a body.

Health checks that succeed are left out: they come every second and say nothing.
"""

import logging
from collections.abc import Callable, Iterable
from time import perf_counter
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from idp.web.request_id import ExceptionInfo

ACCESS = logging.getLogger("idp.access")
FAULT = logging.getLogger("idp.fault")
SORRY = b"Something went wrong here. It is not your fault; please try again in a moment.\n"


class AccessLog:
    """WSGI: writes the line; what nobody caught inside becomes a plain 500 instead of a dropped connection."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = perf_counter()
        method, path, address = environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("REMOTE_ADDR", "")
        answer = Answer()
        try:
            body = answer.complete(self.app(environ, answer.start))
        except Exception:
            FAULT.exception("nobody caught this")
            answer, body = Answer("500 Internal Server Error", _plain(SORRY)), SORRY
        if ACCESS.isEnabledFor(logging.INFO) and not (path.startswith("/healthz/") and answer.status[:3] == "200"):
            _write(method, path, address, answer.status, len(body), perf_counter() - began)
        start_response(answer.status, answer.headers)
        return [] if method == "HEAD" else [body]  # RFC 9110 §9.3.2


class Answer:
    """An answer held back until it is whole: all of ours are small, and a whole one costs the server less to send."""

    def __init__(self, status: str = "", headers: list[tuple[str, str]] | None = None) -> None:
        self.status = status
        self.headers = headers or []
        self.written: list[bytes] = []

    def start(
        self, status: str, headers: list[tuple[str, str]], _: ExceptionInfo = None, /
    ) -> Callable[[bytes], object]:
        self.status, self.headers = status, headers
        return self.written.append

    def complete(self, chunks: Iterable[bytes]) -> bytes:
        """The whole body; the application's own clean-up has run when this returns (PEP 3333, close)."""
        try:
            self.written.extend(chunks)
        finally:
            if close := getattr(chunks, "close", None):
                close()
        return self.written[0] if len(self.written) == 1 else b"".join(self.written)


def _plain(body: bytes) -> list[tuple[str, str]]:
    return [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]


def _write(method: str, path: str, address: str, status: str, size: int, took: float) -> None:
    fields = {
        "method": method[:16],
        "path": path.encode("latin-1", "replace").decode("utf-8", "replace")[:256],
        "status": int(status[:3]),
        "ms": round(took * 1000, 1),
        "bytes": size,
        "address": address,
    }
    ACCESS.info("request", extra=fields)
