"""A bank as a story tells it: it asks after alice over a channel of its own, alice confirms in a browser, it polls."""

import json
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.people import Person
from tests.relying_app import RelyingApp, Tokens
from tests.web_browser import Page

GRANT = "urn:openid:params:grant-type:ciba"
BANK = {
    "client_name": "Example Bank",
    "grant_types": ["authorization_code", "refresh_token", GRANT],
    "backchannel_token_delivery_mode": "poll",
    "scope": "openid profile email offline_access",
}


def registered(server: Flask, client_id: str = "bank", **metadata: Any) -> RelyingApp:
    return RelyingApp.registered(server, client_id, **{**BANK, **metadata})


@dataclass
class Asked:
    """A request that waits for its person."""

    app: RelyingApp
    said: dict[str, Any] = field(repr=False)
    person: Person | None = None
    at: Any = None

    @property
    def page(self) -> Page:
        assert isinstance(self.at, Page), self.at
        return self.at

    def seen_by(self, person: Person) -> "Asked":
        """They follow the link of the mail, and pick the first thing that waits."""
        self.person = person
        self.at = person.browser.open("/confirm")
        return self

    def reviews(self) -> "Asked":
        assert self.person is not None
        self.at = self.person.browser.submit(self.page, form=self.page.form("request"))
        return self

    def signs_in(self) -> "Asked":
        assert self.person is not None
        typed = {"password": self.person.password}
        if "email" in self.page.form("password").names:
            typed["email"] = self.person.email
        return self._sends(None, **typed)

    def allows(self) -> "Asked":
        return self._sends("decision=allow")

    def declines(self) -> "Asked":
        return self._sends("decision=deny")

    def polls(self, **changes: str | None) -> TestResponse:
        usual: dict[str, str | None] = {"grant_type": GRANT, "auth_req_id": self.said["auth_req_id"]}
        return self.app.posts_token({name: value for name, value in {**usual, **changes}.items() if value is not None})

    def hears(self, **changes: str | None) -> str:
        response = self.polls(**changes)
        assert response.status_code == 400, response.data
        return str(json.loads(response.data)["error"])

    def fetches(self) -> Tokens:
        return Tokens.of(self.app, self.polls())

    def _sends(self, press: str | None, **typed: str) -> "Asked":
        assert self.person is not None
        self.at = self.person.browser.submit(self.page, press, form=None, **typed)
        return self


def asks(app: RelyingApp, person: Person, scope: str = "openid", **parameters: str) -> Asked:
    response = tries(app, scope=scope, login_hint=person.email, **parameters)
    assert response.status_code == 200, response.data
    return Asked(app, json.loads(response.data))


def tries(app: RelyingApp, **parameters: str | None) -> TestResponse:
    """POST /bc-authorize as this app; what is None is left out."""
    return app.posts("/bc-authorize", {name: value for name, value in parameters.items() if value is not None})
