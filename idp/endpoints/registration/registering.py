"""An app registers itself: what it says becomes a client, or an error (RFC 7591 §3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from idp.endpoints.registration import faces, sectors, statements
from idp.protocol import machine_registration
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidToken, TemporarilyUnavailable
from idp.settings.load import Settings
from idp.signing import shared_secrets
from idp.store import audit, client_secrets, clients, initial_access_tokens, registrations
from idp.store.base import fingerprint, new_id, new_secret
from idp.store.clients import Client
from idp.store.initial_access_tokens import StoredToken
from idp.store.registrations import Registration
from idp.web.house import house
from idp.web.registration_policy import insist_on_a_signer, insist_on_own_face, standing

WAITS_FOR_USE: Final = 3600
"""Seconds after which an app that nobody used makes room where there is none: strangers could fill it all."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What the app is told, once: `secret` is "" where it has none or had it before."""

    client_id: str
    metadata: ClientMetadata
    issued_at: int
    statement: str
    token: str = field(repr=False)
    secret: str = field(repr=False, default="")
    secret_ends_at: int = 0
    """Seconds since the epoch; 0: never."""

    def members(self, address: str) -> Mapping[str, object]:
        """RFC 7591 §3.2.1, RFC 7592 §3; `address` is where the registration is managed."""
        secret = {"client_secret": self.secret} if self.secret else {}
        ends = {"client_secret_expires_at": self.secret_ends_at} if self.metadata.has_secret else {}
        statement = {"software_statement": self.statement} if self.statement else {}
        return {
            "client_id": self.client_id,
            "client_id_issued_at": self.issued_at,
            **secret,
            **ends,
            "registration_access_token": self.token,
            "registration_client_uri": address,
            **machine_registration.shown(self.metadata),
            **statement,
        }


def register(
    said: Mapping[str, object], initial: StoredToken | None, settings: Settings, network: str, now: int
) -> Registered:
    """The app is registered, if this request's transaction lasts. Everything is checked before anything is written.

    Raises the errors of RFC 7591 §3.2.2, InvalidToken where the initial access token was used up meanwhile, and
    TemporarilyUnavailable where there are as many such apps as the operator wants.
    """
    policy = initial.policy if initial else standing(settings)
    heard, statement = statements.heard(said, settings.registration, now)
    metadata = machine_registration.registered(heard, policy)
    insist_on_own_face(metadata, settings)
    insist_on_a_signer(metadata, settings)
    sectors.check(metadata)
    logo = faces.drawn(metadata)
    if registrations.how_many() >= settings.registration.most and not registrations.made_room(now - WAITS_FOR_USE):
        raise TemporarilyUnavailable("there are as many registered apps as this provider takes; ask its operator")
    if initial and not initial_access_tokens.spent(initial.id, now):
        raise InvalidToken("the initial access token was used as often as it may be")
    client, token = Client(new_id(), metadata, source="registration"), new_secret()
    clients.added(client, now)
    if logo:
        client = replace(client, metadata=faces.hung(client.client_id, metadata, logo, now))
        clients.changed(client, now)
    made_with = initial.id if initial else None
    registrations.add(Registration(client.client_id, fingerprint(token), policy, statement, now, made_with))
    audit.record("client.registered", now, client_id=client.client_id, network=network, initial_token=made_with or "")
    secret, ends_at = new_client_secret(client, settings, now)
    return Registered(client.client_id, client.metadata, now, statement, token, secret, ends_at)


def new_client_secret(client: Client, settings: Settings, now: int) -> tuple[str, int]:
    """A secret of the app, to be shown once, and when it ends (0: never); "" for an app that needs none."""
    if not client.metadata.has_secret:
        return "", 0
    secret, lasts = new_secret(), settings.registration.secret_for
    ends_at = now + lasts if lasts else None
    stored = shared_secrets.stored(secret, client.client_id, client.metadata, house().folder, now, ends_at)
    client_secrets.added(stored)
    return secret, ends_at or 0
