"""Mail links and six-digit codes: hashed, bound to purpose, address, person and browser, spent once."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, ForeignKey, Integer, Row, String, delete, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db, is_id, row

CONFIRM = "confirm"
RESET = "reset"
SIGN_IN = "sign_in"


class Proof(Base):
    """`purpose` is confirm, reset or sign_in. A newer proof of the same purpose and address ends the older ones, one to
    sign in those alone that the same `browser` asked for: it works nowhere else.
    """

    __tablename__ = "proofs"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    lookup: Mapped[str] = mapped_column(String(320), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    code: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    sign_up_id: Mapped[str | None] = mapped_column(ForeignKey("sign_ups.id", ondelete="CASCADE"))
    pending_id: Mapped[str | None] = mapped_column(String(22))
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    spent_at: Mapped[int | None] = mapped_column(BigInteger)
    browser: Mapped[str] = mapped_column(String(64), default="", server_default="")


@dataclass(frozen=True, slots=True)
class Proved:
    """What a mail link or code stands for. `user_id` is whom it is about, or became, if anybody."""

    id: str
    purpose: str
    lookup: str
    user_id: str | None
    sign_up_id: str | None
    pending_id: str | None
    created_at: int
    expires_at: int
    spent_at: int | None
    browser: str = ""


_COLUMNS = "id, purpose, lookup, user_id, sign_up_id, pending_id, created_at, expires_at, spent_at, browser"
_LIVE = "spent_at IS NULL AND expires_at > :now"
_BY_TOKEN = text(f"SELECT {_COLUMNS} FROM proofs WHERE token = :token AND purpose = :purpose")
_OF_SIGN_UP = text(
    f"""
    SELECT {_COLUMNS} FROM proofs WHERE sign_up_id = :sign_up_id AND purpose = 'confirm'
    ORDER BY CASE WHEN spent_at IS NULL THEN 1 ELSE 0 END, created_at DESC LIMIT 1
    """
)
_SPEND = text(
    f"UPDATE proofs SET spent_at = :now WHERE token = :token AND purpose = :purpose AND {_LIVE} RETURNING {_COLUMNS}"
)
_SPEND_BY_CODE = text(
    f"UPDATE proofs SET spent_at = :now WHERE id = :id AND code = :code AND {_LIVE} RETURNING {_COLUMNS}"
)
_COUNT_TRY = text(
    f"""
    UPDATE proofs SET tries = tries + 1
    WHERE sign_up_id = :sign_up_id AND purpose = 'confirm' AND tries < :most AND {_LIVE}
    RETURNING id
    """
)
_END_OLDER = text(
    f"""
    UPDATE proofs SET expires_at = :now
    WHERE purpose = :purpose AND lookup = :lookup AND COALESCE(sign_up_id, '') = COALESCE(:sign_up_id, '')
      AND browser = :browser AND {_LIVE}
    """
)
_OF_BROWSER = "purpose = 'sign_in' AND browser = :browser"
_HERE = text(f"SELECT {_COLUMNS} FROM proofs WHERE id = :id AND {_OF_BROWSER} AND {_LIVE}")
_SPEND_HERE = text(
    f"UPDATE proofs SET spent_at = :now WHERE token = :token AND {_OF_BROWSER} AND {_LIVE} RETURNING {_COLUMNS}"
)
_COUNT_TRY_HERE = text(
    f"UPDATE proofs SET tries = tries + 1 WHERE id = :id AND tries < :most AND {_OF_BROWSER} AND {_LIVE}"
)
_END_ALL = text(f"UPDATE proofs SET expires_at = :now WHERE purpose = :purpose AND lookup = :lookup AND {_LIVE}")
_END_OF_USER = text(f"UPDATE proofs SET expires_at = :moment WHERE user_id = :user_id AND {_LIVE}")
_CAME_TO = text("UPDATE proofs SET user_id = :user_id, sign_up_id = :sign_up_id WHERE id = :id")


def open(proof: Proved, token: str, code: str) -> None:
    """A mail may be answered by this link (its fingerprint) or code (its hash; "" for none).

    Older ones of the same purpose end: of the same sign-up, or of the same address where there is no sign-up.
    """
    ended = {
        "purpose": proof.purpose,
        "lookup": proof.lookup,
        "sign_up_id": proof.sign_up_id,
        "browser": proof.browser,
        "now": proof.created_at,
    }
    db.session.execute(_END_OLDER, ended)
    db.session.execute(
        insert(Proof).values(
            id=proof.id,
            purpose=proof.purpose,
            lookup=proof.lookup,
            token=token,
            code=code,
            tries=0,
            user_id=proof.user_id,
            sign_up_id=proof.sign_up_id,
            pending_id=proof.pending_id,
            created_at=proof.created_at,
            expires_at=proof.expires_at,
            browser=proof.browser,
        )
    )


def by_token(token: str, purpose: str) -> Proved | None:
    """What a link stands for, dead or alive; looking at it spends nothing."""
    return _proved(row(_BY_TOKEN, {"token": token, "purpose": purpose}))


def of_sign_up(sign_up_id: str) -> Proved | None:
    """The proof of a sign-up that was spent, else its newest."""
    return _proved(row(_OF_SIGN_UP, {"sign_up_id": sign_up_id}))


def spend(token: str, purpose: str, now: int) -> Proved | None:
    """The link is used: what it stands for, for the one request that used it in time; None for all others."""
    return _proved(row(_SPEND, {"token": token, "purpose": purpose, "now": now}))


def count_try(sign_up_id: str, most: int, now: int) -> str | None:
    """Count a guess at the code of a sign-up's live proof, and name that proof; None when no guess is left."""
    counted = row(_COUNT_TRY, {"sign_up_id": sign_up_id, "most": most, "now": now})
    return None if counted is None else str(counted.id)


