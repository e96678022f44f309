"""A relying app as a story tells it: tokens = shop.asks("openid email").seen_by(alice).signs_in().allows().redeems()

It checks what a careful app checks: state, iss, nonce, and the ID token's signature by the published keys.
"""

import json
import secrets
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus, urlencode, urljoin

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from idp import clock
from idp.protocol.client_metadata import ClientMetadata
from idp.signing import shared_secrets
from idp.store import base, client_secrets, clients
from tests.id_tokens import verified
from tests.people import Person
from tests.web_browser import Arrival, Browser, Page

SHOP = {
    "client_name": "Photo Box",
    "redirect_uris": ["https://photobox.example/callback"],
    "post_logout_redirect_uris": ["https://photobox.example/bye"],
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": "openid profile email address phone offline_access",
    "client_uri": "https://photobox.example/",
}


@dataclass(frozen=True)
class RelyingApp:
    server: Flask
    client_id: str
    secret: str = field(repr=False)
    redirect_uri: str

    @classmethod
    def registered(cls, server: Flask, client_id: str, **metadata: Any) -> "RelyingApp":
        """An app of that registration (RFC 7591 names), in the store; `secret` is empty for public apps."""
        registration = ClientMetadata.register({**SHOP, **metadata})
        secret = "" if registration.public else base.new_secret()
        now = clock.now()
        with server.app_context(), base.unit_of_work():
            assert clients.added(clients.Client(client_id, registration), now)
            if secret:
                folder = server.extensions["portico"].folder
                assert client_secrets.added(shared_secrets.stored(secret, client_id, registration, folder, now))
        return cls(server, client_id, secret, next(iter(registration.redirect_uris), ""))

    def suspended(self) -> None:
        """From now on the provider does not know the app."""
        self._becomes(state="suspended")

    def changed(self, **members: Any) -> None:
        """The registration is another one, whether or not it could be registered so."""
        self._becomes(metadata=members)

    def _becomes(self, state: str | None = None, metadata: dict[str, Any] | None = None) -> None:
        with self.server.app_context(), base.unit_of_work():
            known = clients.stored(self.client_id, clock.now())
            assert known is not None
            registered = replace(known.metadata, **(metadata or {}))
            assert clients.changed(replace(known, state=state or known.state, metadata=registered), clock.now())

    def removed(self) -> None:
        with self.server.app_context(), base.unit_of_work():
            assert clients.removed(self.client_id)

    @property
    def issuer(self) -> str:
        return str(self.server.extensions["portico"].settings.server.issuer)

    def asks(self, scope: str = "openid", **parameters: str | None) -> "Visit":
        """Begin a sign-in. A parameter given as None is left out; PKCE, state and nonce are there unless told."""
        verifier = secrets.token_urlsafe(32)
        asked: dict[str, str | None] = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": scope,
            "state": secrets.token_urlsafe(12),
            "nonce": secrets.token_urlsafe(12),
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            **parameters,
        }
        return Visit(self, {name: value for name, value in asked.items() if value is not None}, verifier)

    def posts_token(self, fields: dict[str, str], headers: dict[str, str] | None = None) -> TestResponse:
        """POST /token as this app."""
        return self.posts("/token", fields, headers)

    def posts(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> TestResponse:
        """A form, as this app: Basic for an app with a secret, client_id in the body for one without."""
        own = {"Authorization": self.basic()} if self.secret and headers is None else (headers or {})
        body = fields if self.secret else {"client_id": self.client_id, **fields}
        return self.server.test_client(use_cookies=False).post(
            f"{self.issuer}{path}",
            data=urlencode(body),
            headers=own,
            content_type="application/x-www-form-urlencoded",
        )

    def basic(self, secret: str | None = None) -> str:
        """RFC 6749 §2.3.1: both parts form-encoded, then Basic."""
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.secret if secret is None else secret)}"
        return "Basic " + b64encode(pair.encode()).decode()


