"""A client as the suite's FAPI-CIBA plan has it: signed requests, assertions, and a certificate on each connection."""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from idp import clock as clocks
from tests import certificates
from tests.backchannels import GRANT, Asked
from tests.certificates import Shown
from tests.dpop import signed
from tests.endpoints.token.test_private_key_jwt import TYPE, Signer
from tests.people import Person
from tests.relying_app import Tokens

HEADER = "X-SSL-Client-Cert"
CIBA: dict[str, Any] = {
    "grant_types": [GRANT, "refresh_token"],
    "redirect_uris": [],
    "response_types": [],
    "post_logout_redirect_uris": [],
    "token_endpoint_auth_signing_alg": "PS256",
    "backchannel_token_delivery_mode": "poll",
    "backchannel_authentication_request_signing_alg": "PS256",
    "backchannel_user_code_parameter": False,
    "tls_client_certificate_bound_access_tokens": True,
    "scope": "openid email offline_access",
    "first_party": True,
}


@dataclass
class Suite:
    """One of the suite's two clients, and the person it names."""

    signer: Signer
    person: Person
    shown: Shown = field(default_factory=certificates.made)

    @classmethod
    def known_as(cls, name: str, server: Flask, person: Person) -> "Suite":
        return cls(Signer(server, name, "PS256", **CIBA), person)

    def request(self, *, key: Any = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
        app, now = self.signer.app, clocks.now()
        said = {
            "iss": app.client_id,
            "aud": app.issuer,
            "iat": now,
            "nbf": now,
            "exp": now + 300,
            "jti": secrets.token_urlsafe(16),
            "scope": "openid email",
            "login_hint": self.person.email,
            **changes,
        }
        head = {"alg": "PS256", "kid": self.signer.key.kid, **(header or {})}
        return signed(head, {name: value for name, value in said.items() if value is not None}, key or self.signer.key)

    def posts(
        self, path: str, *, certificate: bool = True, assertion: str | None = None, **fields: str
    ) -> TestResponse:
        proof = {"client_assertion_type": TYPE, "client_assertion": assertion or self.signer.assertion()}
        headers = {HEADER: self.shown.pem} if certificate else {"X-None": "1"}
        body = {"client_id": self.signer.app.client_id, **fields} if assertion == "" else {**proof, **fields}
        return self.signer.app.posts(path, body, headers=headers)

    def asks(self, **changes: Any) -> Asked:
        response = self.posts("/bc-authorize", request=self.request(**changes))
        assert response.status_code == 200, response.data
        return Asked(self.signer.app, json.loads(response.data))

    def is_refused(self, error: str = "invalid_request", **changes: Any) -> None:
        response = self.posts("/bc-authorize", request=self.request(**changes))
        assert (response.status_code, json.loads(response.data)["error"]) == (400, error)

    def polls(self, asked: Asked, **more: Any) -> TestResponse:
        return self.posts("/token", grant_type=GRANT, auth_req_id=asked.said["auth_req_id"], **more)

    def hears(self, asked: Asked) -> str:
        response = self.polls(asked)
        assert response.status_code == 400, response.data
        return str(json.loads(response.data)["error"])

    def fetches(self, asked: Asked) -> Tokens:
        asked.seen_by(self.person)
        if asked.page.heading == "Sign in":
            asked.signs_in()
        asked.reviews().allows()
        return Tokens.of(self.signer.app, self.polls(asked))
