"""A client certificate, and how a proxy passes it on."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey

from idp import clock


@dataclass(frozen=True)
class Shown:
    """`pem` as nginx escapes it, `rfc9440` as the RFC has it, `jwk` the public key."""

    pem: str
    rfc9440: str
    jwk: dict[str, Any]


def made(name: str = "Bank", names: Sequence[x509.GeneralName] = (), *, since: int = -60, until: int = 3600) -> Shown:
    """Self-signed, for `CN=name, O=Example`; times in seconds from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(clock.now() + since, UTC))
        .not_valid_after(datetime.fromtimestamp(clock.now() + until, UTC))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    der = certificate.public_bytes(serialization.Encoding.DER)
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    jwk = ECKey.import_key(key.public_key()).as_dict(private=False)
    return Shown(quote(pem, safe=""), f":{b64encode(der).decode()}:", dict(jwk))
