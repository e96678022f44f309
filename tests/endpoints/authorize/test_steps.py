"""Who must act before a request can be answered: the rules alone, with no app and no database (Core §3.1.2.3)."""

from dataclasses import replace

import pytest

from idp.accounts.agreements import Owed
from idp.endpoints.authorize.steps import (
    AGAIN,
    CHANGED,
    CHOOSE,
    CONSENT,
    CREATE,
    NO_RULES,
    SIGN_IN,
    Answer,
    Ask,
    Refuse,
    Rules,
    next_step,
)
from idp.protocol.authorization_request import AuthorizationRequest, ReplyTo
from idp.protocol.claims import ClaimsRequest
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.prompt import Prompt
from idp.protocol.scope import Scope
from idp.store.browser_sessions import Session
from idp.store.consents import NEVER_ASKED, Agreed
from idp.store.pending_authorizations import Pending, unstored

pytestmark = pytest.mark.section("OpenID Connect Core §3.1.2.3")

NOW = 1_800_000_000
OPENID, EMAIL = Scope(["openid"]), Scope(["openid", "email"])
SHOP = ClientMetadata(client_name="Photo Box")
OWN = replace(SHOP, first_party=True)
PICKY = replace(SHOP, optional_scopes=("email",))
REQUEST = AuthorizationRequest("shop", ReplyTo("https://photobox.example/callback", "query"), EMAIL)
ALICE = Session(
    id="sid-of-alice",
    user_id="alice",
    auth_time=NOW - 100,
    amr="pwd",
    acr="urn:portico:acr:1",
    remembered=False,
    created_at=NOW - 100,
    last_seen_at=NOW,
    expires_at=NOW + 1000,
    locale="en",
    profile="{}",
    email="alice@example.org",
)
AGREED = Agreed(EMAIL, EMAIL)


def asking(prompt: str = "", **changed: object) -> Pending:
    request = replace(REQUEST, prompt=Prompt(prompt.split()), **changed)  # type: ignore[arg-type]
    return unstored(request, NOW)


def step(  # type: ignore[no-untyped-def]
    pending: Pending,
    session: Session | None = ALICE,
    agreed: Agreed = AGREED,
    client: ClientMetadata = SHOP,
    rules: Rules = NO_RULES,
):
    return next_step(pending, session, agreed, client, rules)


def test_a_person_who_is_here_and_agreed_is_answered_for() -> None:
    assert step(asking()) == Answer(ALICE, EMAIL)


@pytest.mark.parametrize(
    ("prompt", "first"),
    [("", SIGN_IN), ("login", SIGN_IN), ("select_account", SIGN_IN), ("consent", SIGN_IN), ("create", CREATE)],
)
def test_nobody_is_here(prompt: str, first: Ask) -> None:
    assert step(asking(prompt), session=None) is first


@pytest.mark.parametrize(
    ("prompt", "first"),
    [
        ("login", AGAIN),
        ("select_account", CHOOSE),
        ("consent", CONSENT),
        ("create", CREATE),
        ("login select_account consent", AGAIN),
        ("select_account consent", CHOOSE),
    ],
)
def test_somebody_is_here_and_the_app_wants_more(prompt: str, first: Ask) -> None:
    assert step(asking(prompt)) is first


def test_each_page_is_shown_once_and_in_this_order() -> None:
    pending = asking("login select_account consent")
    assert step(pending) is AGAIN
    pending = replace(pending, authenticated_sid=ALICE.id)
    assert step(pending) is CHOOSE
    pending = replace(pending, chosen_sid=ALICE.id)
    assert step(pending) is CONSENT
    pending = replace(pending, consented_user_id="alice", consented_scope="openid")
    assert step(pending) == Answer(ALICE, OPENID)


@pytest.mark.parametrize("prompt", ["login", "select_account", "create"])
def test_what_was_done_in_another_session_does_not_count(prompt: str) -> None:
    """Somebody else's sign-in at this browser, or an earlier one."""
    pending = replace(asking(prompt), authenticated_sid="another", chosen_sid="another")
    assert isinstance(step(pending), Ask)


def test_what_another_person_agreed_to_does_not_count() -> None:
    pending = replace(asking(), consented_user_id="bob", consented_scope="openid email")
    assert step(pending, agreed=NEVER_ASKED) is CONSENT


@pytest.mark.parametrize(("max_age", "answered"), [(100, True), (101, True), (99, False), (0, False), (None, True)])
def test_max_age_counts_from_the_moment_the_app_asked(max_age: int | None, answered: bool) -> None:
    assert (step(asking(max_age=max_age)) is AGAIN) is not answered


def test_max_age_is_met_by_a_sign_in_for_this_request() -> None:
    pending = replace(asking(max_age=0), authenticated_sid=ALICE.id)
    assert step(pending) == Answer(ALICE, EMAIL)


