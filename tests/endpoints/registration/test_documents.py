"""Apps that publish what they are: client_id is the address of a document (OAuth Client ID Metadata Document)."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, url_for
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import text

from idp.cli.tick import EXPIRY
from idp.clock import now as moment
from idp.settings.load import Settings
from idp.store import base, published_apps
from tests.clocks import Clock
from tests.emulators import document_server
from tests.emulators.document_server import DocumentServer
from tests.endpoints.registration.conftest import Machine, Opens, answer_of
from tests.people import ALICE, Person
from tests.relying_app import RelyingApp, Visit

pytestmark = pytest.mark.section("Client ID Metadata Document §4")
PATH = "/oauth/client.json"
CALLBACK = "http://127.0.0.1:33418/"


@pytest.fixture
def elsewhere() -> Iterator[DocumentServer]:
    """The server of somebody who made a tool."""
    with document_server.serving() as server:
        publishes(server)
        yield server


@pytest.fixture
def machine(opens: Opens) -> Machine:
    return opens(client_id_documents="any")


def publishes(server: DocumentServer, path: str = PATH, **members: Any) -> None:
    said = {"client_id": server.at(path), "client_name": "Tool", "redirect_uris": [CALLBACK]}
    server.shows({**said, "grant_types": ["authorization_code", "refresh_token"], **members})


def tool_of(machine: Machine, server: DocumentServer, path: str = PATH) -> RelyingApp:
    return RelyingApp(machine.server, server.at(path), "", CALLBACK)


def asks(machine: Machine, server: DocumentServer, path: str = PATH, **parameters: str) -> str:
    """What the page says that a stranger with this client_id gets."""
    alice = Person.of(ALICE, machine.server)
    visit = tool_of(machine, server, path).asks(**parameters).seen_by(alice)
    return f"{visit.page.status} {visit.page.text}"


def apps_of(server: Flask) -> list[Any]:
    with server.app_context():
        rows = base.db.session.execute(text("SELECT id, source FROM clients ORDER BY id")).all()
        base.db.session.remove()
    return [tuple(row) for row in rows]


def signed_in(machine: Machine, server: DocumentServer) -> tuple[Person, Visit]:
    alice = Person.of(ALICE, machine.server).with_account()
    return alice, tool_of(machine, server).asks("openid email offline_access").seen_by(alice).signs_in()


def test_somebody_signs_in_to_an_app_that_nobody_registered(machine: Machine, elsewhere: DocumentServer) -> None:
    alice, visit = signed_in(machine, elsewhere)
    assert "hasn’t reviewed this app" in visit.page.text
    assert "Next stop" in visit.page.text
    tokens = visit.allows().redeems()
    assert tokens.userinfo()["email"] == alice.email
    assert tokens.refreshes().userinfo()
    assert elsewhere.asked == [PATH]
    assert apps_of(machine.server) == [(elsewhere.at(PATH), "document")]
    with machine.server.test_request_context():
        address = url_for("apps.app", client_id=elsewhere.at(PATH))
    assert "//" not in address
    assert "Tool" in alice.browser.open(address).text  # type: ignore[union-attr]
    assert alice.browser.open("/account/apps/~x").status == 404  # type: ignore[union-attr]


@pytest.mark.section("Client ID Metadata Document §6")
def test_people_read_whose_app_it_is(machine: Machine, elsewhere: DocumentServer) -> None:
    """The host of the document, whatever the app calls itself and wherever it wants its answers."""
    publishes(elsewhere, redirect_uris=[CALLBACK, "https://box.example/cb"], client_uri="https://bank.example/")
    alice = Person.of(ALICE, machine.server).with_account()
    app = RelyingApp(machine.server, elsewhere.at(PATH), "", "https://box.example/cb")
    page = app.asks("openid").seen_by(alice).signs_in().page
    assert "127.0.0.1" in page.text
    assert "Next stop: box.example" in page.text
    assert "bank.example" not in page.text


@pytest.mark.section("Client ID Metadata Document §5")
def test_denied_by_default(opens: Opens, elsewhere: DocumentServer) -> None:
    """And where the host is not among those that the operator named, or is no more."""
    for hosts, told in (((), False), (("tool.example",), False), (("127.0.0.1",), True), (("tool.example",), False)):
        machine = opens(client_id_documents=hosts)
        document = answer_of(machine.sends("GET", "/.well-known/oauth-authorization-server"))
        assert document.get("client_id_metadata_document_supported", False) is bool(hosts)
        assert (" not taken here" in asks(machine, elsewhere)) is not told
    assert elsewhere.asked == [PATH]


def test_what_is_no_document_is_said(machine: Machine, elsewhere: DocumentServer, clock: Clock) -> None:
    """To the developer, on the page that nobody is redirected from."""
    faults: tuple[tuple[dict[str, Any], str], ...] = (
        ({"client_id": "https://other.example/"}, "client_id in the document"),
        ({"client_secret": "x"}, "client_secret"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "token_endpoint_auth_method"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"logo_uri": "http://127.0.0.1:8000/logos/x"}, "logo_uri"),
        ({"client_name": "P o r t i c o"}, "client_name"),
    )
    for members, word in faults:
        publishes(elsewhere, **members)
        said = asks(machine, elsewhere)
        assert said.startswith("400 ")
        assert word in said, members
        clock.moves(60)
    assert apps_of(machine.server) == []


def test_what_is_not_read(machine: Machine, elsewhere: DocumentServer, clock: Clock) -> None:
    answers: tuple[dict[str, Any], ...] = (
        {"status": 404},
        {"status": 302, "headers": {"Location": elsewhere.at("/else")}},
        {"headers": {"Content-Type": "text/html"}},
        {"headers": {"Content-Type": "text/plain"}},
        {"body": b"{" + b" " * 20_000 + b"}"},
    )
    for answer in answers:
        publishes(elsewhere)
        elsewhere.status, elsewhere.headers = 200, {"Content-Type": "application/json"}
        for name, value in answer.items():
            setattr(elsewhere, name, value)
        assert "was not read" in asks(machine, elsewhere), answer
        clock.moves(60)
    assert set(elsewhere.asked) == {PATH}
    publishes(elsewhere)
    elsewhere.headers = {"Content-Type": "application/client-metadata+json"}
    assert asks(machine, elsewhere).startswith("200 ")


def test_an_address_that_is_none_is_not_asked(machine: Machine, elsewhere: DocumentServer) -> None:
    for path in ("", "/a/../client.json", "/%2e%2e/client.json", "/client.json#x", f"/{'a' * 300}"):
        assert asks(machine, elsewhere, path).startswith("400 "), path
    assert elsewhere.asked == []


@pytest.mark.incident("CVE-2026-4874")
def test_nothing_of_our_own_network_is_read(opens: Opens, settings: Settings, elsewhere: DocumentServer) -> None:
    """In a deployment that people reach: no http, and no address of a private network."""
    public = {"server": settings.server.model_copy(update={"issuer": "https://id.example.com"})}
    machine = opens(public, client_id_documents="any")
    secure = elsewhere.at(PATH).replace("http:", "https:")
    for address in (elsewhere.at(PATH), secure, "https://169.254.169.254/x", "https://[::1]/x", "https://10.0.0.1/x"):
        app = RelyingApp(machine.server, address, "", CALLBACK)
        response = machine.server.test_client().get(app.asks().url.replace("https://id.example.com", ""))
        assert response.status_code == 400, address
    assert elsewhere.asked == []


@pytest.mark.section("Client ID Metadata Document §4.3")
def test_a_document_is_kept_as_long_as_it_says(machine: Machine, elsewhere: DocumentServer, clock: Clock) -> None:
    """Within our own bounds; and what changed counts then, in the process that knew it, too."""
    elsewhere.headers["Cache-Control"] = "max-age=300"
    alice, visit = signed_in(machine, elsewhere)
    tokens = visit.allows().redeems()
    publishes(elsewhere, redirect_uris=["https://elsewhere.example/"])
    clock.moves(299)
    assert tool_of(machine, elsewhere).asks("openid").seen_by(alice).allows().redeems()
    assert len(elsewhere.asked) == 1
    clock.moves(1)
    assert "hasn’t registered" in tool_of(machine, elsewhere).asks("openid").seen_by(alice).page.text
    assert len(elsewhere.asked) == 2
    assert tokens.refreshes().userinfo()


def test_a_request_that_began_goes_on_with_what_it_began_with(
    machine: Machine, elsewhere: DocumentServer, clock: Clock
) -> None:
    alice = Person.of(ALICE, machine.server).with_account()
    visit = tool_of(machine, elsewhere).asks("openid").seen_by(alice)
    clock.moves(3599)
    visit = visit.signs_in()
    elsewhere.stops()
    assert visit.allows().redeems()


def test_while_nobody_answers_the_last_document_stands_for_a_day(
    machine: Machine, elsewhere: DocumentServer, clock: Clock
) -> None:
    _, visit = signed_in(machine, elsewhere)
    tokens = visit.allows().redeems()
    elsewhere.stops()
    clock.moves(3600 + 86000)
    tokens = tokens.refreshes()
    clock.moves(400)
    assert tokens.tries_to_refresh().status_code == 401


def test_a_document_that_is_gone_ends_the_app_at_once(
    machine: Machine, elsewhere: DocumentServer, clock: Clock
) -> None:
    """And goes on ending it, though it was good a moment ago."""
    _, visit = signed_in(machine, elsewhere)
    tokens = visit.allows().redeems()
    elsewhere.status = 404
    clock.moves(3600)
    assert [tokens.tries_to_refresh().status_code for _ in range(2)] == [401, 401]
    assert len(elsewhere.asked) == 2


def test_what_failed_is_not_asked_for_again_so_soon(machine: Machine, elsewhere: DocumentServer, clock: Clock) -> None:
    elsewhere.status = 404
    for _ in range(3):
        asks(machine, elsewhere)
    assert len(elsewhere.asked) == 1
    elsewhere.status = 200
    clock.moves(60)
    assert asks(machine, elsewhere).startswith("200 ")


def test_an_app_on_hold_stays_on_hold(machine: Machine, elsewhere: DocumentServer, clock: Clock) -> None:
    """Whatever its document says by now."""
    asks(machine, elsewhere)
    tool_of(machine, elsewhere).suspended()
    clock.moves(30)
    assert "on hold" in asks(machine, elsewhere)
    clock.moves(3600)
    assert "on hold" in asks(machine, elsewhere)


def test_one_network_makes_us_read_so_many(opens: Opens, settings: Settings, elsewhere: DocumentServer) -> None:
    limits = {"throttle": settings.throttle.model_copy(update={"network_tries": 2})}
    machine = opens(limits, client_id_documents="any")
    elsewhere.status = 404
    told = [asks(machine, elsewhere, f"/{n}")[:3] for n in range(4)]
    assert told == ["400", "400", "503", "503"]
    assert len(elsewhere.asked) == 2


def test_strangers_fill_no_table(machine: Machine, elsewhere: DocumentServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody agreed to makes room for what comes; what somebody uses stays."""
    monkeypatch.setattr(published_apps, "MOST_UNUSED", 3)
    _, visit = signed_in(machine, elsewhere)
    visit.allows().redeems()
    for n in range(6):
        publishes(elsewhere, f"/{n}")
        asks(machine, elsewhere, f"/{n}")
    assert len(apps_of(machine.server)) == 4
    assert (elsewhere.at(PATH), "document") in apps_of(machine.server)


