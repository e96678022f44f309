"""A browser without JavaScript over Flask's test client: cookies, forms, redirects, and the moment it leaves us."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from tests.web_page import Button, Form, Reader

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MOST_HOPS = 12


@dataclass(frozen=True)
class Page:
    """What the browser shows after following redirects within the provider."""

    url: str
    response: TestResponse
    read: Reader

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def heading(self) -> str:
        return self.read.heading

    @property
    def text(self) -> str:
        return self.read.text

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    def form(self, *fields: str, press: str | None = None) -> Form:
        """The first form with these fields and a button that says so; of the posted ones, if neither is given."""
        found = [
            form
            for form in self.read.forms
            if set(fields) <= form.names
            and (press is None or any(button.answers_to(press) for button in form.buttons))
            and (fields or press or form.method == "post")
        ]
        assert found, f"no form with {fields} and {press!r} on {self.url} ({self.status}): {self.text[:600]}"
        return found[0]


@dataclass(frozen=True)
class Arrival:
    """The browser was sent to another site: to the app, with an answer."""

    url: str
    answer: dict[str, str]
    method: str = "GET"


@dataclass
class Browser:
    server: Flask
    user_agent: str = FIREFOX
    address: str = "192.0.2.10"
    trail: list[TestResponse] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = self.server.test_client()
        self.issuer = self.server.extensions["portico"].settings.server.issuer
        self.here = self.issuer + "/"

    def open(self, url: str, **headers: str) -> "Page | Arrival":
        """Follow a link, or type an address; paths are the issuer's. `headers` go with the first request."""
        return self._go("GET", urljoin(self.issuer + "/", url), None, headers)

    def submit(
        self, page: Page, press: str | None = None, *, form: Form | None = None, **typed: str
    ) -> "Page | Arrival":
        """Fill in the form that has these fields and send it; `press` names the button."""
        form = form or page.form(*typed, press=press)
        button = form.button(press) if press else (form.buttons or [Button()])[0]
        sent = {**form.fields, **typed, **({button.name: button.value} if button.name else {})}
        target = urljoin(page.url, button.action or form.action or page.url)
        if form.method == "get":
            return self._go("GET", f"{target.partition('?')[0]}?{urlencode(sent)}", None)
        return self._go("POST", target, urlencode(sent))

    def post(self, url: str, fields: dict[str, str], **headers: str) -> "Page | Arrival":
        """Send a form of another site's making."""
        return self._go("POST", urljoin(self.issuer + "/", url), urlencode(fields), headers)

    def cookie(self, name: str) -> str | None:
        kept = self.client._cookies or {}
        found = [cookie for cookie in kept.values() if cookie.key in (name, f"__Host-{name}")]
        return found[0].value if found else None

    def closes(self) -> None:
        """Cookies without a lifetime end with the browser."""
        for key, cookie in list(self.client._cookies.items()):  # type: ignore[union-attr]
            if cookie.max_age is None and cookie.expires is None:
                self.client._cookies.pop(key)  # type: ignore[union-attr]

    def is_ours(self, url: str) -> bool:
        return urlsplit(url)[:2] == urlsplit(self.issuer)[:2]

    def _go(self, method: str, url: str, body: str | None, headers: dict[str, str] | None = None) -> "Page | Arrival":
        for _ in range(MOST_HOPS):
            if not self.is_ours(url):
                query = body if method == "POST" else urlsplit(url).query
                return Arrival(url, dict(parse_qsl(query or "", keep_blank_values=True)), method)
            response = self._send(method, url, body, headers or {})
            self.trail.append(response)
            if response.status_code not in (301, 302, 303):
                assert response.status_code not in (307, 308), "credentials would be posted on"
                self.here = url
                return Page(url, response, Reader(response.get_data(as_text=True)))
            url, method, body, headers = urljoin(url, response.headers["Location"]), "GET", None, None
        raise AssertionError(f"more than {MOST_HOPS} redirects, the last to {url}")

    def _send(self, method: str, url: str, body: str | None, headers: dict[str, str]) -> TestResponse:
        own = {"User-Agent": self.user_agent}
        if method == "POST":
            own |= {"Origin": "{}://{}".format(*urlsplit(self.issuer)[:2])}
        return self.client.open(
            url,
            method=method,
            data=body,
            content_type="application/x-www-form-urlencoded" if method == "POST" else None,
            headers={**own, **{name.replace("_", "-"): value for name, value in headers.items()}},
            environ_base={"REMOTE_ADDR": self.address},
        )
