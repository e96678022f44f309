"""Which passwords may be chosen. Rules only: the sentences people read are found by the page."""

import unicodedata
from collections.abc import Iterator
from enum import StrEnum

from idp.accounts import common_passwords
from idp.settings.sections import Password

LONGEST = 256
LENGTH_PROFILE = 12
# Digits and symbols that "decorate" a word without making it harder to guess: Sommer2024!
DECORATION = 5
# A shorter piece typed again and again is as guessable as the piece.
SHORTEST_UNIT = 6
LEET = ("0134578@$!+|9", ("oleastbasitlg", "oieastbasitig"))


class Problem(StrEnum):
    """Why a password may not be chosen; the order is the one in which people are told."""

    EMPTY = "empty"
    TOO_LONG = "too long"
    TOO_SHORT = "too short"
    NO_LOWER_CASE = "no lower case"
    NO_UPPER_CASE = "no upper case"
    NO_NUMBER = "no number"
    NO_SYMBOL = "no symbol"
    IS_EMAIL = "is the email address"
    COMMON = "common"


def shortest(policy: Password) -> int:
    """The fewest characters a password may have under this policy."""
    return max(policy.min_length, LENGTH_PROFILE) if policy.policy == "length" else policy.min_length


def problems(password: str, email: str, policy: Password) -> tuple[Problem, ...]:
    """Everything that stands against choosing this password for this address; empty when nothing does.

    `password` is judged after NFKC, as it will be hashed. `email` is a lookup form, or empty when there is none.
    """
    if not password:
        return (Problem.EMPTY,)
    if len(password) > LONGEST:
        return (Problem.TOO_LONG,)
    normal = unicodedata.normalize("NFKC", password)
    found = tuple(_missing(normal, min(len(normal), len(password)), policy))
    if found:
        return found
    if _is_email(normal.casefold(), email):
        return (Problem.IS_EMAIL,)
    return (Problem.COMMON,) if _is_common(normal.casefold()) else ()


def _missing(password: str, length: int, policy: Password) -> Iterator[Problem]:
    if length < shortest(policy):
        yield Problem.TOO_SHORT
    if policy.policy == "length":
        return
    if not any(character.islower() for character in password):
        yield Problem.NO_LOWER_CASE
    if not any(character.isupper() for character in password):
        yield Problem.NO_UPPER_CASE
    if not any(character.isdecimal() for character in password):
        yield Problem.NO_NUMBER
    if all(character.isalnum() for character in password):
        yield Problem.NO_SYMBOL


def _is_email(folded: str, email: str) -> bool:
    """The whole address anywhere in it, or nothing but the part before the @ and a little decoration."""
    name = email.partition("@")[0]
    shapes = {folded, _core(folded), _plain(_core(folded))}
    return bool(name) and (email in folded or name in shapes or _plain(name) in shapes)


def _is_common(folded: str) -> bool:
    """Whether it is on the list as it stands or under a disguise that guessing programs try first."""
    unit = folded[: (folded + folded).find(folded, 1)]
    return len(unit) < SHORTEST_UNIT or any(common_passwords.contains(shape) for shape in _shapes(unit))


def _shapes(folded: str) -> Iterator[str]:
    """The word behind capitals, added digits and symbols, 1337 spelling and reversal: P@ssw0rd2024! → password."""
    for shape in (folded, _plain(folded), _core(folded), _plain(_core(folded))):
        yield shape
        yield shape[::-1]
        for letters in LEET[1]:
            yield shape.translate(str.maketrans(LEET[0], letters))


def _core(folded: str) -> str:
    """What is left without a few digits and symbols at both ends; all of it when those are more than decoration."""
    core = folded.strip("".join(character for character in folded if not character.isalpha()))
    decoration = len(folded) - len(core)
    digits = "".join(filter(str.isdecimal, folded.replace(core, "", 1)))
    return core if decoration <= DECORATION or common_passwords.contains(digits) else folded


def _plain(folded: str) -> str:
    return "".join(filter(str.isalnum, folded))
