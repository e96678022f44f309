"""A person reads their own language, whoever sent them and from whichever browser."""

from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in


def test_the_account_speaks_the_language_of_its_person(alice: Person) -> None:
    alice.reads("de")
    signs_in(alice)
    assert shown(alice.browser.open("/account")).heading == "Hallo, Alice Example"
    assert shown(alice.browser.open("/help")).read.language == "en", "a page that asks nobody knows nobody"


def test_an_app_that_says_its_language_is_followed(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks(ui_locales="it de").seen_by(alice)
    assert visit.page.heading == "Anmelden"
    wrong = alice.browser.submit(visit.page, form=visit.page.form("password"), email=alice.email, password="wrong")
    assert "E-Mail-Adresse und Passwort passen nicht zusammen." in shown(wrong).text
