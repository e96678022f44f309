"""Which app asks, at every endpoint where apps prove who they are (RFC 6749 §2.3, OpenID Connect Core §9)."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import unquote_plus

from flask import Response, g, request

from idp.protocol import client_assertion, client_certificate
from idp.protocol.client_members import CLIENT_ALGS, SECRET_ALGS, SECRET_JWT
from idp.protocol.errors import InvalidClient, InvalidRequest, OAuthError
from idp.protocol.parameters import Parameters
from idp.settings.load import Settings
from idp.signing import foreign, shared_secrets
from idp.signing.ring import BadToken
from idp.store import client_secrets, clients, used_once
from idp.store.base import fingerprint
from idp.store.clients import Client, KnownClients
from idp.web import certificate, client_keys, cors, errors, explanations, own_tls, rehearsal
from idp.web.house import house, now

BASIC: Final = "client_secret_basic"
POST: Final = "client_secret_post"
PRIVATE_KEY: Final = "private_key_jwt"
NONE: Final = "none"
LONGEST_ASSERTION: Final = 8192
ASSERTION_TYPES: Final = ("jwt", "", "client-authentication+jwt")


@dataclass(frozen=True, slots=True)
class Presented:
    """What a request says of its client; `secret` is the assertion for a client that signs, None for a public one."""

    method: str
    client_id: str
    secret: str | None = None

    def __repr__(self) -> str:
        return f"Presented({self.method}, {self.client_id!r})"


def who_asks(parameters: Parameters) -> Client:
    """The app behind this request, proved. InvalidClient or InvalidRequest otherwise."""
    if by_us := rehearsal.vouched():
        g.asking_client = by_us
        return by_us
    claimed = presented(request.headers.get("Authorization"), parameters)
    explanations.claimed(claimed.client_id)
    client = authenticate(claimed, house().clients, now())
    g.asking_client = client
    if client.source in clients.BY_THEMSELVES and client.used_at <= now() - clients.EVERY:
        # after the commit, since it is a write of its own
        g.setdefault("after_commit", []).append(partial(clients.used, client.client_id, now()))
    _note_secret(claimed, client)
    return client


def _note_secret(claimed: Presented, client: Client) -> None:
    """Owners of an app read which of its secrets is still in use, and end the other one."""
    if claimed.method in (BASIC, POST):
        _note(client, fingerprint(claimed.secret or ""))


def _note(client: Client, stored: str) -> None:
    if client.source == "console" and house().clients.is_first_use(stored, now(), client_secrets.EVERY):
        # after the commit, since it is a write of its own
        g.setdefault("after_commit", []).append(partial(client_secrets.used, client.client_id, stored, now()))


def who_asks_with_proof(parameters: Parameters) -> Client:
    """The same, for what no public client may do: its client_id proves nothing (RFC 7662 §2.1, RFC 6749 §4.4)."""
    client = who_asks(parameters)
    if client.metadata.public:
        raise InvalidClient("a client without credentials may not ask here")
    return client


def refusal(error: OAuthError) -> Response:
    """RFC 6749 §5.2. Pages of the client's own origins may read why."""
    answer = errors.as_json(error)
    if isinstance(error, InvalidClient) and "Authorization" in request.headers:
        answer.headers["WWW-Authenticate"] = 'Basic realm="Portico"'
    return open_to_its_origins(answer)


def metadata(settings: Settings, endpoint: str, *, public: bool = True) -> Mapping[str, object]:
    """RFC 8414 §2: how apps prove who they are at this endpoint."""
    methods = [*(method for method in METHODS if public or method != NONE), *own_tls.methods(settings)]
    return {
        f"{endpoint}_auth_methods_supported": methods,
        f"{endpoint}_auth_signing_alg_values_supported": [*CLIENT_ALGS, *SECRET_ALGS],
    }


def open_to_its_origins(answer: Response) -> Response:
    """Pages of the origins that the asking client registered may read the answer."""
    client: Client | None = g.get("asking_client")
    return cors.open_to(answer, client.metadata.allowed_origins) if client else answer


def presented(authorization: str | None, parameters: Parameters) -> Presented:
    """The one method a request uses. InvalidRequest for two at once, InvalidClient for none or an unreadable one."""
    in_body = parameters.get("client_secret")
    client_id = parameters.get("client_id")
    assertion = parameters.get("client_assertion", LONGEST_ASSERTION)
    if assertion is not None or parameters.get("client_assertion_type") is not None:
        if authorization is not None or in_body is not None:
            raise InvalidRequest("the client authenticated twice: by an assertion, and by a secret")
        return _by_assertion(assertion or "", parameters)
    if authorization is not None:
        if in_body is not None:
            raise InvalidRequest("the client authenticated twice: in the Authorization header and in the body")
        basic = _basic(authorization)
        if client_id not in (None, basic.client_id):
            raise InvalidRequest("client_id in the body is not the one of the Authorization header")
        return basic
    if client_id is None:
        raise InvalidClient("client authentication is missing: send Basic, or client_id and client_secret in the body")
    return Presented(NONE if in_body is None else POST, client_id, in_body)


