"""Passkeys at the doors: options for the script of a page, and the answer that its form brings."""

from typing import Final
from urllib.parse import urlencode

from flask import Response, request, url_for

from idp.accounts import ceremonies, passkeys, throttle
from idp.accounts.ceremonies import Party, Refused
from idp.accounts.passkeys import Asker, Copied, Unknown
from idp.accounts.throttle import TooMany
from idp.protocol.proof import Proof
from idp.store import audit, users
from idp.store.passkeys import Registered
from idp.store.pending_authorizations import Pending
from idp.store.users import Account
from idp.web import arrival, cookies, flow, owner, problems, security_notice, user_agents
from idp.web.answers import private_json
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.page import PENDING

CREDENTIAL: Final = Field("credential", ceremonies.LONGEST_ANSWER)
METHOD: Final = "*passkey"
"""What this browser remembers as the way somebody came by last: no provider is called that."""
CAN: Final = Field("passkeys", 1)
"""A script says so where the device could keep a passkey (passkeys.js)."""
AFTER_RESET: Final = "changed"
FAILED, UNKNOWN = "failed", "unknown"
"""What a page is told of the passkey that was tried on it (templates: request.args.passkey)."""


def are_offered() -> bool:
    """Whether pages speak of passkeys at all; templates ask `passkey_party`."""
    return passkeys.party_of(house().settings) is not None


def party() -> Party:
    """Whom passkeys are made for; where there are none, there is no such page."""
    found = passkeys.party_of(house().settings)
    if found is None:
        raise problems.not_found()
    return found


def asker(purpose: str, user_id: str | None = None) -> Asker:
    return Asker(cookies.browser_hash(), purpose, arrival.network(), user_id)


def options_to_use(of: Asker) -> Response:
    """JSON for the script; a challenge waits from now on."""
    return _refused_options() or private_json(passkeys.ask_to_use(party(), of, now()))


def options_to_make(account: Account) -> Response:
    of = asker(passkeys.MAKE, account.user_id)
    return _refused_options() or private_json(passkeys.ask_to_make(party(), account, of, now()))


def used(form: Form, of: Asker) -> tuple[Account, Proof] | str:
    """Whose passkey it was, and what that proves; else the word that the page is shown with (FAILED, UNKNOWN).

    An account on hold is among the answers: arrival stops it.
    """
    try:
        passkey, proof = passkeys.use(_sent(form), party(), of, now())
    except Unknown:
        return UNKNOWN
    except Copied as copied:
        _tell_of_copy(copied.passkey)
        return FAILED
    except Refused:
        return FAILED
    account = users.by_id(passkey.user_id)
    return (account, proof) if account else FAILED


def made(form: Form, account: Account, session_id: str) -> Registered | None:
    """The person's new passkey, and word of it to them; None, with the sentence said."""
    device = user_agents.name_of(request.user_agent.string) or gettext("Passkey")
    try:
        passkey = passkeys.make(_sent(form), party(), asker(passkeys.MAKE, account.user_id), device, now())
    except Refused:
        form.say("error", gettext("That didn’t work."), gettext("Nothing was saved. Please try again."))
        return None
    happened("passkey_added", account, session_id, passkey)
    security_notice.tell(account, "passkey_added")
    return passkey


def happened(event: str, account: Account, session_id: str | None, passkey: Registered) -> None:
    user_id, network = account.user_id, arrival.network()
    audit.record(event, now(), user_id=user_id, session_id=session_id, network=network, passkey=passkey.name)


def offered_before(answer: Response, account: Account, pending: Pending | None) -> Response:
    """The page that offers a passkey stands before where this answer leads, if the browser said that it could keep one.

    Not before a second proof that is owed, nor where one has to be set up anyway.
    """
    onward, changed, said = flow.onward(pending), url_for("account.account", changed=1), answer.headers["Location"]
    is_moot = account.has_passkey or house().settings.second_factor.required or not are_offered()
    if is_moot or not flow.named(CAN.name) or said not in (onward, changed):
        return answer
    named = ({PENDING: pending.id} if pending else {}) | ({AFTER_RESET: "1"} if said == changed else {})
    answer.headers["Location"] = f"{url_for('passkey_offer.offer')}?{urlencode(named)}"
    return answer


def then() -> str:
    """The page of the account that this sign-in leads back to, by name; "" for none."""
    named = flow.named(owner.THEN)
    return named if owner.destination(named) else ""


def onward() -> str:
    """Its path, or the account's first page."""
    return owner.destination(then()) or url_for("account.account")


def _sent(form: Form) -> str:
    if not form.ready:
        raise Refused("stale or unfit form")
    return form[CREDENTIAL.name]


def _refused_options() -> Response | None:
    """A form of another site, or options without end. Counts; to be called before any write."""
    form = Form.read()
    if not form.ready:
        return private_json({"error": "stale"}, 400)
    try:
        throttle.challenge(arrival.network(), house().settings.throttle, now())
    except TooMany as refused:
        answer = private_json({"error": "too_many"}, 429)
        answer.headers["Retry-After"] = str(refused.retry_after)
        return answer
    return None


def _tell_of_copy(passkey: Registered) -> None:
    """The owner decides what it was: a copy, or a device with a broken counter."""
    account = users.by_id(passkey.user_id)
    if account:
        happened("passkey_refused", account, None, passkey)
        security_notice.tell(account, "passkey_refused")
