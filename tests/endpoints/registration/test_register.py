"""POST /register: who may, what is taken, and what the app is told (RFC 7591 §3, OpenID Connect Registration §3)."""

from typing import Any

import pytest
from sqlalchemy import text

from idp.protocol.machine_registration import Policy
from idp.protocol.scope import Scope
from idp.settings.load import Settings
from idp.settings.resources import Detail, Resource
from idp.store import base
from tests.clocks import Clock
from tests.endpoints.registration.conftest import CALLBACK, WIDE, Machine, Opens, answer_of, refusal
from tests.people import ALICE, Person

pytestmark = [pytest.mark.section("RFC 7591 §3"), pytest.mark.section("OpenID Connect Registration §3")]


@pytest.mark.conformance("oidcc-server")
@pytest.mark.section("RFC 7591 §3.2.1")
def test_the_answer_states_all_that_was_registered(machine: Machine) -> None:
    response = machine.registers(contacts=["dev@photobox.example"], **{"client_name#de": "Fotokiste"})
    assert response.status_code == 201
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    told = answer_of(response)
    assert len(told["client_id"]) == 22
    assert told["registration_client_uri"] == f"http://127.0.0.1:8000/register/{told['client_id']}"
    assert told["client_secret_expires_at"] == 0
    assert len(told["client_secret"]) == len(told["registration_access_token"]) == 43
    expected = {
        "client_name": "Photo Box",
        "client_name#de": "Fotokiste",
        "contacts": ["dev@photobox.example"],
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "application_type": "web",
        "token_endpoint_auth_method": "client_secret_basic",
        "id_token_signed_response_alg": "RS256",
        "subject_type": "public",
        "scope": "openid profile email address phone offline_access",
        "require_pkce": True,
    }
    assert {name: told[name] for name in expected} == expected


@pytest.mark.conformance("oidcc-server")
def test_the_app_signs_somebody_in_at_once(machine: Machine) -> None:
    alice = Person.of(ALICE, machine.server).with_account()
    shop = machine.as_app(machine.registered())
    tokens = shop.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    assert tokens.userinfo()["email"] == alice.email
    assert tokens.refreshes().userinfo()


def test_people_are_told_that_nobody_looked_at_it(machine: Machine) -> None:
    alice = Person.of(ALICE, machine.server).with_account()
    visit = machine.as_app(machine.registered(reviewed=True, first_party=True)).asks("openid").seen_by(alice).signs_in()
    assert "hasn’t reviewed this app" in visit.page.text


@pytest.mark.parametrize("member", ["client_name", "client_name#de"])
def test_no_app_is_called_what_this_server_is(machine: Machine, member: str) -> None:
    """People would take its wishes for ours."""
    for name in ("Portico", "PORTICO.", "\uff30ortico"):
        assert refusal(machine.registers(**{member: name}))[0] == "invalid_client_metadata"
    told = machine.registered()
    assert refusal(machine.updates(told, **{member: "portico"}))[0] == "invalid_client_metadata"
    assert machine.registered(**{member: "Portico Photos"})


@pytest.mark.parametrize("member", ["client_name", "client_name#de"])
def test_no_app_is_called_what_looks_like_this_server_or_like_an_address(machine: Machine, member: str) -> None:
    """The first is in Cyrillic but for three letters, the second all but one."""
    for name in ("\u0420\u043ert\u0456\u0441\u043e", "P\u043ertico", "P0rtic0", "P\u043eppy", "https://bank.example"):
        assert refusal(machine.registers(**{member: name}))[0] == "invalid_client_metadata"
    assert machine.registered(**{member: "\u041f\u043e\u0440\u0442\u0438\u043a Photos"})


def test_what_an_operator_alone_may_say_is_not_heard(machine: Machine) -> None:
    told = machine.registered(
        first_party=True,
        reviewed=True,
        require_second_factor=True,
        require_pkce=False,
        scope_sentences={"orders": "See nothing"},
        client_id="chosen",
        client_secret="chosen-by-the-app",
    )
    assert told["client_id"] != "chosen"
    assert told["client_secret"] != "chosen-by-the-app"
    assert told["require_pkce"] is True
    assert not told.keys() & {"first_party", "reviewed", "require_second_factor", "scope_sentences"}


def test_a_public_app_has_no_secret(machine: Machine) -> None:
    told = machine.registered(
        token_endpoint_auth_method="none", redirect_uris=["com.example.box:/cb", "http://127.0.0.1/cb"]
    )
    assert not told.keys() & {"client_secret", "client_secret_expires_at"}
    assert told["application_type"] == "native"


