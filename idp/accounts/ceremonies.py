"""The two ceremonies of Web Authentication Level 3: what is asked, and what the answer is believed to say.

What a page asks of the browser is a wish; every rule is checked here (CVE-2026-8830). An answer is bounded before
anything reads it, and whatever is wrong with it is one thing: Refused.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import options_to_json_dict, parse_attestation_object
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from idp.protocol.strict_json import BadJson, read_object
from idp.store.passkeys import Registered
from idp.store.users import Account

CREATE, GET = "webauthn.create", "webauthn.get"
ALGORITHMS: Final = (
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
)
"""ES256, RS256, EdDSA (WebAuthn §5.4.2): what authenticators have, and the library verifies."""
WAITS: Final = 300
"""Seconds a person may take (§15.1 recommends five minutes where the device asks for its user)."""
LONGEST_ANSWER: Final = 12 * 1024
LONGEST: Final = MappingProxyType(
    {
        "id": 1023,  # §7.1 step 25
        "clientDataJSON": 2048,
        "attestationObject": 4096,
        "authenticatorData": 1024,
        "signature": 1024,
        "userHandle": 64,  # §5.4.3
    }
)
MOST_TRANSPORTS: Final = 8
BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


class Refused(Exception):
    """The answer does not do; `reason` is for the log and the audit, never for whoever sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Party:
    """Whom passkeys are made for (§4, relying party): a domain, and the one origin whose pages may ask for them."""

    id: str
    name: str
    origin: str
    checks_user: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser handed on from an authenticator: read and bounded, not yet believed."""

    credential: str
    challenge: str
    user_handle: str | None
    transports: tuple[str, ...]
    members: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """A new credential, as its authenticator describes it."""

    public_key: str
    sign_count: int
    aaguid: str
    backup_eligible: bool
    backed_up: bool
    user_verified: bool


@dataclass(frozen=True, slots=True)
class Used:
    """What an authenticator says of itself each time it signs."""

    sign_count: int
    backed_up: bool
    user_verified: bool


def creation_options(party: Party, account: Account, known: Iterable[Registered], challenge: bytes) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptionsJSON (§5.1.8): a discoverable credential, none on a device that has one.

    The user handle is the account's id, random bytes that say nothing about the person (§14.6.1).
    """
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=octets(account.user_id),
        user_name=account.email,
        user_display_name=account.name or account.email,
        challenge=challenge,
        timeout=WAITS * 1000,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_verification(party)
        ),
        exclude_credentials=_descriptors(known),
        supported_pub_key_algs=list(ALGORITHMS),
    )
    return options_to_json_dict(options)


def request_options(party: Party, allowed: Iterable[Registered], challenge: bytes) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptionsJSON (§5.1.9); nothing is `allowed` where the person is not known yet."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=WAITS * 1000,
        allow_credentials=_descriptors(allowed),
        user_verification=_verification(party),
    )
    return options_to_json_dict(options)


def read(text: str, kind: str, party: Party) -> Answer:
    """The answer to a ceremony of this kind (CREATE or GET), for this party's own page; raises Refused."""
    try:
        return _read(read_object(text, LONGEST_ANSWER), kind, party)
    except BadJson:
        raise Refused("malformed") from None


