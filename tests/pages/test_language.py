"""In which language a page speaks, and how a person changes it without losing their place."""

import pytest
from flask import Flask

from idp.web import locale
from tests.web_browser import Browser, Page
from tests.web_page import Form

PENDING = "Ab-_" * 5 + "xy"
OTHER = "Zz-_" * 5 + "xy"


def see(visitor: Browser, path: str) -> Page:
    shown = visitor.open(path)
    assert isinstance(shown, Page)
    assert shown.response.headers["Content-Language"] == shown.read.language
    return shown


def language_form(shown: Page) -> Form:
    return next(form for form in shown.read.forms if form.method == "get")


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("DE", "de"),
        ("it, de;q=0.8, en;q=0.9", "en"),
        ("fr-CA, *;q=0.1", "fr"),
        ("es-419,es;q=0.9", "es"),
        ("ar-EG", "ar"),
        ("*", "en"),
        ("x" * 5000, "en"),
        ("-,--,;q=,de-", "de"),
    ],
)
def test_the_browser_says_what_it_reads(visitor: Browser, accepted: str, spoken: str) -> None:
    visitor.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = accepted
    assert see(visitor, "/").read.language == spoken


def test_the_footer_changes_the_language_and_it_stays(visitor: Browser) -> None:
    shown = see(visitor, "/help")
    changed = visitor.submit(shown, form=language_form(shown), ui_locales="de")
    assert isinstance(changed, Page)
    assert changed.heading == "Hilfe beim Anmelden"
    assert see(visitor, "/").heading == "Ein Konto für alle deine Apps"
    assert "Max-Age=31536000" in visitor.trail[-2].headers["Set-Cookie"]


def test_the_footer_keeps_the_pending_request_and_every_other_parameter(visitor: Browser) -> None:
    shown = see(visitor, f"/reset?token=the-token&for={PENDING}")
    assert language_form(shown).fields == {"token": "the-token", "for": PENDING, "ui_locales": "en"}
    changed = visitor.submit(shown, form=language_form(shown), ui_locales="de")
    assert isinstance(changed, Page)
    assert changed.form("csrf_token").fields["for"] == PENDING
    assert changed.read.links["Hilfe beim Anmelden"] == f"/help?for={PENDING}"


def test_after_a_failed_post_the_footer_leads_to_the_form(visitor: Browser) -> None:
    page = see(visitor, "/signin")
    failed = visitor.submit(page, email="", password="")
    assert isinstance(failed, Page)
    changed = visitor.submit(failed, form=language_form(failed), ui_locales="de")
    assert isinstance(changed, Page)
    assert (changed.status, changed.heading) == (200, "Anmelden")


def test_a_language_nobody_offers_changes_nothing(visitor: Browser) -> None:
    assert see(visitor, "/help?ui_locales=tlh").read.language == "en"
    assert visitor.cookie("portico_language") is None


def test_a_link_of_another_site_chooses_nothing_for_later(visitor: Browser) -> None:
    answer = visitor.client.get(
        "/help?ui_locales=de", base_url=visitor.issuer, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.headers["Content-Language"] == "de"
    assert visitor.cookie("portico_language") is None


def chosen(app: Flask, cookie: str, path: str = "/", **wishes: object) -> str:
    with app.test_request_context(path, headers={"Cookie": f"portico_language={cookie}"} if cookie else {}):
        for name, wish in wishes.items():
            locale.use(**{name: wish})  # type: ignore[arg-type]
        return locale.current()


def test_the_app_says_in_which_language_it_speaks(app: Flask) -> None:
    assert chosen(app, "", ui_locales=("it", "de-CH")) == "de"
    assert chosen(app, "en", ui_locales=("de",)) == "de"


def test_what_the_person_chose_during_this_sign_in_counts_more_than_the_app(app: Flask) -> None:
    assert chosen(app, f"en.{PENDING}", ui_locales=("de",), pending_id=PENDING) == "en"
    assert chosen(app, f"en.{OTHER}", ui_locales=("de",), pending_id=PENDING) == "de"
    assert chosen(app, "de", "/?ui_locales=en", ui_locales=("de",)) == "en"


def test_the_persons_latest_word_counts_more_than_their_account(app: Flask) -> None:
    assert chosen(app, "de", account="en") == "de"
    assert chosen(app, "", account="de") == "de"
    assert chosen(app, "tlh", account="de") == "de"


@pytest.mark.parametrize(
    ("seconds", "english", "german", "arabic"),
    [
        (0, "1 second", "1 Sekunde", "ثانية"),
        (45, "45 seconds", "45 Sekunden", "45 ثانية"),
        (60, "1 minute", "1 Minute", "دقيقة"),
        (61, "2 minutes", "2 Minuten", "دقيقتان"),
        (290, "5 minutes", "5 Minuten", "5 دقائق"),
        (3601, "2 hours", "2 Stunden", "ساعتان"),
    ],
)
def test_a_wait_is_never_told_shorter_than_it_is(
    app: Flask, seconds: int, english: str, german: str, arabic: str
) -> None:
    for language, words in (("en", english), ("de", german), ("ar", arabic)):
        with app.test_request_context(f"/?ui_locales={language}"):
            assert locale.format_wait(seconds) == words


def test_days_are_written_as_people_write_them(app: Flask) -> None:
    days = {
        "en": "November 25, 2026",
        "de": "25. November 2026",
        "fr": "25 novembre 2026",
        "es": "25 de noviembre de 2026",
        "ar": "25 نوفمبر 2026",
    }
    for language, words in days.items():
        with app.test_request_context(f"/?ui_locales={language}"):
            assert locale.format_date(1795600000) == words


def test_values_in_a_sentence_with_markup_are_escaped(app: Flask) -> None:
    with app.test_request_context("/"):
        said = locale.sentence('<a href="%(url)s">x</a>', url='"><script>')
    assert "<script>" not in said


def test_outside_a_request_the_default_is_spoken(app: Flask) -> None:
    with app.app_context():
        assert locale.current() == "en"
