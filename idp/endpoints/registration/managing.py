"""An app reads, changes and removes its own registration (RFC 7592), by its registration access token."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from idp.endpoints.registration import faces, sectors, statements
from idp.endpoints.registration.registering import Registered, new_client_secret
from idp.protocol import machine_registration, software_statement
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidClientMetadata, InvalidSoftwareStatement, InvalidToken
from idp.settings.load import Settings
from idp.store import audit, client_secrets, clients, registrations
from idp.store.base import fingerprint, new_secret
from idp.store.clients import Client
from idp.store.registrations import Registration
from idp.web.registration_policy import insist_on_a_signer, insist_on_own_face

UNKNOWN = "the registration access token is unknown, was rotated, or its app is gone"


@dataclass(frozen=True, slots=True)
class Managed:
    """A registration that was opened with its token."""

    client: Client
    registration: Registration
    token: str

    def __repr__(self) -> str:
        return f"Managed({self.client.client_id})"


def opened(client_id: str, token: str, now: int) -> Managed:
    """The registration that this token manages. One that is not there is refused like a wrong token (RFC 7592 §2.1).

    So is one that an operator took over into a file, or suspended. Raises InvalidToken.
    """
    printable = client_id.isprintable()  # a null character is no part of an id, and a fault for PostgreSQL
    registration = registrations.find(client_id, fingerprint(token), now) if printable else None
    client = clients.stored(client_id, now) if registration else None
    if client is None or registration is None or client.source != "registration" or client.state != "active":
        raise InvalidToken(UNKNOWN)
    return Managed(client, registration, token)


def settle(managed: Managed) -> None:
    """The app has our answer, since it uses the newest token: the one before is refused from now on."""
    known = managed.registration
    if known.fingerprint == fingerprint(managed.token) and not known.is_settled:
        registrations.settle(managed.client.client_id, known.fingerprint)


def read(managed: Managed, now: int) -> Registered:
    """RFC 7592 §2.1. The client secret is not among it: nobody here can read it."""
    settle(managed)
    client, registration = managed.client, managed.registration
    ends_at = next((each.expires_at for each in reversed(client_secrets.live_of(client.client_id, now))), None)
    return Registered(
        client.client_id,
        client.metadata,
        registration.created_at,
        registration.statement,
        managed.token,
        secret_ends_at=ends_at or 0,
    )


def update(managed: Managed, said: Mapping[str, object], settings: Settings, network: str, now: int) -> Registered:
    """RFC 7592 §2.2: all of it anew, with a new registration access token. What is read elsewhere is read before
    anything is written: SQLite has one writer, and the app chooses how slow that is.

    Raises the errors of RFC 7591 §3.2.2, and InvalidToken where the token was rotated meanwhile.
    """
    client, registration = managed.client, managed.registration
    try:
        metadata, statement = _checked(managed, said, settings, now)
        logo = faces.drawn(metadata, client.metadata.logo_uri)
    finally:
        settle(managed)
    token = new_secret()
    if not registrations.rotated(client.client_id, fingerprint(managed.token), fingerprint(token), statement, now):
        raise InvalidToken(UNKNOWN)
    hung = faces.hung(client.client_id, metadata, logo, now, client.metadata.logo_uri)
    after = replace(client, metadata=hung)
    clients.changed(after, now)
    secret, ends_at = _secret(client, after, settings, now)
    audit.record("client.updated", now, client_id=client.client_id, network=network)
    return Registered(client.client_id, after.metadata, registration.created_at, statement, token, secret, ends_at)


def _checked(managed: Managed, said: Mapping[str, object], settings: Settings, now: int) -> tuple[ClientMetadata, str]:
    """What becomes of the registration, and the statement that goes with it."""
    client, registration = managed.client, managed.registration
    _insist_on_own(client, said)
    if registration.statement and software_statement.MEMBER not in said:
        raise InvalidSoftwareStatement("software_statement is missing: the app was registered with one")
    heard, statement = statements.heard(said, settings.registration, now)
    metadata = machine_registration.updated(client.metadata, heard, registration.policy)
    insist_on_own_face(metadata, settings, client.metadata.logo_uri)
    insist_on_a_signer(metadata, settings)
    sectors.check(metadata)
    return metadata, statement


def remove(managed: Managed, network: str, now: int) -> None:
    """RFC 7592 §2.3: the app is gone, and with it what it was given."""
    clients.removed(managed.client.client_id)
    audit.record("client.removed", now, client_id=managed.client.client_id, network=network)


def _insist_on_own(client: Client, said: Mapping[str, object]) -> None:
    """RFC 7592 §2.2: it says whom it means, sets no secret, and names nothing that is ours to say."""
    if said.get("client_id") != client.client_id:
        raise InvalidClientMetadata("client_id must be there, and the one of this registration")
    for name in machine_registration.MANAGED:
        if name in said:
            raise InvalidClientMetadata(f"{name} must not be in an update")
    secret = said.get("client_secret")
    if secret is not None and not (isinstance(secret, str) and client.has_secret(secret)):
        raise InvalidClientMetadata("client_secret is not the one of this app; it is made here, leave it out")


def _secret(before: Client, after: Client, settings: Settings, now: int) -> tuple[str, int]:
    """A secret where there was none that it can use, none where it needs none; else it stays."""
    live = client_secrets.live_of(before.client_id, now)
    if not after.metadata.has_secret or (after.metadata.signs_with_secret and not all(each.wrapped for each in live)):
        client_secrets.revoked_all(before.client_id, now)
        live = ()
    if not after.metadata.has_secret:
        return "", 0
    return ("", live[-1].expires_at or 0) if live else new_client_secret(after, settings, now)
