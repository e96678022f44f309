"""Another e-mail address: asked for, proved by link or code, and stopped by the old address for a week.

Nobody learns whether an address has an account: the same page follows, only the mail differs.
"""

from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for

from idp.accounts import email_change, proofs, throttle
from idp.accounts import sign_in as accounts
from idp.accounts.email_change import Mailed, Stopped, Taken
from idp.accounts.hashing import Busy
from idp.accounts.identifiers import Email
from idp.accounts.proofs import NoTriesLeft
from idp.accounts.throttle import TooMany
from idp.mail import address_change, outbox
from idp.mail.wording import Reader
from idp.store import email_changes, users
from idp.store.email_changes import Change
from idp.store.users import Account
from idp.web import arrival, confirmation, guess_notice, kept, security_notice, visitor
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.fields import CODE, EMAIL, PASSWORD, TOKEN, email_of, password_of
from idp.web.forms import Form
from idp.web.house import house, now
from idp.web.locale import format_wait, gettext
from idp.web.owner import Owner, of_account, of_proved_sign_in
from idp.web.page import render, to

routes = Blueprint("email_change", __name__)
NEW, OLD = "new address", "old address"


@routes.route("/account/email", methods=["GET", "POST"])
@of_proved_sign_in
def change(owner: Owner) -> Response:
    """Whoever has a password types it too: a browser that was left open is not enough."""
    form = Form.read(EMAIL, PASSWORD)
    email = _asked_for(form, owner.account) if form.ready else None
    if email is None or not _may_ask(form, email, owner.account):
        return _of_owner("email/change.html", owner, form)
    _begin(owner.account, email)
    return see_other(url_for("email_change.sent"))


@routes.get("/account/email/sent")
@of_account
def sent(owner: Owner) -> Response:
    return _waiting(owner, Form(CODE))


@routes.post("/account/email/code")
@of_account
def code(owner: Owner) -> Response:
    form, found = Form.read(CODE), email_changes.of_user(owner.account.user_id, now())
    try:
        return _moved() if form.ready and found and _confirmed_by_code(form, found) else _waiting(owner, form)
    except Taken:
        return _taken(found)


@routes.post("/account/email/resend")
@of_account
def resend(owner: Owner) -> Response:
    form, found = Form.read(), email_changes.of_user(owner.account.user_id, now())
    if not form.ready or found is None:
        return _waiting(owner, form)
    if wait := _wait(NEW, found.new_lookup, again=True):
        form.mailed_lately(wait)
        return _waiting(owner, form)
    taken = users.by_email(found.new_lookup)
    mailed = email_change.renew(found, confirmation.code_keys()[0], now(), deliverable=taken is None)
    _to_new(found, mailed, owner.account, taken)
    return see_other(url_for("email_change.sent", again=1))


@routes.post("/account/email/cancel")
@of_account
def cancel(owner: Owner) -> Response:
    form = Form.read()
    if not form.ready:
        return _waiting(owner, form)
    email_changes.end(owner.account.user_id, now())
    return see_other(url_for("profile.profile"))


@routes.route("/account/email/confirm", methods=["GET", "POST"])
def confirm() -> Response:
    """The mailed link. It works for the person whose change it is, where they are signed in, and for nobody else."""
    form = Form.read(TOKEN, values={"token": kept.token()})
    found, session = email_change.look(form["token"], now()), visitor.session()
    if found is None:
        return _dead(form["token"])
    if session is None or session.user_id != found.user_id:
        return render("email/elsewhere.html", form=Form(), email=found.new_address)
    if form.ready:
        try:
            done = email_change.confirm_by_link(form["token"], session.user_id, arrival.network(), now())
        except Taken:
            return _taken(found)
        return _moved() if done else _dead(form["token"])
    return render("email/confirm.html", form=form, email=found.new_address, kept=kept.link(form["token"]))


@routes.route("/account/email/stop", methods=["GET", "POST"])
def stop() -> Response:
    """Whoever reads the old mailbox needs no sign-in for this: it is theirs to stop, and opening the link does not."""
    form = Form.read(TOKEN, values={"token": kept.token()})
    found = email_change.look_to_stop(form["token"], now())
    if found is None:
        return render("email/too_late.html", 410)
    if not form.ready:
        return render("email/stop.html", form=form, change=found, kept=kept.link(form["token"]))
    stopped = email_change.stop(form["token"], arrival.network(), now())
    return _stopped(stopped) if stopped else render("email/too_late.html", 410)


def _asked_for(form: Form, account: Account) -> Email | None:
    """The address that was typed, by the person of this account; None, with the sentences said."""
    email = email_of(form)
    if email and email.lookup == account.lookup:
        form.fail(EMAIL.name, gettext("This is your address already."))
    password = password_of(form) if account.password else ""
    if form.errors or (account.password and not _is_theirs(account, password, form)):
        return None
    return email


