"""What the mails say that nobody asked for, and those about the end of an account: the design's sentences."""

import pytest

from idp.mail.layout import as_text
from idp.mail.letter import Letter
from idp.mail.wording import NOWHERE, Origin
from tests.mail.letters import (
    ISSUER,
    asked_to_confirm,
    deletion_done,
    deletion_set,
    export_ready,
    guessed_at,
    keeps_access,
    locked,
    new_device,
    settings,
)

WHEN = "January 15, 2027, 8:00\u202fAM UTC"


def said(letter: Letter) -> str:
    """The body without the foot."""
    return as_text(letter, settings()).partition("\n\n-- \n")[0]


def test_a_sign_in_somewhere_new() -> None:
    assert new_device().subject == "New sign-in to Example ID: Firefox on Linux"
    assert said(new_device()) == (
        f"Firefox on Linux, near Lyon, France, on {WHEN}, for Photo Box.\n"
        "If it was you, do nothing. If not, sign that device out and change your password: "
        f"{ISSUER}/account/secure"
    )


@pytest.mark.parametrize(
    ("origin", "app", "first"),
    [
        (Origin("Firefox on Linux"), "", f"Firefox on Linux, on {WHEN}."),
        (Origin("Firefox on Linux"), "Photo Box", f"Firefox on Linux, on {WHEN}, for Photo Box."),
        (Origin("Firefox on Linux", "Lyon"), "", f"Firefox on Linux, near Lyon, on {WHEN}."),
        (NOWHERE, "", f"a new device, on {WHEN}."),
    ],
)
def test_what_is_not_known_of_it_is_not_said(origin: Origin, app: str, first: str) -> None:
    assert said(new_device(origin=origin, app=app)).splitlines()[0] == first


def test_no_device_app_or_place_makes_a_link_of_its_own() -> None:
    evil = new_device(origin=Origin("evil.example/x", "www.evil.example"), app="https://evil.example")
    for link in ("evil.example", "https://evil"):
        assert link not in said(evil)
        assert link not in evil.subject


def test_many_wrong_passwords() -> None:
    assert guessed_at().subject == "Someone is trying to sign in to Example ID"
    assert "We slowed them down. Your password wasn’t guessed." in said(guessed_at())


def test_an_app_that_may_come_back() -> None:
    assert keeps_access().subject == "Photo Box can now use your Example ID account"
    assert said(keeps_access()) == (
        "You let Photo Box use your account, also while you’re away. It can:\n\n"
        "– See your email address\n"
        "– Keep access while you’re away\n\n"
        f"Review or disconnect: {ISSUER}/account/apps/box"
    )


def test_a_locked_account() -> None:
    assert locked().subject == "We signed you out of Example ID"
    assert said(locked()).startswith(f"Your account was locked on {WHEN} from Firefox on Linux near Lyon, France.\n")
    assert said(locked()).endswith(f"Unlock it by mail when you’re ready: {ISSUER}/forgot")
    assert "from" not in said(locked(origin=NOWHERE)).splitlines()[0]


def test_a_download_that_is_ready() -> None:
    assert export_ready().subject == "Your Example ID data is ready"
    assert f"{ISSUER}/account/data" in said(export_ready())
    assert "24 hours" in said(export_ready())


def test_a_deletion_that_is_set_can_be_undone() -> None:
    assert deletion_set().subject == "Your Example ID account will be deleted on January 15, 2027"
    assert f"Sign in before January 15, 2027 to keep it: {ISSUER}/account/keep" in said(deletion_set())


def test_a_deletion_that_is_done_says_what_was_kept_and_why() -> None:
    assert deletion_done().subject == "Your Example ID account is deleted"
    assert "so that our records stay whole" in said(deletion_done())


@pytest.mark.section("OpenID CIBA Core 1.0 §8")
def test_an_app_asks_somebody_who_is_elsewhere() -> None:
    assert asked_to_confirm().subject == "Photo Box asks you to confirm with Example ID"
    assert said(asked_to_confirm()) == (
        f"Photo Box asked on {WHEN} for your yes.\n"
        f"Sign in to see what it is, and to allow it or not: {ISSUER}/confirm\n"
        "Not you? Do nothing: without your yes nothing happens."
    )
    assert "evil.example" not in said(asked_to_confirm(app="https://evil.example"))
