"""Signing in: address and password, choosing among the people of this browser, confirming that it is still you."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import Blueprint, Response, request, url_for

from idp.accounts import sign_in as accounts
from idp.accounts.hashing import Busy
from idp.accounts.identifiers import Email
from idp.accounts.sign_in import NOBODY, Answer
from idp.accounts.throttle import TooMany
from idp.store import identities, pending_authorizations, proofs, sign_ups, users
from idp.store.browser_sessions import Session
from idp.store.pending_authorizations import Pending
from idp.store.sign_ups import Waiting
from idp.store.users import Account
from idp.upstream.provider import Wish
from idp.web import (
    arrival,
    confirmation,
    cookies,
    flow,
    guess_notice,
    kept,
    newcomers,
    owner,
    passkeys,
    upstreams,
    visitor,
)
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.fields import EMAIL, PASSWORD, REMEMBER, email_of, password_of
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import format_wait, gettext, sentence
from idp.web.newcomers import Newcomer
from idp.web.page import render, to

routes = Blueprint("sign_in", __name__)
MAIL_IS_OLD = 120
PASSWORD_STEP = "password"


class Choice(NamedTuple):
    """One row of the chooser."""

    user_id: str
    name: str
    email: str
    is_signed_in: bool
    is_expected: bool = False


@routes.route("/signin", methods=["GET", "POST"])
def sign_in() -> Response:
    """Whoever is signed in and comes without an app has nothing to do here; an app may ask for another person."""
    pending = flow.pending()
    connecting = _connecting()
    if pending is None and connecting is None and request.method == "GET" and visitor.session():
        return see_other(_onward())
    form = Form.read(EMAIL, PASSWORD, REMEMBER, values={"email": kept.expected_email(pending)})
    if response := _by_address(form, pending):
        return response
    answer = _whose(form, pending) if form.ready else NOBODY
    if answer.account:
        upstreams.note_last("")
        return arrival.signs_in(answer.account, pending, remembered=bool(form["remember"]), onward=_onward())
    if answer.unproved:
        return _to_confirmation(answer.unproved, pending)
    upstreams.say(form, instead=gettext("Use your email and password, or try again in a few minutes."))
    return _page(
        "sign_in/address.html" if _asks_address_first() else "sign_in/sign_in.html",
        form,
        pending,
        connecting,
        then=_then(),
        step=PASSWORD_STEP if house().settings.sign_in.two_pages else "",
        typed=kept.typed(form, pending),
        passkey_is_last=arrival.device().method == passkeys.METHOD,
        upstreams=upstreams.buttons(),
    )


@routes.route("/signin/again", methods=["GET", "POST"])
def again() -> Response:
    """The person who is signed in shows that it is still them (prompt=login, max_age)."""
    pending, session = flow.pending(), visitor.session()
    account = users.by_id(session.user_id) if session else None
    if session is None or account is None:
        return see_other(to("sign_in.sign_in"))
    form = Form.read(PASSWORD)
    if form.ready and _is_still(account, form):
        return arrival.signs_in(account, pending, remembered=session.remembered, onward=_onward())
    upstreams.say(form)
    return _page(
        "sign_in/again.html",
        form,
        pending,
        _connecting(),
        email=account.email,
        has_password=account.password is not None,
        has_passkey=account.has_passkey,
        then=_then(),
        because=owner.because(_then()),
        upstreams=upstreams.buttons(link.upstream for link in identities.of_user(account.user_id)),
    )


@routes.get("/signin/choose")
def choose() -> Response:
    pending, session = flow.pending(), visitor.session()
    choices = _expected_first(_choices(session), pending)
    if not choices:
        return see_other(to("sign_in.sign_in"))
    return _page("sign_in/choose.html", Form(), pending, choices=choices)


@routes.post("/signin/choose")
def chosen() -> Response:
    """Whoever is signed in goes on; whoever is only remembered types their password first."""
    pending, session = flow.pending(), visitor.session()
    form = Form.read(Field("account", 22), Field("remove", 22))
    choices = _expected_first(_choices(session), pending)
    if form.ready and form["remove"]:
        arrival.remember(arrival.device().without(form["remove"]))
        return see_other(to("sign_in.choose"))
    picked = next((choice for choice in choices if choice.user_id == form["account"]), None)
    if not form.ready or picked is None:
        return _page("sign_in/choose.html", form, pending, choices=choices)
    if session and picked.is_signed_in:
        if pending:
            pending_authorizations.chose(pending.id, session.id)
        return see_other(flow.onward(pending))
    if pending:
        pending_authorizations.typed_email(pending.id, picked.email)
    return see_other(to("sign_in.sign_in"))


def _by_address(form: Form, pending: Pending | None) -> Response | None:
    """Where an address alone leads: to the provider of its domain, or where it is asked for first, to the password."""
    if not form.ready or form[PASSWORD.name] or not (form[EMAIL.name] or _asks_address_first()):
        return None
    email = email_of(form)
    if email is None:
        return None
    if elsewhere := house().upstreams.of_domain(email.lookup.rpartition("@")[2]):
        remembered, wish = bool(form["remember"]), Wish(login_hint=email.display)
        return upstreams.leave(elsewhere, pending, remembered=remembered, onward=_then(), wish=wish)
    if not _asks_address_first():
        return None
    kept.note_email(pending, email.display)
    typed = kept.sealed_email(email.display, pending)
    return see_other(to("sign_in.sign_in", step=PASSWORD_STEP, then=_then() or None, typed=typed))


def _asks_address_first() -> bool:
    """sign_in.two_pages: the address has a page of its own, for those who prove themselves elsewhere."""
    return house().settings.sign_in.two_pages and flow.named("step") != PASSWORD_STEP


def _whose(form: Form, pending: Pending | None) -> Answer:
    """Whose the typed password is; NOBODY, with the sentence said."""
    email, password = email_of(form), password_of(form)
    answer = _checked(email, password, form) if email and not form.errors else NOBODY
    if email:
        kept.note_email(pending, email.display)
    return answer


def _checked(email: Email, password: str, form: Form) -> Answer:
    try:
        answer = accounts.check(
            email.lookup, password, arrival.source(), house().hasher, house().settings.throttle, now()
        )
    except TooMany as refused:
        guess_notice.tell_owner(refused, email.lookup, email.display)
        _say_too_many(form, refused)
        return NOBODY
    except Busy as busy:
        form.busy(busy.retry_after)
        return NOBODY
    if answer == NOBODY:
        _say_no_match(form)
    return answer


def _is_still(account: Account, form: Form) -> bool:
    password = password_of(form)
    if form.errors:
        return False
    try:
        right = accounts.is_password_of(
            account, password, arrival.source(), house().hasher, house().settings.throttle, now()
        ) and accounts.stands(account)
    except TooMany as refused:
        guess_notice.tell_owner(refused, account.lookup, account.email)
        _say_too_many(form, refused)
        return False
    except Busy as busy:
        form.busy(busy.retry_after)
        return False
    if not right:
        form.fail("password", gettext("That password isn’t right. Passwords are case sensitive."))
    return right


def _to_confirmation(waiting: Waiting, pending: Pending | None) -> Response:
    """The right password of a sign-up whose address is not proved yet: the mail is what is missing.

    The sign-up goes on in this browser, whichever it began in: whoever knows the password may type the code here.
    """
    newest = proofs.of_sign_up(waiting.id)
    is_old = newest is None or now() - newest.created_at > MAIL_IS_OLD
    send = is_old and confirmation.may_send(waiting.lookup, again=True) == 0
    sign_ups.adopt(waiting.id, cookies.browser_hash())
    if send:
        confirmation.send(waiting, pending)
    return see_other(to("verify.sent", sign_up=waiting.id))


def _choices(session: Session | None) -> Iterator[Choice]:
    """Whoever is signed in, then those this browser remembers."""
    here = session.user_id if session else ""
    others = arrival.device().without(here).people
    for account in filter(None, map(users.by_id, (here, *others))):
        yield Choice(account.user_id, account.name, account.email, account.user_id == here)


def _expected_first(choices: Iterator[Choice], pending: Pending | None) -> list[Choice]:
    """Whom the app names by its login_hint stands first, and has the focus."""
    hint = (pending.request.login_hint or "").strip().casefold() if pending else ""
    marked = [choice._replace(is_expected=choice.email.casefold() == hint) for choice in choices]
    return sorted(marked, key=lambda choice: not choice.is_expected)


def _say_no_match(form: Form) -> None:
    """The same words for a wrong password, an unknown address and an account without a password."""
    form.say(
        "error",
        gettext("That email and password don’t match."),
        sentence(
            "Check both and try again. Passwords are case sensitive – is Caps Lock on? "
            'You can also <a href="%(url)s">reset your password</a>.',
            url=to("recovery.forgot"),
        ),
        blames=("email", "password"),
    )


def _say_too_many(form: Form, refused: TooMany) -> None:
    form.say(
        "error",
        gettext("Too many tries."),
        sentence(
            'Wait %(wait)s, or <a href="%(url)s">reset your password</a>.',
            wait=format_wait(refused.retry_after),
            url=to("recovery.forgot"),
        ),
    )
    form.refuse(429, refused.retry_after)


def _page(
    template: str, form: Form, pending: Pending | None, connecting: Newcomer | None = None, **context: Any
) -> Response:
    """Whoever signs in to connect another provider is told so. Their app waits meanwhile: it is shown, and gone to."""
    waits = pending or (upstreams.pending_of(connecting.login) if connecting else None)
    if connecting and not form.note:
        provider, label = connecting.registered.label, connecting.identity.label
        form.say("info", gettext("Sign in to connect %(provider)s to your account.", provider=provider), label)
    return render(
        template,
        pending=pending,
        client=flow.client_of(waits).metadata if waits else None,
        form=form,
        form_targets=(*upstreams.targets(), *upstreams.ends_at(waits)),
        signup_enabled=house().settings.signup.enabled,
        mailed_code=house().settings.sign_in.mailed_code,
        **context,
    )


def _connecting() -> Newcomer | None:
    """For whom this sign-in is made, if it is to connect another provider to the account."""
    return newcomers.connecting() if _then() == newcomers.CONNECTED else None


def _then() -> str:
    named = flow.named(owner.THEN)
    return named if owner.destination(named) else ""


def _onward() -> str:
    return owner.destination(_then()) or url_for("account.account")


door = Door(routes)
