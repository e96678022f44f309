"""This person let this app do this, in this session: one row for the life of a grant.

Codes, refresh tokens and opaque access tokens are sealed values that point to it; revoking the row ends
all of them at once.
"""

from dataclasses import dataclass, fields, replace

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String, Text, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.protocol.errors import InvalidGrant, InvalidScope
from idp.protocol.holder import ANYBODY, Holder
from idp.protocol.resource import narrowed
from idp.protocol.scope import Scope
from idp.settings.sections import Tokens
from idp.store.base import Base, count, db
from idp.store.browser_sessions import BrowserSession
from idp.store.hot import Found, hot_count, hot_row


class GrantRow(Base):
    """`session_id`: a grant without `offline` ends with that session. `jkt` and `x5t` are what its refresh
    tokens are bound to (RFC 9449 §5, RFC 8705 §4), `resources` whom its access tokens may be for, parted by spaces
    (RFC 8707), `details` JSON of its authorization details (RFC 9396); "" for none.
    """

    __tablename__ = "grants"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str] = mapped_column(String(22), index=True)
    scope: Mapped[str] = mapped_column(Text)
    claims: Mapped[str] = mapped_column(Text)
    auth_time: Mapped[int] = mapped_column(BigInteger)
    amr: Mapped[str] = mapped_column(String(64))
    acr: Mapped[str] = mapped_column(String(64))
    offline: Mapped[bool] = mapped_column(Boolean)
    generation: Mapped[int] = mapped_column(Integer)
    rotated_at: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)
    jkt: Mapped[str] = mapped_column(String(64), default="", server_default="")
    x5t: Mapped[str] = mapped_column(String(64), default="", server_default="")
    resources: Mapped[str] = mapped_column(Text, default="", server_default="")
    details: Mapped[str] = mapped_column(Text, default="", server_default="")


@dataclass(frozen=True, slots=True)
class Grant:
    """What stands behind a code and all it gave. `claims`, `details`: JSON or ""; `holder` alone may refresh it."""

    id: str
    user_id: str
    client_id: str
    session_id: str
    scope: Scope
    claims: str
    auth_time: int
    amr: str
    acr: str
    offline: bool
    generation: int = 0
    holder: Holder = ANYBODY
    resources: tuple[str, ...] = ()
    details: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """The person behind a live grant, as far as claims need them; `profile` is JSON of standard claims."""

    user_id: str
    profile: str
    locale: str
    updated_at: int
    email: str | None


class Replayed(InvalidGrant):
    """Somebody presented a second time what may be presented once; the grant is revoked by now."""

    def __init__(self, description: str, grant: Grant) -> None:
        super().__init__(description)
        self.grant = grant


