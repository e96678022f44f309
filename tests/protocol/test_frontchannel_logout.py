"""OpenID Connect Front-Channel Logout 1.0 §2: which addresses frames may show, and what is added to them."""

import pytest

from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidClientMetadata
from idp.protocol.frontchannel_logout import check_registrable, framed

pytestmark = pytest.mark.section("OpenID Connect Front-Channel Logout 1.0 §2")
REDIRECTS = ("com.example.box:/cb", "https://box.example/cb", "http://127.0.0.1:5000/cb")


@pytest.mark.parametrize(
    "address",
    ["https://box.example/out", "https://BOX.example:443/out?from=portico&list=", "http://127.0.0.1:5000/"],
)
def test_an_address_beside_a_redirect_uri_is_taken(address: str) -> None:
    check_registrable(address, REDIRECTS)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://evil.example/out", "scheme, host and port"),
        ("https://box.example:8443/out", "scheme, host and port"),
        ("http://box.example/out", "scheme, host and port"),
        ("https://www.box.example/out", "scheme, host and port"),
        ("http://127.0.0.1/out", "scheme, host and port"),
        ("https://box.example/out?sid=1", "iss or sid"),
        ("https://box.example/out?a=b&%69ss=", "iss or sid"),
    ],
)
def test_any_other_is_refused_with_what_to_mend(address: str, told: str) -> None:
    with pytest.raises(InvalidClientMetadata) as refused:
        check_registrable(address, REDIRECTS)
    assert told in refused.value.description


def test_a_host_that_no_policy_can_name_is_refused() -> None:
    with pytest.raises(InvalidClientMetadata, match="IPv6"):
        check_registrable("http://[::1]:5000/out", ("http://[::1]:5000/cb",))


@pytest.mark.section("OpenID Connect Front-Channel Logout 1.0 §3")
def test_issuer_and_session_are_added_and_the_query_stays() -> None:
    added = "iss=https%3A%2F%2Fid.example.com%2Fa&sid=s-1"
    assert framed("https://box.example/out", "https://id.example.com/a", "s-1") == f"https://box.example/out?{added}"
    assert framed("https://box.example/out?a=b", "https://id.example.com/a", "s-1").endswith(f"/out?a=b&{added}")


def test_a_registration_holds_to_it() -> None:
    box = {"redirect_uris": ["https://box.example/cb"], "frontchannel_logout_session_required": True}
    registered = ClientMetadata.register({**box, "frontchannel_logout_uri": "https://box.example/out"})
    assert registered.frontchannel_logout_uri == "https://box.example/out"
    assert registered.frontchannel_logout_session_required
    for uri in ("https://evil.example/out", "http://box.example/out", "https://box.example/out#x", "/out", 5):
        with pytest.raises(InvalidClientMetadata, match="frontchannel_logout_uri"):
            ClientMetadata.register({**box, "frontchannel_logout_uri": uri})
