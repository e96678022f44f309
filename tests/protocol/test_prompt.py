"""OpenID Connect Core §3.1.2.1 and Initiating User Registration 1.0: prompt."""

from itertools import combinations

import pytest

from idp.protocol.errors import InvalidRequest
from idp.protocol.prompt import CREATE, LOGIN, NONE, OFFERED, Prompt, offered

pytestmark = [
    pytest.mark.section("OpenID Connect Core §3.1.2.1"),
    pytest.mark.section("Initiating User Registration 1.0 §4"),
]


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_core_3_1_2_1_no_prompt_asks_for_nothing(nothing: str | None) -> None:
    assert not Prompt.parse(nothing)
    assert str(Prompt.parse(nothing)) == ""


def test_core_3_1_2_1_several_values_at_once() -> None:
    prompt = Prompt.parse("consent  login login")
    assert set(prompt) == {"login", "consent"}
    assert str(prompt) == "login consent"


@pytest.mark.parametrize("value", OFFERED)
def test_core_3_1_2_1_each_value_alone(value: str) -> None:
    assert set(Prompt.parse(value)) == {value}


@pytest.mark.parametrize("other", [value for value in OFFERED if value != NONE])
def test_core_3_1_2_1_none_with_another_value_is_an_error(other: str) -> None:
    with pytest.raises(InvalidRequest, match="may not be combined"):
        Prompt.parse(f"{other} none")


@pytest.mark.parametrize("pair", [*combinations(OFFERED[1:], 2)])
def test_core_3_1_2_1_all_others_may_be_combined(pair: tuple[str, str]) -> None:
    assert set(Prompt.parse(" ".join(pair))) == set(pair)


@pytest.mark.parametrize("text", ["admin_consent", "login admin_consent", "LOGIN", "none,login"])
def test_prompt_create_4_1_a_value_not_offered_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="prompt may hold none, login, consent, select_account, create"):
        Prompt.parse(text)


def test_prompt_create_4_create_is_offered() -> None:
    assert CREATE in Prompt.parse("create")
    assert LOGIN not in Prompt.parse("create")


def test_registration_4_1_creating_an_account_is_offered_only_where_people_may() -> None:
    assert offered(sign_up=True) == OFFERED
    assert offered(sign_up=False) == tuple(value for value in OFFERED if value != CREATE)
    with pytest.raises(InvalidRequest, match="prompt may hold"):
        Prompt.parse(CREATE, offered(sign_up=False))
