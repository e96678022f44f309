"""Carries out the plan of `rotation`: from `idp tick`, from `idp serve` itself, on any number of nodes at once."""

from idp.signing import keys
from idp.signing.rotation import Drop, Found, Move, Policy, Promote, Publish, Retire, plan
from idp.signing.wrapping import KeyFolder
from idp.store import signing_keys
from idp.store.base import unit_of_work


class _Overtaken(Exception):
    """Another node changed what this move stands on: nothing of it lasts, the next round sees what is left to do."""


def rotate(now: int, policy: Policy, folder: KeyFolder) -> tuple[Move, ...]:
    """Make every move that is due, and return those that this node made; other nodes may have made the rest.

    Needs an app context. Safe to run at any time, any number of times, everywhere.
    """
    return tuple(move for move in plan(signing_keys.published(), now, policy) if _made(move, now, folder))


def _made(move: Move, now: int, folder: KeyFolder) -> bool:
    try:
        match move:
            case Found(algorithms):
                return _founded(algorithms, now, folder)
            case Publish(alg):
                return _published(alg, now, folder)
            case Promote(kid, former):
                return _promoted(kid, former, now)
            case Retire(kid):
                with unit_of_work():
                    return signing_keys.retired(kid, now)
            case Drop(kid, state):
                with unit_of_work():
                    return signing_keys.dropped(kid, state)
    except _Overtaken:
        return False


def _founded(algorithms: tuple[str, ...], now: int, folder: KeyFolder) -> bool:
    """All first keys in one unit of work: an install never starts with half of them."""
    rows = [keys.generate(alg).stored("current", folder, now) for alg in algorithms]
    with unit_of_work():
        return sum(signing_keys.added(row) for row in rows) > 0


def _published(alg: str, now: int, folder: KeyFolder) -> bool:
    row = keys.generate(alg).stored("next", folder, now)
    with unit_of_work():
        return signing_keys.added(row)


def _promoted(kid: str, former: str | None, now: int) -> bool:
    """The former key stops and the next begins together: everyone sees one signer, before and after."""
    with unit_of_work():
        if former is not None and not signing_keys.retired(former, now):
            return False
        if not signing_keys.signs(kid, now):
            raise _Overtaken
        return True
