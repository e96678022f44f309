"""Setting up an authenticator app, from the account or on the way to an app: its picture, its key, its first code."""

from typing import NamedTuple

import segno
from flask import Response, url_for

from idp.accounts import second_factor, totp
from idp.protocol.proof import AUTHENTICATOR
from idp.store import audit
from idp.store.browser_sessions import Session
from idp.store.pending_authorizations import Pending
from idp.store.users import Account
from idp.web import arrival, flow, security_notice
from idp.web.fields import CODE
from idp.web.forms import Form
from idp.web.house import house, now
from idp.web.locale import format_date, gettext
from idp.web.page import render

PURPOSE = "recovery codes"


class Shown(NamedTuple):
    """What the person puts into their app: a picture (a data: address), the key as text, a link on the same phone."""

    picture: str
    key: str
    link: str


def begin(session: Session) -> bool:
    """A new key waits for its first code, in this session; False when the person has an authenticator already."""
    return second_factor.begin(session.user_id, session.id, house().folder, now())


def shown(session: Session, account: Account) -> Shown | None:
    """The key that this session sets up; None when there is none, or it waited too long."""
    found = second_factor.being_set_up(session.user_id, session.id, house().folder, now())
    if found is None:
        return None
    link = totp.uri(found.key, house().settings.brand.name, account.email)
    picture = segno.make_qr(link, error="m").svg_data_uri(border=4, scale=4, light="#fff", encode_minimal=True)
    return Shown(picture, totp.as_text(found.key), link)


def confirmed(form: Form, session: Session, account: Account, pending: Pending | None) -> tuple[str, ...] | None:
    """The recovery codes, to be shown once: the app shows the right code, and the session is as sure as both proofs.

    None, with the sentence said, for another code.
    """
    found = second_factor.being_set_up(session.user_id, session.id, house().folder, now())
    codes = found and second_factor.confirm(account, found, form[CODE.name], house().folder, now())
    if not codes:
        form.fail(CODE.name, that_did_not_work())
        return None
    network = arrival.network()
    audit.record("authenticator_added", now(), user_id=account.user_id, session_id=session.id, network=network)
    arrival.rise(session, pending, AUTHENTICATOR)
    security_notice.tell(account, "authenticator_added")
    return codes


def codes_page(
    codes: tuple[str, ...], session: Session, pending: Pending | None, onward: str, *, is_new: bool = True
) -> Response:
    """Shown as the answer of the form that made them, and never again: nowhere are they kept as they are."""
    client = flow.client_of(pending).metadata if pending else None
    sealed = house().sealer.seal(PURPOSE, "\n".join((session.id, *codes)).encode(), now())
    return render(
        "second_step/codes.html",
        pending=pending,
        client=client,
        form=Form(),
        address=url_for("authenticator.authenticator"),
        codes=codes,
        sealed=sealed,
        onward=onward,
        is_new=is_new,
    )


def unsealed_codes(sealed: str, session: Session) -> str:
    """The codes of that page as a text to be kept; "" for another session's. Raises BadSeal."""
    whose, *codes = house().sealer.unseal(PURPOSE, sealed).decode().split("\n")
    if whose != session.id:
        return ""
    brand = house().settings.brand.name
    title = gettext("Recovery codes for %(brand)s (%(address)s)", brand=brand, address=session.email)
    made = gettext("Made on %(date)s. Each works once.", date=format_date(now()))
    return "\n".join((title, made, "", *codes, ""))


def that_did_not_work() -> str:
    """What is said of every code that is not the one."""
    return gettext("That code didn’t work. Codes change every 30 seconds – try the newest one.")
