"""Places from a GeoIP file on this machine: a guess, and never a fault."""

from pathlib import Path

import pytest

from idp.outside.geoip import Atlas, UnusableDatabase
from tests.emulators import mmdb


@pytest.fixture
def atlas(tmp_path: Path) -> Atlas:
    return Atlas.opened(str(mmdb.write(tmp_path / "city.mmdb")))


@pytest.mark.parametrize(
    ("address", "locale", "place"),
    [
        ("192.0.2.10", "en", "Lyon, France"),
        ("192.0.2.10", "de", "Lyon, Frankreich"),
        ("192.0.2.10", "de-AT", "Lyon, Frankreich"),
        ("192.0.2.10", "ar", "Lyon, France"),
        ("198.51.100.77", "en", "Berlin, Germany"),
        ("2001:db8:1:2::/64", "en", "Berlin, Germany"),
        ("203.0.113.1", "en", ""),
        ("127.0.0.1", "en", ""),
        ("", "en", ""),
        ("unknown", "en", ""),
        ("192.0.2.10\x00", "en", ""),
    ],
)
def test_an_address_has_a_place(atlas: Atlas, address: str, locale: str, place: str) -> None:
    assert atlas.place(address, locale) == place


def test_without_a_file_no_place_is_known() -> None:
    assert Atlas.opened("").place("192.0.2.10", "en") == ""


@pytest.mark.parametrize(
    "record",
    [
        {"city": "Lyon"},
        {"city": {"names": "Lyon"}},
        {"city": {"names": {"en": 7}}},
        {"country": {}},
        {"traits": {"names": {"en": "x"}}},
    ],
    ids=str,
)
def test_a_record_of_another_shape_says_nothing(tmp_path: Path, record: dict[str, object]) -> None:
    odd = Atlas.opened(str(mmdb.write(tmp_path / "odd.mmdb", {"192.0.2.0/24": record})))
    assert odd.place("192.0.2.10", "en") == ""


def test_a_name_is_short_and_in_one_line(tmp_path: Path) -> None:
    long = {"country": {"names": {"en": "A\u202e\n" + "b" * 200}}}
    atlas = Atlas.opened(str(mmdb.write(tmp_path / "long.mmdb", {"192.0.2.0/24": long})))
    assert atlas.place("192.0.2.10", "en") == "A" + "b" * 39


def test_a_file_that_is_missing_or_holds_something_else_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableDatabase, match="is not there"):
        Atlas.opened(str(tmp_path / "nowhere.mmdb"))
    (tmp_path / "text.mmdb").write_text("no database")
    with pytest.raises(UnusableDatabase, match="is no MMDB database"):
        Atlas.opened(str(tmp_path / "text.mmdb"))
    asn = mmdb.write(tmp_path / "asn.mmdb", kind="GeoLite2-ASN")
    with pytest.raises(UnusableDatabase, match="holds GeoLite2-ASN, not places"):
        Atlas.opened(str(asn))


def test_a_file_that_is_cut_short_says_nothing(tmp_path: Path, atlas: Atlas) -> None:
    whole = (tmp_path / "city.mmdb").read_bytes()
    at = whole.index(mmdb.MARKER)
    torn = tmp_path / "torn.mmdb"
    torn.write_bytes(whole[: at - 60] + whole[at:])
    assert Atlas.opened(str(torn)).place("2001:db8::1", "en") in {"", "Berlin, Germany"}
