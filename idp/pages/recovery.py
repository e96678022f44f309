"""A forgotten password: asking for the link, and choosing a new one by it.

There is no way to the new password but the mailed token: every step looks at it, and the last one spends it.
"""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request, url_for

from idp.accounts import leaving, proofs, recovery, throttle
from idp.accounts.hashing import Busy
from idp.accounts.identifiers import Email
from idp.accounts.throttle import TooMany
from idp.mail import links as link_mails
from idp.mail import messages, outbox
from idp.mail.wording import Reader
from idp.signing.sealing import BadSeal
from idp.store import identities, pending_authorizations, users
from idp.store.base import fingerprint
from idp.store.pending_authorizations import Pending
from idp.store.proofs import RESET, Proved, by_token
from idp.store.users import Account
from idp.web import arrival, cookies, flow, kept, known_browsers, links, locale, passkeys, places, upstreams
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.fields import CONFIRM_PASSWORD, EMAIL, NEW_PASSWORD, TOKEN, email_of, new_password_of
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import clock_time, gettext, sentence
from idp.web.page import render, to
from idp.web.security_notice import tell_of_new_password

routes = Blueprint("recovery", __name__)
AGAIN = Field("again", 1)
PURPOSE = "forgot"


@routes.route("/forgot", methods=["GET", "POST"])
def forgot() -> Response:
    """The same page, words and work whether the address has an account or not."""
    pending = flow.pending()
    form = Form.read(EMAIL, AGAIN, values={"email": kept.expected_email(pending)})
    email = email_of(form) if form.ready else None
    if email is None or _is_too_often(form):
        ways = upstreams.buttons()
        return _page("recovery/forgot.html", form, pending, typed=kept.typed(form, pending), upstreams=ways)
    if wait := _wait(email, again=bool(form["again"])):
        return _sent_page(form, email.display, pending, wait)
    _send_link(email, pending)
    kept.note_email(pending, email.display)
    sealed = house().sealer.seal(PURPOSE, f"{now()} {email.display}".encode(), now())
    return see_other(to("recovery.sent", to=sealed, again=form["again"] or None))


@routes.get("/forgot/sent")
def sent() -> Response:
    """The address comes back sealed: no log and no history has it in clear, and nobody puts words in our mouth."""
    pending = flow.pending()
    try:
        at, _, email = house().sealer.unseal(PURPOSE, request.args.get("to", "")).decode().partition(" ")
    except BadSeal:
        return see_other(to("recovery.forgot"))
    form = Form()
    if "again" in request.args:
        when = sentence("Sent again at %(time)s.", time=clock_time(int(at)))
        form.say("ok", when, gettext("Use the newest message."))
    return _sent_page(form, email, pending)


@routes.get("/reset")
def reset() -> Response:
    token = kept.token()
    proved = proofs.look(token, RESET, now())
    account = _account_of(proved)
    return _reset_page(Form(TOKEN, values={"token": token}), account, proved) if account else _dead(token)


@routes.post("/reset")
def reset_now() -> Response:
    """Looks at the token first, spends it last: a refused password leaves the link as it was."""
    form = Form.read(TOKEN, NEW_PASSWORD, CONFIRM_PASSWORD)
    proved = proofs.look(form["token"], RESET, now())
    account = _account_of(proved)
    if account is None:
        return _dead(form["token"])
    password = new_password_of(form, account.lookup) if form.ready else ""
    password_hash = _hashed(password, form) if form.ready else ""
    if not form.ready:
        return _reset_page(form, account, proved)
    recovery.forget_guesses(account)
    spent = recovery.spend_link(form["token"], now())
    if spent is None or spent.user_id != account.user_id:
        return _dead(form["token"])
    return _has_new_password(account, password_hash, _pending_of(spent))


