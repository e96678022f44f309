"""The ways through other providers, as pages offer them: their buttons, leaving for one, and what is said to whoever
comes back without having got in.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from flask import Response, request, url_for

from idp.accounts import throttle
from idp.accounts.throttle import TooMany
from idp.protocol.redirect_uri import origin_of
from idp.signing.sealing import BadSeal
from idp.store import pending_authorizations, upstream_logins
from idp.store.base import fingerprint, new_id, new_secret
from idp.store.browser_sessions import Session
from idp.store.pending_authorizations import Pending
from idp.store.upstream_logins import AGAIN, LINK, SIGN_IN, Login
from idp.upstream.provider import PLAIN, Failure, NotIdentified, Wish
from idp.upstream.registry import Registered
from idp.web import arrival, cookies, origin, owner, problems
from idp.web.answers import see_other
from idp.web.forms import Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.page import PENDING

AWAY_FOR: Final = 600
"""Seconds a person may take at the provider."""
SAID, BY = "said", "by"
PURPOSE = "upstream secrets"
BEGAN_AT: Mapping[str, str] = {SIGN_IN: "sign_in.sign_in", LINK: "links.links", AGAIN: "sign_in.again"}
log = logging.getLogger(__name__)


class Button(NamedTuple):
    """One way to sign in; `preset` says whose mark it bears, `is_last` that it was used here the last time."""

    name: str
    label: str
    preset: str
    is_last: bool


class Kept(NamedTuple):
    """What must be remembered until the person returns; `asked` that the provider was to ask for the e-mail again."""

    secrets: Mapping[str, str]
    asked: bool


def buttons(among: Iterable[str] | None = None) -> list[Button]:
    """The providers that are on (of those named alone, where names are given), the one this browser used last ahead."""
    last = arrival.device().method
    found = [Button(at.name, at.label, at.preset, at.name == last) for at in house().upstreams]
    named = None if among is None else frozenset(among)
    shown = (button for button in found if named is None or button.name in named)
    return sorted(shown, key=lambda button: not button.is_last)


def targets() -> tuple[str, ...]:
    """Where the buttons of a page may lead (Content-Security-Policy form-action)."""
    return tuple(place for registered in house().upstreams for place in registered.origins)


def registered(name: str) -> Registered:
    """The provider of this name. One that is off has no page here."""
    found = house().upstreams.find(name)
    if found is None:
        raise problems.not_found()
    return found


def redirect_uri(name: str) -> str:
    """Where the provider sends people back to, as it is registered there: the issuer decides, never the Host header."""
    return origin.own_origin() + url_for("upstream.callback", name=name)


def leave(
    to: Registered,
    pending: Pending | None,
    purpose: str = SIGN_IN,
    *,
    session: Session | None = None,
    remembered: bool = False,
    onward: str = "",
    wish: Wish = PLAIN,
) -> Response:
    """Off to the provider. Who comes back is recognised by `state`: in this browser, once, within AWAY_FOR seconds.

    `session` is whose account it is about, and nobody else's. To be called before anything is written.
    """
    try:
        throttle.request(arrival.network(), house().settings.throttle, now())
    except TooMany as refused:
        raise problems.too_many(refused.retry_after) from None
    login = Login(
        id=new_id(),
        browser=cookies.browser_hash(),
        upstream=to.name,
        purpose=purpose,
        user_id=session.user_id if session else None,
        session_id=session.id if session else None,
        pending_id=pending.id if pending else None,
        remembered=remembered,
        onward=onward,
        secrets="",
        created_at=now(),
        expires_at=now() + AWAY_FOR,
    )
    state = new_secret()
    try:
        departure = to.provider.start(redirect_uri(to.name), state, wish)
    except NotIdentified as failed:
        return failed_at(login, failed)
    secrets = _sealed(Kept(departure.secrets, asked=wish.rerequest_email))
    upstream_logins.open(replace(login, secrets=secrets), fingerprint(state))
    return see_other(departure.url)


def kept(login: Login) -> Kept:
    """What `leave` kept for this way back. Raises NotIdentified when no key of keys/ opens it any more."""
    try:
        return Kept(*json.loads(house().sealer.unseal(PURPOSE, login.secrets)))
    except BadSeal:
        raise NotIdentified(Failure.EXPIRED, "what was kept cannot be opened") from None


def failed_at(login: Login, failed: NotIdentified) -> Response:
    """Back to where they began, and told why; the log has what the provider said."""
    log.info("nobody came back from %s: %s", login.upstream, failed)
    return back(login, failed.failure)


def back(login: Login, said: str) -> Response:
    """Back to where they began, with one thing said there (see `say`)."""
    named: dict[str, Any] = {SAID: said, BY: login.upstream}
    if login.onward and login.purpose != LINK:
        named[owner.THEN] = login.onward
    if login.pending_id:
        named[PENDING] = login.pending_id
    return see_other(url_for(BEGAN_AT[login.purpose], **named))


def pending_of(login: Login) -> Pending | None:
    """The app's request it was begun for, if it still waits here."""
    return pending_authorizations.find(login.pending_id, cookies.browser_hash(), now()) if login.pending_id else None


