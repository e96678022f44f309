"""JSON answers, made as bytes once."""

import json
from collections.abc import Mapping
from wsgiref.types import WSGIEnvironment

from flask import Response as Response
from werkzeug.datastructures import Headers


def private_json(members: Mapping[str, object], status: int = 200) -> Response:
    """For one app's eyes: no cache keeps it (RFC 6749 §5.1)."""
    return private_text(json.dumps(members, separators=(",", ":")), "application/json", status)


def private_text(text: str, mimetype: str, status: int = 200) -> Response:
    """The same for what is no JSON."""
    response = Response(text, status, mimetype=mimetype)
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


class FragmentEnds(Response):
    """A redirect to an address that ends with an empty fragment: a browser would carry the one it has into an address
    without any (RFC 9110 §10.2.2). Werkzeug writes addresses without empty fragments, so it is added after that.
    """

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        headers = super().get_wsgi_headers(environ)
        if "#" not in headers.get("Location", "#"):
            headers["Location"] += "#"
        return headers


def fragment_ends(response: Response) -> Response:
    """The same answer; what stood behind # in the address bar goes no further."""
    return FragmentEnds(response.get_data(), response.status_code, response.headers)
