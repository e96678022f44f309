"""Secrets of apps: their fingerprint is all we keep, save of those that sign, of which a copy is wrapped under keys/.

OpenID Connect Core §9, client_secret_jwt: an HMAC can be verified only by whoever holds the secret itself.
"""

from collections.abc import Collection, Mapping
from typing import Any

from idp.protocol.client_metadata import ClientMetadata
from idp.signing import foreign
from idp.signing.compact import BadToken
from idp.signing.wrapping import BadWrapping, KeyFolder
from idp.store import audit, client_secrets
from idp.store.base import fingerprint, new_id
from idp.store.client_secrets import StoredSecret
from idp.store.clients import Client


def stored(
    secret: str,
    client_id: str,
    metadata: ClientMetadata,
    folder: KeyFolder,
    now: int,
    expires_at: int | None = None,
) -> StoredSecret:
    """A secret as the store keeps it for this app."""
    wrapped = folder.wrap(secret.encode(), _bound(client_id)) if metadata.signs_with_secret else ""
    return StoredSecret(new_id(), client_id, fingerprint(secret), now, expires_at, wrapped=wrapped)


def signed_by(
    client: Client, assertion: str, typ: Collection[str], folder: KeyFolder
) -> tuple[Mapping[str, Any], str] | None:
    """What the assertion claims, and the fingerprint of the live secret of this app that signed it; None for none."""
    for printed, copy in zip(client.secrets, client.wrapped, strict=True):
        try:
            secret = folder.unwrap(copy, _bound(client.client_id)) if copy else b""
            if secret:
                return foreign.verify_shared(assertion, secret, typ=typ).claims, printed
        except (BadToken, BadWrapping):
            continue
    return None


def reseal(folder: KeyFolder, now: int) -> int:
    """Wrap every copy under the key of keys/ that seals now; how many that were. Safe to repeat. Raises BadWrapping."""
    number = 0
    for secret in client_secrets.live(now):
        if secret.wrapped and (again := folder.rewrapped(secret.wrapped, _bound(secret.client_id))):
            number += client_secrets.rewrapped(secret.id, secret.wrapped, again)
    if number:
        audit.record("client.secrets_resealed", now, under=folder.sealing_key.number, number=number)
    return number


def _bound(client_id: str) -> bytes:
    return f"portico/client-secret/{client_id}".encode()
