"""An OpenID provider on a free port of this machine, and our side of it as the settings describe it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from flask import Flask
from joserfc.jwk import RSAKey

from idp.emulators.openid import Provider, create_emulator
from idp.settings import upstreams
from idp.upstream.openid import Openid
from idp.upstream.presets import PRESETS
from idp.upstream.provider import PLAIN, Identity, Wish
from idp.upstream.registry import Registered, Registry
from tests.browser.server import free_port, serving

CALLBACK = "http://127.0.0.1:8000/login/somewhere/callback"
SECTIONS = {
    "openid": upstreams.Openid,
    "google": upstreams.Google,
    "microsoft": upstreams.Microsoft,
    "apple": upstreams.Apple,
}
ROBIN = {"name": "Robin Example", "email": "robin@example.org", "email_verified": True}


@dataclass
class Somewhere:
    """The provider of `provider`'s making, and `upstream`: what we make of it."""

    provider: Provider
    upstream: Openid[Any]

    def comes_back(self, url: str) -> dict[str, str]:
        """A browser goes there; what it brings back to the redirect address."""
        answer = requests.get(url, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def signs_in(self, now: int, wish: Wish = PLAIN, **received: str) -> Identity:
        """The whole way, once. `received` is put in the place of what came back; an empty value takes it out."""
        away = self.upstream.start(CALLBACK, "the-state", wish)
        back = {**self.comes_back(away.url), **received}
        return self.upstream.identify(
            CALLBACK, {name: value for name, value in back.items() if value}, away.secrets, now
        )

    def again(self, **settings: object) -> "Somewhere":
        """The same provider, with other settings of ours, as a new process reads them."""
        return Somewhere(self.provider, ours(self.provider, **settings))


def ours(provider: Provider, **changes: object) -> Openid[Any]:
    section: Mapping[str, object] = {
        "preset": "openid",
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        "timeout": 5,
        **changes,
    }
    preset = str(section["preset"])
    return PRESETS[preset]("somewhere", SECTIONS[preset].model_validate(section))


@cache
def first_key() -> RSAKey:
    """Made once in a run: an RSA key takes its time."""
    return RSAKey.generate_key(2048)


@contextmanager
def somewhere(path: str = "", **settings: object) -> Iterator[Somewhere]:
    port = free_port()
    provider = Provider(
        issuer=f"http://127.0.0.1:{port}{path}",
        client_id="portico",
        client_secret="a+secret:with/odd%signs",
        people={"robin-1": dict(ROBIN)},
        at="robin-1",
        keys=[("first", first_key())],
    )
    with serving(create_emulator(provider), port):
        yield Somewhere(provider, ours(provider, **settings))


def furnished(app: Flask, there: Somewhere) -> Somewhere:
    """The house has this provider beside those of its settings."""
    house = app.extensions["portico"]
    registered = Registered(there.upstream, "openid", app_id=there.provider.client_id)
    app.extensions["portico"] = replace(house, upstreams=Registry([*house.upstreams, registered]))
    return there
