"""Every door that listens to what strangers send, and a request to each that goes deep before anything is broken."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote_plus

from tests.fuzz.octets.stage import STRONG, Stage, Visitor
from tests.fuzz.octets.wire import FORM, Request


class Door(NamedTuple):
    """One address, and the names it listens to."""

    method: str
    path: str
    fields: tuple[str, ...]


ASKS = (
    *("client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge"),
    *("code_challenge_method", "response_mode", "prompt", "max_age", "login_hint", "id_token_hint", "ui_locales"),
    *("display", "acr_values", "claims", "claims_locales", "request", "request_uri", "registration"),
)
LEAVES = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales", "logout_hint")
PROFILE = (
    *("name", "given_name", "nickname", "preferred_username", "gender", "own_gender", "website", "profile"),
    *("birth_day", "birth_month", "birth_year", "locale", "zoneinfo", "phone_number", "street_address", "country"),
)
DOORS = (
    Door("GET", "/authorize", ASKS),
    Door("POST", "/authorize", ASKS),
    Door("GET", "/authorize/{for}", ("ui_locales",)),
    Door("POST", "/token", ("grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_secret")),
    Door("POST", "/token", ("refresh_token", "grant_type", "scope", "client_id", "client_secret")),
    Door("POST", "/userinfo", ("access_token",)),
    Door("GET", "/.well-known/webfinger", ("resource", "rel")),
    Door("GET", "/end_session", LEAVES),
    Door("POST", "/end_session", LEAVES),
    Door("GET", "/signin", ("for", "then", "ui_locales")),
    Door("POST", "/signin", ("email", "password", "remember", "for", "then")),
    Door("GET", "/signin/again", ("for",)),
    Door("POST", "/signin/again", ("password", "for")),
    Door("GET", "/signin/choose", ("for",)),
    Door("POST", "/signin/choose", ("account", "remove", "for")),
    Door("GET", "/signup", ("for", "ui_locales")),
    Door("POST", "/signup", ("email", "new_password", "confirm_password", "terms", "marketing", "for")),
    Door("GET", "/verify", ("token", "ui_locales")),
    Door("POST", "/verify", ("token",)),
    Door("GET", "/verify/sent", ("for", "sign_up", "again")),
    Door("GET", "/verify/status", ("for", "sign_up")),
    Door("POST", "/verify/code", ("code", "sign_up", "for")),
    Door("POST", "/verify/resend", ("sign_up", "email", "for")),
    Door("GET", "/forgot", ("for", "ui_locales")),
    Door("POST", "/forgot", ("email", "again", "for")),
    Door("GET", "/forgot/sent", ("to", "for", "again")),
    Door("GET", "/reset", ("token", "ui_locales")),
    Door("POST", "/reset", ("token", "new_password", "confirm_password")),
    Door("GET", "/consent", ("for",)),
    Door("POST", "/consent", ("decision", "scope", "person", "for")),
    Door("GET", "/signout", ("ui_locales",)),
    Door("GET", "/account", ("changed",)),
    Door("POST", "/account/password", ("password", "new_password", "confirm_password")),
    Door("GET", "/account/profile", ("saved", "moved", "ui_locales")),
    Door("POST", "/account/profile", PROFILE),
    Door("POST", "/account/picture", ("picture",)),
    Door("POST", "/account/email", ("email", "password")),
    Door("POST", "/account/email/code", ("code",)),
    Door("GET", "/account/email/confirm", ("token", "link")),
    Door("POST", "/account/email/confirm", ("token",)),
    Door("GET", "/account/email/stop", ("token", "link")),
    Door("POST", "/account/email/stop", ("token",)),
    Door("GET", "/", ("ui_locales",)),
    Door("GET", "/help", ("for",)),
)
PROTOCOL = ("/authorize", "/token", "/userinfo", "/end_session")
ONLY_WITH = {
    "/authorize": ("client_id", "redirect_uri", "response_type", "scope", "code_challenge", "code_challenge_method"),
    "/end_session": (),
}


def ingredients(stage: Stage, visitor: Visitor) -> dict[str, str]:
    """A value for every name, good where it leads further and does no harm there: no password is right."""
    return {
        **stage.good,
        "response_type": "code",
        "scope": "openid email",
        "resource": "acct:alice@127.0.0.1",
        "rel": "http://openid.net/specs/connect/1.0/issuer",
        "state": "s",
        "ui_locales": "de",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
        "for": visitor.pending,
        "csrf_token": visitor.csrf,
        "then": "password",
        "code_verifier": "v" * 43,
        "email": "nobody@example.org",
        "password": "not-the-password",
        "new_password": STRONG,
        "confirm_password": STRONG,
        "token": stage.good["confirm_token"],
        "decision": "allow",
    }


def usual(stage: Stage, door: Door, signed_in: bool) -> dict[bytes, bytes]:
    """The fields of this door, each with a value that is good, encoded."""
    visitor = stage.visitor(signed_in)
    have = ingredients(stage, visitor)
    have["grant_type"] = "refresh_token" if "refresh_token" in door.fields else "authorization_code"
    if door.path == "/reset":
        have |= {"token": stage.good["reset_token"], "confirm_password": "another one"}
    names = [*ONLY_WITH.get(door.path, door.fields)]
    if door.method == "POST" and door.path not in PROTOCOL:
        names.append("csrf_token")
    return {name.encode(): quote_plus(have[name]).encode() for name in names if name in have}


def asking(stage: Stage, door: Door, signed_in: bool, pairs: Iterable[tuple[bytes, bytes]] | None = None) -> Request:
    """The door asked with these fields, by default with the usual ones."""
    fields = usual(stage, door, signed_in).items() if pairs is None else pairs
    encoded = b"&".join(name + b"=" + value for name, value in fields)
    path = door.path.replace("{for}", stage.visitor(signed_in).pending).encode()
    if door.method == "GET":
        return Request("GET", path, encoded)
    return Request("POST", path, headers=(("Content-Type", FORM),), body=encoded)
