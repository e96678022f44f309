"""Which passwords may be chosen (the policy of the sign-up page)."""

import pytest

from idp.accounts.passwords import Problem, problems
from idp.settings.sections import Password

COMPOSITION = Password()
LENGTH = Password(policy="length")
JANE = "jane.doe@example.org"


@pytest.mark.parametrize(
    "password",
    ["Tr0ub4dor&3", "Correct-Horse7", "Kx7#mQ2p", "Blue Kettle 42", "Hund3!Katze", "ÄÖÜäöü-7x", "Aa1 " + "x" * 252],
)
def test_a_good_password_has_no_problem(password: str) -> None:
    assert problems(password, JANE, COMPOSITION) == ()


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("", (Problem.EMPTY,)),
        ("Kx7#mQ2", (Problem.TOO_SHORT,)),
        ("KX7#MQ2P", (Problem.NO_LOWER_CASE,)),
        ("kx7#mq2p", (Problem.NO_UPPER_CASE,)),
        ("Kxo#mQap", (Problem.NO_NUMBER,)),
        ("Kx7nmQ2p", (Problem.NO_SYMBOL,)),
        ("kxonmqap", (Problem.NO_UPPER_CASE, Problem.NO_NUMBER, Problem.NO_SYMBOL)),
        ("Aa1 " + "x" * 253, (Problem.TOO_LONG,)),
    ],
)
def test_what_is_missing_is_named(password: str, expected: tuple[Problem, ...]) -> None:
    assert problems(password, JANE, COMPOSITION) == expected


def test_a_space_counts_as_a_symbol() -> None:
    assert problems("Kx7 mQ2p", JANE, COMPOSITION) == ()


def test_the_length_profile_asks_for_twelve_characters_and_nothing_else() -> None:
    assert problems("kettles sing", JANE, LENGTH) == ()
    assert problems("Kx7#mQ2p", JANE, LENGTH) == (Problem.TOO_SHORT,)


def test_one_character_that_nfkc_unfolds_is_still_one() -> None:
    assert Problem.TOO_SHORT in problems("\ufdfaA1!", JANE, COMPOSITION)


@pytest.mark.parametrize(
    "password",
    [
        "Password1!",
        "P@ssw0rd!",
        "P4$$w0rd2024",
        "!Passw0rd!",
        "Pa55-word1",
        "Drowssap1!",
        "Welcome123!",
        "Sommer2024!",
        "Passwort-1",
        "Qwertz123!",
        "1Qaz2wsx!",
        "Aa123456!",
        "Abcd1234!",
        "Password123456!",
        "Password1!Password1!",
        "Aa1!Aa1!Aa1!",
    ],
)
def test_a_breached_password_is_refused_under_the_disguises_people_give_it(password: str) -> None:
    assert problems(password, JANE, COMPOSITION) == (Problem.COMMON,)


@pytest.mark.parametrize("password", ["aaaaaaaaaaaa", "passwordpassword", "1234567890123"])
def test_the_length_profile_refuses_them_too(password: str) -> None:
    assert problems(password, JANE, LENGTH) == (Problem.COMMON,)


@pytest.mark.parametrize("password", ["Jane.doe1!", "Jane.Doe@example.org1", "1Jane.Doe@Example.Org!", "JaneDoe-2024"])
def test_the_email_address_is_no_password(password: str) -> None:
    assert problems(password, JANE, COMPOSITION) == (Problem.IS_EMAIL,)


def test_without_an_address_nothing_is_compared_with_it() -> None:
    assert problems("Kx7#mQ2p", "", COMPOSITION) == ()
