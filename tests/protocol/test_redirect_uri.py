"""RFC 6749 §3.1.2, RFC 8252 §7 and RFC 9700 §4.1: where an answer may go."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from idp.protocol.errors import InvalidRedirectUri
from idp.protocol.redirect_uri import check_registrable, matches, origin_of

pytestmark = [
    pytest.mark.section("RFC 6749 §3.1.2"),
    pytest.mark.section("RFC 8252 §7.3"),
    pytest.mark.section("RFC 9700 §4.1.3"),
]

REGISTERED = "https://app.example.org/callback"

LOOK_ALIKES = [
    # case, slashes, dots, ports, defaults
    "https://app.example.org/Callback", "https://app.example.org/callback/", "https://app.example.org//callback",
    "https://app.example.org./callback", "https://app.example.org:443/callback", "HTTPS://app.example.org/callback",
    "https://App.example.org/callback", "http://app.example.org/callback", "https://app.example.org/./callback",
    # something added
    "https://app.example.org/callback?", "https://app.example.org/callback?x=1", "https://app.example.org/callback#",
    "https://app.example.org/callback#x", "https://app.example.org/callback;x", " https://app.example.org/callback",
    "https://app.example.org/callback ", "https://app.example.org/callback\n", "https://app.example.org/callback\x00",
    # paths out of the path
    "https://app.example.org/callback/../evil", "https://app.example.org/callback/..%2fevil",
    # another host that begins, ends or hides like ours
    "https://app.example.org.evil.example/callback", "https://evilapp.example.org/callback",
    "https://appxexample.org/callback", "https://app-example.org/callback",
    "https://evil.example/https://app.example.org/callback", "https://app.example.org%2eevil.example/callback",
    # nothing
    "", "/callback", "//app.example.org/callback", "callback",
]  # fmt: skip


def test_rfc9700_4_1_3_the_registered_string_matches_itself() -> None:
    assert matches([REGISTERED], REGISTERED, native=False)
    assert matches(["https://other.example/", REGISTERED], REGISTERED, native=True)
    assert not matches([], REGISTERED, native=True)


@pytest.mark.incident("CVE-2022-3782")
@pytest.mark.incident("CVE-2024-1132")
@pytest.mark.incident("CVE-2024-52289")
@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("presented", LOOK_ALIKES)
def test_rfc9700_4_1_3_nothing_that_merely_looks_like_it_does(presented: str, native: bool) -> None:
    assert not matches([REGISTERED], presented, native)


@pytest.mark.incident("CVE-2026-28512")
@pytest.mark.incident("CVE-2026-40574")
@pytest.mark.parametrize(
    "presented",
    [
        "https://app.example.org@evil.example/callback", "https://app.example.org:x@evil.example/callback",
        "https://a@b@app.example.org/callback", "https://@app.example.org/callback",
        "http://127.0.0.1:80@evil.example/cb", "http://127.0.0.1@evil.example/cb", "http://x@127.0.0.1/cb",
    ],
)  # fmt: skip
def test_rfc9700_4_1_3_userinfo_never_matches(presented: str) -> None:
    assert not matches([REGISTERED, "http://127.0.0.1/cb"], presented, native=True)


@pytest.mark.incident("CVE-2023-6291")
@pytest.mark.parametrize(
    "presented",
    [
        "https://app.example.org\\@evil.example/callback",
        "https:\\\\app.example.org\\callback",
        "http://127.0.0.1\\@evil.example/cb",
        "http://127.0.0.1:80\\.evil.example/cb",
        "http:\\\\127.0.0.1:80/cb",
    ],
)
def test_rfc9700_4_1_3_a_backslash_never_matches(presented: str) -> None:
    assert not matches([REGISTERED, "http://127.0.0.1/cb"], presented, native=True)


@pytest.mark.incident("CVE-2024-8883")
@pytest.mark.incident("CVE-2026-3872")
@pytest.mark.parametrize(
    ("registered", "presented"),
    [
        ("https://a.example/cb", "https://a.example/%63b"),
        ("https://a.example/%63b", "https://a.example/cb"),
        ("https://a.example/%2e", "https://a.example/%2E"),
        ("https://a.example/%2f", "https://a.example/%252f"),
        ("https://a.example/%252f", "https://a.example/%2f"),
        ("http://127.0.0.1/%2f", "http://127.0.0.1:9/%252f"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:9/%63b"),
    ],
)
def test_rfc9700_4_1_3_nothing_is_decoded_to_compare(registered: str, presented: str) -> None:
    assert not matches([registered], presented, native=True)


@pytest.mark.incident("CVE-2026-7504")
@pytest.mark.parametrize(
    "registered", ["*", "https://*", "https://app.example.org/*", "https://*.example.org/callback", ".*"]
)
def test_rfc9700_4_1_3_a_star_is_a_star(registered: str) -> None:
    assert not matches([registered], REGISTERED, native=True)


@pytest.mark.incident("CVE-2024-8883")
@pytest.mark.parametrize(
    ("registered", "presented"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1:51004/cb"),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1/cb"),
        ("http://[::1]/cb", "http://[::1]:65535/cb"),
        ("http://127.0.0.1", "http://127.0.0.1:1"),
        ("http://127.0.0.1?x=1", "http://127.0.0.1:1?x=1"),
    ],
)
def test_rfc8252_7_3_a_native_app_may_listen_on_any_loopback_port(registered: str, presented: str) -> None:
    assert matches([registered], presented, native=True)
    assert not matches([registered], presented, native=False)


@pytest.mark.incident("CVE-2024-8883")
@pytest.mark.parametrize(
    "presented",
    [
        "http://127.0.0.1:8000/other", "http://127.0.0.1:8000/cb?x=1", "http://127.0.0.1:8000/cb#x", "http://127.0.0.1:8000",
        "https://127.0.0.1:8000/cb", "http://[::1]:8000/cb", "http://localhost:8000/cb", "http://127.0.0.1:8000/cb\n",
        "http://127.0.0.1.evil.example:8000/cb", "http://127.0.0.1:8000.evil.example/cb", "http://127.0.0.1:/cb",
        "http://127.0.0.1:0/cb", "http://127.0.0.1:080/cb", "http://127.0.0.1:65536/cb", "http://127.0.0.1:٣/cb",
        "http://127.0.0.1:80:80/cb",
    ],
)  # fmt: skip
def test_rfc8252_7_3_only_the_port_may_vary(presented: str) -> None:
    assert not matches(["http://127.0.0.1/cb"], presented, native=True)


@pytest.mark.parametrize(
    ("registered", "presented"),
    [
        ("http://localhost/cb", "http://localhost:8000/cb"),
        ("https://127.0.0.1/cb", "https://127.0.0.1:8000/cb"),
        ("http://127.0.0.2/cb", "http://127.0.0.2:8000/cb"),
        ("http://0.0.0.0/cb", "http://0.0.0.0:8000/cb"),
        ("https://app.example.org/cb", "http://127.0.0.1:8000/cb"),
    ],
)
def test_rfc8252_7_3_only_on_loopback_addresses(registered: str, presented: str) -> None:
    assert not matches([registered], presented, native=True)


def test_rfc8252_7_3_a_sequence_read_once_is_enough() -> None:
    assert matches(iter(["http://127.0.0.1/cb"]), "http://127.0.0.1:9/cb", native=True)


@given(st.text(max_size=60), st.text(max_size=60), st.booleans())
def test_rfc9700_4_1_3_two_different_strings_never_match_but_for_a_loopback_port(
    registered: str, presented: str, native: bool
) -> None:
    assume(registered != presented)
    assert not matches([registered], presented, native)


@given(
    st.sampled_from(["127.0.0.1", "[::1]"]),
    st.text(max_size=20),
    st.text(max_size=20),
    st.text(":0123456789", max_size=6),
)
def test_rfc8252_7_3_the_rest_behind_a_loopback_port_is_compared_to_the_letter(
    host: str, registered: str, presented: str, port: str
) -> None:
    if matches([f"http://{host}/{registered}"], f"http://{host}{port}/{presented}", native=True):
        assert registered == presented
        assert port == "" or 0 < int(port.removeprefix(":")) < 65536


@given(st.text("htp:/127.0.1@\\#?[]evl%*", max_size=40))
def test_rfc8252_7_3_whatever_a_native_app_presents_stays_on_the_machine(tail: str) -> None:
    presented = f"http://127.0.0.1{tail}"
    if matches(["http://127.0.0.1/cb"], presented, native=True):
        assert presented.partition("127.0.0.1")[2].lstrip(":0123456789") == "/cb"


def refusal(uri: str, application_type: str = "web") -> str:
    with pytest.raises(InvalidRedirectUri) as refused:
        check_registrable(uri, application_type)
    return refused.value.description


@pytest.mark.parametrize("application_type", ["web", "native"])
@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.org/callback", "https://app.example.org", "https://app.example.org:8443/cb?tenant=1",
        "https://xn--bcher-kva.example/cb", "https://192.0.2.1/cb", "https://my_app.example.org/cb",
        "http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]:3000/cb", "https://localhost/cb",
    ],
)  # fmt: skip
def test_rfc9700_4_1_1_https_and_loopback_http_may_be_registered(uri: str, application_type: str) -> None:
    check_registrable(uri, application_type)


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example.org/cb",
        "http://192.168.0.2/cb",
        "http://localhost.evil.example/",
        "http://127.0.0.2/",
        "http://127.1/",
    ],
)
@pytest.mark.parametrize("application_type", ["web", "native"])
def test_rfc9700_4_1_1_other_http_may_not(uri: str, application_type: str) -> None:
    assert refusal(uri, application_type) == "it must be https; http is for localhost, 127.0.0.1 and [::1] only"


@pytest.mark.parametrize(
    "uri",
    ["com.example.app:/callback", "com.example.app://callback", "com.example.app:cb", "myapp://callback", "MyApp:/cb"],
)
def test_rfc8252_7_1_a_private_scheme_is_for_native_apps(uri: str) -> None:
    check_registrable(uri, "native")
    assert "application_type native only" in refusal(uri, "web")


@pytest.mark.parametrize("uri", ["com.example.app:", "com.example.app:/", "com.example.app://", "myapp:///"])
def test_rfc8252_7_1_a_private_scheme_needs_a_place_behind_it(uri: str) -> None:
    assert "names nothing behind its scheme" in refusal(uri, "native")


@pytest.mark.incident("CVE-2023-6717")
@pytest.mark.incident("CVE-2025-67495")
@pytest.mark.parametrize("application_type", ["web", "native"])
@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", "javascript://app.example.org/%250aalert(1)", "data:text/html,x",
        "file:///etc/passwd", "vbscript:x", "blob:https://a/b", "about:blank", "view-source:https://a/", "ftp://a/b",
        "ws://a/b", "wss://a/b", "mailto:a", "tel:1", "intent://a/", "ms-msdt:/id", "search-ms:x", "chrome://settings",
        "urn:ietf:wg:oauth:2.0:oob", "filesystem:https://a/x", "smb://a/b", "jar:https://a/b", "content://a/b",
    ],
)  # fmt: skip
def test_j_a_scheme_that_belongs_to_somebody_may_not_be_registered(uri: str, application_type: str) -> None:
    assert "is not allowed" in refusal(uri, application_type)


@pytest.mark.incident("CVE-2026-7504")
@pytest.mark.incident("CVE-2022-3782")
@pytest.mark.parametrize("uri", ["https://app.example.org/*", "https://app.example.org/?*", "com.example.app:/*"])
def test_rfc9700_4_1_1_a_wildcard_may_not_be_registered(uri: str) -> None:
    assert "wildcards are not matched" in refusal(uri, "native")


@pytest.mark.parametrize(
    "uri", ["https:app.example.org", "https:/app.example.org", "https:///app.example.org", "http:", "http:///x"]
)
def test_rfc9110_4_2_2_a_web_address_without_host_may_not_be_registered(uri: str) -> None:
    assert refusal(uri) == "it has no host"


@pytest.mark.parametrize(
    "uri",
    [
        "", "/cb", "https://u@app.example.org/", "https://app.example.org/#", "https://app.example.org\\cb",
        "https://app.example.org/\ncb", "https://app.example.org/%0d", "https://*.example.org/", "https://bücher.example/",
    ],
)  # fmt: skip
def test_rfc6749_3_1_2_what_is_no_plain_uri_may_not_be_registered(uri: str) -> None:
    assert refusal(uri, "native")


@given(st.text("htps:/ac.mex@\\#?%0*[]- é", max_size=40) | st.text(max_size=40))
def test_rfc6749_3_1_2_whatever_is_registrable_leads_where_it_says(uri: str) -> None:
    try:
        check_registrable(uri, "web")
    except InvalidRedirectUri:
        return
    origin = origin_of(uri)
    assert origin.startswith(("https:", "http:"))
    assert uri.isascii()
    assert not set(uri) & set("\\#* ")
