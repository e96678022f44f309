"""What an app asks for, in more detail than scopes can say (RFC 9396): one payment, one account, one record."""

import json
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any, Final, Literal, NamedTuple

from idp.protocol.errors import InvalidAuthorizationDetails
from idp.protocol.strict_json import BadJson, read_array

LONGEST: Final = 2048
"""Bytes: they travel in the code."""
MOST: Final = 10
LONGEST_VALUE: Final = 200
MORE: Final = "authorization_details names more than was granted"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

FieldKind = Literal["text", "number", "flag", "texts", "table"]


class Field(NamedTuple):
    """One member of a detail, and what people read beside its value."""

    kind: FieldKind
    label: str
    required: bool = False


class Kind(NamedTuple):
    """One type of detail (§2): the API it is for, the sentence people read, and its members."""

    type: str
    api: str
    sentence: str
    fields: Mapping[str, Field]


Kinds = Mapping[str, Kind]
"""By type."""


def parse(text: str | None, kinds: Kinds, allowed: Collection[str]) -> str:
    """§2, §5: what was asked as JSON, each detail as its type has it; "" for nothing.

    Raises InvalidAuthorizationDetails for a type that is unknown or that this client may not use, and for members that
    are unknown, missing or not as they should be.
    """
    if text is None:
        return ""
    try:
        asked = read_array(text, LONGEST)
    except BadJson as problem:
        raise InvalidAuthorizationDetails(f"authorization_details {problem}") from None
    if not asked or len(asked) > MOST:
        raise InvalidAuthorizationDetails(f"authorization_details must hold 1 to {MOST} objects")
    for detail in asked:
        _check(detail, kinds, allowed)
    return _json(asked)


def _check(detail: object, kinds: Kinds, allowed: Collection[str]) -> None:
    if not isinstance(detail, dict) or not isinstance(detail.get("type"), str):
        raise InvalidAuthorizationDetails("each of authorization_details must be an object with a type")
    kind = kinds.get(detail["type"])
    if kind is None or detail["type"] not in allowed:
        raise InvalidAuthorizationDetails("a type of authorization_details is unknown, or not for this client")
    if detail.get("locations", [kind.api]) != [kind.api]:
        raise InvalidAuthorizationDetails(f"locations of {kind.type} can only be the API it is for")
    unknown = detail.keys() - {"type", "locations", *kind.fields}
    missing = {name for name, field in kind.fields.items() if field.required} - detail.keys()
    if unknown or missing:
        which = f"holds {min(unknown)[:40]!r}, which is unknown" if unknown else f"misses {min(missing)}"
        raise InvalidAuthorizationDetails(f"{kind.type} in authorization_details {which}")
    for name, field in kind.fields.items():
        if name in detail and not _is(field.kind, detail[name]):
            raise InvalidAuthorizationDetails(f"{name} of {kind.type} in authorization_details must be a {field.kind}")


def _is(kind: FieldKind, value: object) -> bool:
    """People read these values before they agree: nothing in them may hide, or turn the direction of the rest."""
    match kind:
        case "flag":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "texts":
            return isinstance(value, list) and 0 < len(value) <= MOST and all(_is("text", item) for item in value)
        case "table":
            return (
                isinstance(value, dict)
                and 0 < len(value) <= MOST
                and all(_is("text", name) and _is_plain(item) for name, item in value.items())
            )
    return (
        isinstance(value, str)
        and 0 < len(value) <= LONGEST_VALUE
        and not any(unicodedata.category(char) in _UNSEEN for char in value)
    )


def _is_plain(value: object) -> bool:
    return _is("text", value) or _is("number", value)


def narrowed(asked: str | None, granted: str) -> str:
    """§6.1: the part of what was granted that a token request names; all of it where it names nothing.

    Raises InvalidAuthorizationDetails for anything that was not granted word for word, and as often.
    """
    if asked is None:
        return granted
    try:
        wanted = read_array(asked, LONGEST)
    except BadJson as problem:
        raise InvalidAuthorizationDetails(f"authorization_details {problem}") from None
    left = [_spelled(detail) for detail in each(granted)]
    for detail in map(_spelled, wanted):
        if detail not in left:
            raise InvalidAuthorizationDetails(MORE)
        left.remove(detail)
    if not wanted:
        raise InvalidAuthorizationDetails(MORE)
    return _json(wanted)


def each(details: str) -> list[Any]:
    """One by one, as objects."""
    return list(json.loads(details)) if details else []


def apis_of(details: str, kinds: Kinds) -> tuple[str, ...]:
    """The APIs they are for, once each."""
    return tuple(dict.fromkeys(kinds[detail["type"]].api for detail in each(details) if detail["type"] in kinds))


def for_apis(details: str, apis: Collection[str], kinds: Kinds) -> str:
    """§9.1: the part that a token for these APIs holds; each sees its own alone."""
    return _json([one for one in each(details) if one["type"] in kinds and kinds[one["type"]].api in apis])


def facts(detail: Mapping[str, Any], kind: Kind) -> tuple[tuple[str, object], ...]:
    """What people read of it: label and value, in the order of its type."""
    return tuple((field.label, detail[name]) for name, field in kind.fields.items() if name in detail)


def _spelled(detail: object) -> str:
    """To compare: the order of members says nothing, and true is not 1."""
    return json.dumps(detail, sort_keys=True)


def _json(details: Collection[object]) -> str:
    return json.dumps(list(details), separators=(",", ":"), ensure_ascii=False) if details else ""
