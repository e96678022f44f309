"""What a provider tells of its own accord: somebody took our app's permission back, or wants what came from there gone.

The link goes, and every session begun by it with what was granted there. A deauthorization never ends an account; a
request for deletion does, by the way its owner would go (with days to come back), if the link was the only way in.
"""

import hmac
from base64 import b32encode
from dataclasses import dataclass
from hashlib import sha256

from idp import sessions
from idp.signing.sealing import Sealer
from idp.store import data_deletions, identities, users
from idp.store.base import fingerprint
from idp.store.identities import Link
from idp.store.users import Account

PURPOSE = "data deletion"
CODE_LENGTH = 20  # characters of base32, 100 bits
SKEW = 300
"""Seconds by which a provider's clock and ours may differ."""

UNLINKED, LEAVING = "unlinked", "leaving"
FROM_THERE = ("name", "given_name", "family_name")


@dataclass(frozen=True, slots=True)
class Told:
    """Who told what: `issued_at` is when, `request` is what tells two requests apart and one from its repetition."""

    provider: str
    app_id: str
    subject: str
    issued_at: int
    request: str

    @property
    def fingerprint(self) -> str:
        """The only form in which a request is kept."""
        return fingerprint("\0".join((self.provider, self.app_id, self.request)))


def unlink(told: Told, now: int) -> Link | None:
    """The link that stood when this was told is gone, and what was begun by it is over; None when there was none.

    A link of later is another one: a repeated request of yesterday does not end what was made today. The account is
    held first, as by whoever else counts its ways in.
    """
    link = identities.written(told.provider, told.app_id, told.subject)
    if link is None or link.linked_at > told.issued_at + SKEW:
        return None
    users.hold(link.user_id)
    if not identities.remove(link.id, link.user_id):
        return None
    sessions.end_of_identity(link.id, now)
    return link


def forget_names(account: Account, link: Link, now: int) -> None:
    """Names that still are as the provider gave them go; what the person wrote since stays."""
    if account.name == link.label:
        users.set_profile(account.user_id, dict.fromkeys(FROM_THERE), now)


def begins(told: Told, sealer: Sealer, now: int) -> tuple[str, bool]:
    """The confirmation code of a request for deletion, and whether it is asked for the first time.

    Asked again, on whichever node, the same code comes out of the same key, so that none has to be stored.
    """
    codes = [_code(key, told) for key in sealer.derive_all(PURPOSE)]
    if data_deletions.add(told.fingerprint, fingerprint(codes[0]), told.provider, now):
        return codes[0], True
    asked = data_deletions.of_request(told.fingerprint)
    given = next((code for code in codes if asked and fingerprint(code) == asked.code), None)
    if given is None:
        data_deletions.recode(told.fingerprint, fingerprint(codes[0]))
    return given or codes[0], False


def _code(key: bytes, told: Told) -> str:
    made = hmac.new(key, told.fingerprint.encode(), sha256).digest()
    return b32encode(made).decode()[:CODE_LENGTH]
