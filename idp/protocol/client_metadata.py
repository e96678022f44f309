"""What is registered about an app (RFC 7591 §2, OpenID Connect Registration §2), as one frozen value."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Literal

from idp.protocol import (
    client_certificate,
    client_members,
    client_registration,
    encryption,
    fapi,
    locales,
    redirect_uri,
)
from idp.protocol.scope import Scope
from idp.protocol.uri import Uri

AuthMethod = Literal[
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
    "none",
]


@dataclass(frozen=True, slots=True)
class ClientMetadata:
    """Every member has passed the rules of `client_registration`: make one with `register` or `from_json`.

    Absent text is the empty string. `token_endpoint_auth_method` is None where the client did not pin one:
    then it may use client_secret_basic or client_secret_post.
    """

    client_name: str = ""
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    grant_types: tuple[str, ...] = ("authorization_code",)
    response_types: tuple[str, ...] = ("code",)
    token_endpoint_auth_method: AuthMethod | None = None
    token_endpoint_auth_signing_alg: Literal["RS256", "PS256", "ES256", "EdDSA"] | None = None
    """None where any of those will do."""
    jwks: Mapping[str, Any] = field(default_factory=dict)
    jwks_uri: str = ""
    application_type: Literal["web", "native"] = "web"
    scope: Scope = client_members.DEFAULT_SCOPE
    subject_type: Literal["public", "pairwise"] = "public"
    sector_identifier_uri: str = ""
    id_token_signed_response_alg: Literal["RS256", "ES256", "EdDSA"] = "RS256"
    id_token_encrypted_response_alg: str = ""
    """"" where it is not encrypted, here and below."""
    id_token_encrypted_response_enc: str = encryption.DEFAULT_ENC
    userinfo_signed_response_alg: Literal["RS256", "ES256", "EdDSA"] | None = None
    """None for JSON that nobody signed."""
    userinfo_encrypted_response_alg: str = ""
    userinfo_encrypted_response_enc: str = encryption.DEFAULT_ENC
    authorization_encrypted_response_alg: str = ""
    authorization_encrypted_response_enc: str = encryption.DEFAULT_ENC
    introspection_signed_response_alg: Literal["RS256", "ES256", "EdDSA"] = "RS256"
    request_object_encryption_alg: str = ""
    request_object_encryption_enc: str = encryption.DEFAULT_ENC
    introspection_encrypted_response_alg: str = ""
    introspection_encrypted_response_enc: str = encryption.DEFAULT_ENC
    authorization_signed_response_alg: Literal["RS256", "ES256", "EdDSA"] = "RS256"
    request_object_signing_alg: Literal["RS256", "PS256", "ES256", "EdDSA"] | None = None
    require_signed_request_object: bool = False
    request_uris: tuple[str, ...] = ()
    default_max_age: int | None = None
    require_auth_time: bool = False
    default_acr_values: tuple[str, ...] = ()
    client_uri: str = ""
    logo_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""
    initiate_login_uri: str = ""
    backchannel_logout_uri: str = ""
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str = ""
    frontchannel_logout_session_required: bool = False
    """Kept as registered: `iss` and `sid` are always there."""
    backchannel_token_delivery_mode: Literal["poll", "ping"] | None = None
    """Of an app with the grant type of OpenID CIBA Core 1.0 alone, as the two below."""
    backchannel_client_notification_endpoint: str = ""
    backchannel_authentication_request_signing_alg: Literal["RS256", "PS256", "ES256", "EdDSA"] | None = None
    """None where it does not sign what it asks there; else it always does."""
    contacts: tuple[str, ...] = ()
    software_id: str = ""
    software_version: str = ""
    localized: Mapping[str, str] = field(default_factory=dict)
    """The members with a language tag, in lower case: `client_name#de` (RFC 7591 §2.2)."""
    published_at: str = ""
    """The address of the document that says all this, of an app that publishes one: who it is, in one word."""

    tls_client_auth_subject_dn: str = ""
    """RFC 8705 §2.1.2: the one name of its certificate, here or in one of the next four."""
    tls_client_auth_san_dns: str = ""
    tls_client_auth_san_uri: str = ""
    tls_client_auth_san_ip: str = ""
    tls_client_auth_san_email: str = ""
    tls_client_certificate_bound_access_tokens: bool = False
    profile: Literal["", "fapi2", "fapi2-message-signing"] = ""
    """All of FAPI 2.0, or none of it."""
    require_pkce: bool = True
    require_pushed_authorization_requests: bool = False
    dpop_bound_access_tokens: bool = False
    require_second_factor: bool = False
    """Nobody comes in with one proof alone; whoever has no second factor yet sets one up on the way."""
    first_party: bool = False
    """Run by the same people as this provider: not asked for consent."""
    reviewed: bool = True
    """Somebody here looked at it; pages warn about apps nobody looked at."""
    id_token_claims: tuple[str, ...] = ("profile", "email")
    """Scopes whose claims also go into the ID token."""
    optional_scopes: tuple[str, ...] = ()
    """Scopes the person may leave out when agreeing."""
    scope_sentences: Mapping[str, str] = field(default_factory=dict)
    """For scopes of the client's own: what people read when they are asked, `orders.read`, `orders.read#de`."""
    access_token_format: Literal["opaque", "jwt"] = "opaque"
    access_token_lifetime: int | None = None
    """Seconds; None, and whatever is longer than the settings have it, for as long as these say. The next one too."""
    id_token_lifetime: int | None = None
    unknown_scope: Literal["drop", "refuse"] = "drop"
    """What becomes of scopes the client may not ask for."""
    resources: tuple[str, ...] = ()
    """The APIs it may ask tokens for, besides those open to all (RFC 8707)."""
    authorization_details_types: tuple[str, ...] = ()
    """The types of authorization details it may use (RFC 9396 §10)."""
    trusted_issuers: tuple[Mapping[str, Any], ...] = ()
    """Whose signed word about which subject it may bring instead of credentials (RFC 7523 §2.1)."""
    exchange_from: tuple[str, ...] = ()
    """The client_ids of other apps whose people's tokens it may exchange (RFC 8693)."""
    exchange_to: tuple[str, ...] = ()
    """Whom it may get tokens for by exchange: addresses or names."""
    exchange_impersonates: bool = False
    """It need not stand in such a token as whoever acts."""
    allowed_origins: tuple[str, ...] = ()
    """Origins whose pages may read the token endpoint's answers (CORS)."""

    @classmethod
    def register(cls, metadata: Mapping[str, object]) -> "ClientMetadata":
        """What this registration comes to, defaults filled in; members we do not know are ignored (RFC 7591 §2).

        Raises `InvalidRedirectUri` or `InvalidClientMetadata`, naming the member and what to mend.
        """
        return cls(**client_registration.checked(metadata))

    @staticmethod
    def unknown(metadata: Mapping[str, object]) -> tuple[str, ...]:
        """The members `register` would ignore: where a person writes the file, most likely a slip of the pen."""
        return tuple(name for name in metadata if name.partition("#")[0] not in client_members.KINDS)

    def to_json(self) -> str:
        """For the store: every member with its value, so that a default that changes later changes no client."""
        members = asdict(self) | {"scope": str(self.scope)}
        return json.dumps(members)

    @classmethod
    def from_json(cls, text: str) -> "ClientMetadata":
        """What `to_json` wrote, by this version or an earlier one."""
        members = {name: _frozen(value) for name, value in json.loads(text).items() if name in MEMBERS}
        return cls(**members | {"scope": Scope(members["scope"].split())})

    def members(self) -> dict[str, Any]:
        """The registration this is, member by member as RFC 7591 writes them, without what goes without saying:
        `register` comes to the same again.
        """
        silent, said = ClientMetadata(), json.loads(self.to_json())
        told = [name for name in said if getattr(self, name) != getattr(silent, name)]
        return {name: said[name] for name in told if name != "localized"} | dict(self.localized)

    @property
    def public(self) -> bool:
        """RFC 6749 §2.1: it can keep no secret."""
        return self.token_endpoint_auth_method == "none"

    @property
    def sector(self) -> str:
        """Core §8.1: the host that stands for all apps which know a person by the same pairwise `sub`."""
        return Uri.parse(self.sector_identifier_uri or self.redirect_uris[0]).host or ""

    @property
    def has_secret(self) -> bool:
        """It proves who it is by a secret that both sides know."""
        return self.token_endpoint_auth_method in (None, *client_members.SECRET_METHODS, client_members.SECRET_JWT)

    @property
    def signs_with_secret(self) -> bool:
        """Its secret is never sent, and we must know it to verify what it signed (Core §9, client_secret_jwt)."""
        return self.token_endpoint_auth_method == client_members.SECRET_JWT

    @property
    def auth_methods(self) -> tuple[str, ...]:
        """The methods it may authenticate with at the token endpoint."""
        pinned = self.token_endpoint_auth_method
        return (pinned,) if pinned else client_members.SECRET_METHODS

    def algs_of(self, pinned: str | None) -> tuple[str, ...]:
        """What it may sign with: what it pinned for this, else all that its profile allows."""
        return (pinned,) if pinned else fapi.ALGS if self.profile else client_members.CLIENT_ALGS

    @property
    def certificate_names(self) -> dict[str, str]:
        """The one name by which its certificate is known, as it was registered (RFC 8705 §2.1.2)."""
        return {name: value for name in client_certificate.NAMES if (value := getattr(self, name))}

    def encryption_of(self, answer: str) -> tuple[str, str]:
        """`alg` and `enc` for one of `encryption.ANSWERS`; "" as `alg` where it is not encrypted."""
        name = f"{answer}_encrypted_response"
        return getattr(self, f"{name}_alg"), getattr(self, f"{name}_enc")

    def accepts_redirect(self, presented: str) -> bool:
        """Whether an authorization answer may go there."""
        return redirect_uri.matches(self.redirect_uris, presented, self.application_type == "native")

    def accepts_post_logout_redirect(self, presented: str) -> bool:
        """RP-Initiated Logout 1.0 §3.1: whether a person who signed out may go there. Exact, ports included."""
        return presented in self.post_logout_redirect_uris

    def localized_text(self, member: str, locale: str) -> str:
        """`client_name`, `policy_uri` … in this language, else as registered without one."""
        prefix = f"{member}#"
        tagged = {name.removeprefix(prefix): text for name, text in self.localized.items() if name.startswith(prefix)}
        return locales.best(tagged, locale) or str(getattr(self, member))

    def sentences(self, locale: str) -> dict[str, str]:
        """The sentence of each scope that has one, in this language, else as registered without one."""
        found: dict[str, str] = {}
        for scope in self.scope:
            prefix = f"{scope}#"
            tagged = {
                name.removeprefix(prefix): said
                for name, said in self.scope_sentences.items()
                if name.startswith(prefix)
            }
            if said := locales.best(tagged, locale) or self.scope_sentences.get(scope):
                found[scope] = said
        return found

    def localized_name(self, locale: str) -> str:
        """`client_name` in this language; empty where the app has none."""
        return self.localized_text("client_name", locale)


MEMBERS: Final = frozenset(member.name for member in fields(ClientMetadata))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
