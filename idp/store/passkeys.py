"""Passkeys (Web Authentication Level 3): public keys; people's devices and password managers hold the other half."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db, fingerprint, is_id, row
from idp.store.hot import hot_row


class Passkey(Base):
    """`lookup` is the fingerprint of the credential id, which is in `credential` as base64url, like `public_key`."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    lookup: Mapped[str] = mapped_column(String(64), unique=True)
    credential: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(64))
    aaguid: Mapped[str] = mapped_column(String(36))
    transports: Mapped[str] = mapped_column(String(128))
    backup_eligible: Mapped[bool] = mapped_column(Boolean)
    backed_up: Mapped[bool] = mapped_column(Boolean)
    user_verified: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[int] = mapped_column(BigInteger)
    last_used_at: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Registered:
    """A passkey of a person (WebAuthn Level 3 §4, credential record). `transports` is space-separated.

    `backup_eligible`: it may live on several devices; `backed_up`: it does. `user_verified`: at its registration the
    device checked who uses it.
    """

    id: str
    user_id: str
    credential: str
    public_key: str
    sign_count: int
    name: str
    aaguid: str
    transports: str
    backup_eligible: bool
    backed_up: bool
    user_verified: bool
    created_at: int
    last_used_at: int | None = None

    def __repr__(self) -> str:
        return f"Registered({self.id})"


_TRUTHS = ("backup_eligible", "backed_up", "user_verified")
_COLUMNS = """
    id, user_id, credential, public_key, sign_count, name, aaguid, transports, backup_eligible, backed_up,
    user_verified, created_at, last_used_at
"""
_BY_LOOKUP = text(f"SELECT {_COLUMNS} FROM passkeys WHERE lookup = :lookup")
_OF_USER = text(f"SELECT {_COLUMNS} FROM passkeys WHERE user_id = :user_id ORDER BY created_at, id")
_FIND = text(f"SELECT {_COLUMNS} FROM passkeys WHERE id = :id AND user_id = :user_id")
_COUNT = text("SELECT count(*) AS number FROM passkeys WHERE user_id = :user_id")
_ADD = text(
    f"""
    INSERT INTO passkeys (lookup, {_COLUMNS})
    VALUES (:lookup, :id, :user_id, :credential, :public_key, :sign_count, :name, :aaguid, :transports,
            :backup_eligible, :backed_up, :user_verified, :created_at, :last_used_at)
    ON CONFLICT (lookup) DO NOTHING
    """
)
_USE = text(
    """
    UPDATE passkeys SET sign_count = :sign_count, backed_up = :backed_up, last_used_at = :now
    WHERE id = :id AND (sign_count < :sign_count OR (sign_count = 0 AND :is_zero))
    """
)
_RENAME = text("UPDATE passkeys SET name = :name WHERE id = :id AND user_id = :user_id")
_REMOVE = text(
    """
    DELETE FROM passkeys WHERE id = :id AND user_id = :user_id AND (
        :other_ways OR EXISTS (SELECT 1 FROM credentials c WHERE c.user_id = passkeys.user_id AND c.kind = 'password')
        OR EXISTS (SELECT 1 FROM passkeys other WHERE other.user_id = passkeys.user_id AND other.id <> passkeys.id)
    )
    """
)
_REMOVE_SINCE = text("DELETE FROM passkeys WHERE user_id = :user_id AND created_at >= :since")


def by_credential(credential: str) -> Registered | None:
    """The passkey with this credential id; reads outside the request's transaction."""
    found = hot_row(_BY_LOOKUP, {"lookup": fingerprint(credential)})
    return _read(found._asdict()) if found else None


def of_user(user_id: str) -> tuple[Registered, ...]:
    """All passkeys of a person, the oldest first."""
    return tuple(_read(dict(found._mapping)) for found in db.session.execute(_OF_USER, {"user_id": user_id}))


def find(passkey_id: str, user_id: str) -> Registered | None:
    """One passkey of this person; None for anybody else's."""
    found = row(_FIND, {"id": passkey_id, "user_id": user_id}) if is_id(passkey_id) else None
    return _read(dict(found._mapping)) if found else None


def add(passkey: Registered, most: int) -> bool:
    """The person has it from now on; False when they have `most` already, or anybody has this credential.

    To be called while the person is held (users.hold): of two that come at once, the second counts the first.
    """
    held = row(_COUNT, {"user_id": passkey.user_id})
    if held and held.number >= most:
        return False
    return count(_ADD, {**asdict(passkey), "lookup": fingerprint(passkey.credential)}) == 1


def use(passkey_id: str, sign_count: int, *, backed_up: bool, now: int) -> bool:
    """It signed something; False when its counter did not grow, or it was removed.

    Web Authentication Level 3 §6.1.1: zero is of an authenticator that does not count.
    """
    values = {"id": passkey_id, "sign_count": sign_count, "is_zero": sign_count == 0, "backed_up": backed_up}
    return count(_USE, {**values, "now": now}) == 1


def rename(passkey_id: str, user_id: str, name: str) -> bool:
    """The person calls it that; False when it is not theirs."""
    return is_id(passkey_id) and count(_RENAME, {"id": passkey_id, "user_id": user_id, "name": name}) == 1


def remove(passkey_id: str, user_id: str, *, other_ways: bool = False) -> bool:
    """It lets nobody in any more; False when it is not theirs, or nothing else would let them in: no password, no other
    passkey, and none of the `other_ways` that no row here knows of.

    To be called while the person is held (users.hold): two that go at once do not both count on the other.
    """
    gone = {"id": passkey_id, "user_id": user_id, "other_ways": other_ways}
    return is_id(passkey_id) and count(_REMOVE, gone) == 1


def remove_since(user_id: str, since: int) -> int:
    """None that was made since then lets anybody in any more, whatever else they have; how many there were."""
    return count(_REMOVE_SINCE, {"user_id": user_id, "since": since})


def _read(values: dict[str, Any]) -> Registered:
    return Registered(**(values | {name: bool(values[name]) for name in _TRUTHS}))
