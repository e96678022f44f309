"""The access token of a request, and the refusals of RFC 6750."""

from flask import Request, Response

from idp.protocol.errors import InvalidRequest, OAuthError
from idp.web.received import FORM, from_form

REALM = 'Bearer realm="Portico"'


class NoToken(Exception):
    """Nothing was presented: the answer names no error (RFC 6750 §3.1)."""


def presented(request: Request) -> str:
    """The token from the header or the form body (RFC 6750 §2.1, §2.2), never from the query (§5.3).

    InvalidRequest when it came both ways, NoToken when it did not come at all.
    """
    scheme, _, in_header = request.headers.get("Authorization", "").partition(" ")
    has_header = scheme.lower() == "bearer"
    in_form = from_form(request).get("access_token") if request.method == "POST" and request.mimetype == FORM else None
    if has_header and in_form:
        raise InvalidRequest("send the access token once: in the Authorization header or in the form body")
    token = in_header.strip() if has_header else in_form
    if has_header and not token:
        raise InvalidRequest("the Authorization header says Bearer and holds no token")
    if not token:
        raise NoToken
    return token


def refusal(error: OAuthError | NoToken) -> Response:
    """The answer with its WWW-Authenticate header (RFC 6750 §3)."""
    if isinstance(error, NoToken):
        return Response(status=401, headers={"WWW-Authenticate": REALM})
    challenge = f'{REALM}, error="{error.code}", error_description="{error.description}"'
    return Response(status=error.status, headers={"WWW-Authenticate": challenge})
