"""The client as the OpenID Foundation's conformance suite registers it: no PKCE unless a module is about it."""

from typing import Any

from flask import Flask

from tests.people import Person
from tests.relying_app import RelyingApp, Visit

CALLBACK = "https://www.certification.openid.net/test/a/portico/callback"
BYE = "https://www.certification.openid.net/test/a/portico/post_logout_redirect"
EVERYTHING: dict[str, Any] = {
    "given_name": "Alice",
    "family_name": "Example",
    "middle_name": "B.",
    "nickname": "Al",
    "preferred_username": "alice",
    "profile": "https://alice.example/",
    "picture": "https://alice.example/face.png",
    "website": "https://alice.example/blog",
    "gender": "female",
    "birthdate": "1984-02-29",
    "zoneinfo": "Europe/Paris",
    "phone_number": "+33 6 00 00 00 42",
    "phone_number_verified": False,
    "address": {"formatted": "1 Rue\nLyon", "street_address": "1 Rue", "locality": "Lyon", "country": "France"},
}
"""Every claim of OpenID Connect Core §5.1 that a person can fill in; the suite warns of each that is missing."""


class Suite(RelyingApp):
    @classmethod
    def known_as(cls, client_id: str, server: Flask, **metadata: Any) -> "Suite":
        """Registered by hand: docs/conformance.md shows the same members."""
        registered = cls.registered(
            server,
            client_id,
            redirect_uris=[CALLBACK],
            post_logout_redirect_uris=[BYE],
            require_pkce=False,
            id_token_claims=[],
            **metadata,
        )
        assert isinstance(registered, Suite)
        return registered

    def asks(self, scope: str = "openid", **parameters: str | None) -> Visit:
        without: dict[str, str | None] = {"code_challenge": None, "code_challenge_method": None}
        return super().asks(scope, **{**without, **parameters})

    def lets_in(self, person: Person, scope: str = "openid", **parameters: str | None) -> Visit:
        """The first authorization of a module: the person signs in and agrees."""
        return self.asks(scope, **parameters).seen_by(person).signs_in().allows()