@pytest.mark.parametrize(
    ("pending", "session", "agreed", "code"),
    [
        (asking("none"), None, AGREED, "login_required"),
        (asking("none", max_age=50), ALICE, AGREED, "login_required"),
        (asking("none"), ALICE, NEVER_ASKED, "consent_required"),
        (asking("none", hinted_subject="bob"), ALICE, AGREED, "login_required"),
    ],
    ids=["nobody", "too old", "not agreed", "another person"],
)
def test_none_shows_no_page_ever(pending: Pending, session: Session | None, agreed: Agreed, code: str) -> None:
    refused = step(pending, session, agreed)
    assert isinstance(refused, Refuse)
    assert refused.error.code == code


def test_another_person_than_the_hint_means_may_choose_once() -> None:
    pending = asking(hinted_subject="bob")
    assert step(pending) is CHOOSE
    for done in ({"chosen_sid": ALICE.id}, {"authenticated_sid": ALICE.id}):
        refused = step(replace(pending, **done))
        assert isinstance(refused, Refuse)
        assert refused.error.code == "login_required"
    assert isinstance(step(asking(hinted_subject="alice")), Answer)


def test_who_said_no_is_not_asked_again() -> None:
    refused = step(replace(asking("consent"), denied_at=NOW))
    assert isinstance(refused, Refuse)
    assert refused.error.code == "access_denied"


@pytest.mark.parametrize(
    ("client", "agreed", "expected"),
    [
        (SHOP, Agreed(EMAIL, EMAIL), Answer(ALICE, EMAIL)),
        (SHOP, Agreed(OPENID, EMAIL), CONSENT),
        (SHOP, Agreed(OPENID, OPENID), CONSENT),
        (SHOP, Agreed(EMAIL | Scope(["phone"]), EMAIL | Scope(["phone"])), Answer(ALICE, EMAIL)),
        (PICKY, Agreed(OPENID, EMAIL), Answer(ALICE, OPENID)),
        (PICKY, Agreed(OPENID, OPENID), CONSENT),
        (OWN, NEVER_ASKED, Answer(ALICE, EMAIL)),
    ],
    ids=["agreed", "left out", "new", "more than asked", "optional left out", "optional new", "our own app"],
)
def test_what_is_unagreed_is_asked(client: ClientMetadata, agreed: Agreed, expected: object) -> None:
    assert step(asking(), agreed=agreed, client=client) == expected


def test_an_app_of_the_house_may_still_want_to_ask() -> None:
    assert step(asking("consent"), client=OWN) is CONSENT


NATIVE = replace(SHOP, application_type="native", token_endpoint_auth_method="none")


@pytest.mark.section("RFC 8252 §8.6")
@pytest.mark.parametrize("where", ["com.example.shop:/callback", "http://127.0.0.1:49152/callback"])
def test_what_was_agreed_to_goes_to_no_native_app_in_silence(where: str) -> None:
    pending = asking(reply_to=ReplyTo(where, "query"))
    assert step(pending, client=NATIVE) is CONSENT
    assert step(pending, client=replace(NATIVE, first_party=True)) is CONSENT
    for done in ({"authenticated_sid": ALICE.id}, {"chosen_sid": ALICE.id}, {"consented_user_id": "alice"}):
        assert isinstance(step(replace(pending, **done), client=NATIVE), Answer)
    assert step(replace(pending, chosen_sid="another"), client=NATIVE) is CONSENT
    assert isinstance(step(pending, client=replace(NATIVE, token_endpoint_auth_method=None)), Answer)


@pytest.mark.section("RFC 8252 §8.6")
def test_an_app_that_nobody_looked_at_is_no_web_app_because_it_says_so() -> None:
    pending = asking(reply_to=ReplyTo("http://localhost:3000/cb", "query"))
    web = replace(NATIVE, application_type="web")
    assert step(pending, client=replace(web, reviewed=False)) is CONSENT
    assert isinstance(step(asking(), client=replace(web, reviewed=False)), Answer)
    assert isinstance(step(pending, client=web), Answer)


@pytest.mark.section("RFC 9396 §3")
def test_what_is_asked_in_detail_is_asked_of_the_person_each_time() -> None:
    pending = asking(details='[{"type":"payment"}]')
    assert step(pending, client=OWN) is CONSENT
    assert isinstance(step(replace(pending, consented_user_id="alice"), client=OWN), Answer)


@pytest.mark.section("RFC 8252 §8.6")
def test_a_native_app_with_an_https_address_is_known() -> None:
    assert step(asking(), client=NATIVE) == Answer(ALICE, EMAIL)


def test_a_single_claim_is_agreed_to_like_its_scope() -> None:
    pending = asking(claims=ClaimsRequest.parse('{"userinfo":{"phone_number":null}}'))
    assert step(pending) is CONSENT
    both = EMAIL | Scope(["phone"])
    assert step(pending, agreed=Agreed(both, both)) == Answer(ALICE, both)


@pytest.mark.parametrize(
    ("prompt", "owed", "first"),
    [
        ("", Owed.NOTHING, Answer(ALICE, EMAIL)),
        ("", Owed.MAY_WAIT, CHANGED),
        ("none", Owed.MAY_WAIT, Answer(ALICE, EMAIL)),
    ],
)
def test_changed_terms_come_before_anything_goes_on(prompt: str, owed: Owed, first: object) -> None:
    assert step(asking(prompt), rules=Rules(terms=owed)) == first
