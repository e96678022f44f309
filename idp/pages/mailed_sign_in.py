"""Signing in by a mailed code or link, where it is on (sign_in.mailed_code).

The same pages and the same work whether the address has an account or not, and no account begins here. Code and link
work in the browser that asked alone: whoever reads a mail that a stranger asked for lets nobody in by opening it, and
is signed in to nothing themselves.
"""

from typing import Any

from flask import Blueprint, Response, request, url_for

from idp.accounts import proofs, throttle
from idp.accounts.identifiers import Email
from idp.accounts.proofs import NoTriesLeft
from idp.accounts.throttle import TooMany
from idp.mail import outbox
from idp.mail.sign_in_code import sign_in_code
from idp.mail.wording import Reader
from idp.protocol.proof import MAILED
from idp.store import pending_authorizations, users
from idp.store import proofs as stored
from idp.store.base import fingerprint
from idp.store.pending_authorizations import Pending
from idp.store.proofs import SIGN_IN, Proved
from idp.store.users import Account
from idp.web import arrival, confirmation, cookies, flow, kept, locale, owner, places, problems
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.fields import CODE, EMAIL, REMEMBER, TOKEN, email_of
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import clock_time, gettext, sentence
from idp.web.page import AppIdentity, render, to

routes = Blueprint("mailed_sign_in", __name__)
AGAIN, PROOF = Field("again", 1), Field("proof", 22)
KIND = "sign in"


@routes.route("/signin/mail", methods=["GET", "POST"])
def ask() -> Response:
    """The address a code goes to."""
    _insist_that_it_is_on()
    pending = flow.pending()
    form = Form.read(EMAIL, AGAIN, values={"email": kept.expected_email(pending)})
    email = email_of(form) if form.ready else None
    if email is None or _is_too_often(form, email):
        return _page("sign_in/mail_ask.html", form, pending, typed=kept.typed(form, pending))
    proof_id = _send(email, pending)
    kept.note_email(pending, email.display)
    return see_other(_to("mailed_sign_in.sent", proof=proof_id, again=form["again"] or None))


@routes.route("/signin/mail/sent", methods=["GET", "POST"])
def sent() -> Response:
    """Waits for the code."""
    _insist_that_it_is_on()
    pending, proof_id = flow.pending(), flow.named(PROOF.name)
    proof = stored.here(proof_id, cookies.browser_hash(), now())
    form = Form.read(CODE, REMEMBER)
    if proof is None:
        return see_other(_to("mailed_sign_in.ask"))
    account = _account_by_code(proof, form) if form.ready else None
    if account:
        return arrival.signs_in(account, pending, MAILED, remembered=bool(form[REMEMBER.name]), onward=_onward())
    return _sent_page(form, proof, pending)


@routes.get("/signin/mail/link")
def link() -> Response:
    """Opening the link spends nothing (mail scanners open links): the button does."""
    _insist_that_it_is_on()
    token = kept.token()
    proof = proofs.look(token, SIGN_IN, now())
    return _link_page(Form(TOKEN, values={"token": token}), proof) if proof else _dead()


@routes.post("/signin/mail/link")
def link_now() -> Response:
    _insist_that_it_is_on()
    form = Form.read(TOKEN, REMEMBER)
    token = form[TOKEN.name]
    proof = proofs.look(token, SIGN_IN, now())
    if proof is None:
        return _dead()
    if not form.ready or proof.browser != cookies.browser_hash():
        return _link_page(form, proof)
    spent = stored.spend_here(fingerprint(token), cookies.browser_hash(), now())
    account = _account_of(spent)
    if spent is None or account is None:
        return _dead()
    pending, remembered = _pending_of(spent), bool(form[REMEMBER.name])
    return arrival.signs_in(account, pending, MAILED, remembered=remembered, onward=_onward())


def _insist_that_it_is_on() -> None:
    if not house().settings.sign_in.mailed_code:
        raise problems.not_found()


