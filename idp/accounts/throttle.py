"""How often anyone may guess: counted per account and per network, for all nodes together, before the guess is tried.

An attacker is slowed; the owner never is: a device they are remembered on has a count of its own, and the reset
link works whatever was guessed. Unknown addresses are counted like known ones. Seconds throughout.
"""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from idp.settings.sections import Throttle
from idp.store import throttles
from idp.store.base import fingerprint

HOUR = 3600
DAY = 24 * HOUR
# Codes are short: however many mails are asked for, one address is guessed at this often in a day.
CODES_A_DAY = 4
MOST_DEVICES = 5
INVITATIONS_A_DAY = 20
IPV6_NETWORK_BITS = 64
# People begin sign-ins more often than they mistype a password.
REQUESTS_PER_TRY = 10


class TooMany(Exception):
    """No more of this now; `retry_after` seconds later there may be."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many tries, again in {retry_after} s")
        self.retry_after = retry_after


class GuessedAt(TooMany):
    """Of one account's password, or of an address that has none: the network itself is within its limits."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A counted guess: what to take back when it was none, what to forget when it was right."""

    counted: tuple[str, ...]
    forgotten: tuple[str, ...] = ()

    def was_right(self) -> None:
        """The person proved themselves: their own count starts again; the network's keeps all guesses but this one.

        Like the count itself, to be called before the request writes anything else.
        """
        for key in self.counted:
            if key not in self.forgotten:
                throttles.give_back(key)
        for key in self.forgotten:
            throttles.forget(key)

    def was_none(self) -> None:
        """It was never tried (the server was busy)."""
        for key in self.counted:
            throttles.give_back(key)


def network_of(address: str) -> str:
    """What one customer of a network has: an IPv4 address, or the first 64 bits of an IPv6 address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    keep = (1 << 128) - (1 << (128 - IPV6_NETWORK_BITS))
    return f"{IPv6Address(int(found) & keep)}/{IPV6_NETWORK_BITS}"


def password(lookup: str, network: str, device: str | None, limits: Throttle, now: int) -> Guess:
    """Count a try of this account's password, from any page that asks for it; TooMany instead of one too many, and
    GuessedAt where it is this account that was tried too often.

    `device` names a device the account's owner is remembered on: its tries are its own, whoever else guesses.
    """
    if device:
        own = _key("device", device, lookup)
        try:
            _count(own, limits.password_tries, limits.password_window, now)
        except TooMany:
            pass
        else:
            return Guess((own,), forgotten=(own,))
    of_network, of_account = _key("network", network), _key("account", lookup)
    _count(of_network, limits.network_tries, limits.network_window, now)
    try:
        _count(of_account, limits.password_tries, limits.password_window, now)
    except TooMany as refused:
        raise GuessedAt(refused.retry_after) from None
    return Guess((of_network, of_account), forgotten=(of_account,))


def code(lookup: str, network: str, limits: Throttle, now: int, *, kind: str = "code") -> Guess:
    """Count a try of a code mailed to this address; it counts for the network as a password does."""
    of_network, of_address = _key("network", network), _key(kind, lookup)
    _count(of_network, limits.network_tries, limits.network_window, now)
    _count(of_address, CODES_A_DAY * limits.code_tries, DAY, now)
    return Guess((of_network, of_address))


def factor(kind: str, user_id: str, network: str, device: str | None, limits: Throttle, now: int) -> Guess:
    """Count a try of a person's second factor, one count for all pages and sign-ins; TooMany instead of one too many.

    Whoever may try knows the first proof already, and a code of six digits is short: so there is a limit for the day,
    which nobody starts again. `device` as in `password`; a hundred such devices are worth no more than five.
    """
    lane = ("device", device) if device else ("account",)
    of_network, of_lane = _key("network", network), _key(kind, *lane, user_id)
    of_day, of_all = _key(kind, "day", *lane, user_id), _key(kind, "day", "devices", user_id)
    if not device:
        _count(of_network, limits.network_tries, limits.network_window, now)
    _count(of_lane, limits.password_tries, limits.password_window, now)
    _count(of_day, CODES_A_DAY * limits.code_tries, DAY, now)
    if device:
        _count(of_all, MOST_DEVICES * CODES_A_DAY * limits.code_tries, DAY, now)
    return Guess((of_all if device else of_network, of_lane, of_day), forgotten=(of_lane,))


def mail(kind: str, lookup: str, limits: Throttle, now: int, *, again: bool = False) -> None:
    """Count a mail of one kind to one address; TooMany when it has had enough.

    `again`: somebody pressed "Send it again", which must not be sooner than `mail_every` after the mail before.
    """
    try:
        _count(_key("mail every", kind, lookup), 1, limits.mail_every, now)
    except TooMany:
        if again:
            raise
    _count(_key("mail", kind, lookup), limits.mails_per_hour, HOUR, now)


def is_first_today(kind: str, lookup: str, now: int) -> bool:
    """Whether this happens to the address for the first time in a day; counted at once, before any other write."""
    tries, _ends_at = throttles.count_try(_key("today", kind, lookup), DAY, now)
    return tries == 1


def form(kind: str, network: str, limits: Throttle, now: int) -> None:
    """Count a form that costs us a hash or a mail; TooMany when a network sends no end of them."""
    _count(_key("form", kind, network), limits.network_tries, limits.network_window, now)


def request(network: str, limits: Throttle, now: int) -> None:
    """Count an app's request that is about to wait for its person; TooMany when a network leaves no end of them."""
    most = REQUESTS_PER_TRY * limits.network_tries
    _count(_key("request", network), most, limits.network_window, now)


