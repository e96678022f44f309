"""What a careful app does with a token of ours: read it with the keys that are published, and check what it says."""

import json
import warnings
from typing import Any

from flask import Flask
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet

from idp import clock


def published_keys(server: Flask) -> KeySet:
    """The keys of this provider, as it publishes them."""
    issuer = server.extensions["portico"].settings.server.issuer
    return KeySet.import_key_set(json.loads(server.test_client(use_cookies=False).get(f"{issuer}/jwks.json").data))


def verified(server: Flask, issuer: str, client_id: str, id_token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """OpenID Connect Core §3.1.3.7: the claims and the header."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # RFC 9864 has a newer name for EdDSA; apps know this one
        token = jwt.decode(id_token, published_keys(server), algorithms=["RS256", "ES256", "EdDSA"])
    claims = token.claims
    assert claims["iss"] == issuer
    assert claims["aud"] == client_id
    assert claims["iat"] <= clock.now() < claims["exp"]
    assert claims.get("azp") in (None, client_id)
    return claims, dict(token.header)
