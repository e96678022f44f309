"""The mails around another address: the sentences of the design, and nothing an address could smuggle into them."""

import pytest

from idp.accounts.identifiers import normalise_email
from idp.mail.address_change import masked
from idp.mail.layout import as_html, as_text
from idp.mail.letter import Letter
from idp.mail.wording import NOWHERE
from idp.settings.sections import Brand
from tests.mail.letters import ISSUER, TOKEN, address_changing, address_taken, confirm_new, settings


def said(letter: Letter) -> str:
    """The body without the foot."""
    return as_text(letter, settings()).partition("\n\n-- \n")[0]


def test_the_mail_to_the_new_address() -> None:
    assert confirm_new().subject == "Confirm your new email for Example ID"
    assert said(confirm_new()) == (
        "Hi,\n\n"
        "Confirm that this is the new email address of your Example ID account:\n"
        f"{ISSUER}/account/email/confirm?token={TOKEN}\n\n"
        "Open the link in the browser where you’re signed in, or type this code there: 482 913\n\n"
        "Both work for 24 hours. Didn’t ask for this? Ignore this message; nothing changes without it."
    )


def test_the_mail_to_the_old_address() -> None:
    assert address_changing().subject == "Your Example ID email is changing"
    assert said(address_changing()) == (
        "Your Example ID account is about to get the email address j•••@new.example.net.\n"
        "Asked for on January 15, 2027, 8:00\u202fAM UTC from Firefox on Linux near Lyon, France.\n\n"
        f"Wasn’t you? Stop it: {ISSUER}/account/email/stop?token={TOKEN}\n"
        "The link works for 7 days, also after the change."
    )
    assert "Asked for on January 15, 2027, 8:00\u202fAM UTC.\n" in said(address_changing(origin=NOWHERE))


def test_the_mail_to_an_address_that_has_an_account() -> None:
    assert address_taken().subject == "You already have an Example ID account"
    assert address_taken(config=settings(brand=Brand(name="Portico"))).subject == "You already have a Portico account"
    assert said(address_taken()) == (
        "Someone, probably you, wanted to use this address for another Example ID account. "
        f"This address already has one. Sign in: {ISSUER}/signin\n"
        "Not you? Nothing was changed."
    )


@pytest.mark.parametrize(
    ("address", "shown"),
    [("jane@example.org", "j•••@example.org"), ("j@example.org", "j•••@example.org"), ("é.è@é.org", "é•••@é.org")],
)
def test_the_old_address_reads_enough_to_recognise_the_new_one(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.incident("CVE-2024-41953")
@pytest.mark.parametrize(
    "address", ["a&b'c@x.example", "a{{7*7}}@x.example", "%s@x.example", "a%d%@x.example", "`a$id`@x.example"]
)
def test_an_address_is_text_and_nothing_else(address: str) -> None:
    """What may stand in an address by RFC 5321 is no markup, no template and no placeholder here."""
    new = normalise_email(address).display
    html = as_html(address_changing(new=new), settings())
    assert masked(new).replace("&", "&amp;").replace("'", "&#39;") in html
    assert "<script" not in html
