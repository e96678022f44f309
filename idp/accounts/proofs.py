"""What a mail carries so that its reader can prove the address is theirs: a link and, at sign-up, a six-digit code."""

import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from hashlib import sha256

from idp.store import proofs
from idp.store.base import fingerprint, new_id, new_secret
from idp.store.proofs import CONFIRM, RESET, SIGN_IN, Proved

CONFIRM_FOR = 24 * 3600
RESET_FOR = 3600
SIGN_IN_FOR = 900
DIGITS = 6
DASHES = "-\u2010\u2011\u2013"
LIFETIMES = {CONFIRM: CONFIRM_FOR, RESET: RESET_FOR, SIGN_IN: SIGN_IN_FOR}


@dataclass(frozen=True, slots=True)
class Mailed:
    """The secrets of one mail, as only its reader will know them."""

    token: str
    code: str

    def __repr__(self) -> str:
        return "Mailed()"


def open_confirmation(
    lookup: str, sign_up_id: str | None, pending_id: str | None, code_key: bytes, now: int, *, deliverable: bool
) -> Mailed:
    """A new link and code for a sign-up; the ones before end.

    Not `deliverable` when no mail will carry them: the same is stored, and nothing opens it. So it is when there is no
    sign-up at all (None).
    """
    proof_id, mailed = new_id(), Mailed(new_secret(), new_code())
    proof = Proved(proof_id, CONFIRM, lookup, None, sign_up_id, pending_id, now, now + CONFIRM_FOR, None)
    code = code_hash(code_key, proof_id, mailed.code)
    proofs.open(proof, fingerprint(mailed.token), code if deliverable else "")
    return mailed


def open_reset(lookup: str, user_id: str | None, pending_id: str | None, now: int) -> Mailed:
    """A new link to choose a password by; the ones before end. Without an account the same is stored, for nobody."""
    mailed = Mailed(new_secret(), "")
    proof = Proved(new_id(), RESET, lookup, user_id, None, pending_id, now, now + RESET_FOR, None)
    proofs.open(proof, fingerprint(mailed.token), "")
    return mailed


def open_sign_in(
    lookup: str, user_id: str | None, pending_id: str | None, browser: str, code_key: bytes, now: int
) -> tuple[str, Mailed]:
    """A new link and code to sign in with, for this browser alone; the ones it asked for before end.

    The id of the proof, and its secrets. Without an account the same is stored, and nothing opens it.
    """
    proof_id, mailed = new_id(), Mailed(new_secret(), new_code())
    expires_at = now + SIGN_IN_FOR
    proof = Proved(proof_id, SIGN_IN, lookup, user_id, None, pending_id, now, expires_at, None, browser)
    code = code_hash(code_key, proof_id, mailed.code)
    proofs.open(proof, fingerprint(mailed.token), code if user_id else "")
    return proof_id, mailed


def look(token: str, purpose: str, now: int) -> Proved | None:
    """What a live link stands for; looking spends nothing. None when it is used, too old, or not one of ours."""
    found = proofs.by_token(fingerprint(token), purpose)
    return found if found and found.spent_at is None and found.expires_at > now else None


def spend(token: str, purpose: str, now: int) -> Proved | None:
    """Use the link: what it stands for, for one request and no second one."""
    return proofs.spend(fingerprint(token), purpose, now)


def spend_code(sign_up_id: str, typed: str, code_keys: tuple[bytes, ...], tries: int, now: int) -> Proved | None:
    """Use the code of a sign-up's newest mail. Raises NoTriesLeft; None when it is not that code."""
    proof_id = proofs.count_try(sign_up_id, tries, now)
    if proof_id is None:
        raise NoTriesLeft
    return _spend_by_code(proof_id, typed, code_keys, now)


def spend_sign_in_code(
    proof_id: str, browser: str, typed: str, code_keys: tuple[bytes, ...], tries: int, now: int
) -> Proved | None:
    """Use the code that this browser asked for, to sign in. Raises NoTriesLeft; None when it is not that code."""
    if not proofs.count_try_here(proof_id, browser, tries, now):
        raise NoTriesLeft
    return _spend_by_code(proof_id, typed, code_keys, now)


class NoTriesLeft(Exception):
    """The newest code was guessed at too often, is used or too old: a new one is needed."""


def read_code(typed: str) -> str | None:
    """Six digits however they were typed ("482 913", full-width digits, a dash); None when they are not six digits."""
    normal = unicodedata.normalize("NFKC", typed)
    plain = "".join(character for character in normal if not character.isspace() and character not in DASHES)
    return plain if len(plain) == DIGITS and plain.isascii() and plain.isdecimal() else None


def new_code() -> str:
    """Six digits that nobody could tell beforehand."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def code_hash(key: bytes, proof_id: str, code: str) -> str:
    """A million codes are quickly hashed: without the key in keys/ a stolen database tells none of them."""
    return hmac.new(key, f"{proof_id}.{code}".encode(), sha256).hexdigest()


def _spend_by_code(proof_id: str, typed: str, code_keys: tuple[bytes, ...], now: int) -> Proved | None:
    for key in code_keys:
        if spent := proofs.spend_by_code(proof_id, code_hash(key, proof_id, typed), now):
            return spent
    return None
