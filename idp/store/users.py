"""People. `id` is the `sub` of every token: random, never changed, never given to anyone else."""

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class User(Base):
    """`state` is active or suspended; `profile` is JSON of OpenID Connect Core §5.1 claims the person filled in."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    profile: Mapped[str] = mapped_column(Text, default="{}")
    locale: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[int] = mapped_column(BigInteger)
