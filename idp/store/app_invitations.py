"""Invitations to own an app too: mailed to an address, taken once, by the account that proved this address."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, String, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db, row


class AppInvitation(Base):
    """`user_id` is who invites, and who leaves when the other comes if it `hands_over`. No secret opens it: whoever
    takes it is signed in to the account of `lookup`.
    """

    __tablename__ = "app_invitations"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(255), ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str] = mapped_column(String(22), ForeignKey("users.id", ondelete="CASCADE"), index=True)
    lookup: Mapped[str] = mapped_column(String(320), index=True)
    address: Mapped[str] = mapped_column(String(320))
    hands_over: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


@dataclass(frozen=True, slots=True)
class Invitation:
    """It waits until `expires_at` (seconds) for the account of `lookup`."""

    id: str
    client_id: str
    user_id: str
    lookup: str
    address: str
    hands_over: bool
    created_at: int
    expires_at: int

    def __repr__(self) -> str:
        return f"Invitation({self.id})"


_COLUMNS = "id, client_id, user_id, lookup, address, hands_over, created_at, expires_at"
_OPEN = text(
    f"""
    INSERT INTO app_invitations ({_COLUMNS})
    VALUES (:id, :client_id, :user_id, :lookup, :address, :hands_over, :created_at, :expires_at)
    """
)
_END_EARLIER = text("DELETE FROM app_invitations WHERE client_id = :client_id AND lookup = :lookup")
_OF_APP = text(
    f"SELECT {_COLUMNS} FROM app_invitations WHERE client_id = :client_id AND expires_at > :now ORDER BY created_at, id"
)
_TO = text(
    f"SELECT {_COLUMNS} FROM app_invitations WHERE lookup = :lookup AND expires_at > :now ORDER BY created_at, id"
)
_TAKE = text(
    f"DELETE FROM app_invitations WHERE id = :id AND lookup = :lookup AND expires_at > :now RETURNING {_COLUMNS}"
)
_WITHDRAW_ALL = text("DELETE FROM app_invitations WHERE user_id = :user_id AND client_id = :client_id")
_WITHDRAW = text("DELETE FROM app_invitations WHERE id = :id AND client_id = :client_id")


def open(invitation: Invitation) -> None:
    """It waits; an earlier one to the same address ends."""
    count(_END_EARLIER, {"client_id": invitation.client_id, "lookup": invitation.lookup})
    db.session.execute(_OPEN, {name: getattr(invitation, name) for name in _COLUMNS.split(", ")})


def of_app(client_id: str, now: int) -> tuple[Invitation, ...]:
    """Those that wait, the oldest first."""
    rows = db.session.execute(_OF_APP, {"client_id": client_id, "now": now})
    return tuple(_invitation(found) for found in rows)


def to(lookup: str, now: int) -> tuple[Invitation, ...]:
    """Those that wait for the account of this address, the oldest first."""
    rows = db.session.execute(_TO, {"lookup": lookup, "now": now})
    return tuple(_invitation(found) for found in rows)


def take(invitation_id: str, lookup: str, now: int) -> Invitation | None:
    """The invitation is used up, by the account of this address: for one request in its time; None else."""
    found = row(_TAKE, {"id": invitation_id, "lookup": lookup, "now": now})
    return _invitation(found) if found else None


def withdraw(invitation_id: str, client_id: str) -> bool:
    """Nobody can take it any more; False when this app has no such invitation."""
    return count(_WITHDRAW, {"id": invitation_id, "client_id": client_id}) == 1


def withdraw_all_of(user_id: str, client_id: str) -> int:
    """Whoever owns an app no more lets nobody in; how many were taken back."""
    return count(_WITHDRAW_ALL, {"user_id": user_id, "client_id": client_id})


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` invitations nobody took; how many went."""
    old = select(AppInvitation.id).where(AppInvitation.expires_at <= now).limit(limit)
    return count(delete(AppInvitation).where(AppInvitation.id.in_(old)), {})


def _invitation(found: Any) -> Invitation:
    return Invitation(**{**found._mapping, "hands_over": bool(found.hands_over)})
