"""RFC 6749 §3.3: scope."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.errors import InvalidScope
from idp.protocol.scope import LONGEST, MOST, OPENID, Scope

pytestmark = pytest.mark.section("RFC 6749 §3.3")

TOKENS = st.text(st.sampled_from([chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"\\']), min_size=1)
SCOPES = st.lists(TOKENS, max_size=12).map(Scope)


def test_rfc6749_3_3_tokens_keep_the_order_they_were_asked_in() -> None:
    assert list(Scope.parse("profile openid email openid")) == ["profile", "openid", "email"]
    assert str(Scope.parse("profile openid email openid")) == "profile openid email"


def test_rfc6749_3_3_the_order_does_not_matter() -> None:
    assert Scope.parse("openid email") == Scope.parse("email openid")
    assert len({Scope.parse("openid email"), Scope.parse("email openid")}) == 1
    assert Scope.parse("openid") != Scope.parse("OPENID")
    assert Scope.parse("openid") != "openid"


@pytest.mark.parametrize("nothing", [None, "", " ", "   "])
def test_rfc6749_3_3_no_scope_is_an_empty_scope(nothing: str | None) -> None:
    assert not Scope.parse(nothing)
    assert str(Scope.parse(nothing)) == ""


def test_rfc6749_3_3_needless_spaces_are_forgiven() -> None:
    assert list(Scope.parse(" openid  email ")) == ["openid", "email"]


@pytest.mark.parametrize("text", ['open"id', "open\\id", "open\tid", "openid\nemail", "öpenid", "a\u00a0b", "a\x7f"])
def test_rfc6749_3_3_other_characters_are_refused(text: str) -> None:
    with pytest.raises(InvalidScope, match="printable ASCII"):
        Scope.parse(text)


@pytest.mark.incident("CVE-2026-4634")
def test_a_huge_scope_is_refused_before_it_is_read() -> None:
    assert len(Scope.parse("a" * LONGEST)) == 1
    with pytest.raises(InvalidScope, match="longer than 1024"):
        Scope.parse("a" * (LONGEST + 1))


@pytest.mark.incident("CVE-2026-4634")
def test_a_scope_of_many_tokens_is_refused() -> None:
    assert len(Scope.parse(" ".join(f"s{number}" for number in range(MOST)))) == MOST
    with pytest.raises(InvalidScope, match="more than 64"):
        Scope.parse(" ".join(f"s{number}" for number in range(MOST + 1)))


def test_a_scope_is_a_set() -> None:
    asked, allowed = Scope.parse("openid email admin"), Scope.parse("email openid profile")
    assert str(asked & allowed) == "openid email"
    assert str(asked - allowed) == "admin"
    assert str(asked | allowed) == "openid email admin profile"
    assert asked & allowed <= allowed
    assert not asked <= allowed
    assert OPENID in asked
    assert "open" not in asked
    assert repr(asked) == "Scope('openid email admin')"


@given(SCOPES, SCOPES)
def test_a_scope_agrees_with_the_set_of_its_tokens(one: Scope, other: Scope) -> None:
    assert set(one & other) == set(one) & set(other)
    assert set(one - other) == set(one) - set(other)
    assert set(one | other) == set(one) | set(other)
    assert (one <= other) == (set(one) <= set(other))
    assert (one == other) == (set(one) == set(other))
    assert bool(one) == bool(set(one))
    assert list(one & other) == [token for token in one if token in other]


@given(st.lists(TOKENS, max_size=12))
def test_rfc6749_3_3_what_is_written_is_read_again(tokens: list[str]) -> None:
    scope = Scope(tokens)
    if len(str(scope)) <= LONGEST:
        assert list(Scope.parse(str(scope))) == list(scope)


@given(st.text(max_size=80))
def test_rfc6749_3_3_any_text_is_a_scope_or_refused(text: str) -> None:
    try:
        scope = Scope.parse(text)
    except InvalidScope:
        return
    assert text.split(" ") == [""] or " ".join(dict.fromkeys(text.split())) == str(scope)
