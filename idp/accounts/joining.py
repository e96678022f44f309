"""From a filled-in sign-up form to an account: nothing belongs to anybody before the address is proved.

Every sign-up waits by itself. The one whose proof is used becomes the account, with its own password or with the other
provider its person came by; the rest, whoever made them, lead nowhere from then on: neither their passwords nor their
providers nor their browsers open anything. A sign-up for an address that has an account waits like any other.

Whoever came by another provider proves the address in the browser they came in, by the link or the code: somebody else
who is sent such a mail, and presses its button, must not give their address to a stranger's sign-in.
"""

import json
from dataclasses import dataclass
from typing import NamedTuple

from idp.accounts import proofs
from idp.accounts.identifiers import Email
from idp.signing.sealing import Sealer
from idp.store import agreements, audit, credentials, emails, sign_ups, users
from idp.store.base import new_id
from idp.store.proofs import CONFIRM, Proved, came_to, of_sign_up
from idp.store.sign_ups import Waiting
from idp.upstream import linking
from idp.upstream.linking import Came


@dataclass(frozen=True, slots=True)
class Terms:
    """Which versions the person agreed to, whether they want news, and in which language and where they said so."""

    terms_version: str
    privacy_version: str
    marketing: bool
    locale: str
    network: str
    terms_digest: str = ""
    privacy_digest: str = ""


class Meant(NamedTuple):
    """What a mailed link confirms: a sign-up, and the app's request it was made for."""

    sign_up: Waiting
    pending_id: str | None

    def may_be_confirmed_in(self, browser: str) -> bool:
        """Whether the link's button works in this browser."""
        return self.sign_up.identity is None or self.sign_up.browser == browser


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The address is proved. `user_id` is None when it had been proved before: nothing was changed then."""

    sign_up: Waiting
    pending_id: str | None
    user_id: str | None


def sign_up(
    email: Email, password_hash: str, browser: str, terms: Terms, now: int, identity: str | None = None
) -> Waiting:
    """A sign-up that waits for the proof of its address; by another provider, `identity` is who came, sealed, and there
    is no password.
    """
    waiting = _begun(email, password_hash, browser, terms, now, identity)
    sign_ups.add(waiting)
    return waiting


def join_at_once(email: Email, came: Came, terms: Terms, now: int) -> str | None:
    """The account of somebody whose provider proved the address, as configuration trusts it to.

    None when the address, or who came, belongs to somebody already.
    """
    return _account_of(_begun(email, "", "", terms, now, None), came, now, "provider")


def _begun(email: Email, password_hash: str, browser: str, terms: Terms, now: int, identity: str | None) -> Waiting:
    return Waiting(
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
        terms_digest=terms.terms_digest,
        privacy_digest=terms.privacy_digest,
        created_at=now,
        expires_at=now + proofs.CONFIRM_FOR,
        identity=identity,
    )


def meant(proved: Proved, browser: str, now: int) -> Meant | None:
    """What this link confirms in this browser; None when its sign-up is gone.

    Whoever reads the mail and signed up here means their own sign-up, whichever mail it was: a stranger who typed the
    same address may have had one sent just before, with a password that only the stranger knows.
    """
    here = sign_ups.here(proved.lookup, browser, now)
    if here and here.id != proved.sign_up_id:
        own = of_sign_up(here.id)
        return Meant(here, own.pending_id if own else None)
    named = sign_ups.find(proved.sign_up_id or "", now)
    return Meant(named, proved.pending_id) if named else None


def confirm_by_link(token: str, browser: str, sealer: Sealer, now: int) -> Confirmed | None:
    """The link's address is proved, once; None when the link is used, too old or not ours.

    Raises Elsewhere, and spends nothing, in a browser where it must not be.
    """
    live = proofs.look(token, CONFIRM, now)
    found = meant(live, browser, now) if live else None
    if found is None:
        return None
    if not found.may_be_confirmed_in(browser):
        raise Elsewhere
    spent = proofs.spend(token, CONFIRM, now)
    return _confirmed(spent, found, sealer, now, "link") if spent else None


class Elsewhere(Exception):
    """The link of a sign-up by another provider was pressed in another browser than it began in."""


def confirm_by_code(
    waiting: Waiting, typed: str, code_keys: tuple[bytes, ...], tries: int, sealer: Sealer, now: int
) -> Confirmed | None:
    """The address is proved by the newest code; None when it is another one. Raises proofs.NoTriesLeft."""
    spent = proofs.spend_code(waiting.id, typed, code_keys, tries, now)
    return _confirmed(spent, Meant(waiting, spent.pending_id), sealer, now, "code") if spent else None


def came_of(sign_up_id: str) -> str | None:
    """The id of the account that this sign-up became, by whatever browser its proof was used."""
    proved = of_sign_up(sign_up_id)
    return proved.user_id if proved and proved.spent_at is not None else None


def _confirmed(spent: Proved, found: Meant, sealer: Sealer, now: int, proved_by: str) -> Confirmed:
    came = linking.unsealed(found.sign_up.identity, sealer) if found.sign_up.identity is not None else None
    user_id = _account_of(found.sign_up, came, now, proved_by)
    if user_id:
        came_to(spent.id, found.sign_up.id, user_id)
    return Confirmed(found.sign_up, found.pending_id, user_id)


def _account_of(waiting: Waiting, came: Came | None, now: int, proved_by: str) -> str | None:
    """The new account, or None when somebody proved the address earlier, or who came belongs to somebody."""
    profile = json.dumps(dict(came.identity.claims), ensure_ascii=False) if came else "{}"
    user_id = users.add(waiting.locale, now, profile)
    is_first = emails.prove(waiting.lookup, waiting.address, user_id, now, proved_by)
    if not is_first or not _opens(user_id, waiting, came, now):
        users.remove(user_id)
        return None
    decisions = (
        (agreements.TERMS, waiting.terms_version, waiting.terms_digest, True),
        (agreements.PRIVACY, waiting.privacy_version, waiting.privacy_digest, True),
        (agreements.MARKETING, waiting.terms_version, "", waiting.marketing),
    )
    for document, version, digest, accepted in decisions:
        agreements.record(
            user_id,
            document,
            version,
            waiting.created_at,
            accepted=accepted,
            locale=waiting.locale,
            network=waiting.network,
            digest=digest,
        )
    audit.record("account_created", now, user_id=user_id, network=waiting.network, proved_by=proved_by)
    return user_id


def _opens(user_id: str, waiting: Waiting, came: Came | None, now: int) -> bool:
    """By what its person comes in from now on; False when that is nothing."""
    if came:
        linked = linking.attach(user_id, came, now) is not None
        if linked:
            audit.record("identity_linked", now, user_id=user_id, network=waiting.network, upstream=came.upstream)
        return linked
    if waiting.password:
        credentials.set_password(user_id, waiting.password, now)
    return bool(waiting.password)
