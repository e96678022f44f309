"""Somebody proved who they are: their session begins, their browser learns of it, and the walk goes on."""

from typing import cast

from flask import Response, g, request

from idp import sessions
from idp.accounts import devices, throttle
from idp.accounts.devices import Device
from idp.accounts.sign_in import Source
from idp.sessions import Started, Visit
from idp.store import audit, pending_authorizations
from idp.store.browser_sessions import Session
from idp.store.pending_authorizations import Pending
from idp.store.users import Account
from idp.web import cookies, flow, problems, request_id, visitor
from idp.web.answers import see_other
from idp.web.house import house, now


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


def signs_in(account: Account, pending: Pending | None, *, remembered: bool = False, onward: str = "") -> Response:
    """Their session begins here; `onward` is where they go when no app waits. A suspended account stops at its page."""
    start(account, pending, remembered=remembered)
    return see_other(onward if onward and pending is None else flow.onward(pending))


def start(account: Account, pending: Pending | None, *, remembered: bool = False) -> Started:
    """The session alone, for a door that still has something to do. Raises the page of an account on hold."""
    if not account.is_active:
        audit.record("sign_in_on_hold", now(), user_id=account.user_id, network=network())
        brand = house().settings.brand
        raise problems.on_hold(brand.support_email or brand.name, request_id.current())
    started = sessions.start(
        account.user_id,
        now(),
        _visit(),
        house().settings.session,
        remembered=remembered,
        previous=visitor.session(),
    )
    if remembered:
        remember(device().with_person(account.user_id))
    _note(started, account.user_id, pending, remembered=remembered)
    return started


def proves_again(session: Session, pending: Pending | None) -> Started:
    """The person of this session proved themselves once more."""
    started = sessions.authenticated_again(session, now(), _visit(), house().settings.session)
    _note(started, session.user_id, pending, remembered=session.remembered)
    return started


def _note(started: Started, user_id: str, pending: Pending | None, *, remembered: bool) -> None:
    cookies.put(cookies.SESSION, started.cookie_value, house().settings.session.remember_for if remembered else None)
    if pending:
        pending_authorizations.authenticated(pending.id, started.id)
    client_id = pending.client_id if pending else None
    audit.record("signed_in", now(), user_id=user_id, client_id=client_id, session_id=started.id, network=network())


def _visit() -> Visit:
    return Visit(request.user_agent.string, address())
