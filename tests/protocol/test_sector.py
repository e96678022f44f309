"""OpenID Connect Core §8.1: the sector that knows a person by one name."""

import pytest

from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidClientMetadata

pytestmark = pytest.mark.section("OpenID Connect Core §8.1")
LIST = "https://maker.example/sector.json"


def pairwise(*redirect_uris: str, sector_identifier_uri: str | None = None) -> ClientMetadata:
    members = {
        "subject_type": "pairwise",
        "redirect_uris": list(redirect_uris),
        "sector_identifier_uri": sector_identifier_uri,
        "application_type": "native" if redirect_uris[0].startswith(("com.", "http:")) else "web",
    }
    return ClientMetadata.register({name: value for name, value in members.items() if value})


def test_it_is_the_host_of_the_redirect_uris() -> None:
    assert pairwise("https://App.example/in", "https://app.example:8443/also").sector == "app.example"


def test_several_hosts_name_the_one_that_lists_them() -> None:
    assert pairwise("https://one.example/in", "https://two.example/in", sector_identifier_uri=LIST).sector == (
        "maker.example"
    )
    with pytest.raises(InvalidClientMetadata, match="sector_identifier_uri"):
        pairwise("https://one.example/in", "https://two.example/in")


@pytest.mark.parametrize("uri", ["http://127.0.0.1/in", "com.example.app:/in"])
def test_a_place_that_every_app_has_is_no_sector(uri: str) -> None:
    with pytest.raises(InvalidClientMetadata, match="sector_identifier_uri"):
        pairwise(uri)
    assert pairwise(uri, sector_identifier_uri=LIST).sector == "maker.example"
