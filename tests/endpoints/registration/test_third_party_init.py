"""An app says where a sign-in to it begins (OpenID Connect Core §4), and its people open it from their account."""

from urllib.parse import quote_plus

import pytest

from tests.endpoints.registration.conftest import Machine, answer_of, refusal
from tests.people import ALICE, Person
from tests.web_browser import Page

pytestmark = pytest.mark.section("OpenID Connect Core §4")
BEGINS_AT = "https://photobox.example/initiate_login"


@pytest.mark.conformance("oidcc-3rd_party-init-login")
def test_where_it_begins_is_registered_told_and_told_again(machine: Machine) -> None:
    told = machine.registered(initiate_login_uri=BEGINS_AT)
    assert told["initiate_login_uri"] == BEGINS_AT
    response = machine.reads(told)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert answer_of(response)["initiate_login_uri"] == BEGINS_AT


@pytest.mark.conformance("oidcc-3rd_party-init-login-nohttps")
@pytest.mark.parametrize("address", [BEGINS_AT.replace("https:", "http:"), "javascript:alert(1)", "/go"])
def test_nowhere_but_over_https(machine: Machine, address: str) -> None:
    code, sentence = refusal(machine.registers(initiate_login_uri=address))
    assert code == "invalid_client_metadata"
    assert "initiate_login_uri" in sentence


def test_its_people_open_it_from_their_account(machine: Machine) -> None:
    shop = machine.as_app(machine.registered(initiate_login_uri=BEGINS_AT))
    alice = Person.of(ALICE, machine.server).with_account()
    shop.asks().seen_by(alice).signs_in().allows().redeems()
    page = alice.browser.open("/account/apps")
    assert isinstance(page, Page)
    assert f"{BEGINS_AT}?iss={quote_plus(shop.issuer)}" in page.read.links.values()
