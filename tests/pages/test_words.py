"""The catalogues hold what pages say: up to date, complete, and with nothing lost on the way."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from scripts import translations

LANGUAGES = sorted(path.parent.parent.name for path in translations.FOLDER.glob("*/LC_MESSAGES/messages.po"))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def messages(language: str) -> list[Message]:
    with (translations.FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return [message for message in read_po(file, locale=language) if message.id]


def strings(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def test_german_is_there() -> None:
    assert "de" in LANGUAGES


def test_the_catalogues_say_what_code_and_templates_say() -> None:
    """If not: python scripts/translations.py"""
    assert [file.name for file, text in translations.files().items() if file.read_bytes() != text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    missing = [message.id for message in messages(language) if not all(strings(message.string)) or message.fuzzy]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_placeholder_is_lost_or_invented(language: str) -> None:
    for message in messages(language):
        for string in strings(message.string):
            named = [set(PLACEHOLDER.findall(text)) for text in strings(message.id)]
            assert set(PLACEHOLDER.findall(string)) in named, message.id


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(attributes)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_hold_the_same_elements(language: str) -> None:
    """A translator can bring neither a new link nor a script into a page."""
    for message in messages(language):
        wanted = sorted(map(str, Elements(strings(message.id)[-1]).found))
        for string in strings(message.string):
            assert sorted(map(str, Elements(string).found)) == wanted, message.id


def test_sentences_are_typeset() -> None:
    for message in translations.extracted():
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