_ALIVE_SESSION = """
    s.ended_at IS NULL AND s.expires_at > :now AND (s.remembered OR s.last_seen_at > :idle_since)
"""
# The code's grant id is the primary key, so one INSERT succeeds once, whichever node runs it. It must not slip past
# whoever ends the session at that moment: PostgreSQL waits for them and looks again, SQLite has one writer anyway.
_OPENING = f"""
    INSERT INTO grants (id, user_id, client_id, session_id, scope, claims, auth_time, amr, acr, offline,
                        generation, rotated_at, opened_at, expires_at, jkt, x5t, resources, details)
    SELECT :id, s.user_id, :client_id, s.id, :scope, :claims, :auth_time, :amr, :acr, :offline,
           0, :now, :now, :expires_at, :jkt, :x5t, :resources, :details
    FROM browser_sessions s JOIN users u ON u.id = s.user_id AND u.state = 'active'
    WHERE s.id = :session_id AND s.user_id = :user_id AND {_ALIVE_SESSION}
      AND NOT EXISTS (SELECT 1 FROM consents c WHERE c.user_id = s.user_id AND c.client_id = :app
                      AND c.withdrawn_at >= :asked_at) %s
    ON CONFLICT (id) DO NOTHING
    RETURNING user_id,
        (SELECT u.profile FROM users u WHERE u.id = grants.user_id) AS profile,
        (SELECT u.locale FROM users u WHERE u.id = grants.user_id) AS locale,
        (SELECT u.updated_at FROM users u WHERE u.id = grants.user_id) AS updated_at,
        (SELECT e.address FROM emails e WHERE e.user_id = grants.user_id AND e.is_primary) AS email
"""
_OPEN = {"postgresql": text(_OPENING % "FOR SHARE OF s"), "sqlite": text(_OPENING % "")}
# A withdrawal may commit, and sweep, between what the INSERT saw and its own commit. Whoever looks once more after it
# sees every withdrawal but those whose sweep, after their commit, sees this grant.
_SLIPPED = text(
    """
    UPDATE grants SET revoked_at = :now
    WHERE id = :id AND EXISTS (SELECT 1 FROM consents c WHERE c.user_id = grants.user_id
                               AND c.client_id = grants.client_id AND c.withdrawn_at >= :asked_at)
    """
)
_MEMBERS = tuple(field.name for field in fields(Grant) if field.name not in ("scope", "offline", "holder", "resources"))
_COLUMNS = """
    g.id, g.user_id, g.client_id, g.session_id, g.scope, g.claims, g.auth_time, g.amr, g.acr, g.offline, g.generation,
    g.jkt, g.x5t, g.resources, g.details
"""
_PERSON_OF_GRANT = """
    u.profile, u.locale, u.updated_at, e.address AS email
    FROM grants g JOIN users u ON u.id = g.user_id AND u.state = 'active'
    LEFT JOIN emails e ON e.user_id = u.id AND e.is_primary
"""
_ALIVE = text(
    f"""
    SELECT {_COLUMNS}, {_PERSON_OF_GRANT}
    WHERE g.id = :id AND g.revoked_at IS NULL
    """
)
_REFRESHABLE = text(
    f"""
    SELECT {_COLUMNS}, g.rotated_at, g.opened_at, g.expires_at, {_PERSON_OF_GRANT}
    LEFT JOIN browser_sessions s ON s.id = g.session_id AND {_ALIVE_SESSION}
    WHERE g.id = :id AND g.client_id = :client_id AND g.revoked_at IS NULL AND g.expires_at > :now
      AND (g.offline OR s.id IS NOT NULL)
    """
)
_NEXT_GENERATION = text(
    """
    UPDATE grants SET generation = generation + :step, rotated_at = :now, expires_at = :expires_at
    WHERE id = :id AND generation = :generation AND revoked_at IS NULL
    """
)
_REVOKE = text("UPDATE grants SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL")
_GENERATION = text("SELECT generation, rotated_at FROM grants WHERE id = :id AND revoked_at IS NULL")
_CLIENT = text("SELECT client_id FROM grants WHERE id = :id")


def open(grant: Grant, now: int, idle_since: int, expires_at: int, asked_at: int) -> Person:
    """Spend a code, made at `asked_at`: the person it is about. InvalidGrant when its session is over, the account not
    active, or the app disconnected since; Replayed, with the grant revoked, when it was spent before.

    RFC 6749 §4.1.2: a replay ends what the code gave.
    """
    values = {
        **{name: getattr(grant, name) for name in _MEMBERS},
        **grant.holder._asdict(),
        "app": grant.client_id,
        "scope": str(grant.scope),
        "offline": grant.offline,
        "resources": " ".join(grant.resources),
        "now": now,
        "idle_since": idle_since,
        "expires_at": expires_at,
        "asked_at": asked_at,
    }
    opened = hot_row(_OPEN[db.engine.dialect.name], values)
    if opened is not None and not _slipped(grant.id, asked_at, now):
        return _person(opened)
    if opened is not None or hot_row(_CLIENT, {"id": grant.id}) is None:
        raise InvalidGrant(
            "the person signed out or disconnected the app before the code was redeemed, or their account is not active"
        )
    revoke(grant.id, now)
    raise Replayed("the code was already used; every token it gave is revoked", grant)


def _slipped(grant_id: str, asked_at: int, now: int) -> bool:
    """Whether the app was disconnected while its grant opened, which is revoked then; SQLite has one writer anyway."""
    if db.engine.dialect.name != "postgresql":
        return False
    return hot_count(_SLIPPED, {"id": grant_id, "asked_at": asked_at, "now": now}) == 1


