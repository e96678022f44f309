"""Requests that the app signed (RFC 9101): nobody on the way through the browser can have changed them."""

from idp.protocol import request_object
from idp.protocol.client_registration import CLIENT_ALGS
from idp.protocol.errors import InvalidRequestObject, RequestNotSupported
from idp.protocol.parameters import Parameters
from idp.signing import foreign
from idp.store.clients import Client
from idp.web import client_keys


def unpacked(text: str, client: Client, issuer: str, now: int) -> Parameters:
    """§6.3: what was signed counts, and nothing beside it. Raises InvalidRequestObject.

    RequestNotSupported for an app that registered no keys, and for a request that nobody signed (Core §6.1).
    """
    if not client.metadata.jwks and not client.metadata.jwks_uri:
        raise RequestNotSupported("this client registered no keys to sign requests with; send plain parameters")
    if foreign.is_unsigned(text):
        raise RequestNotSupported("a request object must be signed; alg none is not supported")
    pinned = client.metadata.request_object_signing_alg
    claims = client_keys.verified(
        text, client.metadata, request_object.TYPES, (pinned,) if pinned else CLIENT_ALGS, now
    )
    if claims is None:
        raise InvalidRequestObject("the request object is not signed with a key and an algorithm of this client")
    return request_object.parameters_of(claims, client.client_id, issuer, now)
