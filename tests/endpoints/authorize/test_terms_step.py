"""Changed terms come before consent and after every proof: the rule alone (decision 0080)."""

from dataclasses import replace

import pytest

from idp.accounts.agreements import Owed
from idp.endpoints.authorize.steps import CHANGED, CONSENT, SIGN_IN, Answer, Refuse, Rules, next_step
from idp.store.consents import NEVER_ASKED
from tests.endpoints.authorize.test_steps import AGREED, ALICE, EMAIL, SHOP, asking

NOW, MAY_WAIT = Rules(terms=Owed.NOW), Rules(terms=Owed.MAY_WAIT)


@pytest.mark.parametrize("rules", [NOW, MAY_WAIT])
def test_changed_terms_come_before_consent_and_after_the_sign_in(rules: Rules) -> None:
    assert next_step(asking(), None, AGREED, SHOP, rules) is SIGN_IN
    assert next_step(asking(), ALICE, AGREED, SHOP, rules) is CHANGED
    assert next_step(asking("consent"), ALICE, NEVER_ASKED, SHOP, rules) is CHANGED
    assert next_step(asking(), ALICE, NEVER_ASKED, SHOP) is CONSENT


def test_the_operators_own_apps_ask_for_them_too() -> None:
    assert next_step(asking(), ALICE, NEVER_ASKED, replace(SHOP, first_party=True), NOW) is CHANGED


def test_none_is_refused_only_when_it_cannot_wait() -> None:
    refused = next_step(asking("none"), ALICE, AGREED, SHOP, NOW)
    assert isinstance(refused, Refuse)
    assert refused.error.code == "interaction_required"
    assert next_step(asking("none"), ALICE, AGREED, SHOP, MAY_WAIT) == Answer(ALICE, EMAIL)
