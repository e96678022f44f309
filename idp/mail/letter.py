"""What one mail says, before it has a form: lines of text, and what stands in their %(placeholders)s."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from pydantic import TypeAdapter

LONGEST_NAME = 60
NOT_IN_AN_ADDRESS = re.compile(r"[\s<>(),;:\\\"\[\]]")
NOT_IN_A_LINK = re.compile(r"[^\x21-\x7e]|[\"<>\\^`{|}]")
BEGINS_A_LINK = re.compile(r"[.。．｡](?=[^\W\d])|[:@/](?=\S)")


class NotOurLink(ValueError):
    """A link that leaves the issuer: mails carry none, whatever a request said about its host."""


@dataclass(frozen=True, slots=True)
class Part:
    """What stands in place of one %(placeholder)s; `url` only for buttons and links."""

    text: str
    url: str = ""
    look: Literal["words", "link", "button", "code"] = "words"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text form: a sentence as translated, and its parts."""

    text: str
    parts: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail with one purpose and one button; `why` says why the reader got it, `useful_for` in seconds."""

    kind: str
    to: str
    locale: str
    subject: str
    paragraphs: tuple[tuple[Line, ...], ...]
    why: str
    useful_for: int

    def __post_init__(self) -> None:
        """RFC 5322 §3.4: one address and no more, whatever was typed: nothing that ends a header or begins a list."""
        local, _, domain = self.to.partition("@")
        one = local and domain and "@" not in domain and self.to.isprintable()
        if not one or NOT_IN_AN_ADDRESS.search(self.to):
            raise ValueError("this is not the address of one person")

    def __repr__(self) -> str:
        return f"Letter(kind={self.kind!r})"


LETTER = TypeAdapter(Letter)


def to_json(letter: Letter) -> bytes:
    return LETTER.dump_json(letter)


def from_json(text: bytes) -> Letter:
    return LETTER.validate_json(text)


def link_of(issuer: str, link: str) -> str:
    """`link` (a path from url_for, or an address below the issuer) as an address; else NotOurLink."""
    base = urlsplit(issuer)
    address = f"{base.scheme}://{base.netloc}{link}" if link.startswith("/") else link
    steps = address.removeprefix(f"{issuer}/").partition("?")[0].split("/")
    strays = ".." in steps or "" in steps[:-1]
    if not address.startswith(f"{issuer}/") or strays or NOT_IN_A_LINK.search(address):
        raise NotOurLink("a mail links to the issuer only")
    return address


def plain(name: str) -> str:
    """A name somebody gave (an app, a device, a place), made harmless: one short line that no program takes for a link.

    Control, format and bidi characters go; a space is put behind what would make "evil.example" clickable.
    """
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in unicodedata.normalize("NFC", name))
    short = " ".join(kept.split())[:LONGEST_NAME].strip()
    return BEGINS_A_LINK.sub(lambda found: f"{found[0]} ", short)
