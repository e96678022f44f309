"""The authenticator app in one’s account: set up, recovery codes, the devices that do without a code, and its end."""

from typing import Any, NamedTuple

from flask import Blueprint, Response, request, url_for

from idp.accounts import recovery_codes, second_factor
from idp.signing.sealing import BadSeal
from idp.store import audit, authenticators, trusted_devices
from idp.store import recovery_codes as stored_codes
from idp.web import arrival, problems, security_notice, setting_up, user_agents
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.fields import CODE
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.owner import Owner, of_account, of_proved_sign_in
from idp.web.page import render

routes = Blueprint("authenticator", __name__)
CODES = Field("codes", 1024)


class Device(NamedTuple):
    """One row of the trusted devices; `name` is "" for a browser that nobody knows."""

    name: str
    created_at: int
    expires_at: int


@routes.get("/account/authenticator")
@of_account
def authenticator(owner: Owner) -> Response:
    return _overview(Form(), owner)


@routes.route("/account/authenticator/new", methods=["GET", "POST"])
@of_proved_sign_in
def new(owner: Owner) -> Response:
    """A new key, for this session; nothing changes before the app shows its first code."""
    form = Form.read()
    if _has_one(owner) or not house().settings.second_factor.authenticator:
        return _to_overview()
    if form.ready and setting_up.begin(owner.session):
        return see_other(url_for("authenticator.key"))
    return _page("account/authenticator_new.html", form, owner)


@routes.route("/account/authenticator/key", methods=["GET", "POST"])
@of_proved_sign_in
def key(owner: Owner) -> Response:
    shown = setting_up.shown(owner.session, owner.account)
    if shown is None:
        return see_other(url_for("authenticator.authenticator"))
    form = Form.read(CODE)
    if form.ready and (codes := setting_up.confirmed(form, owner.session, owner.account, None)):
        return setting_up.codes_page(codes, owner.session, None, url_for("authenticator.authenticator"))
    return _page("account/authenticator_key.html", form, owner, shown=shown, half=None, then="")


@routes.route("/account/authenticator/codes", methods=["GET", "POST"])
@of_proved_sign_in
def codes(owner: Owner) -> Response:
    """Ten new recovery codes."""
    form = Form.read()
    made = second_factor.renew_codes(owner.account, house().folder, now()) if form.ready else None
    if made is None:
        return _page("account/authenticator_codes.html", form, owner) if _has_one(owner) else _to_overview()
    _happened("recovery_codes_made", owner)
    security_notice.tell(owner.account, "recovery_codes_made")
    onward = url_for("authenticator.authenticator")
    return setting_up.codes_page(made, owner.session, None, onward, is_new=False)


@routes.post("/account/authenticator/codes.txt")
@of_account
def download(owner: Owner) -> Response:
    """The codes of the page that this form stood on, as a file: they are nowhere else any more."""
    form = Form.read(CODES)
    try:
        text = setting_up.unsealed_codes(form[CODES.name], owner.session) if form.ready else ""
    except BadSeal:
        text = ""
    if not text:
        raise problems.stale_form()
    answer = Response(text, mimetype="text/plain")
    answer.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@routes.route("/account/authenticator/off", methods=["GET", "POST"])
@of_proved_sign_in
def off(owner: Owner) -> Response:
    form = Form.read()
    if not _has_one(owner):
        return _to_overview()
    if not form.ready:
        is_required = house().settings.second_factor.required
        return _page("account/authenticator_off.html", form, owner, is_required=is_required)
    if second_factor.turn_off(owner.account, now()):
        arrival.renews(owner.session)
        _happened("authenticator_removed", owner)
        security_notice.tell(owner.account, "authenticator_removed")
    return _to_overview("off")


@routes.post("/account/authenticator/forget")
@of_account
def forget_devices(owner: Owner) -> Response:
    """Nobody needs to prove anything to be asked for more."""
    form = Form.read()
    if not form.ready:
        return _overview(form, owner)
    trusted_devices.revoke_all(owner.account.user_id, now())
    _happened("devices_forgotten", owner)
    return _to_overview("forgotten")


def _overview(form: Form, owner: Owner) -> Response:
    said = {
        "off": gettext("The authenticator app is off."),
        "forgotten": gettext("No device is trusted any more."),
    }.get(request.args.get("done", ""))
    if said and not form.sent:
        form.say("ok", said)
    found = authenticators.of(owner.account.user_id)
    return _page(
        "account/authenticator.html",
        form,
        owner,
        since=found.confirmed_at if found else None,
        left=stored_codes.left(owner.account.user_id),
        few=recovery_codes.FEW,
        devices=[
            Device(user_agents.name_of(trusted.user_agent), trusted.created_at, trusted.expires_at)
            for trusted in trusted_devices.of(owner.account.user_id, now())
        ],
        offered=house().settings.second_factor.authenticator,
    )


def _has_one(owner: Owner) -> bool:
    return owner.account.has_authenticator


def _to_overview(done: str = "") -> Response:
    return see_other(url_for("authenticator.authenticator", done=done or None))


def _happened(event: str, owner: Owner) -> None:
    session_id, network = owner.session.id, arrival.network()
    audit.record(event, now(), user_id=owner.account.user_id, session_id=session_id, network=network)


def _page(template: str, form: Form, owner: Owner, **context: Any) -> Response:
    return render(template, form=form, place="passkeys.passkeys", email=owner.account.email, **context)


door = Door(routes)
