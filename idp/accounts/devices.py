"""Browsers that remember people: a sealed cookie names who was remembered here and gives the browser a name.

It signs nobody in. The chooser lists its people, and tries to guess a password made from such a browser are
counted apart from everybody else's (see throttle). It lists those alone who ticked "Remember". Beside them stands the
other provider that was used here last, so that its button comes first.
"""

import json
from dataclasses import dataclass, replace

from idp.signing.sealing import BadSeal, Sealer
from idp.store.base import new_id

PURPOSE = "device"
REMEMBERED_FOR = 180 * 86400
MOST_PEOPLE = 8


@dataclass(frozen=True, slots=True)
class Device:
    """A browser's name, the ids of the people it remembers, the last one first, and by what somebody came last: the
    name of another provider, "" for anything else.
    """

    id: str
    people: tuple[str, ...] = ()
    method: str = ""

    def knows(self, user_id: str) -> bool:
        """Whether this person ticked "Remember" here."""
        return user_id in self.people

    def with_person(self, user_id: str) -> "Device":
        """The same browser remembering this person too, ahead of the others."""
        return replace(self, people=(user_id, *self.without(user_id).people)[:MOST_PEOPLE])

    def came_by(self, method: str) -> "Device":
        """The same browser, somebody having come by this provider last."""
        return replace(self, method=method)

    def without(self, user_id: str) -> "Device":
        """The same browser, this person forgotten."""
        return replace(self, people=tuple(known for known in self.people if known != user_id))


def seal(device: Device, sealer: Sealer, now: int) -> str:
    """The cookie's value."""
    return sealer.seal(PURPOSE, json.dumps([now, device.id, device.people, device.method]).encode(), now)


def unseal(text: str | None, sealer: Sealer, now: int) -> Device:
    """The browser behind a cookie's value; a new one, remembering nobody, for anything else."""
    try:
        sealed_at, device_id, *rest = json.loads(sealer.unseal(PURPOSE, text or ""))
    except BadSeal:
        return Device(new_id())
    if now >= sealed_at + REMEMBERED_FOR:
        return Device(new_id())
    if not rest or isinstance(rest[0], str):  # as it was sealed before it held more than people
        return Device(device_id, tuple(rest))
    return Device(device_id, tuple(rest[0]), rest[1])