def alive(grant_id: str) -> tuple[Grant, Person] | None:
    """A grant that nobody revoked, of a person who may still sign in."""
    found = hot_row(_ALIVE, {"id": grant_id})
    return None if found is None else (_grant(found), _person(found))


def stands(grant_id: str, client_id: str, now: int, idle_since: int) -> tuple[Grant, int] | None:
    """A grant of this app whose newest refresh token may still be used, and until when; looking spends nothing."""
    found = hot_row(_REFRESHABLE, {"id": grant_id, "client_id": client_id, "now": now, "idle_since": idle_since})
    return None if found is None else (_grant(found), int(found.expires_at))


def client_of(grant_id: str) -> str | None:
    """The app a grant was given to, whether or not it still lives."""
    found = hot_row(_CLIENT, {"id": grant_id})
    return None if found is None else str(found.client_id)


def rotate(
    grant_id: str,
    client_id: str,
    generation: int,
    now: int,
    *,
    wanted: Scope,
    idle_since: int,
    tokens: Tokens,
    holder: Holder = ANYBODY,
    resources: tuple[str, ...] = (),
    keeps: bool = False,
) -> tuple[Grant, Person]:
    """RFC 9700 §4.14.2: the next generation, or the end of the family. InvalidScope, InvalidTarget for more.

    One generation behind and within the grace gives the same again: honest apps lose answers. One ahead of the row (a
    power cut may forget the last write) is refused and revokes nothing. With `keeps` there is no next one.
    """
    found = hot_row(_REFRESHABLE, {"id": grant_id, "client_id": client_id, "now": now, "idle_since": idle_since})
    if found is None:
        raise InvalidGrant("the refresh token is expired, revoked, or belongs to another client")
    grant = _grant(found)
    if not holder.includes(grant.holder):
        raise InvalidGrant("the refresh token is bound to a key: prove that you hold it")
    if not wanted <= grant.scope:
        raise InvalidScope("scope may not be wider than what was granted")
    narrowed(resources, grant.resources)
    expires_at = min(now + tokens.refresh_idle_for, found.opened_at + tokens.refresh_absolute_for)
    spent = {"id": grant_id, "generation": generation, "step": int(not keeps), "now": now, "expires_at": expires_at}
    won = grant.generation == generation and hot_count(_NEXT_GENERATION, spent) == 1
    if won or _may_repeat(grant, generation, now, tokens.refresh_grace):
        return replace(grant, generation=generation + (not keeps)), _person(found)
    revoke(grant_id, now)
    raise Replayed("the refresh token was already used; the whole family is revoked", grant)


def _may_repeat(grant: Grant, generation: int, now: int, grace: int) -> bool:
    """Whether the token that was just followed by another may have that answer again."""
    stands = hot_row(_GENERATION, {"id": grant.id})
    if stands is None or generation > stands.generation:
        raise InvalidGrant("the refresh token is not known")
    return bool(grace and stands.generation == generation + 1 and now - stands.rotated_at <= grace)


def revoke(grant_id: str, now: int) -> None:
    """End a grant and all that points to it, at once and for good."""
    hot_count(_REVOKE, {"id": grant_id, "now": now})


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` grants whose last token has expired; how many went.

    While their session lives they say which apps must hear of its end.
    """
    lives = select(BrowserSession.id).where(
        BrowserSession.id == GrantRow.session_id, BrowserSession.ended_at.is_(None), BrowserSession.expires_at > now
    )
    old = select(GrantRow.id).where(GrantRow.expires_at <= now, ~lives.exists()).limit(limit)
    return count(delete(GrantRow).where(GrantRow.id.in_(old)), {})


def _grant(found: Found) -> Grant:
    values = {name: getattr(found, name) for name in _MEMBERS}
    holder, resources = Holder(found.jkt, found.x5t), tuple(found.resources.split())
    return Grant(
        **values, scope=Scope.parse(found.scope), offline=bool(found.offline), holder=holder, resources=resources
    )


def _person(found: Found) -> Person:
    return Person(found.user_id, found.profile, found.locale, found.updated_at, found.email)
