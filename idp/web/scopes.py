"""What an app asks for, in sentences people read: consent, connected apps and the console use the same ones."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from idp.web.locale import gettext, ngettext

DAY = 86400
SHOWN_DIGITS = 2
FIRST_GROUPS = 3


class Row(NamedTuple):
    """One wish of an app: its sentence, and the value it would really get."""

    scope: str
    icon: str
    sentence: str
    value: str = ""
    is_new: bool = False


def rows(
    scope: Iterable[str], claims: Mapping[str, object], refresh_idle_for: int, already: Collection[str] = ()
) -> tuple[Row, ...]:
    """A row for each scope that has a sentence, in the order of the page; `already` are the scopes allowed before.

    `claims` are the person's own (OpenID Connect Core §5.1); `refresh_idle_for` is in seconds. Scopes without a
    sentence are not shown, and so must not be granted.
    """
    asked = set(scope)
    sayable = {name: said for name, said in _sentences().items() if name in asked}
    if asked == {"openid"}:
        sayable["openid"] = ("account", gettext("Know it’s you, with an ID made for this app"))
    values = _values(claims, refresh_idle_for)
    return tuple(
        Row(name, icon, sentence, values.get(name, ""), bool(already) and name not in already)
        for name, (icon, sentence) in sayable.items()
    )


def sentence_of(scope: str) -> str:
    """The sentence of one scope, "" for one that has none."""
    return _sentences().get(scope, ("", ""))[1]


def _sentences() -> dict[str, tuple[str, str]]:
    return {
        "profile": ("account", gettext("See your name and picture")),
        "email": ("mail", gettext("See your email address")),
        "phone": ("phone", gettext("See your phone number")),
        "address": ("place", gettext("See your postal address")),
        "groups": ("group", gettext("See which groups you belong to")),
        "roles": ("group", gettext("See which roles you have")),
        "offline_access": ("clock", gettext("Keep access while you’re away")),
    }


def _values(claims: Mapping[str, object], refresh_idle_for: int) -> dict[str, str]:
    """What is really shared; an empty claim says so."""
    nothing = gettext("Not set – nothing is shared")
    address = claims.get("address")
    place = [str(address.get(part) or "") for part in ("locality", "country")] if isinstance(address, Mapping) else []
    return {
        "profile": _name(claims) or nothing,
        "email": _email(claims) or nothing,
        "phone": _phone(str(claims.get("phone_number") or "")) or nothing,
        "address": ", ".join(part for part in place if part) or nothing,
        "groups": _first(claims.get("groups")) or nothing,
        "roles": _first(claims.get("roles")) or nothing,
        "offline_access": ngettext(
            "Until you disconnect it, or %(n)s day without use",
            "Until you disconnect it, or %(n)s days without use",
            refresh_idle_for // DAY,
        ),
    }


def _name(claims: Mapping[str, object]) -> str:
    full = " ".join(str(claims[part]) for part in ("given_name", "family_name") if claims.get(part))
    return str(claims.get("name") or full or claims.get("nickname") or "")


def _email(claims: Mapping[str, object]) -> str:
    email = str(claims.get("email") or "")
    if email and not claims.get("email_verified"):
        return gettext("%(email)s (not confirmed yet)", email=email)
    return email


def _phone(number: str) -> str:
    """Enough to recognise it, not enough to read it over a shoulder."""
    return "••• " + number[-SHOWN_DIGITS:] if number else ""


def _first(names: object) -> str:
    """The first three, and how many more."""
    listed = [str(name) for name in names] if isinstance(names, list | tuple) else []
    shown = ", ".join(listed[:FIRST_GROUPS])
    more = len(listed) - FIRST_GROUPS
    return shown + " " + ngettext("and %(n)s more", "and %(n)s more", more) if more > 0 else shown
