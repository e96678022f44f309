"""WebFinger (RFC 7033): which issuer signs somebody in, by the name of the person (OpenID Connect Discovery §2).

Every name of our own host, and of `server.webfinger_domains`, gets the same answer: nobody learns which accounts exist.
"""

import json

from flask import Blueprint, Response, request

from idp.protocol.errors import InvalidRequest
from idp.protocol.uri import Uri
from idp.protocol.webfinger import ISSUER, Query
from idp.web import cors, errors
from idp.web.answers import public_json
from idp.web.door import Door
from idp.web.house import house

routes = Blueprint("webfinger", __name__)
MEDIA_TYPE = "application/jrd+json"
MAX_AGE = 3600


@routes.get("/.well-known/webfinger", provide_automatic_options=False)
def webfinger() -> Response:
    """RFC 7033 §4.2 to §4.4. 404 for names of other hosts, which we know nothing of."""
    server = house().settings.server
    query = Query.parse(request.query_string)
    if not query.is_about(Uri.parse(server.issuer), server.webfinger_domains):
        return cors.open_to_all(Response(status=404))
    links = [{"rel": ISSUER, "href": server.issuer}] if query.wants_issuer else []
    body = json.dumps({"subject": query.resource, "links": links}, separators=(",", ":")).encode()
    response = cors.open_to_all(public_json(body, MAX_AGE, MEDIA_TYPE))
    response.make_conditional(request)
    return response


@routes.route("/.well-known/webfinger", methods=["OPTIONS"], provide_automatic_options=False)
def ask_first() -> Response:
    return cors.preflight_of_document()


@routes.errorhandler(InvalidRequest)
def refuse(error: InvalidRequest) -> Response:
    """RFC 7033 §4.2: 400 for a question that is not one."""
    return cors.open_to_all(errors.as_json(error))


door = Door(routes)
