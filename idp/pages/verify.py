"""Proving an address: the page that waits, the code, the mailed link, and a new mail when that one is lost.

Opening a link spends nothing (mail scanners open links): the button does. The browser that signed up goes on by
itself, wherever the proof was given; any other browser learns that the address is confirmed, and no more. A sign-up by
another provider is confirmed in the browser it began in, or not at all (accounts.joining).
"""

from flask import Blueprint, Response, request

from idp.accounts import joining, proofs, throttle
from idp.accounts.joining import Confirmed, Elsewhere
from idp.accounts.proofs import NoTriesLeft
from idp.accounts.throttle import TooMany
from idp.protocol.proof import PASSWORD, Proof
from idp.store import pending_authorizations, sign_ups, users
from idp.store.base import fingerprint
from idp.store.pending_authorizations import Pending
from idp.store.proofs import CONFIRM, Proved, by_token, of_sign_up
from idp.store.sign_ups import Waiting
from idp.upstream import linking
from idp.web import arrival, confirmation, cookies, flow, kept, passkeys, problems, visitor
from idp.web.answers import private_json, see_other
from idp.web.door import Door
from idp.web.fields import CODE, EMAIL, TOKEN, email_of
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import clock_time, gettext, sentence
from idp.web.page import render, to
from idp.web.problems import Problem

routes = Blueprint("verify", __name__)
SIGN_UP = Field("sign_up", 22)


@routes.get("/verify/sent")
def sent() -> Response:
    """Waits for the proof. When it was given elsewhere, the browser that signed up is signed in and goes on."""
    pending, waiting = _pending(), _waiting()
    if waiting is None:
        return _nothing_waits(pending)
    return _goes_on(waiting, pending) or _sent_page(Form(CODE), waiting, pending)


@routes.post("/verify/code")
def code() -> Response:
    pending, waiting = _pending(), _waiting()
    form = Form.read(CODE)
    if waiting is None:
        return _nothing_waits(pending)
    if joining.came_of(waiting.id):  # no code is counted after that: the claim may have written already
        return _goes_on(waiting, pending) or _nothing_waits(pending)
    _insist_on_sign_ups(waiting)
    confirmed = _confirmed_by_code(form, waiting) if form.ready else None
    if confirmed is None:
        return _sent_page(form, waiting, pending)
    return _goes_on(waiting, pending) or _result("verify/already.html", waiting.address)


@routes.post("/verify/resend")
def resend() -> Response:
    """From the waiting page: another mail. From a dead link: another mail to the typed address, if it waits for one."""
    _insist_on_sign_ups()
    pending, form = _pending(), Form.read(SIGN_UP, EMAIL)
    waiting = _waiting() if not form["email"] else None
    if waiting is None:
        return _resend_to(form, pending) if form["email"] or form.stale else _nothing_waits(pending)
    if not form.ready:
        return _sent_page(form, waiting, pending)
    wait = confirmation.may_send(waiting.lookup, again=True)
    if wait:
        form.mailed_lately(wait)
        return _sent_page(form, waiting, pending)
    confirmation.send(waiting, pending)
    return see_other(to("verify.sent", sign_up=waiting.id, again=1))


@routes.get("/verify")
def confirm() -> Response:
    token = kept.token()
    proved = proofs.look(token, CONFIRM, now())
    if proved is None:
        return _dead(token)
    return _confirm_page(Form(TOKEN, values={"token": token}), proved)


@routes.post("/verify")
def confirm_now() -> Response:
    form = Form.read(TOKEN)
    proved = proofs.look(form["token"], CONFIRM, now())
    found = joining.meant(proved, cookies.browser_hash(), now()) if proved else None
    _insist_on_sign_ups(found.sign_up if found else None)
    if not form.ready:
        return _confirm_page(form, proved) if proved else _dead(form["token"])
    try:
        confirmed = joining.confirm_by_link(form["token"], cookies.browser_hash(), house().sealer, now())
    except Elsewhere:
        return _elsewhere()
    if confirmed is None:
        return _dead(form["token"])
    if confirmed.user_id is None:
        return _result("verify/already.html", confirmed.sign_up.address)
    pending = _pending_of(confirmed.pending_id)
    return _goes_on(confirmed.sign_up, pending) or _result("verify/confirmed.html", confirmed.sign_up.address)


@routes.get("/verify/status")
def status() -> Response:
    """For the script of the waiting page: where to go on, once the address is proved."""
    waiting = _waiting()
    is_proved = waiting is not None and joining.came_of(waiting.id) is not None
    has_arrived = waiting is None and visitor.session() is not None
    onward = to("verify.sent", sign_up=flow.named(SIGN_UP.name), passkeys=flow.named(passkeys.CAN.name) or None)
    return private_json({"next": onward if is_proved or has_arrived else None})


def _insist_on_sign_ups(waiting: Waiting | None = None) -> None:
    """An account is about to begin: not where signing up is switched off, though it was on when the form was sent; nor
    by a provider that was on then.
    """
    if not house().settings.signup.enabled:
        raise problems.not_found()
    if waiting and waiting.identity is not None:
        came = linking.unsealed(waiting.identity, house().sealer)
        by = house().upstreams.find(came.upstream) if came else None
        if by is None or not by.takes_new:
            raise problems.not_found()


def _pending() -> Pending | None:
    """The app's request, if it still waits: a code is good for a day, an app waits for an hour."""
    try:
        return flow.pending()
    except Problem:
        return None


