"""RFC 8707: whom an access token is for."""

import pytest

from idp.protocol.authorization_details import Kind
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidRequest, InvalidTarget
from idp.protocol.parameters import Parameters
from idp.protocol.resource import (
    Api,
    as_jwt,
    check_allowed,
    introspected_by,
    kinds_of,
    narrowed,
    scope_for,
    scope_of,
    wanted,
)
from idp.protocol.scope import Scope

ISSUER = "https://id.example.com"
ORDERS, STOCK, NOTES = "https://orders.example", "https://stock.example/api", "urn:example:notes"
APIS = {
    ORDERS: Api(ORDERS, Scope(("orders.read", "orders.write")), introspected_by=("orders-api",)),
    STOCK: Api(STOCK, Scope(("stock.read",)), is_open=True, as_jwt=False),
    NOTES: Api(NOTES, as_jwt=False),
}


def asked(text: str) -> Parameters:
    return Parameters.parse(text.encode())


@pytest.mark.section("RFC 8707 §2")
def test_several_may_be_named_and_each_counts_once() -> None:
    assert wanted(asked(f"resource={ORDERS}&resource={STOCK}&resource={ORDERS}")) == (ORDERS, STOCK)
    assert wanted(asked("resource=")) == ()
    assert wanted(asked(f"resource={NOTES}")) == (NOTES,)


@pytest.mark.section("RFC 8707 §2")
@pytest.mark.parametrize("text", ["orders", "/orders", "https://orders.example/%23x%23", "https://a b", "https://x/#y"])
def test_what_is_no_address_is_no_resource(text: str) -> None:
    if "%23" in text:
        text = text.replace("%23", "#")
    with pytest.raises(InvalidTarget, match="absolute URI"):
        wanted(Parameters.of({"resource": text}))


@pytest.mark.section("RFC 8707 §2")
def test_there_is_an_end_to_how_many_and_how_long() -> None:
    many = "&".join(f"resource=https://r{number}.example" for number in range(11))
    with pytest.raises(InvalidTarget, match="10"):
        wanted(asked(many))
    with pytest.raises(InvalidRequest, match="longer"):
        wanted(asked(f"resource=https://orders.example/{'x' * 512}"))


@pytest.mark.section("RFC 8707 §2")
def test_known_and_named_or_open_or_portico_itself() -> None:
    named = ClientMetadata(resources=(ORDERS, "https://other.example"))
    check_allowed((ORDERS, STOCK, ISSUER, f"{ISSUER}/userinfo"), named, APIS, ISSUER)
    with pytest.raises(InvalidTarget, match="name"):
        check_allowed((ORDERS,), ClientMetadata(), APIS, ISSUER)
    with pytest.raises(InvalidTarget, match="known"):
        check_allowed(("https://other.example",), named, APIS, ISSUER)


@pytest.mark.section("RFC 8707 §2.2")
def test_a_token_is_for_a_part_of_what_was_granted() -> None:
    assert narrowed((STOCK,), (ORDERS, STOCK)) == (STOCK,)
    assert narrowed((), (ORDERS, STOCK)) == (ORDERS, STOCK)
    assert narrowed((STOCK,), ()) == (STOCK,)
    with pytest.raises(InvalidTarget, match="more"):
        narrowed((STOCK,), (ORDERS,))


@pytest.mark.section("RFC 8707 §2.2")
def test_a_token_says_what_means_something_at_its_places() -> None:
    scope = Scope(("openid", "orders.read", "stock.read"))
    assert scope_for((ORDERS,), scope, APIS) == Scope(("orders.read",))
    assert scope_for((ORDERS, STOCK), scope, APIS) == Scope(("orders.read", "stock.read"))
    assert scope_for((ORDERS, NOTES), scope, APIS) == scope
    assert scope_for((ORDERS, ISSUER), scope, APIS) == scope
    assert scope_for((), scope, APIS) == scope
    assert scope_of(ORDERS, APIS) == Scope(("orders.read", "orders.write"))
    assert scope_of(NOTES, APIS) is scope_of("billing", APIS) is None


@pytest.mark.section("RFC 9068 §2")
def test_one_that_reads_its_tokens_gets_one_it_can_read() -> None:
    assert as_jwt((STOCK, ORDERS), APIS)
    assert not as_jwt((STOCK, ISSUER), APIS)


@pytest.mark.section("RFC 7662 §4")
def test_who_asks_for_whom() -> None:
    assert introspected_by("orders-api", (ORDERS,), APIS)
    assert not introspected_by("orders-api", (STOCK, ISSUER), APIS)
    assert not introspected_by("shop", (ORDERS,), APIS)


@pytest.mark.section("RFC 9396 §3")
def test_who_may_use_a_type_may_ask_for_the_api_that_knows_it() -> None:
    paying = {ORDERS: Api(ORDERS, kinds=(Kind("payment", ORDERS, "Make a payment", {}),))}
    assert kinds_of(paying)["payment"].api == ORDERS
    check_allowed((ORDERS,), ClientMetadata(authorization_details_types=("payment",)), paying, ISSUER)
    with pytest.raises(InvalidTarget):
        check_allowed((ORDERS,), ClientMetadata(authorization_details_types=("other",)), paying, ISSUER)
