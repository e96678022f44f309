"""The second proof: at sign-in, when an app asks for it, and setting one up on the way.

Nobody is signed in by the first proof. The half sign-in belongs to the browser it began in, takes a few tries, ends
with the account's password, and is completed once.
"""

from typing import Any

from flask import Blueprint, Response, request, url_for

from idp.accounts import recovery_codes, second_factor
from idp.accounts.proofs import read_code
from idp.accounts.throttle import TooMany
from idp.protocol import acr
from idp.protocol.proof import AUTHENTICATOR
from idp.store import audit, half_sign_ins, users
from idp.store import recovery_codes as stored_codes
from idp.store.browser_sessions import Session
from idp.store.half_sign_ins import Half
from idp.store.pending_authorizations import Pending
from idp.store.users import Account
from idp.web import arrival, cookies, flow, owner, security_notice, setting_up, trust, visitor
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.fields import CODE
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import format_wait, gettext, sentence
from idp.web.page import render, to

routes = Blueprint("second_step", __name__)
HALF, TRUST, RECOVERY_CODE = Field("half", 22), Field("trust", 1), Field("recovery_code", 64)


@routes.route("/signin/code", methods=["GET", "POST"])
def second_step() -> Response:
    """The code of the person's app."""
    pending, half = flow.pending(), _half()
    account = _owes(half)
    if half is None or account is None:
        return _nothing_waits(pending)
    form = Form.read(CODE, TRUST)
    if form.ready and _shows_code(account, form, half):
        return _completes(half, account, pending, form)
    return _code_page(form, pending, account, half=half)


@routes.route("/signin/recovery", methods=["GET", "POST"])
def recovery() -> Response:
    """A recovery code in its place: at sign-in, and for whoever is asked while they are signed in."""
    pending, half, session = flow.pending(), _half(), visitor.session()
    account = _owes(half) if half else _of_session(session)
    if account is None:
        return _nothing_waits(pending)
    form = Form.read(RECOVERY_CODE)
    if form.ready and _has_recovery_code(account, form, half):
        if half:
            return _codes_left(account, pending, _completes(half, account, pending, form))
        assert session is not None  # noqa: S101 (without a half sign-in, it is the session's account)
        return _codes_left(account, pending, arrival.rises(session, pending, AUTHENTICATOR, onward=_onward()))
    return _page("second_step/recovery.html", form, pending, account=account, half=half)


@routes.route("/signin/prove", methods=["GET", "POST"])
def step_up() -> Response:
    """RFC 9470: whoever is signed in gives a second proof, for an app or for a page of their account."""
    pending, session = flow.pending(), visitor.session()
    account = _of_session(session)
    if session is None or account is None:
        return see_other(to("sign_in.sign_in"))
    if _is_sure(session):
        return see_other(flow.onward(pending) if pending else _onward())
    if not session.has_authenticator:
        return see_other(_to("second_step.by_passkey" if session.has_passkey else "second_step.set_up"))
    form = Form.read(CODE)
    if form.ready and _shows_code(account, form):
        return arrival.rises(session, pending, AUTHENTICATOR, onward=_onward())
    return _code_page(form, pending, account)


@routes.get("/signin/prove/passkey")
def by_passkey() -> Response:
    """The same where nothing but a passkey will do."""
    pending, account = flow.pending(), _of_session(visitor.session())
    if account is None:
        return see_other(to("sign_in.sign_in"))
    return _page("second_step/prove_by_passkey.html", Form(), pending, account=account)


@routes.route("/signin/protect", methods=["GET", "POST"])
def set_up() -> Response:
    """An app, or this house, asks for a second factor, and the person has none yet: they choose one."""
    return _set_up(passkey_only=False)


@routes.get("/signin/protect/passkey")
def set_up_passkey() -> Response:
    """The same where nothing but a passkey will do."""
    return _set_up(passkey_only=True)


@routes.route("/signin/protect/app", methods=["GET", "POST"])
def set_up_app() -> Response:
    """The key for their app, and its first code; then the recovery codes, once."""
    pending, session = flow.pending(), visitor.session()
    account = _of_session(session)
    shown = setting_up.shown(session, account) if session and account else None
    if session is None or account is None or shown is None or not owner.is_recent(session) or _has_one(session):
        return see_other(_to("second_step.set_up"))
    form = Form.read(CODE)
    if form.ready and (codes := setting_up.confirmed(form, session, account, pending)):
        return setting_up.codes_page(codes, session, pending, _way_on(pending))
    return _page("second_step/set_up_app.html", form, pending, account=account, shown=shown)


def _set_up(*, passkey_only: bool) -> Response:
    pending, session = flow.pending(), visitor.session()
    account = _of_session(session)
    if session is None or account is None:
        return see_other(to("sign_in.sign_in"))
    if not owner.is_recent(session):
        return see_other(_to("sign_in.again"))
    if _has_one(session):
        return see_other(_to("second_step.step_up"))
    if _is_sure(session) and not passkey_only:
        return see_other(_way_on(pending))
    form, offers_app = Form.read(), house().settings.second_factor.authenticator and not passkey_only
    if form.ready and offers_app and setting_up.begin(session):
        return see_other(_to("second_step.set_up_app"))
    return _page("second_step/set_up.html", form, pending, account=account, offers_app=offers_app)


