"""What the mails say about second factors and passkeys (M9), and the one that signs in: the design's sentences."""

from typing import get_args

import pytest

from idp.mail.layout import as_text
from idp.mail.letter import Letter
from idp.mail.notices import What
from idp.mail.wording import NOWHERE, Origin
from tests.mail.letters import HANS, ISSUER, LAYLA, MARIE, MARTA, TOKEN, mailed_code, proof_changed, settings

WHEN = "January 15, 2027, 8:00\u202fAM UTC"
KINDS: tuple[What, ...] = get_args(What)


def said(letter: Letter) -> str:
    """The body without the foot."""
    return as_text(letter, settings()).partition("\n\n-- \n")[0]


def test_what_device_place_time_and_where_to_go() -> None:
    letter = proof_changed()
    assert (letter.kind, letter.subject) == (
        "authenticator_added",
        "An authenticator app was added to your Example ID account",
    )
    assert said(letter) == (
        "An authenticator app was added to your Example ID account.\n"
        f"That was on {WHEN} from Firefox on Linux near Lyon, France.\n"
        f"Wasn’t you? Secure your account: {ISSUER}/account/secure"
    )


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        (NOWHERE, f"That was on {WHEN}."),
        (Origin("Firefox on Linux"), f"That was on {WHEN} from Firefox on Linux."),
    ],
)
def test_what_is_not_known_is_not_said(origin: Origin, line: str) -> None:
    assert said(proof_changed(origin=origin)).splitlines()[1] == line


@pytest.mark.parametrize("what", KINDS)
def test_each_says_what_happened_in_its_readers_language(what: What) -> None:
    english = proof_changed(what=what)
    assert english.kind == what
    assert "Example ID" in english.subject
    others = [proof_changed(reader, what).subject for reader in (HANS, MARIE, MARTA, LAYLA)]
    assert len({english.subject, *others}) == 5


def test_no_two_of_them_say_the_same() -> None:
    assert len({proof_changed(what=what).subject for what in KINDS}) == len(KINDS)


def test_the_code_and_the_link_that_sign_in() -> None:
    assert mailed_code().subject == "482 913 is your Example ID sign-in code"
    assert said(mailed_code()) == (
        "Hi,\n\n"
        "Type this code where you asked for it: 482 913\n\n"
        "Or open this link in the same browser.\n"
        "Sign in to Example ID and continue to Photo Box:\n"
        f"{ISSUER}/signin/mail/link?token={TOKEN}\n\n"
        "Somebody asked for this code from Firefox on Linux near Lyon, France.\n"
        "Both work for 15 minutes, in the browser where you asked. Didn’t ask? Ignore this message, and give the code "
        "to nobody."
    )


def test_without_an_app_it_names_none() -> None:
    assert "\nSign in to Example ID:\n" in said(mailed_code(app="", origin=NOWHERE))
    assert "\nSomebody asked for this code.\n" in said(mailed_code(app="", origin=NOWHERE))
