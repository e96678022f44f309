"""Client certificates as a proxy passes them on (RFC 9440, or PEM as nginx escapes it)."""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.protocol.client_certificate import Certificate

LONGEST: Final = 16 * 1024
"""Characters of the header."""


class BadCertificate(Exception):
    """What the proxy passed on is no certificate."""


def read(passed_on: str) -> Certificate:
    """The certificate in a header. Raises BadCertificate.

    RFC 9440 §2.1: DER in base64 between colons; nginx `$ssl_client_escaped_cert`: PEM, percent-encoded.
    """
    try:
        return _certificate(_parsed(passed_on))
    except (ValueError, TypeError, x509.ExtensionNotFound, x509.DuplicateExtension) as problem:
        raise BadCertificate(f"what stands in the header is no certificate: {type(problem).__name__}") from None


def _parsed(passed_on: str) -> x509.Certificate:
    if len(passed_on) > LONGEST:
        raise ValueError("too long")
    if passed_on.startswith(":"):
        return x509.load_der_x509_certificate(b64decode(passed_on.strip(":"), validate=True))
    return x509.load_pem_x509_certificate(unquote(passed_on).encode("ascii"))


def _certificate(parsed: x509.Certificate) -> Certificate:
    return Certificate(
        thumbprint=urlsafe_b64encode(parsed.fingerprint(SHA256())).rstrip(b"=").decode(),
        key=_jwk(parsed),
        subject=parsed.subject.rfc4514_string(),
        names=_names(parsed),
        not_before=int(parsed.not_valid_before_utc.timestamp()),
        not_after=int(parsed.not_valid_after_utc.timestamp()),
    )


def _jwk(parsed: x509.Certificate) -> Mapping[str, Any]:
    match parsed.public_key():
        case RSAPublicKey() as rsa:
            return _of(RSAKey, rsa, "n e")
        case EllipticCurvePublicKey() as ec:
            return _of(ECKey, ec, "crv x y")
        case Ed25519PublicKey() as ed:
            return _of(OKPKey, ed, "crv x")
    raise ValueError("a key of a kind that is not taken")


def _of(kind: Any, key: Any, members: str) -> Mapping[str, Any]:
    whole = kind.import_key(key).as_dict(private=False)
    return {name: whole[name] for name in ("kty", *members.split())}


def _names(parsed: x509.Certificate) -> Mapping[str, tuple[str, ...]]:
    try:
        names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return {}
    return {
        "dns": tuple(name.lower() for name in names.get_values_for_type(x509.DNSName)),
        "uri": tuple(names.get_values_for_type(x509.UniformResourceIdentifier)),
        "ip": tuple(str(address) for address in names.get_values_for_type(x509.IPAddress)),
        "email": tuple(names.get_values_for_type(x509.RFC822Name)),
    }
