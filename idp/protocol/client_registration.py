"""The rules of a registration: Authlib's are heard, ours have the last word (RFC 7591, OpenID Connect Registration)."""

from collections.abc import Mapping
from typing import Any, Final

from authlib.oauth2.rfc7591.claims import ClientMetadataClaims as OAuthClaims
from authlib.oauth2.rfc7591.claims import InvalidClaimError
from authlib.oidc.registration.claims import ClientMetadataClaims as OpenIDClaims

from idp.protocol import (
    backchannel,
    client_certificate,
    encryption,
    fapi,
    frontchannel_logout,
    token_exchange,
    trusted_issuers,
)
from idp.protocol import member_kinds as kinds
from idp.protocol.claims import SCOPE_CLAIMS
from idp.protocol.client_members import (
    CLIENT_ALGS,
    DEFAULT_SCOPE,
    KINDS,
    LOCALIZABLE,
    OF_PEOPLE,
    PROMISES,
    SECRET_ALGS,
    SECRET_JWT,
)
from idp.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from idp.protocol.locales import is_language_tag
from idp.protocol.redirect_uri import check_registrable
from idp.protocol.scope import OFFLINE_ACCESS, OPENID, Scope
from idp.protocol.uri import Uri

_MOST_LOCALIZED = 100

Members = dict[str, Any]


def checked(metadata: Mapping[str, object]) -> Members:
    """The members of a `ClientMetadata`; raises `InvalidRedirectUri` or `InvalidClientMetadata`."""
    members: Members = {
        name: _read(name, kind, metadata[name]) for name, kind in KINDS.items() if metadata.get(name) is not None
    }
    doubtful = _member_authlib_refuses({name: metadata[name] for name in members})
    for rule in RULES:
        rule(members, metadata)
    if doubtful:
        raise InvalidClientMetadata(f"{doubtful} is not valid")
    return members


def _read(name: str, kind: kinds.Kind, value: object) -> Any:
    try:
        return kind(value)
    except kinds.BadMember as problem:
        raise InvalidClientMetadata(f"{name} {problem}") from None


def _member_authlib_refuses(metadata: Members) -> str | None:
    """Authlib speaks of http and https addresses only; private schemes are ours to judge."""
    web = [uri for uri in metadata.get("redirect_uris", ()) if uri.lower().startswith(("http:", "https:"))]
    try:
        for rules in (OAuthClaims, OpenIDClaims):
            rules(metadata | {"redirect_uris": web}, {}).validate()
    except InvalidClaimError as problem:
        return str(problem.claim)
    return None


def _redirects_are_registrable(members: Members, metadata: Mapping[str, object]) -> None:
    application_type = members.get("application_type", "web")
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        for uri in members.get(name, ()):
            try:
                check_registrable(uri, application_type)
            except InvalidRedirectUri as problem:
                raise InvalidRedirectUri(f"{name}: {uri[:80]} is not acceptable: {problem.description}") from None


def _grant_and_response_types_fit(members: Members, metadata: Mapping[str, object]) -> None:
    """RFC 7591 §2.1: who asks people has a place to go back to; who only asks for itself has none."""
    grant_types = members.get("grant_types", ("authorization_code",))
    if "authorization_code" in grant_types:
        if not members.get("response_types", ("code",)):
            raise InvalidClientMetadata("response_types must hold code, since grant_types holds authorization_code")
        if not members.get("redirect_uris"):
            raise InvalidRedirectUri("redirect_uris must name at least one address")
        return
    if not grant_types:
        raise InvalidClientMetadata("grant_types must name at least one")
    if members.get("response_types") or members.get("redirect_uris"):
        raise InvalidClientMetadata("response_types and redirect_uris are for grant_types with authorization_code")
    if "refresh_token" in grant_types and not set(OF_PEOPLE) & set(grant_types):
        raise InvalidClientMetadata(
            "refresh_token in grant_types needs authorization_code beside it, or another grant that a person gives"
        )
    members["response_types"] = ()


def _who_asks_for_itself_proves_itself(members: Members, metadata: Mapping[str, object]) -> None:
    """RFC 6749 §4.4, RFC 8693 §5; RFC 7523 §2.1: the assertion proves it."""
    grant_types = set(members.get("grant_types", ()))
    proved = grant_types & {"client_credentials", token_exchange.GRANT_TYPE}
    if proved and members.get("token_endpoint_auth_method") == "none":
        raise InvalidClientMetadata(f"{min(proved)} in grant_types needs a client that proves who it is")
    if trusted_issuers.GRANT_TYPE in grant_types and not members.get("trusted_issuers"):
        raise InvalidClientMetadata(f"{trusted_issuers.GRANT_TYPE} in grant_types needs trusted_issuers")


def _back_channel_is_described(members: Members, metadata: Mapping[str, object]) -> None:
    backchannel.check(members)


def _public_clients_use_pkce(members: Members, metadata: Mapping[str, object]) -> None:
    """RFC 9700 §2.1.1: without a secret, only PKCE ties the code to the client that asked for it."""
    if members.get("token_endpoint_auth_method") == "none" and not members.get("require_pkce", True):
        raise InvalidClientMetadata("require_pkce must be true where token_endpoint_auth_method is none")