def user_code(network: str, user_id: str | None, limits: Throttle, now: int) -> None:
    """Count a try of a device's code (RFC 8628 §5.1), right or wrong, for the network and for whoever is signed in;
    TooMany instead of one too many.
    """
    _count(_key("user code", network), limits.network_tries, limits.network_window, now)
    if user_id is not None:
        _count(_key("user code", "person", user_id), limits.password_tries, limits.password_window, now)


def confirmation(client_id: str, user_id: str, limits: Throttle, now: int) -> None:
    """Count an app's request that a person hears of by mail; TooMany when it asks them without end, or all apps do."""
    _count(_key("confirmation", client_id, user_id), limits.mails_per_hour, HOUR, now)
    _count(_key("confirmation", user_id), 2 * limits.mails_per_hour, HOUR, now)


def invitation(user_id: str, now: int) -> None:
    """Count a mail that a person sends to an address of their choice; TooMany when they write to no end of them."""
    _count(_key("invitation", user_id), INVITATIONS_A_DAY, DAY, now)


def document(network: str, limits: Throttle, now: int) -> None:
    """Count a document that an app makes us read; TooMany when a network names no end of them."""
    _count(_key("document", network), limits.network_tries, limits.network_window, now)


def registration(network: str, most: int, now: int) -> None:
    """Count an app that registers itself; TooMany when a network registers more than `most` in an hour."""
    _count(_key("registration", network), most, HOUR, now)


def challenge(network: str, limits: Throttle, now: int) -> None:
    """Count a challenge for a passkey, which every sign-in page asks for; TooMany when a network asks without end."""
    _count(_key("challenge", network), REQUESTS_PER_TRY * limits.network_tries, limits.network_window, now)


def forget_account(lookup: str) -> None:
    """The owner came in by another door (the reset link): guesses at the old password count no more."""
    throttles.forget(_key("account", lookup))


def _count(key: str, most: int, window: int, now: int) -> None:
    if window == 0:
        return
    tries, ends_at = throttles.count_try(key, window, now)
    if tries > most:
        raise TooMany(max(ends_at - now, 1))


def _key(*parts: str) -> str:
    return fingerprint("\0".join(parts))
