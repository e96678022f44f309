"""Where a person is signed in: every live session, and the end of one or of all others."""

from flask import Blueprint, Response, request, url_for

from idp import sessions
from idp.store import audit
from idp.web import arrival, own_devices
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.forms import Field, Form
from idp.web.house import now
from idp.web.locale import gettext
from idp.web.owner import Owner, of_account
from idp.web.page import render

routes = Blueprint("devices", __name__)
SESSION = Field("session", 22)


@routes.route("/account/devices", methods=["GET", "POST"])
@of_account
def devices(owner: Owner) -> Response:
    """POST ends one session, of this person only: what is not theirs, or over, is as gone as what was ended."""
    form = Form.read(SESSION)
    if form.ready and form["session"] != owner.session.id:
        if sessions.end_device(owner.account.user_id, form["session"], now()):
            _record("device_signed_out", owner, form["session"])
        return see_other(url_for("devices.devices", ended="one"))
    return _page(owner, form)


@routes.post("/account/devices/others")
@of_account
def others(owner: Owner) -> Response:
    """Every session but this one ends."""
    form = Form.read()
    if not form.ready:
        return _page(owner, form)
    sessions.end_everywhere_else(owner.account.user_id, now(), owner.session.id)
    _record("devices_signed_out", owner, owner.session.id)
    return see_other(url_for("devices.devices", ended="others"))


def _page(owner: Owner, form: Form) -> Response:
    if request.args.get("ended") == "one":
        form.say("ok", gettext("That device is signed out."), gettext("Apps that it let in are told."))
    elif "ended" in request.args:
        form.say("ok", gettext("Every other device is signed out."), gettext("Apps that they let in are told."))
    listed = tuple(own_devices.listed(owner))
    return render("account/devices.html", form=form, place="devices.devices", email=owner.account.email, devices=listed)


def _record(event: str, owner: Owner, session_id: str) -> None:
    audit.record(event, now(), user_id=owner.account.user_id, session_id=session_id, network=arrival.network())


door = Door(routes)
