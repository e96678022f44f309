"""What UserInfo says, signed and encrypted where the app asks for it (OpenID Connect Core §5.3.2)."""

import json
from collections.abc import Mapping

from idp.issuance import enclosed
from idp.issuance.mint import Mint
from idp.protocol.errors import ServerError
from idp.signing.ring import NoSigner
from idp.store.clients import Client

MEDIA_TYPE = "application/jwt"


def packed(claims: Mapping[str, object], client: Client, mint: Mint, now: int) -> str | None:
    """A JWT, or None where the app wants plain JSON. ServerError when no key signs as it wants, or encrypts for it."""
    alg, is_encrypted = client.metadata.userinfo_signed_response_alg, client.metadata.encryption_of("userinfo")[0]
    if not alg:
        text = json.dumps(claims, ensure_ascii=False)
        return enclosed.for_app(text, "userinfo", client.metadata, mint, now, is_jwt=False) if is_encrypted else None
    try:
        signed = mint.ring.sign({**claims, "iss": mint.issuer, "aud": client.client_id}, alg, now)
    except NoSigner as error:
        raise ServerError(str(error)) from error
    return enclosed.for_app(signed, "userinfo", client.metadata, mint, now)
