"""Bring the catalogues of the pages up to date with what templates and code say.

    python scripts/translations.py            write messages.pot, and add and drop sentences in each messages.po
    python scripts/translations.py --check    only say what is not up to date; exit 1 if anything is not

A sentence that nobody translated yet stays empty and is shown in English. Mails have a catalogue of their own
(mail.po, see idp/mail/messages.py).
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent / "idp"
FOLDER = ROOT / "translations"
METHODS = [
    ("mail/**", "ignore"),
    ("templates/mail/**", "ignore"),
    ("**.py", "python"),
    ("**.html", "jinja2.ext:babel_extract"),
]
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


def extracted() -> Catalog:
    """Every sentence of the pages, as it stands in code and templates today."""
    found = Catalog(project="Portico", charset="utf-8", fuzzy=False)
    for _file, _line, message, comments, context in extract_from_dir(
        ROOT, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS
    ):
        if message:
            found.add(message, auto_comments=comments, context=context)
    return found


def updated(language: str, template: Catalog) -> Catalog:
    """The catalogue of `language` with exactly the sentences of `template`; guesses are not made."""
    file = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not file.exists():
        catalogue = Catalog(locale=language.replace("-", "_"), charset="utf-8", fuzzy=False)
    else:
        with file.open("rb") as text:
            catalogue = read_po(text, locale=language.replace("-", "_"))
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def as_text(catalogue: Catalog) -> bytes:
    """The file, without dates and line numbers, which would make every change touch it."""
    catalogue.header_comment = f"# What pages say{f', in {catalogue.locale.english_name}' if catalogue.locale else ''}."
    out = BytesIO()
    write_po(out, catalogue, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    return b"".join(line for line in out.getvalue().splitlines(keepends=True) if not line.startswith(DATED))


def files() -> dict[Path, bytes]:
    """What each file should hold."""
    template = extracted()
    wanted = {FOLDER / "messages.pot": as_text(template)}
    for language in sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir()):
        wanted[FOLDER / language / "LC_MESSAGES" / "messages.po"] = as_text(updated(language, template))
    return wanted


def main(check: bool) -> int:
    stale = {file: text for file, text in files().items() if not file.exists() or file.read_bytes() != text}
    for file, text in stale.items():
        print(f"{'out of date' if check else 'written'}: {file.relative_to(ROOT.parent)}")
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
