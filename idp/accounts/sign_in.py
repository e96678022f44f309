"""Is this the password of this address? The same work and the same answer whether the address has an account or not."""

from dataclasses import dataclass

from idp.accounts import throttle
from idp.accounts.devices import Device
from idp.accounts.hashing import Busy, PasswordHasher, Verdict
from idp.accounts.throttle import Guess
from idp.settings.sections import Throttle
from idp.store import audit, credentials, sign_ups, users
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
    """Whose password it was. Neither: it was nobody's, and nobody is told more. An `account` may be on hold or about to
    be deleted; of a locked one no password is right.
    """

    account: Account | None = None
    unproved: Waiting | None = None


NOBODY = Answer()


def check(lookup: str, password: str, source: Source, hasher: PasswordHasher, limits: Throttle, now: int) -> Answer:
    """Whose password this is, of those who have this address or signed up with it.

    A sign-up that waits for its proof answers to its own password, also when the address has an account: otherwise
    whoever signs up with a stranger's address would learn by signing in whether there is one. It was a try of the
    account's password all the same, and counts as one: anybody can sign up with any address and any password.
    Raises TooMany and Busy. Counts the try first; an account in the answer is held as `stands` says.
    """
    account = users.by_email(lookup)
    guess = throttle.password(lookup, source.network, lane(source.device, account), limits, now)
    waiting = sign_ups.of_address(lookup, source.browser, now)
    verdict = _tried(account, password, hasher, guess)
    if account and verdict.ok:
        renewed = hasher.hash(password) if verdict.needs_rehash else None
        return Answer(account=account) if stands(account, renewed) else NOBODY
    if waiting and hasher.verify(waiting.password, password).ok:
        return Answer(unproved=waiting)
    # for the owner to read; the same work where there is none
    audit.record("sign_in_failed", now, user_id=account.user_id if account else None, network=source.network)
    return NOBODY


def is_password_of(
    account: Account, password: str, source: Source, hasher: PasswordHasher, limits: Throttle, now: int
) -> bool:
    """Whether the person of this account typed their password; counted as `check` counts. Raises TooMany and Busy.

    Whoever lets something begin by it asks `stands` first.
    """
    guess = throttle.password(account.lookup, source.network, lane(source.device, account), limits, now)
    return _tried(account, password, hasher, guess).ok


def stands(account: Account, renewed: str | None = None) -> bool:
    """The password that was right a moment ago is the account's still, and stays it until this transaction ends.

    Hashing takes its time, and meanwhile the owner may have chosen a new one: then whoever knows the old one must
    find every door closed. `renewed` is a hash of the same password by today's parameters. To be called before the
    request writes anything else.
    """
    stored = account.password
    return stored is not None and credentials.keep_password(account.user_id, stored, renewed or stored)


def lane(device: Device, account: Account | None) -> str | None:
    """The device whose tries count apart from everybody else's: one that remembers this person; None for any other."""
    return device.id if account and device.knows(account.user_id) else None


def _tried(account: Account | None, password: str, hasher: PasswordHasher, guess: Guess) -> Verdict:
    """The verdict on a counted try; nobody's password takes as long as somebody's. A locked account has none."""
    opens = account and account.state != users.LOCKED
    try:
        verdict = hasher.verify(account.password if account and opens else None, password)
    except Busy:
        guess.was_none()
        raise
    if verdict.ok:
        guess.was_right()
    return verdict
