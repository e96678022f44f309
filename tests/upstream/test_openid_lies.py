"""Whatever a provider, or who stands between, says wrongly: nobody is signed in by it.

Each test tells one lie to a sign-in that succeeds without it.
"""

import time
from collections.abc import Iterator

import pytest
from joserfc.errors import SecurityWarning

from idp.emulators.openid import AT_ENDPOINTS
from idp.emulators.openid_lies import IN_CLAIMS, IN_SIGNATURE
from idp.upstream.provider import Failure, NotIdentified, Wish
from tests.clocks import Clock
from tests.emulators.openid import CALLBACK, Somewhere, somewhere

HARMLESS = ("old auth_time", "no auth_time")  # until somebody is to prove themselves anew


@pytest.fixture(name="there")
def one_provider(clock: Clock) -> Iterator[Somewhere]:
    with somewhere() as running:
        running.signs_in(clock.now())
        yield running


def refusal(there: Somewhere, clock: Clock, lie: str, **received: str) -> NotIdentified:
    there.provider.lie = lie
    with pytest.raises(NotIdentified) as refused:
        there.signs_in(clock.now(), **received)
    there.provider.lie = ""
    assert there.signs_in(clock.now()).subject == "robin-1"
    return refused.value


def test_every_lie_is_told_in_a_test_below() -> None:
    assert set(IN_CLAIMS) == {*(lie for lies in BY_POINT.values() for lie in lies), *HARMLESS, "wrong at_hash"}
    told = {*UNSIGNED, *KEYS_BROUGHT_ALONG, *ASKING_MORE, *CONFUSED, "another key", "no kid", "unknown kid"}
    assert set(IN_SIGNATURE) == told
    assert set(AT_ENDPOINTS) == set(FAILURES)


BY_POINT = {
    "issuer": ("wrong iss", "iss with a slash", "no iss"),
    "audience": ("wrong aud", "wrong aud list", "no aud", "aud as object", "several aud", "wrong azp"),
    "expiry": ("expired", "no exp", "exp as text", "exp as true"),
    "issued": ("iat in future", "iat long ago", "no iat", "not yet"),
    "nonce": ("no nonce", "empty nonce", "wrong nonce", "nonce as list", "nonce unsupported"),
    "subject": ("no sub", "empty sub", "sub as number", "long sub", "odd sub"),
}


@pytest.mark.section("OpenID Connect Core §3.1.3.7")
@pytest.mark.incident("CVE-2026-55669")
@pytest.mark.incident("GHSA-wxg7-w2v3-w38g")
@pytest.mark.parametrize(
    "lie", [lie for point in ("issuer", "audience", "expiry", "issued") for lie in BY_POINT[point]]
)
def test_a_token_is_from_this_provider_for_us_and_for_now(there: Somewhere, clock: Clock, lie: str) -> None:
    failure = refusal(there, clock, lie)
    kind = "aud" if lie in BY_POINT["audience"] else "time" if lie in (*BY_POINT["expiry"], *BY_POINT["issued"]) else ""
    wanted = {"aud": Failure.WRONG_APP, "time": Failure.EXPIRED, "": Failure.BROKEN}[kind]
    assert failure.failure is wanted


@pytest.mark.section("OpenID Connect Core §3.1.3.7")
@pytest.mark.incident("CVE-2026-15612")
@pytest.mark.incident("CVE-2026-114617")
@pytest.mark.parametrize("lie", BY_POINT["nonce"])
def test_a_token_is_of_this_very_sign_in(there: Somewhere, clock: Clock, lie: str) -> None:
    """Nothing that the token says switches it off."""
    assert "nonce" in refusal(there, clock, lie).detail


@pytest.mark.section("OpenID Connect Core §2")
@pytest.mark.parametrize("lie", BY_POINT["subject"])
def test_a_token_names_somebody(there: Somewhere, clock: Clock, lie: str) -> None:
    assert "sub" in refusal(there, clock, lie).detail


@pytest.mark.section("OpenID Connect Core §3.1.3.8")
@pytest.mark.incident("CVE-2026-28498")
def test_the_access_token_is_the_tokens_own(there: Somewhere, clock: Clock) -> None:
    assert "at_hash" in refusal(there, clock, "wrong at_hash").detail


