"""By another provider: leaving for it, coming back, and what is still missing of an account when somebody new does.

The way back belongs to the browser it began in, is taken once, and leads to the provider it was begun for. Nothing that
the address bar carried there goes on to an app: each way back ends with an empty fragment (Facebook adds one).
"""

import json
from collections.abc import Callable, Mapping

from flask import Blueprint, Request, Response, request, url_for

from idp.protocol import prompt
from idp.protocol.errors import InvalidRequest
from idp.protocol.parameters import Parameters
from idp.signing.sealing import BadSeal
from idp.store import identities, upstream_logins, users
from idp.store.base import fingerprint
from idp.store.identities import Link
from idp.store.pending_authorizations import Pending
from idp.store.upstream_logins import AGAIN, LINK, SIGN_IN, Login
from idp.store.users import Account
from idp.upstream import linking
from idp.upstream.linking import Next
from idp.upstream.provider import Failure, Identity, NotIdentified, Wish
from idp.upstream.registry import Registered
from idp.web import arrival, cookies, csrf, flow, links, newcomers, owner, upstreams, visitor
from idp.web.answers import fragment_ends, see_other
from idp.web.door import Door
from idp.web.fields import REMEMBER
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.page import to
from idp.web.received import from_form, from_query

routes = Blueprint("upstream", __name__)
AGAIN_FIELD, THEN, ASK = Field("again", 1), Field(owner.THEN, 64), Field("ask", 8)
RECEIVED = "upstream answer"


@routes.post("/login/<name>")
def begin(name: str) -> Response:
    """A button was pressed."""
    registered = upstreams.registered(name)
    pending, form = flow.pending(), Form.read(REMEMBER, AGAIN_FIELD, THEN, ASK)
    if not form.ready:
        raise csrf.StaleForm
    onward = form[THEN.name] if owner.destination(form[THEN.name]) else ""
    if form[AGAIN_FIELD.name]:
        session = visitor.session()
        if session is None:
            return see_other(to("sign_in.sign_in"))
        wish = Wish(again=True, login_hint=session.email or "")
        kept = session.remembered
        return upstreams.leave(registered, pending, AGAIN, session=session, remembered=kept, onward=onward, wish=wish)
    wish = _wish(pending, rerequest_email=form[ASK.name] == "email")
    return upstreams.leave(registered, pending, remembered=bool(form["remember"]), onward=onward, wish=wish)


@routes.get("/login/<name>")
def begin_hinted(name: str) -> Response:
    """The app named the provider (idp_hint), and waits in this browser; nobody else begins a sign-in by an address."""
    registered, pending = upstreams.registered(name), flow.pending()
    if pending is None or pending.request.idp_hint != name:
        return see_other(to("sign_in.sign_in"))
    return upstreams.leave(registered, pending, wish=_wish(pending))


@routes.post("/login/<name>/callback")
def posted_callback(name: str) -> Response:
    """OAuth 2.0 Form Post Response Mode: another site's POST comes without our cookies, the GET it becomes has them."""
    upstreams.registered(name)
    received = _readable(from_form)
    state = received.get("state", "")
    sealed = house().sealer.seal(RECEIVED, json.dumps(received).encode(), now())
    if state:
        upstream_logins.receive(fingerprint(state), sealed, now())
    return fragment_ends(see_other(url_for("upstream.callback", name=name, state=state)))


@routes.get("/login/<name>/callback")
def callback(name: str) -> Response:
    return fragment_ends(_came_back(upstreams.registered(name)))


def _came_back(registered: Registered) -> Response:
    received = _readable(from_query)
    state = received.get("state", "")
    login = upstream_logins.take(fingerprint(state), cookies.browser_hash(), now()) if state else None
    if login is None:
        return upstreams.lost(registered.name)
    try:
        identity = _identified(registered, login, received)
    except NotIdentified as failed:
        return upstreams.failed_at(login, failed)
    return COMES_FOR[login.purpose](registered, login, identity)


