"""Bring the catalogues up to date with what templates and code say, in every language.

    python scripts/translations.py            write the .pot files, and add and drop sentences in each .po
    python scripts/translations.py --check    only say what is not up to date; exit 1 if anything is not

A sentence that nobody translated yet stays empty and is shown in English. A new language is a new folder
(idp/translations/LANGUAGE/LC_MESSAGES) and a name in `locale.offered`.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent / "idp"
FOLDER = ROOT / "translations"
KEYWORDS = {"_": None, "gettext": None, "sentence": None, "N_": None, "ngettext": (1, 2)}
OPTIONS = {"**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
DATED = (
    b'"POT-Creation-Date:',
    b'"PO-Revision-Date:',
    b'"Last-Translator:',
    b'"Language-Team:',
    b'"Generated-By:',
    b'"Project-Id',
    b'"Report-Msgid',
)


class Book(NamedTuple):
    """One catalogue per language: its file, what it holds, and where its sentences stand."""

    name: str
    title: str
    methods: tuple[tuple[str, str], ...]


PAGES = Book(
    "messages",
    "What pages say",
    (
        ("mail/**", "ignore"),
        ("templates/mail/**", "ignore"),
        ("**.py", "python"),
        ("**.html", "jinja2.ext:babel_extract"),
    ),
)
MAILS = Book(
    "mail", "What mails say", (("mail/**.py", "python"), ("templates/mail/**.html", "jinja2.ext:babel_extract"))
)
BOOKS = (PAGES, MAILS)


def languages() -> list[str]:
    return sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir())


def po_file(language: str, book: Book) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"{book.name}.po"


def extracted(book: Book = PAGES) -> Catalog:
    """Every sentence of the pages or the mails, as it stands in code and templates today."""
    found = Catalog(project="Portico", charset="utf-8", fuzzy=False)
    for _file, _line, message, comments, context in extract_from_dir(
        ROOT, method_map=book.methods, options_map=OPTIONS, keywords=KEYWORDS
    ):
        if message:
            found.add(message, auto_comments=comments, context=context)
    return found


def translated(language: str, book: Book) -> Catalog:
    """The catalogue of a language as its file has it; an empty one where there is no file."""
    file, locale = po_file(language, book), language.replace("-", "_")
    if not file.exists():
        return Catalog(locale=locale, charset="utf-8", fuzzy=False)
    with file.open("rb") as text:
        return read_po(text, locale=locale)


def updated(language: str, book: Book, template: Catalog) -> Catalog:
    """The catalogue of `language` with exactly the sentences of `template`; guesses are not made."""
    catalogue = translated(language, book)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def as_text(catalogue: Catalog, book: Book) -> bytes:
    """The file, without dates and line numbers, which would make every change touch it."""
    catalogue.header_comment = f"# {book.title}{f', in {catalogue.locale.english_name}' if catalogue.locale else ''}."
    out = BytesIO()
    write_po(out, catalogue, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    return b"".join(line for line in out.getvalue().splitlines(keepends=True) if not line.startswith(DATED))


def files() -> Iterator[tuple[Path, bytes]]:
    """What each file should hold."""
    for book in BOOKS:
        template = extracted(book)
        yield FOLDER / f"{book.name}.pot", as_text(template, book)
        for language in languages():
            yield po_file(language, book), as_text(updated(language, book, template), book)


def main(check: bool) -> int:
    stale = {file: text for file, text in files() if not file.exists() or file.read_bytes() != text}
    for file, text in stale.items():
        print(f"{'out of date' if check else 'written'}: {file.relative_to(ROOT.parent)}")
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
