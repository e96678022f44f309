"""A door: the routes it opens and what it tells discovery. app.py lists them; nothing else registers routes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint

from idp.settings.load import Settings

Metadata = Callable[[Settings], Mapping[str, object]]


def says_nothing(_settings: Settings) -> Mapping[str, object]:
    """Most pages have no place in discovery."""
    return {}


@dataclass(frozen=True)
class Door:
    """`metadata` gives members of the discovery document (RFC 8414 §2), paths relative to the issuer allowed."""

    routes: Blueprint
    metadata: Metadata = says_nothing
    development_only: bool = False
