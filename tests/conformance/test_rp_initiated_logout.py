"""Modules of oidcc-rp-initiated-logout-certification-test-plan that no other test drives as the suite does.

The suite never sends client_id: without a hint that holds, nobody is sent anywhere.
"""

import json
from base64 import urlsafe_b64encode
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from idp import clock
from tests.conformance.suite import BYE, Suite
from tests.people import Person
from tests.relying_app import Tokens
from tests.web_browser import Arrival, Page

pytestmark = pytest.mark.section("RP-Initiated Logout 1.0 §2")
STATE = "s" * 124 + "-._~"


@pytest.fixture
def tokens(suite: Suite, alice: Person) -> Tokens:
    return suite.lets_in(alice).redeems()


def leaves(person: Person, **parameters: str) -> Page | Arrival:
    return person.browser.open(f"/end_session?{urlencode(parameters)}")


def is_signed_in(suite: Suite, person: Person) -> bool:
    return "code" in suite.asks(prompt="none").seen_by(person).answer


def confirms_and_stays(suite: Suite, person: Person, at: Page | Arrival) -> None:
    assert isinstance(at, Page), f"sent to {at}"
    assert is_signed_in(suite, person), "the person is asked first"
    done = person.browser.submit(at, "Sign out")
    assert isinstance(done, Page), f"sent to {done}"
    assert "signed out" in done.text
    assert not is_signed_in(suite, person)


@pytest.mark.conformance("oidcc-rp-initiated-logout-no-state")
def test_no_state_sent_none_comes_back(suite: Suite, tokens: Tokens, alice: Person) -> None:
    at = leaves(alice, id_token_hint=tokens.id_token, post_logout_redirect_uri=BYE)
    assert isinstance(at, Arrival)
    assert at.url == BYE
    assert suite.asks(prompt="none").seen_by(alice).error == "login_required"


@pytest.mark.conformance("oidcc-rp-initiated-logout-no-post-logout-redirect-uri")
def test_a_hint_without_an_address_ends_here(suite: Suite, tokens: Tokens, alice: Person) -> None:
    done = leaves(alice, id_token_hint=tokens.id_token, state=STATE)
    assert isinstance(done, Page)
    assert "signed out" in done.text
    assert not is_signed_in(suite, alice)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(
            {"post_logout_redirect_uri": BYE, "state": STATE},
            marks=pytest.mark.conformance("oidcc-rp-initiated-logout-no-id-token-hint"),
        ),
        pytest.param({"state": STATE}, marks=pytest.mark.conformance("oidcc-rp-initiated-logout-only-state")),
    ],
    ids=["address", "state"],
)
def test_without_a_hint_the_person_confirms_and_stays(
    suite: Suite, tokens: Tokens, alice: Person, sent: dict[str, str]
) -> None:
    confirms_and_stays(suite, alice, leaves(alice, **sent))


@pytest.mark.conformance("oidcc-rp-initiated-logout-modified-id-token-hint")
def test_a_hint_whose_signature_was_taken_off(suite: Suite, tokens: Tokens, alice: Person) -> None:
    head = urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    unsigned = f"{head}.{tokens.id_token.split('.')[1]}."
    confirms_and_stays(suite, alice, leaves(alice, id_token_hint=unsigned, post_logout_redirect_uri=BYE, state=STATE))


@pytest.mark.conformance("oidcc-rp-initiated-logout-bad-id-token-hint")
@pytest.mark.parametrize("whose", ["client", "ours"])
def test_a_hint_that_the_client_signed_itself(suite: Suite, tokens: Tokens, alice: Person, whose: str) -> None:
    """By its secret; the suite swaps iss and aud, which an attacker would not."""
    claims = dict(tokens.claims)
    if whose == "client":
        now = clock.now()
        claims = {"iss": "suite", "sub": "SubjectID", "aud": suite.issuer, "iat": now, "exp": now + 300}
    forged = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(suite.secret))
    confirms_and_stays(suite, alice, leaves(alice, id_token_hint=forged, post_logout_redirect_uri=BYE, state=STATE))
