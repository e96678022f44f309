"""Who somebody is at another provider: linked to one account here, by provider, app and subject."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Select, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db, is_id, row
from idp.store.hot import hot_row


class LinkedIdentity(Base):
    """`provider` is the provider's issuer, `app_id` our client_id there, `subject` the person's id there.

    `upstream` is the section of config.toml it came through; `label` is what the person reads (a name or an address).
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("provider", "app_id", "subject", name="uq_identities_subject"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    upstream: Mapped[str] = mapped_column(String(32))
    provider: Mapped[str] = mapped_column(String(255))
    app_id: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(320))
    linked_at: Mapped[int] = mapped_column(BigInteger)
    last_used_at: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Link:
    """One person at one provider, and whose account here it opens. Provider, app and subject never change."""

    id: str
    user_id: str
    upstream: str
    provider: str
    app_id: str
    subject: str
    label: str
    linked_at: int
    last_used_at: int

    def __repr__(self) -> str:
        return f"Link({self.id}, {self.upstream})"


_COLUMNS = "id, user_id, upstream, provider, app_id, subject, label, linked_at, last_used_at"
_KEY = "provider = :provider AND app_id = :app_id AND subject = :subject"
_BY_KEY = text(f"SELECT {_COLUMNS} FROM identities WHERE {_KEY}")
_OF_USER = text(f"SELECT {_COLUMNS} FROM identities WHERE user_id = :user_id ORDER BY linked_at, id")
_ADD = text(
    f"""
    INSERT INTO identities ({_COLUMNS})
    VALUES (:id, :user_id, :upstream, :provider, :app_id, :subject, :label, :linked_at, :last_used_at)
    ON CONFLICT (provider, app_id, subject) DO NOTHING
    """
)
_USED = text("UPDATE identities SET last_used_at = :now, label = :label WHERE id = :id AND user_id = :user_id")
_REMOVE = text(f"DELETE FROM identities WHERE id = :id AND user_id = :user_id RETURNING {_COLUMNS}")
_REMOVE_SINCE = text("DELETE FROM identities WHERE user_id = :user_id AND linked_at >= :since")
_REMOVE_BY_KEY = text(f"DELETE FROM identities WHERE {_KEY} RETURNING {_COLUMNS}")


def by_key(provider: str, app_id: str, subject: str) -> Link | None:
    """Whose account this person at the provider opens; reads outside the request's transaction."""
    found = hot_row(_BY_KEY, {"provider": provider, "app_id": app_id, "subject": subject})
    return Link(**found._asdict()) if found else None


def written(provider: str, app_id: str, subject: str) -> Link | None:
    """The same, as this request's transaction has written it."""
    return _link(row(_BY_KEY, {"provider": provider, "app_id": app_id, "subject": subject}))


def of_user(user_id: str) -> tuple[Link, ...]:
    """All that is linked to an account, the oldest first."""
    return tuple(Link(**found._mapping) for found in db.session.execute(_OF_USER, {"user_id": user_id}))


def add(link: Link) -> bool:
    """It opens this account from now on; False when it is linked already, to whomever."""
    return count(_ADD, asdict(link)) == 1


def used(link: Link, label: str, now: int) -> bool:
    """Its person came by it, and is called that there now; False when it was unlinked meanwhile."""
    return count(_USED, {"id": link.id, "user_id": link.user_id, "label": label, "now": now}) == 1


def remove(link_id: str, user_id: str) -> Link | None:
    """It opens nothing any more; None when this account has no such link."""
    return _link(row(_REMOVE, {"id": link_id, "user_id": user_id})) if is_id(link_id) else None


def remove_since(user_id: str, since: int) -> int:
    """What was linked to an account since then opens nothing any more; how many there were."""
    return count(_REMOVE_SINCE, {"user_id": user_id, "since": since})


def remove_by_key(provider: str, app_id: str, subject: str) -> Link | None:
    """The same at the provider's word: what was removed, None when nobody was linked."""
    return _link(row(_REMOVE_BY_KEY, {"provider": provider, "app_id": app_id, "subject": subject}))


def at(provider: str, app_id: str, subject: str) -> Select[str]:
    """The ids of what is linked to one person there, or to anybody where `subject` is ""."""
    statement = select(LinkedIdentity.id).where(LinkedIdentity.provider == provider, LinkedIdentity.app_id == app_id)
    return statement.where(LinkedIdentity.subject == subject) if subject else statement


def _link(found: Any) -> Link | None:
    return Link(**found._mapping) if found else None
