"""Places to read from: a stranger with one site holds few, one with many holds none of those who are known."""

from contextlib import ExitStack

import pytest

from idp.outside.places import AT_ONCE, OF_ONE_SITE, Crowded, Places, site_of


def taken(places: Places, held: ExitStack, *addresses: str, is_known: bool = False) -> None:
    for address in addresses:
        held.enter_context(places.one(address, is_known=is_known))


def test_one_site_holds_few_however_it_names_its_hosts() -> None:
    places = Places()
    with ExitStack() as held:
        taken(places, held, *(f"https://{number}.slow.example/" for number in range(OF_ONE_SITE)))
        with pytest.raises(Crowded):
            taken(places, held, "https://other.SLOW.example:8443/keys")
        taken(places, held, "https://quick.example.org/")
    with ExitStack() as held:
        taken(places, held, *(f"https://{number}.slow.example/" for number in range(OF_ONE_SITE)))


def test_who_is_known_has_places_that_no_stranger_takes() -> None:
    places = Places()
    with ExitStack() as held:
        taken(places, held, *(f"https://slow{number}.example/" for number in range(AT_ONCE)))
        with pytest.raises(Crowded):
            taken(places, held, "https://new.example/")
        taken(places, held, *(f"https://shop{number}.example/" for number in range(AT_ONCE)), is_known=True)
        with pytest.raises(Crowded):
            taken(places, held, "https://shop.example/", is_known=True)


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://a.b.example.org/c?d", "example.org"),
        ("https://localhost/", "localhost"),
        ("https://198.51.100.7/", "198.51.100.7"),
        ("https://[2001:db8::1]:8443/", "[2001:db8::1]"),
        ("https://app.example.org/request#hash", "example.org"),
        ("no address", ""),
    ],
)
def test_who_answers_there(address: str, site: str) -> None:
    assert site_of(address) == site
