"""What an app signed with a key of its own: verified with the keys of its registration, and with no others."""

import logging
from collections.abc import Collection, Mapping
from typing import Any

from idp.outside.fetch import NotFetched
from idp.protocol.client_certificate import Certificate
from idp.protocol.client_metadata import ClientMetadata
from idp.signing import foreign
from idp.signing.foreign import UnknownKey
from idp.signing.ring import BadToken
from idp.web.house import house

log = logging.getLogger(__name__)


def verified(
    token: str, metadata: ClientMetadata, typ: Collection[str], algorithms: Collection[str], now: int
) -> Mapping[str, Any] | None:
    """The claims of a JWT that this app signed; None, with the reason in the log, when it did not.

    `typ` in lower case, "" for none. A key that nobody knows yet is looked for once at the app's `jwks_uri`.
    """
    return signed_by(token, {"jwks": metadata.jwks, "jwks_uri": metadata.jwks_uri}, typ, algorithms, now)


def signed_by(
    token: str, where: Mapping[str, Any], typ: Collection[str], algorithms: Collection[str], now: int
) -> Mapping[str, Any] | None:
    """The same for anybody who registered `jwks` or `jwks_uri`."""
    try:
        try:
            return foreign.verify(token, _keys(where, now), algorithms=algorithms, typ=typ).claims
        except UnknownKey:
            return foreign.verify(token, _keys(where, now, anew=True), algorithms=algorithms, typ=typ).claims
    except (BadToken, NotFetched) as problem:
        log.info("what an app signed is not taken: %s", problem)
        return None


def knows(certificate: Certificate, metadata: ClientMetadata, now: int) -> bool:
    """RFC 8705 §2.2: whether the key of this certificate is one that the app registered."""
    where = {"jwks": metadata.jwks, "jwks_uri": metadata.jwks_uri}
    try:
        return certificate.has_key_of(_keys(where, now)) or certificate.has_key_of(_keys(where, now, anew=True))
    except NotFetched as problem:
        log.info("the keys of an app cannot be read: %s", problem)
        return False


def _keys(where: Mapping[str, Any], now: int, *, anew: bool = False) -> Mapping[str, Any]:
    return where.get("jwks") or house().key_sets.at(where["jwks_uri"], now, anew=anew)
