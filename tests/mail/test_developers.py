"""What owners of apps read: a new secret, one that ends, an app that was stopped, who owns it; and an invitation."""

from idp.mail.layout import as_text
from idp.mail.letter import Letter
from idp.mail.wording import NOWHERE
from tests.mail.letters import (
    ISSUER,
    app_suspended,
    invitation,
    key_set,
    owners_changed,
    secret_expires,
    secret_rotated,
    settings,
)

WHEN = "January 15, 2027, 8:00\u202fAM UTC"


def said(letter: Letter) -> str:
    """The body without the foot."""
    return as_text(letter, settings()).partition("\n\n-- \n")[0]


def test_a_secret_was_rotated() -> None:
    assert secret_rotated().subject == "Photo Box: new client secret"
    assert said(secret_rotated()) == (
        f"A new client secret was made on {WHEN} from Firefox on Linux near Lyon, France.\n"
        "The former one works until January 15, 2027: switch over before that.\n"
        f"Wasn’t that one of its owners? End the secret you don’t know: {ISSUER}/developers/box/credentials"
    )
    first = said(secret_rotated(origin=NOWHERE, until=0))
    assert first.startswith(f"A new client secret was made on {WHEN}.\nWasn’t that")


def test_keys_were_set() -> None:
    assert key_set().subject == "Photo Box: new keys"
    assert said(key_set(origin=NOWHERE)) == (
        f"Public keys were set on {WHEN}: no client secret is accepted any more.\n"
        f"Wasn’t that one of its owners? Set your own again: {ISSUER}/developers/box/credentials"
    )


def test_a_secret_ends() -> None:
    assert secret_expires().subject == "Photo Box: client secret expires on January 15, 2027"
    assert said(secret_expires()) == (
        "Photo Box stops working on January 15, 2027 unless its client secret is rotated.\n"
        "Old and new secrets both work for a week while you switch.\n"
        f"Make a new one: {ISSUER}/developers/box/credentials"
    )


def test_an_app_was_stopped() -> None:
    assert app_suspended().subject == "Photo Box was suspended"
    assert "The reason given: It asked for passwords\n" in said(app_suspended())
    assert "reason" not in said(app_suspended(reason=""))


def test_who_owns_it() -> None:
    assert owners_changed().subject == "Photo Box: its owners changed"
    assert said(owners_changed()).startswith("jo@ example. org owns Photo Box from now on.")
    assert said(owners_changed(came=False)).startswith("jo@ example. org does not own Photo Box any more.")


def test_an_invitation() -> None:
    assert invitation().subject == "Own Photo Box at Example ID"
    assert "invites you to own the app Photo Box at Example ID together." in said(invitation())
    assert "would like to hand over the app Photo Box" in said(invitation(hands_over=True))
    assert f"Sign in with this address, or create an account with it: {ISSUER}/developers/invitations" in said(
        invitation()
    )


def test_no_name_makes_a_link_of_its_own() -> None:
    evil = secret_expires(app="https://evil.example")
    assert "evil.example" not in said(evil) + evil.subject
    assert "evil.example" not in said(app_suspended(reason="see https://evil.example"))
