"""What Portico offers (OpenID Connect Discovery §3, RFC 8414), gathered from the doors that exist, and its keys."""

import json
from typing import Final

from flask import Blueprint, Response, current_app, request

from idp.protocol import scope
from idp.protocol.encryption import ANSWERS, ENCS, KEY_ALGS
from idp.settings.load import Settings
from idp.web import cors, own_tls
from idp.web.answers import public_json
from idp.web.door import Door
from idp.web.house import house, now

routes = Blueprint("discovery", __name__)
MAX_AGE = 3600
SIGNED_HERE: Final = tuple(f"{answer}_signing_alg_values_supported" for answer in ANSWERS)
"""What is true of them depends on the keys, and not on a door."""


@routes.get("/.well-known/openid-configuration", provide_automatic_options=False)
@routes.get("/.well-known/oauth-authorization-server", provide_automatic_options=False)
def configuration() -> Response:
    """The same truth at both addresses."""
    document: Document = current_app.extensions["portico_metadata"]
    return _public(document.naming(house().ring.algorithms(now())), MAX_AGE)


@routes.get("/jwks.json", provide_automatic_options=False)
def jwks() -> Response:
    """RFC 7517 §5: every key that signed a token that may still live, and the next one to sign."""
    return _public(house().ring.public_set_bytes(now()), house().settings.keys.jwks_max_age)


@routes.route("/.well-known/openid-configuration", methods=["OPTIONS"], provide_automatic_options=False)
@routes.route("/.well-known/oauth-authorization-server", methods=["OPTIONS"], provide_automatic_options=False)
@routes.route("/jwks.json", methods=["OPTIONS"], provide_automatic_options=False)
def ask_first() -> Response:
    return cors.preflight_of_document()


class Document:
    """The discovery document: what each door offers, gathered once when the app is put together."""

    def __init__(self, doors: tuple[Door, ...], settings: Settings) -> None:
        self._members: dict[str, object] = {"issuer": settings.server.issuer}
        for entrance in doors:
            self._members |= entrance.metadata(settings)
        self.aliases = own_tls.aliases_of(self._members, settings)
        if self.aliases:
            self._members["mtls_endpoint_aliases"] = self.aliases
        self._made: dict[tuple[str, ...], bytes] = {}

    def naming(self, algorithms: tuple[str, ...]) -> bytes:
        """The document, with the algorithms that have a key to sign with at this moment; made once for each set."""
        if algorithms not in self._made:
            members = {**self._members, **dict.fromkeys(SIGNED_HERE, algorithms)}
            self._made[algorithms] = json.dumps(members, separators=(",", ":")).encode()
        return self._made[algorithms]


def metadata(settings: Settings) -> dict[str, object]:
    """What belongs to no single door."""
    return {
        "jwks_uri": f"{settings.server.issuer}/jwks.json",
        "scopes_supported": list(scope.OFFERED),
        "subject_types_supported": ["public", "pairwise"],
        "id_token_encryption_alg_values_supported": list(KEY_ALGS),
        "id_token_encryption_enc_values_supported": list(ENCS),
        "ui_locales_supported": list(settings.locale.offered),
        "service_documentation": f"{settings.server.issuer}/help",
        "op_policy_uri": settings.brand.privacy_url or f"{settings.server.issuer}/privacy",
        "op_tos_uri": settings.brand.terms_url or f"{settings.server.issuer}/terms",
    }


def _public(body: bytes, max_age: int) -> Response:
    response = cors.open_to_all(public_json(body, max_age))
    response.make_conditional(request)
    return response


door = Door(routes, metadata)
