"""Every secret that a story used, taken from its own traffic, so that none can be forgotten when logs are searched."""

import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, quote, quote_plus, unquote_plus, urlsplit

from tests.live import Exchange

PASSWORDS = frozenset({"password", "new_password", "confirm_password", "client_secret"})
PROOFS = frozenset({"code", "code_verifier", "token", "csrf_token", "to"})
TOKENS = frozenset({"access_token", "refresh_token", "id_token", "id_token_hint"})
OF_THE_APP = frozenset({"state", "nonce"})
"""They open nothing here, so a waiting request may be stored with them; a log has no use for them."""

EVERY = PASSWORDS | PROOFS | TOKENS | OF_THE_APP
SHORTEST = 6


def used_in(traffic: Iterable[Exchange], fields: frozenset[str] = EVERY) -> frozenset[str]:
    """Cookies, fields of forms and queries, members of token answers, and what Authorization headers hold."""
    found = (secret for exchange in traffic for secret in _secrets_of(exchange, fields))
    return frozenset(secret for secret in found if len(secret) >= SHORTEST)


def _secrets_of(exchange: Exchange, fields: frozenset[str]) -> Iterator[str]:
    yield from exchange.cookies
    location = exchange.answer.headers.get("Location", "")
    encoded = (urlsplit(exchange.url).query, exchange.sent, urlsplit(location).query)
    yield from (value for text in encoded for name, value in parse_qsl(text) if name in fields)
    if exchange.answer.headers.get("Content-Type", "") == "application/json":
        members = json.loads(exchange.answer.get_data())
        yield from (str(value) for name, value in members.items() if name in fields)
    scheme, _, value = exchange.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer":
        yield value
    if scheme == "Basic":
        yield value
        yield unquote_plus(b64decode(value).decode().partition(":")[2])


def leaked(secrets: Iterable[str], text: str) -> set[str]:
    """The secrets that stand in the text, in any writing it may have: plain, or encoded for an address."""
    return {secret for secret in secrets if any(_stands_in(form, text) for form in _writings(secret))}


def _writings(secret: str) -> set[str]:
    return {secret, quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]}


def _stands_in(form: str, text: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(form)}(?![A-Za-z0-9])", text) is not None
