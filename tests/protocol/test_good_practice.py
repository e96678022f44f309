"""What is allowed in a request and unwise all the same."""

from typing import Any
from urllib.parse import urlencode

import pytest

from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.good_practice import Advice, Hint, hints
from idp.protocol.parameters import Parameters

APP = {"redirect_uris": ["https://a.example/cb"], "scope": "openid email offline_access"}
SOUND = {
    "client_id": "shop",
    "response_type": "code",
    "redirect_uri": "https://a.example/cb",
    "scope": "openid email",
    "state": "s" * 16,
    "nonce": "n" * 16,
    "code_challenge": "c" * 43,
    "code_challenge_method": "S256",
}


def said(changes: dict[str, str | None], **metadata: Any) -> list[Hint]:
    sent = {name: value for name, value in {**SOUND, **changes}.items() if value is not None}
    registered = ClientMetadata.register({**APP, **metadata})
    return list(hints(Parameters.parse(urlencode(sent).encode()), registered))


def test_a_careful_request_hears_nothing() -> None:
    assert said({}) == []


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"client_secret": "x", "code_verifier": "y"}, Hint(Advice.SECRET_IN_ADDRESS, "client_secret code_verifier")),
        ({"state": "12345"}, Hint(Advice.SHORT_STATE)),
        ({"nonce": None}, Hint(Advice.NO_NONCE)),
        ({"nonce": "1"}, Hint(Advice.SHORT_NONCE)),
        ({"scope": "email"}, Hint(Advice.NO_OPENID)),
        ({"scope": "openid phone orders"}, Hint(Advice.SCOPE_DROPPED, "phone orders")),
        ({"scope": "openid offline_access"}, Hint(Advice.NEVER_REFRESHES)),
        ({"access_type": "offline"}, Hint(Advice.ACCESS_TYPE)),
        ({"prompt": "login consent"}, Hint(Advice.CONSENT_EACH_TIME)),
        ({"redirect_uri": "http://localhost:3000/cb"}, Hint(Advice.LOCALHOST)),
        ({"redirect_url": "x", "Scope": "y"}, Hint(Advice.UNKNOWN, "Scope redirect_url")),
    ],
)
def test_each_of_these_is_said(changes: dict[str, str | None], hint: Hint) -> None:
    assert said(changes) == [hint]


@pytest.mark.section("RFC 9700 §2.1")
def test_without_pkce_state_is_all_there_is() -> None:
    assert said({"code_challenge": None}, require_pkce=False) == [Hint(Advice.NO_PKCE)]
    assert said({"code_challenge": None}) == [], "a check says so"
    assert said({"code_challenge": None, "state": None}) == [Hint(Advice.NO_STATE)]
    assert said({"state": None}) == []


def test_what_the_checks_refuse_is_not_said_again() -> None:
    assert said({"scope": 'open"id'}) == []
    assert said({"scope": "openid phone"}, unknown_scope="refuse") == []
    assert said({"scope": "openid offline_access"}, grant_types=["authorization_code", "refresh_token"]) == []
