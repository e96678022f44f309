"""What people do to give their account another address, step by step."""

from tests.mailbox import Mailbox
from tests.people import Person
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser, Page

NEW = "alice@new.example.net"
THIRD = "alice@third.example.net"


def asks(person: Person, address: str = NEW, password: str | None = None) -> Page:
    """From the profile to "Check your email"."""
    page = shown(person.browser.open("/account/email"))
    typed = {"email": address, "password": person.password if password is None else password}
    return shown(person.browser.submit(page, form=page.form("email"), **typed))


def presses(browser: Browser, link: str, button: str) -> Page:
    """A mailed link is opened, and its button pressed."""
    return shown(browser.submit(shown(browser.open(link)), button))


def moves(person: Person, mailbox: Mailbox, address: str = NEW) -> None:
    """The whole change, by the link."""
    if person.browser.cookie("portico_session") is None:
        signs_in(person)
    asks(person, address)
    page = presses(person.browser, mailbox.newest(address, "confirm_new_address").link, "Confirm email")
    assert "Your email address is changed." in page.text


def stop_link(mailbox: Mailbox, address: str) -> str:
    """What the old address was mailed."""
    return mailbox.newest(address, "address_changing").link
