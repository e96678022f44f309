"""Another address for an account: the new one proves itself, the old one is told at once and may stop it for a week.

Nothing changes before the proof, and the proof is given by the person of the account: whoever else presses the mailed
link would give their own address to a stranger's account.
"""

from dataclasses import dataclass

from idp import sessions
from idp.accounts import leaving, proofs, second_factor
from idp.accounts.identifiers import Email
from idp.accounts.proofs import NoTriesLeft, code_hash
from idp.store import (
    audit,
    authenticators,
    credentials,
    email_changes,
    emails,
    identities,
    passkeys,
    recovery_codes,
    sign_ups,
    users,
)
from idp.store import proofs as stored
from idp.store.base import fingerprint, new_id, new_secret
from idp.store.email_changes import Change
from idp.store.proofs import RESET, SIGN_IN
from idp.store.users import SUSPENDED, Account

CONFIRM_FOR = 24 * 3600
STOP_FOR = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Mailed:
    """The secrets of the mails: `token` and `code` for the new address, `stop` for the old one."""

    token: str
    code: str
    stop: str = ""

    def __repr__(self) -> str:
        return "Mailed()"


@dataclass(frozen=True, slots=True)
class Stopped:
    """`account` as it is afterwards; `was_moved`: the new address had been in its place, and is gone again."""

    account: Account
    was_moved: bool


class Taken(Exception):
    """The address was proved, and belongs to another account by now."""


def begin(
    account: Account, email: Email, code_key: bytes, network: str, now: int, *, deliverable: bool
) -> tuple[Change, Mailed]:
    """A change that waits for its proof; one that waited before ends.

    Not `deliverable` when no mail will carry link and code, because the address has an account: the same is stored,
    and nothing opens it.
    """
    change = Change(
        id=new_id(),
        user_id=account.user_id,
        old_lookup=account.lookup,
        old_address=account.email,
        new_lookup=email.lookup,
        new_address=email.display,
        created_at=now,
        expires_at=now + CONFIRM_FOR,
        stoppable_until_at=now + STOP_FOR,
    )
    mailed = Mailed(new_secret(), proofs.new_code(), new_secret())
    code = code_hash(code_key, change.id, mailed.code) if deliverable else ""
    users.hold(account.user_id)
    email_changes.open(change, fingerprint(mailed.token), code, fingerprint(mailed.stop))
    audit.record("email_change_asked", now, user_id=account.user_id, network=network)
    return change, mailed


def renew(change: Change, code_key: bytes, now: int, *, deliverable: bool) -> Mailed:
    """Another mail to the new address: its link and code work, those before do not."""
    mailed = Mailed(new_secret(), proofs.new_code())
    code = code_hash(code_key, change.id, mailed.code) if deliverable else ""
    email_changes.renew(change.id, fingerprint(mailed.token), code, now)
    return mailed


def look(token: str, now: int) -> Change | None:
    """What a live link to a new address stands for; looking spends nothing."""
    found = email_changes.by_confirm(fingerprint(token))
    waits = found and found.confirmed_at is None and found.stopped_at is None and found.expires_at > now
    return found if waits else None


def spent(token: str) -> Change | None:
    """The change that this link confirmed."""
    found = email_changes.by_confirm(fingerprint(token))
    return found if found and found.confirmed_at is not None else None


def look_to_stop(token: str, now: int) -> Change | None:
    """What a link to an old address can still stop; looking spends nothing."""
    found = email_changes.by_stop(fingerprint(token))
    return found if found and found.stopped_at is None and found.stoppable_until_at > now else None


def confirm_by_link(token: str, user_id: str, network: str, now: int) -> Change | None:
    """The account has the new address; None when the link is used, too old, or not of this person. Raises Taken."""
    users.hold(user_id)
    return _done(email_changes.confirm(fingerprint(token), user_id, now), network, now, "link")


def confirm_by_code(
    change: Change, typed: str, code_keys: tuple[bytes, ...], tries: int, network: str, now: int
) -> Change | None:
    """The same by the newest code; None when it is another one. Raises NoTriesLeft and Taken."""
    users.hold(change.user_id)
    if not email_changes.count_try(change.id, tries, now):
        raise NoTriesLeft
    spent = (email_changes.confirm_by_code(change.id, code_hash(key, change.id, typed), now) for key in code_keys)
    return _done(next(filter(None, spent), None), network, now, "code")


def stop(token: str, network: str, now: int) -> Stopped | None:
    """The old address does not want it: nothing of it waits any more, and what it did is undone.

    Then nobody who came in meanwhile stays: the password is gone, and so is whatever was added since to prove oneself
    by. None when the link is used, too old, or not one of ours.
    """
    found = look_to_stop(token, now)
    if found:
        users.hold(found.user_id)
    change = email_changes.stop(fingerprint(token), now) if found else None
    if change is None:
        return None
    email_changes.stop_later(change.user_id, change.created_at, now)
    account = users.written(change.user_id)
    was_moved = account is not None and account.lookup != change.old_lookup
    if was_moved:
        _take_back(change, now)
        leaving.stay_after_all(change.user_id, network, now)
        account = users.written(change.user_id)
    audit.record("email_change_stopped", now, user_id=change.user_id, network=network, was_moved=was_moved)
    return Stopped(account, was_moved) if account else None


def _done(change: Change | None, network: str, now: int, proved_by: str) -> Change | None:
    """The addresses change places in the transaction that spent the proof; mails to the old one let nobody in."""
    if change is None:
        return None
    if not emails.prove(change.new_lookup, change.new_address, change.user_id, now, proved_by):
        raise Taken
    if not emails.replace(change.old_lookup, change.new_lookup, change.user_id):
        emails.remove(change.new_lookup, change.user_id)
        return None
    email_changes.end(change.user_id, now)
    users.touch(change.user_id, now)
    for purpose in (RESET, SIGN_IN):
        stored.end(purpose, change.old_lookup, now)
    audit.record("email_changed", now, user_id=change.user_id, network=network, proved_by=proved_by)
    return change


def _take_back(change: Change, now: int) -> None:
    """The account is its old address's again, and nobody else's."""
    user_id, since = change.user_id, change.created_at
    credentials.forget_password(user_id)
    passkeys.remove_since(user_id, since)
    identities.remove_since(user_id, since)
    if authenticators.remove_since(user_id, since):
        recovery_codes.replace(user_id, (), now)
    sign_ups.void(user_id)
    second_factor.forget(user_id, now)
    sessions.end_everywhere_else(user_id, now)
    emails.remove_since(user_id, since)
    if not emails.prove(change.old_lookup, change.old_address, user_id, now, "stopped"):
        users.become(user_id, SUSPENDED, now)  # the mailbox made an account of its own in that very moment
    users.touch(user_id, now)
    stored.end_of_user(user_id, now)
