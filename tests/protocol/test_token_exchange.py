"""RFC 8693: the words of a token exchange."""

import json

import pytest

from idp.protocol.errors import InvalidRequest, InvalidTarget
from idp.protocol.parameters import Parameters
from idp.protocol.token_exchange import ACCESS_TOKEN, JWT, MOST_ACTORS, acting, target_of, token_of, wanted_type

SAML = "urn:ietf:params:oauth:token-type:saml2"
ORDERS, STOCK = "https://orders.example", "https://stock.example"


def asked(**parameters: str) -> Parameters:
    return Parameters.of(parameters)


@pytest.mark.section("RFC 8693 §2.1")
def test_a_token_comes_with_its_type() -> None:
    assert token_of(asked(subject_token="t", subject_token_type=ACCESS_TOKEN), "subject") == "t"
    assert token_of(asked(actor_token="t", actor_token_type=JWT), "actor") == "t"
    assert token_of(asked(), "actor") is None


@pytest.mark.section("RFC 8693 §2.1")
@pytest.mark.parametrize(
    "parameters",
    [{"subject_token": "t"}, {"subject_token_type": JWT}, {"subject_token": "t", "subject_token_type": SAML}],
)
def test_a_token_without_its_type_or_of_another_kind(parameters: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest, match="subject_token_type"):
        token_of(asked(**parameters), "subject")


@pytest.mark.section("RFC 8693 §2.1")
def test_an_access_token_comes_of_it_unless_a_jwt_is_asked_for() -> None:
    assert wanted_type(asked()) == ACCESS_TOKEN
    assert wanted_type(asked(requested_token_type=JWT)) == JWT
    with pytest.raises(InvalidRequest, match="requested_token_type"):
        wanted_type(asked(requested_token_type=SAML))


@pytest.mark.section("RFC 8693 §2.1")
def test_the_place_is_named_by_address_or_by_name() -> None:
    assert target_of(asked(resource=ORDERS), (ORDERS, "stock")) == ORDERS
    assert target_of(asked(audience="stock"), (ORDERS, "stock")) == "stock"


@pytest.mark.section("RFC 8693 §2.2.2")
@pytest.mark.parametrize("parameters", [{}, {"resource": STOCK}, {"resource": ORDERS, "audience": ORDERS}])
def test_no_place_two_places_and_a_place_that_is_not_allowed(parameters: dict[str, str]) -> None:
    with pytest.raises(InvalidTarget):
        target_of(asked(**parameters), (ORDERS,))


@pytest.mark.section("RFC 8693 §4.1")
def test_who_acts_now_stands_around_who_acted_before() -> None:
    assert json.loads(acting("shop", "")) == {"sub": "shop"}
    assert json.loads(acting("stock", acting("shop", ""))) == {"sub": "stock", "act": {"sub": "shop"}}


@pytest.mark.section("RFC 8693 §4.1")
def test_a_chain_of_actors_ends_somewhere() -> None:
    chain = ""
    for number in range(MOST_ACTORS):
        chain = acting(f"app{number}", chain)
    assert chain.count("sub") == MOST_ACTORS
    with pytest.raises(InvalidRequest, match="hands"):
        acting("one more", chain)
