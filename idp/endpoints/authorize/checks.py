"""Who asks, and what: an authorization request becomes a value, or an error. Read CHECKS from top to bottom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from idp.issuance.subject import person_behind
from idp.protocol import acr, authorization_details, dpop, fapi, hints, resource, response_mode
from idp.protocol.authorization_request import AuthorizationRequest, ReplyTo
from idp.protocol.claims import ClaimsRequest
from idp.protocol.errors import (
    InvalidClient,
    InvalidRedirectUri,
    InvalidRequest,
    InvalidScope,
    LoginRequired,
    OAuthError,
    RegistrationNotSupported,
    UnauthorizedClient,
    UnmetAuthenticationRequirements,
)
from idp.protocol.locales import parse_locales
from idp.protocol.max_age import parse_max_age
from idp.protocol.parameters import Parameters
from idp.protocol.pkce import Challenge
from idp.protocol.prompt import NONE, Prompt
from idp.protocol.resource import Apis
from idp.protocol.response_type import parse_response_type
from idp.protocol.scope import NOTHING, Scope
from idp.signing.ring import BadToken, KeyRing
from idp.store.clients import Client, KnownClients

LONGEST_STATE: Final = 2048
LONGEST_NONCE: Final = 512
NOT_REGISTERED: Final = "redirect_uri is not registered for this app: it must be the same, character by character"
AUTHORIZE, PUSHED, DEVICE, BACKCHANNEL = "A", "P", "D", "B"


class Unanswerable(Exception):
    """There is no place this answer may be sent to: people see a page, nobody is redirected (RFC 6749 §4.1.2.1).

    `client_id` is given only when that much of the request was true.
    """

    def __init__(self, error: OAuthError, client_id: str | None = None) -> None:
        super().__init__(error.description)
        self.error = error
        self.client_id = client_id


@dataclass(frozen=True, slots=True)
class Asked:
    """What the checks look at. `prompts` are the values of prompt that are offered here; `is_signed` says that the app
    signed all of it (RFC 9101); `apis` are those that tokens can be for (RFC 8707).
    """

    parameters: Parameters
    client: Client
    ring: KeyRing
    issuer: str
    prompts: tuple[str, ...]
    now: int
    is_signed: bool = False
    apis: Apis = field(default_factory=dict)


def who_asks(parameters: Parameters, clients: KnownClients, now: int) -> tuple[Client, ReplyTo]:
    """The registered client and the one place its answer may go. Unanswerable when either does not hold."""
    try:
        client_id, redirect_uri = parameters.get("client_id"), parameters.get("redirect_uri")
    except InvalidRequest as error:
        raise Unanswerable(error) from None
    if client_id is None:
        raise Unanswerable(InvalidRequest("client_id is missing"))
    client = clients.find(client_id, now)
    if client is None:
        raise Unanswerable(InvalidClient(clients.why_not(client_id, now)))
    if redirect_uri is None:
        raise Unanswerable(InvalidRequest("redirect_uri is missing"), client_id)
    if not client.metadata.accepts_redirect(redirect_uri):
        raise Unanswerable(InvalidRedirectUri(NOT_REGISTERED), client_id)
    return client, ReplyTo(redirect_uri, _mode_of_reply(parameters), _state_of_reply(parameters))


def who_pushes(parameters: Parameters, client: Client, own: str | None = None) -> ReplyTo:
    """The one place the answer may go to (RFC 9126 §2.1); the client is proved already. InvalidRequest otherwise.

    `own` is an address of ours, where this server itself asks in the name of the app (web.rehearsal).
    """
    redirect_uri = parameters.require("redirect_uri")
    if redirect_uri != own and not client.metadata.accepts_redirect(redirect_uri):
        raise InvalidRequest(NOT_REGISTERED)
    return ReplyTo(redirect_uri, _mode_of_reply(parameters), _state_of_reply(parameters))


def what_is_asked(asked: Asked, reply_to: ReplyTo, endpoint: str = AUTHORIZE) -> AuthorizationRequest:
    """The whole request, checked as this endpoint checks. An OAuthError goes back to the app."""
    asked.parameters.refuse_duplicates()
    checked: dict[str, Any] = {}
    for check, endpoints in CHECKS:
        if endpoint in endpoints:
            checked |= check(asked)
    return AuthorizationRequest(client_id=asked.client.client_id, reply_to=reply_to, **checked)


def nothing_unsupported(asked: Asked) -> Mapping[str, object]:
    """OpenID Connect Core §7.2.1."""
    if "registration" in asked.parameters:
        raise RegistrationNotSupported("the parameter registration is not supported; register the client first")
    return {}


def profile_is_kept(asked: Asked) -> Mapping[str, object]:
    """FAPI 2.0: all that a pushed request lacks, in one error."""
    fapi.check_request(asked.parameters, asked.client.metadata.profile, is_pushed=True, is_signed=asked.is_signed)
    return {}


def profile_is_pushed(asked: Asked) -> Mapping[str, object]:
    """The same for one that was not pushed, as it should have been."""
    fapi.check_request(asked.parameters, asked.client.metadata.profile, is_pushed=False, is_signed=asked.is_signed)
    return {}


def pushed_where_required(asked: Asked) -> Mapping[str, object]:
    """RFC 9126 §5: what such a client sends through the browser could be anybody's."""
    if asked.client.metadata.require_pushed_authorization_requests:
        raise InvalidRequest("this client must push its requests first and send their request_uri (RFC 9126)")
    return {}


