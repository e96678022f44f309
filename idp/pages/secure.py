"""Something looks wrong: what makes an account safe again, in one place, and the lock that closes it at once."""

from flask import Blueprint, Response, request, url_for

from idp.accounts import leaving
from idp.mail import alerts
from idp.store import users
from idp.store.users import Account
from idp.web import arrival, cookies, front_channel, security_notice, visitor
from idp.web.door import Door
from idp.web.forms import Form
from idp.web.house import now
from idp.web.locale import gettext
from idp.web.owner import Owner, of_account
from idp.web.page import render

routes = Blueprint("secure", __name__)


@routes.get("/account/secure")
def secure() -> Response:
    """Where the mails lead. Whoever cannot sign in any more gets in by mail, which signs everybody else out."""
    session = visitor.session()
    account = users.by_id(session.user_id) if session else None
    if account is None:
        return render("secure/by_mail.html")
    return _review(account)


@routes.get("/account/review")
@of_account
def review(owner: Owner) -> Response:
    """The same, for whoever has to sign in first, or has just opened a locked account by mail."""
    form = Form()
    if "unlocked" in request.args:
        form.say(
            "ok", gettext("Your account is unlocked."), gettext("Look through what can sign in as you, and remove it.")
        )
    return _review(owner.account, form)


@routes.route("/account/lock", methods=["GET", "POST"])
@of_account
def lock(owner: Owner) -> Response:
    """No password is asked for: closing is never wrong, and opening takes the mailbox."""
    form = Form.read()
    frames = front_channel.frames(owner.session) if form.ready else ()
    if form.ready and leaving.lock(owner.account, arrival.network(), now()):
        security_notice.post(owner.account, alerts.locked, url_for("recovery.forgot"))
        cookies.drop(cookies.SESSION)
        return render("secure/locked.html", email=owner.account.email, frames=frames)
    return render("secure/lock.html", form=form, place="data.data", email=owner.account.email)


def _review(account: Account, form: Form | None = None) -> Response:
    return render("secure/secure.html", form=form or Form(), email=account.email)


door = Door(routes)
