"""Sign-ups whose address is not proved yet. No account exists before the proof; each waits for its own."""

from sqlalchemy import BigInteger, Boolean, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class SignUp(Base):
    __tablename__ = "sign_ups"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    lookup: Mapped[str] = mapped_column(String(320), index=True)
    address: Mapped[str] = mapped_column(String(320))
    password: Mapped[str] = mapped_column(Text)
    browser: Mapped[str] = mapped_column(String(64))
    terms_version: Mapped[str] = mapped_column(String(32))
    privacy_version: Mapped[str] = mapped_column(String(32))
    marketing: Mapped[bool] = mapped_column(Boolean)
    locale: Mapped[str] = mapped_column(String(16))
    network: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
