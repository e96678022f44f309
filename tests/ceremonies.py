"""The ceremonies of passkeys without a provider around them: what an authenticator says, and what is believed of it."""

from typing import Any

from idp.accounts import ceremonies
from idp.accounts.ceremonies import CREATE, GET, Party
from idp.store.passkeys import Registered
from idp.store.users import Account
from tests.soft_authenticator import (
    HONEST,
    Lies,
    SoftAuthenticator,
)

ORIGIN = "https://id.example.com"
PARTY = Party("id.example.com", "Example ID", ORIGIN, checks_user=True)
ALICE = Account("A" * 22, "active", "en", '{"name": "Alice"}', 1, "alice@example.org", "alice@example.org", None, None)
CHALLENGE = bytes(range(32))
Json = dict[str, Any]


def device(**what: Any) -> SoftAuthenticator:
    return SoftAuthenticator(ORIGIN, **what)


def made_by(key: SoftAuthenticator, lies: Lies = HONEST, party: Party = PARTY) -> Registered:
    """The whole registration, as far as it is not about the store."""
    answer = ceremonies.read(key.creates(ceremonies.creation_options(party, ALICE, (), CHALLENGE), lies), CREATE, party)
    made = ceremonies.verify_made(answer, party)
    return Registered(
        id="p" * 22,
        user_id=ALICE.user_id,
        credential=answer.credential,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name="Phone",
        aaguid=made.aaguid,
        transports=" ".join(answer.transports),
        backup_eligible=made.backup_eligible,
        backed_up=made.backed_up,
        user_verified=made.user_verified,
        created_at=1,
    )


def used_by(key: SoftAuthenticator, passkey: Registered, lies: Lies = HONEST, party: Party = PARTY) -> ceremonies.Used:
    answer = ceremonies.read(key.signs(ceremonies.request_options(party, (), CHALLENGE), lies), GET, party)
    return ceremonies.verify_used(answer, party, passkey)


def options() -> Json:
    return ceremonies.creation_options(PARTY, ALICE, (), CHALLENGE)
