"""The code that a person carries from one screen to another (RFC 8628 §6.1): eight consonants, which make no word."""

from typing import Final

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:device_code"
EXPIRES_IN: Final = 600
"""Seconds that a device waits for its person (§3.2)."""
LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""Twenty that look different and spell nothing."""
LENGTH: Final = 8
COUNT: Final = len(LETTERS) ** LENGTH
"""How many there are: guesses are counted, so that 34 bits are enough (§5.1)."""

_BETWEEN: Final = frozenset(" -–—_.\t")


def numbered(number: int) -> str:
    """The code of this number below COUNT."""
    code = ""
    for _ in range(LENGTH):
        number, letter = divmod(number, len(LETTERS))
        code += LETTERS[letter]
    return code


def read(typed: str) -> str | None:
    """The code that somebody meant, whatever its case and whatever stands between its letters; None when it is none."""
    code = "".join(char for char in typed if char not in _BETWEEN).upper()
    is_one = len(code) == LENGTH and all(char in LETTERS for char in code)
    return code if is_one else None


def shown(code: str) -> str:
    """As people read it: XXXX-XXXX."""
    half = LENGTH // 2
    return f"{code[:half]}-{code[half:]}"
