"""Recovery codes: ten per person, hashed, each good for one sign-in without the second factor."""

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class RecoveryCode(Base):
    """`code` is a keyed hash: a stolen database tells none of them."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code", name="uq_recovery_codes_code"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[int] = mapped_column(BigInteger)
    spent_at: Mapped[int | None] = mapped_column(BigInteger)
