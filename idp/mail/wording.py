"""What the sentences of mails are made of: who reads them, where something came from, buttons and lines."""

from collections.abc import Callable
from dataclasses import dataclass

from idp import locales
from idp.mail.letter import Letter, Line, Part, link_of, plain
from idp.settings.load import Settings


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets the mail, in which language; `email` as the person typed it."""

    email: str
    locale: str

    @property
    def gettext(self) -> Callable[[str], str]:
        return locales.translator(self.locale).gettext


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, as far as it is known: "Firefox on Linux", "Lyon, France"; "" for unknown."""

    device: str = ""
    place: str = ""

    def parts(self) -> dict[str, Part]:
        return {"device": Part(plain(self.device)), "place": Part(plain(self.place))}

    def choose(self, nowhere: str, device: str, device_and_place: str) -> str:
        """The sentence that says what is known, and no more."""
        if not self.device:
            return nowhere
        return device_and_place if self.place else device


NOWHERE = Origin()
VOWELS = frozenset("AEIOaeio")


def button(settings: Settings, link: str, label: str) -> Part:
    """The one button of a mail; its address is the issuer's."""
    return Part(label, link_of(settings.server.issuer, link), "button")


def fill(text: str, parts: dict[str, Part]) -> str:
    """A sentence without looks: a subject, or why the reader got it."""
    return text % {name: part.text for name, part in parts.items()}


def lines(parts: dict[str, Part], *texts: str) -> tuple[Line, ...]:
    """A paragraph; each line keeps only the parts it names."""
    return tuple(Line(text, {name: parts[name] for name in parts if f"%({name})s" in text}) for text in texts)


def about_security(
    settings: Settings,
    reader: Reader,
    kind: str,
    subject: str,
    parts: dict[str, Part],
    *paragraphs: tuple[Line, ...],
) -> Letter:
    """A mail about the safety of the reader's account, which nobody can switch off; `parts` hold `brand`.

    `subject` is translated and has its %(placeholders)s still.
    """
    why = reader.gettext("You got this message because it is about the security of your %(brand)s account.")
    return Letter(
        kind=kind,
        to=reader.email,
        locale=reader.locale,
        subject=fill(subject, parts),
        paragraphs=paragraphs,
        why=fill(why, parts),
        useful_for=settings.mail.give_up_after,
    )


def has_one_already(settings: Settings, reader: Reader, parts: dict[str, Part]) -> str:
    """The subject of mails to an address that has an account; English says "an" before some brands."""
    _ = reader.gettext
    if settings.brand.name[:1] in VOWELS:
        return fill(_("You already have an %(brand)s account"), parts)
    return fill(_("You already have a %(brand)s account"), parts)
