"""What others say of an app: software statements (RFC 7591 §2.3) and sectors (OpenID Connect Registration §5)."""

from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from idp import clock
from idp.settings.load import Settings
from tests.emulators import document_server
from tests.emulators.document_server import DocumentServer
from tests.endpoints.registration.conftest import CALLBACK, Machine, Opens, answer_of, refusal
from tests.statements import Noted, watched

ISSUER = "https://directory.example"
KEY = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256", "use": "sig"})
STATEMENTS = {"directory": {"issuer": ISSUER, "jwks": {"keys": [KEY.as_dict(private=False)]}}}


@pytest.fixture
def elsewhere() -> Iterator[DocumentServer]:
    with document_server.serving() as server:
        yield server


def statement(key: ECKey = KEY, **claims: Any) -> str:
    said = {"iss": ISSUER, "iat": clock.now(), "software_id": "box-1", **claims}
    return jwt.encode({"alg": "ES256", "kid": "one"}, said, key)


@pytest.mark.section("RFC 7591 §2.3")
def test_where_both_speak_the_statement_counts(opens: Opens) -> None:
    machine = opens(mode="open", statements=STATEMENTS)
    signed = statement(client_name="Box, says the directory", first_party=True, redirect_uris=[CALLBACK])
    told = machine.registered(
        software_statement=signed, client_name="Your Bank", redirect_uris=["https://evil.example/cb"]
    )
    assert told["client_name"] == "Box, says the directory"
    assert told["redirect_uris"] == [CALLBACK]
    assert told["software_id"] == "box-1"
    assert told["software_statement"] == signed
    assert "first_party" not in told
    assert answer_of(machine.reads(told))["software_statement"] == signed


@pytest.mark.section("RFC 7591 §3.2.2")
def test_a_statement_that_does_not_hold(opens: Opens) -> None:
    machine = opens(mode="open", per_network=100, statements=STATEMENTS)
    stranger = ECKey.generate_key("P-256")
    for signed in (
        statement(stranger),
        statement(exp=clock.now() - 3600),
        statement(nbf=clock.now() + 3600),
        statement()[:-4] + "AAAA",
        "no.jwt.at-all",
        "",
        7,
        ["x"],
    ):
        assert refusal(machine.registers(software_statement=signed))[0] == "invalid_software_statement", signed
    assert refusal(machine.registers(software_statement=statement(iss="https://i.example")))[0] == (
        "unapproved_software_statement"
    )


def test_without_one_where_one_is_needed(opens: Opens) -> None:
    machine = opens(mode="open", statements=STATEMENTS, require_statement=True)
    assert refusal(machine.registers())[0] == "invalid_software_statement"
    assert machine.registers(software_statement=statement()).status_code == 201


@pytest.mark.section("RFC 7592 §2.2")
def test_an_app_that_came_with_one_is_updated_with_one(opens: Opens) -> None:
    machine = opens(mode="open", statements=STATEMENTS)
    told = machine.registered(software_statement=statement(client_name="Box"))
    assert (
        refusal(machine.updates(told, software_statement=None, client_name="Bank"))[0] == "invalid_software_statement"
    )
    again = statement(client_name="Box 2")
    after = answer_of(machine.updates(told, software_statement=again, client_name="Bank"))
    assert (after["client_name"], after["software_statement"]) == ("Box 2", again)


def test_keys_of_an_issuer_may_stand_at_an_address(opens: Opens, elsewhere: DocumentServer) -> None:
    elsewhere.shows({"keys": [KEY.as_dict(private=False)]})
    machine = opens(mode="open", statements={"directory": {"issuer": ISSUER, "jwks_uri": elsewhere.at("/keys")}})
    assert machine.registers(software_statement=statement()).status_code == 201
    assert elsewhere.asked == ["/keys"]
    assert refusal(machine.registers(software_statement="x.y.z"))[0] == "invalid_software_statement"


SECTOR: dict[str, Any] = {"subject_type": "pairwise", "redirect_uris": [CALLBACK, "https://other.example/cb"]}


@pytest.mark.section("OpenID Connect Registration §5")
def test_a_sector_that_names_all_addresses(machine: Machine, elsewhere: DocumentServer) -> None:
    elsewhere.shows(SECTOR["redirect_uris"])
    told = machine.registered(**SECTOR, sector_identifier_uri=elsewhere.at("/redirect_uris.json"))
    assert told["sector_identifier_uri"] == elsewhere.at("/redirect_uris.json")


@pytest.mark.section("OpenID Connect Registration §5")
def test_a_sector_that_does_not(opens: Opens, elsewhere: DocumentServer) -> None:
    """Missing one, no array, too large, moved, not there, of another type."""
    machine = opens(mode="open", per_network=100)
    uri = elsewhere.at("/sector.json")
    answers: tuple[dict[str, Any], ...] = (
        {"body": b'["https://other.example/cb"]'},
        {"body": b"{}"},
        {"body": b"\xff"},
        {"body": b'["' + b"x" * 100_000 + b'"]'},
        {"status": 404},
        {"status": 302, "headers": {"Location": elsewhere.at("/else")}},
        {"headers": {"Content-Type": "text/html"}},
    )
    for answer in answers:
        elsewhere.shows(SECTOR["redirect_uris"])
        elsewhere.status, elsewhere.headers = 200, {"Content-Type": "application/json"}
        for name, value in answer.items():
            setattr(elsewhere, name, value)
        code, said = refusal(machine.registers(**SECTOR, sector_identifier_uri=uri))
        assert code == "invalid_client_metadata"
        assert said.startswith("sector_identifier_uri")
    assert set(elsewhere.asked) == {"/sector.json"}


@pytest.mark.incident("CVE-2026-1180")
@pytest.mark.incident("CVE-2026-55671")
def test_nothing_of_our_own_network_is_read(opens: Opens, settings: Settings, elsewhere: DocumentServer) -> None:
    """In a deployment that people reach. What answers is told to nobody: the sentence is the same for all."""
    elsewhere.shows(SECTOR["redirect_uris"])
    public = {"server": settings.server.model_copy(update={"issuer": "https://id.example.com"})}
    machine = opens(mode="open", per_network=100, of_settings=public)
    port = elsewhere.at("").rpartition(":")[2]
    sentences = set()
    for uri in (
        elsewhere.at("/sector.json"),
        f"http://localhost:{port}/",
        f"https://127.0.0.1:{port}/",
        f"https://[::1]:{port}/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
    ):
        code, said = refusal(machine.registers(**SECTOR, sector_identifier_uri=uri))
        assert code == "invalid_client_metadata", uri
        sentences.add(said)
    assert elsewhere.asked == []
    assert len(sentences) == 1


@pytest.mark.incident("CVE-2026-4634")
def test_nobody_else_waits_for_a_list_that_is_slow(machine: Machine, elsewhere: DocumentServer) -> None:
    """SQLite has one writer: what the app has us read is read before anything is written."""
    elsewhere.shows(SECTOR["redirect_uris"])
    told = machine.registered(**SECTOR, sector_identifier_uri=elsewhere.at("/sector.json"))
    told = answer_of(machine.updates(told))  # its token is a new one, whose first use is written down
    with watched(machine.server) as log:
        elsewhere.asked = noted = Noted(log)
        assert machine.updates(told).status_code == 200
    assert noted == ["/sector.json"]
    assert not [write for write in noted.before if "registrations" in write or "clients" in write]
    assert any("registrations" in write for write in log.writes)
