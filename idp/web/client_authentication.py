"""Which app asks, at every endpoint where apps prove who they are (RFC 6749 §2.3, OpenID Connect Core §9)."""

from base64 import b64decode
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus

from flask import Response, g, request

from idp.protocol.errors import InvalidClient, InvalidRequest, OAuthError
from idp.protocol.parameters import Parameters
from idp.store.clients import Client, KnownClients
from idp.web import cors, errors
from idp.web.house import house, now

BASIC: Final = "client_secret_basic"
POST: Final = "client_secret_post"
NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Presented:
    """What a request says of its client; `secret` is None for a public client."""

    method: str
    client_id: str
    secret: str | None = None

    def __repr__(self) -> str:
        return f"Presented({self.method}, {self.client_id!r})"


def who_asks(parameters: Parameters) -> Client:
    """The app behind this request, proved. InvalidClient or InvalidRequest otherwise."""
    claimed = presented(request.headers.get("Authorization"), parameters)
    client = authenticate(claimed, house().clients, now())
    g.asking_client = client
    return client


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


def open_to_its_origins(answer: Response) -> Response:
    """Pages of the origins that the asking client registered may read the answer."""
    client: Client | None = g.get("asking_client")
    return cors.open_to(answer, client.metadata.allowed_origins) if client else answer


def presented(authorization: str | None, parameters: Parameters) -> Presented:
    """The one method a request uses. InvalidRequest for two at once, InvalidClient for none or an unreadable one."""
    in_body = parameters.get("client_secret")
    client_id = parameters.get("client_id")
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
    if client is None or claimed.method not in client.metadata.auth_methods:
        raise InvalidClient("the client is unknown or did not prove who it is")
    return client


def _by_secret(claimed: Presented, apps: KnownClients, now: int) -> Client | None:
    return apps.find_by_secret(claimed.client_id, claimed.secret or "", now)


def _by_nothing(claimed: Presented, apps: KnownClients, now: int) -> Client | None:
    """RFC 6749 §2.1: a public client says who it is; PKCE and its redirect URIs do the rest."""
    return apps.find(claimed.client_id, now)


METHODS: Final = {BASIC: _by_secret, POST: _by_secret, NONE: _by_nothing}


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
