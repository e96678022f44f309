"""Logos of apps, re-encoded by us; the id is in the address people's browsers are given, and changes with the logo."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db, is_id, new_id
from idp.store.hot import hot_row


class AppLogo(Base):
    __tablename__ = "app_logos"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(255), ForeignKey("clients.id", ondelete="CASCADE"), unique=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[int] = mapped_column(BigInteger)


_PUT = text(
    """
    INSERT INTO app_logos (id, client_id, body, created_at) VALUES (:id, :client_id, :body, :now)
    ON CONFLICT (client_id) DO UPDATE SET id = excluded.id, body = excluded.body, created_at = excluded.created_at
    """
)
_BODY = text("SELECT body FROM app_logos WHERE id = :id")
_REMOVE = text("DELETE FROM app_logos WHERE client_id = :client_id")


def put(client_id: str, body: bytes, now: int) -> str:
    """The app's one logo; its id, which no earlier logo had."""
    logo_id = new_id()
    db.session.execute(_PUT, {"id": logo_id, "client_id": client_id, "body": body, "now": now})
    return logo_id


def body(logo_id: str) -> bytes | None:
    """The octets of a logo, whosever it is; reads outside the request's transaction."""
    found = hot_row(_BODY, {"id": logo_id}) if is_id(logo_id) else None
    return bytes(found.body) if found else None


def remove(client_id: str) -> bool:
    """The app has none any more; True when it had one."""
    return count(_REMOVE, {"client_id": client_id}) == 1
