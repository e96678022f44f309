"""E-mail addresses: what people may type, and the one form in which two of them are compared."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email

ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")


class Reason(StrEnum):
    """What is wrong with a typed address; the page finds the sentence."""

    EMPTY = "empty"
    SPACE = "space"
    FORMAT = "format"


class BadEmail(ValueError):
    """What was typed is not an address that a mail can be sent to."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Email:
    """`display` is the address as its person writes it; `lookup` is what two spellings of it have in common."""

    display: str
    lookup: str


def normalise_email(typed: str) -> Email:
    """The address behind what was typed: trimmed, NFKC, zero-width characters removed; `lookup` casefolded.

    Domains under .test pass, for those who try things out; other special-use domains (RFC 6761) get no mail.
    Raises BadEmail.
    """
    text = ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", typed)).strip()
    if not text:
        raise BadEmail(Reason.EMPTY)
    if any(character.isspace() for character in text):
        raise BadEmail(Reason.SPACE)
    try:
        parts = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise BadEmail(Reason.FORMAT) from None
    return Email(parts.normalized, f"{parts.local_part.casefold()}@{parts.ascii_domain.casefold()}")