UNSIGNED = ("alg none", "alg None", "blank signature", "not a token", "two signatures")
CONFUSED = ("hs256 with public key", "hs256 with empty key", "hs256 with secret", "typ at+jwt")
KEYS_BROUGHT_ALONG = ("key in header", "jku", "x5u", "x5c")
ASKING_MORE = ("unknown crit", "b64")


@pytest.mark.section("OpenID Connect Core §3.1.3.7")
@pytest.mark.incident("CVE-2026-28802")
@pytest.mark.incident("CVE-2026-96760")
@pytest.mark.parametrize("lie", UNSIGNED)
def test_what_nobody_signed_says_nothing(there: Somewhere, clock: Clock, lie: str) -> None:
    refusal(there, clock, lie)


@pytest.mark.section("RFC 8725 §3.1")
@pytest.mark.incident("CVE-2024-37568")
@pytest.mark.incident("CVE-2026-114615")
@pytest.mark.incident("CVE-2026-114616")
@pytest.mark.parametrize("lie", CONFUSED)
def test_a_public_key_an_empty_one_or_our_secret_signs_nothing(there: Somewhere, clock: Clock, lie: str) -> None:
    assert "is not taken" in refusal(there, clock, lie).detail


@pytest.mark.section("RFC 7515 §4.1")
@pytest.mark.incident("CVE-2026-27962")
@pytest.mark.incident("CVE-2026-9090")
@pytest.mark.parametrize("lie", [*KEYS_BROUGHT_ALONG, "another key"])
def test_no_key_comes_with_the_token(there: Somewhere, clock: Clock, lie: str) -> None:
    refusal(there, clock, lie)


@pytest.mark.section("RFC 7515 §4.1")
@pytest.mark.incident("CVE-2025-59420")
@pytest.mark.parametrize("lie", ASKING_MORE)
def test_a_header_that_asks_for_more_than_we_do_is_refused(there: Somewhere, clock: Clock, lie: str) -> None:
    refusal(there, clock, lie)


@pytest.mark.section("OpenID Connect Core §10.1")
def test_a_key_has_a_name_where_there_are_several(there: Somewhere, clock: Clock) -> None:
    there.provider.lie = "no kid"
    assert there.signs_in(clock.now()).subject == "robin-1"  # there is one key: which else could it be?
    there.provider.rotates(keeps_old=True)
    clock.moves(3600)
    assert "kid" in refusal(there, clock, "no kid").detail


@pytest.mark.section("OpenID Connect Core §10.1")
def test_a_name_that_nobody_knows_is_looked_for_and_not_often(there: Somewhere, clock: Clock) -> None:
    clock.moves(60)
    for _ in range(3):
        assert "kid" in refusal(there, clock, "unknown kid").detail
    assert there.provider.asked.count("/jwks") == 2


FAILURES = {
    "discovery: another issuer": Failure.BROKEN,
    "discovery: redirect": Failure.BROKEN,
    "discovery: http": Failure.BROKEN,
    "discovery: only hs256": Failure.BROKEN,
    "discovery: huge": Failure.BROKEN,
    "discovery: html": Failure.BROKEN,
    "discovery: twice": Failure.BROKEN,
    "discovery: no keys": Failure.BROKEN,
    "discovery: inside": Failure.BROKEN,
    "discovery: slow": Failure.DOWN,
    "discovery: down": Failure.DOWN,
    "keys: down": Failure.DOWN,
    "keys: html": Failure.BROKEN,
    "keys: empty": Failure.BROKEN,
    "keys: private": None,
    "userinfo: another sub": Failure.BROKEN,
    "userinfo: no sub": Failure.BROKEN,
    "userinfo: down": Failure.DOWN,
    "userinfo: redirect": Failure.BROKEN,
    "token: down": Failure.DOWN,
    "token: slow": Failure.DOWN,
    "token: huge": Failure.BROKEN,
    "token: throttled": Failure.THROTTLED,
    "token: html": Failure.BROKEN,
    "token: list": Failure.BROKEN,
    "token: redirect": Failure.BROKEN,
    "token: no id_token": Failure.BROKEN,
    "token: used": Failure.EXPIRED,
    "token: unknown client": Failure.BROKEN,
    "answer: another iss": Failure.BROKEN,
    "answer: no iss": Failure.BROKEN,
    "answer: denied": Failure.DENIED,
    "answer: broken": Failure.BROKEN,
    "answer: down": Failure.DOWN,
}


