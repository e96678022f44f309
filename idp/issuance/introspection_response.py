"""An introspection answer as a signed value (RFC 9701): who asked can show what Portico said."""

from collections.abc import Mapping

from idp.issuance import enclosed
from idp.issuance.mint import Mint
from idp.protocol.errors import ServerError
from idp.signing.ring import NoSigner
from idp.store.clients import Client

MEDIA_TYPE = "application/token-introspection+jwt"
JWT_TYPE = "token-introspection+jwt"


def sign(said: Mapping[str, object], client: Client, mint: Mint, now: int) -> str:
    """§5: what was said stands inside `token_introspection`, so that nobody takes this for an access token.

    ServerError when no key signs as the client wants, or encrypts for it.
    """
    claims = {"iss": mint.issuer, "aud": client.client_id, "iat": now, "token_introspection": dict(said)}
    try:
        signed = mint.ring.sign(claims, client.metadata.introspection_signed_response_alg, now, typ=JWT_TYPE)
    except NoSigner as error:
        raise ServerError(str(error)) from error
    return enclosed.for_app(signed, "introspection", client.metadata, mint, now)
