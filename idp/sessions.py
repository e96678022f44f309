"""The browser's sign-in: one person per browser at a time, how and when they proved themselves, and its end.

The cookie's value is a bearer value: it changes at every sign-in and every rise of privilege, and only its
fingerprint is stored. The `sid` of ID tokens is made of the session's id, which stays while the same person stays.
"""

from dataclasses import dataclass

from idp.protocol.proof import PASSWORD, Proof
from idp.settings import sections as settings
from idp.store import browser_sessions, consents, grant_endings, half_sign_ins, logout_notices
from idp.store.base import fingerprint, new_id, new_secret
from idp.store.browser_sessions import Session as Session
from idp.store.browser_sessions import SignIn

LONGEST_USER_AGENT = 256
SEEN_EVERY, SEEN_REMEMBERED_EVERY = 60, 3600  # seconds


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a sign-in comes from: the browser's name for itself, and the address or network it calls from."""

    user_agent: str
    network: str


@dataclass(frozen=True, slots=True)
class Started:
    """A session that began or rose: its id and the cookie value only the browser knows."""

    id: str
    cookie_value: str

    def __repr__(self) -> str:
        return f"Started({self.id})"


def current(cookie_value: str | None, now: int, lifetimes: settings.Session) -> Session | None:
    """The live session of this cookie, of an active person; one read. None for whatever else was sent."""
    if not cookie_value:
        return None
    return browser_sessions.current(fingerprint(cookie_value), now, now - lifetimes.idle_for)


def seen(session: Session, now: int) -> None:
    """Remember that it was used; at most one write in SEEN_EVERY seconds.

    A remembered session does not end by rest: people read of its last use, and an hour is near enough.
    """
    if now - session.last_seen_at >= (SEEN_REMEMBERED_EVERY if session.remembered else SEEN_EVERY):
        browser_sessions.seen(session.id, now)


def start(
    user_id: str,
    now: int,
    visit: Visit,
    lifetimes: settings.Session,
    *,
    remembered: bool = False,
    proof: Proof = PASSWORD,
    previous: Session | None = None,
) -> Started:
    """This person signed in here. Another one's session in this browser ends; their own goes on with a new cookie.

    Who came by another provider proved themselves when they did so there, which may be long ago.
    """
    lasts = lifetimes.remember_for if remembered else lifetimes.absolute_for
    user_agent = visit.user_agent[:LONGEST_USER_AGENT]
    sign_in = SignIn(
        auth_time=min(proof.auth_time or now, now),
        at=now,
        amr=proof.amr,
        acr=proof.acr,
        remembered=remembered,
        expires_at=now + lasts,
        user_agent=user_agent,
        network=visit.network,
        identity_id=proof.identity_id,
        upstream_sid=proof.upstream_sid,
    )
    cookie_value = new_secret()
    if previous and previous.user_id == user_id:
        if browser_sessions.again(previous.id, fingerprint(cookie_value), user_id, sign_in):
            return Started(previous.id, cookie_value)
    elif previous:
        end(previous, now)
    started = Started(new_id(), cookie_value)
    browser_sessions.add(started.id, fingerprint(cookie_value), user_id, sign_in)
    return started


def renew(session: Session) -> Started | None:
    """The same sign-in under a new cookie: whoever had the old one is out. None when the session is over."""
    cookie_value = new_secret()
    if not browser_sessions.rise(session.id, fingerprint(cookie_value), session.amr, session.acr):
        return None
    return Started(session.id, cookie_value)


def rise(session: Session, second: Proof) -> Started | None:
    """The person of this session gave a second proof: new cookie, same `sid`; `auth_time` is of the first proof still.

    None when the session is over.
    """
    cookie_value = new_secret()
    risen = Proof(session.amr, session.acr).followed_by(second)
    if not browser_sessions.rise(session.id, fingerprint(cookie_value), risen.amr, risen.acr):
        return None
    return Started(session.id, cookie_value)


def end(session: Session, now: int) -> None:
    """The session is over, on every node at once, and with it what hangs on it (not what was granted offline)."""
    browser_sessions.end(session.id, now)
    logout_notices.of_session(session.id, now)
    grant_endings.of_session(session.id, now)


def end_device(user_id: str, session_id: str, now: int) -> bool:
    """The person ends one of their sessions from another one: every grant made in it ends too, offline ones as well.

    False when it is not theirs, or over.
    """
    if not browser_sessions.end_of_user(user_id, session_id, now):
        return False
    logout_notices.of_session(session_id, now)
    grant_endings.of_session(session_id, now, offline_too=True)
    return True


def disconnect(user_id: str, client_id: str, now: int) -> None:
    """The person wants nothing more of an app: what they agreed to, its grants, and its own sessions with them end."""
    consents.withdraw(user_id, client_id, now)
    logout_notices.of_app(user_id, client_id, now)
    grant_endings.of_app(user_id, client_id, now)


def end_of_identity(identity_id: str, now: int) -> None:
    """A link to another provider is gone: what was begun by it is over, finished or half, and every grant with it.

    Who was half in first: whoever completes that now is among the sessions.
    """
    half_sign_ins.end_of_identity(identity_id, now)
    browser_sessions.end_of_identity(identity_id, now)
    logout_notices.of_identity(identity_id, now)
    grant_endings.of_identity(identity_id, now)


def end_begun_at(
    provider: str, app_id: str, subject: str, sid: str, until: int, now: int
) -> tuple[tuple[str, str], ...]:
    """A provider says that its sign-in is over: so is what it began here by `until`, with what hangs on it.

    (id, user id) of each session. What was begun later stays, so that the same word heard twice does no harm.
    """
    half_sign_ins.end_begun_at(provider, app_id, subject, sid, until, now)
    begun = browser_sessions.begun_at(provider, app_id, subject, sid, until)
    for session_id, _ in begun:
        browser_sessions.end(session_id, now)
        logout_notices.of_session(session_id, now)
        grant_endings.of_session(session_id, now)
    return begun


def end_everywhere_else(user_id: str, now: int, kept: str = "") -> int:
    """After a new password: every other session of the person and every grant made in them ends, offline ones too.

    The sessions first: from then on no code opens a grant in them (store.grants.open).
    """
    ended = browser_sessions.end_others(user_id, now, kept)
    logout_notices.of_others(user_id, kept, now)
    grant_endings.of_user(user_id, now, except_session=kept or None)
    return ended
