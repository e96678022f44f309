"""A certificate of a test's own: self-signed, for a day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

SIGNS = {"digital_signature": True, "key_cert_sign": True}
USES = ("crl_sign", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")


def self_signed(host: str, folder: Path) -> None:
    """`folder`/HOST.pem and HOST.key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        **SIGNS,
        **dict.fromkeys(USES, False),
        encipher_only=False,
        decipher_only=False,  # type: ignore[arg-type]
    )
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / f"{host}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / f"{host}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
