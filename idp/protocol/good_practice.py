"""What a request does that is allowed and unwise, or that does nothing (RFC 9700, OpenID Connect Core)."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidScope
from idp.protocol.parameters import Parameters
from idp.protocol.scope import NOTHING, OFFLINE_ACCESS, OPENID, Scope

SHORTEST_CHANCE: Final = 16
"""Characters of a value that nobody is to guess: 96 bits of base64url."""

UNDERSTOOD: Final = frozenset(
    {
        *("acr_values", "authorization_details", "claims", "claims_locales", "client_id", "code_challenge"),
        *(
            "code_challenge_method",
            "display",
            "dpop_jkt",
            "id_token_hint",
            "idp_hint",
            "login_hint",
            "max_age",
            "nonce",
        ),
        *("prompt", "redirect_uri", "registration", "request", "request_uri", "resource", "response_mode"),
        *("response_type", "scope", "state", "ui_locales"),
    }
)
SECRET: Final = frozenset(
    {
        *("access_token", "assertion", "client_assertion", "client_secret", "code", "code_verifier", "password"),
        *("refresh_token", "device_code"),
    }
)


class Advice(StrEnum):
    SECRET_IN_ADDRESS = "secret_in_address"
    NO_PKCE = "no_pkce"
    NO_STATE = "no_state"
    SHORT_STATE = "short_state"
    NO_NONCE = "no_nonce"
    SHORT_NONCE = "short_nonce"
    NO_OPENID = "no_openid"
    SCOPE_DROPPED = "scope_dropped"
    NEVER_REFRESHES = "never_refreshes"
    ACCESS_TYPE = "access_type"
    CONSENT_EACH_TIME = "consent_each_time"
    LOCALHOST = "localhost"
    UNKNOWN = "unknown"


class Hint(NamedTuple):
    """`about` are the names of parameters or scopes it is about, "" for none."""

    advice: Advice
    about: str = ""


def hints(parameters: Parameters, metadata: ClientMetadata) -> Iterator[Hint]:
    """The gravest first. Where something is wrong altogether, the checks say so, and nothing is said here."""
    sent = parameters.as_sent()
    if secrets := sorted(SECRET & sent.keys()):
        yield Hint(Advice.SECRET_IN_ADDRESS, " ".join(secrets))
    if not sent.get("code_challenge") and not metadata.public and not metadata.require_pkce:
        yield Hint(Advice.NO_PKCE)
    yield from _of_chance(sent)
    yield from _of_scope(sent.get("scope"), metadata)
    if "access_type" in sent:
        yield Hint(Advice.ACCESS_TYPE)
    if "consent" in sent.get("prompt", "").split():
        yield Hint(Advice.CONSENT_EACH_TIME)
    if sent.get("redirect_uri", "").startswith("http://localhost"):
        yield Hint(Advice.LOCALHOST)
    if unknown := sorted(sent.keys() - UNDERSTOOD - SECRET - {"access_type"}):
        yield Hint(Advice.UNKNOWN, " ".join(unknown))


def _of_chance(sent: dict[str, str]) -> Iterator[Hint]:
    """RFC 6749 §10.12, OpenID Connect Core §15.5.2. With PKCE, state protects nothing more (RFC 9700 §2.1)."""
    state, nonce = sent.get("state", ""), sent.get("nonce", "")
    if not state and not sent.get("code_challenge"):
        yield Hint(Advice.NO_STATE)
    if 0 < len(state) < SHORTEST_CHANCE:
        yield Hint(Advice.SHORT_STATE)
    if not nonce:
        yield Hint(Advice.NO_NONCE)
    if 0 < len(nonce) < SHORTEST_CHANCE:
        yield Hint(Advice.SHORT_NONCE)


def _of_scope(text: str | None, metadata: ClientMetadata) -> Iterator[Hint]:
    try:
        wanted = Scope.parse(text)
    except InvalidScope:
        wanted = NOTHING
    if wanted and OPENID not in wanted:
        yield Hint(Advice.NO_OPENID)
    if (surplus := wanted - metadata.scope) and metadata.unknown_scope != "refuse":
        yield Hint(Advice.SCOPE_DROPPED, str(surplus))
    if OFFLINE_ACCESS in wanted & metadata.scope and "refresh_token" not in metadata.grant_types:
        yield Hint(Advice.NEVER_REFRESHES)
