"""The answer to an authorization request as one signed value (JARM §2.1): nobody on the way can change a part of it."""

from collections.abc import Mapping

from idp.issuance import enclosed
from idp.issuance.mint import Mint
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import ServerError
from idp.signing.ring import NoSigner

GOOD_FOR = 600


def sign(members: Mapping[str, str], client_id: str, metadata: ClientMetadata, mint: Mint, now: int) -> str:
    """`members` hold `iss` already. ServerError when no key signs as the client wants, or encrypts."""
    try:
        alg = metadata.authorization_signed_response_alg
        signed = mint.ring.sign({**members, "aud": client_id, "exp": now + GOOD_FOR}, alg, now)
    except NoSigner as error:
        raise ServerError(str(error)) from error
    return enclosed.for_app(signed, "authorization", metadata, mint, now)
