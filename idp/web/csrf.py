"""Every POST of a page is from our own form, in the browser that was given the form: sign-in included (login CSRF)."""

import hmac
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256

from flask import Request

from idp.web import cookies, origin, posted
from idp.web.house import house

FIELD = "csrf_token"
PURPOSE = "csrf"
NONCE_LENGTH = 12


class StaleForm(Exception):
    """The form is not one we gave to this browser: old, or sent by another site (`foreign`)."""

    def __init__(self, *, foreign: bool = False) -> None:
        super().__init__("the form is foreign" if foreign else "the form is stale")
        self.foreign = foreign


def token() -> str:
    """A token bound to this browser, different for each page, so that its compressed length tells nothing."""
    nonce = urlsafe_b64encode(secrets.token_bytes(9)).decode()
    return nonce + _mac(house().sealer.derive(PURPOSE), nonce, cookies.browser())


def check(request: Request) -> None:
    """Raise StaleForm unless the POST came from a form of ours in this browser."""
    if origin.is_foreign(request):
        raise StaleForm(foreign=True)
    posted.insist()
    presented = posted.value(FIELD)
    browser = cookies.read(cookies.BROWSER)
    if not browser or not presented.isascii():
        raise StaleForm
    nonce, mac = presented[:NONCE_LENGTH], presented[NONCE_LENGTH:]
    keys = house().sealer.derive_all(PURPOSE)
    if not any(hmac.compare_digest(mac, _mac(key, nonce, browser)) for key in keys):
        raise StaleForm


def _mac(key: bytes, nonce: str, browser: str) -> str:
    digest = hmac.new(key, f"{nonce}.{browser}".encode(), sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")
