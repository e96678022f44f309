"""The authorization code: a sealed value that carries its grant-to-be, so that a silent sign-in writes nothing.

RFC 6749 §4.1.2: bound to client and redirect URI; here also to person, session, nonce and code challenge.
"""

import json
from dataclasses import dataclass
from typing import Any

from idp.protocol.errors import InvalidGrant
from idp.protocol.scope import Scope
from idp.signing.sealing import BadSeal, Sealer
from idp.store.grants import Grant

PURPOSE = "authorization_code"


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """`grant` opens when the code is redeemed; its id makes the code single-use."""

    grant: Grant
    redirect_uri: str
    nonce: str | None
    code_challenge: str | None
    expires_at: int
    dpop_jkt: str = ""


def seal(code: AuthorizationCode, sealer: Sealer, now: int) -> str:
    """The code as the app gets it."""
    members = [
        *members_of(code.grant),
        *(code.redirect_uri, code.nonce, code.code_challenge, code.expires_at, code.dpop_jkt),
    ]
    return sealer.seal(PURPOSE, json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode(), now)


def read(text: str, sealer: Sealer, now: int) -> AuthorizationCode:
    """The code again; InvalidGrant when it is not ours or too old. Whether it was spent, the store knows."""
    try:
        members = json.loads(sealer.unseal(PURPOSE, text))
    except BadSeal:
        raise InvalidGrant("the code is not one of this provider") from None
    *of_grant, redirect_uri, nonce, code_challenge, expires_at, dpop_jkt = members
    grant = grant_of(*of_grant)
    if expires_at <= now:
        raise InvalidGrant("the code has expired; redeem it within the minute")
    return AuthorizationCode(grant, redirect_uri, nonce, code_challenge, expires_at, dpop_jkt)


def members_of(grant: Grant) -> list[Any]:
    """A grant-to-be as JSON has it."""
    return [
        *(grant.id, grant.user_id, grant.client_id, grant.session_id, str(grant.scope), grant.claims),
        *(grant.auth_time, grant.amr, grant.acr, grant.offline, grant.resources, grant.details),
    ]


def grant_of(grant_id: str, user_id: str, client_id: str, session_id: str, scope: str, *more: Any) -> Grant:
    """The grant-to-be that `members_of` wrote."""
    claims, auth_time, amr, acr, offline, resources, details = more
    return Grant(
        grant_id,
        user_id,
        client_id,
        session_id,
        Scope(scope.split()),
        claims,
        auth_time,
        amr,
        acr,
        offline,
        resources=tuple(resources),
        details=details,
    )
