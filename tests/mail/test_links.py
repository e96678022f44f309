"""The mails about other providers: the sentences of the design, and nothing a name could smuggle into them."""

import pytest

from idp.mail import links
from idp.mail.layout import as_html, as_text
from idp.mail.letter import Letter, NotOurLink
from idp.mail.wording import NOWHERE, Origin, Reader
from tests.mail.letters import HANS, ISSUER, JANE, LAPTOP, NOW, TOKEN, settings


def said(letter: Letter) -> str:
    """The body without the foot."""
    return as_text(letter, settings()).partition("\n\n-- \n")[0]


def how(*providers: str, to: Reader = JANE, sign_in_link: str = "/signin") -> Letter:
    return links.how_to_sign_in(
        settings(), to, providers=providers, sign_in_link=sign_in_link, password_link=f"/reset?token={TOKEN}"
    )


def changed(event: links.Event, provider: str = "Facebook", origin: Origin = LAPTOP) -> Letter:
    return links.changed(settings(), JANE, event, provider=provider, at=NOW, link="/forgot", origin=origin)


def test_whoever_has_no_password_reads_how_they_sign_in() -> None:
    assert how("Facebook").subject == "How to sign in to Example ID"
    assert said(how("Facebook")) == (
        f"Your account has no password. It uses Facebook to sign in: {ISSUER}/signin\n"
        f"You can also set a password: {ISSUER}/reset?token={TOKEN}\n"
        "The link works for one hour, once."
    )


def test_several_providers_are_named_as_the_language_joins_them() -> None:
    assert "It uses Facebook and Google to sign in" in said(how("Facebook", "Google"))
    assert "Facebook, Google und Apple" in said(how("Facebook", "Google", "Apple", to=HANS))


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        ("identity_linked", "Facebook was linked to your Example ID account"),
        ("identity_unlinked", "Facebook was unlinked from your Example ID account"),
    ],
)
def test_the_owner_reads_of_every_link(event: links.Event, subject: str) -> None:
    letter = changed(event)
    assert (letter.kind, letter.subject) == (event, subject)
    assert said(letter) == (
        f"{subject}.\n"
        "That was on January 15, 2027, 8:00\u202fAM UTC from Firefox on Linux near Lyon, France.\n"
        f"Wasn’t you? Secure your account: {ISSUER}/forgot"
    )
    assert "That was on January 15, 2027, 8:00\u202fAM UTC.\n" in said(changed(event, origin=NOWHERE))


def test_a_label_is_words_and_no_more() -> None:
    letter = changed("identity_linked", 'evil.example <b>"\u202e')
    assert "evil. example" in said(letter)
    assert "<b>" not in as_html(letter, settings())
    assert "\u202e" not in said(letter)


def test_no_link_leaves_the_issuer() -> None:
    with pytest.raises(NotOurLink):
        how("Facebook", sign_in_link="https://evil.example/signin")
