"""The reference of one request: in the answer's header, on every error page, in every log line and audit event.

It is always our own: twelve letters and digits in groups, such as 7F3K-92QD-M4XT, none of which is taken for another
when it is read out on the telephone. An id that a trusted proxy sent
stands beside it in the log; from anyone else it is ignored.
"""

import re
import secrets
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from types import TracebackType
from typing import TypeAlias
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from idp.web.proxies import PROXY_REQUEST_ID

ExceptionInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None

_REFERENCE: ContextVar[str] = ContextVar("reference", default="")
_PROXY_REFERENCE: ContextVar[str] = ContextVar("proxy_reference", default="")
LEGIBLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
ACCEPTABLE = re.compile(r"[A-Za-z0-9._:/=+-]{1,64}", re.ASCII)


def current() -> str:
    """The reference of the request that this thread answers, "" outside requests."""
    return _REFERENCE.get()


def proxy_reference() -> str:
    """The id that a trusted proxy gave this request, "" when there is none."""
    return _PROXY_REFERENCE.get()


def new_reference() -> str:
    """Enough of chance that no other request has the same."""
    return "-".join("".join(secrets.choice(LEGIBLE) for _ in range(4)) for _ in range(3))


class RequestIds:
    """WSGI: names each request, inside by `current()` and outside by the header X-Request-ID."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        reference = new_reference()
        sent = environ.get(PROXY_REQUEST_ID, "")
        outer = _REFERENCE.set(reference)
        outer_proxy = _PROXY_REFERENCE.set(sent if ACCEPTABLE.fullmatch(sent) else "")

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: ExceptionInfo = None, /
        ) -> Callable[[bytes], object]:
            return start_response(status, [*headers, ("X-Request-ID", reference)], exc_info)

        try:
            return self.app(environ, start)
        finally:
            _REFERENCE.reset(outer)
            _PROXY_REFERENCE.reset(outer_proxy)