def verify_made(answer: Answer, party: Party) -> Made:
    """§7.1, after the challenge was found to be ours. Raises Refused.

    Attestation is not asked for; a signature by the new key itself (packed, without certificates) comes all the same
    from some authenticators and is checked, anything that names a maker is refused.
    """
    try:
        object_ = parse_attestation_object(octets(answer.members["response"]["attestationObject"]))
        if object_.fmt not in ("none", "packed") or object_.att_stmt.x5c is not None:
            raise Refused("attested")
        made = verify_registration_response(
            credential=answer.members,
            expected_challenge=octets(answer.challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=party.checks_user,
            supported_pub_key_algs=list(ALGORITHMS),
        )
    except Refused:
        raise
    except Exception as error:  # whatever a library makes of octets from outside
        raise Refused("unverified") from error
    if _text(made.credential_id) != answer.credential or len(made.credential_id) > LONGEST["id"]:
        raise Refused("another credential")
    return Made(
        public_key=_text(made.credential_public_key),
        sign_count=made.sign_count,
        aaguid=made.aaguid,
        backup_eligible=made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        backed_up=made.credential_backed_up,
        user_verified=made.user_verified,
    )


def verify_used(answer: Answer, party: Party, passkey: Registered) -> Used:
    """§7.2, after the challenge was found to be ours; the counter is left to the store. Raises Refused.

    The library would compare counters before it looks at the signature: anybody could then make it seem that a
    passkey was copied. So it is told of none.
    """
    try:
        used = verify_authentication_response(
            credential=answer.members,
            expected_challenge=octets(answer.challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=octets(passkey.public_key),
            credential_current_sign_count=0,
            require_user_verification=party.checks_user,
        )
    except Exception as error:  # whatever a library makes of octets from outside
        raise Refused("unverified") from error
    if (used.credential_device_type is CredentialDeviceType.MULTI_DEVICE) != passkey.backup_eligible:
        raise Refused("another kind of backup")  # §7.2 step 19
    return Used(used.new_sign_count, used.credential_backed_up, used.user_verified)


def _read(members: dict[str, object], kind: str, party: Party) -> Answer:
    response, credential = members.get("response"), _bounded(members, "id")
    if not isinstance(response, dict) or members.get("type") != "public-key" or members.get("rawId") != credential:
        raise Refused("malformed")
    for name in ("attestationObject",) if kind == CREATE else ("authenticatorData", "signature"):
        _bounded(response, name)
    handle = _bounded(response, "userHandle") if response.get("userHandle") else None
    challenge = _asked_by(octets(_bounded(response, "clientDataJSON")), kind, party)
    return Answer(credential, challenge, handle, _transports(response.get("transports")), members)


def _asked_by(client_data: bytes, kind: str, party: Party) -> str:
    """The challenge of the client data (§5.8.1), which are of this ceremony, and of a page of ours that no other frames
    (§7.1 steps 7–11, §7.2 steps 10–14)."""
    try:
        data = read_object(client_data.decode(), LONGEST["clientDataJSON"])
    except UnicodeDecodeError:
        raise Refused("malformed") from None
    if data.get("type") != kind:
        raise Refused("another ceremony")
    if data.get("origin") != party.origin or data.get("crossOrigin", False) is not False or "topOrigin" in data:
        raise Refused("another origin")
    return _bounded(data, "challenge", 64)


def _bounded(members: dict[str, Any], name: str, most: int = 0) -> str:
    """A member as base64url of octets, not empty and no more than `most` of them."""
    value = members.get(name)
    most = most or LONGEST[name]
    if not isinstance(value, str) or not 0 < len(value) <= (most * 4 + 2) // 3 or not BASE64URL.fullmatch(value):
        raise Refused("malformed")
    if _text(octets(value)) != value:
        raise Refused("malformed")
    return value


def _transports(named: object) -> tuple[str, ...]:
    """§5.8.4: those that are known, in one order; hints, and no more than that."""
    said = named[:MOST_TRANSPORTS] if isinstance(named, list) else ()
    return tuple(transport.value for transport in AuthenticatorTransport if transport.value in said)


def _descriptors(passkeys: Iterable[Registered]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=octets(passkey.credential),
            transports=[AuthenticatorTransport(name) for name in passkey.transports.split()],
        )
        for passkey in passkeys
    ]


def _verification(party: Party) -> UserVerificationRequirement:
    return UserVerificationRequirement.REQUIRED if party.checks_user else UserVerificationRequirement.PREFERRED


def octets(text: str) -> bytes:
    """What base64url stands for; Refused when it is none."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refused("malformed") from None


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
