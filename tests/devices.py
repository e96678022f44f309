"""A television as a story tells it: tv.asks("openid") shows a code, alice types it elsewhere, the television polls."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from tests.people import Person
from tests.relying_app import RelyingApp, Tokens
from tests.web_browser import Browser, Page

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
TV = {
    "client_name": "Living Room TV",
    "application_type": "native",
    "grant_types": [GRANT, "refresh_token"],
    "response_types": [],
    "redirect_uris": [],
    "post_logout_redirect_uris": [],
    "token_endpoint_auth_method": "none",
    "scope": "openid profile email offline_access",
}
AGENT = {"User-Agent": "Mozilla/5.0 (X11; Linux armv7l) Firefox/140.0"}


def registered(server: Flask, client_id: str = "tv", **metadata: Any) -> RelyingApp:
    """An app of that kind; public unless told otherwise."""
    return RelyingApp.registered(server, client_id, **{**TV, **metadata})


@dataclass
class Waiting:
    """What the screen shows, and the person who answers it in a browser."""

    app: RelyingApp
    said: dict[str, Any] = field(repr=False)
    person: Person | None = None
    at: Any = None

    @property
    def code(self) -> str:
        return str(self.said["user_code"])

    @property
    def page(self) -> Page:
        assert isinstance(self.at, Page), self.at
        return self.at

    @property
    def browser(self) -> Browser:
        assert self.person is not None
        return self.person.browser

    def typed_by(self, person: Person, code: str | None = None) -> "Waiting":
        """They open the page that the screen names, and type what it shows."""
        self.person = person
        page = person.browser.open(urlsplit(self.said["verification_uri"]).path)
        assert isinstance(page, Page)
        return self._sends(page, "Continue", user_code=self.code if code is None else code)

    def signs_in(self) -> "Waiting":
        assert self.person is not None
        typed = {"password": self.person.password}
        if "email" in self.page.form("password").names:
            typed["email"] = self.person.email
        return self._sends(self.page, None, **typed)

    def allows(self) -> "Waiting":
        return self._sends(self.page, "decision=allow")

    def declines(self) -> "Waiting":
        return self._sends(self.page, "decision=deny")

    def polls(self, **changes: str | None) -> TestResponse:
        usual: dict[str, str | None] = {"grant_type": GRANT, "device_code": self.said["device_code"]}
        fields = {name: value for name, value in {**usual, **changes}.items() if value is not None}
        return self.app.posts_token(fields)

    def hears(self, **changes: str | None) -> str:
        """The error of a poll."""
        response = self.polls(**changes)
        assert response.status_code == 400, response.data
        return str(json.loads(response.data)["error"])

    def fetches(self) -> Tokens:
        return Tokens.of(self.app, self.polls())

    def _sends(self, page: Page, press: str | None, **typed: str) -> "Waiting":
        self.at = self.browser.submit(page, press, form=None, **typed)
        return self


def asks(
    app: RelyingApp, scope: str = "openid", headers: dict[str, str] | None = None, address: str = "", **parameters: str
) -> Waiting:
    """POST /device_authorization as this app, from a machine at this address."""
    response = tries(app, {"scope": scope, **parameters}, headers, address)
    assert response.status_code == 200, response.data
    return Waiting(app, json.loads(response.data))


def tries(
    app: RelyingApp, fields: dict[str, str], headers: dict[str, str] | None = None, address: str = ""
) -> TestResponse:
    proved = {"Authorization": app.basic()} if app.secret else {}
    return app.server.test_client(use_cookies=False).post(
        f"{app.issuer}/device_authorization",
        data=fields if app.secret else {"client_id": app.client_id, **fields},
        headers={**AGENT, **proved, **(headers or {})},
        environ_base={"REMOTE_ADDR": address or "192.0.2.10"},
    )