def _identified(registered: Registered, login: Login, received: Mapping[str, str]) -> Identity:
    """Who came back. No transaction is open meanwhile: a provider may take its time. Raises NotIdentified."""
    if login.upstream != registered.name:  # RFC 9700 §4.4.2.2: its answer came to where another's was awaited
        raise NotIdentified(Failure.BROKEN, f"the answer of {login.upstream} came to {registered.name}")
    if login.received is not None:
        received = _unsealed(login.received)
    secrets = upstreams.kept(login).secrets
    found = registered.provider.identify(upstreams.redirect_uri(registered.name), received, secrets, now())
    return linking.checked(found)


def _to_sign_in(registered: Registered, login: Login, identity: Identity) -> Response:
    """A known person is signed in; of anybody else something is missing still."""
    if link := linking.known(identity):
        return _as_known(registered, login, link, identity)
    email = newcomers.address_of(identity)
    account = users.by_email(email.lookup) if email else None
    follows = newcomers.what_follows(registered, identity, account)
    if follows is Next.LINK and account:
        arrival.insist_on_active(account)
        made = links.add(account, registered, identity) or linking.written(identity)
        return _as_known(registered, login, made, identity) if made else upstreams.lost(registered.name)
    if follows is Next.NOBODY:
        return upstreams.back(login, Next.NOBODY)
    return newcomers.wait(registered, login, identity, account)


def _as_known(registered: Registered, login: Login, link: Link, identity: Identity) -> Response:
    account = users.by_id(link.user_id)
    if account is None:
        return upstreams.lost(registered.name)
    if not identities.used(link, identity.label, now()):  # unlinked while they were away
        return upstreams.lost(registered.name)
    upstreams.note_last(registered.name)
    proof = linking.proof_by(link, identity)
    return arrival.signs_in(
        account, upstreams.pending_of(login), proof, remembered=login.remembered, onward=upstreams.onward_of(login)
    )


def _to_link(registered: Registered, login: Login, identity: Identity) -> Response:
    """For the account that asked, in the session that asked, and for no other."""
    account = _of_same_session(login)
    if account is None:
        return upstreams.lost(registered.name)
    if links.add(account, registered, identity):
        return upstreams.back(login, "linked")
    link = linking.written(identity)
    return upstreams.back(login, "already" if link and link.user_id == account.user_id else "taken")


def _to_prove_again(registered: Registered, login: Login, identity: Identity) -> Response:
    """It is still them only if the identity is linked to this very account."""
    account, link = _of_same_session(login), linking.known(identity)
    if account is None:
        return upstreams.lost(registered.name)
    if link is None or link.user_id != account.user_id:
        return upstreams.back(login, "another")
    return _as_known(registered, login, link, identity)


def _of_same_session(login: Login) -> Account | None:
    session = visitor.session()
    is_same = session is not None and (session.id, session.user_id) == (login.session_id, login.user_id)
    return users.by_id(session.user_id) if session and is_same else None


def _readable(read: Callable[[Request], Parameters]) -> dict[str, str]:
    """What the provider sent, each parameter once; nothing of an answer that cannot be read."""
    try:
        parameters = read(request)
        parameters.refuse_duplicates()
    except InvalidRequest:
        return {}
    return parameters.as_sent()


def _unsealed(received: str) -> dict[str, str]:
    try:
        return dict(json.loads(house().sealer.unseal(RECEIVED, received)))
    except BadSeal:
        raise NotIdentified(Failure.EXPIRED, "what was received cannot be opened") from None


def _wish(pending: Pending | None, *, rerequest_email: bool = False) -> Wish:
    """Core §3.1.2.1: who has to prove themselves to the app anew (prompt=login, max_age=0) does so at the provider."""
    if pending is None:
        return Wish(rerequest_email=rerequest_email)
    asked = pending.request
    again = prompt.LOGIN in asked.prompt or asked.max_age == 0
    hint, max_age = asked.login_hint or "", asked.max_age or 0
    return Wish(again=again, max_age=max_age, rerequest_email=rerequest_email, login_hint=hint)


COMES_FOR: Mapping[str, Callable[[Registered, Login, Identity], Response]] = {
    SIGN_IN: _to_sign_in,
    LINK: _to_link,
    AGAIN: _to_prove_again,
}

door = Door(routes)
