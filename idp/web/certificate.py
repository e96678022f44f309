"""The certificate of the connection, where our own listener or a trusted proxy says so (RFC 8705 §2, RFC 9440)."""

import logging

from flask import g, request

from idp.protocol.client_certificate import Certificate
from idp.protocol.errors import InvalidToken
from idp.protocol.holder import Holder
from idp.signing import certificates
from idp.signing.certificates import BadCertificate
from idp.web.house import now
from idp.web.proxies import CERTIFICATE, NOTHING, Shown

log = logging.getLogger(__name__)


def of_request() -> Certificate | None:
    """The client's certificate, if one came, can be read, and is of this time."""
    if "certificate" not in g:
        g.certificate = _read(_shown().passed_on)
    certificate: Certificate | None = g.certificate
    return certificate


def is_verified() -> bool:
    """§2.1: whether an authority that the operator trusts vouches for it, as a name needs."""
    return _shown().is_verified


def prove(holder: Holder) -> None:
    """§3: a token that is bound to a certificate comes over a connection with it. Raises InvalidToken."""
    if not holder.x5t:
        return
    certificate = of_request()
    if certificate is None or certificate.thumbprint != holder.x5t:
        raise InvalidToken("the token is bound to a certificate: use the connection that has it")


def _shown() -> Shown:
    shown: Shown = request.environ.get(CERTIFICATE, NOTHING)
    return shown


def _read(passed_on: str) -> Certificate | None:
    if not passed_on:
        return None
    try:
        certificate = certificates.read(passed_on)
    except BadCertificate as problem:
        log.warning("%s", problem)
        return None
    return certificate if certificate.is_of(now()) else None
