"""Counters that all nodes share: how often something was tried in the running window."""

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class Throttle(Base):
    """`key` is a fingerprint of what is counted (kind and account, kind and network), never the thing itself."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int] = mapped_column(Integer)
    window_ends_at: Mapped[int] = mapped_column(BigInteger, index=True)
