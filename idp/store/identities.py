"""Who somebody is at another provider: linked to one account here, by provider, app and subject."""

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class LinkedIdentity(Base):
    """`provider` is the provider's issuer, `app_id` our client_id there, `subject` the person's id there.

    `upstream` is the section of config.toml it came through; `label` is what the person reads (a name or an address).
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("provider", "app_id", "subject", name="uq_identities_subject"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    upstream: Mapped[str] = mapped_column(String(32))
    provider: Mapped[str] = mapped_column(String(255))
    app_id: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(320))
    linked_at: Mapped[int] = mapped_column(BigInteger)
    last_used_at: Mapped[int] = mapped_column(BigInteger)
