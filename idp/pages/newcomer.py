"""Somebody came by another provider whom nobody knows here: what is missing of an account, or signing in to theirs.

An identity is never linked silently, and never by an address that only the provider claims: its owner agrees to the
terms and proves the address, or signs in once to the account that has it.
"""

from dataclasses import replace

from flask import Blueprint, Response, request, url_for

from idp.accounts import joining, throttle
from idp.accounts.identifiers import Email
from idp.accounts.throttle import TooMany
from idp.store import pending_authorizations, upstream_logins, users
from idp.store.pending_authorizations import Pending
from idp.store.upstream_logins import Login
from idp.upstream import linking
from idp.upstream.linking import Came
from idp.upstream.provider import Identity
from idp.web import arrival, confirmation, cookies, flow, kept, links, newcomers, origin, upstreams, visitor
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.fields import EMAIL, email_of
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.newcomers import Newcomer
from idp.web.owner import Owner, of_proved_sign_in
from idp.web.page import render, to
from idp.web.terms import MARKETING, TERMS, agreed, agrees

routes = Blueprint("newcomer", __name__)
NAME, LOGIN = Field("name", linking.LONGEST_CLAIM), Field(newcomers.LOGIN, 22)
OTHER, ASKED = Field("other", 1), Field(newcomers.ASKED, 1)


@routes.route("/signup/almost", methods=["GET", "POST"])
def welcome() -> Response:
    """Almost there: the terms, and an address where the provider gave none, or another than the person wants."""
    newcomer = newcomers.found()
    if newcomer is None or not house().settings.signup.enabled:
        return _lost()
    pending = upstreams.pending_of(newcomer.login)
    form = Form.read(NAME, EMAIL, TERMS, MARKETING, LOGIN, OTHER, ASKED, values=_prefilled(newcomer))
    types = newcomer.email is None or bool(form[OTHER.name])
    if form.sent and not form.stale:
        email = email_of(form) if types else newcomer.email
        agrees(form)
        if email and form.ready and (response := _joins(newcomer, email, form, pending, typed=types)):
            return response
    return render(
        "newcomer/welcome.html",
        pending=pending,
        client=flow.client_of(pending).metadata if pending else None,
        form=form,
        newcomer=newcomer,
        types=types,
        may_ask_again=newcomer.email is None and newcomer.registered.rerequests and not form[ASKED.name],
        form_targets=newcomer.registered.origins,
    )


@routes.get("/signin/connect")
def connect() -> Response:
    """The address has an account here: its person signs in to that once, and the provider is connected to it."""
    newcomer = newcomers.found()
    if newcomer is None or newcomer.login.user_id is None or newcomer.email is None:
        return _lost()
    pending = upstreams.pending_of(newcomer.login)
    return render(
        "newcomer/connect.html",
        pending=pending,
        client=flow.client_of(pending).metadata if pending else None,
        newcomer=newcomer,
        sign_in=_sign_in(newcomer.login, newcomer.email),
        may_join=house().settings.signup.enabled,
    )


@routes.route("/signin/connected", methods=["GET", "POST"])
@of_proved_sign_in
def connected(owner: Owner) -> Response:
    """Somebody signed in, to the last step. Only the account that has the address, and only by a sign-in made since.

    A sign-in of ours leads here, and whoever signed in read what for. Anybody else's link leads here too: then the
    person decides, for who waits in a browser that others use may be one of those.
    """
    newcomer, form = newcomers.connecting(), Form.read()
    if newcomer is None:
        return see_other(flow.onward(None))
    login, pending = newcomer.login, upstreams.pending_of(newcomer.login)
    session = owner.session
    signed_in_since = max(session.auth_time, session.created_at) >= (login.identified_at or now())
    if pending and signed_in_since:
        pending_authorizations.authenticated(pending.id, owner.session.id)
    if login.user_id != owner.account.user_id or not signed_in_since:
        return see_other(flow.onward(pending))
    if not form.ready and not origin.leads_on(request):
        return _asks_to_connect(newcomer, form, pending)
    if upstream_logins.use(login.id, cookies.browser_hash(), now()):
        links.add(owner.account, newcomer.registered, newcomer.identity)
        upstreams.note_last(newcomer.registered.name)
    return see_other(flow.onward(pending))


