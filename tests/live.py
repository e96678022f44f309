"""A provider in processes of its own, with the face of Flask's test client: the same stories, over real sockets.

`Live(app, …)` sends requests to the running server; `app` is the same provider in this process, on the same
database and keys, for what a story has to arrange or look up in the store.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.cookiejar import Cookie
from typing import Any
from urllib.parse import urljoin

import requests
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

PATIENCE = 30
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as they went over the wire."""

    method: str
    url: str
    sent: str
    headers: Mapping[str, str]
    answer: Response
    cookies: tuple[str, ...]


@dataclass
class Live:
    """`lost` answers (connection reset, refused) raise requests' exceptions, unless a story expects them."""

    app: Flask
    traffic: list[Exchange] = field(default_factory=list)

    @property
    def extensions(self) -> dict[str, Any]:
        return self.app.extensions

    def app_context(self) -> AbstractContextManager[Any]:
        return self.app.app_context()

    def test_client(self, use_cookies: bool = True) -> "LiveClient":
        return LiveClient(self, use_cookies)


class LiveClient:
    def __init__(self, server: Live, use_cookies: bool) -> None:
        self._server = server
        self._keeps_cookies = use_cookies
        self._session = requests.Session()
        self._session.trust_env = False

    @property
    def _cookies(self) -> dict[str, "Kept"]:
        return {cookie.name: Kept(cookie) for cookie in self._session.cookies}

    def get(self, url: str, **options: Any) -> Response:
        return self.open(url, method="GET", **options)

    def post(self, url: str, **options: Any) -> Response:
        return self.open(url, method="POST", **options)

    def open(self, url: str, *, method: str = "GET", data: Any = None, **options: Any) -> Response:
        """What Flask's client takes, as far as stories use it; redirects are not followed."""
        headers = dict(options.get("headers") or {})
        if options.get("content_type"):
            headers["Content-Type"] = options["content_type"]
        if not self._keeps_cookies:
            self._session.cookies.clear()
        issuer = self._server.extensions["portico"].settings.server.issuer
        answer = self._session.request(
            method, urljoin(issuer, url), data=data, headers=headers, allow_redirects=False, timeout=PATIENCE
        )
        response = Response(answer.content, answer.status_code, Headers(list(answer.headers.items())))
        cookies = tuple(str(cookie.value) for cookie in answer.cookies)
        sent = answer.request.body or ""
        self._server.traffic.append(
            Exchange(
                method,
                answer.url,
                sent.decode() if isinstance(sent, bytes) else str(sent),
                dict(answer.request.headers),
                response,
                cookies,
            )
        )
        return response


class Kept:
    """A cookie as Flask's client describes one."""

    def __init__(self, cookie: Cookie) -> None:
        self.key, self.value = cookie.name, cookie.value
        self.max_age = self.expires = cookie.expires
