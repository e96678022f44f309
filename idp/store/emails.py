"""Addresses that were proved, each with how and when: an address belongs to an account only by a proof."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count


class Email(Base):
    """`lookup` is the trimmed, NFKC, casefolded form; `address` is what the person typed."""

    __tablename__ = "emails"
    __table_args__ = (
        Index(
            "uq_emails_primary",
            "user_id",
            unique=True,
            sqlite_where=text("is_primary"),
            postgresql_where=text("is_primary"),
        ),
    )

    lookup: Mapped[str] = mapped_column(String(320), primary_key=True)
    address: Mapped[str] = mapped_column(String(320))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    is_primary: Mapped[bool] = mapped_column(Boolean)
    proved_at: Mapped[int] = mapped_column(BigInteger)
    proved_by: Mapped[str] = mapped_column(String(16))


_PROVE = text(
    """
    INSERT INTO emails (lookup, address, user_id, is_primary, proved_at, proved_by)
    VALUES (:lookup, :address, :user_id,
            NOT EXISTS (SELECT 1 FROM emails WHERE user_id = :owner_id AND is_primary), :now, :proved_by)
    ON CONFLICT (lookup) DO NOTHING
    """
)


def prove(lookup: str, address: str, user_id: str, now: int, proved_by: str) -> bool:
    """The address is this person's from now on, by that proof; False when it is somebody's already."""
    owner = {"user_id": user_id, "owner_id": user_id}
    return count(_PROVE, {**owner, "lookup": lookup, "address": address, "now": now, "proved_by": proved_by}) == 1
