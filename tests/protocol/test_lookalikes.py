"""Names that pass for others, and names that merely are of another script."""

import pytest

from idp.protocol.lookalikes import is_address, mixes_scripts, skeleton


@pytest.mark.parametrize(
    "name",
    [
        "portico",
        " P.O.R.T.I.C.O! ",
        "\uff30ortico",
        "P\u00f3rtico",
        "P0rtic0",
        "Port1co",
        "Portlco",
        "Port\u0131co",
        "\u0420\u043ert\u0456\u0441\u043e",
        "\u03a1\u03bfrtico",
        "P\u0585rtico",
    ],
)
def test_what_people_read_as_one_name(name: str) -> None:
    assert skeleton(name) == skeleton("Portico")


def test_two_letters_that_run_together() -> None:
    assert skeleton("rnodern vvorld") == skeleton("Modern World")


@pytest.mark.parametrize("name", ["Portico Photos", "Porto", "\u041f\u043e\u0440\u0442\u0438\u043a", ""])
def test_other_names_stay_other_names(name: str) -> None:
    assert skeleton(name) != skeleton("Portico")


@pytest.mark.parametrize(
    ("name", "mixed"),
    [
        ("P\u0430yments", True),
        ("\u0391pple Store", True),
        ("\u041f\u043e\u0447\u0442\u0430 Mail", False),
        ("\u03bcTorrent", False),
        ("\u03a9mega 3D", False),
        ("\u5199\u771fBox", False),
        ("Caf\u00e9 M\u00fcller", False),
        ("\u0395\u03bb\u03bb\u03ac\u03b4\u03b1", False),
    ],
)
def test_no_language_writes_two_scripts_in_a_word(name: str, mixed: bool) -> None:
    assert mixes_scripts(name) is mixed


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("https://bank.example", True),
        ("\uff48ttps:\uff0f\uff0fbank", True),
        ("Call www.bank.example", True),
        ("help@bank.example", True),
        ("//bank", True),
        ("Node.js Notes", False),
        ("Read/Write", False),
        ("Awww. Cats", False),
    ],
)
def test_what_looks_like_an_address(name: str, address: bool) -> None:
    assert is_address(name) is address
