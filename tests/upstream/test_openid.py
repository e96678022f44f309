"""Any OpenID provider: what is asked, and what is made of the answer."""

from collections.abc import Iterator
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from idp.emulators.openid import Provider
from idp.protocol import acr
from idp.upstream import documents
from idp.upstream.provider import Failure, NotIdentified, Wish
from tests.clocks import Clock
from tests.emulators.openid import CALLBACK, ROBIN, Somewhere, ours, somewhere

REFEDS = "https://refeds.org/profile/mfa"


@pytest.fixture(name="there")
def one_provider(clock: Clock) -> Iterator[Somewhere]:
    with somewhere() as running:
        yield running


def asked_for(there: Somewhere, wish: Wish | None = None) -> dict[str, str]:
    away = there.upstream.start(CALLBACK, "the-state", wish or Wish())
    return dict(parse_qsl(urlsplit(away.url).query))


def failure(there: Somewhere, clock: Clock, **received: str) -> NotIdentified:
    with pytest.raises(NotIdentified) as refused:
        there.signs_in(clock.now(), **received)
    return refused.value


@pytest.mark.section("OpenID Connect Core §3.1.2.1")
@pytest.mark.section("RFC 7636 §4.3")
def test_what_is_asked(there: Somewhere) -> None:
    away = there.upstream.start(CALLBACK, "the-state")
    asked = parse_qs(urlsplit(away.url).query, strict_parsing=True)
    assert away.url.startswith(f"{there.provider.issuer}/authorize?")
    assert {name: asked[name] for name in ("client_id", "redirect_uri", "response_type", "scope", "state")} == {
        "client_id": ["portico"],
        "redirect_uri": [CALLBACK],
        "response_type": ["code"],
        "scope": ["openid email profile"],
        "state": ["the-state"],
    }
    assert asked["nonce"] == [away.secrets["nonce"]]
    assert asked["code_challenge_method"] == ["S256"]
    assert away.secrets["verifier"] not in away.url
    assert set(asked) == {
        *("client_id", "redirect_uri", "response_type", "scope", "state", "nonce"),
        *("code_challenge", "code_challenge_method"),
    }
    assert away.secrets["verifier"] not in repr(away)


def test_no_two_departures_share_a_secret(there: Somewhere) -> None:
    first, second = (there.upstream.start(CALLBACK, "the-state").secrets for _ in range(2))
    assert first["nonce"] != second["nonce"]
    assert first["verifier"] != second["verifier"]


def test_who_comes_back(there: Somewhere, clock: Clock) -> None:
    who = there.signs_in(clock.now())
    assert (who.provider, who.app_id, who.subject) == (there.provider.issuer, "portico", "robin-1")
    assert (who.email, who.email_verified, dict(who.claims)) == ("robin@example.org", False, {"name": "Robin Example"})
    assert (who.amr, who.acr, who.sid) == ("", "", "")


def test_userinfo_is_asked_only_for_what_the_id_token_leaves_out(there: Somewhere, clock: Clock) -> None:
    there.signs_in(clock.now())
    assert "/userinfo" not in there.provider.asked
    there.provider.claims_at = "userinfo"
    assert there.signs_in(clock.now()).email == "robin@example.org"
    assert "/userinfo" in there.provider.asked


@pytest.mark.section("OpenID Connect Core §5.3.2")
def test_userinfo_is_about_the_same_person(there: Somewhere, clock: Clock) -> None:
    there.provider.claims_at = "userinfo"
    for lie in ("userinfo: another sub", "userinfo: no sub"):
        there.provider.lie = lie
        assert "sub is another person" in failure(there, clock).detail


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_we_show_who_we_are_as_configured(there: Somewhere, clock: Clock, method: str) -> None:
    """RFC 6749 §2.3.1: any character may stand in a secret."""
    there.provider.client_auth = method
    secret = {} if method != "none" else {"client_secret": ""}
    assert there.again(client_auth=method, **secret).signs_in(clock.now()).subject == "robin-1"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_keys_change(there: Somewhere, clock: Clock, algorithm: str) -> None:
    there.provider.algorithm = algorithm
    there.provider.rotates()
    there.signs_in(clock.now())
    there.provider.rotates(keeps_old=True)
    assert "kid" in failure(there, clock).detail  # we just looked: nobody makes us ask at every turn
    clock.moves(documents.AGAIN_AFTER)
    assert there.signs_in(clock.now()).subject == "robin-1"
    assert there.provider.asked.count("/jwks") == 2
    there.provider.rotates()
    clock.moves(documents.KEPT_FOR)
    assert there.signs_in(clock.now()).subject == "robin-1"


