"""What a person can prove themselves with: passwords now; passkeys and authenticators are kinds of their own."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db, new_id


class Credential(Base):
    """`value` is an Argon2id hash for kind `password`."""

    __tablename__ = "credentials"
    __table_args__ = (
        Index(
            "uq_credentials_password",
            "user_id",
            unique=True,
            sqlite_where=text("kind = 'password'"),
            postgresql_where=text("kind = 'password'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[int] = mapped_column(BigInteger)


_SET_PASSWORD = text(
    """
    INSERT INTO credentials (id, user_id, kind, value, created_at, changed_at)
    VALUES (:id, :user_id, 'password', :value, :now, :now)
    ON CONFLICT (user_id) WHERE kind = 'password'
    DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
    """
)
_FIRST = text(
    """
    INSERT INTO credentials (id, user_id, kind, value, created_at, changed_at)
    VALUES (:id, :user_id, 'password', :value, :now, :now)
    ON CONFLICT (user_id) WHERE kind = 'password' DO NOTHING
    """
)
_KEEP = text(
    "UPDATE credentials SET value = :value WHERE user_id = :user_id AND kind = 'password' AND value = :old_value"
)
_FORGET = text("DELETE FROM credentials WHERE user_id = :user_id AND kind = 'password'")
_REMOVE_PASSWORD = text(
    """
    DELETE FROM credentials WHERE user_id = :user_id AND kind = 'password' AND EXISTS (
        SELECT 1 FROM passkeys k WHERE k.user_id = credentials.user_id AND k.user_verified
    )
    """
)


def set_password(user_id: str, value: str, now: int) -> None:
    """The person's one password is the one behind this hash."""
    db.session.execute(_SET_PASSWORD, {"id": new_id(), "user_id": user_id, "value": value, "now": now})


def first_password(user_id: str, value: str, now: int) -> bool:
    """The same for somebody who has none; False when one was set meanwhile."""
    return count(_FIRST, {"id": new_id(), "user_id": user_id, "value": value, "now": now}) == 1


def forget_password(user_id: str) -> None:
    """The person has no password any more, whatever else they have: the mailbox is what lets them in."""
    db.session.execute(_FORGET, {"user_id": user_id})


def keep_password(user_id: str, old_value: str, value: str) -> bool:
    """The password stays the one behind `old_value`; `value` is a hash of the same, that one or a stronger one.

    False when it was changed since it was read. Nobody changes it before this transaction ends.
    """
    return count(_KEEP, {"user_id": user_id, "old_value": old_value, "value": value}) == 1


def remove_password(user_id: str) -> bool:
    """The person has no password any more; False when there was none, or no passkey that would let them in instead.

    To be called while the person is held (users.hold): else their last passkey might go at the same time.
    """
    return count(_REMOVE_PASSWORD, {"user_id": user_id}) == 1
