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
    return signed_by(token, _where(metadata), typ, algorithms, now, is_known=metadata.reviewed)


def signed_by(
    token: str,
    where: Mapping[str, Any],
    typ: Collection[str],
    algorithms: Collection[str],
    now: int,
    *,
    is_known: bool = True,
) -> Mapping[str, Any] | None:
    """The same for anybody who registered `jwks` or `jwks_uri`; nobody looked at an app that is not `is_known`."""
    try:
        try:
            return foreign.verify(token, _keys(where, now, is_known=is_known), algorithms=algorithms, typ=typ).claims
        except UnknownKey:
            keys = _keys(where, now, anew=True, is_known=is_known)
            return foreign.verify(token, keys, algorithms=algorithms, typ=typ).claims
    except (BadToken, NotFetched) as problem:
        log.info("what an app signed is not taken: %s", problem)
        return None


def knows(certificate: Certificate, metadata: ClientMetadata, now: int) -> bool:
    """RFC 8705 §2.2: whether the key of this certificate is one that the app registered."""
    where, known = _where(metadata), metadata.reviewed
    try:
        return any(certificate.has_key_of(_keys(where, now, anew=anew, is_known=known)) for anew in (False, True))
    except NotFetched as problem:
        log.info("the keys of an app cannot be read: %s", problem)
        return False


def _where(metadata: ClientMetadata) -> Mapping[str, Any]:
    return {"jwks": metadata.jwks, "jwks_uri": metadata.jwks_uri}


def _keys(where: Mapping[str, Any], now: int, *, is_known: bool, anew: bool = False) -> Mapping[str, Any]:
    return where.get("jwks") or house().key_sets.at(where["jwks_uri"], now, anew=anew, is_known=is_known)
