"""Who must prove more before a request can be answered: the rules alone, with no app and no database."""

from dataclasses import replace

import pytest

from idp.endpoints.authorize.steps import (
    AGAIN,
    CHOOSE,
    NO_RULES,
    SET_UP,
    SET_UP_PASSKEY,
    SIGN_IN,
    STEP_UP,
    STEP_UP_BY_PASSKEY,
    Answer,
    Ask,
    Refuse,
    Rules,
)
from idp.protocol import acr
from idp.protocol.claims import ClaimsRequest
from idp.protocol.client_metadata import ClientMetadata
from idp.store.browser_sessions import Session
from idp.store.pending_authorizations import Pending
from tests.endpoints.authorize.test_steps import ALICE, EMAIL, SHOP, asking, step

ONE, TWO, PHR = acr.OFFERED
WITH_APP = replace(ALICE, has_authenticator=True)
WITH_PASSKEY = replace(ALICE, has_passkey=True)
SURE = replace(WITH_APP, acr=TWO)
SUREST = replace(WITH_PASSKEY, acr=PHR)
STRICT = replace(SHOP, require_second_factor=True)
EVERYBODY = Rules(second_factor=True)
NO_PASSKEYS = Rules(offers_passkeys=False)
NO_APPS = Rules(offers_authenticator=False)
NEITHER = Rules(offers_authenticator=False, offers_passkeys=False)


def essential(*values: str) -> Pending:
    named = ",".join(f'"{value}"' for value in values)
    return asking(claims=ClaimsRequest.parse(f'{{"id_token":{{"acr":{{"essential":true,"values":[{named}]}}}}}}'))


@pytest.mark.section("OpenID Connect Core §5.5.1.1")
@pytest.mark.parametrize(
    ("acr", "met"),
    [
        ('{"essential":true,"value":"gold"}', False),
        ('{"essential":true,"values":["gold","urn:portico:acr:1"]}', True),
        ('{"essential":true}', True),
        ('{"value":"gold"}', True),
        ("null", True),
    ],
)
def test_an_essential_acr_is_met_or_refused(acr: str, met: bool) -> None:
    found = step(asking(claims=ClaimsRequest.parse(f'{{"id_token":{{"acr":{acr}}}}}')))
    assert isinstance(found, Answer) is met
    assert met or found.error.code == "unmet_authentication_requirements"


@pytest.mark.section("OpenID Connect Core §5.5.1.1")
@pytest.mark.section("RFC 9470 §5")
@pytest.mark.parametrize(
    ("wanted", "session", "rules", "page"),
    [
        ([TWO], WITH_APP, NO_RULES, STEP_UP),
        ([TWO], WITH_PASSKEY, NO_RULES, STEP_UP),
        ([TWO], WITH_PASSKEY, NO_PASSKEYS, SET_UP),
        ([TWO], WITH_APP, NEITHER, STEP_UP),
        ([TWO], ALICE, NO_RULES, SET_UP),
        ([TWO], ALICE, NO_PASSKEYS, SET_UP),
        ([TWO], ALICE, NO_APPS, SET_UP),
        ([PHR], WITH_APP, NO_RULES, SET_UP_PASSKEY),
        ([PHR], SURE, NO_RULES, SET_UP_PASSKEY),
        ([PHR], WITH_PASSKEY, NO_RULES, STEP_UP_BY_PASSKEY),
        ([PHR, TWO], WITH_APP, NO_RULES, STEP_UP),
        (["gold", TWO], WITH_APP, NO_RULES, STEP_UP),
    ],
)
def test_whoever_can_prove_more_does_so_and_whoever_cannot_yet_sets_it_up(
    wanted: list[str], session: Session, rules: Rules, page: Ask
) -> None:
    assert step(essential(*wanted), session, rules=rules) is page


@pytest.mark.section("RFC 9470 §5")
@pytest.mark.incident("CVE-2024-45042")
@pytest.mark.parametrize(
    ("wanted", "session", "rules"),
    [
        ("gold", SUREST, NO_RULES),
        (PHR, SURE, NO_PASSKEYS),
        (PHR, replace(SURE, has_passkey=True), NO_PASSKEYS),
        (TWO, ALICE, NEITHER),
    ],
    ids=["unknown", "not offered", "not offered any more", "neither offered"],
)
def test_what_nobody_could_reach_is_refused(wanted: str, session: Session, rules: Rules) -> None:
    refused = step(essential(wanted), session, rules=rules)
    assert isinstance(refused, Refuse)
    assert refused.error.code == "unmet_authentication_requirements"


@pytest.mark.parametrize(
    ("wanted", "session"), [(ONE, ALICE), (ONE, SUREST), (TWO, SURE), (TWO, SUREST), (PHR, SUREST)]
)
def test_a_stronger_sign_in_stands_for_a_weaker_one(wanted: str, session: Session) -> None:
    assert isinstance(step(essential(wanted), session), Answer)


@pytest.mark.section("OpenID Connect Core §3.1.2.1")
@pytest.mark.parametrize(
    ("wanted", "session", "expected"),
    [
        ((TWO,), WITH_APP, STEP_UP),
        ((PHR, TWO), WITH_APP, STEP_UP),
        ((PHR,), replace(SURE, has_passkey=True), STEP_UP_BY_PASSKEY),
        ((TWO,), ALICE, Answer(ALICE, EMAIL)),
        ((PHR,), SURE, Answer(SURE, EMAIL)),
        (("gold",), SURE, Answer(SURE, EMAIL)),
        ((ONE,), ALICE, Answer(ALICE, EMAIL)),
    ],
)
def test_acr_values_are_a_wish_of_those_who_can(wanted: tuple[str, ...], session: Session, expected: object) -> None:
    assert step(asking(acr_values=wanted), session) == expected


@pytest.mark.parametrize(
    ("client", "rules"), [(STRICT, NO_RULES), (SHOP, EVERYBODY), (STRICT, EVERYBODY)], ids=["app", "house", "both"]
)
def test_an_app_or_this_house_may_want_two_proofs_of_everybody(client: ClientMetadata, rules: Rules) -> None:
    assert step(asking(), ALICE, client=client, rules=rules) is SET_UP
    assert step(asking(), WITH_APP, client=client, rules=rules) is STEP_UP
    assert step(asking(), SURE, client=client, rules=rules) == Answer(SURE, EMAIL)
    assert step(asking(), None, client=client, rules=rules) is SIGN_IN


def test_an_app_may_want_more_than_this_house_does() -> None:
    assert step(essential(PHR), replace(WITH_APP, has_passkey=True), rules=EVERYBODY) is STEP_UP
    assert step(essential(PHR), replace(SURE, has_passkey=True), rules=EVERYBODY) is STEP_UP_BY_PASSKEY


@pytest.mark.parametrize(
    ("session", "client", "code"),
    [(WITH_APP, STRICT, "login_required"), (ALICE, STRICT, "interaction_required")],
)
def test_none_shows_no_page_of_a_second_proof(session: Session, client: ClientMetadata, code: str) -> None:
    refused = step(asking("none"), session, client=client)
    assert isinstance(refused, Refuse)
    assert refused.error.code == code


def test_with_none_a_wish_stays_a_wish() -> None:
    assert isinstance(step(asking("none", acr_values=(TWO,)), WITH_APP), Answer)


def test_who_it_is_comes_before_how_surely() -> None:
    assert step(asking("login"), WITH_APP, client=STRICT) is AGAIN
    assert step(asking("select_account"), WITH_APP, client=STRICT) is CHOOSE
    assert step(asking("consent"), WITH_APP, client=STRICT) is STEP_UP