@dataclass
class Visit:
    """One request of an app, from the first redirect to the tokens. `at` is where the person stands now."""

    app: RelyingApp
    parameters: dict[str, str]
    verifier: str
    request_uri: str = field(default="", repr=False)
    person: Person | None = None
    browser: Browser | None = None
    at: Page | Arrival | None = None

    @property
    def url(self) -> str:
        asked = self.parameters
        if self.request_uri:
            asked = {"client_id": self.app.client_id, "request_uri": self.request_uri}
        return f"{self.app.issuer}/authorize?{urlencode(asked)}"

    def pushes(self) -> "Visit":
        """RFC 9126: the request goes to the provider first, and the browser brings its request_uri."""
        response = self.app.posts("/par", self.parameters)
        assert response.status_code == 201, response.data
        self.request_uri = json.loads(response.data)["request_uri"]
        return self

    @property
    def page(self) -> Page:
        assert isinstance(self.at, Page), f"the person is back at the app already: {self.at}"
        return self.at

    @property
    def answer(self) -> dict[str, str]:
        """What reached the app; state and iss are checked as every app should (RFC 6749 §10.12, RFC 9207)."""
        if isinstance(self.at, Page):
            raise AssertionError(f"still here: {self.at.status} {self.at.heading!r} {self.at.text[:500]}")
        assert self.at is not None
        assert self.at.url.startswith(self.parameters["redirect_uri"])
        assert self.at.answer.get("state") == self.parameters.get("state")
        assert self.at.answer["iss"] == self.app.issuer
        return self.at.answer

    @property
    def error(self) -> str:
        assert "code" not in self.answer
        return self.answer["error"]

    @property
    def code(self) -> str:
        assert "error" not in self.answer, self.answer
        return self.answer["code"]

    def seen_by(self, person: Person, method: str = "GET") -> "Visit":
        self.person, self.browser = person, person.browser
        if method == "POST":
            self.at = person.browser.post("/authorize", self.parameters, Origin="https://photobox.example")
        else:
            self.at = person.browser.open(self.url)
        return self

    def signs_in(self, password: str | None = None, *, remember: bool = False) -> "Visit":
        assert self.person is not None
        typed = {"password": password or self.person.password}
        names = self.page.form("password").names
        if "email" in names:
            typed = {"email": self.person.email, **typed}
        if remember:
            typed["remember"] = self.page.form("remember").boxes["remember"][0]
        return self._sends(None, typed)

    def allows(self, **ticked: str) -> "Visit":
        return self._sends("decision=allow", ticked)

    def declines(self) -> "Visit":
        return self._sends("decision=deny", {})

    def chooses(self, person: Person) -> "Visit":
        """The chooser: one button per known account."""
        button = next(b for form in self.page.read.forms for b in form.buttons if person.email in b.text)
        return self._sends(button.says, {})

    def uses_another_account(self) -> "Visit":
        assert self.browser is not None
        other = "Use another account"
        link = self.page.read.links.get(other)
        self.at = self.browser.open(urljoin(self.page.url, link)) if link else self.browser.submit(self.page, other)
        return self

    def goes_back_to(self, page: Page) -> "Visit":
        """The back button: an old page is shown again, as it was."""
        self.at = page
        return self

    def posts_the_answer(self) -> "Visit":
        """response_mode=form_post without JavaScript: the person presses the page's one button."""
        assert self.browser is not None
        self.at = self.browser.submit(self.page)
        return self

    def _sends(self, press: str | None, typed: dict[str, str]) -> "Visit":
        assert self.browser is not None
        self.at = self.browser.submit(self.page, press, form=None, **typed)
        return self

    def tries_to_redeem(self, **changes: str | None) -> TestResponse:
        """POST /token with what is usual, changed: None leaves a parameter out."""
        usual: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": None if "code" in changes else self.code,
            "redirect_uri": self.parameters["redirect_uri"],
            "code_verifier": self.verifier if "code_challenge" in self.parameters else None,
        }
        fields = {name: value for name, value in {**usual, **changes}.items() if value is not None}
        return self.app.posts_token(fields)

    def redeems(self, **changes: str | None) -> "Tokens":
        return Tokens.of(self.app, self.tries_to_redeem(**changes), self.parameters.get("nonce"))


@dataclass(frozen=True)
class Tokens:
    """A token answer, its ID token already checked. `claims` are the ID token's."""

    app: RelyingApp
    answer: dict[str, Any] = field(repr=False)
    claims: dict[str, Any]
    header: dict[str, Any]

    @classmethod
    def of(cls, app: RelyingApp, response: TestResponse, nonce: str | None = None) -> "Tokens":
        assert response.status_code == 200, response.get_data(as_text=True)
        answer = json.loads(response.data)
        if "id_token" not in answer:
            return cls(app, answer, {}, {})
        claims, header = verified(app.server, app.issuer, app.client_id, answer["id_token"])
        if nonce is not None:
            assert claims["nonce"] == nonce
        return cls(app, answer, claims, header)

    @property
    def access_token(self) -> str:
        return str(self.answer["access_token"])

    @property
    def refresh_token(self) -> str:
        return str(self.answer["refresh_token"])

    @property
    def id_token(self) -> str:
        return str(self.answer["id_token"])

    @property
    def scope(self) -> set[str]:
        return set(self.answer["scope"].split())

    def tries_to_refresh(self, scope: str | None = None) -> TestResponse:
        fields = {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        return self.app.posts_token({**fields, **({"scope": scope} if scope is not None else {})})

    def refreshes(self, scope: str | None = None) -> "Tokens":
        return Tokens.of(self.app, self.tries_to_refresh(scope))

    def forgotten_rotation(self) -> None:
        """A power cut with SQLite's synchronous=NORMAL: the last write is lost, the answer to it is not."""
        back = text("UPDATE grants SET generation = generation - 1 WHERE client_id = :client_id")
        with self.app.server.app_context(), base.unit_of_work():
            base.db.session.execute(back, {"client_id": self.app.client_id})

    def asks_userinfo(self) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.access_token}"}
        return self.app.server.test_client(use_cookies=False).get(f"{self.app.issuer}/userinfo", headers=headers)

    def userinfo(self) -> dict[str, Any]:
        response = self.asks_userinfo()
        assert response.status_code == 200, response.headers
        claims: dict[str, Any] = json.loads(response.data)
        return claims


def challenge_of(verifier: str) -> str:
    """RFC 7636 §4.2."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
