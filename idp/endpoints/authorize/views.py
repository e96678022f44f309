"""GET and POST /authorize, and /authorize/<pending>, where every page comes back to."""

import logging
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

from flask import Blueprint, Request, Response, request, url_for

from idp.accounts import throttle
from idp.accounts.agreements import Owed
from idp.accounts.throttle import TooMany
from idp.endpoints.authorize import answer, elsewhere, request_objects
from idp.endpoints.authorize.checks import Asked, Unanswerable, what_is_asked, who_asks
from idp.endpoints.authorize.steps import SIGN_IN, Ask, Refuse, Rules, next_step
from idp.issuance import apis
from idp.protocol import acr, pkce, prompt, request_uri, resource, response_mode, response_type
from idp.protocol.authorization_request import ReplyTo
from idp.protocol.client_members import CLIENT_ALGS
from idp.protocol.encryption import ENCS, KEY_ALGS, REQUEST_ALGS
from idp.protocol.errors import InvalidClient, InvalidRequest, InvalidRequestUri, OAuthError
from idp.protocol.hints import DISPLAYS
from idp.protocol.parameters import Parameters
from idp.settings.load import Settings
from idp.store import consents, pending_authorizations
from idp.store.base import fingerprint
from idp.store.browser_sessions import Session
from idp.store.clients import Client
from idp.store.consents import NEVER_ASKED
from idp.store.pending_authorizations import Pending, unstored
from idp.web import agreements, arrival, cookies, errors, explanations, flow, passkeys, problems, trust, visitor
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.house import house, now
from idp.web.page import PENDING
from idp.web.received import from_form_alone, from_query

routes = Blueprint("authorize", __name__)
log = logging.getLogger(__name__)


@routes.get("/authorize")
def authorize() -> Response:
    """RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1."""
    parameters = _readable(from_query)
    if secret := _pushed(parameters):
        return _walk_pushed(secret, parameters)
    try:
        whole = _unpacked(parameters)
    except OAuthError as error:
        client, reply_to = who_asks(parameters, house().clients, now())
        return _refuse(reply_to, error, client)
    client, reply_to = who_asks(whole, house().clients, now())
    settings = house().settings
    prompts = prompt.offered(sign_up=settings.signup.enabled)
    is_signed = whole is not parameters
    mint = house().mint
    asked = Asked(whole, client, mint.ring, mint.issuer, prompts, now(), is_signed=is_signed, apis=mint.apis)
    try:
        checked = what_is_asked(asked, reply_to)
    except OAuthError as error:
        return _refuse(reply_to, error, client)
    return _walk(unstored(checked, now()), client)


@routes.post("/authorize")
def authorize_by_post() -> Response:
    """The same, asked by POST (Core §3.1.2.1).

    A POST from another site comes without our cookies (SameSite=Lax), so it cannot tell who is signed in; the same
    request by GET can. It is checked first, so that nothing unregistered causes a redirect.
    """
    parameters = _readable(from_form_alone)
    if not _pushed(parameters) and not {"request", "request_uri"} & parameters.as_sent().keys():
        who_asks(parameters, house().clients, now())
    return see_other(f"{url_for('authorize.authorize')}?{quote(request.get_data(), safe='%&=+-._~')}")


@routes.get("/authorize/<pending_id>")
def resume(pending_id: str) -> Response:
    """Where every page of a sign-in comes back to: the next page, or the answer."""
    pending = pending_authorizations.find(pending_id, cookies.browser_hash(), now())
    if pending is None:
        raise flow.gone(pending_id)
    return _walk(pending, flow.client_of(pending))


@routes.errorhandler(Unanswerable)
def show(problem: Unanswerable) -> Response:
    """RFC 6749 §4.1.2.1: an app or address we do not know is told to the person, and never redirected to."""
    explanations.claimed(problem.client_id or "")
    problem.error.__traceback__ = problem.error.__traceback__ or problem.__traceback__
    return errors.refusal_page(problem.error, problem.client_id)


def metadata(settings: Settings) -> Mapping[str, object]:
    """OpenID Connect Discovery §3, RFC 8414 §2, RFC 9207 §3, RFC 9396 §10."""
    kinds = sorted(resource.kinds_of(apis.of(settings.resources)))
    return {
        **({"authorization_details_types_supported": kinds} if kinds else {}),
        "authorization_endpoint": f"{settings.server.issuer}/authorize",
        "response_types_supported": list(response_type.OFFERED),
        "response_modes_supported": list(response_mode.OFFERED),
        "code_challenge_methods_supported": list(pkce.METHODS),
        "prompt_values_supported": list(prompt.offered(sign_up=settings.signup.enabled)),
        "display_values_supported": list(DISPLAYS),
        "acr_values_supported": list(acr.OFFERED),
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": True,
        "claim_types_supported": ["normal"],
        "authorization_encryption_alg_values_supported": list(KEY_ALGS),
        "authorization_encryption_enc_values_supported": list(ENCS),
        "request_parameter_supported": True,
        "request_object_signing_alg_values_supported": list(CLIENT_ALGS),
        "request_object_encryption_alg_values_supported": list(REQUEST_ALGS),
        "request_object_encryption_enc_values_supported": list(ENCS),
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
    }


