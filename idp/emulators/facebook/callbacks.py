"""What Facebook posts to an app: somebody removed it, or wants their data deleted. Signed, and on wish badly so."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

import requests

from idp.emulators.facebook.state import State

KINDS = ("deauthorize", "deletion")
VARIANTS = ("sound", "tampered", "stale", "future", "expired", "wrong algorithm", "wrong secret", "replayed")
WAIT = 10  # seconds
DAY = 86400


class Answer(NamedTuple):
    """What the app answered; status 0 when nobody did."""

    status: int
    body: str


def fire(state: State, kind: str, user_id: str, variant: str) -> Answer:
    """Post to the app as Facebook does. Removing the app also ends its permissions, before anybody is told."""
    if kind == "deauthorize" and variant == "sound":
        state.withdraws(user_id)
    signed = state.sent.get(kind, "") if variant == "replayed" else made(state, user_id, variant)
    if variant == "sound":
        state.sent[kind] = signed
    url = state.app.deauthorize_url if kind == "deauthorize" else state.app.deletion_url
    answer = _posted(url, signed)
    state.note(f"POST {kind}, {variant} → {answer.status or 'nobody answered'}")
    return answer


def made(state: State, user_id: str, variant: str) -> str:
    """A signed_request of this kind of goodness."""
    now, secret = state.clock(), state.app.secret
    payload: dict[str, object] = {"user_id": user_id, "algorithm": "HMAC-SHA256", "issued_at": now}
    changes: Mapping[str, dict[str, object]] = {
        "stale": {"issued_at": now - 2 * DAY},
        "future": {"issued_at": now + DAY},
        "expired": {"issued_at": now - 120, "expires": now - 60},
        "wrong algorithm": {"algorithm": "HMAC-SHA1"},
    }
    signed = signed_request(secret + "x" if variant == "wrong secret" else secret, payload | changes.get(variant, {}))
    if variant == "tampered":
        signature, _, _ = signed.partition(".")
        return f"{signature}.{encoded(json.dumps(payload | {'user_id': '10150000000000099'}).encode())}"
    return signed


def signed_request(secret: str, payload: Mapping[str, object]) -> str:
    """Facebook's own envelope: the signature is over the payload as it is encoded."""
    body = encoded(json.dumps(payload, separators=(",", ":")).encode())
    return f"{encoded(hmac.new(secret.encode(), body.encode(), sha256).digest())}.{body}"


def encoded(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _posted(url: str, signed: str) -> Answer:
    if not url:
        return Answer(0, "the app named no address for this")
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(url, data={"signed_request": signed}, timeout=WAIT, allow_redirects=False)
        except requests.RequestException as error:
            return Answer(0, type(error).__name__)
    return Answer(answer.status_code, answer.text[:2000])
