"""Codes of authenticator apps: TOTP (RFC 6238) over HOTP (RFC 4226), with SHA-1, 30 seconds and six digits, which is
what every such app understands.
"""

import hmac
import secrets
from base64 import b32encode
from hashlib import sha1
from urllib.parse import quote, urlencode

KEY_BYTES = 20
"""RFC 4226 §4 R6: 160 bits."""
STEP = 30
DIGITS = 6
SKEW = 1
"""RFC 6238 §5.2: how many steps a phone's clock, or its owner, may be early or late."""


def new_key() -> bytes:
    """What the app and we share from then on."""
    return secrets.token_bytes(KEY_BYTES)


def code_of(key: bytes, step: int, digits: int = DIGITS) -> str:
    """RFC 4226 §5.3: the code of one time step."""
    digest = hmac.digest(key, step.to_bytes(8), sha1)
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def step_of(now: int) -> int:
    """RFC 6238 §4.2: the time step of a moment."""
    return now // STEP


def step_that_shows(key: bytes, code: str, now: int) -> int | None:
    """The newest time step around now whose code this is; None when it is none of theirs.

    Whether that step was used before, the store knows (RFC 6238 §5.2).
    """
    steps = range(step_of(now) + SKEW, step_of(now) - SKEW - 1, -1)
    shown = [step for step in steps if hmac.compare_digest(code_of(key, step).encode(), code.encode())]
    return shown[0] if shown else None


def as_text(key: bytes) -> str:
    """The key as people type it into an app: base32, in groups of four."""
    text = b32encode(key).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def uri(key: bytes, issuer: str, account: str) -> str:
    """The otpauth address that a QR code holds; a colon is what parts `issuer` and `account` there."""
    issuer = issuer.replace(":", " ")
    asked = {"secret": b32encode(key).decode(), "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": STEP}
    return f"otpauth://totp/{quote(issuer, safe='')}:{quote(account, safe='@')}?{urlencode(asked, quote_via=quote)}"
