"""Somebody proved who they are: their session begins, their browser learns of it, and the walk goes on."""

from typing import cast
from urllib.parse import urlencode

from flask import Response, g, request, url_for

from idp import sessions
from idp.accounts import devices, throttle
from idp.accounts.devices import Device
from idp.accounts.sign_in import Source
from idp.protocol.proof import PASSWORD, Proof
from idp.sessions import Started, Visit
from idp.store import audit, half_sign_ins, pending_authorizations, users
from idp.store.base import new_id
from idp.store.browser_sessions import Session
from idp.store.half_sign_ins import Half
from idp.store.pending_authorizations import Pending
from idp.store.users import Account
from idp.web import coming_back, cookies, flow, known_browsers, problems, request_id, trust, user_agents, visitor
from idp.web.answers import see_other
from idp.web.house import house, now
from idp.web.page import PENDING, to

HALF_FOR = 600
"""Seconds between the first proof and the second."""


def address() -> str:
    """The address this request comes from: of our peer, or what a trusted proxy says (web.proxies)."""
    return request.remote_addr or ""


def network() -> str:
    """What tries are counted for."""
    return throttle.network_of(address())


def device() -> Device:
    """This browser, and whom it remembers."""
    if "device" not in g:
        g.device = devices.unseal(cookies.read(cookies.ACCOUNTS), house().sealer, now())
    return cast("Device", g.device)


def remember(changed: Device) -> None:
    """This browser remembers these people from now on."""
    g.device = changed
    cookies.put(cookies.ACCOUNTS, devices.seal(changed, house().sealer, now()), devices.REMEMBERED_FOR)


def source() -> Source:
    """Where a try of a password comes from."""
    return Source(cookies.browser_hash(), device(), network())


def signs_in(
    account: Account,
    pending: Pending | None,
    proof: Proof = PASSWORD,
    *,
    remembered: bool = False,
    onward: str = "",
) -> Response:
    """Their session begins here, or the page of the second proof, where one is owed.

    `onward` is a path of ours: where they go when no app waits. An account that is closed stops at its page.
    """
    insist_on_active(account)
    if account.has_authenticator and not proof.is_whole and not trust.holds(account.user_id):
        return see_other(_second_step(account, pending, proof, remembered=remembered, onward=onward))
    way = onward if onward and pending is None else flow.onward(pending)
    return _begins(account, pending, proof, remembered=remembered, way=way)


def completes(half: Half, account: Account, pending: Pending | None, second: Proof) -> Response:
    """The second proof was given, and the half sign-in is completed: the session begins, unless it was no second one.

    An app that asked after the first proof was given did not see it (prompt=login, max_age): it asks again.
    """
    insist_on_active(account)
    both = Proof(half.amr, identity_id=half.identity_id, upstream_sid=half.upstream_sid).followed_by(second)
    if not both.is_whole:
        return see_other(to("sign_in.sign_in"))
    asked_before = pending and pending.asked_at <= half.created_at
    way = half.onward if half.onward and pending is None else flow.onward(pending)
    return _begins(account, pending if asked_before else None, both, remembered=half.remembered, way=way)


def rises(session: Session, pending: Pending | None, second: Proof, *, onward: str = "") -> Response:
    """The person of this session gave a second proof, for an app that asks for it (RFC 9470) or for their account."""
    rise(session, pending, second)
    return see_other(onward if onward and pending is None else flow.onward(pending))


def rise(session: Session, pending: Pending | None, second: Proof) -> None:
    """The session alone: it is as sure as both proofs from now on, under a new cookie."""
    if started := sessions.rise(session, second):
        put_cookie(started, remembered=session.remembered)
        _record("proved_again", session.user_id, pending, started)


def renews(session: Session) -> None:
    """The same sign-in under a new cookie: after whatever makes the account safer."""
    if started := sessions.renew(session):
        put_cookie(started, remembered=session.remembered)


def insist_on_active(account: Account) -> None:
    """Raises the page of an account on hold or locked. One that is to be deleted may be kept: it is asked for last."""
    if account.state == users.LOCKED:
        raise problems.locked()
    if not account.is_active and account.state != users.LEAVING:
        audit.record("sign_in_on_hold", now(), user_id=account.user_id, network=network())
        brand = house().settings.brand
        raise problems.on_hold(brand.support_email or brand.name, request_id.current())


def start(account: Account, pending: Pending | None, proof: Proof = PASSWORD, *, remembered: bool = False) -> Started:
    """The session alone: nothing more is owed, and the account is active."""
    known_browsers.notice(account, pending)
    started = sessions.start(
        account.user_id,
        now(),
        _visit(),
        house().settings.session,
        proof=proof,
        remembered=remembered,
        previous=visitor.session(),
    )
    if remembered:
        remember(device().with_person(account.user_id))
    put_cookie(started, remembered=remembered)
    if pending:
        pending_authorizations.authenticated(pending.id, started.id)
    _record("signed_in", account.user_id, pending, started)
    return started


def _begins(account: Account, pending: Pending | None, proof: Proof, *, remembered: bool, way: str) -> Response:
    """The session begins and leads on; whose account is to be deleted is asked first whether to keep it."""
    if account.state == users.LEAVING:
        asked = pending.id if pending else ""
        back = coming_back.sealed(account, proof, remembered=remembered, way=way, pending_id=asked)
        return see_other(url_for("leaving.keep", back=back))
    start(account, pending, proof, remembered=remembered)
    return see_other(way)


def put_cookie(started: Started, *, remembered: bool) -> None:
    """The browser learns of its session."""
    cookies.put(cookies.SESSION, started.cookie_value, house().settings.session.remember_for if remembered else None)


def _second_step(account: Account, pending: Pending | None, proof: Proof, *, remembered: bool, onward: str) -> str:
    """Where the second proof is given; the first is kept for this browser, and signs nobody in."""
    half = Half(
        id=new_id(),
        browser=cookies.browser_hash(),
        user_id=account.user_id,
        amr=proof.amr,
        remembered=remembered,
        identity_id=proof.identity_id,
        upstream_sid=proof.upstream_sid,
        onward=onward,
        created_at=now(),
        expires_at=now() + HALF_FOR,
    )
    half_sign_ins.open(half)
    named = {"half": half.id} | ({PENDING: pending.id} if pending else {})
    return f"{url_for('second_step.second_step')}?{urlencode(named)}"


def _record(event: str, user_id: str, pending: Pending | None, started: Started) -> None:
    client_id = pending.client_id if pending else None
    named = {"device": user_agents.name_of(request.user_agent.string)}
    audit.record(event, now(), user_id=user_id, client_id=client_id, session_id=started.id, network=network(), **named)


def _visit() -> Visit:
    return Visit(request.user_agent.string, address())
