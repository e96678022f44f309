"""Languages: the catalogue that fits best, English where nothing is translated, dates with their zone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp import locales

CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Sign in"
msgstr "Anmelden"

#, fuzzy
msgid "Sign out"
msgstr "Ausloggen?"

msgid "{n} try"
msgid_plural "{n} tries"
msgstr[0] "{n} Versuch"
msgstr[1] "{n} Versuche"
"""


MAILS = """
msgid "Sign in"
msgstr "Einloggen"

msgid "Hi,"
msgstr "Hallo,"
"""


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("de", "pt_BR"):
        folder = tmp_path / name / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "a.po").write_text(CATALOGUE, encoding="utf-8")
        (folder / "b.po").write_text(MAILS, encoding="utf-8")
    monkeypatch.setattr(locales, "TRANSLATIONS", tmp_path)
    locales._catalogues.cache_clear()
    yield tmp_path
    locales._catalogues.cache_clear()


@pytest.mark.parametrize("locale", ["de", "de-AT", "pt-BR"])
def test_a_region_reads_the_catalogue_of_its_language(catalogues: Path, locale: str) -> None:
    assert locales.translator(locale).gettext("Sign in") == "Anmelden"
    assert locales.translator(locale).ngettext("{n} try", "{n} tries", 2) == "{n} Versuche"


def test_the_files_of_a_language_complete_each_other(catalogues: Path) -> None:
    assert locales.translator("de").gettext("Sign in") == "Anmelden"
    assert locales.translator("de").gettext("Hi,") == "Hallo,"


@pytest.mark.parametrize("locale", ["en", "en-GB", "fr", "pt", "", "../de", "xx-yy"])
def test_an_unknown_language_reads_english(catalogues: Path, locale: str) -> None:
    assert locales.translator(locale).gettext("Sign in") == "Sign in"
    assert locales.translator(locale).ngettext("{n} try", "{n} tries", 1) == "{n} try"


def test_what_is_untranslated_or_doubtful_shows_in_english(catalogues: Path) -> None:
    assert locales.translator("de").gettext("Nobody translated this") == "Nobody translated this"
    assert locales.translator("de").gettext("Sign out") == "Sign out"


def test_the_languages_people_can_read(catalogues: Path) -> None:
    assert locales.translated() == {"en", "de", "pt-BR"}


@pytest.mark.parametrize(("locale", "direction"), [("en", "ltr"), ("de-AT", "ltr"), ("ar", "rtl")])
def test_the_direction_of_the_writing(locale: str, direction: str) -> None:
    assert locales.text_direction(locale) == direction


def test_a_date_names_its_zone() -> None:
    assert locales.format_datetime(1_800_000_000, "en").endswith("UTC")
    assert locales.format_datetime(1_800_000_000, "de") == "15. Januar 2027, 08:00 UTC"
    assert locales.format_datetime(1_800_000_000, "de", "Europe/Berlin") == "15. Januar 2027, 09:00 MEZ"
