"""What owners of apps hear, and what becomes of an app when its last owner goes."""

from collections.abc import Callable
from functools import partial
from typing import Final
from urllib.parse import quote

from idp.mail import developers, outbox
from idp.mail.letter import Letter
from idp.mail.wording import Reader
from idp.settings.load import Settings
from idp.signing.sealing import Sealer
from idp.store import app_owners, audit, client_secrets, clients
from idp.store.app_owners import AppPerson
from idp.store.base import unit_of_work
from idp.store.client_secrets import Expiring
from idp.store.clients import Client

DAY: Final = 86400
STAGES: Final = (3, 12, 30)
"""Days before the end of a secret at which its owners are told (ux §8, M18)."""
NOBODY_LEFT: Final = "the account of its only owner was deleted"

Write = Callable[..., Letter]


def tell_owners(client: Client, write: Write, settings: Settings, sealer: Sealer, now: int, page: str = "") -> None:
    """A mail to each owner: `write(settings, reader, app=…, link=…)`; `page` is the part of the console it leads to."""
    for person in app_owners.of_app(client.client_id):
        tell(person, client, write, settings, sealer, now, page)


def tell(
    person: AppPerson, client: Client, write: Write, settings: Settings, sealer: Sealer, now: int, page: str = ""
) -> None:
    """The same to one of them."""
    link = f"{settings.server.issuer}/developers/{quote(client.client_id, safe='')}{page}"
    app = client.metadata.localized_name(person.locale) or client.client_id
    outbox.post(write(settings, Reader(person.email, person.locale), app=app, link=link), sealer, now)


def suspend(client_id: str, reason: str, settings: Settings, sealer: Sealer, now: int, *, by: str) -> bool:
    """Nobody signs in to the app any more; its owners are told why (M19). False when it was suspended already."""
    if not clients.suspended(client_id, reason, now):
        return False
    audit.record("client.suspended", now, client_id=client_id, by=by)
    if client := clients.stored(client_id, now):
        tell_owners(client, partial(developers.app_suspended, reason=reason), settings, sealer, now)
    return True


def held_alone(user_id: str) -> tuple[str, ...]:
    """The apps that nobody will own when this person goes. Until this unit of work ends nobody else leaves one."""
    for client_id in app_owners.owned(user_id):
        clients.hold(client_id)
    return app_owners.owned_alone(user_id)


def orphaned(client_ids: tuple[str, ...], now: int) -> None:
    """Apps nobody answers for any more: they stop, and what people allowed them stays until the operator decides."""
    for client_id in client_ids:
        if clients.suspended(client_id, NOBODY_LEFT, now):
            audit.record("client.suspended", now, client_id=client_id, by="no_owner")


def warn_of_secrets(settings: Settings, sealer: Sealer, now: int) -> int:
    """M18 to the owners of apps whose only secret ends soon: once at each stage, by whichever node comes first."""
    with unit_of_work():
        due = [(secret, _stage(secret, now)) for secret in client_secrets.expiring(now, max(STAGES) * DAY)]
    return sum(_told(secret, days, settings, sealer, now) for secret, days in due if days)


def _stage(secret: Expiring, now: int) -> int:
    """The stage that is due, 0 for none: it was told already, or the secret was made to live no longer than that."""
    left = -(-(secret.expires_at - now) // DAY)
    stage = min(days for days in STAGES if left <= days)
    is_told = secret.told_days is not None and secret.told_days <= stage
    return 0 if is_told or secret.expires_at - secret.created_at <= stage * DAY else stage


def _told(secret: Expiring, days: int, settings: Settings, sealer: Sealer, now: int) -> bool:
    write = partial(developers.secret_expires, expires_at=secret.expires_at)
    with unit_of_work():
        client = clients.stored(secret.client_id, now)
        if client is None or not client_secrets.told(secret.id, days):
            return False
        if client.metadata.has_secret:
            tell_owners(client, write, settings, sealer, now, "/credentials")
    return True
