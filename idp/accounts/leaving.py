"""Accounts that close: locked at once by their owner until the mailbox is proved again, or deleted after a while."""

from idp import sessions
from idp.accounts import own_apps, second_factor
from idp.mail import farewells, outbox
from idp.mail.wording import Reader
from idp.settings.load import Settings
from idp.signing.sealing import Sealer
from idp.store import audit, email_changes, proofs, users
from idp.store.base import unit_of_work
from idp.store.users import Account

AT_ONCE = 100


def lock(account: Account, network: str, now: int, *, by: str = "owner") -> bool:
    """At once nobody is signed in, half signed in, or trusted, and no app has access; False when it was not active."""
    if not users.lock(account.user_id, now):
        return False
    _end_everything(account, now)
    audit.record("account_locked", now, user_id=account.user_id, network=network, by=by)
    return True


def unlock(account: Account, network: str, now: int, *, by: str = "owner") -> bool:
    """Whoever proved the mailbox and chose a new password opens it again. Passkeys and links are as they were."""
    if not users.unlock(account.user_id, now):
        return False
    audit.record("account_unlocked", now, user_id=account.user_id, network=network, by=by)
    return True


def leave(account: Account, deletes_at: int, network: str, now: int, *, by: str = "owner") -> bool:
    """The account will be deleted then, and is closed until; False when it was not active."""
    if not users.leave(account.user_id, deletes_at, now):
        return False
    _end_everything(account, now)
    audit.record("deletion_set", now, user_id=account.user_id, network=network, by=by)
    return True


def stay(account: Account, deletes_at: int, network: str, now: int) -> bool:
    """The person keeps the account that was to go at `deletes_at`; False when it is gone, or open again already."""
    if not users.stay(account.user_id, deletes_at, now):
        return False
    audit.record("deletion_undone", now, user_id=account.user_id, network=network)
    return True


def stay_after_all(user_id: str, network: str, now: int) -> bool:
    """What somebody else decided does not count: the account stays; False when it was not to be deleted."""
    account = users.written(user_id)
    return account is not None and stay(account, account.deletes_at or 0, network, now)


def remove_due(settings: Settings, sealer: Sealer, now: int) -> int:
    """Delete the accounts whose time has come, each in a transaction of its own with its mail; how many."""
    with unit_of_work():
        due = users.due(now, AT_ONCE)
    return sum(_removed(user_id, settings, sealer, now) for user_id in due)


def _removed(user_id: str, settings: Settings, sealer: Sealer, now: int) -> bool:
    """The last thing anybody hears of the account is the mail to its address. Its id is never given to anyone else."""
    with unit_of_work():
        account, alone = users.by_id(user_id), own_apps.held_alone(user_id)
        if not users.remove_due(user_id, now):
            return False
        own_apps.orphaned(alone, now)
        audit.anonymise(user_id)
        audit.record("account_deleted", now)
        if account:
            link = f"{settings.server.issuer}/"
            letter = farewells.deletion_done(settings, Reader(account.email, account.locale), link=link)
            outbox.post(letter, sealer, now)
    return True


def _end_everything(account: Account, now: int) -> None:
    """What lets anybody in, or an app at anything: sessions last, since whoever is half in may be on the way."""
    second_factor.forget(account.user_id, now)
    email_changes.end(account.user_id, now)
    proofs.end_of_user(account.user_id, now)
    sessions.end_everywhere_else(account.user_id, now)