def spend_by_code(proof_id: str, code: str, now: int) -> Proved | None:
    """The code is used, if this is its hash: as `spend`. To be called for a counted try only."""
    return _proved(row(_SPEND_BY_CODE, {"id": proof_id, "code": code, "now": now})) if code else None


def here(proof_id: str, browser: str, now: int) -> Proved | None:
    """The live proof to sign in that this browser asked for; None in any other."""
    return _proved(row(_HERE, {"id": proof_id, "browser": browser, "now": now})) if is_id(proof_id) else None


def spend_here(token: str, browser: str, now: int) -> Proved | None:
    """As `spend`, for the browser that asked to sign in."""
    return _proved(row(_SPEND_HERE, {"token": token, "browser": browser, "now": now}))


def count_try_here(proof_id: str, browser: str, most: int, now: int) -> bool:
    """Count a guess at the code that this browser asked for; False when none is left."""
    return count(_COUNT_TRY_HERE, {"id": proof_id, "browser": browser, "most": most, "now": now}) == 1


def end(purpose: str, lookup: str, now: int) -> None:
    """No link of this purpose and address works any more."""
    db.session.execute(_END_ALL, {"purpose": purpose, "lookup": lookup, "now": now})


def end_of_user(user_id: str, now: int) -> None:
    """No link that was mailed to this person works any more."""
    db.session.execute(_END_OF_USER, {"user_id": user_id, "moment": now, "now": now})


def came_to(proof_id: str, sign_up_id: str, user_id: str) -> None:
    """The proof made this account of this sign-up, whichever of the address the mail was sent for."""
    db.session.execute(_CAME_TO, {"id": proof_id, "sign_up_id": sign_up_id, "user_id": user_id})


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` proofs whose time is over; how many went."""
    old = select(Proof.id).where(Proof.expires_at <= now).limit(limit)
    return count(delete(Proof).where(Proof.id.in_(old)), {})


def _proved(found: Row[tuple[object, ...]] | None) -> Proved | None:
    return None if found is None else Proved(**found._mapping)
