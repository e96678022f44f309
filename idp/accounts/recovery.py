"""A new password: by the mailed link for whoever forgot the old one, or by the old one for whoever knows it."""

from idp import sessions
from idp.accounts import proofs, second_factor, throttle
from idp.store import audit, credentials, sign_ups
from idp.store import proofs as stored
from idp.store.proofs import RESET, SIGN_IN, Proved
from idp.store.users import Account


def spend_link(token: str, now: int) -> Proved | None:
    """The mailed link is used, by one request; None when it is used, too old, replaced by a newer one or not ours."""
    spent = proofs.spend(token, RESET, now)
    return spent if spent and spent.user_id else None


def set_password(account: Account, password_hash: str, network: str, now: int, *, kept_session: str = "") -> None:
    """The account has a new password; every other session and every grant made in one ends, every mailed link too.

    Nobody is half in any more, and no device may leave out the second proof.
    """
    credentials.set_password(account.user_id, password_hash, now)
    sign_ups.void(account.user_id)  # before sessions end: whoever claims it now is among them
    second_factor.forget(account.user_id, now)
    sessions.end_everywhere_else(account.user_id, now, kept_session)
    stored.end(RESET, account.lookup, now)
    stored.end(SIGN_IN, account.lookup, now)
    audit.record("password_changed", now, user_id=account.user_id, network=network, by="owner")


def forget_guesses(account: Account) -> None:
    """Whoever proved the mailbox is the owner: what others guessed does not slow them. Before other writes."""
    throttle.forget_account(account.lookup)
