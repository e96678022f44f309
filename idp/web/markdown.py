"""A small part of Markdown, for documents of the operator's: everything else stands there as it was typed, escaped.

Headings (# to ####), paragraphs, lists (-, *, 1.), links, *emphasis*, **strong** and a backslash before a sign that
means itself. No raw HTML, no pictures, no tables.
"""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

HEADING = re.compile(r"(#{1,4})\s+(.+?)\s*#*")
ITEM = re.compile(r"(?:[-*+]|(\d{1,3})[.)])\s+(.*)")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
LINK = re.compile(r"\[([^\[\]]+)\]\(((?:https?://|mailto:|/(?!/)|#)[^\s()]*)\)")
STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
EMPHASIS = re.compile(r"(?<!\w)([*_])(?=\S)(.+?)(?<=\S)\1(?!\w)")
LITERAL = 0xE000  # in the area for private use: an escaped sign that no rule sees


def title(words: str) -> str:
    """What the document calls itself: its first line, where that is a heading; else ""."""
    found = HEADING.fullmatch(words.strip().partition("\n")[0])
    return found[2] if found and len(found[1]) == 1 else ""


def rendered(words: str) -> Markup:
    """The document as HTML, without its title: the page has a heading of its own, and what follows is below it."""
    lines = words.strip().splitlines()
    if title(words):
        lines = lines[1:]
    return Markup("\n").join(_blocks([line.strip() for line in lines]))


def _blocks(lines: list[str]) -> Iterator[Markup]:
    """A blank line ends a block; a heading and the first item of a list begin one."""
    block: list[str] = []
    for line in [*lines, ""]:
        begins = HEADING.fullmatch(line) or (ITEM.fullmatch(line) and not (block and ITEM.fullmatch(block[0])))
        if block and (not line or begins):
            yield _block(block)
            block = []
        if HEADING.fullmatch(line):
            yield _heading(line)
        elif line:
            block.append(line)


def _heading(line: str) -> Markup:
    found = HEADING.fullmatch(line)
    assert found  # noqa: S101 (the caller asked)
    level = max(2, len(found[1]))
    return Markup("<h{level}>{text}</h{level}>").format(level=level, text=_inline(found[2]))


def _block(lines: list[str]) -> Markup:
    first = ITEM.fullmatch(lines[0])
    if first is None:
        return Markup("<p>{}</p>").format(_inline(" ".join(lines)))
    items: list[list[str]] = []
    for line in lines:
        if found := ITEM.fullmatch(line):
            items.append([found[2]])
        else:
            items[-1].append(line)
    inside = Markup("").join(Markup("<li>{}</li>").format(_inline(" ".join(item))) for item in items)
    if first[1] is None:
        return Markup("<ul>{}</ul>").format(inside)
    return Markup('<ol start="{}">{}</ol>').format(int(first[1]), inside)


def _inline(text: str) -> Markup:
    """Escaped first: from then on the text holds no markup but ours."""
    text = str(escape(ESCAPED.sub(lambda found: chr(LITERAL + ord(found[1])), text)))
    for pattern, made in ((LINK, r'<a href="\2" rel="noopener noreferrer">\1</a>'), (STRONG, r"<strong>\2</strong>")):
        text = pattern.sub(made, text)
    text = _outside_tags(EMPHASIS, r"<em>\2</em>", text)
    return Markup(re.sub(f"[{chr(LITERAL)}-{chr(LITERAL + 0x7F)}]", _literal, text))  # noqa: S704 (escaped above)


def _outside_tags(pattern: re.Pattern[str], made: str, text: str) -> str:
    """An address may hold signs that would mean something between the tags."""
    parts = re.split(r"(<[^>]*>)", text)
    return "".join(part if part.startswith("<") else pattern.sub(made, part) for part in parts)


def _literal(found: re.Match[str]) -> str:
    return str(escape(chr(ord(found[0]) - LITERAL)))