def test_public_documents_are_kept_for_a_while(there: Somewhere, clock: Clock) -> None:
    for _ in range(3):
        there.signs_in(clock.now())
    assert there.provider.asked.count("/.well-known/openid-configuration") == 1
    assert there.provider.asked.count("/jwks") == 1
    clock.moves(documents.KEPT_FOR)
    there.signs_in(clock.now())
    assert there.provider.asked.count("/.well-known/openid-configuration") == 2


def test_a_provider_that_does_not_answer_is_believed_for_a_day(there: Somewhere, clock: Clock) -> None:
    there.signs_in(clock.now())
    there.provider.lie = "discovery: down"
    clock.moves(documents.KEPT_FOR)
    assert there.signs_in(clock.now()).subject == "robin-1"
    clock.moves(documents.STALE_FOR)
    assert failure(there, clock).failure is Failure.DOWN


def test_whoever_is_down_is_not_asked_by_everybody(there: Somewhere, clock: Clock) -> None:
    there.provider.lie = "discovery: down"
    for _ in range(3):
        assert failure(there, clock).failure is Failure.DOWN
    assert there.provider.asked == ["/.well-known/openid-configuration"]
    there.provider.lie = ""
    clock.moves(documents.FAILED_FOR)
    assert there.signs_in(clock.now()).subject == "robin-1"


@pytest.mark.section("OpenID Connect Core §3.1.2.1")
def test_whoever_should_prove_themselves_anew_is_asked_to_and_has_to(there: Somewhere, clock: Clock) -> None:
    again = Wish(again=True, login_hint="robin@example.org")
    asked = asked_for(there, again)
    assert (asked["prompt"], asked["max_age"], asked["login_hint"]) == ("login", "0", "robin@example.org")
    assert there.signs_in(clock.now(), again).subject == "robin-1"
    assert asked_for(there, Wish(max_age=600))["max_age"] == "600"
    for lie in ("old auth_time", "no auth_time"):
        there.provider.lie = lie
        assert there.signs_in(clock.now()).subject == "robin-1"  # nobody asked for a new one
        assert there.signs_in(clock.now()).auth_time == (clock.now() - 3600 if lie.startswith("old") else 0)
        with pytest.raises(NotIdentified, match="auth_time"):
            there.signs_in(clock.now(), again)


@pytest.mark.parametrize(
    ("said", "trusted", "counts"),
    [
        *((True, True, True), ("true", True, True), (True, False, False), ("true", False, False), (False, True, False)),
        *(("false", True, False), ("TRUE", True, False), ("yes", True, False), (1, True, False), ("1", True, False)),
        *(([True], True, False), (None, True, False), ({"x": 1}, True, False), ("true ", True, False)),
    ],
)
def test_an_address_counts_as_proved_only_by_a_plain_yes_of_whom_we_trust(
    there: Somewhere, clock: Clock, said: object, trusted: bool, counts: bool
) -> None:
    there.provider.people["robin-1"]["email_verified"] = said
    assert there.again(trust_email=trusted).signs_in(clock.now()).email_verified is counts


@pytest.mark.incident("CVE-2026-15611")
def test_a_yes_about_one_address_does_not_prove_another(clock: Clock) -> None:
    """The ID token names one address and says nothing of it; UserInfo proves another."""
    with somewhere(trust_email=True) as there:
        there.provider.people["robin-1"] = {"email": "victim@example.org"}
        first = there.provider._claims

        def two_faced(subject: str) -> dict[str, object]:
            asked_at_userinfo = there.provider.asked[-1] == "/userinfo"
            return {"email": "robin@example.org", "email_verified": True} if asked_at_userinfo else first(subject)

        there.provider._claims = two_faced  # type: ignore[method-assign]
        who = there.signs_in(clock.now())
    assert "/userinfo" in there.provider.asked
    assert (who.email, who.email_verified) == ("victim@example.org", False)


def test_claims_are_found_where_configuration_says(there: Somewhere, clock: Clock) -> None:
    there.provider.people["robin-1"] = {"displayName": " Robin E. ", "upn": "robin@corp.example", "checked": True}
    mapped = {"name": "displayName", "email": "upn", "email_verified": "checked"}
    who = there.again(claims=mapped, trust_email=True).signs_in(clock.now())
    assert (who.email, who.email_verified, dict(who.claims)) == ("robin@corp.example", True, {"name": "Robin E."})