def test_a_secret_may_end(opens: Opens, clock: Clock) -> None:
    told = opens(mode="open", secret_for=86400).registered()
    assert told["client_secret_expires_at"] == told["client_id_issued_at"] + 86400


REFUSED: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"redirect_uris": None}, "invalid_redirect_uri", "redirect_uris"),
    ({"redirect_uris": [f"{CALLBACK}#here"]}, "invalid_redirect_uri", "fragment"),
    ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri", "javascript"),
    ({"redirect_uris": ["http://photobox.example/cb"]}, "invalid_redirect_uri", "https"),
    ({"redirect_uris": "https://photobox.example/cb"}, "invalid_client_metadata", "array"),
    ({"initiate_login_uri": "http://photobox.example/go"}, "invalid_client_metadata", "initiate_login_uri"),
    ({"logo_uri": "http://127.0.0.1:8000/logos/of-another"}, "invalid_client_metadata", "logo_uri"),
    ({"logo_uri#de": "http://127.0.0.1:8000/logos/of-another"}, "invalid_client_metadata", "logo_uri"),
    ({"logo_uri": "data:image/png;base64,AAAA"}, "invalid_client_metadata", "logo_uri"),
    ({"grant_types": ["password"]}, "invalid_client_metadata", "grant_types"),
    ({"response_types": ["id_token"]}, "invalid_client_metadata", "response_types"),
    ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata", "id_token_signed_response_alg"),
    ({"jwks": {"keys": []}}, "invalid_client_metadata", "jwks"),
    ({"scope": "everything"}, "invalid_client_metadata", "scope"),
    ({"client_name": "a\u202eb"}, "invalid_client_metadata", "client_name"),
    ({"client_name#": "b"}, "invalid_client_metadata", "language"),
)


@pytest.mark.section("RFC 7591 §3.2.2")
def test_what_may_not_be_registered(opens: Opens) -> None:
    machine = opens(mode="open", per_network=100)
    for members, code, word in REFUSED:
        said = refusal(machine.registers(**members))
        assert said[0] == code, members
        assert word in said[1], members


def test_a_redirect_uri_with_a_fragment(machine: Machine) -> None:
    assert refusal(machine.registers(redirect_uris=[f"{CALLBACK}#x"]))[0] == "invalid_redirect_uri"


@pytest.mark.conformance("oidcc-3rd_party-init-login-nohttps")
def test_an_initiate_login_uri_that_is_not_https(machine: Machine) -> None:
    assert refusal(machine.registers(initiate_login_uri="http://a.example/x"))[0] == "invalid_client_metadata"


def test_what_is_too_much_is_left_out(machine: Machine) -> None:
    """RFC 7591 §3.2.1: an app that asks for all there could be hears what there is."""
    told = machine.registered(
        grant_types=["authorization_code", "implicit", "urn:ietf:params:oauth:grant-type:device_code"],
        response_types=["code", "id_token token"],
        scope="openid email files.read",
        made_up="x",
    )
    assert told["grant_types"] == ["authorization_code"]
    assert told["response_types"] == ["code"]
    assert told["scope"] == "openid email"
    assert "made_up" not in told


NO_REGISTRATIONS = (
    *(
        b"",
        b"[]",
        b"null",
        b'"x"',
        b"{",
        b'{"a":1,"a":2}',
        b"\xff",
        b'{"client_name":"\\u0000"}',
        b"[" * 5000,
        b"1e999",
    ),
)


def test_a_body_that_is_no_registration(opens: Opens) -> None:
    machine = opens(mode="open", per_network=100)
    for body in NO_REGISTRATIONS:
        assert refusal(machine.sends("POST", "/register", body))[0] == "invalid_client_metadata", body


def test_a_body_of_another_type(machine: Machine) -> None:
    response = machine.sends("POST", "/register", WIDE.to_json().encode(), **{"Content-Type": "text/plain"})
    assert "application/json" in refusal(response)[1]


@pytest.mark.incident("CVE-2026-29193")
@pytest.mark.incident("CVE-2024-49757")
def test_off_is_off(opens: Opens) -> None:
    """The default; also for who has a token, and for what was registered while it was on."""
    machine = opens(mode="open")
    token, told = machine.given_token(), machine.registered()
    machine = opens(mode="off")
    for response in (machine.registers(), machine.registers(token), machine.reads(told), machine.removes(told)):
        assert response.status_code == 404
    document = answer_of(machine.sends("GET", "/.well-known/openid-configuration"))
    assert "registration_endpoint" not in document


