"""POST /register, and GET, PUT and DELETE of what was registered there."""

from collections.abc import Mapping

from flask import Blueprint, Response, abort, request

from idp.accounts import throttle
from idp.accounts.throttle import TooMany
from idp.endpoints.registration import managing, registering
from idp.endpoints.registration.managing import Managed
from idp.endpoints.registration.registering import Registered
from idp.protocol.errors import InvalidClientMetadata, InvalidToken, OAuthError
from idp.protocol.strict_json import BadJson, read_object
from idp.settings.load import Settings
from idp.store import initial_access_tokens
from idp.store.base import fingerprint
from idp.store.initial_access_tokens import StoredToken
from idp.web import arrival, bearer, cors, errors
from idp.web.answers import private_json
from idp.web.bearer import NoToken
from idp.web.door import Door
from idp.web.house import house, now

routes = Blueprint("registration", __name__)
LARGEST = 64 * 1024
JSON = "application/json"


@routes.post("/register", provide_automatic_options=False)
def register() -> Response:
    """RFC 7591 §3."""
    initial = _initial_token()
    if initial is None:
        try:
            throttle.registration(arrival.network(), house().settings.registration.per_network, now())
        except TooMany as refused:
            return _slow_down(refused.retry_after)
    return _answer(registering.register(_said(), initial, house().settings, arrival.network(), now()), 201)


@routes.get("/register/<path:client_id>", provide_automatic_options=False)
def read(client_id: str) -> Response:
    return _answer(managing.read(_managed(client_id), now()))


@routes.put("/register/<path:client_id>", provide_automatic_options=False)
def update(client_id: str) -> Response:
    """Counted before anything is written: it may make us read a list elsewhere."""
    try:
        throttle.document(arrival.network(), house().settings.throttle, now())
    except TooMany as refused:
        return _slow_down(refused.retry_after)
    managed = _managed(client_id)
    answer = _answer(managing.update(managed, _said(), house().settings, arrival.network(), now()))
    house().clients.forget(client_id)
    return answer


@routes.delete("/register/<path:client_id>", provide_automatic_options=False)
def remove(client_id: str) -> Response:
    managing.remove(_managed(client_id), arrival.network(), now())
    house().clients.forget(client_id)
    return cors.open_to_all(Response(status=204, headers={"Cache-Control": "no-store"}))


@routes.route("/register", methods=["OPTIONS"], provide_automatic_options=False)
def ask_first() -> Response:
    return cors.preflight("POST")


@routes.route("/register/<path:client_id>", methods=["OPTIONS"], provide_automatic_options=False)
def ask_first_about_one(client_id: str) -> Response:
    return cors.preflight("GET, PUT, DELETE")


@routes.errorhandler(OAuthError)
@routes.errorhandler(NoToken)
def refuse(error: OAuthError | NoToken) -> Response:
    """RFC 7591 §3.2.2, RFC 6750 §3. No cookie plays a part here, so any page may read why."""
    if isinstance(error, NoToken):
        return cors.open_to_all(Response(status=401, headers={"WWW-Authenticate": bearer.REALM}))
    answer = errors.as_json(error)
    if isinstance(error, InvalidToken):
        challenge = f'{bearer.REALM}, error="{error.code}", error_description="{error.description}"'
        answer.headers["WWW-Authenticate"] = challenge
    return cors.open_to_all(answer)


def metadata(settings: Settings) -> Mapping[str, object]:
    """RFC 8414 §2; Client ID Metadata Documents §5."""
    documents = {"client_id_metadata_document_supported": True} if settings.registration.client_id_documents else {}
    if settings.registration.mode == "off":
        return documents
    return {"registration_endpoint": f"{settings.server.issuer}/register", **documents}


def _insist_on_open() -> None:
    """Off is off, for what was registered before, too (the class of CVE-2026-29193)."""
    if house().settings.registration.mode == "off":
        abort(404)


def _initial_token() -> StoredToken | None:
    """RFC 7591 §3: the token that this request brings; None where anybody may come without."""
    _insist_on_open()
    try:
        token = _bearer()
    except NoToken:
        if house().settings.registration.mode == "open":
            return None
        raise
    found = initial_access_tokens.find(fingerprint(token), now())
    if found is None:
        raise InvalidToken("the initial access token is unknown, used up, expired or revoked")
    return found


def _managed(client_id: str) -> Managed:
    _insist_on_open()
    return managing.opened(client_id, _bearer(), now())


def _bearer() -> str:
    came = bearer.presented(request)
    if came.is_bound:
        raise InvalidToken("the token is bound to no key: use Bearer")
    return came.token


def _said() -> Mapping[str, object]:
    if request.mimetype != JSON:
        raise InvalidClientMetadata(f"send the registration as {JSON}")
    try:
        return read_object(request.get_data().decode(), LARGEST)
    except (BadJson, UnicodeDecodeError) as problem:
        raise InvalidClientMetadata(f"the registration {problem}") from None


def _answer(registered: Registered, status: int = 200) -> Response:
    address = f"{house().settings.server.issuer}/register/{registered.client_id}"
    return cors.open_to_all(private_json(registered.members(address), status))


def _slow_down(wait: int) -> Response:
    error = {"error": "temporarily_unavailable", "error_description": "too many registrations from this network"}
    answer = cors.open_to_all(private_json(error, 429))
    answer.headers["Retry-After"] = str(wait)
    return answer


door = Door(routes, metadata)
