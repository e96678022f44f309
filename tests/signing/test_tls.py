"""The files of the listener for certificates: what is wrong with them is said before anybody connects."""

from pathlib import Path

import pytest
from cryptography import x509

from idp import clock
from idp.settings.mtls import Mtls
from idp.signing.tls import Handshakes, Trouble, UnusableFiles, troubles
from tests import certificates

NAMED = [x509.DNSName("mtls.example.com")]
DAY = 86400


@pytest.fixture
def files(tmp_path: Path) -> Mtls:
    certificate, key = certificates.made("Portico", NAMED, until=90 * DAY).files(tmp_path, "own")
    address = "https://mtls.example.com:8443"
    return Mtls(bind="0.0.0.0:8443", address=address, certificate=certificate, key=key)


def wrong(files: Mtls, **changes: str) -> str:
    """What stands against it, and that the listener does not start then."""
    changed = files.model_copy(update=changes)
    found = list(troubles(changed, clock.now()))
    assert any(trouble.is_acute for trouble in found)
    with pytest.raises(UnusableFiles, match=r"mtls\."):
        Handshakes(changed, clock.now())
    return "\n".join(trouble.sentence for trouble in found)


def test_nothing_is_wrong(files: Mtls) -> None:
    assert list(troubles(files, clock.now())) == []
    Handshakes(files, clock.now())


def test_files_that_are_missing_or_hold_something_else(files: Mtls, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("nothing in PEM")
    for name in ("certificate", "key", "client_ca"):
        assert f"mtls.{name}: {tmp_path}/gone cannot be read" in wrong(files, **{name: f"{tmp_path}/gone"})
        assert f"mtls.{name}: the file holds no" in wrong(files, **{name: str(text)})


def test_a_key_of_another_certificate(files: Mtls, tmp_path: Path) -> None:
    assert "is not the key of" in wrong(files, key=certificates.made("Other").files(tmp_path, "other")[1])


@pytest.mark.parametrize(("days", "sentence", "is_acute"), [(-1, "has expired", True), (5, "expires in 5 days", False)])
def test_a_certificate_that_ends(files: Mtls, tmp_path: Path, days: int, sentence: str, is_acute: bool) -> None:
    certificates.made("Portico", NAMED, since=-9 * DAY, until=days * DAY + 3600).files(tmp_path, "own")
    (trouble,) = troubles(files, clock.now())
    assert sentence in trouble.sentence
    assert trouble.is_acute is is_acute


@pytest.mark.parametrize(
    ("name", "is_named"),
    [("*.example.com", True), ("*.com", False), ("other.example.com", False), ("*.mtls.example.com", False)],
)
def test_a_certificate_for_another_host(files: Mtls, tmp_path: Path, name: str, is_named: bool) -> None:
    certificates.made("Portico", [x509.DNSName(name)], until=90 * DAY).files(tmp_path, "own")
    sentence = "mtls.certificate does not name mtls.example.com, the host of mtls.address"
    assert list(troubles(files, clock.now())) == ([] if is_named else [Trouble(sentence, is_acute=False)])
