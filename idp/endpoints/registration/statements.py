"""Software statements (RFC 7591 §2.3): what an issuer whom the operator named says of an app, signed."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from idp.outside.fetch import NotFetched
from idp.protocol import software_statement
from idp.protocol.client_members import CLIENT_ALGS
from idp.protocol.errors import InvalidSoftwareStatement, UnapprovedSoftwareStatement
from idp.settings.registration import Registration, StatementIssuer
from idp.signing import foreign
from idp.signing.foreign import UnknownKey
from idp.signing.ring import BadToken
from idp.web.house import house

TYPES: Final = ("jwt", "", "software-statement+jwt")
log = logging.getLogger(__name__)


def heard(said: Mapping[str, object], settings: Registration, now: int) -> tuple[Mapping[str, object], str]:
    """What the app says, as far as its statement says nothing else; and the statement as it came, "" for none.

    Raises InvalidSoftwareStatement and UnapprovedSoftwareStatement.
    """
    statement = said.get(software_statement.MEMBER)
    if statement is None:
        if settings.require_statement:
            raise InvalidSoftwareStatement("software_statement is missing: apps are taken with one alone")
        return said, ""
    if not isinstance(statement, str):
        raise InvalidSoftwareStatement("software_statement must be a signed JWT, as a string")
    return software_statement.said(said, _claims(statement, settings, now), now), statement


def _claims(statement: str, settings: Registration, now: int) -> Mapping[str, Any]:
    try:
        issuer = foreign.claimed(statement, "iss")
    except BadToken:
        raise InvalidSoftwareStatement("software_statement is no signed JWT") from None
    known = next((each for each in settings.statements.values() if each.issuer == issuer), None)
    if known is None:
        raise UnapprovedSoftwareStatement("software_statement is of an issuer whose word does not count here")
    return _verified(statement, known, now)


def _verified(statement: str, known: StatementIssuer, now: int) -> Mapping[str, Any]:
    try:
        try:
            return foreign.verify(statement, _keys(known, now), algorithms=CLIENT_ALGS, typ=TYPES).claims
        except UnknownKey:
            return foreign.verify(statement, _keys(known, now, anew=True), algorithms=CLIENT_ALGS, typ=TYPES).claims
    except (BadToken, NotFetched) as problem:
        log.info("a software statement is not taken: %s", problem)
        raise InvalidSoftwareStatement("software_statement is not signed by a key of its issuer") from None


def _keys(known: StatementIssuer, now: int, *, anew: bool = False) -> Mapping[str, Any]:
    return known.jwks or house().operators_key_sets.at(known.jwks_uri, now, anew=anew)
