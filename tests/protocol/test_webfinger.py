"""RFC 7033: what a question says, and whether it is about our own host."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.errors import InvalidRequest
from idp.protocol.uri import Uri
from idp.protocol.webfinger import ISSUER, LONGEST, Query

HERE = Uri.parse("https://id.example.com")
DOMAINS = ("example.com",)


def is_ours(resource: str, issuer: Uri = HERE) -> bool:
    return Query(resource, ()).is_about(issuer, DOMAINS)


@pytest.mark.section("RFC 7033 §4.1")
def test_a_resource_and_its_relations_are_percent_encoded_and_a_plus_is_a_plus() -> None:
    asked = Query.parse(b"resource=acct%3Aalice+news%40example.com&rel=http%3A%2F%2Fa.example%2Fb&rel=c&rel=")
    assert asked == Query("acct:alice+news@example.com", ("http://a.example/b", "c"))
    assert Query.parse(b"resource=acct:alice%2Bnews@example.com").resource == "acct:alice+news@example.com"


@pytest.mark.section("RFC 7033 §4.3")
def test_no_relation_named_means_all() -> None:
    assert Query("x", ()).wants_issuer
    assert Query("x", ("self", ISSUER)).wants_issuer
    assert not Query("x", ("self",)).wants_issuer


@pytest.mark.section("RFC 7033 §4.2")
@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"resource=",
        b"rel=x",
        b"resource=acct:a@example.com&resource=acct:b@example.com",
        b"resource=%zz",
        b"resource=%ff",
        b"resource=acct:a%00@example.com",
        b"resource=" + b"a" * (LONGEST + 1),
    ],
)
def test_a_question_without_one_readable_resource_is_refused(encoded: bytes) -> None:
    with pytest.raises(InvalidRequest):
        Query.parse(encoded)


@pytest.mark.section("OpenID Connect Discovery 1.0 §2.1")
@pytest.mark.parametrize(
    "resource",
    [
        "acct:alice@id.example.com",
        "ACCT:alice@Example.COM",
        "acct:alice%40elsewhere.example@example.com",
        "https://id.example.com",
        "https://id.example.com:443/alice?x",
        "https://alice@id.example.com/",
        "https://example.com/alice",
    ],
)
def test_names_of_our_own_host_and_domains_are_ours(resource: str) -> None:
    assert is_ours(resource)


@pytest.mark.section("RFC 7033 §4.2")
@pytest.mark.parametrize(
    "resource",
    [
        "acct:alice@evil.example",
        "acct:alice@sub.example.com",
        "https://evil.example/id.example.com",
        "https://id.example.com@evil.example/",
        "https://id.example.com:8443/",
        "https://example.com:8443/",
        "http://id.example.com/",
        "mailto:alice@example.com",
        "urn:isbn:0451450523",
    ],
)
def test_other_names_are_not(resource: str) -> None:
    assert not is_ours(resource)


@pytest.mark.section("RFC 7033 §4.2")
@pytest.mark.parametrize(
    "resource",
    [
        "alice@example.com",
        "example.com",
        "acct:example.com",
        "acct:@example.com",
        "acct:a b@example.com",
        "https://a b/",
    ],
)
def test_what_is_no_uri_is_refused(resource: str) -> None:
    with pytest.raises(InvalidRequest):
        is_ours(resource)


def test_on_loopback_the_issuers_own_scheme_will_do() -> None:
    assert is_ours("http://127.0.0.1:8000/alice", Uri.parse("http://127.0.0.1:8000"))
    assert is_ours("acct:alice@127.0.0.1", Uri.parse("http://127.0.0.1:8000"))


@pytest.mark.section("RFC 7033 §8")
@given(st.from_regex(r"[A-Za-z0-9._~-]{1,20}", fullmatch=True))
def test_who_is_named_makes_no_difference(name: str) -> None:
    assert is_ours(f"acct:{name}@example.com")
