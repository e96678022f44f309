"""The account, as far as it goes today: who am I, sign out, change the password."""

from flask import Blueprint, Response, request, url_for

from idp.accounts import recovery
from idp.accounts import sign_in as accounts
from idp.accounts.hashing import Busy
from idp.accounts.throttle import TooMany
from idp.store.browser_sessions import Session
from idp.store.users import Account
from idp.web import arrival, guess_notice
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.fields import CONFIRM_PASSWORD, NEW_PASSWORD, PASSWORD, new_password_of, password_of
from idp.web.forms import Form
from idp.web.house import house, now
from idp.web.locale import format_wait, gettext
from idp.web.owner import Owner, of_account
from idp.web.page import render
from idp.web.password_notice import tell_owner

routes = Blueprint("account", __name__)


@routes.get("/account")
@of_account
def account(owner: Owner) -> Response:
    form = Form()
    if "changed" in request.args:
        form.say("ok", gettext("Your password is changed."), gettext("Other devices were signed out."))
    return render(
        "account/account.html",
        form=form,
        place="account.account",
        email=owner.account.email,
        name=owner.account.name,
        password_changed_at=owner.account.password_changed_at,
        session=owner.session,
    )


@routes.route("/account/password", methods=["GET", "POST"])
@of_account
def password(owner: Owner) -> Response:
    form = Form.read(PASSWORD, NEW_PASSWORD, CONFIRM_PASSWORD)
    if form.sent and not form.stale:
        new = _new_password(owner.account, form)
        if form.ready and (response := _changed(owner.account, owner.session, new, form)):
            return response
    return render("account/password.html", form=form, place="account.password", email=owner.account.email)


@routes.get("/.well-known/change-password")
def change_password() -> Response:
    """A Well-Known URL for Changing Passwords (W3C): where password managers send people."""
    return see_other(url_for("account.password"))


def _new_password(found: Account, form: Form) -> str:
    """The new password, when the current one was right; "", with the sentences said."""
    current, new = password_of(form), new_password_of(form, found.lookup)
    if form.errors:
        return ""
    try:
        right = accounts.is_password_of(
            found, current, arrival.source(), house().hasher, house().settings.throttle, now()
        )
    except TooMany as refused:
        guess_notice.tell_owner(refused, found.lookup, found.email)
        wait = format_wait(refused.retry_after)
        form.fail("password", gettext("Too many tries. Try again in %(wait)s.", wait=wait))
        form.refuse(429, refused.retry_after)
        return ""
    except Busy as busy:
        form.busy(busy.retry_after)
        return ""
    if not right:
        _say_wrong(form)
    return new


def _changed(found: Account, session: Session, new: str, form: Form) -> Response | None:
    """Every other session and grant ends; this one goes on under a new cookie.

    None, with the sentence said, when the current password was changed elsewhere in this very moment.
    """
    try:
        password_hash = house().hasher.hash(new)
    except Busy as busy:
        form.busy(busy.retry_after)
        return None
    if not accounts.stands(found):
        _say_wrong(form)
        return None
    recovery.set_password(found, password_hash, arrival.network(), now(), kept_session=session.id)
    arrival.renews(session)
    tell_owner(found)
    return see_other(url_for("account.account", changed=1))


def _say_wrong(form: Form) -> None:
    form.fail("password", gettext("That password isn’t right. Passwords are case sensitive."))


door = Door(routes)
