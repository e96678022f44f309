"""Languages, from the .po files of idp/translations/LANGUAGE/LC_MESSAGES: ground that pages and mails share.

The .po files (messages.po for pages, mail.po for mails) are the only truth: they are read once per process,
nothing has to be compiled before starting.
"""

from datetime import UTC, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).with_name("translations")
SOURCE_LANGUAGE = "en"


def translator(locale: str) -> NullTranslations:
    """The catalogue of `locale` ("de-AT"), else of its language, else English: a sentence, never a key."""
    for name in (locale, locale.partition("-")[0]):
        if name in _catalogues():
            return _catalogue(_catalogues()[name])
    return NullTranslations()


def translated() -> frozenset[str]:
    """The languages people can read, the source language among them."""
    return frozenset({SOURCE_LANGUAGE, *_catalogues()})


def text_direction(locale: str) -> str:
    """`ltr` or `rtl`, the value of HTML's `dir`."""
    return Locale.parse(locale, sep="-").text_direction


def format_datetime(at: int, locale: str, zone: str = "UTC") -> str:
    """Date, time and the name of the zone, as CLDR writes them: "25 November 2026 at 14:03 UTC"."""
    moment = datetime.fromtimestamp(at, UTC if zone == "UTC" else ZoneInfo(zone))
    language = Locale.parse(locale, sep="-")
    pattern = str(get_datetime_format("long", locale=language)).replace("'", "")
    time = format_time(moment, _with_zone(language), locale=language)
    return pattern.replace("{0}", time).replace("{1}", format_date(moment, "long", locale=language))


def format_day(at: int, locale: str, zone: str = "UTC") -> str:
    """The day of a moment, as CLDR writes it: "25 November 2026"."""
    moment = datetime.fromtimestamp(at, UTC if zone == "UTC" else ZoneInfo(zone))
    return str(format_date(moment, "long", locale=Locale.parse(locale, sep="-")))


def _with_zone(language: Locale) -> str:
    """The language's short time with its zone: people compare it with a clock, seconds say nothing more."""
    return f"{language.time_formats['short'].pattern} z"


@cache
def _catalogues() -> dict[str, tuple[Path, ...]]:
    """Folders are named as BCP 47 names languages ("pt-BR"); gettext's "pt_BR" is understood too."""
    folders = sorted(TRANSLATIONS.glob("*/LC_MESSAGES"))
    return {folder.parent.name.replace("_", "-"): tuple(sorted(folder.glob("*.po"))) for folder in folders}


@cache
def _catalogue(files: tuple[Path, ...]) -> NullTranslations:
    """What one file does not hold is asked of the next."""
    whole = NullTranslations()
    for file in files:
        whole.add_fallback(_read(file))
    return whole


def _read(file: Path) -> NullTranslations:
    """A catalogue in memory; doubtful ("fuzzy") translations stay out, English shows instead."""
    compiled = BytesIO()
    with file.open("rb") as text:
        write_mo(compiled, read_po(text))
    compiled.seek(0)
    return GNUTranslations(compiled)
