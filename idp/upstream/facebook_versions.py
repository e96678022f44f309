"""Versions of Facebook's Graph API and when each goes away; as published on 2026-11-25, to be continued by hand.

Source: Meta for Developers, Graph API › Changelog › Versions.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from idp.settings.load import Settings
from idp.settings.upstreams import Facebook

SUNSETS: Mapping[str, date | None] = MappingProxyType(
    {
        "v26.0": None,  # released 2026-07-29, its end is not announced
        "v25.0": date(2028, 7, 29),
        "v24.0": date(2028, 2, 18),
        "v23.0": date(2027, 10, 8),
        "v22.0": date(2027, 5, 20),
        "v21.0": date(2027, 1, 21),
        "v20.0": date(2026, 9, 24),
        "v19.0": date(2026, 5, 21),
    }
)
NEAR = timedelta(days=90)


class Trouble(NamedTuple):
    """What is wrong with a pinned version, and whether sign-ins by it can fail today already."""

    sentence: str
    is_acute: bool


def trouble(version: str, now: int) -> Trouble | None:
    """What is wrong with asking for this version now (seconds since the epoch)."""
    if version not in SUNSETS:
        return Trouble(f"{version} is not a version we know; known are {', '.join(SUNSETS)}", is_acute=True)
    today, ends, newest = datetime.fromtimestamp(now, UTC).date(), SUNSETS[version], next(iter(SUNSETS))
    if ends is None or ends - today > NEAR:
        return None
    verb = "ended" if ends <= today else "ends"
    sentence = f"{version} {verb} on {ends.isoformat()}; change to {newest} and try a sign-in"
    return Trouble(sentence, is_acute=ends <= today)


def troubles(settings: Settings, now: int) -> Iterator[Trouble]:
    """One for each upstream whose pinned version is near its end, past it, or unknown."""
    for name, upstream in settings.upstream.items():
        if isinstance(upstream, Facebook) and (found := trouble(upstream.graph_version, now)):
            yield Trouble(f"upstream.{name}.graph_version: {found.sentence}", found.is_acute)
