"""A mail server on a socket of its own that answers as told: refuses, waits, hangs up, is down, comes back.

    with MailServer() as server:
        server.at("RCPT", answer="450 4.2.0 greylisted", times=1)
        ...
        mail = server.wait_for("jane@example.org")

Steps of one delivery, each an answer of the server: BANNER, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA (354) and END (the
answer to the message). A mail counts as accepted when the server says 250 at END, whether or not that is heard.
"""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from re import findall
from types import TracebackType
from typing import Any, Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

STEPS = ("BANNER", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "END")


@dataclass(frozen=True)
class Accepted:
    """A mail that the server took over."""

    sender: str
    to: str
    octets: bytes
    options: tuple[str, ...]

    @property
    def message(self) -> EmailMessage:
        return cast("EmailMessage", message_from_bytes(self.octets, policy=policy.default))

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def links(self) -> list[str]:
        return findall(r"https?://\S+", self.text)

    def _body(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


@dataclass
class Plan:
    """What happens instead of the usual answer, `times` times that step is reached (None: always), after `skip`."""

    answer: str | None = None
    hang_up: bool = False
    lost: bool = False
    slow: float = 0.0
    drip: bool = False
    hold: bool = False
    skip: int = 0
    times: int | None = None
    reached: threading.Event = field(default_factory=threading.Event)

    def wait_until_reached(self, within: float = 10.0) -> None:
        assert self.reached.wait(within), "no client came that far"


class MailServer:
    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        tls_at_once: bool = False,
        login: tuple[str, str] | None = None,
        utf8: bool = True,
    ) -> None:
        self.accepted: list[Accepted] = []
        self.heard: list[str] = []
        self.connections = 0
        self.port = 0
        self._plans: dict[str, Plan] = {}
        self._tls, self._tls_at_once, self._login, self._utf8 = tls, tls_at_once, login, utf8
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._open: set[asyncio.BaseTransport] = set()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; after `stop`, on the same port again."""
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10)

    def stop(self) -> None:
        """Nobody listens any more, and every open connection breaks."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop = None

    def at(self, step: str, **happens: Any) -> Plan:
        """`answer` instead of the usual one, after `slow` seconds; or `hang_up`, `drip` octets, `hold` for ever;
        or the usual answer is given and `lost` on its way. See Plan."""
        assert step in STEPS
        self._plans[step] = Plan(**happens)
        return self._plans[step]

    def well_again(self) -> None:
        self._plans.clear()

    def wait_for(self, to: str, count: int = 1, within: float = 10.0) -> Accepted:
        """The `count`-th mail accepted for an address."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            found = [mail for mail in list(self.accepted) if mail.to == to]
            if len(found) >= count:
                return found[count - 1]
            time.sleep(0.01)
        raise AssertionError(f"no mail for {to} within {within} s")

    def plan_for(self, step: str) -> Plan | None:
        plan = self._plans.get(step)
        if plan is None or plan.times == 0:
            return None
        if plan.skip:
            plan.skip -= 1
            return None
        if plan.times is not None:
            plan.times -= 1
        return plan

    def _run(self, ready: threading.Event) -> None:
        loop = self._loop = asyncio.new_event_loop()
        at_once = self._tls if self._tls_at_once else None
        listening = loop.create_server(self._conversation, "127.0.0.1", self.port, ssl=at_once)
        server = loop.run_until_complete(listening)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        loop.run_forever()
        server.close()
        for transport in list(self._open):
            _abort(transport)
        loop.run_until_complete(_all_ended(loop))
        loop.close()

    def _conversation(self) -> "Conversation":
        self.connections += 1
        return Conversation(self)


def _abort(transport: asyncio.BaseTransport) -> None:
    """Every stream transport can be aborted; one over TLS that was closed twice has nothing left to abort, and Python
    3.11.2 fails to say so in any other way.
    """
    with suppress(AttributeError):
        transport.abort()  # type: ignore[attr-defined]


class Conversation(SMTP):
    """One connection: aiosmtpd's server, whose every answer passes through the plan of its step."""

    def __init__(self, emulator: MailServer) -> None:
        self.emulator = emulator
        self.step = "BANNER"
        self.taken: Accepted | None = None
        login = emulator._login
        super().__init__(
            self,
            hostname="mail.test",
            ident="emulator",
            loop=emulator._loop,
            enable_SMTPUTF8=emulator._utf8,
            tls_context=None if emulator._tls_at_once else emulator._tls,
            require_starttls=emulator._tls is not None and not emulator._tls_at_once,
            auth_required=login is not None and emulator._tls is not None,
            auth_require_tls=emulator._tls is not None,
            authenticator=self._who_logs_in,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.emulator._open.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.emulator._open.discard(cast("asyncio.BaseTransport", self.transport))
        super().connection_lost(error)

    async def push(self, status: str | bytes) -> None:  # type: ignore[override]
        plan = self.emulator.plan_for(self.step)
        self.step = "END" if self.step == "DATA" else ""
        answer = await self._played(plan, status) if plan else status
        if answer is None:
            return
        if self.taken is not None and answer[:3] in ("250", b"250"):
            self.emulator.accepted.append(self.taken)
        self.taken = None
        if plan and plan.lost:
            self._break_off()
            return
        await super().push(answer)
        if plan and plan.hang_up and self.transport is not None:
            self.transport.close()

    async def _played(self, plan: Plan, usual: str | bytes) -> str | bytes | None:
        plan.reached.set()
        if plan.hold:
            await asyncio.Event().wait()
        if plan.drip:
            await self._drip()
            return None
        await asyncio.sleep(plan.slow)
        if plan.hang_up and plan.answer is None:
            self._break_off()
            return None
        return plan.answer or usual

    async def _drip(self) -> None:
        """An answer without end, one octet at a time: no single wait of the client is ever long."""
        self._writer.write(b"250-")
        while self.transport is not None:
            self._writer.write(b"x")
            await self._writer.drain()
            await asyncio.sleep(0.05)

    def _break_off(self) -> None:
        if self.transport is not None:
            self.transport.abort()  # type: ignore[attr-defined]  # every stream transport has it

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        octets = cast("bytes", envelope.content)
        options = tuple(envelope.mail_options)
        self.taken = Accepted(str(envelope.mail_from), str(envelope.rcpt_tos[-1]), octets, options)
        return "250 2.0.0 taken"

    def _who_logs_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        login = self.emulator._login
        wanted = LoginPassword(*(text.encode() for text in login)) if login else None
        return AuthResult(success=given == wanted, handled=False)


def _step(name: str) -> Callable[[Conversation, str], object]:
    usual = getattr(SMTP, f"smtp_{name}")

    async def command(self: Conversation, argument: str) -> None:
        self.step = name
        self.emulator.heard.append(name)
        await usual(self, argument)

    return command


for name in STEPS[1:-1]:
    setattr(Conversation, f"smtp_{name}", _step(name))


async def _all_ended(loop: asyncio.AbstractEventLoop) -> None:
    """Every conversation is told to end, and has ended."""
    others = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task(loop)]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
