"""Requests that the app signed (RFC 9101): nobody on the way through the browser can have changed them."""

from idp.outside.fetch import Bounds, NotFetched
from idp.outside.reader import Reader
from idp.protocol import fapi, request_object
from idp.protocol.errors import (
    InvalidRequestObject,
    InvalidRequestUri,
    RequestNotSupported,
    RequestUriNotSupported,
)
from idp.protocol.parameters import Parameters
from idp.signing import foreign
from idp.store.clients import Client
from idp.web import client_keys

BOUNDS = Bounds(seconds=5, octets=16 * 1024)


def fetched(request_uri: str, client: Client, reader: Reader) -> str:
    """§5.2, §6.1: what stands at an address of the client's registration, read anew each time.

    RequestUriNotSupported for an app that registered none, InvalidRequestUri for another one and where nothing is read.
    A fragment, which OpenID Connect Core §6.2 takes for a hash of the content, says nothing here: the signature does.
    """
    if not client.metadata.request_uris:
        raise RequestUriNotSupported("this client registered no request_uris; send plain parameters or push them")
    if request_uri not in client.metadata.request_uris:
        raise InvalidRequestUri("request_uri is not registered for this client: it must be the same, each character")
    try:
        address, is_known = request_uri.partition("#")[0], client.metadata.reviewed
        return reader.read(address, BOUNDS, is_known=is_known).body.decode("ascii").strip()
    except (NotFetched, UnicodeDecodeError):
        raise InvalidRequestUri("no request object could be read at request_uri") from None


def unpacked(text: str, client: Client, issuer: str, now: int, *, by_reference: bool = False) -> Parameters:
    """§6.3: what was signed counts, and nothing beside it. Raises InvalidRequestObject.

    RequestNotSupported for an app that registered no keys, and for a request that nobody signed (Core §6.1).
    """
    if not client.metadata.jwks and not client.metadata.jwks_uri:
        raise RequestNotSupported("this client registered no keys to sign requests with; send plain parameters")
    if foreign.is_unsigned(text):
        raise RequestNotSupported("a request object must be signed; alg none is not supported")
    metadata = client.metadata
    algorithms = metadata.algs_of(metadata.request_object_signing_alg)
    claims = client_keys.verified(text, metadata, request_object.TYPES, algorithms, now)
    if claims is None:
        raise InvalidRequestObject("the request object is not signed with a key and an algorithm of this client")
    if fapi.is_signing(metadata.profile) and (problem := fapi.check_signed_request(claims, now)):
        raise InvalidRequestObject(problem)
    return request_object.parameters_of(claims, client.client_id, issuer, now, by_reference=by_reference)
