"""Certificates of apps and of listeners, who vouches for them, and how a proxy passes them on."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey

from idp import clock
from idp.settings.load import Settings


@dataclass(frozen=True)
class Shown:
    """`pem` as nginx escapes it, `rfc9440` as the RFC has it, `jwk` the public key, `key` the private one."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def plain_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def pem(self) -> str:
        return quote(self.plain_pem.decode(), safe="")

    @property
    def rfc9440(self) -> str:
        return f":{b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()}:"

    @property
    def jwk(self) -> dict[str, Any]:
        return dict(ECKey.import_key(self.key.public_key()).as_dict(private=False))

    def files(self, folder: Path, name: str) -> tuple[str, str]:
        """Of the certificate and of its key, written there."""
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        certificate.write_bytes(self.plain_pem)
        key.write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return str(certificate), str(key)


def made(
    name: str = "Bank",
    names: Sequence[x509.GeneralName] = (),
    *,
    since: int = -60,
    until: int = 3600,
    by: Shown | None = None,
) -> Shown:
    """For `CN=name, O=Example`, self-signed or issued `by` an authority; times in seconds from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(clock.now() + since, UTC))
        .not_valid_after(datetime.fromtimestamp(clock.now() + until, UTC))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if name.endswith("Authority"):
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return Shown(builder.sign(by.key if by else key, hashes.SHA256()), key)


def passed_on(settings: Settings, header: str) -> Settings:
    """Behind a proxy that passes certificates on in this header."""
    trusted = {"trusted_proxies": ("127.0.0.0/8",), "client_certificate_header": header}
    return settings.model_copy(update={"server": settings.server.model_copy(update=trusted)})
