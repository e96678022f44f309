"""What an authenticator's answer is believed to say: an honest one of each kind, and each lie by itself."""

import json
from dataclasses import replace

import pytest

from idp.accounts import ceremonies
from idp.accounts.ceremonies import CREATE, LONGEST, Refused
from tests.ceremonies import ALICE, CHALLENGE, ORIGIN, PARTY, Json, device, made_by, options, used_by
from tests.soft_authenticator import (
    BACKED_UP,
    EDDSA,
    ELIGIBLE,
    ES256,
    ES384,
    PRESENT,
    RS256,
    VERIFIED,
    Lies,
    text,
)


@pytest.mark.section("Web Authentication Level 3 §5.4")
def test_what_is_asked_of_a_new_passkey() -> None:
    key = device()
    known = made_by(key)
    options = ceremonies.creation_options(PARTY, ALICE, [known], CHALLENGE)
    assert options["rp"] == {"id": "id.example.com", "name": "Example ID"}
    assert options["user"] == {"id": ALICE.user_id, "name": "alice@example.org", "displayName": "Alice"}
    assert options["challenge"] == text(CHALLENGE)
    assert [one["alg"] for one in options["pubKeyCredParams"]] == [-7, -257, -8]
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert options["attestation"] == "none"
    assert options["excludeCredentials"] == [{"id": known.credential, "type": "public-key", "transports": ["internal"]}]


@pytest.mark.section("Web Authentication Level 3 §14.6.1")
def test_the_user_handle_is_the_accounts_id_and_says_nothing_about_the_person() -> None:
    options = ceremonies.creation_options(PARTY, ALICE, (), CHALLENGE)
    assert options["user"]["id"] == ALICE.user_id
    assert len(ceremonies.octets(options["user"]["id"])) == 16


@pytest.mark.section("Web Authentication Level 3 §5.5")
def test_what_is_asked_of_a_passkey_that_is_used() -> None:
    assert ceremonies.request_options(PARTY, (), CHALLENGE) == {
        "challenge": text(CHALLENGE),
        "timeout": 300_000,
        "rpId": "id.example.com",
        "allowCredentials": [],
        "userVerification": "required",
    }
    lenient = replace(PARTY, checks_user=False)
    assert ceremonies.request_options(lenient, (), CHALLENGE)["userVerification"] == "preferred"


@pytest.mark.parametrize("algorithm", [ES256, RS256, EDDSA])
def test_each_algorithm_that_is_asked_for_is_verified(algorithm: int) -> None:
    key = device(algorithm=algorithm)
    used = used_by(key, made_by(key))
    assert (used.sign_count, used.user_verified, used.backed_up) == (1, True, False)


def test_flags_are_recorded_as_they_are() -> None:
    synced = made_by(device(synced=True))
    assert (synced.backup_eligible, synced.backed_up, synced.user_verified) == (True, True, True)
    lenient = replace(PARTY, checks_user=False)
    bare = made_by(device(verifies=False), party=lenient)
    assert (bare.backup_eligible, bare.backed_up, bare.user_verified) == (False, False, False)


def test_self_attestation_is_checked_and_a_makers_is_refused() -> None:
    """Nobody asked for it; some authenticators send the first all the same (WebAuthn L3 §5.1.3)."""
    forged = {"fmt": "packed", "attStmt": {"alg": ES256, "sig": b"no signature"}}
    with pytest.raises(Refused, match="unverified"):
        made_by(device(), Lies(attestation=forged))
    for fmt, statement in (("packed", {"alg": ES256, "sig": b"s", "x5c": [b"c"]}), ("tpm", {}), ("apple", {}), (7, {})):
        with pytest.raises(Refused, match="attested"):
            made_by(device(), Lies(attestation={"fmt": fmt, "attStmt": statement}))
    with pytest.raises(Refused, match="unverified"):
        made_by(device(), Lies(attestation={"fmt": "none", "attStmt": {"sig": b"s"}}))


CLIENT_LIES = [
    ({"type": "payment.get"}, "another ceremony"),
    ({"type": None}, "another ceremony"),
    ({"origin": "https://evil.example"}, "another origin"),
    ({"origin": "https://id.example.com:444"}, "another origin"),
    ({"origin": "http://id.example.com"}, "another origin"),
    ({"origin": "https://id.example.com/"}, "another origin"),
    ({"origin": [ORIGIN]}, "another origin"),
    ({"origin": None}, "another origin"),
    ({"crossOrigin": True}, "another origin"),
    ({"crossOrigin": "false"}, "another origin"),
    ({"topOrigin": ORIGIN}, "another origin"),
    ({"challenge": None}, "malformed"),
    ({"challenge": ""}, "malformed"),
    ({"challenge": "A" * 100}, "malformed"),
    ({"challenge": "not base64url!"}, "malformed"),
    ({"padding": "x" * LONGEST["clientDataJSON"]}, "malformed"),
]


