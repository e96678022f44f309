"""JSON answers, made as bytes once."""

import json
from collections.abc import Mapping

from flask import Response as Response


def private_json(members: Mapping[str, object], status: int = 200) -> Response:
    """For one app's eyes: no cache keeps it (RFC 6749 §5.1)."""
    response = Response(json.dumps(members, separators=(",", ":")), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response


def public_json(body: bytes, max_age: int, mimetype: str = "application/json") -> Response:
    """A public document that may be kept for `max_age` seconds and asked for again by its ETag."""
    response = Response(body, mimetype=mimetype)
    response.headers["Cache-Control"] = f"public, max-age={max_age}"
    response.add_etag()
    return response


def see_other(location: str) -> Response:
    """303: go there with GET, whatever brought you here. Nothing posted is posted on (RFC 9700 §4.12)."""
    return Response(status=303, headers={"Location": location, "Cache-Control": "no-store"})
