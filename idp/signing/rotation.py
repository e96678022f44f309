"""How signing keys follow one another: what to do now, from what there is. Pure; `tick` carries it out.

next      published in the JWKS, not yet signing, for at least `publish_ahead`
current   signs, for `sign_for`
retiring  signs no more and is published for `keep_for`, until the last token it signed has expired; then dropped
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from idp.settings.sections import Keys
from idp.store.signing_keys import State, StoredKey


@dataclass(frozen=True, slots=True)
class Policy:
    """Seconds, and the algorithms offered. Every node should have the same; a difference delays, it never harms."""

    algorithms: tuple[str, ...]
    sign_for: int
    publish_ahead: int
    keep_for: int

    @classmethod
    def of(cls, settings: Keys) -> Self:
        return cls(settings.algorithms, settings.sign_for, settings.publish_ahead, settings.keep_for)


@dataclass(frozen=True, slots=True)
class Found:
    """Nothing can be signed, as in a new install: there is nothing to wait for, so these keys sign at once."""

    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Publish:
    """A new key of this algorithm is shown, and does not sign yet."""

    alg: str


@dataclass(frozen=True, slots=True)
class Promote:
    """The next key signs; the former one (None: there was none) retires in the same moment."""

    kid: str
    former: str | None


@dataclass(frozen=True, slots=True)
class Retire:
    """The key stops signing without a successor: its algorithm is not offered any more."""

    kid: str


@dataclass(frozen=True, slots=True)
class Drop:
    """The key leaves the JWKS."""

    kid: str
    state: State


Move = Found | Publish | Promote | Retire | Drop


def plan(keys: Sequence[StoredKey], now: int, policy: Policy) -> tuple[Move, ...]:
    """What is due at `now`. Carried out by any number of nodes at once, each move takes effect once."""
    if not any(key.state == "current" for key in keys):
        return (Found(policy.algorithms),)
    no_longer_offered = sorted({key.alg for key in keys} - set(policy.algorithms))
    successions = [_succession(alg, keys, now, policy) for alg in policy.algorithms]
    endings = [_ending(alg, keys, now, policy) for alg in no_longer_offered]
    expired = [Drop(key.kid, "retiring") for key in keys if now >= (leaves_at(key, policy) or now + 1)]
    return (*(move for move in (*successions, *endings) if move), *expired)


def _succession(alg: str, keys: Sequence[StoredKey], now: int, policy: Policy) -> Move | None:
    current, following = _standing(alg, "current", keys), _standing(alg, "next", keys)
    if following is None:
        if current is None or now >= _signs_until(current, policy) - policy.publish_ahead:
            return Publish(alg)
        return None
    if now < signs_from(following, current, policy):
        return None
    return Promote(following.kid, current.kid if current else None)


def _ending(alg: str, keys: Sequence[StoredKey], now: int, policy: Policy) -> Move | None:
    """An algorithm taken out of the settings runs out gently: a node that still has it does no harm meanwhile."""
    current, following = _standing(alg, "current", keys), _standing(alg, "next", keys)
    if current is not None:
        return Retire(current.kid) if now >= _signs_until(current, policy) else None
    return Drop(following.kid, "next") if following else None


def signs_from(following: StoredKey, current: StoredKey | None, policy: Policy) -> int:
    """When a published key takes over: in its turn or when it was asked to, never before everyone can know it."""
    in_turn = _signs_until(current, policy) if current else following.published_at
    asked = in_turn if following.signs_at is None else following.signs_at
    return max(min(in_turn, asked), following.published_at + policy.publish_ahead)


def leaves_at(key: StoredKey, policy: Policy) -> int | None:
    """When a retiring key is dropped; None for one that has not retired."""
    return None if key.retired_at is None else key.retired_at + policy.keep_for


def _signs_until(current: StoredKey, policy: Policy) -> int:
    return (current.published_at if current.signs_at is None else current.signs_at) + policy.sign_for


def _standing(alg: str, state: State, keys: Sequence[StoredKey]) -> StoredKey | None:
    return next((key for key in keys if key.alg == alg and key.state == state), None)
