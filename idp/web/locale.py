"""In which language a page speaks: choosing it, and saying sentences, times and waits in it."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from babel import Locale
from babel.dates import format_date as babel_date
from babel.dates import format_time as babel_time
from babel.dates import format_timedelta
from babel.numbers import format_decimal
from flask import Flask, Response, g, has_request_context, request
from markupsafe import Markup

from idp import locales
from idp.settings.load import Settings
from idp.web import cookies, origin
from idp.web.house import house

PARAMETER = "ui_locales"
DAY = 86400
KEEP_CHOICE_FOR = 365 * DAY
PENDING_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}")


def prepare(app: Flask, _settings: Settings) -> None:
    """Teach the templates to speak, and remember a language chosen in the footer."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: locales.translator(current()).gettext(message),
        lambda one, many, n: locales.translator(current()).ngettext(one, many, n),
        newstyle=True,
    )
    app.jinja_env.filters.update(datetime=format_datetime, date=format_date, wait=format_wait)
    app.jinja_env.filters.update(list_of=format_list, direction=direction)
    app.after_request(_remember_choice)


def offered() -> tuple[str, ...]:
    """The languages this install speaks (settings: locale.offered)."""
    return house().settings.locale.offered


def use(ui_locales: Iterable[str] = (), account: str | None = None, pending_id: str = "") -> None:
    """Tell what should decide the language of this request; what an earlier call told still counts.

    To be called before the first sentence is said.
    """
    told = {"ui_locales": tuple(ui_locales), "account": account, "pending_id": pending_id}
    g.portico_language_wishes = _wishes() | {name: value for name, value in told.items() if value}
    g.pop("portico_language", None)


def current() -> str:
    """The language of this request, chosen when the first sentence is said.

    First what the person chose in the footer (on this page, or earlier during this sign-in), then the app's
    `ui_locales` (OpenID Connect Core §3.1.2.1), then an older choice in this browser, the account's language,
    Accept-Language and the default.
    """
    if not has_request_context():
        return house().settings.locale.default
    if "portico_language" not in g:
        g.portico_language = _choose(_wishes())
    return str(g.portico_language)


def _choose(wishes: dict[str, Any]) -> str:
    chosen, chosen_during = _footer_choice()
    is_of_this_sign_in = bool(chosen_during) and chosen_during == wishes.get("pending_id")
    return (
        best_of(request.args.get(PARAMETER, "").split())
        or (best_of([chosen]) if is_of_this_sign_in else None)
        or best_of(wishes.get("ui_locales", ()))
        or best_of([chosen, wishes.get("account", "")])
        or best_of(request.accept_languages.values())
        or house().settings.locale.default
    )


def _wishes() -> dict[str, Any]:
    wishes: dict[str, Any] = g.get("portico_language_wishes", {})
    return wishes


def best_of(wanted: Iterable[str]) -> str | None:
    """RFC 4647 §3.4: the first wanted language that is offered, each shortened from its end until it fits."""
    by_name = {language.lower(): language for language in offered()}
    for tag in wanted:
        parts = tag.strip().lower().replace("_", "-").split("-")[:8]
        while parts:
            if found := by_name.get("-".join(parts)):
                return found
            parts.pop()
    return None


def gettext(message: str, /, **values: object) -> str:
    """`message` in the language of this request, its %(placeholders)s filled in."""
    text = locales.translator(current()).gettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """`one` or `many` as the language counts; `%(n)s` is a placeholder too."""
    return locales.translator(current()).ngettext(one, many, n) % {"n": n, **values}


def sentence(message: str, /, **values: object) -> Markup:
    """`gettext` for a message that holds markup of ours, such as a link; the values are escaped."""
    return Markup(locales.translator(current()).gettext(message)) % values  # noqa: S704 (our own catalogues)


def direction(language: str | None = None) -> str:
    """How a language (by default that of this request) is written: "ltr" or "rtl"."""
    return locales.text_direction(language or current())


def language_name(language: str) -> str:
    """The language's own name for itself, as it stands in the footer."""
    locale = Locale.parse(language, sep="-")
    name = locale.get_display_name(locale) or language
    return name[:1].upper() + name[1:]


def format_datetime(at: int) -> str:
    """A moment (seconds since the epoch) with its day, time and zone."""
    return locales.format_datetime(at, current())


def clock_time(at: int) -> Markup:
    """The time of a moment (seconds since the epoch) in UTC; a browser with scripts shows its own."""
    moment = datetime.fromtimestamp(at, UTC)
    shown = babel_time(moment, "short", locale=_cldr())
    return Markup('<time datetime="%s" data-local>%s UTC</time>') % (f"{moment:%Y-%m-%dT%H:%MZ}", shown)


def format_date(at: int) -> str:
    """The day of a moment (seconds since the epoch), UTC."""
    return str(babel_date(datetime.fromtimestamp(at, UTC).date(), "long", locale=_cldr()))


def format_ago(at: int, now: int) -> str:
    """How long ago a moment was, in words ("2 hours ago"); its day when that is a day or more."""
    if now - at >= DAY:
        return format_date(at)
    return str(format_timedelta(-max(now - at, 60), granularity="minute", add_direction=True, locale=_cldr()))


def format_number(number: int) -> str:
    """12,480 or 12.480, as the language writes it."""
    return format_decimal(number, locale=_cldr())


def month_names() -> list[tuple[int, str]]:
    """The twelve months by number, as they are called where no day stands beside them."""
    return sorted(_cldr().months["stand-alone"]["wide"].items())


def format_list(parts: Iterable[str]) -> str:
    """Things one beside the other, separated as the language separates them (CLDR), without an "and"."""
    middle: str = _cldr().list_patterns["standard"]["middle"]
    return middle.removeprefix("{0}").removesuffix("{1}").join(parts)


def format_wait(seconds: int) -> str:
    """A wait in words, never shorter than it is: 61 → "2 minutes"."""
    unit = next(unit for unit in (3600, 60, 1) if seconds > unit or unit == 1)
    rounded = -(-max(seconds, 1) // unit) * unit
    return str(format_timedelta(rounded, threshold=1, locale=_cldr()))


def _cldr() -> Locale:
    return Locale.parse(current(), sep="-")


def _footer_choice() -> tuple[str, str]:
    """The language cookie: a tag, and after a dot the pending request during which it was chosen."""
    language, _, pending_id = (cookies.read(cookies.LANGUAGE) or "").partition(".")
    return language, pending_id


def _remember_choice(response: Response) -> Response:
    """The footer's form is a GET of our own page with `ui_locales`; an app's link to us chooses nothing."""
    if request.method != "GET" or PARAMETER.encode() not in request.query_string:  # most requests end here
        return response
    if PARAMETER not in request.args or "response_type" in request.args:
        return response
    chosen = best_of(request.args[PARAMETER].split())
    if chosen and not origin.is_foreign(request):
        pending_id = request.args.get("for", "")
        named = PENDING_SHAPE.fullmatch(pending_id)
        cookies.put(cookies.LANGUAGE, f"{chosen}.{pending_id}" if named else chosen, KEEP_CHOICE_FOR)
    return response
