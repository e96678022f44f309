"""OpenID Connect Core §3.1.2.1: what never fails a request."""

import pytest

from idp.protocol.hints import parse_acr_values, parse_display, parse_idp_hint, parse_login_hint

pytestmark = pytest.mark.section("OpenID Connect Core §3.1.2.1")


@pytest.mark.parametrize(
    ("text", "display"),
    [("popup", "popup"), ("touch", "touch"), ("wap", "wap"), ("page", "page"), (None, "page"), ("hologram", "page")],
)
def test_core_3_1_2_1_an_unknown_display_is_a_page(text: str | None, display: str) -> None:
    assert parse_display(text) == display


@pytest.mark.parametrize(
    ("text", "values"),
    [(None, ()), ("", ()), ("2 1 2", ("2", "1")), (" ".join(map(str, range(99))), tuple(map(str, range(16))))],
)
def test_core_3_1_2_1_acr_values_are_wishes_in_their_order(text: str | None, values: tuple[str, ...]) -> None:
    assert parse_acr_values(text) == values


@pytest.mark.parametrize(
    ("text", "hint"),
    [("alice@example.org", "alice@example.org"), (None, None), ("", None), ("a" * 320, "a" * 320), ("a" * 321, None)],
)
def test_core_3_1_2_1_a_login_hint_no_address_could_be_is_no_hint(text: str | None, hint: str | None) -> None:
    assert parse_login_hint(text) == hint


@pytest.mark.parametrize(
    ("text", "name"),
    [("facebook", "facebook"), (None, None), ("", None), ("a" * 32, "a" * 32), ("a" * 33, None), ("Face book", None)],
)
def test_a_provider_no_section_could_be_named_is_no_hint(text: str | None, name: str | None) -> None:
    assert parse_idp_hint(text) == name
