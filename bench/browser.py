"""One keep-alive connection that remembers cookies: the least a client can be."""

import re
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Answer(NamedTuple):
    status: int
    location: str
    body: bytes
    retry_after: int = 0


class Browser:
    """Talks to one origin; follows no redirect by itself."""

    def __init__(self, origin: str, cookies: dict[str, str] | None = None) -> None:
        self.origin = origin
        self.cookies = dict(cookies or {})
        self.connection = HTTPConnection(urlsplit(origin).netloc, timeout=60)

    def ask(
        self, method: str, url: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """`url` with or without our origin."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(headers or {})}
        body = urlencode(form).encode() if form is not None else None
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, url.removeprefix(self.origin), body, sent)
        response = self.connection.getresponse()
        content = response.read()
        for header in response.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        headers = response.headers
        return Answer(response.status, headers.get("Location", ""), content, int(headers.get("Retry-After", "0")))

    def walk(self, url: str, until: str, most: int = 12) -> str:
        """Follow redirects inside the origin until one leads to an address that starts with `until`."""
        for _ in range(most):
            answer = self.ask("GET", url)
            if answer.location.startswith(until):
                return answer.location
            assert answer.location, f"{url} answered {answer.status}: {answer.body[:300]!r}"
            url = answer.location
        raise AssertionError(f"no end of redirects at {url}")

    def submit(self, page: Answer, action: str, **fields: str) -> Answer:
        """Send a form of ours: its hidden fields and what a person typed."""
        hidden = dict(HIDDEN.findall(page.body.decode()))
        return self.ask("POST", action, {**hidden, **fields})
