"""Facebook's signed_request: what it posts when somebody removed our app, or wants their data deleted.

Two parts of base64url with a dot between: the signature, and the JSON it is over. The HMAC is over the payload as it is
encoded, so nothing is decoded before it was found to be Facebook's (Facebook Login › Data Deletion Request Callback).
"""

import base64
import hmac
import re
from dataclasses import dataclass
from hashlib import sha256

from idp.protocol.strict_json import BadJson, read_object

ALGORITHM = "HMAC-SHA256"
FRESH_FOR = 86400  # seconds
SKEW = 300
LONGEST = 4096
SHAPE = re.compile(r"([A-Za-z0-9_-]+)(={0,2})\.([A-Za-z0-9_-]+={0,2})", re.ASCII)
SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class BadSignedRequest(ValueError):
    """Not a signed_request of ours, or not any more; the message says why and quotes nothing."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """`payload` is the signed part, as it came: two requests are the same when theirs are (a signature can be spelt in
    more than one way, what it is over cannot).
    """

    user_id: str
    issued_at: int
    payload: str


def verify(text: str, secret: str, now: int) -> SignedRequest:
    """The request, if Facebook signed it with our app's secret within the last day. Raises BadSignedRequest."""
    parts = SHAPE.fullmatch(text) if len(text) <= LONGEST else None
    if parts is None or not secret:
        raise BadSignedRequest("not two parts of base64url")
    signature, payload = _decoded(parts[1]), parts[3]
    expected = hmac.new(secret.encode(), payload.encode(), sha256).digest()
    if not hmac.compare_digest(signature, expected):
        raise BadSignedRequest("the signature is not by this app's secret")
    try:
        members = read_object(_decoded(payload).decode(), LONGEST)
    except (BadJson, UnicodeDecodeError):
        raise BadSignedRequest("the payload is not JSON") from None
    if members.get("algorithm") != ALGORITHM:
        raise BadSignedRequest(f"the algorithm is not {ALGORITHM}")
    user_id = members.get("user_id")
    if not isinstance(user_id, str) or not SUBJECT.fullmatch(user_id):
        raise BadSignedRequest("no user_id")
    return SignedRequest(user_id, _fresh(members, now), payload)


def _fresh(members: dict[str, object], now: int) -> int:
    """When it was issued: within the last day, and before now."""
    issued_at, expires = _time(members.get("issued_at")), _time(members.get("expires", 0))
    if issued_at > now + SKEW:
        raise BadSignedRequest("issued in the future")
    if issued_at < now - FRESH_FOR or 0 < expires <= now:  # 0: never
        raise BadSignedRequest("too old")
    return issued_at


def _time(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadSignedRequest("issued_at or expires is not a time")
    return value


def _decoded(part: str) -> bytes:
    """base64url, with or without its padding."""
    bare = part.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except ValueError:
        raise BadSignedRequest("not base64url") from None
