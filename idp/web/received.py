"""Raw octets of a request become Parameters at the door, and nowhere further in."""

from flask import Request

from idp.protocol.errors import InvalidRequest
from idp.protocol.parameters import Parameters

FORM = "application/x-www-form-urlencoded"
UPLOAD = "multipart/form-data"


def from_query(request: Request) -> Parameters:
    """The query string (RFC 6749 §3.1). InvalidRequest when it cannot be read at all."""
    return Parameters.parse(request.query_string)


def from_form(request: Request) -> Parameters:
    """A form body (RFC 6749 §3.2, Appendix B); the query is not read. InvalidRequest for any other media type."""
    if request.mimetype != FORM:
        raise InvalidRequest(f"send the parameters as {FORM} in the request body")
    return Parameters.parse(request.get_data())


def from_app(request: Request) -> Parameters:
    """What an app itself sends us: as from_form_alone, each parameter once (RFC 6749 §3.2)."""
    parameters = from_form_alone(request)
    parameters.refuse_duplicates()
    return parameters


def from_form_alone(request: Request) -> Parameters:
    """As from_form, and InvalidRequest when anything stands in the query: secrets do not belong in addresses."""
    if request.query_string:
        raise InvalidRequest("send the parameters in the request body; the query string must be empty")
    return from_form(request)
