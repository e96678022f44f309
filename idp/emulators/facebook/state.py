"""What the emulator knows: its people, its switches, and the codes and tokens it gave. One process, one State."""

import hmac
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from threading import RLock
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
CODE_FOR = 600  # seconds
TOKEN_FOR = 60 * 86400
LINES = 30

SWITCHES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "dialog": ("ask", "app fault", "server error", "no code"),
        "code": ("good", "expired"),
        "token reply": ("json", "legacy text"),
        "expires_in": ("present", "absent"),
        "debug_token": (
            *("good", "foreign app", "expired", "not valid", "no data", "another person", "page token"),
            *("error 190 without data",),
        ),
        "fails at": ("nowhere", "token", "debug_token", "me", "permissions"),
        "fails with": (
            *("503", "429", "html", "false", "list", "cut short", "slow", "drips", "huge", "redirect"),
            *("1", "2", "3", "4", "10", "17", "100", "101", "102", "190", "190/458", "190/459", "190/460", "190/463"),
            *("190/464", "190/467", "200", "341", "368"),
        ),
        "require app secret": ("no", "yes"),
        "version": ("supported", "past its sunset"),
    }
)
"""Every switch with its positions; the first is where it stands at the start."""


@dataclass(frozen=True)
class App:
    """The one app that Facebook knows here, as its console would hold it. All addresses are on this machine."""

    app_id: str
    secret: str = field(repr=False)
    redirect_uris: tuple[str, ...] = ()
    deauthorize_url: str = ""
    deletion_url: str = ""

    def __post_init__(self) -> None:
        for url in (*self.redirect_uris, self.deauthorize_url, self.deletion_url):
            if url and urlsplit(url).hostname not in LOOPBACK:
                raise ValueError(f"{url} is not on this machine, and nothing else is the emulator's business")

    @property
    def token(self) -> str:
        return f"{self.app_id}|{self.secret}"


@dataclass(frozen=True)
class Person:
    """Somebody with an account at this Facebook; `email` is "" for whoever has only a telephone there."""

    user_id: str
    name: str
    first_name: str
    last_name: str
    email: str = ""
    is_at_checkpoint: bool = False
    note: str = ""


PEOPLE = (
    Person("10150000000000001", "Robin Sample", "Robin", "Sample", "robin.sample@example.org"),
    Person("10150000000000002", "Mika Muster", "Mika", "Muster", "mika@muster.example.net"),
    Person("10150000000000003", "سلمى نور", "سلمى", "نور", "salma.nour@example.com"),
    Person(
        "10150000000000004", "Toni Telefon", "Toni", "Telefon", note="signed up by telephone, has no e-mail address"
    ),
    Person(
        *("10150000000000005", "Charlie Check", "Charlie", "Check", "charlie@example.org"),
        is_at_checkpoint=True,
        note="Facebook stops at a checkpoint",
    ),
)


@dataclass(frozen=True)
class Code:
    user_id: str
    redirect_uri: str
    scopes: frozenset[str]
    expires_at: int


@dataclass(frozen=True)
class Token:
    user_id: str
    scopes: frozenset[str]
    issued_at: int
    expires_at: int


@dataclass
class Granted:
    """What a person said to this app's permissions so far; the dialogue does not ask twice for what was declined."""

    scopes: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()


@dataclass
class State:
    """`sent` is the last good post of each kind, for a replay; `told` replaces members of everybody's profile."""

    app: App
    clock: Callable[[], int]
    switches: dict[str, str] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    tokens: dict[str, Token] = field(default_factory=dict)
    app_tokens: set[str] = field(default_factory=set)
    granted: dict[str, Granted] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
    told: dict[str, object] = field(default_factory=dict)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LINES))
    lock: RLock = field(default_factory=RLock)

    def __post_init__(self) -> None:
        self.app_tokens.add(self.app.token)
        self.reset()

    def reset(self) -> None:
        """Every switch back where it stood, and nobody has agreed to anything."""
        with self.lock:
            self.switches = {name: positions[0] for name, positions in SWITCHES.items()}
            for memory in (self.codes, self.tokens, self.granted, self.sent, self.told):
                memory.clear()
            self.lines.clear()

    def turn(self, wanted: Mapping[str, str]) -> None:
        """Put these switches in these positions; ValueError for one that is not there, and then none is turned."""
        for name, position in wanted.items():
            if position not in SWITCHES.get(name, ()):
                raise ValueError(f"no switch {name!r} with a position {position!r}")
        with self.lock:
            self.switches.update(wanted)

    def gives_code(self, user_id: str, redirect_uri: str, scopes: frozenset[str], declined: frozenset[str]) -> str:
        """The person agreed; the code is good once, for this redirect_uri, for ten minutes."""
        code = secrets.token_urlsafe(24)
        lasts = CODE_FOR if self.switches["code"] == "good" else 0
        with self.lock:
            self.granted[user_id] = Granted(scopes, declined)
            self.codes[code] = Code(user_id, redirect_uri, scopes, self.clock() + lasts)
        return code

    def spends(self, code: str) -> Code | None:
        """The code, the first time it is asked for."""
        with self.lock:
            self.spent.add(code)
            return self.codes.pop(code, None)

    def gives_token(self, user_id: str, scopes: frozenset[str]) -> str:
        """A token of a person for our app, good for sixty days."""
        token = f"EAAE{secrets.token_hex(40)}"
        with self.lock:
            self.tokens[token] = Token(user_id, scopes, self.clock(), self.clock() + TOKEN_FOR)
        return token

    def gives_app_token(self) -> str:
        token = f"{self.app.app_id}|{secrets.token_urlsafe(20)}"
        with self.lock:
            self.app_tokens.add(token)
        return token

    def alive(self, token: str) -> Token | None:
        """A token that was given, did not expire, and was not withdrawn."""
        found = self.tokens.get(token)
        return found if found and found.expires_at > self.clock() else None

    def withdraws(self, user_id: str) -> None:
        """The app has no permission of this person any more, and its tokens are dead."""
        with self.lock:
            self.granted.pop(user_id, None)
            for token in [token for token, about in self.tokens.items() if about.user_id == user_id]:
                del self.tokens[token]

    def proves(self, token: str, proof: str, at: str) -> bool:
        """appsecret_proof: the timestamped form, good for five minutes, or the classic one."""
        if at and (not at.isdecimal() or abs(self.clock() - int(at)) > 300):
            return False
        message = f"{token}|{at}" if at else token
        made = hmac.new(self.app.secret.encode(), message.encode(), sha256).hexdigest()
        return hmac.compare_digest(made, proof)

    def note(self, line: str) -> None:
        """A line for the page: what was asked and how it was answered; never a token."""
        self.lines.appendleft(line)


def person(user_id: str) -> Person | None:
    return next((found for found in PEOPLE if found.user_id == user_id), None)
