"""The mail that follows a sign-up: a link and a code, or word that there is an account already."""

from flask import url_for

from idp.accounts import proofs, throttle
from idp.accounts.identifiers import Email
from idp.accounts.throttle import TooMany
from idp.mail import messages, outbox
from idp.mail.letter import Letter
from idp.mail.wording import Reader
from idp.store import users
from idp.store.pending_authorizations import Pending
from idp.store.sign_ups import Waiting
from idp.store.users import Account
from idp.web import flow, locale
from idp.web.house import house, now
from idp.web.page import AppIdentity

PURPOSE = "mailed code"


def may_send(lookup: str, *, again: bool = False) -> int:
    """0 when this address may have such a mail now, else the seconds to wait. Counts; to be called before any write."""
    try:
        throttle.mail("confirm", lookup, house().settings.throttle, now(), again=again)
    except TooMany as refused:
        return refused.retry_after
    return 0


def send(waiting: Waiting, pending: Pending | None, *, silent: bool = False) -> None:
    """A new link and code for this sign-up, on their way after the commit. `silent`: the address had enough mails.

    Whoever has the address reads whether it has an account; whoever only types it gets the same page as ever.
    """
    account = users.by_email(waiting.lookup)
    mailed = proofs.open_confirmation(
        waiting.lookup,
        waiting.id,
        pending.id if pending else None,
        code_keys()[0],
        now(),
        deliverable=account is None and not silent,
    )
    if not silent:
        letter = _exists(account) if account else _confirm(Reader(waiting.address, waiting.locale), mailed, pending)
        outbox.post(letter, house().sealer, now())


def pretend(email: Email, pending: Pending | None) -> None:
    """All the work of `send` for an address that waits for no mail, and no mail: nobody learns by the time which do."""
    users.by_email(email.lookup)
    mailed = proofs.open_confirmation(email.lookup, None, None, code_keys()[0], now(), deliverable=False)
    outbox.pretend(_confirm(Reader(email.display, locale.current()), mailed, pending), house().sealer, now())


def code_keys() -> tuple[bytes, ...]:
    """The keys that codes are hashed under, the one for new codes first."""
    return house().sealer.derive_all(PURPOSE)


def _confirm(reader: Reader, mailed: proofs.Mailed, pending: Pending | None) -> Letter:
    app = AppIdentity.of(flow.client_of(pending).metadata).name if pending else ""
    link = url_for("verify.confirm", token=mailed.token)
    return messages.confirm_address(house().settings, reader, link=link, code=mailed.code, app=app)


def _exists(account: Account) -> Letter:
    """To the address as it was proved, never as somebody typed it now."""
    return messages.account_exists(
        house().settings,
        Reader(account.email, account.locale),
        sign_in_link=url_for("sign_in.sign_in"),
        forgot_link=url_for("recovery.forgot"),
    )
