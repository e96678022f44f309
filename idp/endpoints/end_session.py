"""Signing out: asked for by an app (RP-Initiated Logout 1.0) or by the person. The apps of the session hear of it, by
their servers (issuance.logout_delivery) and in frames of the last page (Front-Channel Logout 1.0).
"""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, request, url_for

from idp import sessions
from idp.issuance.subject import person_behind, sid_of
from idp.protocol.errors import InvalidClient, InvalidRedirectUri, InvalidRequest
from idp.protocol.parameters import Parameters
from idp.protocol.redirect_uri import origin_of
from idp.protocol.uri import with_query
from idp.settings.load import Settings
from idp.signing.ring import BadToken
from idp.store import audit
from idp.store.browser_sessions import Session
from idp.store.clients import Client
from idp.web import cookies, csrf, explanations, front_channel, visitor
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.front_channel import Frame
from idp.web.house import house, now
from idp.web.page import render
from idp.web.received import from_form, from_query

routes = Blueprint("end_session", __name__)
LONGEST_STATE = 2048


class Return(NamedTuple):
    """Where the person goes afterwards; `uri` is registered for `client`, or None."""

    client: Client | None
    uri: str | None
    state: str | None

    @property
    def address(self) -> str | None:
        """§3: the address with the state that the app sent."""
        return with_query(self.uri, {"state": self.state} if self.state else {}) if self.uri else None

    def fields(self) -> dict[str, str]:
        """For the form that asks the person; checked again when it comes back."""
        named = {
            "client_id": self.client.client_id if self.client else None,
            "post_logout_redirect_uri": self.uri,
            "state": self.state,
        }
        return {name: value for name, value in named.items() if value}


@routes.get("/end_session")
def end_session() -> Response:
    """RP-Initiated Logout §2. A hint that fits the person here proves the request; otherwise the person is asked."""
    parameters = from_query(request)
    parameters.refuse_duplicates()
    hint = _hint(parameters)
    after = _return(parameters, hint)
    session = visitor.session()
    if session is None:
        return _gone(after)
    if _proves(hint, after.client, session):
        return _end(session, after)
    return _ask(after)


@routes.post("/end_session")
def end_session_by_post() -> Response:
    """§2 allows POST; one from another site comes without our cookies, so the same is asked again by GET."""
    from_form(request)
    return see_other(f"{url_for('end_session.end_session')}?{quote(request.get_data(), safe='%&=+-._~')}")


@routes.get("/signout")
def sign_out() -> Response:
    """The person's own way out."""
    return _ask(Return(None, None, None)) if visitor.session() else _gone(Return(None, None, None))


@routes.post("/signout")
def sign_out_now() -> Response:
    parameters = from_form(request)  # first: the octets are gone once Flask has read the form
    csrf.check(request)
    after = _return(parameters, {})
    session = visitor.session()
    return _end(session, after) if session else _gone(after)


def metadata(settings: Settings) -> Mapping[str, object]:
    """RP-Initiated Logout §2.1, Back-Channel Logout §2.1, Front-Channel Logout §3."""
    return {
        "end_session_endpoint": f"{settings.server.issuer}/end_session",
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
    }


def _hint(parameters: Parameters) -> Mapping[str, object]:
    """§2 id_token_hint: ours, expired or not; an empty mapping when there is none that holds."""
    token = parameters.get("id_token_hint")
    if token is None:
        return {}
    try:
        claims = house().ring.verify(token, now(), typ=("JWT",), allow_expired=True)
    except BadToken:
        return {}
    return claims if claims.get("iss") == house().settings.server.issuer else {}


def _return(parameters: Parameters, hint: Mapping[str, object]) -> Return:
    """§3: the address must be registered, exactly, for the client that the hint or client_id names."""
    named, hinted = parameters.get("client_id"), hint.get("aud")
    if named and hinted and named != hinted:
        raise InvalidRequest("client_id is not the audience of id_token_hint")
    client_id = named or hinted
    client = house().clients.find(str(client_id), now()) if client_id else None
    if named and client is None:
        raise InvalidClient("no app is registered under this client_id")
    if client:
        explanations.by(client)
    uri, state = parameters.get("post_logout_redirect_uri"), parameters.get("state", LONGEST_STATE)
    if uri is None or client is None:  # a hint too old to be verified names nobody: the person stays here
        return Return(client, None, state)
    if not client.metadata.accepts_post_logout_redirect(uri):
        raise InvalidRedirectUri("post_logout_redirect_uri is not registered for this app, character by character")
    return Return(client, uri, state)


def _proves(hint: Mapping[str, object], client: Client | None, session: Session) -> bool:
    """The hint is about the person who is here, as that app knows them, in this very session."""
    if hint.get("sid") != sid_of(session.id, client.metadata if client else None):
        return False
    subject = str(hint.get("sub"))
    return (person_behind(subject, client.metadata) if client else subject) == session.user_id


def _ask(after: Return) -> Response:
    targets = (origin_of(after.uri),) if after.uri else ()
    metadata = after.client.metadata if after.client else None
    return render("end_session/ask.html", client=metadata, form_targets=targets, fields=after.fields())


def _end(session: Session, after: Return) -> Response:
    frames = front_channel.frames(session)
    sessions.end(session, now())
    cookies.drop(cookies.SESSION)
    cookies.renew_browser()
    client_id = after.client.client_id if after.client else None
    audit.record("signed_out", now(), user_id=session.user_id, session_id=session.id, client_id=client_id)
    return _gone(after, frames)


def _gone(after: Return, frames: tuple[Frame, ...] = ()) -> Response:
    """Nobody is signed in here any more: back to the app with its state, or a page that says so.

    Front-Channel Logout §3: where other apps have to hear of it the page comes first, and leads on by itself.
    """
    onward = after.address
    if onward and not frames:
        return see_other(onward)
    metadata = after.client.metadata if after.client else None
    return render("end_session/done.html", client=metadata, frames=frames, onward=onward)


door = Door(routes, metadata)
