"""What a person can prove themselves with: passwords now; passkeys and authenticators are kinds of their own."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class Credential(Base):
    """`value` is an Argon2id hash for kind `password`."""

    __tablename__ = "credentials"
    __table_args__ = (
        Index(
            "uq_credentials_password",
            "user_id",
            unique=True,
            sqlite_where=text("kind = 'password'"),
            postgresql_where=text("kind = 'password'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[int] = mapped_column(BigInteger)
