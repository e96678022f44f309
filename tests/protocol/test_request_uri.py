"""RFC 9126 §2.2: which request_uri is one of ours."""

import pytest

from idp.protocol.request_uri import PREFIX, of_secret, secret_of


@pytest.mark.section("RFC 9126 §2.2")
def test_rfc9126_2_2_what_was_made_is_read_again() -> None:
    assert of_secret("abc") == "urn:ietf:params:oauth:request_uri:abc"
    assert secret_of(of_secret("abc")) == "abc"


@pytest.mark.parametrize("other", [None, "", "https://app.example/request", "urn:ietf:params:oauth:other:abc", PREFIX])
def test_rfc9126_2_2_any_other_address_is_none_of_ours(other: str | None) -> None:
    assert not secret_of(other)
