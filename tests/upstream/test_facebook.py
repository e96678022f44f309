"""Facebook as it should be: the dialogue, the token, whose it is, who that is, and nothing kept of it."""

import hmac
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from idp.settings import upstreams
from idp.upstream.facebook import PROVIDER, Facebook
from idp.upstream.facebook_graph import proof_of_secret
from idp.upstream.provider import Identity, Wish
from tests.clocks import Clock
from tests.emulators.facebook import APP_ID, MIKA, ROBIN, SALMA, SECRET, TONI, Emulator, Person
from tests.upstream.conftest import CALLBACK, ours

REAL = upstreams.Facebook(preset="facebook", client_id="123", client_secret="x")


def signs_in(
    upstream: Facebook, emulator: Emulator, who: Person = ROBIN, *, email: bool = True, now: int = 0
) -> Identity:
    received = emulator.sends_back(upstream.start(CALLBACK, "a-state").url, who, email=email)
    assert received.pop("state") == "a-state"
    return upstream.identify(CALLBACK, received, {}, now or emulator.state.clock())


def asked(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


def test_somebody_is_known_by_provider_app_and_id(upstream: Facebook, emulator: Emulator) -> None:
    identity = signs_in(upstream, emulator)
    assert (identity.provider, identity.app_id, identity.subject) == (PROVIDER, APP_ID, ROBIN.user_id)
    assert dict(identity.claims) == {"name": "Robin Sample", "given_name": "Robin", "family_name": "Sample"}
    assert identity.label == "Robin Sample"
    assert (identity.amr, identity.acr, identity.sid) == ("", "", "")


def test_a_name_of_any_script_comes_through(upstream: Facebook, emulator: Emulator) -> None:
    assert signs_in(upstream, emulator, SALMA).claims["name"] == "سلمى نور"


def test_an_address_is_never_taken_as_proved(upstream: Facebook, emulator: Emulator) -> None:
    identity = signs_in(upstream, emulator, MIKA)
    assert identity.email == "mika@muster.example.net"
    assert not identity.email_verified


def test_only_an_operator_can_say_that_it_is(emulator: Emulator) -> None:
    trusting = ours(emulator, trust_email=True)
    assert signs_in(trusting, emulator).email_verified
    assert not signs_in(trusting, emulator, TONI).email_verified


@pytest.mark.parametrize(("who", "email"), [(TONI, True), (ROBIN, False)], ids=["only a telephone", "unticked"])
def test_who_gives_no_address_is_known_all_the_same(
    upstream: Facebook, emulator: Emulator, who: Person, email: bool
) -> None:
    identity = signs_in(upstream, emulator, who, email=email)
    assert (identity.subject, identity.email) == (who.user_id, "")


def test_what_was_declined_is_asked_again_only_on_wish(upstream: Facebook, emulator: Emulator) -> None:
    assert signs_in(upstream, emulator, email=False).email == ""
    assert signs_in(upstream, emulator, email=True).email == "", "the dialogue does not ask again by itself"
    url = upstream.start(CALLBACK, "s", Wish(rerequest_email=True)).url
    assert upstream.identify(CALLBACK, emulator.sends_back(url), {}, emulator.state.clock()).email == ROBIN.email


@pytest.mark.parametrize(
    ("wish", "auth_type"),
    [
        (Wish(), None),
        (Wish(rerequest_email=True), "rerequest"),
        (Wish(again=True), "reauthenticate"),
        (Wish(again=True, rerequest_email=True), "reauthenticate,rerequest"),
        (Wish(login_hint="robin@example.org"), None),
    ],
)
def test_the_dialogue_is_asked_for_a_little_and_in_the_pinned_version(wish: Wish, auth_type: str | None) -> None:
    departure = Facebook("facebook", REAL).start("https://id.example.com/login/facebook/callback", "s+/=", wish)
    assert departure.url.startswith("https://www.facebook.com/v26.0/dialog/oauth?")
    assert dict(departure.secrets) == {}
    assert asked(departure.url) == {
        "client_id": "123",
        "redirect_uri": "https://id.example.com/login/facebook/callback",
        "response_type": "code",
        "scope": "public_profile,email",
        "state": "s+/=",
        **({"auth_type": auth_type} if auth_type else {}),
    }


@pytest.mark.parametrize("reply", ["json", "legacy text"])
@pytest.mark.parametrize("lasts", ["present", "absent"])
def test_a_token_may_be_written_as_it_always_was(
    upstream: Facebook, emulator: Emulator, reply: str, lasts: str
) -> None:
    emulator.turns(token_reply=reply, expires_in=lasts)
    assert signs_in(upstream, emulator).subject == ROBIN.user_id


@pytest.mark.parametrize("timed", [True, False], ids=["with its time", "classic"])
def test_every_call_with_a_persons_token_proves_that_we_hold_the_secret(emulator: Emulator, timed: bool) -> None:
    emulator.turns(require_app_secret="yes")
    assert signs_in(ours(emulator, timed_proof=timed), emulator).subject == ROBIN.user_id


def test_the_proof_is_the_one_facebook_describes() -> None:
    def by_hand(message: bytes) -> str:
        return hmac.new(b"secret", message, sha256).hexdigest()

    assert proof_of_secret("secret", "token", 1_700_000_000, timed=True) == {
        "appsecret_proof": by_hand(b"token|1700000000"),
        "appsecret_time": "1700000000",
    }
    assert proof_of_secret("secret", "token", 1_700_000_000, timed=False) == {"appsecret_proof": by_hand(b"token")}


def test_no_picture_is_asked_for_and_none_is_handed_on(upstream: Facebook, emulator: Emulator) -> None:
    """An address of Facebook's in a claim would be fetched by every app (decision 63)."""
    assert "picture" not in signs_in(upstream, emulator).claims


def test_the_whole_takes_three_requests_and_one_code(upstream: Facebook, emulator: Emulator) -> None:
    signs_in(upstream, emulator)
    graph = [line for line in emulator.state.lines if "dialog" not in line]
    assert graph == ["GET /v26.0/me → 200", "GET /v26.0/debug_token → 200", "POST /v26.0/oauth/access_token → 200"]


def test_at_facebook_too_the_permission_ends(upstream: Facebook, emulator: Emulator) -> None:
    signs_in(upstream, emulator)
    assert upstream.revoke(ROBIN.user_id)
    assert emulator.state.tokens == {}
    assert ROBIN.user_id not in emulator.state.granted
    assert not upstream.revoke("../me"), "what is no id of a person is sent nowhere"


def test_a_proof_is_good_for_five_minutes(emulator: Emulator, clock: Clock) -> None:
    """The emulator's word for it; nothing of ours is asked here."""
    token = emulator.state.gives_token(ROBIN.user_id, frozenset({"email"}))
    proof = proof_of_secret(SECRET, token, emulator.state.clock(), timed=True)
    asked = {"fields": "id,email", "access_token": token, **proof}
    assert requests.get(f"{emulator.url}/v26.0/me", asked, timeout=5).json()["email"] == ROBIN.email
    clock.moves(301)
    refused = requests.get(f"{emulator.url}/v26.0/me", asked, timeout=5)
    assert refused.status_code == 400
    assert refused.json()["error"]["message"] == "Invalid appsecret_proof provided in the API argument"