def _has_new_password(account: Account, password_hash: str, pending: Pending | None) -> Response:
    """Everything of the old password ends, the owner is told, and whoever held the link is signed in here.

    A locked account is open again, and its owner looks through what can sign in as them.
    """
    recovery.set_password(account, password_hash, arrival.network(), now())
    tell_of_new_password(account)
    known_browsers.learn(account.user_id)  # that mail names this browser: no second one
    onward = url_for("account.account", changed=1)
    if leaving.unlock(account, arrival.network(), now()):
        account, onward = replace(account, state=users.ACTIVE), url_for("secure.review", unlocked=1)
    return passkeys.offered_before(arrival.signs_in(account, pending, onward=onward), account, pending)


def _hashed(password: str, form: Form) -> str:
    try:
        return house().hasher.hash(password)
    except Busy as busy:
        form.busy(busy.retry_after)
        return ""


def _is_too_often(form: Form) -> bool:
    """This network asked for links without end; the form says so. Counts; to be called before any write."""
    try:
        throttle.form("forgot", arrival.network(), house().settings.throttle, now())
    except TooMany as refused:
        form.slow_down(refused.retry_after)
    return form.failed


def _wait(email: Email, *, again: bool) -> int:
    """0 when the address may have such a mail now, else the seconds to wait. Counts; to be called before any write."""
    try:
        throttle.mail("reset", email.lookup, house().settings.throttle, now(), again=again)
    except TooMany as refused:
        return refused.retry_after
    return 0


def _send_link(email: Email, pending: Pending | None) -> None:
    """To the address as it was proved, never as somebody typed it; for an unknown one all the work, and no mail.

    Whoever has no password reads how they sign in instead.
    """
    account = users.by_email(email.lookup)
    user_id, pending_id = account.user_id if account else None, pending.id if pending else None
    mailed = proofs.open_reset(account.lookup if account else email.lookup, user_id, pending_id, now())
    reader = Reader(account.email, account.locale) if account else Reader(email.display, locale.current())
    link = url_for("recovery.reset", token=mailed.token)
    providers = [links.label_of(way) for way in identities.of_user(user_id or "")]
    if account and account.password is None and providers:
        letter = link_mails.how_to_sign_in(
            house().settings,
            reader,
            providers=tuple(dict.fromkeys(providers)),
            sign_in_link=url_for("sign_in.sign_in"),
            password_link=link,
        )
    else:
        letter = messages.choose_password(house().settings, reader, link=link, origin=places.origin_here(reader.locale))
    (outbox.post if account else outbox.pretend)(letter, house().sealer, now())


def _account_of(proved: Proved | None) -> Account | None:
    """Whose password may be chosen: the address that the link went to is the account's still."""
    account = users.by_id(proved.user_id) if proved and proved.user_id else None
    return account if account and proved and account.lookup == proved.lookup else None


def _pending_of(proved: Proved) -> Pending | None:
    """The app's request that waits in this browser; None in any other."""
    return pending_authorizations.find(proved.pending_id, cookies.browser_hash(), now()) if proved.pending_id else None


def _dead(token: str) -> Response:
    """Too old, used, replaced by a newer one, or not ours: asked for again in place, for the app that still waits."""
    found = by_token(fingerprint(token), RESET)
    return _page("recovery/dead.html", Form(EMAIL), _pending_of(found) if found else None, status=410)


def _sent_page(form: Form, email: str, pending: Pending | None, wait: int = 0) -> Response:
    if wait:
        form.mailed_lately(wait)
    return _page("recovery/sent.html", form, pending, email=email, address=to("recovery.forgot"))


def _reset_page(form: Form, account: Account, proved: Proved | None) -> Response:
    pending = _pending_of(proved) if proved else None
    return _page("recovery/reset.html", form, pending, email=account.email, kept=kept.link(form["token"]))


def _page(template: str, form: Form, pending: Pending | None, **context: Any) -> Response:
    client = flow.client_of(pending).metadata if pending else None
    return render(template, pending=pending, client=client, form=form, **context)


door = Door(routes)