@pytest.mark.incident("CVE-2025-67494")
@pytest.mark.incident("CVE-2026-56739")
@pytest.mark.parametrize("lie", FAILURES)
def test_each_way_to_fail_is_told_apart(clock: Clock, lie: str) -> None:
    """And none takes longer than configured, follows a redirect, or reaches where the metadata may not lead."""
    with somewhere(timeout=1) as there:
        there.provider.slow, there.provider.lie, there.provider.claims_at = 3, lie, "userinfo"
        began = time.monotonic()
        if FAILURES[lie] is None:
            assert there.signs_in(clock.now()).subject == "robin-1"
            return
        with pytest.raises(NotIdentified) as refused:
            there.signs_in(clock.now())
        assert refused.value.failure is FAILURES[lie]
        assert time.monotonic() - began < 2.9
        assert there.provider.client_secret not in str(refused.value)


@pytest.mark.section("RFC 9207 §2.4")
def test_an_answer_is_of_the_provider_that_was_asked(there: Somewhere, clock: Clock) -> None:
    """Mix-up (RFC 9700 §4.4): the code of an honest provider is not carried to another one."""
    spent = len(there.provider.heard)
    for iss in ("https://evil.example", f"{there.provider.issuer}/", ""):
        assert "iss" in refusal(there, clock, "", iss=iss).detail
    tokens = [asked for asked in there.provider.heard[spent:] if "code_verifier" in asked]
    assert len(tokens) == 3  # the sign-ins in between, and none of the three


@pytest.mark.section("RFC 9207 §2.4")
def test_a_provider_that_promised_no_name_may_still_not_give_a_wrong_one(clock: Clock) -> None:
    with somewhere() as there:
        there.provider.document = {"authorization_response_iss_parameter_supported": False}
        there.provider.lie = "answer: no iss"
        assert there.signs_in(clock.now()).subject == "robin-1"
        with pytest.raises(NotIdentified, match="iss"):
            there.signs_in(clock.now(), iss="https://evil.example")


@pytest.mark.section("RFC 7636 §4.6")
def test_a_code_of_another_sign_in_is_worth_nothing(there: Somewhere, clock: Clock) -> None:
    """Injected by whoever stole it (RFC 9700 §4.5): verifier and nonce are of this one."""
    stolen = there.comes_back(there.upstream.start(CALLBACK, "s").url)
    mine = there.upstream.start(CALLBACK, "s")
    with pytest.raises(NotIdentified) as refused:
        there.upstream.identify(CALLBACK, stolen, mine.secrets, clock.now())
    assert refused.value.failure is Failure.EXPIRED


@pytest.mark.parametrize("code", ["", "x" * 4097])
def test_a_code_is_there_and_short(there: Somewhere, clock: Clock, code: str) -> None:
    assert "no code" in refusal(there, clock, "", code=code).detail


@pytest.mark.parametrize("error", ["access_denied", "login_required", "made up\nby somebody", "x" * 500])
def test_the_log_hears_the_names_of_errors_and_nothing_else(there: Somewhere, clock: Clock, error: str) -> None:
    detail = refusal(there, clock, "", error=error, code="secret-code", error_description="secret").detail
    assert "secret" not in detail
    assert "\n" not in detail
    assert len(detail) < 100


def test_a_small_key_signs_nothing(clock: Clock) -> None:
    with somewhere() as there:
        with pytest.warns(SecurityWarning):
            there.provider.rotates(bits=1024)
        with pytest.raises(NotIdentified, match="does not fit"):
            there.signs_in(clock.now())
        there.provider.rotates(bits=2048)
        assert there.again().signs_in(clock.now()).subject == "robin-1"


@pytest.mark.parametrize("lie", HARMLESS)
def test_an_old_sign_in_is_no_new_one(there: Somewhere, clock: Clock, lie: str) -> None:
    there.provider.lie = lie
    with pytest.raises(NotIdentified, match="auth_time"):
        there.signs_in(clock.now(), Wish(again=True))
