"""Languages an app or a person asks for (OpenID Connect Core §3.1.2.1, §5.2; BCP 47)."""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

MOST: Final = 16
"""Tags that are looked at; the rest is ignored."""

_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,7}")
Value = TypeVar("Value")


def is_language_tag(text: str) -> bool:
    """Whether the text has the shape of a BCP 47 language tag (2 to 8 letters, then subtags)."""
    return _TAG.fullmatch(text) is not None


def parse_locales(text: str | None) -> tuple[str, ...]:
    """The tags of a ui_locales or claims_locales parameter, most wanted first; what is no tag is ignored."""
    tags = (text or "").split(maxsplit=MOST)[:MOST]
    return tuple(dict.fromkeys(tag for tag in tags if is_language_tag(tag)))


def best(values: Mapping[str, Value], locale: str) -> Value | None:
    """The value for the locale, or for a wider one: `de-AT` finds `de`. Keys are lower-case tags (RFC 4647 §3.4)."""
    tag = locale.lower().replace("_", "-")
    while tag and tag not in values:
        tag = tag.rpartition("-")[0]
    return values.get(tag)
