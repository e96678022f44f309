"""Recovery codes: the way in for whose phone is lost. Each stands for one code of the app, once.

They are hashed under the key of the person's authenticator, which the database holds sealed only: whoever steals the
database alone cannot try all codes, and what seals the key may change (`idp keys reseal`) without making a code void.
"""

import hmac
import secrets
import unicodedata
from hashlib import sha256

MANY = 10
FEW = 3
"""So many left, or fewer: the person had better make new ones."""
LEGIBLE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: five bits each."""
SEEN_AS = str.maketrans("OIL", "011")
GROUP, GROUPS = 5, 2
LENGTH = GROUP * GROUPS
IGNORED = "-\u2010\u2011\u2012\u2013\u2014\u2212_."


def new_codes() -> tuple[str, ...]:
    """Ten of 50 random bits each, in two groups: "7K3QM-9XTPA"."""
    return tuple(_grouped("".join(secrets.choice(LEGIBLE) for _ in range(LENGTH))) for _ in range(MANY))


def read(typed: str) -> str | None:
    """The code however it was typed: small letters, no hyphen, O for 0; None when it is too long or too short."""
    normal = unicodedata.normalize("NFKC", typed).upper().translate(SEEN_AS)
    plain = "".join(sign for sign in normal if not sign.isspace() and sign not in IGNORED)
    return _grouped(plain) if len(plain) == LENGTH and set(plain) <= set(LEGIBLE) else None


def hashed(key: bytes, code: str) -> str:
    """As it is stored; `key` is the authenticator's."""
    return hmac.new(key, b"recovery code/" + code.encode(), sha256).hexdigest()


def _grouped(plain: str) -> str:
    return "-".join(plain[at : at + GROUP] for at in range(0, LENGTH, GROUP))