def signed_where_required(asked: Asked) -> Mapping[str, object]:
    """RFC 9101 §10.5: what such a client does not sign could be anybody's."""
    if asked.client.metadata.require_signed_request_object and not asked.is_signed:
        raise InvalidRequest("this client must sign its requests and send them as request (RFC 9101)")
    return {}


def response_type_is_offered(asked: Asked) -> Mapping[str, object]:
    """RFC 6749 §3.1.1."""
    if parse_response_type(asked.parameters.get("response_type")) not in asked.client.metadata.response_types:
        raise UnauthorizedClient("the registration of this client does not name response_type code")
    if "authorization_code" not in asked.client.metadata.grant_types:
        raise UnauthorizedClient("the registration of this client does not name grant_type authorization_code")
    return {}


def response_mode_fits(asked: Asked) -> Mapping[str, object]:
    """OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode. ReplyTo holds it already."""
    response_mode.parse_response_mode(asked.parameters.get("response_mode"))
    return {}


def state_and_nonce_are_bounded(asked: Asked) -> Mapping[str, object]:
    """Core §3.1.2.1. They come back exactly as sent, so they may not be endless."""
    asked.parameters.get("state", LONGEST_STATE)
    return {"nonce": asked.parameters.get("nonce", LONGEST_NONCE)}


def scope_is_allowed(asked: Asked) -> Mapping[str, object]:
    """RFC 6749 §3.3: what the client may not ask for is dropped, or refused, as its registration says."""
    metadata = asked.client.metadata
    in_detail = "authorization_details" in asked.parameters  # RFC 9396 §3: then scope may be missing
    wanted = Scope.parse(asked.parameters.get("scope")) or (NOTHING if in_detail else metadata.scope)
    surplus = wanted - metadata.scope
    if surplus and metadata.unknown_scope == "refuse":
        raise InvalidScope(f"this client may not ask for {surplus}")
    allowed = wanted & metadata.scope
    if not allowed and not in_detail:
        raise InvalidScope(f"nothing in scope is allowed for this client; it may ask for {metadata.scope}")
    return {"scope": allowed}


def prompt_makes_sense(asked: Asked) -> Mapping[str, object]:
    """Core §3.1.2.1."""
    return {"prompt": Prompt.parse(asked.parameters.get("prompt"), asked.prompts)}


def max_age_is_a_number(asked: Asked) -> Mapping[str, object]:
    """Core §3.1.2.1; the registration may set one for every request (Registration §2)."""
    max_age = parse_max_age(asked.parameters.get("max_age"))
    return {"max_age": asked.client.metadata.default_max_age if max_age is None else max_age}


def challenge_is_s256(asked: Asked) -> Mapping[str, object]:
    """RFC 7636 §4.3, RFC 9700 §2.1.1: never plain; public clients always, others as registered."""
    challenge = Challenge.of(asked.parameters.get("code_challenge"), asked.parameters.get("code_challenge_method"))
    if challenge is None and (asked.client.metadata.public or asked.client.metadata.require_pkce):
        raise InvalidRequest("code_challenge is missing: this client must use PKCE with S256 (RFC 7636)")
    return {"code_challenge": challenge}


def key_is_named(asked: Asked) -> Mapping[str, object]:
    """RFC 9449 §10: the code will be good for whoever holds this key."""
    return {"dpop_jkt": dpop.parse_thumbprint(asked.parameters.get("dpop_jkt"))}