def ends_at(pending: Pending | None) -> tuple[str, ...]:
    """Where a form may end that leads on to the app of this request, on a page that is not the request's own."""
    place = origin_of(pending.request.reply_to.redirect_uri) if pending and not pending.request.polled else None
    return (place,) if place else ()


def onward_of(login: Login) -> str:
    """Where they go when no app waits."""
    return owner.destination(login.onward) or url_for("account.account")


def note_last(name: str) -> None:
    """Whoever comes to this browser next finds this way ahead; "" for any way that is no other provider."""
    if arrival.device().method != name:
        arrival.remember(arrival.device().came_by(name))


def lost(name: str) -> Response:
    """The way back is not one that began in this browser a moment ago: nobody knows where it began."""
    return see_other(url_for("sign_in.sign_in", said=Failure.EXPIRED, by=name))


def say(form: Form, *, instead: str = "") -> None:
    """On the page they began at: why nobody came back. `instead` is what else they can do there."""
    found = house().upstreams.find(request.args.get(BY, ""))
    if found is None or form.sent:
        return
    note = _notes(found.label, instead or gettext("Please try again in a few minutes.")).get(request.args.get(SAID, ""))
    if note:
        form.say(*note)


Said = tuple[str, str, str]
"""Kind, heading and body of a note, in the language of the request."""


def _notes(provider: str, instead: str) -> dict[str, Said]:
    """All that can be said."""
    return _about_failures(provider, instead) | _about_links(provider)


def _about_failures(provider: str, instead: str) -> dict[str, Said]:
    unusable = gettext("%(provider)s sent an answer we can’t use.", provider=provider)
    return {
        Failure.DENIED: (
            "info",
            gettext("%(provider)s sign-in was cancelled.", provider=provider),
            gettext("Nothing was changed."),
        ),
        Failure.DOWN: ("warn", gettext("We couldn’t reach %(provider)s.", provider=provider), instead),
        Failure.THROTTLED: ("warn", gettext("%(provider)s is too busy right now.", provider=provider), instead),
        Failure.EXPIRED: ("info", gettext("That took a little too long."), gettext("Please try again.")),
        Failure.WRONG_APP: ("warn", unusable, instead),
        Failure.BROKEN: ("warn", unusable, instead),
        Failure.NOT_ANEW: (
            "info",
            gettext("%(provider)s can’t confirm that it’s still you.", provider=provider),
            gettext("Use another way, or choose a password by email."),
        ),
    }


def _about_links(provider: str) -> dict[str, Said]:
    return {
        "nobody": (
            "info",
            gettext("No account here is connected to that %(provider)s account.", provider=provider),
            gettext("Sign in another way. Then you can connect it in your account."),
        ),
        "another": (
            "warn",
            gettext("That is not the %(provider)s account you sign in with here.", provider=provider),
            gettext("Please try again with the one that is connected to your account."),
        ),
        "taken": (
            "warn",
            gettext("That %(provider)s account is connected to another account.", provider=provider),
            gettext("Sign in with it, unlink it there, and connect it here after that."),
        ),
        "already": (
            "info",
            gettext("That %(provider)s account is connected already.", provider=provider),
            gettext("Nothing was changed."),
        ),
        "linked": (
            "ok",
            gettext("%(provider)s is connected to your account.", provider=provider),
            gettext("You can sign in with it from now on."),
        ),
        "unlinked": (
            "ok",
            gettext("%(provider)s is not connected any more.", provider=provider),
            gettext("Nobody can sign in to your account with it."),
        ),
    }


def _sealed(value: Kept) -> str:
    members: list[Any] = [dict(value.secrets), value.asked]
    return house().sealer.seal(PURPOSE, json.dumps(members).encode(), now())
