"""What mails say: the sentences of the design, to the letter, in English and German."""

import re
from typing import Any

import pytest

from idp.mail import messages
from idp.mail.layout import as_html, as_text
from idp.mail.letter import Letter
from idp.settings.sections import Brand
from tests.mail.letters import (
    ALL,
    CODE,
    HANS,
    ISSUER,
    JANE,
    LAYLA,
    MARIE,
    MARTA,
    TOKEN,
    changed,
    confirm,
    exists,
    reset,
    settings,
)


def said(letter: Letter) -> str:
    """The body without the foot."""
    return as_text(letter, settings()).partition("\n\n-- \n")[0]


def foot(letter: Letter) -> list[str]:
    return as_text(letter, settings()).partition("\n\n-- \n")[2].splitlines()


def test_the_mail_that_confirms_an_address() -> None:
    assert confirm().subject == "482 913 is your Example ID code"
    assert said(confirm()) == (
        "Hi,\n\n"
        "Confirm your email to finish creating your Example ID account and continue to Photo Box:\n"
        f"{ISSUER}/verify?token={TOKEN}\n\n"
        "Or type this code where you signed up: 482 913\n\n"
        "Both work for 24 hours. Didn’t sign up? Ignore this message; "
        "no account is created without your confirmation."
    )


def test_the_mail_that_confirms_an_address_when_no_app_waits() -> None:
    assert "Confirm your email to finish creating your Example ID account:\nhttp" in said(confirm(app=""))


def test_the_mail_to_an_address_that_has_an_account() -> None:
    assert exists().subject == "You already have an Example ID account"
    assert said(exists()) == (
        "Someone, probably you, tried to create an account with this address. "
        f"You already have one. Sign in: {ISSUER}/signin\n"
        f"Forgot your password? {ISSUER}/forgot\n"
        "Not you? Nothing was changed."
    )


def test_the_article_fits_the_name() -> None:
    assert exists(config=settings(brand=Brand(name="Portico"))).subject == "You already have a Portico account"


def test_the_mail_that_lets_people_choose_a_password() -> None:
    assert reset().subject == "Choose a new password for Example ID"
    assert said(reset()) == (
        "We got a request to reset the password of jane@example.org, from Firefox on Linux near Lyon, France.\n"
        f"Choose a new one: {ISSUER}/reset?token={TOKEN}\n"
        "The link works for one hour, once.\n"
        "Didn’t ask? Ignore this message; your password stays the same."
    )


def test_the_mail_after_a_password_was_changed() -> None:
    assert changed().subject == "Your Example ID password was changed"
    assert said(changed()) == (
        "Changed on January 15, 2027, 8:00\u202fAM UTC from Firefox on Linux near Lyon, France. "
        "Other devices were signed out.\n"
        f"Wasn’t you? Secure your account: {ISSUER}/account/password"
    )


@pytest.mark.parametrize("write", [reset, changed])
def test_what_is_not_known_is_not_said(write: Any) -> None:
    somewhere = said(write(origin=messages.Origin("Firefox on Linux")))
    assert "Firefox on Linux." in somewhere
    assert "near" not in somewhere
    assert "from" not in said(write(origin=messages.NOWHERE))
    assert "near" not in said(write(origin=messages.Origin(place="Lyon")))


def test_the_foot_says_why_and_who() -> None:
    assert foot(confirm()) == [
        "You got this message because someone signed up at Example ID with this address.",
        "Example ID, 1 Example Street, Lyon",
        f"Help: {ISSUER}/help",
    ]


def test_germans_read_german() -> None:
    assert confirm(HANS).subject == "482 913 ist dein Code für Example ID"
    assert said(confirm(HANS)).startswith("Hallo,\n\nbestätige deine E-Mail-Adresse")
    assert f"\n{ISSUER}/verify?token={TOKEN}\n" in said(confirm(HANS))
    assert "15. Januar 2027, 08:00 UTC" in said(changed(HANS))
    assert foot(confirm(HANS))[-1] == f"Hilfe: {ISSUER}/help"


def test_a_language_without_catalogue_reads_english() -> None:
    assert confirm(messages.Reader("maria@example.org", "it")).subject == confirm().subject


def test_others_read_their_own() -> None:
    assert confirm(MARIE).subject == "482 913 est votre code Example ID"
    assert "Confirmez votre adresse e-mail" in said(confirm(MARIE))
    assert changed(MARTA).subject == "Tu contraseña de Example ID ha cambiado"
    assert "Cambiada el 15 de enero de 2027, 8:00 UTC desde Firefox on Linux" in said(changed(MARTA))
    assert exists(LAYLA).subject == "لديك حساب لدى Example ID بالفعل"
    assert "في 15 يناير 2027" in said(changed(LAYLA))


def test_a_mail_in_arabic_runs_from_right_to_left_and_what_is_ours_does_not() -> None:
    html = as_html(confirm(LAYLA), settings())
    assert '<html lang="ar" dir="rtl">' in html
    assert '<div lang="ar" dir="rtl">' in html
    assert '<strong dir="ltr"' in html
    assert re.search(r'<a href="http[^"]*" dir="ltr"', html)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("reader", [JANE, HANS, MARIE, MARTA, LAYLA], ids=lambda reader: reader.locale)
def test_html_adds_layout_and_no_word(kind: str, reader: messages.Reader) -> None:
    letter = ALL[kind](reader)
    shown = re.sub(r"<title>.*?</title>|<style>.*?</style>|<[^>]+>", " ", as_html(letter, settings()), flags=re.S)
    *text, help_line = as_text(letter, settings()).replace("-- \n", "").splitlines()
    labels = {
        p.text for lines in letter.paragraphs for line in lines for p in line.parts.values() if p.look == "button"
    }
    expected = " ".join((letter.subject, *text, help_line.partition(":")[0], *labels))
    assert sorted(closed_up(shown).split()) == sorted(closed_up(expected).split())


def closed_up(words: str) -> str:
    """Without the spaces before signs: those that tags leave, and those of the French."""
    return re.sub(r"\s+([.,:;?!،؛؟])", r"\1", words)


@pytest.mark.parametrize("kind", ALL)
def test_one_button_and_the_bare_link_under_it(kind: str) -> None:
    html = as_html(ALL[kind](), settings())
    buttons = re.findall(r'<td class="button"[^>]*bgcolor="#0b6a52" height="48".*?<a href="([^"]+)"', html, re.S)
    assert len(buttons) == 1
    assert f">{buttons[0]}</a>" in html


@pytest.mark.parametrize("kind", ALL)
def test_nothing_is_fetched_when_a_mail_is_opened(kind: str) -> None:
    html = as_html(ALL[kind](), settings())
    assert not re.search(r"<(img|link|script|iframe|object|video|audio|form|base)\b|src=|srcset=|url\(|@import", html)
    assert '<html lang="en" dir="ltr">' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "max-width:560px" in html
    assert "padding:24px" in html


def test_a_letter_hides_itself_in_logs() -> None:
    for secret in (CODE, "482 913", TOKEN, "jane"):
        assert secret not in repr(confirm())
