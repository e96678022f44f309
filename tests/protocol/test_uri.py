"""RFC 3986, read so that no two programs could disagree about where a URI leads."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.uri import LONGEST, BadUri, Uri, with_query

HOSTS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z]{2,8}){0,2}", fullmatch=True)
PATHS = st.text("abcXYZ019-._~!$&'()*+,;=:@/", max_size=30).map(lambda path: f"/{path}")
WEB = st.builds(
    lambda scheme, host, port, path: f"{scheme}://{host}{'' if port is None else f':{port}'}{path}",
    st.sampled_from(["https", "http"]),
    HOSTS,
    st.none() | st.integers(1, 65535),
    PATHS,
)


def refusal(text: str) -> str:
    with pytest.raises(BadUri) as refused:
        Uri.parse(text)
    return str(refused.value)


def test_rfc3986_3_the_parts_that_decide_where_it_leads() -> None:
    assert Uri.parse("HTTPS://App.Example.org:8443/cb?a=b") == Uri("https", "app.example.org", 8443, "/cb?a=b")
    assert Uri.parse("https://app.example.org") == Uri("https", "app.example.org", None, "")
    assert Uri.parse("https://app.example.org?a=@") == Uri("https", "app.example.org", None, "?a=@")
    assert Uri.parse("http://[::1]:3000/") == Uri("http", "[::1]", 3000, "/")
    assert Uri.parse("com.example.app:/cb") == Uri("com.example.app", None, None, "/cb")
    assert Uri.parse("myapp://callback") == Uri("myapp", "callback", None, "")
    assert Uri.parse("https:///path").host is None


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://App.Example.org/cb", "https://app.example.org"),
        ("https://app.example.org:443/cb", "https://app.example.org"),
        ("http://localhost:80", "http://localhost"),
        ("http://localhost:443", "http://localhost:443"),
        ("https://app.example.org:8443?x", "https://app.example.org:8443"),
    ],
)
def test_rfc6454_6_2_the_origin_names_no_usual_port(text: str, origin: str) -> None:
    assert Uri.parse(text).origin == origin


@pytest.mark.parametrize("text", ["http://localhost/", "http://127.0.0.1:1", "https://[::1]/x", "http://LOCALHOST"])
def test_rfc8252_7_3_loopback_addresses(text: str) -> None:
    assert Uri.parse(text).is_loopback


@pytest.mark.parametrize(
    "text", ["http://localhost.example.org/", "http://127.0.0.2/", "http://[::]/", "app:/localhost"]
)
def test_rfc8252_7_3_what_only_looks_like_loopback(text: str) -> None:
    assert not Uri.parse(text).is_loopback


@pytest.mark.parametrize(
    "text", ["", "/cb", "//app.example.org/cb", "app.example.org/cb", "1https://a/", "https", "-a:b"]
)
def test_rfc3986_4_3_it_must_be_absolute(text: str) -> None:
    assert "absolute URI" in refusal(text) or "may not hold" in refusal(text)


@pytest.mark.incident("CVE-2026-28512")
@pytest.mark.incident("CVE-2026-40574")
@pytest.mark.parametrize(
    "text", ["https://app@evil.example/", "https://a:b@evil.example", "https://a@b@c/", "https://@a/", "app://u@h/"]
)
def test_rfc3986_3_2_1_userinfo_is_refused(text: str) -> None:
    assert "user name before the host" in refusal(text)


@pytest.mark.incident("CVE-2023-6291")
@pytest.mark.parametrize(
    "text", ["https://app.example.org\\@evil.example/", "https:\\\\evil.example", "https://a/\\evil"]
)
def test_a_backslash_is_refused(text: str) -> None:
    assert "backslash" in refusal(text)


@pytest.mark.parametrize(
    "char", ["\x00", "\t", "\n", "\r", " ", "\x7f", "\u00a0", "\u202e", "\u3002", "ö", "<", '"', "`", "{", "|", "^"]
)
def test_rfc3986_2_characters_a_uri_may_not_hold(char: str) -> None:
    for text in (
        f"https://app{char}.example.org/cb",
        f"https://app.example.org/{char}",
        f"{char}https://a/",
        f"https://a/{char}",
    ):
        assert "may not hold" in refusal(text)


@pytest.mark.parametrize("text", ["https://a/%", "https://a/%4", "https://a/%zz"])
def test_rfc3986_2_1_a_broken_escape_is_refused(text: str) -> None:
    assert "may not hold" in refusal(text)


@pytest.mark.parametrize("text", ["https://a/%00", "https://a/?x=%0d%0A", "https://a/%7f", "app:/%1B"])
def test_an_escaped_control_character_is_refused(text: str) -> None:
    assert "percent-encoded control character" in refusal(text)


@pytest.mark.incident("Canaille 0.0.71")
@pytest.mark.parametrize("text", ["https://a/#x", "https://a#", "app:/#", "https://good.example#@evil.example/"])
def test_rfc6749_3_1_2_a_fragment_is_refused(text: str) -> None:
    assert "fragment" in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://-a.example/", "https://a-.example/", "https://a..example/", "https://.a/", "https://a./", "https://%61/",
        "https://a:/", "https://a:b/", "https://a:123456/", "https://[::1/", "https://::1/", "https://[::1]x/", "https://[]/",
        "https://*.example.org/", "https://a,b/", "https://a:80:80/", "https://[v1.a]/",
    ],
)  # fmt: skip
def test_rfc3986_3_2_a_malformed_host_or_port_is_refused(text: str) -> None:
    assert refusal(text) == "its host or port is malformed"


@pytest.mark.parametrize("port", ["0", "00000", "65536", "99999"])
def test_rfc3986_3_2_3_a_port_no_one_can_listen_on_is_refused(port: str) -> None:
    assert refusal(f"https://a:{port}/") == "its port must be between 1 and 65535"


def test_a_uri_has_at_most_2048_characters() -> None:
    longest = "https://a/".ljust(LONGEST, "a")
    assert Uri.parse(longest).host == "a"
    assert refusal(f"{longest}a") == "it is longer than 2048 characters"


@given(WEB)
def test_rfc3986_the_standard_library_reads_the_same(text: str) -> None:
    ours, theirs = Uri.parse(text), urlsplit(text)
    assert (ours.scheme, ours.host, ours.port) == (theirs.scheme, theirs.hostname, theirs.port)
    assert text.endswith(ours.rest)


@given(st.text("ahtps:/\\@#?.%0[]*-é \t", max_size=40) | st.text(max_size=40))
def test_any_text_is_a_plain_uri_or_refused(text: str) -> None:
    try:
        uri = Uri.parse(text)
    except BadUri:
        return
    assert text.isascii()
    assert text.isprintable()
    assert not set(text) & set('\\# <>"')
    assert text.lower().startswith(f"{uri.scheme}:")
    assert uri.host is None or "@" not in text.partition("//")[2].partition("/")[0].partition("?")[0]


@pytest.mark.section("RFC 6749 §3.1.2")
def test_members_are_added_behind_the_query_there_is() -> None:
    assert with_query("https://a.example/cb", {"state": "a&b c"}) == "https://a.example/cb?state=a%26b+c"
    assert with_query("https://a.example/cb?x=1", {"a": "b", "c": "d"}) == "https://a.example/cb?x=1&a=b&c=d"
    assert with_query("https://a.example/cb", {}) == "https://a.example/cb"
