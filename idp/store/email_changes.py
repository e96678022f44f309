"""A person's address on its way to another one: the new one proves itself, the old one may stop it for a week."""

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class EmailChange(Base):
    """`confirm` and `stop` are fingerprints of the two mailed links, `code` the keyed hash of the mailed code."""

    __tablename__ = "email_changes"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    old_lookup: Mapped[str] = mapped_column(String(320))
    old_address: Mapped[str] = mapped_column(String(320))
    new_lookup: Mapped[str] = mapped_column(String(320))
    new_address: Mapped[str] = mapped_column(String(320))
    confirm: Mapped[str] = mapped_column(String(64), unique=True)
    code: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(Integer)
    stop: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    stoppable_until_at: Mapped[int] = mapped_column(BigInteger, index=True)
    confirmed_at: Mapped[int | None] = mapped_column(BigInteger)
    stopped_at: Mapped[int | None] = mapped_column(BigInteger)
