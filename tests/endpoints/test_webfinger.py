"""WebFinger (RFC 7033): the one relation, the same for everybody."""

import pytest
from flask.testing import FlaskClient

from idp.settings.load import Settings
from tests import provider
from tests.people import Person

pytestmark = pytest.mark.section("RFC 7033 §4.2")
ISSUER = "http://openid.net/specs/connect/1.0/issuer"
HERE = "acct:alice@127.0.0.1"


@pytest.mark.section("RFC 7033 §4.4")
@pytest.mark.section("OpenID Connect Discovery 1.0 §2.1")
def test_a_name_of_our_host_is_signed_in_here(client: FlaskClient, settings: Settings) -> None:
    response = client.get("/.well-known/webfinger", query_string={"resource": HERE, "rel": ISSUER})
    assert response.status_code == 200
    assert response.content_type == "application/jrd+json"
    assert response.get_json(force=True) == {
        "subject": HERE,
        "links": [{"rel": ISSUER, "href": settings.server.issuer}],
    }


@pytest.mark.section("RFC 7033 §8")
def test_whether_there_is_an_account_makes_no_difference(client: FlaskClient, alice: Person) -> None:
    """Nor does its size, its headers, or whatever else could be told apart."""
    known, unknown = (
        client.get("/.well-known/webfinger", query_string={"resource": f"acct:{name}@127.0.0.1"})
        for name in ("alice", "nobod")
    )
    assert known.data.replace(b"alice", b"nobod") == unknown.data
    apart = {"ETag", "X-Request-ID"}
    assert [line for line in known.headers if line[0] not in apart] == [
        line for line in unknown.headers if line[0] not in apart
    ]


@pytest.mark.section("RFC 7033 §4.3")
@pytest.mark.parametrize(("rels", "links"), [(["self"], 0), (["self", ISSUER], 1), ([], 1)])
def test_only_the_relations_that_were_asked_for(client: FlaskClient, rels: list[str], links: int) -> None:
    response = client.get("/.well-known/webfinger", query_string={"resource": HERE, "rel": rels})
    assert response.status_code == 200
    assert len(response.get_json(force=True)["links"]) == links


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("resource=alice", 400),
        ("resource=acct:a@127.0.0.1&resource=acct:b@127.0.0.1", 400),
        ("resource=acct:alice@elsewhere.example", 404),
        ("resource=mailto:alice@127.0.0.1", 404),
    ],
)
@pytest.mark.section("RFC 7033 §5")
def test_what_cannot_be_answered(client: FlaskClient, query: str, status: int) -> None:
    response = client.get(f"/.well-known/webfinger?{query}")
    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert b"href" not in response.data


@pytest.mark.section("RFC 7033 §5")
def test_pages_anywhere_may_ask(client: FlaskClient) -> None:
    address = f"/.well-known/webfinger?resource={HERE}"
    response = client.get(address, headers={"Origin": "https://app.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age" in response.headers["Cache-Control"]
    assert client.get(address, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    assert client.options(address, headers={"Origin": "https://app.example"}).status_code == 204
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405


@pytest.mark.section("RFC 7033 §7")
def test_another_domain_may_send_its_people_here(settings: Settings) -> None:
    """Below a path of the issuer too: WebFinger is asked at the host."""
    server = settings.server.model_copy(
        update={"issuer": "http://127.0.0.1:8000/id", "webfinger_domains": ("example.com",)}
    )
    with provider.opened(settings.model_copy(update={"server": server})) as app:
        client = app.test_client(use_cookies=False)
        for resource in ("acct:alice@example.com", "https://example.com/alice"):
            response = client.get("/.well-known/webfinger", query_string={"resource": resource})
            assert response.get_json(force=True)["links"][0]["href"] == "http://127.0.0.1:8000/id"
        assert client.get("/.well-known/webfinger?resource=acct:alice@example.org").status_code == 404
