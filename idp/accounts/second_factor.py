"""The second factor: an authenticator app and its recovery codes. Setting it up, proving oneself by it, ending it.

The app's key is wrapped under keys/ and bound to its person: a row of one is worth nothing in the place of another's.
While it is being set up it is bound to the session too: nobody finds a key waiting that somebody else has seen.
"""

from dataclasses import dataclass, field

from idp.accounts import recovery_codes, throttle, totp
from idp.accounts.proofs import read_code
from idp.accounts.sign_in import Source, lane
from idp.settings.sections import Throttle
from idp.signing.wrapping import BadWrapping, KeyFolder
from idp.store import audit, authenticators, half_sign_ins, trusted_devices
from idp.store import recovery_codes as stored_codes
from idp.store.users import Account

SET_UP_FOR = 3600
"""Seconds between the picture of the key and the first code."""
BATCH = 200


@dataclass(frozen=True, slots=True)
class SettingUp:
    """A key that the person is about to put into their app, and how it is stored."""

    key: bytes = field(repr=False)
    stored: str = field(repr=False)


def begin(user_id: str, session_id: str, folder: KeyFolder, now: int) -> bool:
    """A new key waits for its first code, in this session alone; False when the person has an authenticator."""
    return authenticators.begin(user_id, folder.wrap(totp.new_key(), bound(user_id, session_id)), now)


def being_set_up(user_id: str, session_id: str, folder: KeyFolder, now: int) -> SettingUp | None:
    """The key that waits for its first code in this session, not too long; looking changes nothing."""
    found = authenticators.of(user_id)
    if found is None or found.confirmed_at is not None or now >= found.created_at + SET_UP_FOR:
        return None
    try:
        return SettingUp(folder.unwrap(found.key, bound(user_id, session_id)), found.key)
    except BadWrapping:
        return None


def confirm(account: Account, setting_up: SettingUp, typed: str, folder: KeyFolder, now: int) -> tuple[str, ...] | None:
    """The app shows the right code: from now on the person is asked for one. Their recovery codes, to be shown once.

    None when it is another code, or when a second press of the same button was quicker.
    """
    code = read_code(typed)
    step = totp.step_that_shows(setting_up.key, code, now) if code else None
    wrapped = folder.wrap(setting_up.key, bound(account.user_id))
    if step is None or not authenticators.confirm(account.user_id, setting_up.stored, wrapped, step, now):
        return None
    return _new_codes(account.user_id, setting_up.key, now)


def shows_code(account: Account, typed: str, source: Source, folder: KeyFolder, limits: Throttle, now: int) -> bool:
    """Whether this is the code that the person's app shows; it is used by that. Raises TooMany.

    Counts the try first; to be called before the request writes anything else.
    """
    guess = throttle.factor("code", account.user_id, source.network, lane(source.device, account), limits, now)
    key, code = _key_of(account.user_id, folder), read_code(typed)
    step = totp.step_that_shows(key, code, now) if key and code else None
    if step is None or not authenticators.use(account.user_id, step):
        return False
    guess.was_right()
    return True


def has_recovery_code(
    account: Account, typed: str, source: Source, folder: KeyFolder, limits: Throttle, now: int
) -> bool:
    """Whether this is one of the person's recovery codes; it is used by that. As `shows_code`."""
    guess = throttle.factor("recovery", account.user_id, source.network, lane(source.device, account), limits, now)
    key, code = _key_of(account.user_id, folder), recovery_codes.read(typed)
    if not key or not code or not stored_codes.spend(account.user_id, recovery_codes.hashed(key, code), now):
        return False
    guess.was_right()
    return True


def renew_codes(account: Account, folder: KeyFolder, now: int) -> tuple[str, ...] | None:
    """Ten new recovery codes, to be shown once; the old ones are void. None for whoever has no authenticator."""
    found = authenticators.of(account.user_id)
    key = _key_of(account.user_id, folder)
    if not found or not key or not authenticators.rewrapped(account.user_id, found.key, found.key):  # one at a time
        return None
    return _new_codes(account.user_id, key, now)


def turn_off(account: Account, now: int) -> bool:
    """The first proof is enough from now on; False when it was before."""
    removed = authenticators.remove(account.user_id)
    stored_codes.replace(account.user_id, (), now)
    forget(account.user_id, now)
    return removed


def forget(user_id: str, now: int) -> None:
    """Whoever is half in is out, and no browser may leave out the second proof any more.

    After a new password, a panic, a suspension; to be called before sessions end.
    """
    half_sign_ins.end_of_user(user_id, now)
    trusted_devices.revoke_all(user_id, now)


def reseal(folder: KeyFolder, now: int) -> int:
    """Wrap every app's key under the key of keys/ that seals now; how many that were. Safe to repeat.

    A key that is being set up is left alone: it is thrown away within the hour. Raises BadWrapping.
    """
    number, after = 0, ""
    while rows := authenticators.some(after, BATCH):
        for user_id, key in rows:
            if again := folder.rewrapped(key, bound(user_id)):
                number += authenticators.rewrapped(user_id, key, again)
        after = rows[-1][0]
    if number:
        audit.record("authenticators.resealed", now, under=folder.sealing_key.number, number=number)
    return number


def bound(user_id: str, session_id: str = "") -> bytes:
    """What a wrapped key is bound to: its person, and while it is being set up, the session."""
    return f"portico/authenticator/{user_id}/{session_id}".encode()


def _new_codes(user_id: str, key: bytes, now: int) -> tuple[str, ...]:
    codes = recovery_codes.new_codes()
    stored_codes.replace(user_id, [recovery_codes.hashed(key, code) for code in codes], now)
    return codes


def _key_of(user_id: str, folder: KeyFolder) -> bytes | None:
    found = authenticators.of(user_id)
    return folder.unwrap(found.key, bound(user_id)) if found and found.confirmed_at is not None else None
