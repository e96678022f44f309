"""What every upstream does: it sends a person to a provider, and says who came back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol, runtime_checkable

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at a provider, as far as it was checked.

    `provider` is its issuer ("https://www.facebook.com"), `app_id` our client_id there, `subject` the person's id:
    together they are the key of a link. `email_verified` is true only where configuration trusts this provider to prove
    addresses. `claims` are standard claims (OpenID Connect Core §5.1) to begin a profile with. `amr` and `acr` are what
    configuration lets pass, "" for none. `sid` is the provider's name for its session, "" for none,
    `auth_time` when the person proved themselves there, in seconds, 0 where that is not said.
    """

    provider: str
    app_id: str
    subject: str
    email: str = ""
    email_verified: bool = False
    claims: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    amr: str = ""
    acr: str = ""
    sid: str = ""
    auth_time: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        """What never changes, and nothing else tells people apart."""
        return self.provider, self.app_id, self.subject

    @property
    def label(self) -> str:
        """What a person recognises it by."""
        return self.claims.get("name") or self.email or self.subject

    def __repr__(self) -> str:
        return f"Identity({self.provider})"


class Failure(StrEnum):
    """Why nobody was identified: each has one clear page."""

    DENIED = "denied"
    THROTTLED = "throttled"
    DOWN = "down"
    EXPIRED = "expired"
    WRONG_APP = "wrong_app"
    BROKEN = "broken"
    NOT_ANEW = "not_anew"
    """This provider asks nobody to prove themselves again."""


class NotIdentified(Exception):
    """Nobody was identified. `detail` is for the log: error codes and trace ids of the provider, never a token."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(f"{failure}: {detail}" if detail else str(failure))
        self.failure = failure
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the person is sent, and what must be remembered until they return (nonce, code verifier): sealed in the
    store, never in a URL.
    """

    url: str
    secrets: Mapping[str, str] = field(default_factory=lambda: NOTHING, repr=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of the provider beyond a sign-in: prove it anew, or not longer than `max_age` seconds ago (0: any
    time will do), ask for the e-mail again, whom we expect.
    """

    again: bool = False
    max_age: int = 0
    rerequest_email: bool = False
    login_hint: str = ""


PLAIN = Wish()


class Upstream(Protocol):
    """One section [upstream.NAME] of config.toml. Holds no state: any worker on any node can finish what one began."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def origin(self) -> str:
        """Where its pages are: form-action has to allow it."""
        ...

    def start(self, redirect_uri: str, state: str, wish: Wish = PLAIN) -> Departure:
        """Where to send the person. Raises NotIdentified when the provider cannot be reached."""
        ...

    def identify(
        self, redirect_uri: str, received: Mapping[str, str], secrets: Mapping[str, str], now: int
    ) -> Identity:
        """Who came back with these parameters. `state` was checked before. Raises NotIdentified."""
        ...


@runtime_checkable
class Revokes(Protocol):
    """An upstream that can be told that a link is over, without the person: with credentials of its own."""

    def revoke(self, subject: str) -> bool:
        """What this person allowed our app there ends; True when the provider said so. Raises NotIdentified."""
        ...
