"""One token answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3)."""

import json
from dataclasses import replace
from typing import NamedTuple

from idp.issuance import access_token, enclosed, id_token, refresh_token
from idp.issuance.access_token import AccessToken
from idp.issuance.mint import Mint as Mint
from idp.issuance.subject import sid_of, subject_of
from idp.issuance.terms import Terms
from idp.protocol import token_exchange
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import ServerError
from idp.protocol.holder import Holder
from idp.protocol.scope import OPENID
from idp.signing.ring import NoSigner
from idp.store.base import new_id
from idp.store.grants import Grant, Person


def issue(
    mint: Mint, grant: Grant, person: Person, metadata: ClientMetadata, terms: Terms, now: int
) -> dict[str, object]:
    """The members of a token answer on these terms.

    ServerError when no key signs with the client's algorithm (`idp check` says so before).
    """
    try:
        return _members(mint, grant, person, metadata, terms, now)
    except NoSigner as error:
        raise ServerError(str(error)) from error


def issue_to_client(mint: Mint, client_id: str, metadata: ClientMetadata, terms: Terms, now: int) -> dict[str, object]:
    """RFC 6749 §4.4.3: an access token for the app itself; nothing is written, and it refreshes nothing.

    ServerError as above.
    """
    token = _token(mint, new_id(), client_id, terms, now)
    return _answer(mint, _for_client(mint, token, _as_read(metadata, terms), now), terms)


class Exchange(NamedTuple):
    """A token for another app than the grant's, until then, as one of `token_exchange`'s types."""

    grant: Grant
    client_id: str
    until: int
    token_type: str


def exchange(mint: Mint, exchanged: Exchange, metadata: ClientMetadata, terms: Terms, now: int) -> dict[str, object]:
    """RFC 8693 §2.2.1: nothing is written, and it refreshes nothing. `metadata` is of the app that gets the token.

    ServerError as above.
    """
    grant, client_id, until, token_type = exchanged
    token = _token(mint, grant.id, "", terms, now)._replace(expires_at=until, given_to=client_id)
    wanted = _as_read(metadata, terms._replace(as_jwt=terms.as_jwt or token_type == token_exchange.JWT))
    try:
        text = _access_token(mint, grant, wanted, token, now)
    except NoSigner as error:
        raise ServerError(str(error)) from error
    return {**_answer(mint, text, terms), "expires_in": until - now, "issued_token_type": token_type}


def _for_client(mint: Mint, token: AccessToken, metadata: ClientMetadata, now: int) -> str:
    if metadata.access_token_format == "opaque":
        return access_token.seal(token, mint.sealer, now)
    try:
        return access_token.sign_for_client(token, metadata.id_token_signed_response_alg, mint.ring, mint.issuer, now)
    except NoSigner as error:
        raise ServerError(str(error)) from error


def _members(
    mint: Mint, grant: Grant, person: Person, metadata: ClientMetadata, terms: Terms, now: int
) -> dict[str, object]:
    token = _access_token(mint, grant, _as_read(metadata, terms), _token(mint, grant.id, "", terms, now), now)
    answer = _answer(mint, token, terms)
    if "refresh_token" in metadata.grant_types:
        refresh = refresh_token.RefreshToken(grant.id, grant.generation)
        answer["refresh_token"] = refresh_token.seal(refresh, mint.sealer, now)
    if OPENID in terms.scope:
        answer["id_token"] = _id_token(mint, grant, person, metadata, terms, token, now)
    return answer


def _token(mint: Mint, grant_id: str, client_id: str, terms: Terms, now: int) -> AccessToken:
    expires_at = now + mint.tokens.access_token_for
    scope = terms.scope if terms.token_scope is None else terms.token_scope
    return AccessToken(grant_id, scope, expires_at, client_id, terms.holder, terms.resources, terms.details, terms.act)


def _answer(mint: Mint, token: str, terms: Terms) -> dict[str, object]:
    details = {"authorization_details": json.loads(terms.details)} if terms.details else {}
    return {
        "access_token": token,
        "token_type": type_of(terms.holder),
        "expires_in": mint.tokens.access_token_for,
        "scope": str(terms.scope if terms.token_scope is None else terms.token_scope),
        **details,
    }


def _as_read(metadata: ClientMetadata, terms: Terms) -> ClientMetadata:
    """RFC 9068 §1: an API that asks nobody reads the token itself."""
    return replace(metadata, access_token_format="jwt") if terms.as_jwt else metadata


def type_of(holder: Holder) -> str:
    """The `token_type` of a token with this holder (RFC 6750 §4, RFC 8705 §3, RFC 9449 §5)."""
    return "DPoP" if holder.jkt else "Bearer"


def _access_token(mint: Mint, grant: Grant, metadata: ClientMetadata, token: AccessToken, now: int) -> str:
    if metadata.access_token_format == "jwt":
        subject, alg = subject_of(grant.user_id, metadata), metadata.id_token_signed_response_alg
        return access_token.sign(token, grant, subject, alg, mint.ring, mint.issuer, now)
    return access_token.seal(token, mint.sealer, now)


def _id_token(
    mint: Mint, grant: Grant, person: Person, metadata: ClientMetadata, terms: Terms, token: str, now: int
) -> str:
    alg = metadata.id_token_signed_response_alg
    expires_at = now + mint.tokens.id_token_for
    at_hash = id_token.token_hash(token, alg)
    subject, sid = subject_of(grant.user_id, metadata), sid_of(grant.session_id, metadata)
    protocol = id_token.of_protocol(grant, subject, sid, mint.issuer, terms.nonce, at_hash, now, expires_at)
    profile = id_token.of_profile(grant, person, terms.scope, metadata)
    signed = mint.ring.sign({**profile, **protocol}, alg, now)
    return enclosed.for_app(signed, "id_token", metadata, mint, now)