def test_discovery_names_it_where_it_is_on(machine: Machine) -> None:
    document = answer_of(machine.sends("GET", "/.well-known/openid-configuration"))
    assert document["registration_endpoint"] == "http://127.0.0.1:8000/register"
    assert "client_id_metadata_document_supported" not in document


@pytest.mark.section("RFC 6750 §3")
def test_without_a_token_where_one_is_needed(opens: Opens) -> None:
    response = opens(mode="token").registers()
    assert response.status_code == 401
    assert response.headers.getlist("WWW-Authenticate")[0] == 'Bearer realm="Portico"'


@pytest.mark.parametrize("mode", ["token", "open"])
def test_a_token_nobody_gave(opens: Opens, mode: str) -> None:
    """Where anybody may come without one, a wrong one is wrong all the same."""
    response = opens(mode=mode).registers("made-up")
    assert refusal(response, 401)[0] == "invalid_token"
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def test_a_token_is_good_for_so_many_apps(opens: Opens, clock: Clock) -> None:
    machine = opens(mode="token")
    token = machine.given_token(left=2)
    assert refusal(machine.registers(token, redirect_uris=None))[0] == "invalid_redirect_uri"
    assert [machine.registers(token).status_code for _ in range(3)] == [201, 201, 401]
    late = machine.given_token(lasts=60)
    clock.moves(60)
    assert refusal(machine.registers(late), 401)[0] == "invalid_token"


def test_a_token_is_kept_as_a_fingerprint(opens: Opens) -> None:
    machine = opens(mode="token")
    token = machine.given_token()
    told = machine.registered(token)
    secrets = (token, told["client_secret"], told["registration_access_token"])
    with machine.server.app_context():
        for table in ("initial_access_tokens", "registrations", "client_secrets", "clients", "audit"):
            rows = str(base.db.session.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608 (names of ours)
            assert not [secret for secret in secrets if secret in rows], table


def test_the_policy_of_a_token_is_the_limit(opens: Opens) -> None:
    """Its own, wider or narrower than that of strangers."""
    machine = opens(mode="open")
    scopes = Scope.parse("openid files.read")
    policy = Policy(scopes, ("authorization_code", "client_credentials"), (".photobox.example",), require_pkce=False)
    token = machine.given_token(policy, left=9)
    refused = refusal(machine.registers(token))
    assert refused[0] == "invalid_redirect_uri"
    assert "photobox.example" in refused[1]
    told = machine.registered(token, redirect_uris=["https://shop.photobox.example/cb"], scope="files.read email")
    assert told["scope"] == "files.read"
    assert told["grant_types"] == ["authorization_code"]
    assert told["require_pkce"] is False
    service = machine.registered(token, redirect_uris=None, grant_types=["client_credentials"])
    assert service["response_types"] == []


def test_pages_may_register(machine: Machine) -> None:
    """A tool that runs in a browser; no cookie plays a part."""
    preflight = machine.sends("OPTIONS", "/register", Origin="https://tool.example")
    assert preflight.status_code == 204
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]
    assert machine.registers().headers["Access-Control-Allow-Origin"] == "*"
    assert machine.registers(redirect_uris=None).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.section("RFC 9396 §10")
@pytest.mark.incident("CVE-2026-63203")
def test_no_app_lets_itself_in_to_an_api_that_is_not_open(opens: Opens, settings: Settings) -> None:
    """Nor without any person: whoever may use a type of details may ask for the API that knows it."""
    known = {"payment": Detail(sentence="Pay"), "note": Detail(sentence="Write")}
    bank = Resource(identifier="https://bank.example", details={"payment": known["payment"]})
    notes = Resource(identifier="https://notes.example", details={"note": known["note"]}, open=True)
    machine = opens(mode="open", of_settings={"resources": {"bank": bank, "notes": notes}})
    told = machine.registered(authorization_details_types=["payment", "note"])
    assert told["authorization_details_types"] == ["note"]
    asked = (
        machine.as_app(told).asks("openid", resource="https://bank.example").seen_by(Person.of(ALICE, machine.server))
    )
    assert asked.error == "invalid_target"
    refused = refusal(machine.registers(authorization_details_types=["payment"]))
    assert refused == ("invalid_client_metadata", "authorization_details_types may hold note")
