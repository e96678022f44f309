"""The catalogues hold what pages and mails say: up to date, complete in every language, nothing lost on the way."""

import re
from collections.abc import Iterator
from gettext import c2py  # type: ignore[attr-defined]
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from idp.settings.sections import Locale
from scripts import translations
from scripts.translations import BOOKS, Book

LANGUAGES = translations.languages()
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
COUNTS = frozenset({"n", "num"})
UNPRINTABLE = re.compile(r"%(?!\(\w+\)s)")
FAULTS = """
#, fuzzy
msgid "Sign in"
msgstr "Anmelden?"

msgid "Sign out"
msgstr ""

msgid "Hello, %(name)s"
msgstr "Hallo, %(nam)s"

msgid "Try again in %(wait)s."
msgstr "Versuche es in %(wait) noch einmal."

msgid "Read <b>this</b>"
msgstr "Lies <b>das"

msgid "Go <a href=\\"%(url)s\\">there</a>"
msgstr "Geh <a href=\\"https://evil.example\\">dorthin</a>"

msgid "%(n)s key"
msgid_plural "%(n)s keys"
msgstr[0] "%(n)s Schlüssel"

msgid "Yes"
msgstr "Ja"
"""


def messages(language: str, book: Book) -> list[Message]:
    return [message for message in translations.translated(language, book) if message.id]


def strings(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def faults(message: Message, forms: int) -> Iterator[str]:
    """What is wrong with one translation; `forms` is how many its language has for a counted sentence."""
    counted = isinstance(message.id, tuple | list)
    if message.fuzzy or not message.string or not all(strings(message.string)):
        yield f"not translated: {message.id}"
        return
    if counted and len(strings(message.string)) != forms:
        yield f"{len(strings(message.string))} forms instead of {forms}: {message.id}"
    original = strings(message.id)[-1]
    for string in strings(message.string):
        left_out = COUNTS if counted else frozenset()  # "one day" needs no figure
        if set(PLACEHOLDER.findall(string)) | left_out != set(PLACEHOLDER.findall(original)) | left_out:
            yield f"placeholders: {string}"
        if UNPRINTABLE.search(string):
            yield f"a lonely %: {string}"
        if sorted(map(str, Elements(string).found)) != sorted(map(str, Elements(original).found)):
            yield f"elements: {string}"


class Elements(HTMLParser):
    """A translator can bring neither a new link nor a script into a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(attributes)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)


def test_every_language_that_is_offered_is_there() -> None:
    assert set(Locale().offered) == {"en", *LANGUAGES}


def test_the_catalogues_say_what_code_and_templates_say() -> None:
    """If not: python scripts/translations.py"""
    assert [str(file) for file, text in translations.files() if file.read_bytes() != text] == []


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_and_nothing_of_it_is_lost(language: str, book: Book) -> None:
    forms = translations.translated(language, book).num_plurals
    assert [fault for message in messages(language, book) for fault in faults(message, forms)] == []


def test_broken_translations_are_found(tmp_path: Path) -> None:
    (tmp_path / "broken.po").write_text(FAULTS, encoding="utf-8")
    with (tmp_path / "broken.po").open("rb") as file:
        found = [list(faults(message, 2)) for message in read_po(file, locale="de") if message.id]
    assert [bool(of_one) for of_one in found] == [True] * 7 + [False]


@pytest.mark.parametrize(
    ("language", "numbers"),
    [
        ("de", {0: 1, 1: 0, 2: 1}),
        ("fr", {0: 0, 1: 0, 2: 1}),
        ("es", {0: 1, 1: 0, 2: 1}),
        ("ar", {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 103: 3, 11: 4, 99: 4, 100: 5, 102: 5}),
    ],
)
def test_each_language_counts_as_its_speakers_do(language: str, numbers: dict[int, int]) -> None:
    """CLDR's plural rules, in the order gettext has them."""
    for book in BOOKS:
        rule = translations.translated(language, book).plural_expr
        assert {number: c2py(rule)(number) for number in numbers} == numbers


@pytest.mark.parametrize(
    ("language", "wrong"),
    [
        ("fr", r"[^\s\u202f][?!;]|\S:\s|(?<!\u00a0)»|«(?!\u00a0)|'"),
        ("es", r"^[^¿]*\w\?|^[^¡]*\w!|'"),
        ("ar", r"[?;,](?!\w)|'"),
        ("de", r"'|“[^“”„]*”"),
    ],
)
def test_each_language_is_typeset_as_its_readers_know_it(language: str, wrong: str) -> None:
    for book in BOOKS:
        for message in messages(language, book):
            for string in strings(message.string):
                bare = PLACEHOLDER.sub("x", re.sub(r"<[^>]*>|https?://\S*", "", string))
                assert not re.search(wrong, bare), string


def test_sentences_are_typeset() -> None:
    for message in (message for book in BOOKS for message in translations.extracted(book)):
        for text in strings(message.id):
            bare = re.sub(r"<[^>]*>", "", text)
            assert "'" not in bare, text
            assert '"' not in bare, text
            assert "..." not in bare, text


def test_nobody_writes_words_beside_the_catalogues() -> None:
    """Letters between tags of a template that no translation call surrounds."""
    for file in sorted((Path(translations.ROOT) / "templates").rglob("*.html")):
        if {"mail", "dev_mail"} & set(file.parts):  # its own catalogue; a tool for developers
            continue
        text = re.sub(
            r"\{#.*?#\}|\{% (trans|block \w+_class|macro state).*?end(trans|block|macro) %\}",
            "",
            file.read_text(),
            flags=re.DOTALL,
        )
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|<svg.*?</svg>|<!doctype[^>]*>", "", text, flags=re.DOTALL)
        left = re.sub(r"<[^<>]*>", "", text)
        assert not re.search(r"[A-Za-z]{2,}", left), f"{file.name}: {left.strip()[:200]}"
