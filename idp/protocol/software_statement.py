"""What a software statement says (RFC 7591 §2.3), once its signature is known genuine."""

from collections.abc import Mapping
from typing import Final

from idp.protocol.errors import InvalidSoftwareStatement
from idp.protocol.numeric_date import is_numeric_date

MEMBER: Final = "software_statement"
SKEW: Final = 60
"""Seconds that clocks may differ."""


def said(metadata: Mapping[str, object], claims: Mapping[str, object], now: int) -> dict[str, object]:
    """What is said of the app in all: where both speak, the statement counts. Raises InvalidSoftwareStatement."""
    if "exp" in claims and _moment(claims, "exp") + SKEW <= now:
        raise InvalidSoftwareStatement("software_statement has expired")
    for name in ("nbf", "iat"):
        if name in claims and _moment(claims, name) > now + SKEW:
            raise InvalidSoftwareStatement(f"{name} of software_statement lies ahead")
    return {**metadata, **claims}


def _moment(claims: Mapping[str, object], name: str) -> float:
    value = claims[name]
    if not is_numeric_date(value):
        raise InvalidSoftwareStatement(f"{name} of software_statement is no moment")
    return value
