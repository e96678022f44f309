"""Authorization details (RFC 9396) as people read them before they agree."""

from typing import NamedTuple

from idp.protocol import authorization_details
from idp.protocol.resource import Apis, kinds_of
from idp.web.locale import format_list, gettext


class Row(NamedTuple):
    """One thing the app asks for: its sentence, and what it is about, as label and value."""

    sentence: str
    facts: tuple[tuple[str, str], ...]


def rows(details: str, apis: Apis) -> tuple[Row, ...]:
    """In the order they were asked for; every member that was sent is shown."""
    kinds = kinds_of(apis)
    return tuple(
        Row(kinds[one["type"]].sentence, tuple(_fact(label, value) for label, value in _facts(one, kinds)))
        for one in authorization_details.each(details)
        if one["type"] in kinds
    )


def _facts(one: dict[str, object], kinds: authorization_details.Kinds) -> tuple[tuple[str, object], ...]:
    return authorization_details.facts(one, kinds[str(one["type"])])


def _fact(label: str, value: object) -> tuple[str, str]:
    return label, _said(value)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list):
        return format_list([str(item) for item in value])
    if isinstance(value, dict):
        return format_list([f"{name}: {item}" for name, item in value.items()])
    return str(value)
