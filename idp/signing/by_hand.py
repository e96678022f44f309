"""What an operator does to the keys with `idp keys`: each needs an app context, is one unit of work, is written in
the audit table, and reaches running nodes within their ring cache."""

from collections.abc import Sequence

from idp.signing import keys
from idp.signing.keys import SigningKey
from idp.signing.rotation import Move, Policy
from idp.signing.tick import rotate
from idp.signing.wrapping import KeyFolder, wrapped_under
from idp.store import audit, signing_keys
from idp.store.signing_keys import StoredKey


class Refused(Exception):
    """The keys stand as they were; one sentence says why and what would help."""


def bring_forward(now: int, policy: Policy, folder: KeyFolder) -> tuple[Move, ...]:
    """Begin the next rotation of every algorithm now. It stays staged: a key that was not published for
    `publish_ahead` is published first and takes over by itself when it has been. Returns the moves made at once."""
    first = () if signing_keys.published() else rotate(now, policy, folder)
    waiting = {key.alg: key.kid for key in signing_keys.published() if key.state == "next"}
    new = [
        keys.generate(alg).stored("next", folder, now, signs_at=now) for alg in policy.algorithms if alg not in waiting
    ]
    with signing_keys.changing():
        for kid in waiting.values():
            signing_keys.brought_forward(kid, now)
        for key in new:
            signing_keys.added(key)
        audit.record("keys.brought_forward", now, kids=" ".join([*waiting.values(), *(key.kid for key in new)]))
    return (*first, *rotate(now, policy, folder))


def replace_at_once(now: int, algorithms: Sequence[str], folder: KeyFolder) -> tuple[StoredKey, ...]:
    """For a stolen key: every key of these algorithms leaves the JWKS and a new one signs, in one moment.

    Tokens signed before are worthless from then on, here at once and at apps when their copy of the JWKS ends
    (`jwks_max_age`); an app that does not fetch it again for an unknown `kid` fails until then. Next and retired
    keys go too: who read one private half may have read all. Returns the keys that sign now.
    """
    new = tuple(keys.generate(alg).stored("current", folder, now) for alg in algorithms)
    with signing_keys.changing():
        for key in new:
            signing_keys.all_dropped(key.alg)
            signing_keys.added(key)
        audit.record("keys.replaced_at_once", now, kids=" ".join(key.kid for key in new))
    return new


def admit(key: SigningKey, at_once: bool, now: int, folder: KeyFolder) -> None:
    """Take in a key made elsewhere: as the next one, or as the signer at once, for apps that know it already.

    Raises Refused when it is here already, when its place is taken, or when there is no key at all.
    """
    stored = signing_keys.published()
    if not stored:
        raise Refused("there is no key yet; 'idp init' makes the first ones")
    if any(known.kid == key.kid for known in stored):
        raise Refused(f"{key.kid} is among the keys already")
    with signing_keys.changing():
        if at_once:
            for known in stored:
                if (known.alg, known.state) == (key.alg, "current"):
                    signing_keys.retired(known.kid, now)
        if not signing_keys.added(key.stored("current" if at_once else "next", folder, now)):
            raise Refused(
                f"another {key.alg} key waits to be next: let it take over first, or import this one with --now"
            )
        audit.record("keys.imported", now, kid=key.kid, alg=key.alg, at_once=at_once)


def reseal(now: int, folder: KeyFolder) -> int:
    """Wrap every private half under the key that seals now; how many that were. All or none: BadWrapping when
    one cannot be opened. Safe to repeat; a key that retires meanwhile stays without its private half."""
    todo = [key for key in signing_keys.published() if needs_reseal(key, folder)]
    with signing_keys.changing():
        resealed = [
            key.kid for key in todo if signing_keys.rewrapped(key.kid, str(key.sealed_private), _again(key, folder))
        ]
        if resealed:
            audit.record("keys.resealed", now, under=folder.sealing_key.number, kids=" ".join(resealed))
    return len(resealed)


def needs_reseal(key: StoredKey, folder: KeyFolder) -> bool:
    """Its private half is wrapped under another key of keys/ than the one that seals."""
    return key.sealed_private is not None and wrapped_under(key.sealed_private) != folder.sealing_key.number


def _again(key: StoredKey, folder: KeyFolder) -> str:
    bound = keys.binding(key.kid, key.alg)
    return folder.wrap(folder.unwrap(str(key.sealed_private), bound), bound)
