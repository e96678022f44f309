"""A passkey in the place of the password, of the code, or of both: each page's form brings what a script was given.

Whatever goes wrong is told on the page it began on, which is loaded anew: an answer is good once, and no reload may
send it again.
"""

from typing import Final

from flask import Blueprint, Response

from idp.accounts import passkeys as accounts
from idp.store import half_sign_ins
from idp.store.half_sign_ins import Half
from idp.web import arrival, cookies, flow, passkeys, upstreams, visitor
from idp.web.answers import private_json, see_other
from idp.web.door import Door
from idp.web.fields import REMEMBER
from idp.web.forms import Field, Form
from idp.web.house import now
from idp.web.page import to
from idp.web.passkeys import CREDENTIAL, asker

routes = Blueprint("passkey_sign_in", __name__)
HALF: Final = Field("half", 22)
PAGE: Final = Field("page", 64)
SECOND_PAGES: Final = tuple(f"second_step.{page}" for page in ("second_step", "recovery", "step_up", "by_passkey"))


@routes.post("/signin/passkey/options")
def sign_in_options() -> Response:
    """Nobody is known yet: whichever passkey of ours the browser has (discoverable credentials)."""
    return passkeys.options_to_use(asker(accounts.SIGN_IN))


@routes.post("/signin/passkey")
def sign_in() -> Response:
    pending, form = flow.pending(), Form.read(CREDENTIAL, REMEMBER)
    found = passkeys.used(form, asker(accounts.SIGN_IN))
    if isinstance(found, str):
        return see_other(to("sign_in.sign_in", then=passkeys.then() or None, passkey=found))
    account, proof = found
    upstreams.note_last(passkeys.METHOD)
    return arrival.signs_in(account, pending, proof, remembered=bool(form["remember"]), onward=passkeys.onward())


@routes.post("/signin/passkey/again/options")
def again_options() -> Response:
    session = visitor.session()
    return passkeys.options_to_use(asker(accounts.AGAIN, session.user_id)) if session else _nobody()


@routes.post("/signin/passkey/again")
def again() -> Response:
    """The person who is signed in shows that it is still them: by a passkey of theirs, and of nobody else."""
    pending, session, form = flow.pending(), visitor.session(), Form.read(CREDENTIAL)
    if session is None:
        return see_other(to("sign_in.sign_in"))
    found = passkeys.used(form, asker(accounts.AGAIN, session.user_id))
    if isinstance(found, str):
        return see_other(to("sign_in.again", then=passkeys.then() or None, passkey=found))
    account, proof = found
    return arrival.signs_in(account, pending, proof, remembered=session.remembered, onward=passkeys.onward())


@routes.post("/signin/passkey/second/options")
def second_options() -> Response:
    half, session = _half(), visitor.session()
    known = half or session
    return passkeys.options_to_use(asker(accounts.SECOND, known.user_id)) if known else _nobody()


@routes.post("/signin/passkey/second")
def second() -> Response:
    """The second proof: what is half begun is completed, or who is signed in is surer (RFC 9470)."""
    pending, half, session, form = flow.pending(), _half(), visitor.session(), Form.read(CREDENTIAL, PAGE)
    known = half or session
    if known is None:
        return see_other(to("sign_in.sign_in"))
    found = passkeys.used(form, asker(accounts.SECOND, known.user_id))
    if isinstance(found, str):
        return see_other(_page_of(form, half, found))
    account, proof = found
    proof = accounts.as_second(proof, known.amr)
    if isinstance(known, Half):
        if not half_sign_ins.complete(known.id, known.browser, now()):
            return see_other(to("sign_in.sign_in"))
        return arrival.completes(known, account, pending, proof)
    return arrival.rises(known, pending, proof, onward=passkeys.onward())


def _half() -> Half | None:
    named = flow.named(HALF.name)
    return half_sign_ins.find(named, cookies.browser_hash(), now()) if named else None


def _page_of(form: Form, half: Half | None, said: str) -> str:
    """The page of the second step that the form stood on."""
    default = "second_step.second_step" if half else "second_step.step_up"
    named = form[PAGE.name] if form[PAGE.name] in SECOND_PAGES else default
    return to(named, half=half.id if half else None, then=passkeys.then() or None, passkey=said)


def _nobody() -> Response:
    """The page is of somebody who is not signed in any more: loaded anew, it says so."""
    return private_json({"error": "signed_out"}, 401)


door = Door(routes)
