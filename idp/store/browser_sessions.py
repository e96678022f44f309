"""A browser's sign-in. Apps hear no `id` (issuance.subject.sid_of); the cookie's value changes at every rise of
privilege.
"""

from dataclasses import asdict, dataclass

from sqlalchemy import BigInteger, Boolean, ForeignKey, String, delete, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store import identities
from idp.store.base import Base, count, db
from idp.store.hot import hot_count, hot_row


class BrowserSession(Base):
    """`cookie` is the fingerprint of the cookie's value; `amr` is space-separated (RFC 8176).

    `identity_id` is the linked identity it was begun with, `upstream_sid` that provider's name for its own session.
    """

    __tablename__ = "browser_sessions"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    cookie: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    auth_time: Mapped[int] = mapped_column(BigInteger)
    amr: Mapped[str] = mapped_column(String(64))
    acr: Mapped[str] = mapped_column(String(64))
    remembered: Mapped[bool] = mapped_column(Boolean)
    user_agent: Mapped[str] = mapped_column(String(256))
    network: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[int] = mapped_column(BigInteger)
    last_seen_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    identity_id: Mapped[str | None] = mapped_column(String(22), index=True)
    upstream_sid: Mapped[str] = mapped_column(String(255), default="", server_default="")


@dataclass(frozen=True, slots=True)
class Session:
    """A live sign-in and its person, who is active; `email` is the primary address, proved, if there is one.

    `has_…` says what they could prove themselves by, beside the password; `…_version` what they agreed to last, and
    `put_off_at` when they last said "not now" to something newer.
    """

    id: str
    user_id: str
    auth_time: int
    amr: str
    acr: str
    remembered: bool
    created_at: int
    last_seen_at: int
    expires_at: int
    locale: str
    profile: str
    email: str | None
    has_authenticator: bool = False
    has_passkey: bool = False
    terms_version: str | None = None
    privacy_version: str | None = None
    put_off_at: int = 0


@dataclass(frozen=True, slots=True)
class SignIn:
    """What one proof of a person says: how and when, for how long, and where from. `expires_at` is the latest end, `at`
    the moment in which it was heard here: not before `auth_time`.
    """

    at: int
    auth_time: int
    amr: str
    acr: str
    remembered: bool
    expires_at: int
    user_agent: str
    network: str
    identity_id: str | None = None
    upstream_sid: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live sign-in of a person as they see it among their devices; `network` is the address it came from."""

    id: str
    user_agent: str
    network: str
    remembered: bool
    auth_time: int
    last_seen_at: int
    expires_at: int


_CURRENT = text(
    """
    SELECT s.id, s.user_id, s.auth_time, s.amr, s.acr, s.remembered, s.created_at, s.last_seen_at, s.expires_at,
           u.locale, u.profile, e.address AS email,
           EXISTS (SELECT 1 FROM authenticators a WHERE a.user_id = u.id AND a.confirmed_at IS NOT NULL)
               AS has_authenticator,
           EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = u.id) AS has_passkey,
           (SELECT a.version FROM agreements a WHERE a.user_id = u.id AND a.document = 'terms' AND a.accepted
            ORDER BY a.id DESC LIMIT 1) AS terms_version,
           (SELECT a.version FROM agreements a WHERE a.user_id = u.id AND a.document = 'privacy' AND a.accepted
            ORDER BY a.id DESC LIMIT 1) AS privacy_version,
           COALESCE((SELECT MAX(a.decided_at) FROM agreements a
                     WHERE a.user_id = u.id AND a.document IN ('terms', 'privacy') AND NOT a.accepted), 0) AS put_off_at
    FROM browser_sessions s JOIN users u ON u.id = s.user_id AND u.state = 'active'
    LEFT JOIN emails e ON e.user_id = u.id AND e.is_primary
    WHERE s.cookie = :cookie AND s.ended_at IS NULL AND s.expires_at > :now
      AND (s.remembered OR s.last_seen_at > :idle_since)
    """
)
_AGAIN = text(
    """
    UPDATE browser_sessions SET cookie = :cookie, auth_time = :auth_time, amr = :amr, acr = :acr,
        remembered = :remembered, expires_at = :expires_at, user_agent = :user_agent, network = :network,
        identity_id = :identity_id, upstream_sid = :upstream_sid, last_seen_at = :at
    WHERE id = :id AND user_id = :user_id AND ended_at IS NULL
    """
)
_RISE = text("UPDATE browser_sessions SET cookie = :cookie, amr = :amr, acr = :acr WHERE id = :id AND ended_at IS NULL")
_SEEN = text("UPDATE browser_sessions SET last_seen_at = :now WHERE id = :id AND last_seen_at < :now")
_OF_USER = text(
    """
    SELECT id, user_agent, network, remembered, auth_time, last_seen_at, expires_at FROM browser_sessions
    WHERE user_id = :user_id AND ended_at IS NULL AND expires_at > :now AND (remembered OR last_seen_at > :idle_since)
    ORDER BY last_seen_at DESC, id
    """
)
_END = text("UPDATE browser_sessions SET ended_at = :now WHERE id = :id AND ended_at IS NULL")
_END_OF_USER = text(
    "UPDATE browser_sessions SET ended_at = :now WHERE id = :id AND user_id = :user_id AND ended_at IS NULL"
)
_END_OTHERS = text(
    "UPDATE browser_sessions SET ended_at = :now WHERE user_id = :user_id AND id <> :kept AND ended_at IS NULL"
)

_END_OF_IDENTITY = text(
    "UPDATE browser_sessions SET ended_at = :now WHERE identity_id = :identity_id AND ended_at IS NULL"
)
_STAND_ALONE = text(
    "UPDATE browser_sessions SET identity_id = NULL, upstream_sid = '' WHERE id = :id AND identity_id = :identity_id"
)


def current(cookie: str, now: int, idle_since: int) -> Session | None:
    """The live session behind a cookie's fingerprint. One read, outside the request's transaction."""
    found = hot_row(_CURRENT, {"cookie": cookie, "now": now, "idle_since": idle_since})
    if found is None:
        return None
    values = found._asdict()
    truths = {name: bool(values[name]) for name in ("remembered", "has_authenticator", "has_passkey")}
    return Session(**(values | truths))


def add(session_id: str, cookie: str, user_id: str, sign_in: SignIn) -> None:
    """A new session of this person; the cookie's fingerprint opens it."""
    values = asdict(sign_in)
    at = values.pop("at")
    values |= {"created_at": at, "last_seen_at": at}
    db.session.execute(insert(BrowserSession).values(id=session_id, cookie=cookie, user_id=user_id, **values))


