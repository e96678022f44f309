"""What an app may say of itself when nobody looks (RFC 7591, OpenID Connect Registration), and what becomes of it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Final

from idp.protocol import backchannel, client_certificate, device_flow
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidClientMetadata, InvalidRedirectUri, InvalidScope
from idp.protocol.scope import Scope
from idp.protocol.strict_json import BadJson, read_array
from idp.protocol.uri import BadUri, Uri

MAY_SAY: Final = frozenset(
    """
    client_name redirect_uris post_logout_redirect_uris grant_types response_types application_type scope contacts
    client_uri logo_uri policy_uri tos_uri jwks jwks_uri software_id software_version
    token_endpoint_auth_method token_endpoint_auth_signing_alg subject_type sector_identifier_uri
    id_token_signed_response_alg id_token_encrypted_response_alg id_token_encrypted_response_enc
    userinfo_signed_response_alg userinfo_encrypted_response_alg userinfo_encrypted_response_enc
    authorization_signed_response_alg authorization_encrypted_response_alg authorization_encrypted_response_enc
    introspection_signed_response_alg introspection_encrypted_response_alg introspection_encrypted_response_enc
    request_object_signing_alg request_object_encryption_alg request_object_encryption_enc request_uris
    require_signed_request_object require_pushed_authorization_requests dpop_bound_access_tokens
    tls_client_auth_subject_dn tls_client_auth_san_dns tls_client_auth_san_uri tls_client_auth_san_ip
    tls_client_auth_san_email tls_client_certificate_bound_access_tokens authorization_details_types
    default_max_age require_auth_time default_acr_values initiate_login_uri
    backchannel_logout_uri backchannel_logout_session_required
    frontchannel_logout_uri frontchannel_logout_session_required
    backchannel_token_delivery_mode backchannel_client_notification_endpoint
    backchannel_authentication_request_signing_alg backchannel_user_code_parameter
    id_token_claims optional_scopes access_token_format unknown_scope
    """.split()  # noqa: SIM905 (words are read, quotes are not)
)
"""Everything else is the operator's to say (first_party, reviewed, require_second_factor …): a new member is, until it
stands here. It is ignored, as RFC 7591 §2 has it, and the answer shows what counts."""

MANAGED: Final = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)
"""RFC 7592 §2.2: what an update must not name."""

TRUST: Final = ("reviewed", "first_party")
"""What was said of the app as it was then, and not of what it makes of itself."""

_DETAILS: Final = "authorization_details_types"
BY_OWN_KEY: Final = ("private_key_jwt", client_certificate.SELF_SIGNED)

LARGEST_SECTOR: Final = 64 * 1024
"""Bytes of the list behind a sector_identifier_uri."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an app that registers itself may become: these scopes and grant types, answers at these hosts alone ("" for
    none: any; `.example.com` for all below), PKCE or the choice, and these types of authorization details: each opens
    the API that knows it (RFC 9396 §10).
    """

    scopes: Scope
    grant_types: tuple[str, ...]
    redirect_hosts: tuple[str, ...] = ()
    require_pkce: bool = True
    details: tuple[str, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self) | {"scopes": str(self.scopes)})

    @classmethod
    def from_json(cls, text: str) -> "Policy":
        """What `to_json` wrote."""
        said = json.loads(text)
        listed = {name: tuple(said.get(name, ())) for name in ("grant_types", "redirect_hosts", "details")}
        return cls(Scope(said["scopes"].split()), **listed, require_pkce=said["require_pkce"])


def registered(said: Mapping[str, object], policy: Policy) -> ClientMetadata:
    """What this registration comes to within the policy; nobody has looked at the app.

    RFC 7591 §3.2.1: what is too much of a list is left out, if something stays. Raises `InvalidRedirectUri` or
    `InvalidClientMetadata`, naming the member and what to mend.
    """
    metadata = ClientMetadata.register(_within(_heard(said), policy))
    _insist_on_hosts(metadata, policy)
    _insist_on_own_sector(metadata)
    return metadata


def updated(former: ClientMetadata, said: Mapping[str, object], policy: Policy) -> ClientMetadata:
    """RFC 7592 §2.2: the whole registration anew, save what an operator set. Who looked at it has to look again."""
    metadata = registered(said, policy)
    kept = {name: getattr(former, name) for name in OPERATORS}
    as_it_was = replace(metadata, **kept, **{name: getattr(former, name) for name in TRUST})
    return as_it_was if as_it_was == former else replace(metadata, **kept)


def shown(metadata: ClientMetadata) -> dict[str, object]:
    """RFC 7591 §3.2.1: everything that was registered, under the names of the registration."""
    members = {name: getattr(metadata, name) for name in SHOWN if _means_something(name, metadata)}
    said = {name: value for name, value in members.items() if name in ALWAYS or value not in (None, "", (), {})}
    return said | {"scope": str(metadata.scope), **metadata.localized}


def _means_something(name: str, metadata: ClientMetadata) -> bool:
    """How to encrypt is nothing to say where nothing is encrypted, and may not be said alone."""
    return not name.endswith("_enc") or bool(getattr(metadata, f"{name.removesuffix('_enc')}_alg"))


def check_sector(document: str, metadata: ClientMetadata) -> None:
    """OpenID Connect Registration §5: the list behind sector_identifier_uri names all addresses of the app; of one that
    people let in elsewhere also where its keys are (CIBA Core §4).

    Raises `InvalidClientMetadata`.
    """
    keys = (metadata.jwks_uri,) if _is_let_in_elsewhere(metadata) else ()
    try:
        listed = read_array(document, LARGEST_SECTOR)
    except BadJson as problem:
        raise InvalidClientMetadata(f"sector_identifier_uri: what stands there {problem}") from None
    for uri in (*metadata.redirect_uris, *keys):
        if uri not in listed:
            raise InvalidClientMetadata(f"sector_identifier_uri: the list there does not hold {uri[:80]}")


def _heard(said: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in said.items() if name.partition("#")[0] in MAY_SAY and value is not None}


def _within(said: dict[str, object], policy: Policy) -> dict[str, object]:
    """With the defaults of a machine: RFC 7591 §2 names the first two."""
    wished = {"grant_types": ["authorization_code"], "token_endpoint_auth_method": "client_secret_basic", **said}
    wished.setdefault("application_type", _application_type(said.get("redirect_uris")))
    wished.setdefault("id_token_claims", [])
    details = {name: _some(said[name], policy.details, name) for name in (_DETAILS,) if name in said}
    is_public = wished["token_endpoint_auth_method"] == "none"
    return wished | {
        "grant_types": _some(wished["grant_types"], policy.grant_types, "grant_types"),
        "response_types": _code_alone(wished.get("response_types")),
        "scope": _scope(wished.get("scope"), policy),
        "require_pkce": is_public or policy.require_pkce,
        **details,
        "reviewed": False,
    }


def _some(value: object, allowed: tuple[str, ...], name: str) -> object:
    """What has another shape is told so by its kind."""
    if not isinstance(value, list | tuple):
        return value
    kept = [word for word in value if word in allowed]
    if value and not kept:
        raise InvalidClientMetadata(f"{name} may hold {', '.join(allowed) or 'nothing here'}")
    return kept


def _code_alone(value: object) -> object:
    """An app that could also do without a code is asked to do with it."""
    return ["code"] if isinstance(value, list | tuple) and "code" in value else value


def _scope(value: object, policy: Policy) -> object:
    """OpenID Connect knows no scope in a registration: who names none may ask for all there is."""
    if value is None:
        return str(policy.scopes)
    if not isinstance(value, str):
        return value
    try:
        kept = Scope.parse(value) & policy.scopes
    except InvalidScope as problem:
        raise InvalidClientMetadata(f"scope is not a scope: {problem.description}") from None
    if not kept:
        raise InvalidClientMetadata(f"scope may hold {policy.scopes}")
    return str(kept)


def _application_type(redirect_uris: object) -> str:
    """RFC 8252 §7: an app whose addresses all lead to the person's own machine runs there, whether it says so or not.

    OAuth knows no application_type, and such apps listen at any port.
    """
    if not isinstance(redirect_uris, list | tuple) or not redirect_uris:
        return "web"
    return "native" if all(isinstance(uri, str) and _stays_here(uri) for uri in redirect_uris) else "web"


def _stays_here(uri: str) -> bool:
    try:
        parsed = Uri.parse(uri)
    except BadUri:
        return False
    return parsed.scheme not in ("https", "http") or (parsed.scheme == "http" and parsed.is_loopback)


def _insist_on_hosts(metadata: ClientMetadata, policy: Policy) -> None:
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        for uri in getattr(metadata, name):
            if policy.redirect_hosts and not is_among(Uri.parse(uri).host, policy.redirect_hosts):
                raise InvalidRedirectUri(f"{name}: {uri[:80]} is at none of {', '.join(policy.redirect_hosts)[:120]}")


def _insist_on_own_sector(metadata: ClientMetadata) -> None:
    """CIBA Core §4. An app that people let in elsewhere gets its tokens at no address: it could register those of any
    other app, and know people by the names that are for that one. Its key says whose it is.
    """
    by_own_key = metadata.jwks_uri and metadata.token_endpoint_auth_method in BY_OWN_KEY
    if _is_let_in_elsewhere(metadata) and not (by_own_key and metadata.sector_identifier_uri):
        raise InvalidClientMetadata(
            "subject_type pairwise needs sector_identifier_uri, whose list holds jwks_uri, and "
            f"token_endpoint_auth_method {' or '.join(BY_OWN_KEY)} where grant_types hold more than authorization_code"
        )


def _is_let_in_elsewhere(metadata: ClientMetadata) -> bool:
    elsewhere = {device_flow.GRANT_TYPE, backchannel.GRANT_TYPE}
    return metadata.subject_type == "pairwise" and bool(elsewhere & set(metadata.grant_types))


def is_among(host: str | None, hosts: tuple[str, ...]) -> bool:
    """Whether the host is one of them, or below one that begins with a dot."""
    return host is not None and any(host == each or (each.startswith(".") and host.endswith(each)) for each in hosts)


SHOWN: Final = tuple(
    member.name for member in fields(ClientMetadata) if member.name in MAY_SAY | {"require_pkce"} - {"scope"}
)
ALWAYS: Final = frozenset({"redirect_uris", "grant_types", "response_types"})
OPERATORS: Final = tuple(
    member.name
    for member in fields(ClientMetadata)
    if member.name not in MAY_SAY | {"require_pkce", "localized", "allowed_origins", *TRUST}
)
"""What an update leaves as the operator set it."""
