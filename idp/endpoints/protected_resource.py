"""What Portico's own APIs want of whoever calls them (RFC 9728).

UserInfo, and Portico as a whole, which is the audience of access tokens that name no other.
"""

import json
from collections.abc import Mapping

from flask import Blueprint, Response, request

from idp.protocol import dpop
from idp.protocol.scope import OFFERED
from idp.settings.load import Settings
from idp.web import bearer, cors, own_tls
from idp.web.answers import public_json
from idp.web.door import Door
from idp.web.house import house

routes = Blueprint("protected_resource", __name__)
MAX_AGE = 3600
APIS = ("", "/userinfo")
"""Paths below the issuer."""


@routes.get(bearer.WELL_KNOWN, defaults={"path": ""}, provide_automatic_options=False)
@routes.get(f"{bearer.WELL_KNOWN}/userinfo", defaults={"path": "/userinfo"}, provide_automatic_options=False)
def protected_resource(path: str) -> Response:
    """RFC 9728 §3.2. `resource` is what the path of the document was made from (§3.3)."""
    settings = house().settings
    members = {
        "resource": f"{settings.server.issuer}{path}",
        "authorization_servers": [settings.server.issuer],
        "scopes_supported": list(OFFERED),
        "bearer_methods_supported": ["header", "body"],
        "tls_client_certificate_bound_access_tokens": own_tls.takes_certificates(settings),
        "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
        "resource_name": settings.brand.name,
        "resource_documentation": f"{settings.server.issuer}/help",
        "resource_policy_uri": settings.brand.privacy_url or f"{settings.server.issuer}/privacy",
        "resource_tos_uri": settings.brand.terms_url or f"{settings.server.issuer}/terms",
    }
    response = cors.open_to_all(public_json(json.dumps(members, separators=(",", ":")).encode(), MAX_AGE))
    response.make_conditional(request)
    return response


@routes.route(bearer.WELL_KNOWN, methods=["OPTIONS"], provide_automatic_options=False)
@routes.route(f"{bearer.WELL_KNOWN}/userinfo", methods=["OPTIONS"], provide_automatic_options=False)
def ask_first() -> Response:
    return cors.preflight_of_document()


def metadata(settings: Settings) -> Mapping[str, object]:
    """RFC 9728 §4."""
    return {"protected_resources": [f"{settings.server.issuer}{path}" for path in APIS]}


door = Door(routes, metadata)
