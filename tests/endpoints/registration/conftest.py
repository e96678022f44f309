"""An app that registers itself, seen from outside."""

import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp import clock
from idp.protocol.machine_registration import Policy
from idp.protocol.scope import Scope
from idp.settings.load import Settings
from idp.store import base, initial_access_tokens, signing_keys
from idp.store.initial_access_tokens import StoredToken
from tests import databases, provider
from tests.racing import Track
from tests.relying_app import RelyingApp

NOTHING: Mapping[str, Any] = MappingProxyType({})
CALLBACK = "https://photobox.example/callback"
WEB: dict[str, Any] = {
    "client_name": "Photo Box",
    "redirect_uris": [CALLBACK],
    "grant_types": ["authorization_code", "refresh_token"],
}
WIDE = Policy(Scope.parse("openid profile email offline_access"), ("authorization_code", "refresh_token"))


class Machine:
    """Speaks to /register; `token` is sent as a bearer token where there is one."""

    def __init__(self, server: Flask) -> None:
        self.server = server

    def sends(self, method: str, path: str, body: Any = None, token: str = "", **headers: str) -> TestResponse:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {token}"} if token else {}
        client = self.server.test_client(use_cookies=False)
        return client.open(
            path, method=method, data=text, headers={**given, "Content-Type": "application/json", **headers}
        )

    def registers(self, token: str = "", /, **members: Any) -> TestResponse:
        """`members` beside those of WEB; None leaves one out."""
        said = {name: value for name, value in {**WEB, **members}.items() if value is not None}
        return self.sends("POST", "/register", said, token)

    def registered(self, token: str = "", /, **members: Any) -> dict[str, Any]:
        response = self.registers(token, **members)
        assert response.status_code == 201, response.data
        return answer_of(response)

    def reads(self, told: dict[str, Any], token: str | None = None) -> TestResponse:
        return self.sends("GET", path_of(told), None, told["registration_access_token"] if token is None else token)

    def updates(self, told: dict[str, Any], **members: Any) -> TestResponse:
        """With everything it was told, save what RFC 7592 §2.2 forbids; None leaves a member out."""
        said = {**{name: value for name, value in told.items() if name not in NOT_SENT}, **members}
        said = {name: value for name, value in said.items() if value is not None}
        return self.sends("PUT", path_of(told), said, told["registration_access_token"])

    def removes(self, told: dict[str, Any]) -> TestResponse:
        return self.sends("DELETE", path_of(told), None, told["registration_access_token"])

    def as_app(self, told: dict[str, Any]) -> RelyingApp:
        return RelyingApp(self.server, told["client_id"], told.get("client_secret", ""), told["redirect_uris"][0])

    def given_token(self, policy: Policy = WIDE, *, left: int = 1, lasts: int = 3600) -> str:
        """An initial access token, as `idp registration token add` makes it."""
        token, now = base.new_secret(), clock.now()
        stored = StoredToken(base.new_id(), base.fingerprint(token), "test", policy, left, now, now + lasts)
        with self.server.app_context(), base.unit_of_work():
            initial_access_tokens.add(stored)
        return token


NOT_SENT = ("registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at")
Opens = Callable[..., Machine]


def answer_of(response: TestResponse) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(response.data)
    return told


def path_of(told: dict[str, Any]) -> str:
    return f"/{told['registration_client_uri'].partition('://')[2].partition('/')[2]}"


def refusal(response: TestResponse, status: int = 400) -> tuple[str, str]:
    """Code and sentence of RFC 7591 §3.2.2."""
    assert response.status_code == status, response.data
    assert response.headers["Cache-Control"] == "no-store"
    told = answer_of(response)
    return told["error"], told["error_description"]


@pytest.fixture
def opens(settings: Settings) -> Iterator[Opens]:
    """A provider with these settings of [registration], and these sections besides."""
    running = []

    def start(of_settings: Mapping[str, Any] = NOTHING, **registration: Any) -> Machine:
        own = settings.registration.model_validate({**settings.registration.model_dump(), **registration})
        opened = provider.opened(settings.model_copy(update={**of_settings, "registration": own}))
        server = opened.__enter__()
        running.append(opened)
        with server.app_context(), base.unit_of_work():
            for key in databases.first_keys():
                signing_keys.added(key)  # once for each database
        return Machine(server)

    yield start
    for opened in running:
        opened.__exit__(None, None, None)


@pytest.fixture
def machine(opens: Opens) -> Machine:
    """Anybody may register."""
    return opens(mode="open")


@pytest.fixture(scope="module")
def track() -> Iterator[Track]:
    opened = Track.opened()
    yield opened
    opened.pool.shutdown(cancel_futures=True)