def again(session_id: str, cookie: str, user_id: str, sign_in: SignIn) -> bool:
    """The same person proved themselves again: new cookie, same `sid`; False when the session is over."""
    return count(_AGAIN, {**asdict(sign_in), "id": session_id, "cookie": cookie, "user_id": user_id}) == 1


def rise(session_id: str, cookie: str, amr: str, acr: str) -> bool:
    """A second proof was given: new cookie, stronger sign-in; False when the session is over."""
    return count(_RISE, {"id": session_id, "cookie": cookie, "amr": amr, "acr": acr}) == 1


def seen(session_id: str, now: int) -> None:
    """The session was used just now; stands alone, outside the request's transaction."""
    hot_count(_SEEN, {"id": session_id, "now": now})


def of_user(user_id: str, now: int, idle_since: int) -> tuple[SignedIn, ...]:
    """Every live session of a person, the one used last first; as this request's transaction sees them."""
    rows = db.session.execute(_OF_USER, {"user_id": user_id, "now": now, "idle_since": idle_since})
    return tuple(SignedIn(**{**row._mapping, "remembered": bool(row.remembered)}) for row in rows)


def end(session_id: str, now: int) -> bool:
    """The session is over; True when this call ended it."""
    return count(_END, {"id": session_id, "now": now}) == 1


def end_of_user(user_id: str, session_id: str, now: int) -> bool:
    """The same, where it is this person's; False for anybody else's."""
    return count(_END_OF_USER, {"id": session_id, "user_id": user_id, "now": now}) == 1


def end_others(user_id: str, now: int, kept: str = "") -> int:
    """Every session of a person is over, except perhaps one; how many ended."""
    return count(_END_OTHERS, {"user_id": user_id, "kept": kept, "now": now})


def end_of_identity(identity_id: str, now: int) -> int:
    """Every session that was begun by way of this link is over; how many ended."""
    return count(_END_OF_IDENTITY, {"identity_id": identity_id, "now": now})


def begun_at(provider: str, app_id: str, subject: str, sid: str, until: int) -> tuple[tuple[str, str], ...]:
    """(id, user id) of the live sessions that a provider's word began, up to `until`: those of one person there, those
    of one session there, or of both; "" leaves one out.
    """
    statement = select(BrowserSession.id, BrowserSession.user_id).where(
        BrowserSession.identity_id.in_(identities.at(provider, app_id, subject)),
        BrowserSession.auth_time <= until,
        BrowserSession.ended_at.is_(None),
    )
    statement = statement.where(BrowserSession.upstream_sid == sid) if sid else statement
    return tuple((found.id, found.user_id) for found in db.session.execute(statement))


def stand_alone(session_id: str, identity_id: str) -> None:
    """The session outlives the link it was begun by, if it was: the provider has no more say in it."""
    count(_STAND_ALONE, {"id": session_id, "identity_id": identity_id})


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` sessions past their latest end; how many went."""
    old = select(BrowserSession.id).where(BrowserSession.expires_at <= now).limit(limit)
    return count(delete(BrowserSession).where(BrowserSession.id.in_(old)), {})
