"""RFC 7523 §2.1, §3: whose word is taken for an app, and what it must say."""

from typing import Any

import pytest

from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidClientMetadata, InvalidGrant
from idp.protocol.member_kinds import BadMember
from idp.protocol.trusted_issuers import GRANT_TYPE, MOST, check, kind, of

NOW = 1_800_000_000
ISSUER = "https://id.example.com"
JOBS = {"issuer": "https://jobs.example", "subject": "repo:shop:main", "jwks_uri": "https://jobs.example/jwks"}
KEYS = {"keys": [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}]}
HONEST: dict[str, Any] = {"aud": ISSUER, "exp": NOW + 60}


def test_an_issuer_has_its_keys_at_an_address_or_here() -> None:
    here = {"issuer": "cluster", "subject": "system:serviceaccount:shop:sync", "jwks": KEYS}
    assert kind([JOBS, here]) == (JOBS, here)


@pytest.mark.parametrize(
    "value",
    [
        "https://jobs.example",
        [JOBS] * (MOST + 1),
        ["https://jobs.example"],
        [{**JOBS, "jwks": KEYS}],
        [{"issuer": "a", "subject": "b"}],
        [{**JOBS, "audience": "shop"}],
        [{**JOBS, "subject": ""}],
        [{**JOBS, "subject": 7}],
        [{**JOBS, "jwks_uri": "http://jobs.example/jwks"}],
    ],
)
def test_what_is_no_list_of_issuers(value: object) -> None:
    with pytest.raises(BadMember):
        kind(value)


def test_a_subject_is_trusted_whole_and_of_its_issuer_alone() -> None:
    assert of([JOBS], "https://jobs.example", "repo:shop:main") == JOBS
    assert of([JOBS], "https://jobs.example", "repo:shop:main2") is None
    assert of([JOBS], "https://other.example", "repo:shop:main") is None
    assert of([], "", "") is None


@pytest.mark.section("RFC 7523 §3")
@pytest.mark.parametrize("changes", [{}, {"aud": [ISSUER]}, {"exp": NOW - 59}, {"iat": NOW, "nbf": NOW + 60}])
def test_an_honest_assertion(changes: dict[str, Any]) -> None:
    check(HONEST | changes, (ISSUER,), NOW)


@pytest.mark.section("RFC 7523 §3")
@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"aud": "https://other.example"}, "aud"),
        ({"aud": [ISSUER, "https://other.example"]}, "aud"),
        ({"exp": None}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": NOW - 60}, "exp"),
        ({"exp": NOW + 3661}, "exp"),
        ({"nbf": NOW + 61}, "nbf"),
        ({"iat": "now"}, "iat"),
    ],
)
def test_an_assertion_for_another_or_for_another_time(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidGrant, match=word):
        check(HONEST | changes, (ISSUER,), NOW)


@pytest.mark.section("RFC 7523 §2.1")
def test_the_grant_needs_somebody_to_trust() -> None:
    job = {"grant_types": [GRANT_TYPE], "token_endpoint_auth_method": "none", "scope": "deploy"}
    with pytest.raises(InvalidClientMetadata, match="trusted_issuers"):
        ClientMetadata.register(job)
    assert ClientMetadata.register({**job, "trusted_issuers": [JOBS]}).trusted_issuers == (JOBS,)
