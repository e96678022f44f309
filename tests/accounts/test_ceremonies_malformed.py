"""What is no answer of an authenticator is refused, and no fault."""

import cbor2
import pytest

from idp.accounts import ceremonies
from idp.accounts.ceremonies import CREATE, GET, Refused
from idp.store.passkeys import Registered
from tests.ceremonies import CHALLENGE, PARTY, Json, device, made_by, options
from tests.soft_authenticator import (
    Lies,
    text,
)

MALFORMED: list[Json] = [
    {"id": None},
    {"id": ""},
    {"id": 7},
    {"id": text(bytes(1024)), "rawId": text(bytes(1024))},
    {"rawId": text(b"another")},
    {"rawId": None},
    {"type": "password"},
    {"type": None},
    {"response": None},
    {"response": "text"},
    {"response": []},
    {"authenticatorAttachment": "nowhere"},
]
MALFORMED_RESPONSES: list[Json] = [
    {"clientDataJSON": None},
    {"clientDataJSON": text(b"\xff\xfe")},
    {"clientDataJSON": text(b"[]")},
    {"clientDataJSON": text(b"{" * 500)},
    {"clientDataJSON": text(b'{"type": "webauthn.get", "type": "webauthn.create"}')},
    {"userHandle": 7},
    {"userHandle": text(bytes(65))},
    {"userHandle": "a b"},
]
OCTETS: list[object] = [None, "", 7, "A", "AAAA=", "ä", "AB", text(bytes(5000)), text(bytes(36)), text(bytes(64)), "_w"]


def never_a_fault(sent: str, kind: str, passkey: Registered) -> None:
    with pytest.raises(Refused):
        believed(sent, kind, passkey)


def believed(sent: str, kind: str, passkey: Registered) -> None:
    answer = ceremonies.read(sent, kind, PARTY)
    if kind == CREATE:
        ceremonies.verify_made(answer, PARTY)
    else:
        ceremonies.verify_used(answer, PARTY, passkey)


@pytest.mark.parametrize("members", MALFORMED)
def test_a_malformed_answer_is_refused_and_no_fault(members: Json) -> None:
    key = device()
    passkey = made_by(key)
    never_a_fault(device().creates(options(), Lies(members=members)), CREATE, passkey)
    never_a_fault(key.signs(ceremonies.request_options(PARTY, (), CHALLENGE), Lies(members=members)), GET, passkey)


@pytest.mark.parametrize("response", MALFORMED_RESPONSES)
def test_a_malformed_response_is_refused_and_no_fault(response: Json) -> None:
    key = device()
    passkey = made_by(key)
    never_a_fault(device().creates(options(), Lies(response=response)), CREATE, passkey)
    never_a_fault(key.signs(ceremonies.request_options(PARTY, (), CHALLENGE), Lies(response=response)), GET, passkey)


@pytest.mark.parametrize("octets", OCTETS)
def test_octets_that_are_none_or_too_many_are_refused_and_no_fault(octets: object) -> None:
    key = device()
    passkey = made_by(key)
    never_a_fault(device().creates(options(), Lies(response={"attestationObject": octets})), CREATE, passkey)
    for name in ("authenticatorData", "signature"):
        lies = Lies(response={name: octets})
        never_a_fault(key.signs(ceremonies.request_options(PARTY, (), CHALLENGE), lies), GET, passkey)


@pytest.mark.parametrize(
    "attestation",
    [
        {"authData": bytes(36)},
        {"authData": bytes(37)},
        {"authData": "text"},
        {"authData": None},
        {"attStmt": None},
        {"attStmt": 7},
        {"fmt": None},
        {"fmt": ["none"]},
    ],
)
def test_a_broken_attestation_object_is_refused_and_no_fault(attestation: Json) -> None:
    never_a_fault(device().creates(options(), Lies(attestation=attestation)), CREATE, made_by(device()))


@pytest.mark.parametrize("object_", [{}, [], 7, b"", {1: 2}, "none"])
def test_what_is_no_attestation_object_is_refused_and_no_fault(object_: object) -> None:
    response = {"attestationObject": text(cbor2.dumps(object_))}
    never_a_fault(device().creates(options(), Lies(response=response)), CREATE, made_by(device()))


@pytest.mark.parametrize("sent", ["", "null", "7", "[]", "{}", '"x"', "{", "\x00", '{"id": NaN}', "x" * 20_000])
def test_what_is_no_answer_at_all_is_refused(sent: str) -> None:
    for kind in (CREATE, GET):
        with pytest.raises(Refused):
            ceremonies.read(sent, kind, PARTY)