def _keys_are_where_they_are_needed(members: Members, metadata: Mapping[str, object]) -> None:
    """RFC 7591 §2, OpenID Connect Registration §2."""
    if "jwks" in members and "jwks_uri" in members:
        raise InvalidClientMetadata("jwks and jwks_uri must not both be there")
    by_key = members.get("token_endpoint_auth_method") == "private_key_jwt"
    if by_key and "jwks" not in members and "jwks_uri" not in members:
        raise InvalidClientMetadata("token_endpoint_auth_method private_key_jwt needs jwks or jwks_uri")


def _a_secret_signs_its_own_way(members: Members, metadata: Mapping[str, object]) -> None:
    """OpenID Connect Core §9: an HMAC with the secret, a signature with the private key."""
    algorithm = members.get("token_endpoint_auth_signing_alg")
    by_secret = members.get("token_endpoint_auth_method") == SECRET_JWT
    if algorithm is not None and (algorithm in SECRET_ALGS) != by_secret:
        fitting = " or ".join(SECRET_ALGS if by_secret else CLIENT_ALGS)
        raise InvalidClientMetadata(
            f"token_endpoint_auth_signing_alg {algorithm} does not fit token_endpoint_auth_method: use {fitting}"
        )


def _certificates_have_a_name(members: Members, metadata: Mapping[str, object]) -> None:
    client_certificate.check(members)


def _what_is_encrypted_has_a_key(members: Members, metadata: Mapping[str, object]) -> None:
    encryption.check(members, metadata)


def _pairwise_has_a_sector(members: Members, metadata: Mapping[str, object]) -> None:
    """OpenID Connect Core §8.1: the host that names it is the app's own, and the same for all its addresses."""
    if members.get("subject_type") != "pairwise" or members.get("sector_identifier_uri"):
        return
    uris = [Uri.parse(uri) for uri in members.get("redirect_uris", ())]
    if len({uri.host for uri in uris}) != 1 or uris[0].host is None or uris[0].is_loopback:
        raise InvalidClientMetadata(
            "subject_type pairwise needs sector_identifier_uri, unless all redirect_uris share a host of the app's own"
        )


def _frames_show_the_app_itself(members: Members, metadata: Mapping[str, object]) -> None:
    if address := members.get(frontchannel_logout.MEMBER):
        frontchannel_logout.check_registrable(address, members.get("redirect_uris", ()))


def _optional_scopes_are_in_scope(members: Members, metadata: Mapping[str, object]) -> None:
    optional = Scope(members.get("optional_scopes", ()))
    if not optional <= members.get("scope", DEFAULT_SCOPE) or "openid" in optional:
        raise InvalidClientMetadata("optional_scopes may hold scopes of scope, and not openid")


def _sentences_are_of_own_scopes(members: Members, metadata: Mapping[str, object]) -> None:
    """What we hand out ourselves is worded here: no client calls a person's address something else."""
    own = members.get("scope", DEFAULT_SCOPE) - Scope((*SCOPE_CLAIMS, OPENID, OFFLINE_ACCESS))
    for key in members.get("scope_sentences", {}):
        name, hash_sign, tag = key.rpartition("#")
        if (name if hash_sign else key) not in own or (hash_sign and not is_language_tag(tag)):
            raise InvalidClientMetadata(
                "scope_sentences may hold scopes of scope that are the client's own, also with a language tag"
            )


def _no_promise_is_broken(members: Members, metadata: Mapping[str, object]) -> None:
    for name in PROMISES:
        if metadata.get(name):
            raise InvalidClientMetadata(f"{name} is not offered here; leave it out")


def _add_localized(members: Members, metadata: Mapping[str, object]) -> None:
    """RFC 7591 §2.2; tags are compared without regard to case (BCP 47 §2.1.1)."""
    localized: dict[str, str] = {}
    for full_name, value in metadata.items():
        name, hash_sign, tag = full_name.partition("#")
        if not hash_sign or name not in LOCALIZABLE:
            continue
        if not is_language_tag(tag):
            raise InvalidClientMetadata(f"{full_name[:80]} must end with a language tag, such as {name}#de")
        localized[f"{name}#{tag.lower()}"] = _read(f"{name}#{tag}", KINDS[name], value)
    if len(localized) > _MOST_LOCALIZED:
        raise InvalidClientMetadata(f"there are more than {_MOST_LOCALIZED} members with a language tag")
    members["localized"] = localized


def _add_allowed_origins(members: Members, metadata: Mapping[str, object]) -> None:
    """A public web client runs in the pages its redirects lead to; they must be able to read the tokens."""
    in_pages = members.get("token_endpoint_auth_method") == "none" and members.get("application_type", "web") == "web"
    if "allowed_origins" not in members and in_pages:
        redirect_uris = members.get("redirect_uris", ())
        members["allowed_origins"] = tuple(dict.fromkeys(Uri.parse(uri).origin for uri in redirect_uris))


def _profile_is_kept(members: Members, metadata: Mapping[str, object]) -> None:
    fapi.complete(members)


RULES: Final = (
    _profile_is_kept,
    _redirects_are_registrable,
    _grant_and_response_types_fit,
    _who_asks_for_itself_proves_itself,
    _back_channel_is_described,
    _public_clients_use_pkce,
    _keys_are_where_they_are_needed,
    _a_secret_signs_its_own_way,
    _certificates_have_a_name,
    _what_is_encrypted_has_a_key,
    _pairwise_has_a_sector,
    _frames_show_the_app_itself,
    _optional_scopes_are_in_scope,
    _sentences_are_of_own_scopes,
    _no_promise_is_broken,
    _add_localized,
    _add_allowed_origins,
)
"""What the members may be together, in this order."""
