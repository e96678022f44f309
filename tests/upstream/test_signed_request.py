"""A signed_request is believed if Facebook made it, and lately; nothing of it is read before that."""

import hmac
import json
from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest

from idp.upstream.signed_request import BadSignedRequest, verify
from tests.emulators.facebook import SECRET

NOW = 1_795_000_000
DAY = 86400
SOUND: dict[str, object] = {"user_id": "218471", "algorithm": "HMAC-SHA256", "issued_at": NOW}


def base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")


def signed(payload: object, secret: str = SECRET) -> str:
    """Any text or JSON, rightly signed."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    body = base64url(text.encode())
    return f"{base64url(hmac.new(secret.encode(), body.encode(), sha256).digest())}.{body}"


def test_facebooks_own_example_of_the_envelope() -> None:
    """Facebook Login › Data Deletion Request Callback: user_id, algorithm, issued_at, expires."""
    told = verify(signed({**SOUND, "issued_at": NOW - 10, "expires": NOW + 3600}), SECRET, NOW)
    assert (told.user_id, told.issued_at) == ("218471", NOW - 10)


@pytest.mark.parametrize(
    "changes",
    [{"issued_at": NOW - DAY}, {"issued_at": NOW + 300}, {"expires": 0}, {"expires": NOW + 1}, {"more": ["members"]}],
    ids=str,
)
def test_what_is_fresh_is_taken(changes: dict[str, object]) -> None:
    assert verify(signed({**SOUND, **changes}), SECRET, NOW).user_id == "218471"


@pytest.mark.parametrize("padding", ["", "="])
def test_padding_is_welcome_and_not_needed(padding: str) -> None:
    signature, _, payload = signed(SOUND).partition(".")
    assert verify(f"{signature}{padding}.{payload}", SECRET, NOW).payload == payload


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ({**SOUND, "issued_at": NOW - DAY - 1}, "too old"),
        ({**SOUND, "issued_at": 0}, "too old"),
        ({**SOUND, "issued_at": NOW + 301}, "in the future"),
        ({**SOUND, "expires": NOW}, "too old"),
        ({**SOUND, "issued_at": str(NOW)}, "not a time"),
        ({**SOUND, "issued_at": True}, "not a time"),
        ({**SOUND, "issued_at": float(NOW)}, "not a time"),
        ({**SOUND, "expires": None}, "not a time"),
        ({name: SOUND[name] for name in ("user_id", "algorithm")}, "not a time"),
        ({**SOUND, "algorithm": "hmac-sha256"}, "algorithm"),
        ({**SOUND, "algorithm": "HMAC-SHA1"}, "algorithm"),
        ({**SOUND, "algorithm": "none"}, "algorithm"),
        ({**SOUND, "algorithm": ["HMAC-SHA256"]}, "algorithm"),
        ({name: SOUND[name] for name in ("user_id", "issued_at")}, "algorithm"),
        ({**SOUND, "user_id": 218471}, "user_id"),
        ({**SOUND, "user_id": ""}, "user_id"),
        ({**SOUND, "user_id": "1" * 65}, "user_id"),
        ({**SOUND, "user_id": "../1"}, "user_id"),
        ({**SOUND, "user_id": None}, "user_id"),
        ([], "not JSON"),
        ("", "base64url"),
        ("{", "not JSON"),
        ('{"user_id": "1", "user_id": "2"}', "not JSON"),
        ("[" * 500, "not JSON"),
    ],
    ids=str,
)
def test_what_facebook_would_not_say_is_refused_though_rightly_signed(payload: object, why: str) -> None:
    with pytest.raises(BadSignedRequest, match=why):
        verify(signed(payload), SECRET, NOW)


SIGNATURE, _, PAYLOAD = signed(SOUND).partition(".")
OTHER = base64url(json.dumps({**SOUND, "user_id": "1"}).encode())


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            ".",
            SIGNATURE,
            PAYLOAD,
            f".{PAYLOAD}",
            f"{SIGNATURE}.",
            f"{SIGNATURE}.{PAYLOAD}.x",
            f" {SIGNATURE}.{PAYLOAD}",
        ),
        *(f"{SIGNATURE}.{OTHER}", f"{SIGNATURE[:-2]}.{PAYLOAD}", f"{SIGNATURE}AA.{PAYLOAD}", f"A{SIGNATURE}.{PAYLOAD}"),
        *(f"{SIGNATURE}.{PAYLOAD}=", f"{SIGNATURE}.{PAYLOAD}\n", f"{SIGNATURE}.{PAYLOAD.replace('e', '+')}"),
        *(f"{base64url(b'')}.{PAYLOAD}", f"{'A' * 43}.{PAYLOAD}", f"ü.{PAYLOAD}", "A.A", "\0.\0", "a" * 5000 + ".b"),
        signed(SOUND, "another secret"),
        signed(SOUND, SECRET + " "),
        signed({**SOUND, "more": "x" * 4096}),
        # signed over what the payload means instead of how it is written
        f"{base64url(hmac.new(SECRET.encode(), json.dumps(SOUND).encode(), sha256).digest())}.{PAYLOAD}",
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_what_is_not_rightly_signed_is_refused(text: str) -> None:
    with pytest.raises(BadSignedRequest):
        verify(text, SECRET, NOW)


def test_without_a_secret_of_ours_nothing_is_rightly_signed() -> None:
    """CVE-2026-114616 was an empty HMAC key that anybody could sign with."""
    with pytest.raises(BadSignedRequest):
        verify(signed(SOUND, ""), "", NOW)


@pytest.mark.parametrize("payload", ["{", "[" * 2000, json.dumps({"algorithm": "none"})], ids=["torn", "deep", "none"])
def test_the_signature_comes_first_whatever_the_payload_is(payload: str) -> None:
    with pytest.raises(BadSignedRequest, match="signature"):
        verify(signed(payload, "another secret"), SECRET, NOW)


def test_a_refusal_quotes_nothing() -> None:
    for text in (signed({**SOUND, "user_id": "Hunter2!"}), signed(SOUND, "x")):
        with pytest.raises(BadSignedRequest) as refused:
            verify(text, SECRET, NOW)
        assert "Hunter2!" not in str(refused.value)
        assert text not in str(refused.value)
