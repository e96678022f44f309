"""People. `id` is the `sub` of every token: random, never changed, never given to anyone else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.protocol.claims import PERSONAL_CLAIMS
from idp.store.base import Base, count, db, new_id, row
from idp.store.hot import Found, hot_row

ACTIVE = "active"
SUSPENDED = "suspended"
LOCKED = "locked"
LEAVING = "leaving"


class User(Base):
    """`state` is active, suspended (by the operator), locked (by the person, who comes back by mail) or leaving (goes
    at `deletes_at`, unless they come back). `profile` is JSON of OpenID Connect Core §5.1 claims the person filled in.
    """

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    profile: Mapped[str] = mapped_column(Text, default="{}")
    locale: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[int] = mapped_column(BigInteger)
    deletes_at: Mapped[int | None] = mapped_column(BigInteger, index=True)


@dataclass(frozen=True, slots=True)
class Account:
    """A person as sign-in sees them: primary address, the hash of their password, what else they have."""

    user_id: str
    state: str
    locale: str
    profile: str
    created_at: int
    email: str
    lookup: str
    password: str | None
    password_changed_at: int | None
    has_authenticator: bool = False
    has_passkey: bool = False
    deletes_at: int | None = None
    updated_at: int = 0

    @property
    def name(self) -> str:
        """What the person is called (OpenID Connect Core §5.1 `name`), "" when they never said."""
        return str(json.loads(self.profile).get("name") or "")

    @property
    def is_active(self) -> bool:
        return self.state == ACTIVE

    def __repr__(self) -> str:
        return f"Account({self.user_id}, {self.state})"


_ACCOUNT = """
    SELECT u.id AS user_id, u.state, u.locale, u.profile, u.created_at, p.address AS email, p.lookup,
           c.value AS password, c.changed_at AS password_changed_at, u.deletes_at, u.updated_at,
           EXISTS (SELECT 1 FROM authenticators a WHERE a.user_id = u.id AND a.confirmed_at IS NOT NULL)
               AS has_authenticator,
           EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = u.id) AS has_passkey
    FROM users u JOIN emails p ON p.user_id = u.id AND p.is_primary
    LEFT JOIN credentials c ON c.user_id = u.id AND c.kind = 'password'
"""
_BY_EMAIL = text(f"{_ACCOUNT} JOIN emails e ON e.user_id = u.id WHERE e.lookup = :lookup")
_SOME = text(
    f"{_ACCOUNT} WHERE p.lookup LIKE :part ESCAPE '!' OR u.id = :exactly ORDER BY u.created_at, u.id LIMIT :most"
)
_BY_ID = text(f"{_ACCOUNT} WHERE u.id = :user_id")
_ADD = text(
    """
    INSERT INTO users (id, state, profile, locale, created_at, updated_at)
    VALUES (:user_id, 'active', :profile, :locale, :now, :now)
    """
)
_BECOME = text(
    """
    UPDATE users SET state = :state, deletes_at = NULL, updated_at = :now WHERE id = :user_id AND state <> :other
    """
)
# Written by name, so that two tabs, or the operator and the person, lose nothing of each other's.
_SET_PROFILE = {
    "postgresql": text(
        """
        UPDATE users
        SET profile = CAST((CAST(profile AS jsonb) - CAST(:named AS text[])) || CAST(:said AS jsonb) AS text),
            locale = COALESCE(CAST(:locale AS varchar), locale), updated_at = :now
        WHERE id = :user_id
        """
    ),
    "sqlite": text(
        """
        UPDATE users
        SET profile = json_patch(json_patch(profile, :named), :said),
            locale = COALESCE(:locale, locale), updated_at = :now
        WHERE id = :user_id
        """
    ),
}
_TOUCH = text("UPDATE users SET updated_at = :now WHERE id = :user_id")
_HOLD = text("UPDATE users SET state = state WHERE id = :user_id")
_LEAVE = text(
    """
    UPDATE users SET state = 'leaving', deletes_at = :deletes_at, updated_at = :now
    WHERE id = :user_id AND state = 'active'
    """
)
_STAY = text(
    """
    UPDATE users SET state = 'active', deletes_at = NULL, updated_at = :now
    WHERE id = :user_id AND state = 'leaving' AND deletes_at = :deletes_at AND deletes_at > :moment
    """
)
_DUE = text("SELECT id FROM users WHERE state = 'leaving' AND deletes_at <= :now ORDER BY deletes_at LIMIT :most")
_REMOVE_DUE = text("DELETE FROM users WHERE id = :user_id AND state = 'leaving' AND deletes_at <= :now")
_LOCK = text("UPDATE users SET state = 'locked', updated_at = :now WHERE id = :user_id AND state = 'active'")
_UNLOCK = text("UPDATE users SET state = 'active', updated_at = :now WHERE id = :user_id AND state = 'locked'")
_REMOVE = text("DELETE FROM users WHERE id = :user_id")


def by_email(lookup: str) -> Account | None:
    """The account that proved this address; reads outside the request's transaction."""
    return _account(hot_row(_BY_EMAIL, {"lookup": lookup}))


