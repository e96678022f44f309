"""The operator's documents as HTML: a small part of Markdown, and nothing in them that a browser would run."""

from html.parser import HTMLParser

import pytest

from idp.web.markdown import rendered, title

AWAY = 'rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ("One\ntwo.\n\nThree.", "<p>One two.</p>\n<p>Three.</p>"),
        ("# Terms\n\nText.", "<p>Text.</p>"),
        ("Text.\n\n# Part\n\n### Small ###", "<p>Text.</p>\n<h2>Part</h2>\n<h3>Small</h3>"),
        ("## Part\nText.", "<h2>Part</h2>\n<p>Text.</p>"),
        ("- one\n- two\n  and more\n\nEnd.", "<ul><li>one</li><li>two and more</li></ul>\n<p>End.</p>"),
        ("You may:\n* one\n* two", "<p>You may:</p>\n<ul><li>one</li><li>two</li></ul>"),
        ("3. three\n4. four", '<ol start="3"><li>three</li><li>four</li></ol>'),
        ("In 2026. we", "<p>In 2026. we</p>"),
        (
            "**Never** *this*, __not__ _that_.",
            "<p><strong>Never</strong> <em>this</em>, <strong>not</strong> <em>that</em>.</p>",
        ),
        ("a_name_here and 2 * 3 * 4", "<p>a_name_here and 2 * 3 * 4</p>"),
        (r"\*not\* \[a link\](/x)", "<p>*not* [a link](/x)</p>"),
        (
            "[Us](https://x.example/a_b_c?d=1&e=2)",
            '<p><a href="https://x.example/a_b_c?d=1&amp;e=2" rel="noopener noreferrer">Us</a></p>',
        ),
        (
            "[us](mailto:a@b.example) [own](/help)",
            f'<p><a href="mailto:a@b.example" {AWAY}>us</a> <a href="/help" {AWAY}>own</a></p>',
        ),
        ("", ""),
    ],
)
def test_what_is_understood(words: str, html: str) -> None:
    assert rendered(words) == html


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "# <img src=x onerror=alert(1)>\n\n## <b>x</b>",
        "- <svg/onload=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>)",
        "[x](//evil.example/)",
        '[x](https://x.example/"onmouseover=alert(1))',
        "[x](https://x.example/'onmouseover='alert(1))",
        "[<img src=x>](https://x.example/)",
        "![x](https://x.example/track.png)",
        r"\<script\>alert(1)\</script\>",
        "**<script>**",
    ],
)
def test_what_would_run_is_only_read(words: str) -> None:
    for tag, attributes in Tags(str(rendered(words))).found:
        assert tag in {"p", "ul", "li", "h2", "strong", "a"}
        assert set(attributes) <= {"href", "rel"}
        assert attributes.get("href", "https://x.example/").startswith("https://x.example/")


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attributes}))


def test_a_document_is_called_what_its_first_heading_says() -> None:
    assert title("# Terms of Use\n\nText") == "Terms of Use"
    assert title("## Part\n") == title("Text") == title("") == ""
