"""User codes (RFC 8628 §6.1): short, so that what is stored of one tells nothing without a key of keys/."""

import hmac
import secrets
from hashlib import sha256

from idp.protocol import device_flow
from idp.signing.sealing import BadSeal
from idp.store import polled_requests
from idp.store.polled_requests import Polled
from idp.web.house import house, now

PURPOSE = "user_code"


def drawn() -> str:
    """One that nobody can foresee."""
    return device_flow.numbered(secrets.randbelow(device_flow.COUNT))


def lookup(code: str) -> str:
    """The form it is stored and found in."""
    return _mac(house().sealer.derive(PURPOSE), code)


def seal(code: str) -> str:
    """For the consent page, which shows it once more."""
    return house().sealer.seal(PURPOSE, code.encode(), now())


def shown(polled: Polled) -> str:
    """The code of a device's request as its screen has it; "" for a request that has none."""
    try:
        return device_flow.shown(house().sealer.unseal(PURPOSE, polled.sealed_code).decode())
    except BadSeal:
        return ""


def find(code: str) -> Polled | None:
    """The device's request that waits under this code."""
    keys = house().sealer.derive_all(PURPOSE)
    return next(filter(None, (polled_requests.with_code(_mac(key, code), now()) for key in keys)), None)


def _mac(key: bytes, code: str) -> str:
    return hmac.new(key, code.encode(), sha256).hexdigest()
