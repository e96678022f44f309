"""A person reads their own language, whoever sent them and from whichever browser."""

from sqlalchemy import text

from idp.store import base
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in


def reads_german(person: Person) -> None:
    with person.server.app_context(), base.unit_of_work():
        base.db.session.execute(text("UPDATE users SET locale = 'de' WHERE id = :id"), {"id": person.user_id})


def test_the_account_speaks_the_language_of_its_person(alice: Person) -> None:
    reads_german(alice)
    signs_in(alice)
    assert shown(alice.browser.open("/account")).heading == "Hallo, Alice Example"
    assert shown(alice.browser.open("/help")).read.language == "en", "a page that asks nobody knows nobody"


def test_an_app_that_says_its_language_is_followed(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks(ui_locales="it de").seen_by(alice)
    assert visit.page.heading == "Anmelden"
    wrong = alice.browser.submit(visit.page, form=visit.page.form("password"), email=alice.email, password="wrong")
    assert "E-Mail-Adresse und Passwort passen nicht zusammen." in shown(wrong).text
