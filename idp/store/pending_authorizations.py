"""An app's request that waits for its person: bound to one browser, answered once."""

from dataclasses import dataclass, replace

from sqlalchemy import BigInteger, ForeignKey, String, Text, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.scope import Scope
from idp.store.base import Base, count, db, is_id, new_id, row


class PendingAuthorization(Base):
    """`request` is the checked AuthorizationRequest; the `…_sid` columns say what was done *for this request*.

    `pushed` is the fingerprint of a pushed request's secret (RFC 9126); `browser` is empty until one comes with it.
    """

    __tablename__ = "pending_authorizations"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    pushed: Mapped[str | None] = mapped_column(String(64), unique=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    request: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    typed_email: Mapped[str] = mapped_column(String(320), default="")
    authenticated_sid: Mapped[str | None] = mapped_column(String(22))
    chosen_sid: Mapped[str | None] = mapped_column(String(22))
    consented_user_id: Mapped[str | None] = mapped_column(String(22))
    consented_scope: Mapped[str] = mapped_column(Text, default="")
    denied_at: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Pending:
    """A request and what its person already did for it; each `…_sid` names the session it was done in."""

    id: str
    client_id: str
    request: AuthorizationRequest
    asked_at: int
    typed_email: str = ""
    authenticated_sid: str | None = None
    chosen_sid: str | None = None
    consented_user_id: str | None = None
    consented_scope: str = ""
    denied_at: int | None = None


def unstored(request: AuthorizationRequest, now: int) -> Pending:
    """A request that nobody has had to wait for yet."""
    return Pending("", request.client_id, request, now)


_FIND = select(
    PendingAuthorization.id,
    PendingAuthorization.client_id,
    PendingAuthorization.request,
    PendingAuthorization.asked_at,
    PendingAuthorization.typed_email,
    PendingAuthorization.authenticated_sid,
    PendingAuthorization.chosen_sid,
    PendingAuthorization.consented_user_id,
    PendingAuthorization.consented_scope,
    PendingAuthorization.denied_at,
).where(
    PendingAuthorization.id == bindparam("pending_id"),
    PendingAuthorization.browser == bindparam("browser"),
    PendingAuthorization.expires_at > bindparam("now"),
    PendingAuthorization.answered_at.is_(None),
)
_TAKE = (
    update(PendingAuthorization)
    .where(
        PendingAuthorization.pushed == bindparam("secret"),
        PendingAuthorization.client_id == bindparam("of_client"),
        PendingAuthorization.browser == "",
        PendingAuthorization.expires_at > bindparam("now"),
    )
    .values(browser=bindparam("by_browser"), asked_at=bindparam("now"), expires_at=bindparam("until"))
)
_TAKEN = select(PendingAuthorization.id).where(
    PendingAuthorization.pushed == bindparam("secret"),
    PendingAuthorization.client_id == bindparam("of_client"),
    PendingAuthorization.browser == bindparam("by_browser"),
)
_ANSWER = (
    update(PendingAuthorization)
    .where(
        PendingAuthorization.id == bindparam("pending_id"),
        PendingAuthorization.browser == bindparam("of_browser"),
        PendingAuthorization.answered_at.is_(None),
    )
    .values(answered_at=bindparam("now"))
)


def open(request: AuthorizationRequest, browser: str, now: int, expires_at: int) -> Pending:
    """Let a checked request wait for its person in this browser; `browser` is the cookie's fingerprint."""
    pending = replace(unstored(request, now), id=new_id())
    db.session.execute(
        insert(PendingAuthorization).values(
            id=pending.id,
            browser=browser,
            client_id=request.client_id,
            request=request.to_json(),
            asked_at=now,
            expires_at=expires_at,
        )
    )
    return pending


def push(request: AuthorizationRequest, secret: str, now: int, expires_at: int) -> None:
    """RFC 9126 §2.2: a checked request waits for the browser that brings this secret (its fingerprint)."""
    values = {"asked_at": now, "expires_at": expires_at, "request": request.to_json()}
    statement = insert(PendingAuthorization).values(id=new_id(), browser="", pushed=secret, **values)
    db.session.execute(statement.values(client_id=request.client_id))


def take(secret: str, client_id: str, browser: str, now: int, expires_at: int) -> Pending | None:
    """The pushed request, bound to this browser from now on; None when another one took it, or it is too old.

    The same browser may load the page again, until it is answered.
    """
    values = {"secret": secret, "of_client": client_id, "by_browser": browser}
    count(_TAKE, {**values, "now": now, "until": expires_at})
    found = row(_TAKEN, values)
    return find(found.id, browser, now) if found else None


def find(pending_id: str, browser: str, now: int) -> Pending | None:
    """The waiting request of this browser; None when it is another browser's, answered, or too old."""
    found = is_id(pending_id) and row(_FIND, {"pending_id": pending_id, "browser": browser, "now": now})
    if not found:
        return None
    return Pending(**{**found._mapping, "request": AuthorizationRequest.from_json(found.request)})


def client_of(pending_id: str) -> str | None:
    """Which app asked, answered or not: enough to show the way back to it, and nothing else."""
    found = is_id(pending_id) and row(
        select(PendingAuthorization.client_id).where(PendingAuthorization.id == pending_id), {}
    )
    return found.client_id if found else None


def answer_once(pending_id: str, browser: str, now: int) -> bool:
    """True for the one caller that may answer the app; False for every later or simultaneous one."""
    return count(_ANSWER, {"pending_id": pending_id, "of_browser": browser, "now": now}) == 1


def authenticated(pending_id: str, sid: str) -> None:
    """The person proved themselves for this request, in that session: prompt=login and max_age are met."""
    _note(pending_id, authenticated_sid=sid, chosen_sid=sid)


def chose(pending_id: str, sid: str) -> None:
    """The person said which account goes on: prompt=select_account is met."""
    _note(pending_id, chosen_sid=sid)


def consented(pending_id: str, user_id: str, scope: Scope) -> None:
    """This person allowed `scope` for this request: prompt=consent is met."""
    _note(pending_id, consented_user_id=user_id, consented_scope=str(scope))


def denied(pending_id: str, now: int) -> None:
    """The person said no: the app hears access_denied."""
    _note(pending_id, denied_at=now)


def typed_email(pending_id: str, email: str) -> None:
    """What was typed on one page is there on the next (sign-in, sign-up, forgot)."""
    _note(pending_id, typed_email=email)


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` requests nobody came back for; how many went."""
    old = select(PendingAuthorization.id).where(PendingAuthorization.expires_at <= now).limit(limit)
    return count(delete(PendingAuthorization).where(PendingAuthorization.id.in_(old)), {})


def _note(pending_id: str, **done: str | int) -> None:
    db.session.execute(
        update(PendingAuthorization)
        .where(PendingAuthorization.id == pending_id, PendingAuthorization.answered_at.is_(None))
        .values(**done)
    )
