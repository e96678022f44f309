"""Mail links and six-digit codes: hashed, bound to purpose, address, person and browser, spent once."""

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class Proof(Base):
    """`purpose` is confirm or reset. A newer proof of the same purpose and address ends the older ones."""

    __tablename__ = "proofs"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    lookup: Mapped[str] = mapped_column(String(320), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    code: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    sign_up_id: Mapped[str | None] = mapped_column(ForeignKey("sign_ups.id", ondelete="CASCADE"))
    pending_id: Mapped[str | None] = mapped_column(String(22))
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    spent_at: Mapped[int | None] = mapped_column(BigInteger)
