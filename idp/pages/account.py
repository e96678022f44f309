"""The account's home page, and its password."""

from flask import Blueprint, Response, request, url_for

from idp.accounts import recovery
from idp.accounts import sign_in as accounts
from idp.accounts.hashing import Busy
from idp.accounts.throttle import TooMany
from idp.store import connected_apps, credentials, polled_requests
from idp.store.browser_sessions import Session
from idp.store.users import Account
from idp.web import arrival, guess_notice, links, own_apps, own_devices, security_check, upstreams
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.fields import CONFIRM_PASSWORD, NEW_PASSWORD, PASSWORD, new_password_of, password_of
from idp.web.forms import Form
from idp.web.house import house, now
from idp.web.locale import format_wait, gettext
from idp.web.owner import Owner, is_recent, of_account, prove_again
from idp.web.page import render
from idp.web.security_notice import tell_of_new_password

routes = Blueprint("account", __name__)
FIRST = 3


@routes.get("/account")
@of_account
def account(owner: Owner) -> Response:
    """How the account stands, what could be better, and the first rows of what has pages of its own."""
    form, user_id = Form(), owner.account.user_id
    if "changed" in request.args:
        form.say("ok", gettext("Your password is changed."), gettext("Other devices were signed out."))
    apps = [own_apps.shown(app, owner) for app in connected_apps.of_user(user_id, now())]
    devices = tuple(own_devices.listed(owner))
    return render(
        "account/account.html",
        form=form,
        place="account.account",
        email=owner.account.email,
        name=owner.account.name,
        points=security_check.points(owner.account, apps),
        devices=devices[:FIRST],
        more_devices=len(devices) > FIRST,
        apps=apps[:FIRST],
        app_count=len(apps),
        providers=links.rows(owner.account)[:FIRST] if any(house().upstreams) else (),
        form_targets=upstreams.targets(),
        asked=len(polled_requests.waiting_for(user_id, now())),
    )


@routes.route("/account/password", methods=["GET", "POST"])
@of_account
def password(owner: Owner) -> Response:
    """A new one, for whoever knows the present one; who has none signed in a short while ago instead."""
    has_one = owner.account.password is not None
    if not has_one and not is_recent(owner.session):
        return see_other(prove_again())
    form = Form.read(*((PASSWORD,) if has_one else ()), NEW_PASSWORD, CONFIRM_PASSWORD)
    if form.sent and not form.stale:
        new = _new_password(owner.account, form) if has_one else new_password_of(form, owner.account.lookup)
        if form.ready and (response := _changed(owner.account, owner.session, new, form)):
            return response
    email = owner.account.email
    return render("account/password.html", form=form, place="passkeys.passkeys", email=email, has_password=has_one)


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
    if found.password is None and not credentials.first_password(found.user_id, password_hash, now()):
        return see_other(url_for("account.password"))  # there is one by now, and whoever changes it knows it
    if found.password is not None and not accounts.stands(found):
        _say_wrong(form)
        return None
    recovery.set_password(found, password_hash, arrival.network(), now(), kept_session=session.id)
    arrival.renews(session)
    tell_of_new_password(found)
    return see_other(url_for("account.account", changed=1))


def _say_wrong(form: Form) -> None:
    form.fail("password", gettext("That password isn’t right. Passwords are case sensitive."))


door = Door(routes)
