"""Which pages of other origins may read an answer (Fetch §3.2). Never with cookies: no protocol door needs any."""

from collections.abc import Collection

from flask import Response, request

PREFLIGHT_MAX_AGE = 3600
EXPOSED = "WWW-Authenticate, DPoP-Nonce"
"""What a refusal tells in its headers, and its reader has to know (RFC 9728 §5.1, RFC 9449 §8)."""


def open_to_all(response: Response) -> Response:
    """Public documents: anyone may read them."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    return response


def open_to(response: Response, origins: Collection[str]) -> Response:
    """Only pages of these origins may read the answer."""
    origin = request.headers.get("Origin")
    if origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
    response.vary.add("Origin")
    return response


def preflight_of_document() -> Response:
    """A public document may be asked for with any header, such as the version of a protocol: none is looked at."""
    response = open_to_all(Response(status=204))
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
    response.headers["Access-Control-Allow-Headers"] = "*"
    response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_MAX_AGE)
    return response


def preflight(methods: str) -> Response:
    """A preflight tells only how to ask; whether the answer may be read is decided with the answer."""
    response = Response(status=204)
    origin = request.headers.get("Origin")
    if origin and origin != "null":
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = methods
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, DPoP"
        response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_MAX_AGE)
    response.vary.add("Origin")
    return response
