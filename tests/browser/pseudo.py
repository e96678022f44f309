"""A language that does not exist, to see what longer sentences and another direction do to pages."""

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from scripts.translations import extracted

KEPT = re.compile(r"(%\(\w+\)s|<[^>]*>)")
ACCENTED = str.maketrans("aceinouyzACEINOUYZ", "áčéíñöüýžÁČÉÍÑÖÜÝŽ")


def said(sentence: str) -> str:
    """Accents on the letters and 40 % more of them; placeholders and elements stay."""
    parts = [part if KEPT.fullmatch(part) else part.translate(ACCENTED) for part in KEPT.split(sentence)]
    return "".join(parts) + " " + "lorem ipsum "[: max(1, len(sentence) * 2 // 5)]


def write(file: Path) -> None:
    catalogue = Catalog(locale="ar")
    for message in extracted():
        if message.id:
            several = isinstance(message.id, tuple)
            string = tuple(said(message.id[-1]) for _ in range(6)) if several else said(str(message.id))
            catalogue.add(message.id, string)
    file.parent.mkdir(parents=True)
    with file.open("wb") as out:
        write_po(out, catalogue)