def by_id(user_id: str) -> Account | None:
    """The account behind a `sub`; reads outside the request's transaction."""
    return _account(hot_row(_BY_ID, {"user_id": user_id}))


def some(part: str, user_id: str, most: int) -> list[Account]:
    """The oldest accounts whose address, in its lookup form, has this part in it, or whose id this is; all for ""."""
    escaped = "".join(f"!{sign}" if sign in "!%_" else sign for sign in part)
    rows = db.session.execute(_SOME, {"part": f"%{escaped}%", "exactly": user_id, "most": most})
    return [_read(found._asdict()) for found in rows]


def written(user_id: str) -> Account | None:
    """The same, as this request's transaction has written it."""
    return _account(row(_BY_ID, {"user_id": user_id}))


def add(locale: str, now: int, profile: str = "{}") -> str:
    """A new person, active, without any address yet; their id, the `sub` of all tokens to come."""
    user_id = new_id()
    db.session.execute(_ADD, {"user_id": user_id, "profile": profile, "locale": locale, "now": now})
    return user_id


def become(user_id: str, state: str, now: int) -> bool:
    """Suspend or reactivate, also one that was to be deleted; True when that changed something."""
    return count(_BECOME, {"user_id": user_id, "state": state, "other": state, "now": now}) == 1


def set_profile(user_id: str, changes: Mapping[str, object], now: int, locale: str | None = None) -> bool:
    """The person says this about themselves now, None for what they do not say any more; False when they are gone.

    All other claims stay; but a number that somebody typed is not a verified one. `locale` None stays. ValueError for
    claims that are not theirs to make.
    """
    if strange := changes.keys() - PERSONAL_CLAIMS:
        raise ValueError(f"nobody says of themselves: {', '.join(sorted(strange))}")
    named = [*changes, *(("phone_number_verified",) if "phone_number" in changes else ())]
    said = json.dumps({name: value for name, value in changes.items() if value is not None}, ensure_ascii=False)
    dialect = db.engine.dialect.name
    taken = named if dialect == "postgresql" else json.dumps(dict.fromkeys(named))
    values = {"user_id": user_id, "named": taken, "said": said, "locale": locale, "now": now}
    return count(_SET_PROFILE[dialect], values) == 1


def touch(user_id: str, now: int) -> None:
    """Core §5.1 `updated_at`: something that apps are told of this person has changed."""
    db.session.execute(_TOUCH, {"user_id": user_id, "now": now})


def hold(user_id: str) -> None:
    """Whoever else holds this person waits until this transaction ends, and then sees what it wrote.

    For rules about several rows of theirs: a way in goes only while another one stays.
    """
    count(_HOLD, {"user_id": user_id})


def lock(user_id: str, now: int) -> bool:
    """Nobody signs in until the mailbox was proved again; True for the one request that closed an active account."""
    return count(_LOCK, {"user_id": user_id, "now": now}) == 1


def unlock(user_id: str, now: int) -> bool:
    """The mailbox was proved: the account is active again; False when it was not locked."""
    return count(_UNLOCK, {"user_id": user_id, "now": now}) == 1


def leave(user_id: str, deletes_at: int, now: int) -> bool:
    """The account goes at `deletes_at`; True for the one request that said so of an active account."""
    return count(_LEAVE, {"user_id": user_id, "deletes_at": deletes_at, "now": now}) == 1


def stay(user_id: str, deletes_at: int, now: int) -> bool:
    """The person keeps the account that was to go at `deletes_at`; False when it is too late, or decided otherwise."""
    values = {"user_id": user_id, "deletes_at": deletes_at, "now": now, "moment": now}
    return count(_STAY, values) == 1


def due(now: int, most: int) -> list[str]:
    """The ids of accounts whose time has come, the oldest first."""
    return list(db.session.scalars(_DUE, {"now": now, "most": most}))


def remove_due(user_id: str, now: int) -> bool:
    """Delete the person and everything of theirs, if the time has come; True for the one who did."""
    return count(_REMOVE_DUE, {"user_id": user_id, "now": now}) == 1


def remove(user_id: str) -> bool:
    """Delete a person and everything of theirs; True when they were there."""
    return count(_REMOVE, {"user_id": user_id}) == 1


def _account(found: Found | None) -> Account | None:
    return None if found is None else _read(found._asdict())


def _read(values: dict[str, Any]) -> Account:
    truths = {name: bool(values[name]) for name in ("has_authenticator", "has_passkey")}
    return Account(**(values | truths))