def _is_theirs(account: Account, password: str, form: Form) -> bool:
    limits = house().settings.throttle
    try:
        right = accounts.is_password_of(account, password, arrival.source(), house().hasher, limits, now())
    except TooMany as refused:
        guess_notice.tell_owner(refused, account.lookup, account.email)
        wait = format_wait(refused.retry_after)
        form.fail(PASSWORD.name, gettext("Too many tries. Try again in %(wait)s.", wait=wait))
        form.refuse(429, refused.retry_after)
        return False
    except Busy as busy:
        form.busy(busy.retry_after)
        return False
    if not right:
        form.fail(PASSWORD.name, gettext("That password isn’t right. Passwords are case sensitive."))
    return right


def _may_ask(form: Form, email: Email, account: Account) -> bool:
    """So many mails to one address, and so many to the old one, whoever asks. Counts; before any other write."""
    wait = _wait(NEW, email.lookup) or _wait(OLD, account.lookup)
    if wait:
        form.slow_down(wait)
    elif account.password and not accounts.stands(account):
        form.fail(PASSWORD.name, gettext("That password isn’t right. Passwords are case sensitive."))
    return not form.failed


def _wait(kind: str, lookup: str, *, again: bool = False) -> int:
    """0 when this address may have such a mail now, else the seconds to wait."""
    try:
        throttle.mail(kind, lookup, house().settings.throttle, now(), again=again)
    except TooMany as refused:
        return refused.retry_after
    return 0


def _begin(account: Account, email: Email) -> None:
    """Both addresses hear of it: the new one to prove itself, the old one to stop it."""
    taken = users.by_email(email.lookup)
    keys = confirmation.code_keys()
    begun, mailed = email_change.begin(account, email, keys[0], arrival.network(), now(), deliverable=taken is None)
    _to_new(begun, mailed, account, taken)
    to_old = partial(address_change.address_changing, new_address=begun.new_address)
    security_notice.post(account, to_old, url_for("email_change.stop", token=mailed.stop))


def _to_new(begun: Change, mailed: Mailed, account: Account, taken: Account | None) -> None:
    """Whoever has the address reads whether it has an account; whoever only types it gets the same page as ever."""
    if taken:
        reader, link = Reader(taken.email, taken.locale), url_for("sign_in.sign_in")
        letter = address_change.address_taken(house().settings, reader, sign_in_link=link)
    else:
        reader, link = Reader(begun.new_address, account.locale), url_for("email_change.confirm", token=mailed.token)
        letter = address_change.confirm_new(house().settings, reader, link=link, code=mailed.code)
    outbox.post(letter, house().sealer, now())


def _confirmed_by_code(form: Form, found: Change) -> bool:
    """Whether the code that was typed proved the new address; else the sentence is said. Raises Taken."""
    typed, limits = proofs.read_code(form["code"]), house().settings.throttle
    if typed is None:
        form.fail(CODE.name, gettext("Type the six digits from the newest message."))
        return False
    keys, network = confirmation.code_keys(), arrival.network()
    try:
        throttle.code(found.new_lookup, network, limits, now())
        done = email_change.confirm_by_code(found, typed, keys, limits.code_tries, network, now())
    except NoTriesLeft:
        form.fail(CODE.name, gettext("That code no longer works. Send a new one."))
    except TooMany as refused:
        form.fail(CODE.name, gettext("Too many tries. Use the link in the message instead."))
        form.refuse(429, refused.retry_after)
    else:
        if done is None:
            form.fail(CODE.name, gettext("That code isn’t right. Use the newest message."))
    return not form.failed


def _waiting(owner: Owner, form: Form) -> Response:
    found = email_changes.of_user(owner.account.user_id, now())
    if found is None:
        return see_other(url_for("profile.profile"))
    if "again" in request.args and not form.sent:
        form.say("ok", gettext("Sent again."), gettext("Use the newest message."))
    return _of_owner("email/sent.html", owner, form, new_email=found.new_address, address=url_for("email_change.sent"))


def _moved() -> Response:
    return see_other(url_for("profile.profile", moved=1))


def _taken(found: Change | None) -> Response:
    """Somebody else proved the address a moment ago."""
    return render("email/taken.html", 409, email=found.new_address if found else "")


def _stopped(stopped: Stopped) -> Response:
    """Where the address had moved, the account has no password now: its owner chooses one, and is signed in by it."""
    account = stopped.account
    if not stopped.was_moved:
        return render("email/stopped.html", email=account.email)
    mailed = proofs.open_reset(account.lookup, account.user_id, None, now())
    return see_other(to("recovery.reset", **kept.link(mailed.token)))


def _dead(token: str) -> Response:
    """Used, too old, or not ours; whoever used it themselves reads that it is done."""
    found, session = email_change.spent(token), visitor.session()
    if found and session and session.user_id == found.user_id:
        return _moved()
    return render("email/dead.html", 410)


def _of_owner(template: str, owner: Owner, form: Form, **context: Any) -> Response:
    has_password = owner.account.password is not None
    place, email = "profile.profile", owner.account.email
    return render(template, form=form, place=place, email=email, has_password=has_password, **context)


door = Door(routes)
