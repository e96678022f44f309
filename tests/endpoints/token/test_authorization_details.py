"""One payment, agreed to by itself, stands in the token (RFC 9396)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt

from idp.settings.load import Settings
from idp.settings.resources import Detail, DetailField, Resource
from tests import provider
from tests.id_tokens import published_keys
from tests.people import Person
from tests.relying_app import RelyingApp, Visit

pytestmark = pytest.mark.section("RFC 9396 §7")
BANK, NOTES = "https://bank.example", "https://notes.example"
PAYMENT = {"type": "payment", "amount": {"currency": "EUR", "value": "12.50"}, "to": "Photo Box"}
DETAIL = Detail(
    sentence="Make a payment",
    fields={
        "amount": DetailField(kind="table", label="Amount", required=True),
        "to": DetailField(label="Paid to", required=True),
    },
)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Portico with a bank's API in its settings."""
    bank = Resource(identifier=BANK, details={"payment": DETAIL}, introspected_by=("bank-api",))
    notes = Resource(identifier=NOTES, introspected_by=("notes-api",), open=True)
    with provider.founded(settings.model_copy(update={"resources": {"bank": bank, "notes": notes}})) as server:
        yield server


@pytest.fixture
def desk(app: Flask) -> RelyingApp:
    return RelyingApp.registered(
        app, "desk", scope="openid offline_access", authorization_details_types=["payment"], first_party=True
    )


def asks(desk: RelyingApp, person: Person, *details: Any, **parameters: str | None) -> Visit:
    return desk.asks("openid", authorization_details=json.dumps(details), **parameters).seen_by(person)


def claims_of(app: Flask, token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, published_keys(app), algorithms=["RS256"]).claims)


@pytest.mark.section("RFC 9396 §9.1")
def test_the_person_reads_it_and_the_api_reads_it_in_the_token(desk: RelyingApp, alice: Person) -> None:
    visit = asks(desk, alice, PAYMENT).signs_in()
    for read in ("Make a payment", "Amount", "12.50", "EUR", "Paid to", "Photo Box"):
        assert read in visit.page.text
    tokens = visit.allows().redeems()
    assert tokens.answer["authorization_details"] == [PAYMENT]
    claims = claims_of(desk.server, tokens.access_token)
    assert (claims["authorization_details"], claims["aud"]) == ([PAYMENT], BANK)
    said = json.loads(desk.posts("/introspect", {"token": tokens.access_token}).data)
    assert said["authorization_details"] == [PAYMENT]


@pytest.mark.section("RFC 9396 §9.2")
def test_of_a_token_for_two_apis_each_sees_its_own(app: Flask, desk: RelyingApp, alice: Person) -> None:
    """Where Alice has her notes, nobody reads what she pays."""
    token = asks(desk, alice, PAYMENT, resource=NOTES).signs_in().allows().redeems().access_token
    seen = {}
    for name in ("bank-api", "notes-api"):
        api = RelyingApp.registered(app, name)
        said = json.loads(api.posts("/introspect", {"token": token}).data)
        assert said["active"]
        seen[name] = said.get("authorization_details")
    assert seen == {"bank-api": [PAYMENT], "notes-api": None}


def test_each_time_it_is_asked_anew_and_never_in_silence(desk: RelyingApp, alice: Person) -> None:
    asks(desk, alice, PAYMENT).signs_in().allows()
    assert "Make a payment" in asks(desk, alice, PAYMENT).page.text
    assert asks(desk, alice, PAYMENT, prompt="none").error == "consent_required"


def test_declined_nothing_is_given(desk: RelyingApp, alice: Person) -> None:
    assert asks(desk, alice, PAYMENT).signs_in().declines().error == "access_denied"


@pytest.mark.section("RFC 9396 §5")
def test_what_is_not_understood_goes_back_to_the_app(app: Flask, desk: RelyingApp, alice: Person) -> None:
    other = RelyingApp.registered(app, "other", scope="openid")
    assert asks(desk, alice, {**PAYMENT, "secret": "x"}).error == "invalid_authorization_details"
    assert asks(other, alice, PAYMENT).error == "invalid_authorization_details"


@pytest.mark.section("RFC 9396 §6")
def test_it_lives_on_in_the_refreshed_token_and_grows_in_none(desk: RelyingApp, alice: Person) -> None:
    tokens = asks(desk, alice, PAYMENT).signs_in().allows().redeems()
    fields = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    bigger = json.dumps([{**PAYMENT, "to": "Somebody else"}])
    refused = desk.posts_token({**fields, "authorization_details": bigger})
    assert json.loads(refused.data)["error"] == "invalid_authorization_details"
    again = desk.posts_token(fields)
    assert again.status_code == 200, again.data
    assert json.loads(again.data)["authorization_details"] == [PAYMENT]


@pytest.mark.section("RFC 9396 §3")
def test_scope_may_be_missing_beside_it(desk: RelyingApp, alice: Person) -> None:
    visit = desk.asks("", authorization_details=json.dumps([PAYMENT]))
    tokens = visit.seen_by(alice).signs_in().allows().redeems()
    assert tokens.answer["authorization_details"] == [PAYMENT]
    assert "id_token" not in tokens.answer


@pytest.mark.section("RFC 9396 §10")
def test_discovery_names_the_types(desk: RelyingApp) -> None:
    document = json.loads(desk.server.test_client().get("/.well-known/openid-configuration").data)
    assert document["authorization_details_types_supported"] == ["payment"]


@pytest.mark.section("RFC 9396 §6")
def test_an_app_asks_for_itself(app: Flask) -> None:
    nightly = RelyingApp.registered(
        app,
        "nightly",
        grant_types=["client_credentials"],
        redirect_uris=[],
        post_logout_redirect_uris=[],
        scope="reports.read",
        authorization_details_types=["payment"],
    )
    fields = {"grant_type": "client_credentials", "authorization_details": json.dumps([PAYMENT])}
    answer = json.loads(nightly.posts_token(fields).data)
    assert claims_of(app, answer["access_token"])["authorization_details"] == [PAYMENT]
    fields["authorization_details"] = '[{"type": "other"}]'
    assert json.loads(nightly.posts_token(fields).data)["error"] == "invalid_authorization_details"
