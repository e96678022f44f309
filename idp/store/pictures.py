"""People's pictures, re-encoded by us; the id is in the address that apps are given, and changes with the picture."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db, is_id, new_id
from idp.store.hot import hot_row


class Picture(Base):
    __tablename__ = "pictures"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[int] = mapped_column(BigInteger)


_PUT = text(
    """
    INSERT INTO pictures (id, user_id, body, created_at) VALUES (:id, :user_id, :body, :now)
    ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, body = excluded.body, created_at = excluded.created_at
    """
)
_BODY = text("SELECT body FROM pictures WHERE id = :id")
_REMOVE = text("DELETE FROM pictures WHERE user_id = :user_id")


def put(user_id: str, body: bytes, now: int) -> str:
    """The person's one picture; its id, which nobody can guess, and which no earlier picture had."""
    picture_id = new_id()
    db.session.execute(_PUT, {"id": picture_id, "user_id": user_id, "body": body, "now": now})
    return picture_id


def body(picture_id: str) -> bytes | None:
    """The octets of a picture, whosever it is; reads outside the request's transaction."""
    found = hot_row(_BODY, {"id": picture_id}) if is_id(picture_id) else None
    return bytes(found.body) if found else None


def remove(user_id: str) -> bool:
    """The person has none any more; True when they had one."""
    return count(_REMOVE, {"user_id": user_id}) == 1
