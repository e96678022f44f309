"""A pinned Graph version ends one day: the operator hears of it ninety days before, at each start and by idp check."""

from datetime import UTC, date, datetime

import pytest

from idp.settings.load import load_settings
from idp.upstream.facebook_versions import SUNSETS, trouble, troubles


def at(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("version", "day", "said"),
    [
        ("v26.0", "2030-01-01", ""),
        ("v25.0", "2028-04-29", ""),
        ("v25.0", "2028-04-30", "v25.0 ends on 2028-07-29"),
        ("v25.0", "2028-07-28", "v25.0 ends on 2028-07-29"),
        ("v25.0", "2028-07-29", "v25.0 ended on 2028-07-29"),
        ("v20.0", "2026-11-25", "v20.0 ended on 2026-09-24"),
        ("v18.0", "2026-11-25", "v18.0 is not a version we know"),
    ],
)
def test_what_is_said_about_a_version(version: str, day: str, said: str) -> None:
    found = trouble(version, at(day))
    assert (found.sentence[: len(said)] if found else "") == said
    assert found is None or found.is_acute == ("ends on" not in found.sentence)


def test_the_default_is_the_newest_and_gives_no_trouble() -> None:
    settings = load_settings(upstream={"facebook": {"preset": "facebook", "client_id": "1", "client_secret": "x"}})
    assert list(troubles(settings, at("2026-11-25"))) == []
    assert settings.upstream["facebook"].graph_version == next(iter(SUNSETS))  # type: ignore[union-attr]


def test_each_upstream_is_named() -> None:
    pinned = {"preset": "facebook", "client_id": "1", "client_secret": "x", "graph_version": "v21.0"}
    settings = load_settings(upstream={"facebook": pinned, "shop": {**pinned, "graph_version": "v20.0"}})
    said = [found.sentence for found in troubles(settings, at("2026-11-25"))]
    assert [sentence.partition(":")[0] for sentence in said] == [
        "upstream.facebook.graph_version",
        "upstream.shop.graph_version",
    ]


def test_the_newest_is_named_first_and_older_ones_end_earlier() -> None:
    numbers = [float(version[1:]) for version in SUNSETS]
    ends = [day or date.max for day in SUNSETS.values()]
    assert numbers == sorted(numbers, reverse=True)
    assert ends == sorted(ends, reverse=True)
