"""Connect a device (RFC 8628 §3.3): the code on its screen is typed here, and the walk of its request begins."""

from flask import Blueprint, Response, request, url_for

from idp.accounts import throttle
from idp.accounts.throttle import TooMany
from idp.protocol import device_flow
from idp.store import pending_authorizations
from idp.store.polled_requests import Polled
from idp.web import arrival, cookies, user_codes, visitor
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.page import render

routes = Blueprint("device", __name__)
CODE = Field("user_code", 32)


@routes.route("/device", methods=["GET", "POST"])
def device() -> Response:
    """A code in the address (§3.3.1) is written into the field, and no more: whoever sent the link could be anybody."""
    prefilled = device_flow.read(request.args.get(CODE.name, "")[: CODE.limit])
    form = Form.read(CODE, values={CODE.name: device_flow.shown(prefilled)} if prefilled else {})
    if form.ready and (polled := _waiting(form)):
        expires_at = now() + house().settings.session.pending_for
        pending = pending_authorizations.open(polled.request, cookies.browser_hash(), now(), expires_at)
        return see_other(url_for("authorize.resume", pending_id=pending.id))
    return render("device/device.html", form=form, prefilled=bool(prefilled))


@routes.get("/device/done")
def done() -> Response:
    return render("device/done.html")


@routes.get("/device/refused")
def refused() -> Response:
    return render("device/refused.html")


@routes.get("/device/too-late")
def too_late() -> Response:
    """The code ran out while they signed in, or somebody answered before."""
    return render("device/too_late.html")


def _waiting(form: Form) -> Polled | None:
    """The request that waits under the typed code; None, with the sentence said. Guesses are counted (§5.1)."""
    code = device_flow.read(form[CODE.name])
    if code is None:
        form.fail(CODE.name, gettext("Type the eight letters that your device shows now."))
        return None
    session = visitor.session()
    try:
        throttle.user_code(arrival.network(), session.user_id if session else None, house().settings.throttle, now())
    except TooMany as too_many:
        form.slow_down(too_many.retry_after)
        return None
    found = user_codes.find(code)
    if found is None or house().clients.find(found.client_id, now()) is None:
        form.fail(CODE.name, gettext("That code isn’t right, or it is too old. Your device can show a new one."))
        return None
    return found


door = Door(routes)