def _is_too_often(form: Form, email: Email) -> bool:
    """Either this network or this address had enough of it; the form says so. Counts; before any write."""
    limits = house().settings.throttle
    try:
        throttle.form(KIND, arrival.network(), limits, now())
        throttle.mail(KIND, email.lookup, limits, now(), again=bool(form[AGAIN.name]))
    except TooMany as refused:
        form.slow_down(refused.retry_after)
    return form.failed


def _send(email: Email, pending: Pending | None) -> str:
    """To the address as it was proved, never as somebody typed it; for an unknown one all the work, and no mail."""
    account, browser = users.by_email(email.lookup), cookies.browser_hash()
    user_id, pending_id = account.user_id if account else None, pending.id if pending else None
    key = confirmation.code_keys()[0]
    proof_id, mailed = proofs.open_sign_in(email.lookup, user_id, pending_id, browser, key, now())
    reader = Reader(account.email, account.locale) if account else Reader(email.display, locale.current())
    letter = sign_in_code(
        house().settings,
        reader,
        link=url_for("mailed_sign_in.link", token=mailed.token),
        code=mailed.code,
        app=AppIdentity.of(flow.client_of(pending).metadata).name if pending else "",
        origin=places.origin_here(reader.locale),
    )
    (outbox.post if account else outbox.pretend)(letter, house().sealer, now())
    return proof_id


def _account_by_code(proof: Proved, form: Form) -> Account | None:
    """Whose mail the typed code is from; None, with the sentence said."""
    typed, limits = proofs.read_code(form[CODE.name]), house().settings.throttle
    if typed is None:
        form.fail(CODE.name, gettext("Type the six digits from the newest message."))
        return None
    try:
        throttle.code(proof.lookup, arrival.network(), limits, now(), kind="sign-in code")
        keys, browser = confirmation.code_keys(), cookies.browser_hash()
        account = _account_of(proofs.spend_sign_in_code(proof.id, browser, typed, keys, limits.code_tries, now()))
    except NoTriesLeft:
        form.fail(CODE.name, gettext("That code no longer works. Send a new one."))
        return None
    except TooMany as refused:
        form.fail(CODE.name, gettext("Too many tries. Use the link in the message instead."))
        form.refuse(429, refused.retry_after)
        return None
    if account is None:
        form.fail(CODE.name, gettext("That code isn’t right. Use the newest message."))
    return account


def _account_of(spent: Proved | None) -> Account | None:
    """The account of that address still: neither was it deleted, nor the address given up meanwhile."""
    account = users.by_email(spent.lookup) if spent else None
    return account if spent and account and account.user_id == spent.user_id else None


def _pending_of(proof: Proved) -> Pending | None:
    """The app's request that waits in this browser; None in any other."""
    return pending_authorizations.find(proof.pending_id, cookies.browser_hash(), now()) if proof.pending_id else None


def _sent_page(form: Form, proof: Proved, pending: Pending | None) -> Response:
    if "again" in request.args and not form.sent:
        when = sentence("Sent again at %(time)s.", time=clock_time(proof.created_at))
        form.say("ok", when, gettext("Use the newest message."))
    typed = kept.sealed_email(proof.lookup, pending)
    return _page("sign_in/mail_sent.html", form, pending, email=proof.lookup, proof=proof.id, typed=typed)


def _link_page(form: Form, proof: Proved) -> Response:
    is_here = proof.browser == cookies.browser_hash()
    pending = _pending_of(proof)
    reload = kept.link(form[TOKEN.name])
    return _page("sign_in/mail_link.html", form, pending, email=proof.lookup, is_here=is_here, kept=reload)


def _dead() -> Response:
    """Too old, used, replaced by a newer one, or not ours."""
    return _page("sign_in/mail_dead.html", Form(), None, status=410)


def _to(endpoint: str, **values: str | None) -> str:
    return to(endpoint, then=_then() or None, **values)


def _then() -> str:
    named = flow.named(owner.THEN)
    return named if owner.destination(named) else ""


def _onward() -> str:
    return owner.destination(_then()) or url_for("account.account")


def _page(template: str, form: Form, pending: Pending | None, **context: Any) -> Response:
    client = flow.client_of(pending).metadata if pending else None
    return render(template, pending=pending, client=client, form=form, then=_then(), **context)


door = Door(routes)
