"""What a person lets an app do, remembered until they take it back."""

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class Consent(Base):
    """`scope` and `claims` are space-separated: all that was ever allowed and not taken back."""

    __tablename__ = "consents"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    scope: Mapped[str] = mapped_column(Text)
    claims: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(16))
    given_at: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[int] = mapped_column(BigInteger)
