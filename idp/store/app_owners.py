"""Who owns which app: one person or several, all with the same rights. Apps of files and commands may have none."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db


class AppOwner(Base):
    __tablename__ = "app_owners"

    client_id: Mapped[str] = mapped_column(String(255), ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(
        String(22), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since_at: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class AppPerson:
    """One owner, as the others see them and as mails reach them."""

    user_id: str
    name: str
    email: str
    locale: str
    since_at: int

    def __repr__(self) -> str:
        return f"AppPerson({self.user_id})"


_ADD = text(
    """
    INSERT INTO app_owners (client_id, user_id, since_at) VALUES (:client_id, :user_id, :now)
    ON CONFLICT (client_id, user_id) DO NOTHING
    """
)
_NAME = {
    "postgresql": "COALESCE(CAST(u.profile AS jsonb) ->> 'name', '')",
    "sqlite": "COALESCE(json_extract(u.profile, '$.name'), '')",
}
_OF_APP = {
    dialect: text(
        f"""
        SELECT o.user_id, {name} AS name, e.address AS email, u.locale, o.since_at
        FROM app_owners o JOIN users u ON u.id = o.user_id JOIN emails e ON e.user_id = o.user_id AND e.is_primary
        WHERE o.client_id = :client_id ORDER BY o.since_at, o.user_id
        """
    )
    for dialect, name in _NAME.items()
}
# The two ids are the same person's: a parameter that stands twice would need a type of its own on PostgreSQL.
_REMOVE = text(
    """
    DELETE FROM app_owners WHERE client_id = :client_id AND user_id = :user_id
    AND EXISTS (SELECT 1 FROM app_owners o WHERE o.client_id = :of_client AND o.user_id <> :other_than)
    """
)
_REMOVE_ANY = text("DELETE FROM app_owners WHERE client_id = :client_id AND user_id = :user_id")
_OWNED = text("SELECT client_id FROM app_owners WHERE user_id = :user_id ORDER BY client_id")
_ALONE = text(
    """
    SELECT o.client_id FROM app_owners o JOIN clients c ON c.id = o.client_id
    WHERE o.user_id = :user_id AND c.source = 'console'
    AND NOT EXISTS (SELECT 1 FROM app_owners p WHERE p.client_id = o.client_id AND p.user_id <> o.user_id)
    ORDER BY o.client_id
    """
)


def add(client_id: str, user_id: str, now: int) -> bool:
    """From now on the app is this person's too; False when it was already."""
    return count(_ADD, {"client_id": client_id, "user_id": user_id, "now": now}) == 1


def of_app(client_id: str) -> tuple[AppPerson, ...]:
    """Everybody who owns the app, who came first first."""
    rows = db.session.execute(_OF_APP[db.engine.dialect.name], {"client_id": client_id})
    return tuple(AppPerson(**row._mapping) for row in rows)


def remove(client_id: str, user_id: str) -> bool:
    """The app is not theirs any more; False for its only owner, and for somebody who owns it not.

    To be called while the app is held (`clients.hold`): of two who leave at the same moment one stays.
    """
    values = {"client_id": client_id, "user_id": user_id, "of_client": client_id, "other_than": user_id}
    return count(_REMOVE, values) == 1


def remove_any(client_id: str, user_id: str) -> bool:
    """The same by the operator, who may leave an app without anybody."""
    return count(_REMOVE_ANY, {"client_id": client_id, "user_id": user_id}) == 1


def owned(user_id: str) -> tuple[str, ...]:
    """The client_ids of a person's apps."""
    return tuple(db.session.scalars(_OWNED, {"user_id": user_id}))


def owned_alone(user_id: str) -> tuple[str, ...]:
    """The client_ids of apps of the console that nobody else owns."""
    return tuple(db.session.scalars(_ALONE, {"user_id": user_id}))
