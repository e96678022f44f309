"""One token for another (RFC 8693): the words of the request, and who acts for whom in the answer."""

import json
from typing import Any, Final

from idp.protocol.errors import InvalidRequest, InvalidTarget
from idp.protocol.parameters import Parameters

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"
JWT: Final = "urn:ietf:params:oauth:token-type:jwt"
MOST_ACTORS: Final = 5
"""How long a chain of those who act for one another may grow."""


def token_of(parameters: Parameters, role: str) -> str | None:
    """§2.1: `subject_token` or `actor_token` with its type, None where neither is there. Raises InvalidRequest."""
    token, kind = parameters.get(f"{role}_token"), parameters.get(f"{role}_token_type")
    if token is None and kind is None:
        return None
    if token is None or kind not in (ACCESS_TOKEN, JWT):
        raise InvalidRequest(f"{role}_token must be an access token of this provider, {role}_token_type {ACCESS_TOKEN}")
    return token


def wanted_type(parameters: Parameters) -> str:
    """§2.1: what is to come of it; an access token where nothing is said. Raises InvalidRequest."""
    wanted = parameters.get("requested_token_type") or ACCESS_TOKEN
    if wanted not in (ACCESS_TOKEN, JWT):
        raise InvalidRequest(f"requested_token_type must be {ACCESS_TOKEN} or {JWT}")
    return wanted


def target_of(parameters: Parameters, allowed: tuple[str, ...]) -> str:
    """§2.1: the one place the new token is for, by its address (`resource`) or its name (`audience`).

    InvalidTarget for none, for two, and for one that the policy of this client does not name (§2.2.2).
    """
    named = [name for name in (parameters.get("resource"), parameters.get("audience")) if name]
    if len(named) != 1:
        raise InvalidTarget("name the one place the new token is for, as resource or as audience")
    if named[0] not in allowed:
        raise InvalidTarget("the registration of this client does not let it ask for tokens for that place")
    return named[0]


def acting(actor: str, before: str) -> str:
    """§4.1: who acts now, and within it, for the record, who acted before; JSON. InvalidRequest for a long chain."""
    said: dict[str, Any] = {"sub": actor}
    if before:
        said["act"] = json.loads(before)
    depth, link = 0, said
    while link:
        depth, link = depth + 1, link.get("act", {})
    if depth > MOST_ACTORS:
        raise InvalidRequest(f"this token has gone through {MOST_ACTORS} hands already")
    return json.dumps(said, separators=(",", ":"))
