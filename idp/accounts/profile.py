"""What people say about themselves: the claims of OpenID Connect Core §5.1, each optional, each with a rule of its own.

Rules only: the sentences people read are found by the page.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Final
from urllib.parse import quote
from zoneinfo import available_timezones

import idna

from idp.protocol.uri import BadUri, Uri

NAMES: Final = ("name", "given_name", "middle_name", "family_name", "nickname", "preferred_username")
PAGES: Final = ("profile", "website")
BIRTH: Final = ("birth_day", "birth_month", "birth_year")
ADDRESS: Final = ("street_address", "postal_code", "locality", "region", "country")
GENDERS: Final = ("female", "male")
OWN_WORD: Final = "own"
"""Core §5.1 defines two values of `gender` and allows others: then `own_gender` holds the person's own word."""

LONGEST: Final = {
    **dict.fromkeys(NAMES, 100),
    **dict.fromkeys(PAGES, 255),
    "gender": 6,
    "own_gender": 40,
    "birth_day": 2,
    "birth_month": 2,
    "birth_year": 4,
    "zoneinfo": 64,
    "phone_number": 40,
    **dict.fromkeys(ADDRESS, 100),
    "street_address": 200,
}
"""What may be typed, by the name of its field, in characters."""

FIRST_YEAR: Final = 1875
LEAP_YEAR: Final = 2000
NO_YEAR: Final = "0000"
"""Core §5.1: the year of a birthday whose year is nobody's business."""

_URI = "!#$%&'()*+,/:;=?@[]~"
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
_WRITTEN_BETWEEN_DIGITS = re.compile(r"[\s().\-/\u2010-\u2015\u00a0]")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_BIRTHDATE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)-(?P<day>\d\d))?", re.ASCII)
_REGION = re.compile(r"(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/.+")


class Flaw(StrEnum):
    """What is wrong with what was typed; the page finds the sentence."""

    UNSEEN = "nothing of it can be seen"
    NO_PAGE = "not the address of a web page"
    NO_COUNTRY = "a phone number without its country"
    NO_PHONE = "not a phone number"
    HALF_A_DAY = "a day without its month"
    NO_DAY = "no day of the calendar"
    NO_YEAR = "no year of a life"
    NO_ZONE = "not a time zone"


class Unfit(ValueError):
    """What was typed in this field is no value of its claim."""

    def __init__(self, field: str, flaw: Flaw) -> None:
        super().__init__(f"{field}: {flaw}")
        self.field, self.flaw = field, flaw


Typed = Mapping[str, str]


def read(typed: Typed, today: date) -> tuple[dict[str, object], dict[str, Flaw]]:
    """The claims that a filled-in form says, None for each that was left empty; and what is wrong, by field."""
    said: dict[str, object] = {}
    wrong: dict[str, Flaw] = {}
    for claim, rule in RULES.items():
        try:
            said[claim] = rule(typed, today) or None
        except Unfit as unfit:
            wrong[unfit.field] = unfit.flaw
    return said, wrong


def spelled(claims: Mapping[str, object]) -> dict[str, str]:
    """The fields of the form as these claims fill them."""
    plain = {name: str(claims.get(name) or "") for name in (*NAMES, *PAGES, "zoneinfo", "phone_number")}
    address = claims.get("address")
    parts = address if isinstance(address, Mapping) else {}
    gender = str(claims.get("gender") or "")
    own = gender if gender not in GENDERS else ""
    return {
        **plain,
        **{name: str(parts.get(name) or "") for name in ADDRESS},
        "gender": OWN_WORD if own else gender,
        "own_gender": own,
        **_birth(str(claims.get("birthdate") or "")),
    }


def changes(claims: Mapping[str, object], said: Mapping[str, object]) -> dict[str, object]:
    """What has to be written so that these claims become what was said; None for what goes.

    What is spelled alike stays as it is, with what only the operator can set (a `formatted` address).
    """
    before, _ = read(spelled(claims), date.max - timedelta(days=1))
    return {name: value for name, value in said.items() if name not in before or value != before[name]}


@cache
def zones() -> tuple[str, ...]:
    """The time zones people choose among, in the spelling of Core §5.1 `zoneinfo`."""
    return (*sorted(filter(_REGION.fullmatch, available_timezones())), "UTC")


def words(text: str, field: str) -> str:
    """One line of text: NFC, no invisible characters, no space where it shows nothing."""
    kept = " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())
    return _seen(kept, field)


def _lines(text: str, field: str) -> str:
    """Core §5.1.1: a street address may have several lines, parted by newlines."""
    return "\n".join(filter(None, (words(line, field) for line in text.splitlines())))


def _seen(text: str, field: str) -> str:
    if text and not any(unicodedata.category(sign)[0] in "LNPS" for sign in text):
        raise Unfit(field, Flaw.UNSEEN)
    return text


