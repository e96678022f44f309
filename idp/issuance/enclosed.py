"""What goes out to an app, encrypted where its registration asks for it."""

from contextlib import suppress

from idp.issuance.mint import Mint
from idp.outside.fetch import NotFetched
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import ServerError
from idp.signing import encryption
from idp.signing.encryption import NoKey


def gather_keys(answer: str, metadata: ClientMetadata, mint: Mint, now: int) -> None:
    """Whatever it takes to encrypt for the app is known from now on, if it can be read. For whoever writes before they
    encrypt: SQLite has one writer, and the app chooses how slow its keys are.
    """
    if metadata.encryption_of(answer)[0] and not metadata.jwks:
        with suppress(NotFetched):
            mint.key_sets.at(metadata.jwks_uri, now, is_known=metadata.reviewed)


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
