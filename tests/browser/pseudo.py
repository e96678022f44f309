"""Two languages that do not exist, to see what longer sentences and another direction do to pages.

CLDR does not know their tags (en-XA, ar-XB), so they stand where English and Arabic would.
"""

import re
from collections.abc import Callable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from scripts.translations import BOOKS, extracted

KEPT = re.compile(r"(%\(\w+\)s|<[^>]*>)")
ACCENTED = str.maketrans("aceinouyzACEINOUYZ", "áčéíñöüýžÁČÉÍÑÖÜÝŽ")
WORD = re.compile(r"\w+")
RIGHT_TO_LEFT, END = "\u202e", "\u202c"


def longer(sentence: str) -> str:
    """en-XA: accents on the letters and 40 % more of them; placeholders and elements stay."""
    accented = _outside(sentence, lambda words: words.translate(ACCENTED))
    return f"{accented} {'lorem ipsum ' * 40}"[: len(accented) + max(2, len(sentence) * 2 // 5)].rstrip()


def mirrored(sentence: str) -> str:
    """ar-XB: each word runs from right to left."""
    return _outside(sentence, lambda words: WORD.sub(f"{RIGHT_TO_LEFT}\\g<0>{END}", words))


def write(translations: Path, language: str, said: Callable[[str], str]) -> None:
    """The catalogues of pages and mails, every sentence of them `said`, in the place of this language."""
    folder = translations / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for book in BOOKS:
        catalogue = Catalog(locale=language)
        for message in extracted(book):
            if message.id:
                catalogue.add(message.id, _forms(message.id, catalogue.num_plurals, said))
        with (folder / f"{book.name}.po").open("wb") as out:
            write_po(out, catalogue)


def _forms(text: str | tuple[str, ...] | list[str], forms: int, said: Callable[[str], str]) -> str | tuple[str, ...]:
    return said(text) if isinstance(text, str) else tuple(said(text[-1]) for _ in range(forms))


def _outside(sentence: str, changed: Callable[[str], str]) -> str:
    """What is no placeholder and no element is changed."""
    return "".join(part if KEPT.fullmatch(part) else changed(part) for part in KEPT.split(sentence))
