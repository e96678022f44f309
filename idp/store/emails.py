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


# An address that was given up may be taken back for a while (store/email_changes.py): until then nobody else has it.
_PROVE = text(
    """
    INSERT INTO emails (lookup, address, user_id, is_primary, proved_at, proved_by)
    SELECT :lookup, :address, :user_id,
           NOT EXISTS (SELECT 1 FROM emails WHERE user_id = :owner_id AND is_primary), :now, :proved_by
    WHERE NOT EXISTS (
        SELECT 1 FROM email_changes
        WHERE old_lookup = :given_up AND user_id <> :former_id
          AND confirmed_at IS NOT NULL AND stopped_at IS NULL AND stoppable_until_at > :moment
    )
    ON CONFLICT (lookup) DO NOTHING
    """
)
_GIVE_UP = text("DELETE FROM emails WHERE lookup = :lookup AND user_id = :user_id AND is_primary")
_BECOME_PRIMARY = text("UPDATE emails SET is_primary = TRUE WHERE lookup = :lookup AND user_id = :user_id")
_REMOVE_SINCE = text("DELETE FROM emails WHERE user_id = :user_id AND proved_at >= :since")
_REMOVE = text("DELETE FROM emails WHERE lookup = :lookup AND user_id = :user_id AND NOT is_primary")


def prove(lookup: str, address: str, user_id: str, now: int, proved_by: str) -> bool:
    """The address is this person's from now on, by that proof; False when it is somebody's already, or may be again."""
    who = {"user_id": user_id, "owner_id": user_id, "former_id": user_id}
    what = {"lookup": lookup, "given_up": lookup, "address": address, "proved_by": proved_by}
    return count(_PROVE, {**who, **what, "now": now, "moment": now}) == 1


def replace(old_lookup: str, new_lookup: str, user_id: str) -> bool:
    """The new address, proved already, is the primary one now, and the old one nobody's; False when that was not it."""
    if count(_GIVE_UP, {"lookup": old_lookup, "user_id": user_id}) != 1:
        return False
    return count(_BECOME_PRIMARY, {"lookup": new_lookup, "user_id": user_id}) == 1


def remove(lookup: str, user_id: str) -> bool:
    """An address beside the primary one is nobody's any more; False when the person has no such one."""
    return count(_REMOVE, {"lookup": lookup, "user_id": user_id}) == 1


def remove_since(user_id: str, since: int) -> int:
    """No address that the person proved since then is theirs any more; how many were. They need another one at once."""
    return count(_REMOVE_SINCE, {"user_id": user_id, "since": since})
