"""Wishes that help and never fail a request (OpenID Connect Core §3.1.2.1)."""

import re
from typing import Final

DISPLAYS: Final = ("page", "popup", "touch", "wap")
"""The display values of Core §3.1.2.1."""

_PROVIDER = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)
_LONGEST_LOGIN_HINT = 320
_MOST_ACR_VALUES = 16


def parse_display(text: str | None) -> str:
    """How the pages are shown; anything unknown is a page."""
    return text if text in DISPLAYS else "page"


def parse_acr_values(text: str | None) -> tuple[str, ...]:
    """The authentication contexts wished for, most wanted first; beyond sixteen they are ignored."""
    return tuple(dict.fromkeys((text or "").split()))[:_MOST_ACR_VALUES]


def parse_login_hint(text: str | None) -> str | None:
    """What to write into the sign-in field; longer than an e-mail address can be, it is no help."""
    return text if text and len(text) <= _LONGEST_LOGIN_HINT else None


def parse_idp_hint(text: str | None) -> str | None:
    """By which other provider the person should come (ours; Keycloak knows it as kc_idp_hint): a name, if it is one."""
    return text if text and _PROVIDER.fullmatch(text) else None