def claims_are_json(asked: Asked) -> Mapping[str, object]:
    """Core §5.5, §5.5.1.1: an essential acr that nobody can reach is refused before anybody signs in."""
    claims = ClaimsRequest.parse(asked.parameters.get("claims"))
    wanted = claims.id_token.get("acr")
    if wanted and wanted.essential and not any(acr.meets(offered, wanted.values) for offered in acr.OFFERED):
        raise UnmetAuthenticationRequirements(f"acr can be one of {' '.join(acr.OFFERED)}")
    return {"claims": claims.within(asked.client.metadata.scope)}


def hint_names_a_person(asked: Asked) -> Mapping[str, object]:
    """Core §3.1.2.1 id_token_hint: an ID token of ours for this client, expired or not. It proves nobody's presence."""
    claims = ClaimsRequest.parse(asked.parameters.get("claims"))
    hint = asked.parameters.get("id_token_hint")
    if hint is None:
        return {"hinted_subject": _person(claims.subject, asked)}
    try:
        told = asked.ring.verify(hint, asked.now, typ=("JWT",), allow_expired=True)
    except BadToken:
        told = {}
    subject = told.get("sub")  # none is in other JWTs that we sign for the client (JARM)
    if told.get("iss") != asked.issuer or told.get("aud") != asked.client.client_id or not isinstance(subject, str):
        if NONE in Prompt.parse(asked.parameters.get("prompt")):
            raise LoginRequired("id_token_hint is not an ID token for this client, or its key is long gone")
        return {"hinted_subject": _person(claims.subject, asked)}
    if claims.subject not in (None, subject):
        raise InvalidRequest("id_token_hint and the sub in claims name different people")
    return {"hinted_subject": _person(subject, asked)}


def _person(subject: str | None, asked: Asked) -> str | None:
    """Core §8: whom this app knows so."""
    return None if subject is None else person_behind(subject, asked.client.metadata)


def resources_are_known(asked: Asked) -> Mapping[str, object]:
    """RFC 8707 §2.1."""
    wanted = resource.wanted(asked.parameters)
    resource.check_allowed(wanted, asked.client.metadata, asked.apis, asked.issuer)
    return {"resources": wanted}


def details_are_understood(asked: Asked) -> Mapping[str, object]:
    """RFC 9396 §5. They are for the APIs that know them, whether or not these are named as resources too (§3)."""
    kinds = resource.kinds_of(asked.apis)
    types = asked.client.metadata.authorization_details_types
    details = authorization_details.parse(asked.parameters.get("authorization_details"), kinds, types)
    if not details:
        return {}
    also = authorization_details.apis_of(details, kinds)
    return {"details": details, "resources": tuple(dict.fromkeys((*resource.wanted(asked.parameters), *also)))}


def wishes_are_heard(asked: Asked) -> Mapping[str, object]:
    """Core §3.1.2.1: these help when they can, and never fail a request."""
    parameters, metadata = asked.parameters, asked.client.metadata
    return {
        "login_hint": hints.parse_login_hint(parameters.get("login_hint")),
        "ui_locales": parse_locales(parameters.get("ui_locales")),
        "display": hints.parse_display(parameters.get("display")),
        "acr_values": hints.parse_acr_values(parameters.get("acr_values")) or metadata.default_acr_values,
        "idp_hint": hints.parse_idp_hint(parameters.get("idp_hint")),
    }


Check = Callable[[Asked], Mapping[str, object]]

CHECKS: Final[tuple[tuple[Check, str], ...]] = (  # A authorize, P pushed, D device, B backchannel
    (nothing_unsupported, "A P D B"),
    (profile_is_kept, "P"),
    (profile_is_pushed, "A"),
    (pushed_where_required, "A"),
    (signed_where_required, "A P"),
    (response_type_is_offered, "A P"),
    (response_mode_fits, "A P"),
    (state_and_nonce_are_bounded, "A P"),
    (scope_is_allowed, "A P D B"),
    (resources_are_known, "A P D B"),
    (details_are_understood, "A P D B"),
    (prompt_makes_sense, "A P D"),
    (max_age_is_a_number, "A P D B"),
    (challenge_is_s256, "A P"),
    (key_is_named, "A P"),
    (claims_are_json, "A P D B"),
    (hint_names_a_person, "A P B"),
    (wishes_are_heard, "A P D B"),
)


def _mode_of_reply(parameters: Parameters) -> str:
    """An error about response_mode itself travels the ordinary way."""
    try:
        return response_mode.parse_response_mode(parameters.get("response_mode"))
    except InvalidRequest:
        return response_mode.QUERY


def _state_of_reply(parameters: Parameters) -> str | None:
    """RFC 6749 §4.1.2.1: exactly as received, if it can be told what was received."""
    try:
        return parameters.get("state", LONGEST_STATE)
    except InvalidRequest:
        return None
