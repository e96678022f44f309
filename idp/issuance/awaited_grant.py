"""The grant-to-be of a request that was answered elsewhere: sealed beside it, until the app fetches its tokens."""

import json

from idp.issuance import authorization_code
from idp.protocol.errors import InvalidGrant
from idp.signing.sealing import BadSeal, Sealer
from idp.store.grants import Grant

PURPOSE = "awaited_grant"


def seal(grant: Grant, sealer: Sealer, now: int) -> str:
    """As the store keeps it."""
    members = authorization_code.members_of(grant)
    return sealer.seal(PURPOSE, json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode(), now)


def read(sealed: str, sealer: Sealer) -> Grant:
    """The grant-to-be again; InvalidGrant when its key is gone."""
    try:
        return authorization_code.grant_of(*json.loads(sealer.unseal(PURPOSE, sealed)))
    except BadSeal:
        raise InvalidGrant("what the person agreed to cannot be read any more; ask again") from None
