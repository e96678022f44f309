"""Versions of Facebook's Graph API and when each goes away; as published on 2026-11-25, to be continued by hand.

Source: Meta for Developers, Graph API › Changelog › Versions.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

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


def trouble(version: str, now: int) -> str:
    """What is wrong with asking for this version now (seconds since the epoch), "" for nothing."""
    if version not in SUNSETS:
        return f"{version} is not a version we know; known are {', '.join(SUNSETS)}"
    today, ends = datetime.fromtimestamp(now, UTC).date(), SUNSETS[version]
    if ends is None or ends - today > NEAR:
        return ""
    better = next(iter(SUNSETS))
    verb = "ended" if ends <= today else "ends"
    return f"{version} {verb} on {ends.isoformat()}; change to {better} and try a sign-in"


def warnings(settings: Settings, now: int) -> Iterator[str]:
    """One sentence for each upstream whose pinned version is near its end, past it, or unknown."""
    for name, upstream in settings.upstream.items():
        if isinstance(upstream, Facebook) and (found := trouble(upstream.graph_version, now)):
            yield f"upstream.{name}.graph_version: {found}"
