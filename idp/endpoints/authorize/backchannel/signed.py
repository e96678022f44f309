"""Authentication requests that the app signed (OpenID CIBA Core 1.0 §7.1.1): always, or never, as it registered."""

from idp.protocol import backchannel, request_object
from idp.protocol.errors import InvalidRequest, InvalidRequestObject
from idp.protocol.parameters import Parameters
from idp.store import used_once
from idp.store.clients import Client
from idp.web import client_keys


def unpacked(parameters: Parameters, client: Client, issuer: str, now: int) -> Parameters:
    """What was signed, and nothing beside it; the parameters themselves of an app that does not sign.

    §13 has one error for all that may be wrong: InvalidRequest.
    """
    if "request_uri" in parameters:
        raise InvalidRequest("request_uri is not supported here; send request")
    alg, text = client.metadata.backchannel_authentication_request_signing_alg, parameters.get("request")
    if alg is None and text is None:
        return parameters
    if alg is None:
        raise InvalidRequest("this client registered no backchannel_authentication_request_signing_alg; do not sign")
    if text is None:
        raise InvalidRequest("this client signs what it asks here: send request, and nothing beside it")
    if beside := sorted(parameters.as_sent().keys() - backchannel.ALONE):
        raise InvalidRequest(f"{beside[0][:40]} stands beside the signed request; put it inside")
    claims = client_keys.verified(text, client.metadata, request_object.TYPES, (alg,), now)
    if claims is None:
        raise InvalidRequest("the request is not signed with a key and the algorithm that this client registered")
    try:
        found = request_object.parameters_of(claims, client.client_id, issuer, now)
    except InvalidRequestObject as problem:
        raise InvalidRequest(problem.description) from None
    jti = backchannel.check_claims(claims, now, request_object.SKEW)
    if not used_once.use(now + backchannel.LONGEST_LIFE + request_object.SKEW, "ciba", client.client_id, jti):
        raise InvalidRequest("this signed request was used before: its jti must be new each time")
    return found
