"""The members of a registration that we know, and what each may hold by itself (RFC 7591 §2)."""

from collections.abc import Mapping
from typing import Final

from idp.protocol import (
    backchannel,
    client_certificate,
    device_flow,
    encryption,
    fapi,
    token_exchange,
    trusted_issuers,
)
from idp.protocol import member_kinds as kinds
from idp.protocol.claims import SCOPE_CLAIMS
from idp.protocol.scope import Scope

DEFAULT_SCOPE: Final = Scope(("openid", "profile", "email"))
GRANT_TYPES: Final = (
    *("authorization_code", "refresh_token", "client_credentials"),
    *(token_exchange.GRANT_TYPE, trusted_issuers.GRANT_TYPE),
    *(device_flow.GRANT_TYPE, backchannel.GRANT_TYPE),
)
OF_PEOPLE: Final = ("authorization_code", device_flow.GRANT_TYPE, backchannel.GRANT_TYPE)
"""Grant types by which a person lets the app in, and it may go on refreshing."""
SECRET_METHODS: Final = ("client_secret_basic", "client_secret_post")
SECRET_JWT: Final = "client_secret_jwt"
AUTH_METHODS: Final = (*SECRET_METHODS, SECRET_JWT, "private_key_jwt", *client_certificate.METHODS, "none")
CLIENT_ALGS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""What clients may sign with that have a key of their own."""
SECRET_ALGS: Final = ("HS256",)
"""What their secret signs with: it has 43 characters, and longer digests want longer keys (RFC 7518 §3.2)."""
SIGNING_ALGS: Final = ("RS256", "ES256", "EdDSA")

KINDS: Final[Mapping[str, kinds.Kind]] = {
    "client_name": kinds.name,
    "redirect_uris": kinds.uris,
    "post_logout_redirect_uris": kinds.uris,
    "grant_types": kinds.some_of(*GRANT_TYPES),
    "response_types": kinds.some_of("code"),
    "token_endpoint_auth_method": kinds.one_of(*AUTH_METHODS),
    "token_endpoint_auth_signing_alg": kinds.one_of(*CLIENT_ALGS, *SECRET_ALGS),
    "jwks": kinds.key_set,
    "jwks_uri": kinds.web_address,
    "application_type": kinds.one_of("web", "native"),
    "scope": kinds.scope,
    "sector_identifier_uri": kinds.web_address,
    "subject_type": kinds.one_of("public", "pairwise"),
    "id_token_signed_response_alg": kinds.one_of(*SIGNING_ALGS),
    "userinfo_signed_response_alg": kinds.one_of(*SIGNING_ALGS),
    "introspection_signed_response_alg": kinds.one_of(*SIGNING_ALGS),
    **encryption.KINDS,
    "default_max_age": kinds.seconds,
    "require_auth_time": kinds.flag,
    "default_acr_values": kinds.texts,
    "client_uri": kinds.web_address,
    "logo_uri": kinds.web_address,
    "policy_uri": kinds.web_address,
    "tos_uri": kinds.web_address,
    "initiate_login_uri": kinds.web_address,
    "backchannel_logout_uri": kinds.web_address,
    "backchannel_logout_session_required": kinds.flag,
    "frontchannel_logout_uri": kinds.web_address,
    "frontchannel_logout_session_required": kinds.flag,
    "backchannel_token_delivery_mode": kinds.one_of(*backchannel.DELIVERY_MODES),
    "backchannel_client_notification_endpoint": kinds.web_address,
    "backchannel_authentication_request_signing_alg": kinds.one_of(*CLIENT_ALGS),
    "contacts": kinds.texts,
    "software_id": kinds.text,
    "software_version": kinds.text,
    **client_certificate.KINDS,
    client_certificate.BOUND: kinds.flag,
    "profile": kinds.one_of("", *fapi.PROFILES),
    "require_pkce": kinds.flag,
    "require_pushed_authorization_requests": kinds.flag,
    "dpop_bound_access_tokens": kinds.flag,
    "authorization_signed_response_alg": kinds.one_of(*SIGNING_ALGS),
    "request_object_signing_alg": kinds.one_of(*CLIENT_ALGS),
    "require_signed_request_object": kinds.flag,
    "request_uris": kinds.documents,
    "require_second_factor": kinds.flag,
    "first_party": kinds.flag,
    "reviewed": kinds.flag,
    "id_token_claims": kinds.some_of(*SCOPE_CLAIMS),
    "optional_scopes": kinds.texts,
    "scope_sentences": kinds.sentences,
    "access_token_format": kinds.one_of("opaque", "jwt"),
    "access_token_lifetime": kinds.lifetime,
    "id_token_lifetime": kinds.lifetime,
    "unknown_scope": kinds.one_of("drop", "refuse"),
    "resources": kinds.texts,
    "authorization_details_types": kinds.texts,
    "trusted_issuers": trusted_issuers.kind,
    "exchange_from": kinds.texts,
    "exchange_to": kinds.texts,
    "exchange_impersonates": kinds.flag,
    "allowed_origins": kinds.origins,
}
"""The members we know, and what each may hold by itself."""

LOCALIZABLE: Final = frozenset({"client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri"})
"""RFC 7591 §2.2: the members that may also come with a language tag."""

PROMISES: Final = ("backchannel_user_code_parameter",)
"""Protections we cannot give yet: to ignore them, as RFC 7591 §2 allows, would leave the client believing in them."""
