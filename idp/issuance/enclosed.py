"""What goes out to an app, encrypted where its registration asks for it."""

from idp.issuance.mint import Mint
from idp.outside.fetch import NotFetched
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import ServerError
from idp.signing import encryption
from idp.signing.encryption import NoKey


def for_app(text: str, answer: str, metadata: ClientMetadata, mint: Mint, now: int, *, is_jwt: bool = True) -> str:
    """`answer` is one of `encryption.ANSWERS`. ServerError when the app has no key that can be used."""
    alg, enc = metadata.encryption_of(answer)
    if not alg:
        return text
    try:
        keys = metadata.jwks or mint.key_sets.at(metadata.jwks_uri, now, is_known=metadata.reviewed)
        return encryption.encrypted(text, keys, alg, enc, is_jwt=is_jwt)
    except (NotFetched, NoKey) as problem:
        raise ServerError(f"{answer} must be encrypted for this client, and cannot be: {problem}") from None
