"""Where other providers say that somebody's sign-in there is over (OpenID Connect Back-Channel Logout 1.0 §2.5).

    POST /login/NAME/logout

is the address to register there. No cookie is read or set: the signature alone counts.
"""

import logging
from typing import Any

from flask import Blueprint, Response, request

from idp import sessions
from idp.accounts import throttle
from idp.accounts.throttle import TooMany
from idp.protocol.errors import InvalidRequest
from idp.store import audit
from idp.upstream import logout_token
from idp.upstream.logout_token import LoggedOut
from idp.upstream.openid import Openid
from idp.upstream.provider import NotIdentified
from idp.web import arrival, problems
from idp.web.answers import private_json
from idp.web.door import Door
from idp.web.house import house, now
from idp.web.received import from_form

routes = Blueprint("upstream_logout", __name__)
log = logging.getLogger(__name__)


@routes.post("/login/<name>/logout")
def logged_out(name: str) -> Response:
    """§2.8: 200 when it is done, also when there was nothing to do; 400 for whatever else."""
    registered = house().upstreams.find(name)
    if registered is None or not isinstance(registered.provider, Openid):
        raise problems.not_found()
    try:
        ended = _told(registered.provider)
    except (InvalidRequest, NotIdentified) as error:
        return _refused(name, str(error))
    begun = sessions.end_begun_at(ended.provider, ended.app_id, ended.subject, ended.sid, ended.until, now())
    for session_id, user_id in begun:
        audit.record("signed_out_by_provider", now(), user_id=user_id, session_id=session_id, upstream=name)
    return private_json({})


def _told(provider: Openid[Any]) -> LoggedOut:
    token = from_form(request).get("logout_token")
    if token is None:
        raise InvalidRequest("logout_token is missing")
    claims, issuer = provider.logged_out(token, now())
    return logout_token.read(claims, issuer, provider.settings.client_id, now())


def _refused(name: str, reason: str) -> Response:
    """Counted for the network; what is rightly signed is never refused for its number."""
    log.info("refused a logout token: %s", reason, extra={"upstream": name})
    try:
        throttle.form("logout token", arrival.network(), house().settings.throttle, now())
    except TooMany as many:
        answer = private_json({"error": "too_many_requests"}, 429)
        answer.headers["Retry-After"] = str(many.retry_after)
        return answer
    return private_json({"error": "invalid_request", "error_description": "the logout token is not taken"}, 400)


door = Door(routes)
