"""The answer on its way back to the app: a code or an error, by the response mode that was asked for."""

from collections.abc import Callable, Mapping
from typing import Final

from idp.endpoints.authorize.steps import Answer
from idp.issuance import authorization_code, authorization_response, enclosed
from idp.issuance.authorization_code import AuthorizationCode
from idp.issuance.issue import Mint
from idp.protocol import acr, fapi, response_mode
from idp.protocol.authorization_request import AuthorizationRequest, ReplyTo
from idp.protocol.errors import OAuthError
from idp.protocol.redirect_uri import origin_of
from idp.protocol.scope import OFFLINE_ACCESS
from idp.protocol.uri import with_query
from idp.store.base import new_id
from idp.store.clients import Client
from idp.store.grants import Grant
from idp.web import explanations
from idp.web.answers import Response, see_other
from idp.web.page import render


def with_code(request: AuthorizationRequest, answer: Answer, client: Client, mint: Mint, now: int) -> Response:
    """RFC 6749 §4.1.2. Nothing is written: the grant opens when the code is redeemed."""
    grant = granted(request, answer)
    expires_at = now + fapi.code_lifetime(client.metadata.profile, mint.tokens.code_for)
    code = AuthorizationCode(
        grant, request.reply_to.redirect_uri, request.nonce, request.code_challenge, expires_at, request.dpop_jkt
    )
    return _send(request.reply_to, {"code": authorization_code.seal(code, mint.sealer, now)}, client, mint, now)


def gather(reply_to: ReplyTo, client: Client, mint: Mint, now: int) -> None:
    """Before anything is written: whatever has to be read elsewhere for the answer."""
    if response_mode.way_of(reply_to.response_mode)[1]:
        enclosed.gather_keys("authorization", client.metadata, mint, now)


def granted(request: AuthorizationRequest, answer: Answer) -> Grant:
    """The grant-to-be: what the person agreed to, and how they proved who they are."""
    session = answer.session
    return Grant(
        id=new_id(),
        user_id=session.user_id,
        client_id=request.client_id,
        session_id=session.id,
        scope=request.scope & answer.scope,
        claims=request.claims.within(answer.scope).to_json() if request.claims else "",
        auth_time=session.auth_time,
        amr=session.amr,
        acr=acr.reported(session.acr, _wanted_acr(request)),
        offline=OFFLINE_ACCESS in request.scope & answer.scope,
        resources=request.resources,
        details=request.details,
    )


def _wanted_acr(request: AuthorizationRequest) -> tuple[object, ...]:
    """OpenID Connect Core §5.5.1.1: the answer names the context that was asked for, where it was reached."""
    wanted = request.claims.id_token.get("acr")
    return wanted.values if wanted and wanted.values else request.acr_values


def with_error(reply_to: ReplyTo, error: OAuthError, client: Client, mint: Mint, now: int) -> Response:
    """RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6."""
    told = {"error": error.code, "error_description": error.description, **explanations.error_uri()}
    return _send(reply_to, told, client, mint, now)


def _send(reply_to: ReplyTo, members: Mapping[str, str], client: Client, mint: Mint, now: int) -> Response:
    """`state` as received, and `iss` against mix-up (RFC 9207); all of it as one signed value where asked (JARM)."""
    state = {} if reply_to.state is None else {"state": reply_to.state}
    told = {**members, **state, "iss": mint.issuer}
    carrier, is_signed = response_mode.way_of(reply_to.response_mode)
    if is_signed:
        told = {"response": authorization_response.sign(told, client.client_id, client.metadata, mint, now)}
    return CARRIERS[carrier](reply_to.redirect_uri, told)


def _by_query(redirect_uri: str, members: Mapping[str, str]) -> Response:
    """RFC 6749 §4.1.2; 303, so that nothing that was posted here is posted on (RFC 9700 §4.12)."""
    response = see_other(with_query(redirect_uri, members))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _by_form_post(redirect_uri: str, members: Mapping[str, str]) -> Response:
    """Form Post Response Mode §2: a form that sends itself, or waits for one press where scripts are off."""
    return render("form_post.html", form_targets=(origin_of(redirect_uri),), action=redirect_uri, members=dict(members))


CARRIERS: Final[Mapping[str, Callable[[str, Mapping[str, str]], Response]]] = {
    response_mode.QUERY: _by_query,
    response_mode.FORM_POST: _by_form_post,
}
