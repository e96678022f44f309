"""A person on their way to another provider and back: bound to one browser, each step taken once."""

from dataclasses import asdict, dataclass, field

from sqlalchemy import BigInteger, Boolean, ForeignKey, String, Text, delete, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db, is_id, row
from idp.store.hot import Found, hot_count, hot_row

SIGN_IN, LINK, AGAIN = "sign_in", "link", "again"


class UpstreamLogin(Base):
    """`state` is the fingerprint of what the provider sends back. `secrets` (nonce, code verifier), `received` (an
    answer that came by POST) and `identity` (who it turned out to be, until it is used) are sealed.

    `purpose` is sign_in, link or again; the last two are for `user_id` in `session_id` alone. A sign_in that has a
    `user_id` waits until that person signs in to their account: its address is the provider's too.
    """

    __tablename__ = "upstream_logins"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    state: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(64), index=True)
    upstream: Mapped[str] = mapped_column(String(32))
    purpose: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    session_id: Mapped[str | None] = mapped_column(String(22))
    pending_id: Mapped[str | None] = mapped_column(String(22))
    remembered: Mapped[bool] = mapped_column(Boolean)
    onward: Mapped[str] = mapped_column(String(255))
    secrets: Mapped[str] = mapped_column(Text)
    received: Mapped[str | None] = mapped_column(Text)
    identity: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    taken_at: Mapped[int | None] = mapped_column(BigInteger)
    identified_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Login:
    """One way to a provider and back. `onward` names the page (web.owner) that follows where no app waits."""

    id: str
    browser: str
    upstream: str
    purpose: str
    remembered: bool
    created_at: int
    expires_at: int
    secrets: str = field(repr=False)
    user_id: str | None = None
    session_id: str | None = None
    pending_id: str | None = None
    onward: str = ""
    received: str | None = field(default=None, repr=False)
    identity: str | None = field(default=None, repr=False)
    identified_at: int | None = None


_COLUMNS = """
    id, browser, upstream, purpose, user_id, session_id, pending_id, remembered, onward, secrets, received, identity,
    created_at, expires_at, identified_at
"""
_AWAY = "state = :state AND taken_at IS NULL AND expires_at > :now"
_IDENTIFIED = "browser = :browser AND identified_at IS NOT NULL AND ended_at IS NULL AND expires_at > :now"
_RECEIVE = text(f"UPDATE upstream_logins SET received = :received WHERE {_AWAY} AND received IS NULL")
_TAKE = text(f"UPDATE upstream_logins SET taken_at = :now WHERE {_AWAY} AND browser = :browser RETURNING {_COLUMNS}")
_IDENTIFY = text(
    """
    UPDATE upstream_logins
    SET identity = :identity, identified_at = :now, expires_at = :expires_at, user_id = :user_id
    WHERE id = :id AND identified_at IS NULL
    """
)
_FIND = text(f"SELECT {_COLUMNS} FROM upstream_logins WHERE id = :id AND {_IDENTIFIED}")
_CONNECTING = text(
    f"""
    SELECT {_COLUMNS} FROM upstream_logins WHERE purpose = 'sign_in' AND user_id IS NOT NULL AND {_IDENTIFIED}
    ORDER BY identified_at DESC, id LIMIT 1
    """
)
_AWAITS = text(f"UPDATE upstream_logins SET user_id = :user_id WHERE id = :id AND {_IDENTIFIED}")
_USE = text(f"UPDATE upstream_logins SET ended_at = :now WHERE id = :id AND {_IDENTIFIED} RETURNING {_COLUMNS}")


def open(login: Login, state: str) -> None:
    """Somebody leaves for a provider; `state` is the fingerprint of what they will bring back."""
    db.session.execute(insert(UpstreamLogin).values(**asdict(login), state=state))


def receive(state: str, received: str, now: int) -> bool:
    """The provider's answer came by a POST of its own page, which carries no cookie: kept, sealed, until the browser
    is here. The first answer counts. Stands alone, outside the request's transaction.
    """
    return hot_count(_RECEIVE, {"state": state, "received": received, "now": now}) == 1


def take(state: str, browser: str, now: int) -> Login | None:
    """The way back is gone once: what it was begun for, to the one request that took it in the same browser, in time.

    Stands alone: the provider is asked next, and no transaction waits for that.
    """
    return _login(hot_row(_TAKE, {"state": state, "browser": browser, "now": now}))


def identified(login_id: str, identity: str, now: int, expires_at: int, user_id: str | None = None) -> bool:
    """Who it is, sealed, waits for what the person does next; for this account alone, where one is named."""
    values = {"id": login_id, "identity": identity, "user_id": user_id, "now": now, "expires_at": expires_at}
    return count(_IDENTIFY, values) == 1


def find(login_id: str, browser: str, now: int) -> Login | None:
    """Who waits in this browser; looking uses nothing. None when it is another browser's, used, or too old."""
    found = is_id(login_id) and row(_FIND, {"id": login_id, "browser": browser, "now": now})
    return _login(found) if found else None


def connecting(browser: str, now: int) -> Login | None:
    """The latest of this browser that waits until somebody signs in to their account."""
    return _login(row(_CONNECTING, {"browser": browser, "now": now}))


def awaits(login_id: str, browser: str, user_id: str, now: int) -> bool:
    """It turns out to wait until this person signs in to their account."""
    return count(_AWAITS, {"id": login_id, "browser": browser, "user_id": user_id, "now": now}) == 1


def use(login_id: str, browser: str, now: int) -> Login | None:
    """Who waited, for the one request that may use it; None for all others."""
    return _login(row(_USE, {"id": login_id, "browser": browser, "now": now})) if is_id(login_id) else None


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` that nobody came back from, or used, in time; how many went."""
    old = select(UpstreamLogin.id).where(UpstreamLogin.expires_at <= now).limit(limit)
    return count(delete(UpstreamLogin).where(UpstreamLogin.id.in_(old)), {})


def _login(found: Found | None) -> Login | None:
    return None if found is None else Login(**{**found._asdict(), "remembered": bool(found.remembered)})
