"""What an operator does to the keys with `idp keys`: everything here needs an app context and takes effect on
running nodes within their ring cache."""

from collections.abc import Sequence

from idp.signing import keys
from idp.signing.keys import SigningKey
from idp.signing.rotation import Move, Policy
from idp.signing.tick import rotate
from idp.signing.wrapping import KeyFolder, wrapped_under
from idp.store import signing_keys
from idp.store.base import unit_of_work


class Refused(Exception):
    """The keys stand as they were; one sentence says why and what would help."""


def bring_forward(now: int, policy: Policy, folder: KeyFolder) -> tuple[Move, ...]:
    """Begin the next rotation of every algorithm now. It stays staged: a key that was not published for
    `publish_ahead` is published first and takes over by itself when it has been. Returns the moves made at once."""
    waiting = {key.alg: key.kid for key in signing_keys.published() if key.state == "next"}
    for alg in policy.algorithms:
        with unit_of_work():
            if alg in waiting:
                signing_keys.brought_forward(waiting[alg], now)
            else:
                signing_keys.added(keys.generate(alg).stored("next", folder, now, signs_at=now))
    return rotate(now, policy, folder)


def replace_at_once(now: int, algorithms: Sequence[str], folder: KeyFolder) -> tuple[SigningKey, ...]:
    """For a stolen key: every key of these algorithms leaves the JWKS, and a new one signs, in one moment.

    Tokens signed before are worthless from now on, here at once and at apps when their copy of the JWKS ends
    (`jwks_max_age`); an app that does not fetch it again on an unknown `kid` fails until then. Next keys go too:
    who read one private half may have read all.
    """
    made = tuple(keys.generate(alg) for alg in algorithms)
    rows = [key.stored("current", folder, now) for key in made]
    with unit_of_work():
        for row in rows:
            signing_keys.all_dropped(row.alg)
            signing_keys.added(row)
    return made


def admit(key: SigningKey, at_once: bool, now: int, folder: KeyFolder) -> None:
    """Take in a key made elsewhere: as the next one, or as the signer at once, for apps that know it already.

    Raises Refused when it is here already, or when another waits to be next.
    """
    stored = signing_keys.published()
    if any(known.kid == key.kid for known in stored):
        raise Refused(f"{key.kid} is among the keys already")
    with unit_of_work():
        if at_once:
            for known in stored:
                if known.alg == key.alg and known.state == "current":
                    signing_keys.retired(known.kid, now)
        if not signing_keys.added(key.stored("current" if at_once else "next", folder, now)):
            raise Refused(f"another {key.alg} key has that place; look at 'idp keys list', or use --now")


def reseal(folder: KeyFolder) -> tuple[int, int]:
    """Wrap every private half under the key that seals now; how many were, and how many are still under another
    (erased or re-wrapped by another node meanwhile counts as done)."""
    target, moved, left = folder.sealing_key.number, 0, 0
    for row in signing_keys.published():
        if row.sealed_private is None or wrapped_under(row.sealed_private) == target:
            continue
        private = folder.unwrap(row.sealed_private, keys.binding(row.kid, row.alg))
        after = folder.wrap(private, keys.binding(row.kid, row.alg))
        with unit_of_work():
            moved += signing_keys.rewrapped(row.kid, row.sealed_private, after)
    for row in signing_keys.published():
        left += row.sealed_private is not None and wrapped_under(row.sealed_private) != target
    return moved, left