def _walk(pending: Pending, client: Client) -> Response:
    """The next page, or the answer. Only a page makes the request wait in the store."""
    explanations.by(client)
    session = visitor.session()
    agreed = consents.remembered(session.user_id, client.client_id) if session else NEVER_ASKED
    step = next_step(pending, session, agreed, client.metadata, _rules(session))
    if isinstance(step, Ask):
        return see_other(_page_of(step, pending))
    answer.gather(pending.request.reply_to, client, house().mint, now())
    if pending.id and not pending_authorizations.answer_once(pending.id, cookies.browser_hash(), now()):
        raise flow.gone(pending.id)
    if pending.request.polled:
        return see_other(url_for(elsewhere.answered(pending.request, step, house().mint, now())))
    if isinstance(step, Refuse):
        return _refuse(pending.request.reply_to, step.error, client)
    return answer.with_code(pending.request, step, client, house().mint, now())


def _unpacked(parameters: Parameters) -> Parameters:
    """RFC 9101 §6: what the app signed, where it signed its request; else the parameters themselves."""
    text, address = parameters.get("request"), parameters.get("request_uri")
    client = house().clients.find(parameters.get("client_id") or "", now()) if text or address else None
    if client is None:
        return parameters
    parameters.refuse_duplicates()  # what stands beside is looked at nowhere else
    if text and address:
        raise InvalidRequest("request and request_uri must not both be there")
    if not text and address in client.metadata.request_uris:
        _count()  # anybody can make us read there
    signed = text or request_objects.fetched(address or "", client, house().reader)
    return request_objects.unpacked(signed, client, house().mint.issuer, now(), by_reference=not text)


def _pushed(parameters: Parameters) -> str | None:
    """The secret of a request that was pushed before; None for a request that is all here."""
    try:
        return request_uri.secret_of(parameters.get("request_uri"))
    except InvalidRequest as error:
        raise Unanswerable(error) from None


def _walk_pushed(secret: str, parameters: Parameters) -> Response:
    """RFC 9126 §4: what was pushed counts, and nothing beside it."""
    try:
        client_id = parameters.get("client_id")
    except InvalidRequest as error:
        raise Unanswerable(error) from None
    client = house().clients.find(client_id or "", now())
    if client is None:
        raise Unanswerable(InvalidClient("client_id is missing, or no app is registered under it"))
    browser, until = cookies.browser_hash(), now() + house().settings.session.pending_for
    pending = pending_authorizations.take(fingerprint(secret), client.client_id, browser, now(), until)
    if pending is None:
        raise Unanswerable(InvalidRequestUri("request_uri is too old, was used, or is another app's"), client.client_id)
    return _walk(pending, flow.client_of(pending))


def _rules(session: Session | None) -> Rules:
    """What this house asks of the person, and offers them."""
    settings = house().settings
    return Rules(
        second_factor=session is not None and trust.is_owed(session),
        terms=agreements.owed(session) if session else Owed.NOTHING,
        offers_authenticator=settings.second_factor.authenticator,
        offers_passkeys=passkeys.are_offered(),
    )


def _page_of(step: Ask, pending: Pending) -> str:
    """The page that comes first; once, and before any other, the provider that the app named (idp_hint)."""
    hinted = house().upstreams.find(pending.request.idp_hint or "")
    if step is SIGN_IN and hinted and not pending.id:
        return f"{url_for('upstream.begin_hinted', name=hinted.name)}?{urlencode({PENDING: _open(pending)})}"
    return flow.page(step.page, pending.id or _open(pending))


def _open(pending: Pending) -> str:
    """The request waits for its person, in this browser only; its id goes with every page."""
    _count()
    browser = cookies.browser_hash()
    expires_at = now() + house().settings.session.pending_for
    return pending_authorizations.open(pending.request, browser, now(), expires_at).id


def _count() -> None:
    """Raises the page that says: not so many from one network."""
    try:
        throttle.request(arrival.network(), house().settings.throttle, now())
    except TooMany as refused:
        raise problems.too_many(refused.retry_after) from None


def _refuse(reply_to: ReplyTo, error: OAuthError, client: Client) -> Response:
    log.info("authorization refused: %s", error)
    explanations.by(client)
    explanations.refused(error)
    return answer.with_error(reply_to, error, client, house().mint, now())


def _readable(read: Callable[[Request], Parameters]) -> Parameters:
    """Octets that cannot be read name no client, so there is nobody to send an error to."""
    try:
        return read(request)
    except InvalidRequest as error:
        raise Unanswerable(error) from None


door = Door(routes, metadata)
