"""Is this the password of this address? The same work and the same answer whether the address has an account or not."""

from dataclasses import dataclass

from idp.accounts import throttle
from idp.accounts.devices import Device
from idp.accounts.hashing import Busy, PasswordHasher, Verdict
from idp.accounts.throttle import Guess
from idp.settings import Throttle
from idp.store import credentials, sign_ups, users
from idp.store.sign_ups import Waiting
from idp.store.users import Account


@dataclass(frozen=True, slots=True)
class Source:
    """Where a try comes from: the browser's fingerprint, what it remembers, and its network."""

    browser: str
    device: Device
    network: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Whose password it was. Neither: it was nobody's, and nobody is told more. An `account` may be on hold."""

    account: Account | None = None
    unproved: Waiting | None = None


NOBODY = Answer()


def check(lookup: str, password: str, source: Source, hasher: PasswordHasher, limits: Throttle, now: int) -> Answer:
    """Whose password this is, of those who have this address or signed up with it.

    A sign-up that waits for its proof answers to its own password, also when the address has an account: otherwise
    whoever signs up with a stranger's address would learn by signing in whether there is one.
    Raises TooMany and Busy. Counts the try first, and writes nothing in the request's transaction but a rehash.
    """
    account = users.by_email(lookup)
    guess = throttle.password(lookup, source.network, _trusted(source.device, account), limits, now)
    waiting = sign_ups.of_address(lookup, source.browser, now)
    if _is_right(account, password, hasher, guess):
        return Answer(account=account)
    if waiting and _tried(waiting.password, password, hasher, guess).ok:
        guess.was_right()
        return Answer(unproved=waiting)
    return NOBODY


def is_password_of(
    account: Account, password: str, source: Source, hasher: PasswordHasher, limits: Throttle, now: int
) -> bool:
    """Whether the person of this account typed their password; counted as `check` counts. Raises TooMany and Busy."""
    guess = throttle.password(account.lookup, source.network, _trusted(source.device, account), limits, now)
    return _is_right(account, password, hasher, guess)


def _is_right(account: Account | None, password: str, hasher: PasswordHasher, guess: Guess) -> bool:
    stored = account.password if account else None
    verdict = _tried(stored, password, hasher, guess)
    if verdict.ok:
        guess.was_right()
    if verdict.needs_rehash and account and stored:
        credentials.rehash_password(account.user_id, stored, hasher.hash(password))
    return verdict.ok


def _tried(stored: str | None, password: str, hasher: PasswordHasher, guess: Guess) -> Verdict:
    try:
        return hasher.verify(stored, password)
    except Busy:
        guess.was_none()
        raise


def _trusted(device: Device, account: Account | None) -> str | None:
    return device.id if account and device.knows(account.user_id) else None