def _asks_to_connect(newcomer: Newcomer, form: Form, pending: Pending | None) -> Response:
    return render(
        "newcomer/connected.html",
        pending=pending,
        client=flow.client_of(pending).metadata if pending else None,
        form=form,
        newcomer=newcomer,
        onward=flow.onward(pending),
    )


def _joins(newcomer: Newcomer, email: Email, form: Form, pending: Pending | None, *, typed: bool) -> Response | None:
    """None, with the sentence said, when this network has to wait. All that is counted comes before the first write."""
    try:
        throttle.form("sign-up", arrival.network(), house().settings.throttle, now())
    except TooMany as refused:
        form.slow_down(refused.retry_after)
        return None
    identity = _named(newcomer.identity, form[NAME.name])
    came = Came(newcomer.registered.name, identity)
    account = None if typed else users.by_email(email.lookup)
    if account:  # it came into being since they were here
        upstream_logins.awaits(newcomer.login.id, cookies.browser_hash(), account.user_id, now())
        return see_other(to("newcomer.connect", login=newcomer.login.id))
    silent = confirmation.may_send(email.lookup) > 0
    if not upstream_logins.use(newcomer.login.id, cookies.browser_hash(), now()):
        return _lost()
    if identity.email_verified and not typed:
        return _is_in(newcomer, email, came, form, pending)
    sealed = linking.sealed(came, house().sealer, now())
    waiting = joining.sign_up(email, "", cookies.browser_hash(), agreed(form), now(), sealed)
    confirmation.send(waiting, pending, silent=silent)
    upstreams.note_last(newcomer.registered.name)
    return see_other(to("verify.sent", sign_up=waiting.id))


def _is_in(newcomer: Newcomer, email: Email, came: Came, form: Form, pending: Pending | None) -> Response:
    """The provider proved the address, and is trusted to: there is nothing left to wait for."""
    user_id = joining.join_at_once(email, came, agreed(form), now())
    account, link = users.written(user_id or ""), linking.written(came.identity)
    if account is None or link is None:
        return _lost()
    upstreams.note_last(newcomer.registered.name)
    proof = linking.proof_by(link, came.identity)
    remembered, onward = newcomer.login.remembered, upstreams.onward_of(newcomer.login)
    return arrival.signs_in(account, pending, proof, remembered=remembered, onward=onward)


def _prefilled(newcomer: Newcomer) -> dict[str, str]:
    return {
        NAME.name: newcomer.identity.claims.get("name", ""),
        LOGIN.name: newcomer.login.id,
        **{field.name: request.args.get(field.name, "")[: field.limit] for field in (OTHER, ASKED)},
    }


def _named(identity: Identity, name: str) -> Identity:
    """With the name the person wants to have here; parts of another name go with it."""
    wanted = " ".join(name.split())
    if wanted == identity.claims.get("name", ""):
        return identity
    return replace(identity, claims={"name": wanted} if wanted else {})


def _sign_in(login: Login, email: Email) -> str:
    """Where the account's person proves themselves: anew, if they are signed in to it already."""
    session = visitor.session()
    if session and session.user_id == login.user_id:
        return url_for("sign_in.again", then=newcomers.CONNECTED)
    return url_for("sign_in.sign_in", typed=kept.sealed_email(email.display, None), then=newcomers.CONNECTED)


def _lost() -> Response:
    """Used, too old, another browser's, or of a provider that brings nobody new any more."""
    return see_other(to("sign_in.sign_in"))


door = Door(routes)
