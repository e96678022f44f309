"""Who may register and own apps (settings: developers)."""

from flask import g

from idp.accounts.identifiers import BadEmail, normalise_email
from idp.settings.developers import Developers
from idp.web.house import house


def may(email: str) -> bool:
    """Whether the person with this proved address may; how it is spelled does not matter."""
    return is_among(house().settings.developers, _lookup(email))


def visitor_may() -> bool:
    """The same of whoever is signed in, where this request has asked for that already (web.visitor)."""
    session = g.get("visitor")
    return session is not None and may(session.email or "")


def is_among(developers: Developers, lookup: str) -> bool:
    """By the address in its lookup form."""
    if developers.who == "domains":
        return lookup.rpartition("@")[2] in developers.domains
    if developers.who == "addresses":
        return lookup in map(_lookup, developers.addresses)
    return developers.who == "everyone"


def _lookup(email: str) -> str:
    try:
        return normalise_email(email).lookup
    except BadEmail:
        return ""