def _name(field: str) -> Callable[[Typed, date], str]:
    return lambda typed, _today: words(typed.get(field, ""), field)


def _page(field: str) -> Callable[[Typed, date], str]:
    return lambda typed, _today: web_page(typed.get(field, ""), field)


def web_page(text: str, field: str) -> str:
    """Where a link may lead: http or https, a host, nothing that two programs could read differently."""
    typed = words(text, field)
    if not typed:
        return ""
    scheme, colon, rest = typed.partition("://")
    host, slash, path = (rest if colon else typed).partition("/")
    address, mark, place = quote(f"{_ascii(host, field)}{slash}{path}", safe=_URI).partition("#")
    try:
        found = Uri.parse(f"{scheme if colon else 'https'}://{address}")
    except BadUri:
        raise Unfit(field, Flaw.NO_PAGE) from None
    page = f"{found.origin}{found.rest}{mark}{place}"
    if found.scheme not in ("http", "https") or "." not in (found.host or "") or len(page) > LONGEST[field]:
        raise Unfit(field, Flaw.NO_PAGE)
    return page


def _ascii(host: str, field: str) -> str:
    """RFC 5891: a name in any script, as programs write it."""
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        raise Unfit(field, Flaw.NO_PAGE) from None


def _gender(typed: Typed, _today: date) -> str:
    chosen = typed.get("gender", "")
    return words(typed.get("own_gender", ""), "own_gender") if chosen not in GENDERS else chosen


def _zone(typed: Typed, _today: date) -> str:
    """One of those that can be chosen, or the one that was there before they changed."""
    name = typed.get("zoneinfo", "").strip()
    if name and name not in zones() and name not in available_timezones():
        raise Unfit("zoneinfo", Flaw.NO_ZONE)
    return name


def _phone(typed: Typed, _today: date) -> str:
    """Core §5.1 recommends E.164: a plus sign, the country, at most fifteen digits in all."""
    text = words(typed.get("phone_number", ""), "phone_number")
    plain = _WRITTEN_BETWEEN_DIGITS.sub("", _western(text).replace("(0)", ""))
    plain = f"+{plain[2:]}" if plain.startswith("00") else plain
    if plain.isascii() and plain.isdecimal():
        raise Unfit("phone_number", Flaw.NO_COUNTRY)
    if plain and not _E164.fullmatch(plain):
        raise Unfit("phone_number", Flaw.NO_PHONE)
    return plain


def _birthdate(typed: Typed, today: date) -> str:
    """Core §5.1: YYYY-MM-DD; 0000-MM-DD where the year is left out; YYYY where only the year is given."""
    day, month, year = (typed.get(field, "").strip() for field in BIRTH)
    if not (day or month or year):
        return ""
    if bool(day) != bool(month):
        raise Unfit("birth_month" if day else "birth_day", Flaw.HALF_A_DAY)
    latest = today + timedelta(days=1)  # it is tomorrow already where the person is
    born = _number(year) if year else LEAP_YEAR
    if not FIRST_YEAR <= born <= latest.year:
        raise Unfit("birth_year", Flaw.NO_YEAR)
    if not day:
        return str(born)
    try:
        found = date(born, _number(month), _number(day))
    except ValueError:
        raise Unfit("birth_day", Flaw.NO_DAY) from None
    if year and found > latest:
        raise Unfit("birth_year", Flaw.NO_YEAR)
    return f"{born if year else NO_YEAR}-{found:%m-%d}"


def _number(text: str) -> int:
    """The number these digits say, of whatever script; 0, which is no part of a birthday, for anything else."""
    return int(text) if text.isdecimal() else 0


def _western(text: str) -> str:
    """Digits of any script as 0 to 9."""
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _birth(birthdate: str) -> dict[str, str]:
    """The three fields of a birthday."""
    parts = _BIRTHDATE.fullmatch(birthdate.replace("--", f"{NO_YEAR}-", 1) if birthdate.startswith("--") else birthdate)
    found = parts.groupdict(default="") if parts else {}
    year = found.get("year", "")
    return {
        "birth_day": found.get("day", "").lstrip("0"),
        "birth_month": found.get("month", "").lstrip("0"),
        "birth_year": year if year != NO_YEAR else "",
    }


def _address(typed: Typed, _today: date) -> dict[str, str]:
    """Core §5.1.1."""
    parts = {name: words(typed.get(name, ""), name) for name in ADDRESS if name != "street_address"}
    parts["street_address"] = _lines(typed.get("street_address", ""), "street_address")
    return {name: parts[name] for name in ADDRESS if parts[name]}


RULES: Final[Mapping[str, Callable[[Typed, date], object]]] = {
    **{name: _name(name) for name in NAMES},
    **{name: _page(name) for name in PAGES},
    "gender": _gender,
    "birthdate": _birthdate,
    "zoneinfo": _zone,
    "phone_number": _phone,
    "address": _address,
}
"""How each claim is read; nothing else that was typed becomes one."""
