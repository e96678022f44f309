"""What a person has agreed to, and whether that still is what is in force."""

from enum import Enum
from typing import Protocol

from idp.settings.people import comes_into_force_at
from idp.settings.sections import Brand
from idp.signing.sealing import BadSeal, Sealer

STOP = "marketing stop"


class Owed(Enum):
    """Whether a person has to agree to changed terms. Who MAY_WAIT is asked at each sign-in, and may say "not now"."""

    NOTHING = "nothing"
    MAY_WAIT = "may wait"
    NOW = "now"


class Signatory(Protocol):
    """A sign-in, and which versions its person agreed to last (store.browser_sessions.Session)."""

    @property
    def auth_time(self) -> int: ...

    @property
    def terms_version(self) -> str | None: ...

    @property
    def privacy_version(self) -> str | None: ...

    @property
    def put_off_at(self) -> int: ...


def owed(person: Signatory, brand: Brand, grace_for: int, now: int) -> Owed:
    """Who never agreed to anything has nothing to go on by meanwhile: they owe it now."""
    both = ((person.terms_version, brand.terms_version), (person.privacy_version, brand.privacy_version))
    changed = [(agreed, version) for agreed, version in both if agreed != version]
    if not changed:
        return Owed.NOTHING
    if any(agreed is None or now >= insisted_on_from(version, grace_for) for agreed, version in changed):
        return Owed.NOW
    return Owed.NOTHING if person.put_off_at >= person.auth_time else Owed.MAY_WAIT


def insisted_on_from(version: str, grace_for: int) -> int:
    """The moment (seconds since the epoch) from which nobody goes on without having agreed to this version.

    A version that does not begin with its date is in force from its first sight on.
    """
    dated = comes_into_force_at(version)
    return 0 if dated is None else dated + grace_for


def stop_token(user_id: str, sealer: Sealer, now: int) -> str:
    """What ends a person's news and offers, whoever holds it; it opens nothing, and does not expire (RFC 8058 §4)."""
    return sealer.seal(STOP, user_id.encode(), now)


def stopped_by(token: str, sealer: Sealer) -> str | None:
    """Whose news and offers this token ends; None when it is not one of ours."""
    try:
        return sealer.unseal(STOP, token).decode()
    except BadSeal:
        return None
