"""A person's passkeys, from the first day to the last: made, used, and the rules about both.

What a passkey proves: its key alone is one factor; with the device's check of its user (fingerprint, face, PIN) it is
two, and no page of anybody else's can ask for it.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from idp.accounts import ceremonies
from idp.accounts.authenticator_names import NAMES
from idp.accounts.ceremonies import CREATE, GET, Answer, Party, Refused, Used
from idp.protocol import acr
from idp.protocol.proof import Proof
from idp.settings.load import Settings
from idp.store import audit, challenges, passkeys, users
from idp.store.base import fingerprint, new_id
from idp.store.passkeys import Registered
from idp.store.users import Account

MOST: Final = 20
"""Passkeys of one person: more than anybody's devices, and few enough for one list."""
LONGEST_NAME: Final = 64
MAKE, SIGN_IN, AGAIN, SECOND = "make", "sign_in", "again", "second"
"""What a challenge is for; it is good for nothing else."""
OPEN_FOR: Final = ceremonies.WAITS + 60
"""Seconds in which a challenge may be answered: the person's time, and the way there and back."""


@dataclass(frozen=True, slots=True)
class Asker:
    """The browser in which a ceremony takes place, for what, and for whom where that is known."""

    browser: str
    purpose: str
    network: str
    user_id: str | None = None


def party_of(settings: Settings) -> Party | None:
    """None where passkeys are switched off, or cannot be: they are made for domains, and an address is none."""
    issuer = urlsplit(settings.server.issuer)
    domain = settings.passkeys.rp_id or issuer.hostname or ""
    if not settings.passkeys.enabled or problem_of(settings):
        return None
    origin = f"{issuer.scheme}://{issuer.netloc}"
    return Party(domain, settings.brand.name, origin, settings.passkeys.user_verification == "required")


def problem_of(settings: Settings) -> str:
    """Why passkeys cannot work under this issuer (WebAuthn §5.1.3 step 8, RP ID); "" when they can."""
    host, domain = urlsplit(settings.server.issuer).hostname or "", settings.passkeys.rp_id
    if is_address(host):
        return f"{host} is an address, and passkeys are made for domains"
    if domain and domain != host and not (host.endswith(f".{domain}") and "." in domain):
        return f"passkeys.rp_id must be {host}, or a domain that it is part of"
    return ""


def is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def ask_to_make(party: Party, account: Account, asker: Asker, now: int) -> dict[str, Any]:
    """The options with which this browser makes a passkey for this person."""
    known = passkeys.of_user(account.user_id)
    return ceremonies.creation_options(party, account, known, _challenge(asker, now))


def ask_to_use(party: Party, asker: Asker, now: int) -> dict[str, Any]:
    """The options with which this browser uses one: any that it has, or one of a person who is known already."""
    allowed: Iterable[Registered] = passkeys.of_user(asker.user_id) if asker.user_id else ()
    return ceremonies.request_options(party, allowed, _challenge(asker, now))


def make(text: str, party: Party, asker: Asker, device: str, now: int) -> Registered:
    """The passkey that came of it, the person's from now on. `device` is the browser's name. Raises Refused.

    The challenge is the proof that this began after a sensitive page was opened, however long the dialog stood.
    """
    answer = _answered(text, CREATE, party, asker, now)
    made = ceremonies.verify_made(answer, party)
    passkey = Registered(
        id=new_id(),
        user_id=asker.user_id or "",
        credential=answer.credential,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=(NAMES.get(made.aaguid) or device)[:LONGEST_NAME],
        aaguid=made.aaguid,
        transports=" ".join(answer.transports),
        backup_eligible=made.backup_eligible,
        backed_up=made.backed_up,
        user_verified=made.user_verified,
        created_at=now,
    )
    users.hold(passkey.user_id)
    if not passkeys.add(passkey, MOST):
        raise Refused("one too many, or known already")
    return passkey


def use(text: str, party: Party, asker: Asker, now: int) -> tuple[Registered, Proof]:
    """Whose passkey signed, and what that proves. Raises Refused, or its kinds Unknown and Copied."""
    answer = _answered(text, GET, party, asker, now)
    passkey = passkeys.by_credential(answer.credential)
    if passkey is None:
        raise Unknown
    if passkey.user_id != (asker.user_id or answer.user_handle) or answer.user_handle not in (None, passkey.user_id):
        raise Refused("another person")
    used = ceremonies.verify_used(answer, party, passkey)
    if not passkeys.use(passkey.id, used.sign_count, backed_up=used.backed_up, now=now):
        raise Copied(passkey) if is_regression(passkey, used) else Refused("gone")
    audit.record("passkey_used", now, user_id=passkey.user_id, network=asker.network, passkey=passkey.name)
    return passkey, proof_by(passkey, used)


class Unknown(Refused):
    """No account has this passkey (any more): the browser may forget it."""

    def __init__(self) -> None:
        super().__init__("unknown")


class Copied(Refused):
    """WebAuthn §6.1.1: the signature is right and the counter did not grow. Somebody may hold a copy of the key."""

    def __init__(self, passkey: Registered) -> None:
        super().__init__("counter")
        self.passkey = passkey


def is_regression(passkey: Registered, used: Used) -> bool:
    """§7.2 step 22."""
    return (used.sign_count, passkey.sign_count) != (0, 0) and used.sign_count <= passkey.sign_count


def proof_by(passkey: Registered, used: Used) -> Proof:
    """RFC 8176 §2. A key that may be on several devices is in no hardware; one that may not is as far as anybody says.

    Two factors only where the device checked its user at the registration too: a check that came later may be of
    whoever found the device (§7.2 step 24, uvInitialized).
    """
    key = acr.SOFTWARE_KEY if passkey.backup_eligible else acr.HARDWARE_KEY
    if not (used.user_verified and passkey.user_verified):
        return Proof(f"{key} {acr.USER_PRESENT}")
    return Proof(f"{key} {acr.USER_PRESENT} {acr.SEVERAL}", acr.PHISHING_RESISTANT)


def as_second(proof: Proof, first_amr: str) -> Proof:
    """The same given after another proof: with any key, both together are phishing-resistant, unless the first was a
    key as well (protocol.acr, protocol.proof)."""
    return proof if acr.is_key(first_amr) else Proof(proof.amr, acr.PHISHING_RESISTANT)


def _answered(text: str, kind: str, party: Party, asker: Asker, now: int) -> Answer:
    """The answer, its challenge spent: by this browser, for this purpose and person, or else Refused."""
    answer = ceremonies.read(text, kind, party)
    challenge = fingerprint(answer.challenge)
    if not challenges.spend(challenge, asker.browser, asker.purpose, asker.user_id, now):
        raise Refused("challenge")
    return answer


def _challenge(asker: Asker, now: int) -> bytes:
    """32 random bytes (§13.4.3) that this browser may answer once."""
    challenge = secrets.token_bytes(32)
    text = urlsafe_b64encode(challenge).rstrip(b"=").decode()
    challenges.open(fingerprint(text), asker.browser, asker.purpose, asker.user_id, now + OPEN_FOR)
    return challenge