def authenticate(claimed: Presented, apps: KnownClients, now: int) -> Client:
    """The client, proved. An unknown client and a wrong secret give the same InvalidClient after the same work."""
    client = METHODS[claimed.method](claimed, apps, now)
    if client is None or not _is_proved(claimed, client, now):
        raise InvalidClient("the client is unknown or did not prove who it is")
    return client


def _is_proved(claimed: Presented, client: Client, now: int) -> bool:
    """By the method of its registration; a certificate comes with the connection, and the body names the client alone
    (RFC 8705 §2).
    """
    method = client.metadata.token_endpoint_auth_method
    if method not in client_certificate.METHODS:
        return claimed.method in client.metadata.auth_methods
    shown = certificate.of_request() if claimed.method == NONE else None
    if shown is None:
        return False
    if method == client_certificate.PKI:
        return certificate.is_verified() and shown.is_named(client.metadata.certificate_names)
    return client_keys.knows(shown, client.metadata, now)


def _by_secret(claimed: Presented, apps: KnownClients, now: int) -> Client | None:
    return apps.find_by_secret(claimed.client_id, claimed.secret or "", now)


def _by_key(claimed: Presented, apps: KnownClients, now: int) -> Client | None:
    """RFC 7523 §3: signed with a key of the client's registration, for us, used once on whatever node."""
    client = apps.find(claimed.client_id, now)
    if client is None or PRIVATE_KEY not in client.metadata.auth_methods:
        return None
    algorithms = client.metadata.algs_of(client.metadata.token_endpoint_auth_signing_alg)
    claims = client_keys.verified(claimed.secret or "", client.metadata, ASSERTION_TYPES, algorithms, now)
    return None if claims is None else _of_assertion(claims, client, now)


def _by_shared_secret(claimed: Presented, apps: KnownClients, now: int) -> Client | None:
    """The same, signed with the secret itself (OpenID Connect Core §9)."""
    client = apps.find(claimed.client_id, now)
    if client is None or not client.metadata.signs_with_secret:
        return None
    signed = shared_secrets.signed_by(client, claimed.secret or "", ASSERTION_TYPES, house().folder)
    if signed is None:
        return None
    claims, stored = signed
    _note(_of_assertion(claims, client, now), stored)
    return client


def _of_assertion(claims: Mapping[str, object], client: Client, now: int) -> Client:
    issuer = house().settings.server.issuer
    is_strict = bool(client.metadata.profile)
    here = own_tls.base_address()
    audiences = (issuer,) if is_strict else (issuer, *{f"{base}/token" for base in (issuer, here)}, here + request.path)
    jti, expires_at = client_assertion.check(
        claims, client_id=client.client_id, audiences=audiences, now=now, is_strict=is_strict
    )
    if not used_once.use(expires_at + client_assertion.SKEW, PRIVATE_KEY, client.client_id, jti):
        raise InvalidClient("this client assertion was used before: make one for each request")
    return client


def _by_nothing(claimed: Presented, apps: KnownClients, now: int) -> Client | None:
    """RFC 6749 §2.1: a public client says who it is; PKCE and its redirect URIs do the rest."""
    return apps.find(claimed.client_id, now)


METHODS: Final = {
    BASIC: _by_secret,
    POST: _by_secret,
    SECRET_JWT: _by_shared_secret,
    PRIVATE_KEY: _by_key,
    NONE: _by_nothing,
}


def _by_assertion(assertion: str, parameters: Parameters) -> Presented:
    """RFC 7521 §4.2: client_id is optional, and must be whom the assertion is about."""
    if parameters.get("client_assertion_type") != client_assertion.TYPE:
        raise InvalidRequest(f"client_assertion_type must be {client_assertion.TYPE}, beside a client_assertion")
    try:
        subject, by_secret = foreign.claimed(assertion, "sub"), foreign.is_by_secret(assertion)
    except BadToken:
        raise InvalidClient("client_assertion is no signed JWT") from None
    if parameters.get("client_id") not in (None, subject):
        raise InvalidRequest("client_id is not the sub of client_assertion")
    return Presented(SECRET_JWT if by_secret else PRIVATE_KEY, subject, assertion)


def _basic(authorization: str) -> Presented:
    """RFC 6749 §2.3.1: both halves are form-urlencoded before RFC 7617 packs them."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("the Authorization header must use Basic")
    try:
        client_id, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
        client_id, secret = unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
    except ValueError:
        raise InvalidClient("the Basic credentials are not base64 of form-urlencoded client_id:client_secret") from None
    if not colon:
        raise InvalidClient("the Basic credentials hold no colon")
    if not (client_id + secret).isprintable():  # Appendix A.1, A.2: VSCHAR; a null has no place in PostgreSQL either
        raise InvalidClient("the Basic credentials hold a control character")
    return Presented(BASIC, client_id, secret)