def test_an_app_that_nobody_uses_goes_by_itself(machine: Machine, elsewhere: DocumentServer, clock: Clock) -> None:
    asks(machine, elsewhere)
    home = machine.server.extensions["portico"]
    with machine.server.app_context():
        EXPIRY.act(home, moment())
        assert apps_of(machine.server)
        clock.moves(home.settings.registration.unused_for)
        EXPIRY.act(home, moment())
    assert apps_of(machine.server) == []


@pytest.mark.section("RFC 7523 §3")
def test_it_may_prove_itself_by_a_key(machine: Machine, elsewhere: DocumentServer) -> None:
    key = ECKey.generate_key("P-256", {"kid": "one"})
    publishes(
        elsewhere,
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [key.as_dict(private=False)]},
    )
    alice = Person.of(ALICE, machine.server).with_account()
    visit = tool_of(machine, elsewhere).asks("openid").seen_by(alice).signs_in().allows()
    assert visit.tries_to_redeem().status_code == 401
    now, client_id = moment(), elsewhere.at(PATH)
    claims = {"iss": client_id, "sub": client_id, "aud": visit.app.issuer, "iat": now, "exp": now + 60, "jti": "x"}
    assertion = jwt.encode({"alg": "ES256", "kid": "one"}, claims, key)
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert visit.tries_to_redeem(client_assertion=assertion, client_assertion_type=kind).status_code == 200


def test_it_acts_for_nobody_but_people(opens: Opens, elsewhere: DocumentServer) -> None:
    machine = opens(client_id_documents="any", grant_types=("authorization_code", "client_credentials"))
    publishes(elsewhere, grant_types=["client_credentials"], redirect_uris=[])
    fields = {"grant_type": "client_credentials"}
    assert tool_of(machine, elsewhere).posts_token(fields).status_code == 401
