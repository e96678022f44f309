"""What an app asks for, in sentences people read: consent, connected apps and the console use the same ones."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from idp.protocol.claims import SCOPE_CLAIMS, release
from idp.protocol.scope import OPENID, PROFILE, Scope
from idp.store.consents import Agreed
from idp.web.locale import format_list, gettext, ngettext

DAY = 86400
SHOWN_DIGITS = 2
FIRST_GROUPS = 3
NOTHING: Mapping[str, str] = MappingProxyType({})


class Said(NamedTuple):
    """What a scope is called: in a sentence, and in few words where many stand in one line."""

    icon: str
    sentence: str
    short: str


class Row(NamedTuple):
    """One wish of an app: its sentence, and the value it would really get."""

    scope: str
    icon: str
    sentence: str
    value: str = ""
    is_new: bool = False
    is_allowed: bool = False
    is_explained: bool = True


def rows(
    scope: Scope,
    before: Agreed,
    claims: Mapping[str, object],
    refresh_idle_for: int,
    of_client: Mapping[str, str] = NOTHING,
) -> tuple[Row, ...]:
    """A row for each scope, in the order of this file; one without a sentence is called by its name, never hidden.

    `claims` are the person's own (OpenID Connect Core §5.1), `before` what they agreed on earlier,
    `refresh_idle_for` is in seconds, `of_client` the sentences that the app's registration has for scopes of its own.
    `openid` says nothing a person needs to read, unless it is all there is.
    """
    own = {name: Said("key", sentence, sentence) for name, sentence in of_client.items()}
    said, values = _ours_first(own), _values(claims, refresh_idle_for)
    unexplained = gettext("The app has not said what this lets it do.")
    asked = scope - Scope((OPENID,)) or scope
    order = sorted(asked, key=lambda name: list(said).index(name) if name in said else len(said))
    return tuple(
        Row(
            name,
            said[name].icon if name in said else "warning",
            said[name].sentence if name in said else name,
            values.get(name, "") if name in said else unexplained,
            is_new=bool(before.asked) and name not in before.asked,
            is_allowed=name in before.scope,
            is_explained=name in said,
        )
        for name in order
    )


def _ours_first(own: Mapping[str, Said]) -> dict[str, Said]:
    """No app words what it gets of ours."""
    ours = _sentences()
    return ours | {name: said for name, said in own.items() if name not in ours}


def sentence_of(scope: str) -> str:
    """The sentence of one scope, "" for one that has none."""
    said = _sentences().get(scope)
    return said.sentence if said else ""


def title_of(scope: str) -> str:
    """What a developer calls it, in few words; "" for one that has none."""
    said = _sentences().get(scope)
    return said.short if said else ""


def short_of(row: Row) -> str:
    """A row in few words."""
    said = _sentences().get(row.scope)
    return said.short if said else row.sentence


def _sentences() -> dict[str, Said]:
    return {
        OPENID: Said("account", gettext("Know it’s you, with an ID made for this app"), gettext("your ID")),
        "profile": Said("account", gettext("See your name and picture"), gettext("name and picture")),
        "email": Said("mail", gettext("See your email address"), gettext("email address")),
        "phone": Said("phone", gettext("See your phone number"), gettext("phone number")),
        "address": Said("place", gettext("See your postal address"), gettext("postal address")),
        "groups": Said("group", gettext("See which groups you belong to"), gettext("groups")),
        "roles": Said("group", gettext("See which roles you have"), gettext("roles")),
        "offline_access": Said("clock", gettext("Keep access while you’re away"), gettext("access while you’re away")),
    }


def _values(claims: Mapping[str, object], refresh_idle_for: int) -> dict[str, str]:
    """What is really shared; an empty claim says so."""
    nothing = gettext("Not set – nothing is shared")
    return {
        "profile": _profile(claims) or nothing,
        "email": _email(claims) or nothing,
        "phone": _phone(str(claims.get("phone_number") or "")) or nothing,
        "address": _place(claims.get("address")) or nothing,
        "groups": _first(claims.get("groups")) or nothing,
        "roles": _first(claims.get("roles")) or nothing,
        "offline_access": ngettext(
            "Until you disconnect it, or %(n)s day without use",
            "Until you disconnect it, or %(n)s days without use",
            refresh_idle_for // DAY,
        ),
    }


def _profile(claims: Mapping[str, object]) -> str:
    """That there is no name is said too: the sentence above it promises one."""
    name, more = _name(claims), tuple(_more(claims))
    return format_list((name or gettext("no name yet"), *more)) if name or more else ""


def _name(claims: Mapping[str, object]) -> str:
    full = " ".join(str(claims[part]) for part in ("given_name", "family_name") if claims.get(part))
    return str(claims.get("name") or full or claims.get("nickname") or "")


def _more(claims: Mapping[str, object]) -> Iterator[str]:
    """What goes out with the name (OpenID Connect Core §5.4), in the order in which people care."""
    shown = release(claims, SCOPE_CLAIMS[PROFILE])
    kinds = {
        gettext("other names"): {"middle_name", "nickname", "preferred_username"},
        gettext("picture"): {"picture"},
        gettext("birthday"): {"birthdate"},
        gettext("gender"): {"gender"},
        gettext("web pages"): {"website", "profile"},
        gettext("time zone"): {"zoneinfo"},
        gettext("language"): {"locale"},
        gettext("time of your last change"): {"updated_at"},
    }
    return (kind for kind, names in kinds.items() if names & shown.keys())


def _email(claims: Mapping[str, object]) -> str:
    email = str(claims.get("email") or "")
    if email and not claims.get("email_verified"):
        return gettext("%(email)s (not confirmed yet)", email=email)
    return email


def _phone(number: str) -> str:
    """Enough to recognise it, not enough to read it over a shoulder."""
    return "••• " + number[-SHOWN_DIGITS:] if number else ""


def _place(address: object) -> str:
    """Enough to recognise it: the town, or else whatever there is of OpenID Connect Core §5.1.1."""
    parts = dict(address) if isinstance(address, Mapping) else {}
    town = [parts.get("locality"), parts.get("country")]
    rest = [parts.get("formatted"), parts.get("street_address"), parts.get("region"), parts.get("postal_code")]
    shown = [str(part) for part in town if part] or [str(part) for part in rest if part][:1]
    return ", ".join(", ".join(shown).split("\n"))


def _first(names: object) -> str:
    """The first three, and how many more."""
    listed = [str(name) for name in names] if isinstance(names, list | tuple) else []
    shown = format_list(listed[:FIRST_GROUPS])
    more = len(listed) - FIRST_GROUPS
    return shown + " " + ngettext("and %(n)s more", "and %(n)s more", more) if more > 0 else shown
