"""Sign-ups whose address is not proved yet. No account exists before the proof; each waits for its own."""

from dataclasses import asdict, dataclass

from sqlalchemy import BigInteger, Boolean, String, Text, delete, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db, is_id, row
from idp.store.hot import Found, hot_row


class SignUp(Base):
    """`password` is empty for whoever comes from another provider: then `identity` says, sealed, who they are there."""

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
    identity: Mapped[str | None] = mapped_column(Text)
    terms_digest: Mapped[str] = mapped_column(String(64), default="", server_default="")
    privacy_digest: Mapped[str] = mapped_column(String(64), default="", server_default="")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sign-up that waits for the proof of its address; `browser` is the fingerprint of the browser it came from."""

    id: str
    lookup: str
    address: str
    password: str
    browser: str
    terms_version: str
    privacy_version: str
    marketing: bool
    locale: str
    network: str
    created_at: int
    expires_at: int
    identity: str | None = None
    terms_digest: str = ""
    privacy_digest: str = ""

    def __repr__(self) -> str:
        return f"Waiting({self.id})"


_COLUMNS = """
    id, lookup, address, password, browser, terms_version, privacy_version, marketing, locale, network,
    created_at, expires_at, identity, terms_digest, privacy_digest
"""
_FIND = text(f"SELECT {_COLUMNS} FROM sign_ups WHERE id = :id AND expires_at > :now")
_OF_BROWSER = text(
    f"""
    SELECT {_COLUMNS} FROM sign_ups WHERE browser = :browser AND expires_at > :now
    ORDER BY created_at DESC LIMIT 1
    """
)
_OF_ADDRESS = text(
    f"""
    SELECT {_COLUMNS} FROM sign_ups WHERE lookup = :lookup AND expires_at > :now AND password <> ''
    ORDER BY CASE WHEN browser = :browser THEN 0 ELSE 1 END, created_at DESC LIMIT 1
    """
)
_HERE = text(
    f"""
    SELECT {_COLUMNS} FROM sign_ups
    WHERE lookup = :lookup AND browser = :browser AND expires_at > :now AND (password <> '' OR identity IS NOT NULL)
    ORDER BY created_at DESC LIMIT 1
    """
)
_REPLACE = text("DELETE FROM sign_ups WHERE browser = :browser AND lookup = :lookup")
_CLAIM = text("UPDATE sign_ups SET browser = '', password = '', identity = NULL WHERE id = :id AND browser = :browser")
_ADOPT = text("UPDATE sign_ups SET browser = :browser WHERE id = :id")
_VOID = text(
    """
    UPDATE sign_ups SET browser = '', password = '', identity = NULL
    WHERE id IN (SELECT sign_up_id FROM proofs WHERE user_id = :user_id)
    """
)


def add(sign_up: Waiting) -> None:
    """It waits for its proof; an earlier one of the same browser and address is replaced, others stay as they are."""
    db.session.execute(_REPLACE, {"browser": sign_up.browser, "lookup": sign_up.lookup})
    db.session.execute(insert(SignUp).values(asdict(sign_up)))


def find(sign_up_id: str, now: int) -> Waiting | None:
    """A sign-up, wherever it came from."""
    return _waiting(row(_FIND, {"id": sign_up_id, "now": now})) if is_id(sign_up_id) else None


def of_browser(browser: str, now: int) -> Waiting | None:
    """The latest sign-up made in this browser."""
    return _waiting(row(_OF_BROWSER, {"browser": browser, "now": now}))


def of_address(lookup: str, browser: str, now: int) -> Waiting | None:
    """The sign-up with a password that a person with this address most likely means: of their browser, else the latest.

    Reads outside the request's transaction.
    """
    return _waiting(hot_row(_OF_ADDRESS, {"lookup": lookup, "browser": browser, "now": now}))


def here(lookup: str, browser: str, now: int) -> Waiting | None:
    """The sign-up with this address that was made in this browser, with a password or by another provider."""
    return _waiting(row(_HERE, {"lookup": lookup, "browser": browser, "now": now}))


def claim(sign_up_id: str, browser: str) -> bool:
    """Its browser takes what came of it, once; True for the one request that did."""
    return count(_CLAIM, {"id": sign_up_id, "browser": browser}) == 1


def adopt(sign_up_id: str, browser: str) -> None:
    """It goes on in this browser, where its password was typed too."""
    db.session.execute(_ADOPT, {"id": sign_up_id, "browser": browser})


def void(user_id: str) -> None:
    """The sign-up this account came from leads nowhere any more: not its password, not the browser it came from."""
    db.session.execute(_VOID, {"user_id": user_id})


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` sign-ups that were never proved; how many went."""
    old = select(SignUp.id).where(SignUp.expires_at <= now).limit(limit)
    return count(delete(SignUp).where(SignUp.id.in_(old)), {})


def _waiting(found: Found | None) -> Waiting | None:
    return None if found is None else Waiting(**{**found._asdict(), "marketing": bool(found.marketing)})