@pytest.mark.section("Web Authentication Level 3 §7.1")
@pytest.mark.section("Web Authentication Level 3 §7.2")
@pytest.mark.incident("CVE-2026-8830")
@pytest.mark.parametrize(("client", "reason"), CLIENT_LIES)
def test_client_data_of_anything_else_are_refused(client: Json, reason: str) -> None:
    key = device()
    passkey = made_by(key)
    with pytest.raises(Refused, match=reason):
        used_by(key, passkey, Lies(client=client))
    with pytest.raises(Refused, match=reason):
        made_by(device(), Lies(client=client))


def test_an_answer_of_one_ceremony_is_none_of_the_other() -> None:
    key = device()
    with pytest.raises(Refused, match="another ceremony"):
        made_by(key, Lies(client={"type": "webauthn.get"}))
    with pytest.raises(Refused, match="another ceremony"):
        used_by(key, made_by(key), Lies(client={"type": "webauthn.create"}))


@pytest.mark.section("Web Authentication Level 3 §7.1")
@pytest.mark.section("Web Authentication Level 3 §7.2")
@pytest.mark.incident("CVE-2026-8830")
@pytest.mark.parametrize(
    "lies",
    [
        Lies(rp_id="example.com"),
        Lies(flags=VERIFIED),
        Lies(flags=PRESENT),
        Lies(flags=PRESENT | VERIFIED | BACKED_UP),
    ],
    ids=["another rp", "nobody present", "nobody verified", "backed up, though it cannot be"],
)
def test_authenticator_data_that_break_a_rule_are_refused(lies: Lies) -> None:
    key = device()
    passkey = made_by(key)
    with pytest.raises(Refused, match="unverified"):
        used_by(key, passkey, lies)
    with pytest.raises(Refused, match="unverified"):
        made_by(device(), lies)


@pytest.mark.incident("CVE-2026-8830")
def test_an_algorithm_that_was_not_asked_for_is_refused() -> None:
    with pytest.raises(Refused, match="unverified"):
        made_by(device(algorithm=ES384))


def test_a_passkey_never_changes_whether_it_may_be_backed_up() -> None:
    """WebAuthn L3 §7.2 step 19: a key that was bound to a device and is none any more is another key."""
    key = device()
    with pytest.raises(Refused, match="another kind of backup"):
        used_by(key, made_by(key), Lies(flags=PRESENT | VERIFIED | ELIGIBLE))
    synced = device(synced=True)
    passkey = made_by(synced)
    assert not used_by(synced, passkey, Lies(flags=PRESENT | VERIFIED | ELIGIBLE)).backed_up
    with pytest.raises(Refused, match="another kind of backup"):
        used_by(synced, passkey, Lies(flags=PRESENT | VERIFIED))


def test_a_signature_of_another_key_is_refused() -> None:
    key, other = device(), device()
    passkey = made_by(key)
    made_by(other)
    with pytest.raises(Refused, match="unverified"):
        used_by(other, passkey)
    with pytest.raises(Refused, match="unverified"):
        used_by(key, passkey, Lies(sign=lambda _octets: b"\x30\x06\x02\x01\x01\x02\x01\x01"))


def test_the_counter_is_not_believed_before_the_signature() -> None:
    """Else anybody who knows a credential's id could make its owner believe that it was copied."""
    key = device()
    passkey = replace(made_by(key), sign_count=50)
    assert used_by(key, passkey, Lies(count=3)).sign_count == 3
    with pytest.raises(Refused, match="unverified"):
        used_by(key, passkey, Lies(count=3, sign=lambda _octets: b"nothing"))


def test_the_credential_in_the_answer_is_the_one_that_was_made() -> None:
    key = device()
    answer = json.loads(key.creates(ceremonies.creation_options(PARTY, ALICE, (), CHALLENGE)))
    answer["id"] = answer["rawId"] = text(b"another one")
    with pytest.raises(Refused, match="another credential"):
        ceremonies.verify_made(ceremonies.read(json.dumps(answer), CREATE, PARTY), PARTY)


def test_only_known_transports_are_kept_and_each_once() -> None:
    key = device(transports=("hybrid", "internal", "internal", "carrier pigeon", "usb"))
    assert made_by(key).transports == "usb internal hybrid"
    strange = device().creates(options(), Lies(response={"transports": {"usb": 1}}))
    assert ceremonies.read(strange, CREATE, PARTY).transports == ()
