"""An app's request that somebody answers elsewhere, in a browser the app does not see, while the app asks after it:
a device's (RFC 8628), or one over a back channel (OpenID CIBA Core 1.0). Answered once, and fetched once.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.protocol.authorization_request import AuthorizationRequest
from idp.store.base import Base, count, db, is_id
from idp.store.hot import Found, hot_count, hot_row

INTERVAL = 5
"""Seconds between two polls (RFC 8628 §3.2, CIBA Core §7.3)."""
SLOWER = 5
"""What `slow_down` adds, for this poll and all that follow (RFC 8628 §3.5)."""
REMEMBERED_FOR = 3600
"""Seconds after the end for which an app that still asks is told that it came too late."""


class PolledRequest(Base):
    """`secret` is the fingerprint of the device_code or auth_req_id. A device's has a `user_code` (its lookup form, and
    sealed, to be shown), a back channel's the person it is for. `answer` is the sealed grant, "" where it is refused.
    """

    __tablename__ = "polled_requests"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    request: Mapped[str] = mapped_column(Text)
    user_code: Mapped[str | None] = mapped_column(String(64), unique=True)
    sealed_code: Mapped[str] = mapped_column(Text)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    message: Mapped[str] = mapped_column(String(64))
    network: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(256))
    poll_every: Mapped[int] = mapped_column(Integer)
    next_poll_at: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    answered_at: Mapped[int | None] = mapped_column(BigInteger)
    answer: Mapped[str] = mapped_column(Text)
    refusal: Mapped[str] = mapped_column(String(300))
    spent_at: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Polled:
    """One of them. `network` is the address it came from, "" where that says nothing about the person's device."""

    id: str
    client_id: str
    request: AuthorizationRequest
    created_at: int
    expires_at: int
    sealed_code: str = ""
    user_id: str | None = None
    message: str = ""
    network: str = ""
    user_agent: str = ""
    poll_every: int = INTERVAL
    answered_at: int | None = None
    answer: str = ""
    refusal: str = ""
    spent_at: int | None = None

    @property
    def is_of_device(self) -> bool:
        """Whether it is a device's; else it came over a back channel."""
        return self.user_id is None


_COLUMNS = """
    id, client_id, request, created_at, expires_at, sealed_code, user_id, message, network, user_agent, poll_every,
    answered_at, answer, refusal, spent_at
"""
_OPEN = text(
    """
    INSERT INTO polled_requests
        (id, secret, client_id, request, user_code, sealed_code, user_id, message, network, user_agent, poll_every,
         next_poll_at, created_at, expires_at, answer, refusal)
    VALUES (:id, :secret, :client_id, :request, :user_code, :sealed_code, :user_id, :message, :network, :user_agent,
            :poll_every, 0, :created_at, :expires_at, '', '')
    ON CONFLICT (user_code) DO NOTHING
    """
)
_WAITS = "answered_at IS NULL AND expires_at > :now"
_BY_ID = text(f"SELECT {_COLUMNS} FROM polled_requests WHERE id = :id")
_BY_CODE = text(f"SELECT {_COLUMNS} FROM polled_requests WHERE user_code = :user_code AND {_WAITS}")
_OF_PERSON = text(
    f"SELECT {_COLUMNS} FROM polled_requests WHERE user_id = :user_id AND {_WAITS} ORDER BY created_at, id"
)
_BY_SECRET = text(f"SELECT {_COLUMNS} FROM polled_requests WHERE secret = :secret")
_ANSWER = text(
    f"""
    UPDATE polled_requests SET answered_at = :now, answer = :answer, refusal = :refusal WHERE id = :id AND {_WAITS}
    """
)
_SPEND = text("UPDATE polled_requests SET spent_at = :now WHERE id = :id AND spent_at IS NULL AND answer <> ''")
# Whoever polls too early waits longer from now on, whichever node hears it. Of several at once one is in time.
_POLLED = text(
    """
    UPDATE polled_requests SET
        poll_every = poll_every + CASE WHEN next_poll_at > :now THEN :slower ELSE 0 END,
        next_poll_at = :now + poll_every + CASE WHEN next_poll_at > :now THEN :slower ELSE 0 END
    WHERE id = :id
    RETURNING poll_every
    """
)


def open(polled: Polled, secret: str, user_code: str | None) -> bool:
    """Let it wait; `secret` and `user_code` in the form they are looked up by. False: that user code waits already."""
    values = {
        **{name: getattr(polled, name) for name in ("id", "client_id", "created_at", "expires_at", "sealed_code")},
        **{name: getattr(polled, name) for name in ("user_id", "message", "network", "user_agent", "poll_every")},
        "request": polled.request.to_json(),
    }
    return count(_OPEN, {**values, "secret": secret, "user_code": user_code}) == 1


def find(polled_id: str) -> Polled | None:
    """Whatever became of it; None when there is none of this id (any more)."""
    return _read(hot_row(_BY_ID, {"id": polled_id})) if is_id(polled_id) else None


def with_code(user_code: str, now: int) -> Polled | None:
    """The device's request that waits under this code."""
    return _read(hot_row(_BY_CODE, {"user_code": user_code, "now": now}))


def waiting_for(user_id: str, now: int) -> tuple[Polled, ...]:
    """What this person is asked to confirm, the oldest first."""
    rows = db.session.execute(_OF_PERSON, {"user_id": user_id, "now": now}).all()
    return tuple(found for found in (_read(row) for row in rows) if found)


def asked_after(secret: str) -> Polled | None:
    """The request behind a device_code or auth_req_id (its fingerprint); looking spends nothing."""
    return _read(hot_row(_BY_SECRET, {"secret": secret}))


def allow(polled_id: str, answer: str, now: int) -> bool:
    """The person agreed: `answer` is the sealed grant. False when it was answered before, or is too old."""
    return count(_ANSWER, {"id": polled_id, "answer": answer, "refusal": "", "now": now}) == 1


def refuse(polled_id: str, why: str, now: int) -> bool:
    """It comes to nothing; `why` is told to the app. False as above."""
    return count(_ANSWER, {"id": polled_id, "answer": "", "refusal": why, "now": now}) == 1


def spend(polled_id: str, now: int) -> bool:
    """True for the one poll that fetches the tokens, on whichever node."""
    return hot_count(_SPEND, {"id": polled_id, "now": now}) == 1


def poll(polled: Polled, now: int) -> bool:
    """Count a poll that found nothing yet: whether it came in time. Too early makes the interval longer for good."""
    found = hot_row(_POLLED, {"id": polled.id, "now": now, "slower": SLOWER})
    return found is None or found.poll_every <= polled.poll_every


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` that nobody can answer or fetch any more; how many went."""
    old = select(PolledRequest.id).where(PolledRequest.expires_at <= now - REMEMBERED_FOR).limit(limit)
    return count(delete(PolledRequest).where(PolledRequest.id.in_(old)), {})


def _read(row: Found | None) -> Polled | None:
    if row is None:
        return None
    return Polled(**{**(row._asdict()), "request": AuthorizationRequest.from_json(row.request)})
