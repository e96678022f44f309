"""JSON from outside: bounded in size and depth, each name once, nothing that a database or a header would choke on."""

import json
import math
from typing import Final

DEEPEST: Final = 8
"""Objects and arrays within each other."""


class BadJson(ValueError):
    """The text is not JSON we would read; the message says why."""


def read_object(text: str, at_most: int) -> dict[str, object]:
    """The JSON object in a text of `at_most` bytes; raises `BadJson`."""
    value = _read(text, at_most)
    if not isinstance(value, dict):
        raise BadJson("must be a JSON object")
    return value


def read_array(text: str, at_most: int) -> list[object]:
    """The JSON array in a text of `at_most` bytes; raises `BadJson`."""
    value = _read(text, at_most)
    if not isinstance(value, list):
        raise BadJson("must be a JSON array")
    return value


def _read(text: str, at_most: int) -> object:
    if len(text.encode()) > at_most:
        raise BadJson(f"is longer than {at_most} bytes")
    try:
        value: object = json.loads(
            text, object_pairs_hook=_each_name_once, parse_constant=_refuse_constant, parse_float=_finite
        )
    except BadJson:
        raise
    except (ValueError, RecursionError):
        raise BadJson("is not well-formed JSON") from None
    if _depth(value) > DEEPEST:
        raise BadJson(f"is nested more than {DEEPEST} levels deep")
    if "\\u" in text:
        _refuse_odd_escapes(value)
    return value


def _each_name_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise BadJson("names a member twice")
    return members


def _refuse_constant(name: str) -> object:
    raise BadJson(f"holds {name}, which is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise BadJson("holds a number that is too large")
    return number


def _refuse_odd_escapes(value: object) -> None:
    r"""A lone surrogate has no UTF-8, and \u0000 no place in PostgreSQL."""
    try:
        encoded = json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadJson("holds half of a surrogate pair") from None
    if rb"\u0000" in encoded:
        raise BadJson("holds a null character")


def _depth(value: object) -> int:
    """Level by level instead of by recursion, and no further than needed."""
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        level = [inner for outer in level for inner in _inside(outer)]
        depth += bool(level)
    return depth


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
