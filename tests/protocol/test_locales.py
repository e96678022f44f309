"""OpenID Connect Core §3.1.2.1, §5.2 and BCP 47: language tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.locales import best, is_language_tag, parse_locales

pytestmark = pytest.mark.section("OpenID Connect Core §5.2")


def test_core_3_1_2_1_ui_locales_are_wishes_in_their_order() -> None:
    assert parse_locales("fr-CA fr en") == ("fr-CA", "fr", "en")
    assert parse_locales("de de") == ("de",)


@pytest.mark.parametrize("text", [None, "", " ", "../../etc/passwd", "d", "de_AT", "deutschland", "<b>", "\x00"])
def test_core_3_1_2_1_what_is_no_language_tag_is_ignored(text: str | None) -> None:
    assert parse_locales(text) == ()


def test_core_3_1_2_1_only_the_first_sixteen_are_looked_at() -> None:
    assert parse_locales("x " * 16 + "de") == ()
    assert parse_locales("x " * 15 + "de en") == ("de",)


@pytest.mark.parametrize("tag", ["de", "de-AT", "zh-Hant-TW", "sr-Latn", "de-CH-1996", "haw"])
def test_bcp47_2_1_language_tags(tag: str) -> None:
    assert is_language_tag(tag)


def test_rfc4647_3_4_a_wider_language_will_do() -> None:
    names = {"de": "Fotokiste", "pt-br": "Caixa"}
    assert best(names, "de") == "Fotokiste"
    assert best(names, "de-AT-1996") == "Fotokiste"
    assert best(names, "pt_BR") == "Caixa"
    assert best(names, "pt") is None
    assert best(names, "") is None


@given(st.text(max_size=200))
def test_core_3_1_2_1_ui_locales_never_fail_a_request(text: str) -> None:
    assert all(is_language_tag(tag) for tag in parse_locales(text))
