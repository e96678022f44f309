"""Carries out the plan of `rotation`: from `idp tick`, from `idp serve` itself, on any number of nodes at once."""

import logging
from collections.abc import Sequence

from idp.signing import keys
from idp.signing.rotation import Drop, Found, Move, Policy, Promote, Publish, Retire, plan
from idp.signing.wrapping import KeyFolder
from idp.store import audit, signing_keys
from idp.store.signing_keys import StoredKey

EVENTS: dict[type[Move], str] = {
    Found: "keys.founded",
    Publish: "keys.published",
    Promote: "keys.promoted",
    Retire: "keys.retired",
    Drop: "keys.dropped",
}
log = logging.getLogger(__name__)


class _Overtaken(Exception):
    """Another node changed what this move stands on: nothing of it lasts, the next round sees what is left to do."""


def rotate(now: int, policy: Policy, folder: KeyFolder) -> tuple[Move, ...]:
    """Make every move that is due, and return those that this node made; other nodes may have made the rest.

    Needs an app context. Safe to run at any time, any number of times, everywhere.
    """
    return tuple(move for move in plan(signing_keys.published(), now, policy) if _made(move, now, folder))


def _made(move: Move, now: int, folder: KeyFolder) -> bool:
    new = _new_keys(move, now, folder)  # before the transaction: making an RSA key takes longer than one should
    try:
        with signing_keys.changing():
            if not _done(move, new, now):
                return False
            audit.record(EVENTS[type(move)], now, kids=" ".join(_concerned(move, new)))
    except _Overtaken:
        return False
    for kid in _concerned(move, new):
        log.info(EVENTS[type(move)], extra={"kid": kid})
    return True


def _concerned(move: Move, new: Sequence[StoredKey]) -> tuple[str, ...]:
    match move:
        case Promote(kid, former):
            return (kid, former) if former else (kid,)
        case Retire(kid) | Drop(kid):
            return (kid,)
    return tuple(key.kid for key in new)


def _new_keys(move: Move, now: int, folder: KeyFolder) -> Sequence[StoredKey]:
    match move:
        case Found(algorithms):
            return [keys.generate(alg).stored("current", folder, now) for alg in algorithms]
        case Publish(alg):
            return [keys.generate(alg).stored("next", folder, now)]
    return ()


def _done(move: Move, new: Sequence[StoredKey], now: int) -> bool:
    match move:
        case Found() | Publish():  # the first keys come all together: an install never starts with half of them
            return sum(signing_keys.added(key) for key in new) > 0
        case Promote(kid, former):
            return _promoted(kid, former, now)
        case Retire(kid):
            return signing_keys.retired(kid, now)
        case Drop(kid, state):
            return signing_keys.dropped(kid, state)


def _promoted(kid: str, former: str | None, now: int) -> bool:
    """The former key stops and the next begins together: everyone sees one signer, before and after."""
    if former is not None and not signing_keys.retired(former, now):
        return False
    if not signing_keys.signs(kid, now):
        raise _Overtaken
    return True
