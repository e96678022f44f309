"""Creating an account: the form. The account itself begins when the address is proved (pages/verify.py)."""

from flask import Blueprint, Response

from idp.accounts import joining, throttle
from idp.accounts.hashing import Busy
from idp.accounts.identifiers import Email
from idp.accounts.throttle import TooMany
from idp.settings.load import Settings
from idp.store.pending_authorizations import Pending
from idp.web import arrival, confirmation, cookies, flow, kept, problems, upstreams
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.fields import CONFIRM_PASSWORD, EMAIL, NEW_PASSWORD, email_of, new_password_of
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.page import render, to
from idp.web.terms import MARKETING, TERMS, agreed, agrees

routes = Blueprint("sign_up", __name__)


@routes.route("/signup", methods=["GET", "POST"])
def sign_up() -> Response:
    """An address that has an account gets the same page after the same work; only its mail differs."""
    if not house().settings.signup.enabled:
        raise problems.not_found()
    pending = flow.pending()
    form = Form.read(*_fields(house().settings), values={"email": kept.expected_email(pending)})
    email = email_of(form) if form.ready else None
    if form.sent and not form.stale:
        password = new_password_of(form, email.lookup if email else "")
        agrees(form)
        password_hash = _hashed(password, form) if form.ready else ""
        if email and form.ready:
            return _wait_for_proof(email, password_hash, form, pending)
    if email:
        kept.note_email(pending, email.display)
    client = flow.client_of(pending).metadata if pending else None
    return render(
        "sign_up/sign_up.html",
        pending=pending,
        client=client,
        form=form,
        settings=house().settings,
        typed=kept.typed(form, pending),
        upstreams=upstreams.buttons(),
        form_targets=upstreams.targets(),
    )


def _fields(settings: Settings) -> tuple[Field, ...]:
    again = (CONFIRM_PASSWORD,) if settings.signup.confirm_password else ()
    return (EMAIL, NEW_PASSWORD, *again, TERMS, MARKETING)


def _hashed(password: str, form: Form) -> str:
    """The hash, which takes long; "" with the sentence said, when this network or everybody has to wait."""
    try:
        throttle.form("sign-up", arrival.network(), house().settings.throttle, now())
        return house().hasher.hash(password)
    except TooMany as refused:
        form.slow_down(refused.retry_after)
    except Busy as busy:
        form.busy(busy.retry_after)
    return ""


def _wait_for_proof(email: Email, password_hash: str, form: Form, pending: Pending | None) -> Response:
    """Everything that counts or takes long came before the first write; the mail leaves after the commit."""
    silent = confirmation.may_send(email.lookup) > 0
    waiting = joining.sign_up(email, password_hash, cookies.browser_hash(), agreed(form), now())
    confirmation.send(waiting, pending, silent=silent)
    kept.note_email(pending, email.display)
    return see_other(to("verify.sent", sign_up=waiting.id))


door = Door(routes)
