"""What a person lets an app do, remembered until they take it back."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, ForeignKey, String, Text, bindparam, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.protocol.scope import NOTHING, Scope
from idp.store.base import Base, db
from idp.store.hot import hot_row


class Consent(Base):
    """`scope` is all that was allowed and not taken back, `asked` all the person was ever asked for.

    `withdrawn_at` is when the app was disconnected last: no code from before opens a grant, whatever was agreed since.
    """

    __tablename__ = "consents"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    scope: Mapped[str] = mapped_column(Text)
    asked: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(16))
    given_at: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[int] = mapped_column(BigInteger)
    withdrawn_at: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a person said to an app's wishes: `scope` is what it may have, `asked` what they have seen and answered."""

    scope: Scope = NOTHING
    asked: Scope = NOTHING


NEVER_ASKED = Agreed()
_REMEMBERED = select(Consent.scope, Consent.asked).where(
    Consent.user_id == bindparam("user_id"), Consent.client_id == bindparam("client_id")
)
_REMEMBER = text(
    """
    INSERT INTO consents (user_id, client_id, scope, asked, locale, given_at, updated_at)
    VALUES (:user_id, :client_id, :scope, :asked, :locale, :now, :now)
    ON CONFLICT (user_id, client_id) DO UPDATE SET
        scope = excluded.scope, asked = excluded.asked, locale = excluded.locale, updated_at = excluded.updated_at,
        given_at = CASE WHEN consents.scope = '' THEN excluded.given_at ELSE consents.given_at END
    """
)
_WITHDRAW = text(
    """
    INSERT INTO consents (user_id, client_id, scope, asked, locale, given_at, updated_at, withdrawn_at)
    VALUES (:user_id, :client_id, '', '', '', :now, :now, :now)
    ON CONFLICT (user_id, client_id) DO UPDATE SET
        scope = '', asked = '', updated_at = excluded.updated_at, withdrawn_at = excluded.withdrawn_at
    """
)


def remembered(user_id: str, client_id: str) -> Agreed:
    """All this person ever agreed on with this app, and did not take back."""
    found = hot_row(_REMEMBERED, {"user_id": user_id, "client_id": client_id})
    return NEVER_ASKED if found is None else Agreed(Scope(found.scope.split()), Scope(found.asked.split()))


def remember(user_id: str, client_id: str, agreed: Agreed, locale: str, now: int) -> None:
    """From now on this stands between the person and the app, without being asked again."""
    values = {"user_id": user_id, "client_id": client_id, "locale": locale, "now": now}
    db.session.execute(_REMEMBER, {**values, "scope": str(agreed.scope), "asked": str(agreed.asked)})


def withdraw(user_id: str, client_id: str, now: int) -> None:
    """Nothing stands between them any more: the app is asked for anew, and no code from before opens a grant."""
    db.session.execute(_WITHDRAW, {"user_id": user_id, "client_id": client_id, "now": now})
