"""Creating an account: the form. The account itself begins when the address is proved (pages/verify.py)."""

from flask import Blueprint, Response

from idp.accounts import joining, throttle
from idp.accounts.identifiers import Email
from idp.accounts.joining import Terms
from idp.accounts.throttle import TooMany
from idp.settings import Settings
from idp.store import pending_authorizations
from idp.store.pending_authorizations import Pending
from idp.web import arrival, confirmation, cookies, flow, locale, problems
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.fields import CONFIRM_PASSWORD, EMAIL, NEW_PASSWORD, email_of, new_password_of
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.page import render, to

routes = Blueprint("sign_up", __name__)
TERMS = Field("terms", 32)
MARKETING = Field("marketing", 1)


@routes.route("/signup", methods=["GET", "POST"])
def sign_up() -> Response:
    """An address that has an account gets the same page after the same work; only its mail differs."""
    if not house().settings.signup.enabled:
        raise problems.not_found()
    pending = flow.pending()
    form = Form.read(*_fields(house().settings), values={"email": _expected_email(pending)})
    email = email_of(form) if form.ready else None
    if form.sent and not form.stale:
        password = new_password_of(form, email.lookup if email else "")
        _agrees(form)
        if email and form.ready:
            return _wait_for_proof(email, password, form, pending)
    client = flow.client_of(pending).metadata if pending else None
    return render("sign_up/sign_up.html", pending=pending, client=client, form=form, settings=house().settings)


def _fields(settings: Settings) -> tuple[Field, ...]:
    again = (CONFIRM_PASSWORD,) if settings.signup.confirm_password else ()
    return (EMAIL, NEW_PASSWORD, *again, TERMS, MARKETING)


def _agrees(form: Form) -> None:
    """Agreeing is to the version that was shown; a newer one has to be read first."""
    if form["terms"] != house().settings.brand.terms_version:
        form.values["terms"] = ""
        form.fail("terms", gettext("Tick the box to agree to the Terms of Service."))


def _wait_for_proof(email: Email, password: str, form: Form, pending: Pending | None) -> Response:
    """Everything that counts or takes long comes before the first write; the mail leaves after the commit."""
    try:
        throttle.form("sign-up", arrival.network(), house().settings.throttle, now())
    except TooMany as refused:
        raise problems.too_many(refused.retry_after) from None
    password_hash = house().hasher.hash(password)
    silent = confirmation.may_send(email.lookup) > 0
    brand = house().settings.brand
    terms = Terms(
        brand.terms_version,
        brand.privacy_version,
        marketing=bool(form["marketing"]),
        locale=locale.current(),
        network=arrival.address(),
    )
    waiting = joining.sign_up(email, password_hash, cookies.browser_hash(), terms, now())
    confirmation.send(waiting, pending, silent=silent)
    if pending:
        pending_authorizations.typed_email(pending.id, email.display)
    return see_other(to("verify.sent", sign_up=waiting.id))


def _expected_email(pending: Pending | None) -> str:
    """What was typed on another page of this sign-in, else whom the app expects (login_hint)."""
    return (pending.typed_email or pending.request.login_hint or "")[: EMAIL.limit] if pending else ""


door = Door(routes)