@pytest.mark.parametrize("odd", [["Robin"], 1, {"x": 1}, "", "  ", None])
def test_a_claim_that_is_no_text_is_none(there: Somewhere, clock: Clock, odd: object) -> None:
    there.provider.people["robin-1"] = {"name": odd, "email": odd, "sid": odd}
    who = there.signs_in(clock.now())
    assert (who.email, dict(who.claims), who.sid.strip()) == ("", {}, "")


@pytest.mark.parametrize(
    ("told", "meant", "counts"),
    [
        ({"amr": ["pwd", "otp", "mfa"], "acr": "x"}, {}, ("", "")),
        ({"acr": acr.TWO_FACTORS}, {}, ("", "")),
        ({"amr": ["mfa"]}, {"amr": {"mfa": "two_factors"}}, ("fed mfa", acr.TWO_FACTORS)),
        ({"amr": ["pwd", "otp"]}, {"amr": {"otp": "two_factors"}}, ("pwd fed otp mfa", acr.TWO_FACTORS)),
        ({"amr": ["pwd"]}, {"amr": {"otp": "two_factors"}}, ("", "")),
        ({"amr": "mfa"}, {"amr": {"mfa": "two_factors"}}, ("", "")),
        ({"acr": REFEDS}, {"acr": {REFEDS: "two_factors"}}, ("fed mfa", acr.TWO_FACTORS)),
        ({"acr": "phr", "amr": ["hwk", "made-up"]}, {"acr": {"phr": "phishing_resistant"}}, ("fed hwk mfa", "phr")),
        ({"amr": [{"x": 1}, "mfa"]}, {"amr": {"mfa": "two_factors"}}, ("fed mfa", acr.TWO_FACTORS)),
    ],
)
def test_how_surely_counts_only_as_configuration_says(
    there: Somewhere, clock: Clock, told: dict[str, object], meant: dict[str, object], counts: tuple[str, str]
) -> None:
    there.provider.people["robin-1"] |= told
    who = there.again(**meant).signs_in(clock.now())
    assert (who.amr, who.acr) == counts


def test_userinfo_says_nothing_about_how_anybody_signed_in(there: Somewhere, clock: Clock) -> None:
    """It is about the person, whenever it is asked."""
    there.provider.claims_at = "userinfo"
    there.provider._claims = lambda _subject: {**ROBIN, "acr": "strong", "amr": ["mfa"], "sid": "s"}  # type: ignore[method-assign]
    who = there.again(acr={"strong": "two_factors"}, amr={"mfa": "two_factors"}).signs_in(clock.now())
    assert (who.email, who.acr, who.amr, who.sid) == ("robin@example.org", "", "", "")


def test_the_providers_session_has_a_name(there: Somewhere, clock: Clock) -> None:
    there.provider.people["robin-1"]["sid"] = "their-session"
    assert there.signs_in(clock.now()).sid == "their-session"


@pytest.mark.parametrize(("label", "shown"), [("", "127.0.0.1"), ("Corp", "Corp")])
def test_what_its_button_says(there: Somewhere, label: str, shown: str) -> None:
    assert there.again(label=label).upstream.label == shown


def test_where_its_pages_are(there: Somewhere) -> None:
    """form-action has to allow it: the metadata knows, and nobody waits for it for long."""
    there.provider.document = {"authorization_endpoint": "https://login.example/authorize"}
    assert there.upstream.origin == "https://login.example"
    there.provider.lie = "discovery: down"
    other = there.again().upstream
    asked = len(there.provider.asked)
    assert other.origin == other.origin == there.provider.issuer
    assert len(there.provider.asked) == asked + 1


def test_an_issuer_may_end_with_a_slash(clock: Clock) -> None:
    """OpenID Connect Discovery 1.0 §4: it is removed to find the document, and stands in it all the same."""
    with somewhere() as there:
        there.provider.document = {"issuer": f"{there.provider.issuer}/"}
        assert ours(there.provider, issuer=f"{there.provider.issuer}/").start(CALLBACK, "s").url
        with pytest.raises(NotIdentified, match="issuer"):
            ours(there.provider).start(CALLBACK, "s")


def test_form_post_is_asked_for_where_configured(there: Somewhere) -> None:
    assert asked_for(there.again(response_mode="form_post"))["response_mode"] == "form_post"


def test_the_emulator_is_a_provider_like_any_other() -> None:
    """It shows whom one may be; nobody reaches it under another name."""
    assert Provider("http://127.0.0.1:1", "a", "b").keys
    with somewhere() as there:
        there.provider.at = ""
        url = there.upstream.start(CALLBACK, "s").url
        assert "Robin Example" in requests.get(url, timeout=5).text
        assert requests.get(url, headers={"Host": "evil.example"}, timeout=5).status_code == 421
