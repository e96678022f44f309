"""The refresh token: grant and generation, sealed. The grant's row says which generation is the live one."""

from typing import NamedTuple

from idp.protocol.errors import InvalidGrant
from idp.signing.sealing import BadSeal, Sealer

PURPOSE = "refresh_token"


class RefreshToken(NamedTuple):
    grant_id: str
    generation: int


def seal(token: RefreshToken, sealer: Sealer, now: int) -> str:
    """The refresh token as the app gets it."""
    return sealer.seal(PURPOSE, f"{token.grant_id} {token.generation}".encode(), now)


def read(text: str, sealer: Sealer) -> RefreshToken:
    """The refresh token again; InvalidGrant when it is not ours."""
    try:
        grant_id, generation = sealer.unseal(PURPOSE, text).decode().split()
    except BadSeal:
        raise InvalidGrant("the refresh token is not one of this provider") from None
    return RefreshToken(grant_id, int(generation))
