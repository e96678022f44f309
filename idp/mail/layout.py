"""A letter in its two forms: plain text, and HTML that adds layout and no word."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from idp import locales
from idp.mail.letter import Letter, Line, link_of
from idp.settings.load import Settings
from idp.settings.sections import Brand

TEMPLATES = Path(__file__).parents[1] / "templates"
HELP = "/help"


def as_text(letter: Letter, settings: Settings) -> str:
    """Lines as they are, an empty one between paragraphs; what a program should not read follows "-- "."""
    said = "\n\n".join("\n".join(_text(line) for line in paragraph) for paragraph in letter.paragraphs)
    help_line = locales.translator(letter.locale).gettext("Help: %(link)s") % {"link": _help_link(settings)}
    return "\n".join((said, "", "-- ", letter.why, _imprint(settings.brand), help_line, ""))


def as_html(letter: Letter, settings: Settings) -> str:
    return (
        _environment()
        .get_template("mail/letter.html")
        .render(
            letter=letter,
            direction=locales.text_direction(letter.locale),
            imprint=_imprint(settings.brand),
            help_link=_help_link(settings),
            help_word=_help_word(letter),
        )
    )


def _text(line: Line) -> str:
    return line.text % {name: part.url or part.text for name, part in line.parts.items()}


def _filled(line: Line, looks: dict[str, Any]) -> Markup:
    """The line with each part drawn by the macro of its look; the sentence itself is escaped too."""
    return escape(line.text) % {name: looks[part.look](part) for name, part in line.parts.items()}


def _imprint(brand: Brand) -> str:
    return ", ".join(filter(None, (brand.name, brand.postal_address)))


def _help_link(settings: Settings) -> str:
    return link_of(settings.server.issuer, settings.server.path + HELP)


def _help_word(letter: Letter) -> str:
    return locales.translator(letter.locale).gettext("Help")


@cache
def _environment() -> Environment:
    """Not Flask's: mails are written where no request is."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["filled"] = _filled
    return environment