def _half() -> Half | None:
    named = flow.named(HALF.name)
    return half_sign_ins.find(named, cookies.browser_hash(), now()) if named else None


def _owes(half: Half | None) -> Account | None:
    """Whose half sign-in it is; None when it is over, or nothing is owed any more. An account on hold stops here."""
    account = users.by_id(half.user_id) if half else None
    if account is None or not account.has_authenticator:
        return None
    arrival.insist_on_active(account)
    return account


def _of_session(session: Session | None) -> Account | None:
    return users.by_id(session.user_id) if session else None


def _is_sure(session: Session) -> bool:
    return acr.meets(session.acr, (acr.TWO_FACTORS,))


def _has_one(session: Session) -> bool:
    """They have a second factor, and did not show it: another one, of whoever knows the password, proves nothing."""
    return (session.has_authenticator or session.has_passkey) and not _is_sure(session)


def _nothing_waits(pending: Pending | None) -> Response:
    """Done already (a second press, another tab), too old, or never begun here."""
    return see_other(flow.onward(pending) if visitor.session() else to("sign_in.sign_in"))


def _has_tries(half: Half | None, form: Form) -> bool:
    """Counts; to be called before any write. Whoever is signed in is counted by their account alone."""
    if half is None or half_sign_ins.count_try(half.id, half.browser, house().settings.throttle.code_tries, now()):
        return True
    again = sentence('Please <a href="%(url)s">sign in again</a>.', url=to("sign_in.sign_in"))
    form.say("error", gettext("Too many tries."), again)
    form.refuse(429)
    return False


def _shows_code(account: Account, form: Form, half: Half | None = None) -> bool:
    """Whether it is the right code; else the sentence is said."""
    if read_code(form[CODE.name]) is None:
        form.fail(CODE.name, gettext("Type the six digits that your app shows now."))
    if form.failed or not _has_tries(half, form):
        return False
    try:
        right = second_factor.shows_code(
            account, form[CODE.name], arrival.source(), house().folder, house().settings.throttle, now()
        )
    except TooMany as refused:
        _say_too_many(form, CODE.name, refused)
        return False
    if not right:
        form.fail(CODE.name, setting_up.that_did_not_work())
    return right


def _has_recovery_code(account: Account, form: Form, half: Half | None) -> bool:
    """The same for a recovery code; the owner hears of it by mail."""
    name = RECOVERY_CODE.name
    if recovery_codes.read(form[name]) is None:
        form.fail(name, gettext("Type one of your recovery codes: ten letters and digits."))
    if form.failed or not _has_tries(half, form):
        return False
    try:
        right = second_factor.has_recovery_code(
            account, form[name], arrival.source(), house().folder, house().settings.throttle, now()
        )
    except TooMany as refused:
        _say_too_many(form, name, refused)
        return False
    if not right:
        form.fail(name, gettext("That code didn’t work. Each recovery code works once, and new ones end the old ones."))
        return False
    audit.record("recovery_code_used", now(), user_id=account.user_id, network=arrival.network())
    security_notice.tell(account, "recovery_code_used")
    return True


def _say_too_many(form: Form, name: str, refused: TooMany) -> None:
    form.fail(name, gettext("Too many tries. Try again in %(wait)s.", wait=format_wait(refused.retry_after)))
    form.refuse(429, refused.retry_after)


def _completes(half: Half, account: Account, pending: Pending | None, form: Form) -> Response:
    """Once: whoever presses twice, or comes after a new password, is not signed in by it."""
    if not half_sign_ins.complete(half.id, half.browser, now()):
        return _nothing_waits(pending)
    if form[TRUST.name] and half.remembered:
        trust.begin(account.user_id, request.user_agent.string, arrival.address())
    return arrival.completes(half, account, pending, AUTHENTICATOR)


def _codes_left(account: Account, pending: Pending | None, onward: Response) -> Response:
    """Says how many are left, before the way goes on."""
    left = stored_codes.left(account.user_id)
    way = onward.headers["Location"]
    return _page(
        "second_step/codes_left.html", Form(), pending, account=account, left=left, few=recovery_codes.FEW, onward=way
    )


def _then() -> str:
    named = flow.named(owner.THEN)
    return named if owner.destination(named) else ""


def _to(endpoint: str) -> str:
    """Another page of ours, which leads to the same end."""
    return to(endpoint, then=_then() or None)


def _onward() -> str:
    return owner.destination(_then()) or url_for("account.account")


def _way_on(pending: Pending | None) -> str:
    return flow.onward(pending) if pending else _onward()


def _code_page(form: Form, pending: Pending | None, account: Account, *, half: Half | None = None) -> Response:
    form.values[CODE.name] = ""
    trust_days = house().settings.second_factor.trust_device_for // 86400
    return _page("second_step/code.html", form, pending, account=account, half=half, trust_days=trust_days)


def _page(template: str, form: Form, pending: Pending | None, **context: Any) -> Response:
    client = flow.client_of(pending).metadata if pending else None
    return render(template, pending=pending, client=client, form=form, then=_then(), **context)


door = Door(routes)
