"""Who a person is to apps that may not compare notes: one random name for each sector, kept for good (Core §8.1)."""

from sqlalchemy import ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, new_id
from idp.store.hot import hot_count, hot_row


class PairwiseSubject(Base):
    """`sector` is the host that stands for all apps which may know that somebody is the same person."""

    __tablename__ = "pairwise_subjects"
    __table_args__ = (UniqueConstraint("sector", "subject"),)

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    sector: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(22))


_FIND = text("SELECT subject FROM pairwise_subjects WHERE user_id = :user_id AND sector = :sector")
_ADD = text(
    """
    INSERT INTO pairwise_subjects (user_id, sector, subject) VALUES (:user_id, :sector, :subject)
    ON CONFLICT (user_id, sector) DO NOTHING
    """
)
_BEHIND = text("SELECT user_id FROM pairwise_subjects WHERE sector = :sector AND subject = :subject")


def of(user_id: str, sector: str) -> str:
    """The person's name in this sector: the same one on every node, from the first time it is asked for."""
    here = {"user_id": user_id, "sector": sector}
    return _known(here) or _named(here)


def _known(here: dict[str, str]) -> str:
    found = hot_row(_FIND, here)
    return "" if found is None else str(found.subject)


def _named(here: dict[str, str]) -> str:
    """Whoever asks first decides; all who ask at that moment read what it was."""
    hot_count(_ADD, {**here, "subject": new_id()})
    return _known(here)


def person_behind(subject: str, sector: str) -> str | None:
    """Whose name that is in this sector."""
    found = hot_row(_BEHIND, {"subject": subject, "sector": sector})
    return None if found is None else str(found.user_id)
