"""RFC 7591 §2: what a member of client metadata may hold by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol import member_kinds as kinds
from idp.protocol.member_kinds import BadMember, Kind
from idp.protocol.scope import Scope

pytestmark = pytest.mark.section("RFC 7591 §2")

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
)
NO_WEB_ADDRESS = "must be an https address (http is for localhost, 127.0.0.1 and [::1] only)"
ALL = (
    kinds.flag, kinds.seconds, kinds.lifetime, kinds.text, kinds.name, kinds.texts, kinds.uris, kinds.one_of("a"),
    kinds.some_of("a"), kinds.scope, kinds.web_address, kinds.origin, kinds.origins,
)  # fmt: skip


def refusal(kind: Kind, value: object) -> str:
    with pytest.raises(BadMember) as refused:
        kind(value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (kinds.flag, False, False),
        (kinds.seconds, 0, 0),
        (kinds.seconds, 86400, 86400),
        (kinds.lifetime, 60, 60),
        (kinds.text, "1.0", "1.0"),
        (kinds.name, "  Fotokiste ", "Fotokiste"),
        (kinds.name, "n" * 60, "n" * 60),
        (kinds.name, "برنامه‌ی من", "برنامه‌ی من"),
        (kinds.name, "写真 📷", "写真 📷"),
        (kinds.texts, ["a", "b"], ("a", "b")),
        (kinds.texts, (), ()),
        (kinds.uris, ["javascript:"], ("javascript:",)),
        (kinds.one_of("web", "native"), "native", "native"),
        (kinds.some_of("a", "b"), ["b"], ("b",)),
        (kinds.scope, "openid email", Scope.parse("openid email")),
        (kinds.web_address, "https://app.example.org/privacy?x=1", "https://app.example.org/privacy?x=1"),
        (kinds.web_address, "http://localhost:8001/", "http://localhost:8001/"),
        (kinds.origin, "https://app.example.org:8443", "https://app.example.org:8443"),
        (kinds.origins, ["https://app.example.org"], ("https://app.example.org",)),
    ],
)
def test_rfc7591_2_a_good_member_is_read(kind: Kind, value: object, read: object) -> None:
    assert kind(value) == read


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (kinds.flag, 1, "must be true or false"),
        (kinds.flag, "true", "must be true or false"),
        (kinds.seconds, True, "must be a whole number of seconds between 0 and 315360000"),
        (kinds.seconds, -1, "must be a whole number of seconds between 0 and 315360000"),
        (kinds.seconds, 1.5, "must be a whole number of seconds between 0 and 315360000"),
        (kinds.seconds, 10**12, "must be a whole number of seconds between 0 and 315360000"),
        (kinds.lifetime, 59, "must be a whole number of seconds between 60 and 86400"),
        (kinds.lifetime, True, "must be a whole number of seconds between 60 and 86400"),
        (kinds.text, 1, "must be a string"),
        (kinds.text, "a" * 256, "must not be longer than 255 characters"),
        (kinds.text, "a\nb", "must not hold control characters"),
        (kinds.text, "a\ud800", "must not hold control characters"),
        (kinds.name, "n" * 61, "must not be longer than 60 characters"),
        (kinds.name, "a\x00", "must not hold control characters"),
        (kinds.name, " ‍ ", "must hold at least one letter or digit"),
        (kinds.name, "", "must hold at least one letter or digit"),
        (kinds.texts, "openid", "must be an array of strings"),
        (kinds.texts, {"a": 1}, "must be an array of strings"),
        (kinds.texts, ["a", 1], "must be a string"),
        (kinds.texts, ["a", "a"], "must not name an entry twice"),
        (kinds.texts, [str(n) for n in range(51)], "must not hold more than 50 entries"),
        (kinds.uris, ["a" * 2049], "must not be longer than 2048 characters"),
        (kinds.one_of("web", "native"), "Web", "must be web or native"),
        (kinds.one_of("web", "native"), ["web"], "must be web or native"),
        (kinds.some_of("a", "b"), ["a", "c"], "may hold a, b"),
        (kinds.scope, ["openid"], "must be a string of scopes parted by spaces"),
        (kinds.web_address, "http://app.example.org/", NO_WEB_ADDRESS),
        (kinds.web_address, "https:/app", NO_WEB_ADDRESS),
        (kinds.web_address, "ftp://localhost/", NO_WEB_ADDRESS),
        (kinds.origin, "https://app.example.org/", "must be an origin without a path, such as https://app.example.org"),
        (kinds.origin, "https://App.example.org", "must be an origin without a path, such as https://app.example.org"),
        (kinds.origin, "https://a:443", "must be an origin without a path, such as https://a"),
        (
            kinds.origins,
            ["null"],
            "is not acceptable: it must be an absolute URI, such as https://app.example.org/callback",
        ),
    ],
)
def test_rfc7591_2_a_bad_member_is_told_what_to_mend(kind: Kind, value: object, sentence: str) -> None:
    assert refusal(kind, value) == sentence


def test_rfc7591_2_a_bad_scope_is_told_what_to_mend() -> None:
    assert refusal(kinds.scope, 'open"id').startswith("is not a scope: scope may hold printable ASCII")


@pytest.mark.parametrize(
    "char",
    ["\u202e", "\u202d", "\u2066", "\u200e", "\u200f", "\u061c", "\u200b", "\ufeff", "\u2028", "\ue000", "\u00ad"],
)
def test_a_name_hides_nothing_and_turns_nothing_around(char: str) -> None:
    assert refusal(kinds.name, f"Good{char}App") == "must not hold invisible or direction-changing characters"


@pytest.mark.incident("CVE-2023-6717")
@pytest.mark.incident("CVE-2024-41953")
@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "data:text/html,x", "file:///x", "https://a/#x", "https://u@a/", "https://a\\b"]
)
def test_j_a_page_address_is_as_plain_as_a_redirect(uri: str) -> None:
    assert refusal(kinds.web_address, uri)


@given(ANYTHING)
def test_rfc7591_2_any_json_is_read_or_refused_by_each_kind(value: object) -> None:
    for kind in ALL:
        try:
            kind(value)
        except BadMember as problem:
            assert str(problem)  # noqa: PT017


def test_documents_stand_at_addresses_perhaps_with_a_hash() -> None:
    both = ("https://a.example/r#dGhlIGhhc2g", "http://localhost/r")
    assert kinds.documents(list(both)) == both
    assert refusal(kinds.documents, ["https://a.example/r", "http://a.example/r"]) == NO_WEB_ADDRESS
