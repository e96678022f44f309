"""From a filled-in sign-up form to an account: nothing belongs to anybody before the address is proved.

Every sign-up waits by itself. The one whose proof is used becomes the account, with its own password; the others,
whoever made them, lead nowhere from then on. A sign-up for an address that has an account waits like any other.
"""

from dataclasses import dataclass
from typing import NamedTuple

from idp.accounts import proofs
from idp.accounts.identifiers import Email
from idp.store import agreements, audit, credentials, emails, sign_ups, users
from idp.store.base import new_id
from idp.store.proofs import CONFIRM, Proved, came_to, of_sign_up
from idp.store.sign_ups import Waiting


@dataclass(frozen=True, slots=True)
class Terms:
    """Which versions the person agreed to, whether they want news, and in which language and where they said so."""

    terms_version: str
    privacy_version: str
    marketing: bool
    locale: str
    network: str


class Meant(NamedTuple):
    """What a mailed link confirms: a sign-up, and the app's request it was made for."""

    sign_up: Waiting
    pending_id: str | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The address is proved. `user_id` is None when it had been proved before: nothing was changed then."""

    sign_up: Waiting
    pending_id: str | None
    user_id: str | None


def sign_up(email: Email, password_hash: str, browser: str, terms: Terms, now: int) -> Waiting:
    """A sign-up that waits for the proof of its address."""
    waiting = Waiting(
        id=new_id(),
        lookup=email.lookup,
        address=email.display,
        password=password_hash,
        browser=browser,
        terms_version=terms.terms_version,
        privacy_version=terms.privacy_version,
        marketing=terms.marketing,
        locale=terms.locale,
        network=terms.network,
        created_at=now,
        expires_at=now + proofs.CONFIRM_FOR,
    )
    sign_ups.add(waiting)
    return waiting


def meant(proved: Proved, browser: str, now: int) -> Meant | None:
    """What this link confirms in this browser; None when its sign-up is gone.

    Whoever reads the mail and signed up here means their own sign-up, whichever mail it was: a stranger who typed the
    same address may have had one sent just before, with a password that only the stranger knows.
    """
    here = sign_ups.of_address(proved.lookup, browser, now)
    if here and here.browser == browser and here.id != proved.sign_up_id:
        own = of_sign_up(here.id)
        return Meant(here, own.pending_id if own else None)
    named = sign_ups.find(proved.sign_up_id or "", now)
    return Meant(named, proved.pending_id) if named else None


def confirm_by_link(token: str, browser: str, now: int) -> Confirmed | None:
    """The link's address is proved, once; None when the link is used, too old or not ours."""
    spent = proofs.spend(token, CONFIRM, now)
    found = meant(spent, browser, now) if spent else None
    return _confirmed(spent, found, now, "link") if spent and found else None


def confirm_by_code(
    waiting: Waiting, typed: str, code_keys: tuple[bytes, ...], tries: int, now: int
) -> Confirmed | None:
    """The address is proved by the newest code; None when it is another one. Raises proofs.NoTriesLeft."""
    spent = proofs.spend_code(waiting.id, typed, code_keys, tries, now)
    return _confirmed(spent, Meant(waiting, spent.pending_id), now, "code") if spent else None


def came_of(sign_up_id: str) -> str | None:
    """The id of the account that this sign-up became, by whatever browser its proof was used."""
    proved = of_sign_up(sign_up_id)
    return proved.user_id if proved and proved.spent_at is not None else None


def _confirmed(spent: Proved, found: Meant, now: int, proved_by: str) -> Confirmed:
    user_id = _account_of(found.sign_up, now, proved_by)
    if user_id:
        came_to(spent.id, found.sign_up.id, user_id)
    return Confirmed(found.sign_up, found.pending_id, user_id)


def _account_of(waiting: Waiting, now: int, proved_by: str) -> str | None:
    """The new account, or None when somebody proved the address earlier."""
    user_id = users.add(waiting.locale, now)
    if not emails.prove(waiting.lookup, waiting.address, user_id, now, proved_by):
        users.remove(user_id)
        return None
    credentials.set_password(user_id, waiting.password, now)
    decisions = (
        (agreements.TERMS, waiting.terms_version, True),
        (agreements.PRIVACY, waiting.privacy_version, True),
        (agreements.MARKETING, waiting.terms_version, waiting.marketing),
    )
    for document, version, accepted in decisions:
        agreements.record(
            user_id,
            document,
            version,
            waiting.created_at,
            accepted=accepted,
            locale=waiting.locale,
            network=waiting.network,
        )
    audit.record("account_created", now, user_id=user_id, network=waiting.network, proved_by=proved_by)
    return user_id
