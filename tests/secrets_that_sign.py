"""An app that signs with its secret: the assertion it makes, and a request with it (client_secret_jwt)."""

import secrets
from typing import Any

from joserfc import jwk, jwt
from werkzeug.test import TestResponse

from idp import clock
from tests.relying_app import RelyingApp

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def assertion(of: RelyingApp, secret: str = "", alg: str = "HS256", **changes: Any) -> str:
    claims = {
        "iss": of.client_id,
        "sub": of.client_id,
        "aud": of.issuer,
        "jti": secrets.token_urlsafe(16),
        "exp": clock.now() + 60,
        **changes,
    }
    key = jwk.OctKey.import_key((secret or of.secret) * (1 if alg == "HS256" else 2))
    return jwt.encode({"alg": alg}, claims, key, algorithms=[alg])


def asks(of: RelyingApp, signed: str, **fields: str) -> TestResponse:
    body = {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": signed,
        **fields,
    }
    return of.posts("/token", body, headers={"X-None": "1"})
