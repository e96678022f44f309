"""Between us and the mail server: TLS that is checked, never left out, and a password that shows nowhere."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from idp.mail import smtp
from idp.mail.envelope import pack
from tests.emulators.mail_server import MailServer
from tests.mail.letters import NOW, confirm, settings

PASSWORD = "correct horse battery staple"


def make_certificate(file: Path, address: str = "127.0.0.1") -> ssl.SSLContext:
    """A certificate for one address, with its key, in `file`; and the server's side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    today = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(today - timedelta(1)).not_valid_after(today + timedelta(1))
    certificate = dated.add_extension(names, critical=False).sign(key, SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate that this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    return make_certificate(tmp_path / "trusted.pem")


def send(server: MailServer, **mail: object) -> None:
    carrier = smtp.carrier(settings(server, **{"timeout": 5, **mail}))
    try:
        carrier.carry(pack(confirm(), settings(), "mail-id", NOW))
    finally:
        carrier.close()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_over_tls(tls: ssl.SSLContext, security: str) -> None:
    with MailServer(tls=tls, tls_at_once=security == "tls") as server:
        send(server, security=security)
        assert len(server.accepted) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, tls: ssl.SSLContext, security: str) -> None:
    stranger = make_certificate(tmp_path / "stranger.pem")
    with MailServer(tls=stranger, tls_at_once=security == "tls") as server:
        with pytest.raises(smtp.Undelivered, match="SSLCertVerificationError"):
            send(server, security=security)
        assert server.accepted == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    other = make_certificate(tmp_path / "other.pem", "127.0.0.2")
    with MailServer(tls=other, tls_at_once=security == "tls") as server:
        with pytest.raises(smtp.Undelivered, match="SSLCertVerificationError"):
            send(server, security=security)
        assert server.accepted == []


def test_where_starttls_is_not_offered_nothing_is_said() -> None:
    """A man in the middle can strike STARTTLS from the list: no mail and no password may follow."""
    with MailServer(login=("portico", PASSWORD)) as server:
        with pytest.raises(smtp.Undelivered, match="SMTPNotSupportedError") as caught:
            send(server, security="starttls", username="portico", password=PASSWORD)
        assert not caught.value.permanent
        assert server.accepted == []
        assert "AUTH" not in server.heard


def test_words_slipped_in_before_tls_are_not_believed(tls: ssl.SSLContext) -> None:
    """CVE-2021-33515 and its kin: answers sent in the clear behind that to STARTTLS belong to nobody."""
    with MailServer(tls=tls) as server:
        server.at("STARTTLS", answer="220 ready\r\n250 slipped in")
        send(server, security="starttls")
        assert len(server.accepted) == 1


def test_logging_in(tls: ssl.SSLContext) -> None:
    with MailServer(tls=tls, login=("portico", PASSWORD)) as server:
        send(server, security="starttls", username="portico", password=PASSWORD)
        assert len(server.accepted) == 1


def test_a_wrong_password_keeps_mails_and_shows_nowhere(tls: ssl.SSLContext) -> None:
    with MailServer(tls=tls, login=("portico", "another")) as server:
        with pytest.raises(smtp.Undelivered) as caught:
            send(server, security="starttls", username="portico", password=PASSWORD)
        assert not caught.value.permanent
        assert not caught.value.server_is_well
        assert caught.value.reason == "connection: SMTPAuthenticationError 535"
