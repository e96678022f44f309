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
from idp.signing import decryption, foreign
from idp.signing.compact import BadToken
from idp.store.clients import Client
from idp.web import client_keys
from idp.web.house import house

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

    RequestNotSupported for an app that registered no keys, and for a request that nobody signed (Core §6.1) where the
    app may send such (RFC 9101 §10.5).
    """
    if not client.metadata.jwks and not client.metadata.jwks_uri:
        raise RequestNotSupported("this client registered no keys to sign requests with; send plain parameters")
    if foreign.is_unsigned(text) and not client.metadata.require_signed_request_object:
        raise RequestNotSupported("a request object must be signed; alg none is not supported")
    if decryption.is_encrypted(text):
        text = _opened(text)
    metadata = client.metadata
    algorithms = metadata.algs_of(metadata.request_object_signing_alg)
    claims = client_keys.verified(text, metadata, request_object.TYPES, algorithms, now)
    if claims is None:
        raise InvalidRequestObject("the request object is not signed with a key and an algorithm of this client")
    if fapi.is_signing(metadata.profile) and (problem := fapi.check_signed_request(claims, now)):
        raise InvalidRequestObject(problem)
    return request_object.parameters_of(claims, client.client_id, issuer, now, by_reference=by_reference)


def _opened(text: str) -> str:
    """§6.1: signed inside, encrypted outside; who encrypted it is not known by that."""
    try:
        return decryption.decrypted(text, house().folder)
    except BadToken:
        raise InvalidRequestObject(
            "the request object is not encrypted for the key of jwks_uri that has use enc, or not as discovery says"
        ) from None
