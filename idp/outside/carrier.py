"""The one way out for libraries that speak through `requests`: they build the request, a Fetcher sends it."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any, cast

from requests import PreparedRequest, Response, Session
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from idp.outside.fetch import Bounds, Fetcher, Method

LEFT_TO_THE_FETCHER = frozenset({"user-agent", "accept-encoding", "connection", "cookie", "host"})


class Carrier(BaseAdapter):
    """Whatever the library asks for beyond the request (proxies, time-outs, certificates) is not heard.

    Raises NotFetched, also through the library's own calls.
    """

    def __init__(self, fetcher: Fetcher, bounds: Bounds) -> None:
        super().__init__()
        self._fetcher = fetcher
        self._bounds = bounds

    def send(self, request: PreparedRequest, *_: object, **__: object) -> Response:
        headers = {name: _text(value) for name, value in request.headers.items()}
        sent = {name: value for name, value in headers.items() if name.lower() not in LEFT_TO_THE_FETCHER}
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        method = cast("Method", request.method)
        answer = self._fetcher.send(method, str(request.url), body, sent, self._bounds)
        return _response(request, answer.status, answer.headers, answer.body)

    def close(self) -> None:
        """Nothing stays open."""


def carry(session: Session, fetcher: Fetcher, bounds: Bounds) -> None:
    """From now on this session reaches nothing but through `fetcher`."""
    session.trust_env = False
    session.adapters.clear()
    for scheme in ("https://", "http://"):
        session.mount(scheme, Carrier(fetcher, bounds))


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _response(request: PreparedRequest, status: int, headers: Mapping[str, str], body: bytes) -> Response:
    response = Response()
    response.request, response.url, response.status_code = request, str(request.url), status
    response.headers = CaseInsensitiveDict(headers)
    response.encoding = "utf-8"
    response.raw = BytesIO(body)
    return response
