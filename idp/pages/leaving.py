"""Deleting one's account, with days to change one's mind: setting it, and keeping the account after all."""

from flask import Blueprint, Response, request, url_for

from idp.accounts import leaving, sign_in
from idp.accounts.identifiers import BadEmail, normalise_email
from idp.mail import farewells, outbox
from idp.mail.wording import Reader
from idp.store import owned_apps, pending_authorizations, users
from idp.store.users import Account
from idp.web import arrival, coming_back, cookies, front_channel
from idp.web.answers import see_other
from idp.web.coming_back import Return
from idp.web.door import Door
from idp.web.fields import EMAIL
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.owner import Owner, of_recent_sign_in
from idp.web.page import AppIdentity, render, to

routes = Blueprint("leaving", __name__)
BACK = Field("back", 4096)
DAY = 86400


@routes.route("/account/data/delete", methods=["GET", "POST"])
@of_recent_sign_in
def delete(owner: Owner) -> Response:
    """The address is typed, so that nobody does this by a slip of the finger."""
    form = Form.read(EMAIL)
    frames = front_channel.frames(owner.session) if form.ready else ()
    if form.ready and _is_own(form, owner.account) and (deletes_at := _set(owner.account)):
        return render("leaving/set.html", deletes_at=deletes_at, email=owner.account.email, frames=frames)
    grace = house().settings.account.delete_after // DAY
    return render(
        "leaving/delete.html",
        form=form,
        place="data.data",
        email=owner.account.email,
        grace_days=grace,
        apps=[AppIdentity.of(app.metadata).name for app in owned_apps.alone(owner.account.user_id, now())],
    )


@routes.route("/account/keep", methods=["GET", "POST"])
def keep() -> Response:
    """Whoever proved who they are during the days of grace decides before they are signed in; others sign in first."""
    form = Form.read(BACK, values={"back": request.args.get("back", "")[: BACK.limit]})
    back = coming_back.unsealed(form["back"])
    account = users.by_id(back.user_id) if back else None
    if back is None or account is None or not back.stands(account):
        return see_other(to("sign_in.sign_in"))
    if form.ready:
        return _kept(account, back)
    reload = {"back": form["back"]}
    return render("leaving/keep.html", form=form, email=account.email, deletes_at=back.deletes_at, kept=reload)


def _is_own(form: Form, account: Account) -> bool:
    try:
        typed = normalise_email(form[EMAIL.name]).lookup
    except BadEmail:
        typed = ""
    if typed != account.lookup:
        form.fail(EMAIL.name, gettext("Type the email address of this account."))
    return not form.failed


def _set(account: Account) -> int:
    """When it goes; 0 when another request closed the account in this moment."""
    deletes_at = now() + house().settings.account.delete_after
    if not leaving.leave(account, deletes_at, arrival.network(), now()):
        return 0
    settings, reader = house().settings, Reader(account.email, account.locale)
    letter = farewells.deletion_set(settings, reader, deletes_at=deletes_at, link=url_for("leaving.keep"))
    outbox.post(letter, house().sealer, now())
    cookies.drop(cookies.SESSION)
    arrival.remember(arrival.device().without(account.user_id))
    return deletes_at


def _kept(account: Account, back: Return) -> Response:
    """The account is theirs again, and the sign-in goes on where it stopped."""
    is_as_it_was = account.password is None or sign_in.stands(account)
    if not is_as_it_was or not leaving.stay(account, back.deletes_at, arrival.network(), now()):
        return see_other(to("sign_in.sign_in"))
    pending = pending_authorizations.find(back.pending_id, cookies.browser_hash(), now())
    arrival.start(account, pending, back.proof, remembered=back.remembered)
    return see_other(back.way)


door = Door(routes)
