"""Challenges of WebAuthn ceremonies: for one browser and purpose, answered once."""

from sqlalchemy import BigInteger, ForeignKey, String, delete, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db
from idp.store.hot import hot_row


class Challenge(Base):
    """`challenge` is the fingerprint of the bytes the authenticator signs; `user_id` is whose it is, if known."""

    __tablename__ = "challenges"

    challenge: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


_SPEND = text(
    """
    DELETE FROM challenges
    WHERE challenge = :challenge AND browser = :browser AND purpose = :purpose
      AND COALESCE(user_id, '') = :whose AND expires_at > :now
    RETURNING challenge
    """
)


def open(challenge: str, browser: str, purpose: str, user_id: str | None, expires_at: int) -> None:
    """This browser may answer until then, for this purpose; as this person, where they are known."""
    values = {"browser": browser, "purpose": purpose, "user_id": user_id, "expires_at": expires_at}
    db.session.execute(insert(Challenge).values(challenge=challenge, **values))


def spend(challenge: str, browser: str, purpose: str, user_id: str | None, now: int) -> bool:
    """It is answered, at once and for good: True for one request, in time, of whom it is for. Before other writes."""
    asked = {"challenge": challenge, "browser": browser, "purpose": purpose, "whose": user_id or "", "now": now}
    return hot_row(_SPEND, asked) is not None


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` that nobody answered in time; how many went."""
    old = select(Challenge.challenge).where(Challenge.expires_at <= now).limit(limit)
    return count(delete(Challenge).where(Challenge.challenge.in_(old)), {})
