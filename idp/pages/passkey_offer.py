"""A passkey offered where people take one: once after their address is confirmed or their password is new, and where
an app asks for a second proof that they do not have yet."""

from flask import Blueprint, Response, request

from idp.accounts import passkeys as accounts
from idp.accounts.ceremonies import Used
from idp.store.pending_authorizations import Pending
from idp.web import arrival, flow, passkeys
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.forms import Form
from idp.web.locale import gettext
from idp.web.owner import Owner, of_account, of_proved_sign_in
from idp.web.page import render, to
from idp.web.passkeys import CREDENTIAL

routes = Blueprint("passkey_offer", __name__)


@routes.get("/signin/passkey/offer")
@of_account
def offer(owner: Owner) -> Response:
    """Stands between, once, and holds nobody: "Not now" is a link to where the way goes on."""
    pending = flow.pending()
    if owner.session.has_passkey or not passkeys.are_offered():
        return see_other(flow.onward(pending))
    form = Form()
    if passkeys.AFTER_RESET in request.args:
        form.say("ok", gettext("Your password is changed."), gettext("Other devices were signed out."))
    return _offer_page(form, owner, pending)


@routes.post("/signin/passkey/offer")
@of_account
def accepted(owner: Owner) -> Response:
    pending, form = flow.pending(), Form.read(CREDENTIAL)
    if passkeys.made(form, owner.account, owner.session.id) is None:
        return _offer_page(form, owner, pending)
    return see_other(flow.onward(pending))


@routes.post("/signin/passkey/protect")
@of_proved_sign_in
def protect(owner: Owner) -> Response:
    """The second factor that was asked for: the device has just checked its user, so this session is as sure as that.

    Whoever has a passkey already shows that one: another one, made by whoever knows the password, proves nothing.
    """
    pending, form = flow.pending(), Form.read(CREDENTIAL)
    if owner.session.has_passkey:
        return see_other(to("second_step.step_up", then=passkeys.then() or None))
    passkey = passkeys.made(form, owner.account, owner.session.id)
    if passkey is None:
        return see_other(to("second_step.set_up", then=passkeys.then() or None, passkey=passkeys.FAILED))
    proof = accounts.proof_by(passkey, Used(passkey.sign_count, passkey.backed_up, passkey.user_verified))
    proof = accounts.as_second(proof, owner.session.amr)
    return arrival.rises(owner.session, pending, proof, onward=passkeys.onward())


def _offer_page(form: Form, owner: Owner, pending: Pending | None) -> Response:
    client = flow.client_of(pending).metadata if pending else None
    return render(
        "sign_in/passkey_offer.html",
        pending=pending,
        client=client,
        form=form,
        email=owner.account.email,
        onward=flow.onward(pending),
    )


door = Door(routes)