def _waiting() -> Waiting | None:
    """The sign-up this page is about, of this browser only; without a name, the browser's latest."""
    browser, named = cookies.browser_hash(), flow.named(SIGN_UP.name)
    found = sign_ups.find(named, now()) if named else None
    return found if found and found.browser == browser else sign_ups.of_browser(browser, now())


def _nothing_waits(pending: Pending | None) -> Response:
    """Done already (a second press, another tab), or never begun here."""
    return see_other(flow.onward(pending) if visitor.session() else to("sign_in.sign_in"))


def _goes_on(waiting: Waiting, pending: Pending | None) -> Response | None:
    """Once, the browser that signed up is signed in to what came of it; None for all others and before the proof."""
    user_id = joining.came_of(waiting.id)
    if user_id is None or waiting.browser != cookies.browser_hash():
        return None
    if not sign_ups.claim(waiting.id, waiting.browser):
        return None
    account = users.written(user_id)
    if account is None:
        return None
    return passkeys.offered_before(arrival.signs_in(account, pending, _proof(waiting)), account, pending)


def _proof(waiting: Waiting) -> Proof:
    """What the person proved themselves by when they signed up."""
    came = linking.unsealed(waiting.identity, house().sealer) if waiting.identity is not None else None
    link = linking.written(came.identity) if came else None
    return linking.proof_by(link, came.identity) if came and link else PASSWORD


def _confirmed_by_code(form: Form, waiting: Waiting) -> Confirmed | None:
    """The sign-up that the code proves; None, with the sentence said."""
    typed = proofs.read_code(form["code"])
    limits = house().settings.throttle
    if typed is None:
        form.fail("code", gettext("Type the six digits from the newest message."))
        return None
    try:
        throttle.code(waiting.lookup, arrival.network(), limits, now())
        confirmed = joining.confirm_by_code(
            waiting, typed, confirmation.code_keys(), limits.code_tries, house().sealer, now()
        )
    except NoTriesLeft:
        form.fail("code", gettext("That code no longer works. Send a new one."))
        return None
    except TooMany as refused:
        form.fail("code", gettext("Too many tries. Use the link in the message instead."))
        form.refuse(429, refused.retry_after)
        return None
    if confirmed is None:
        form.fail("code", gettext("That code isn’t right. Use the newest message."))
    return confirmed


def _resend_to(form: Form, pending: Pending | None) -> Response:
    """Nobody learns whether the address waits for a mail, has an account, or neither."""
    email = email_of(form)
    if email is None or not form.ready:
        return _dead_page(form, pending)
    try:
        throttle.form("resend", arrival.network(), house().settings.throttle, now())
    except TooMany as refused:
        form.slow_down(refused.retry_after)
        return _dead_page(form, pending)
    wait = confirmation.may_send(email.lookup, again=True)
    waiting = sign_ups.of_address(email.lookup, cookies.browser_hash(), now())
    if waiting and not wait:
        confirmation.send(waiting, pending)
    elif not wait:
        confirmation.pretend(email, pending)
    return _result("verify/maybe_sent.html", email.display)


def _dead(token: str) -> Response:
    """Used by the same person, or too old, or not ours. Whoever is signed in by it just goes on."""
    found = by_token(fingerprint(token), CONFIRM)
    if found and found.spent_at is not None and found.user_id:
        session = visitor.session()
        if session and session.user_id == found.user_id:
            return see_other(flow.onward(_pending_of(found.pending_id)))
        return _result("verify/already.html", found.lookup)
    return _dead_page(Form(EMAIL), _pending_of(found.pending_id) if found else None, 410)


def _dead_page(form: Form, pending: Pending | None, status: int | None = None) -> Response:
    client = flow.client_of(pending).metadata if pending else None
    return render(
        "verify/dead.html",
        status,
        pending=pending,
        client=client,
        form=form,
        address=to("verify.confirm"),
        typed=kept.typed(form, pending),
    )


def _pending_of(pending_id: str | None) -> Pending | None:
    """The app's request that waits in this browser; None in any other, where nothing of it is told."""
    return pending_authorizations.find(pending_id, cookies.browser_hash(), now()) if pending_id else None


def _sent_page(form: Form, waiting: Waiting, pending: Pending | None) -> Response:
    newest = of_sign_up(waiting.id)
    if newest and "again" in request.args:
        when = sentence("Sent again at %(time)s.", time=clock_time(newest.created_at))
        form.say("ok", when, gettext("Use the newest message."))
    return render(
        "verify/sent.html",
        pending=pending,
        client=flow.client_of(pending).metadata if pending else None,
        form=form,
        address=to("verify.sent"),
        email=waiting.address,
        sign_up=waiting.id,
        typed=kept.sealed_email(waiting.address, pending),
    )


def _confirm_page(form: Form, proved: Proved) -> Response:
    found = joining.meant(proved, cookies.browser_hash(), now())
    _insist_on_sign_ups(found.sign_up if found else None)
    if found and not found.may_be_confirmed_in(cookies.browser_hash()):
        return _elsewhere()
    pending = _pending_of(found.pending_id) if found else None
    return render(
        "verify/confirm.html",
        pending=pending,
        client=flow.client_of(pending).metadata if pending else None,
        form=form,
        email=found.sign_up.address if found else proved.lookup,
        kept=kept.link(form["token"]),
    )


def _elsewhere() -> Response:
    """Says nothing of the address: who opens the link here may not be whom it was sent to."""
    return render("verify/elsewhere.html", 409)


def _result(template: str, email: str) -> Response:
    return render(template, email=email)


door = Door(routes)
