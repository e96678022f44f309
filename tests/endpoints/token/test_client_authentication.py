"""Which app asks (RFC 6749 §2.3, §5.2; OpenID Connect Core §9)."""

from base64 import b64encode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp import clock
from idp.store import base, client_secrets
from tests.clocks import Clock
from tests.endpoints.token.test_request import refused
from tests.people import Person
from tests.relying_app import RelyingApp, Visit

pytestmark = [pytest.mark.section("RFC 6749 §2.3"), pytest.mark.section("OpenID Connect Core §9")]


def body_of(visit: Visit, **more: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": visit.code,
        "redirect_uri": visit.app.redirect_uri,
        "code_verifier": visit.verifier,
        **more,
    }


def basic(credentials: bytes) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(credentials).decode()}


@pytest.fixture
def visit(shop: RelyingApp, alice: Person) -> Visit:
    return shop.asks().seen_by(alice).signs_in().allows()


@pytest.mark.conformance("oidcc-server-client-secret-post")
def test_a_confidential_client_may_use_basic_or_the_body(shop: RelyingApp, alice: Person, client: FlaskClient) -> None:
    first = shop.asks().seen_by(alice).signs_in().allows()
    assert client.post("/token", data=body_of(first), headers={"Authorization": shop.basic()}).status_code == 200
    second = shop.asks().seen_by(alice)
    in_body = body_of(second, client_id="shop", client_secret=shop.secret)
    assert client.post("/token", data=in_body).status_code == 200


@pytest.mark.parametrize(("pinned", "other"), [("client_secret_basic", "body"), ("client_secret_post", "header")])
def test_a_client_that_pinned_a_method_may_use_no_other(
    app: Flask, alice: Person, client: FlaskClient, pinned: str, other: str
) -> None:
    strict = RelyingApp.registered(app, "strict", token_endpoint_auth_method=pinned)
    visit = strict.asks().seen_by(alice).signs_in().allows()
    in_body, header = {"client_id": "strict", "client_secret": strict.secret}, {"Authorization": strict.basic()}
    if other == "body":
        refused(client.post("/token", data=body_of(visit, **in_body)), "invalid_client", 401)
        assert client.post("/token", data=body_of(visit), headers=header).status_code == 200
    else:
        refused(client.post("/token", data=body_of(visit), headers=header), "invalid_client", 401)
        assert client.post("/token", data=body_of(visit, **in_body)).status_code == 200


def test_two_methods_at_once(shop: RelyingApp, visit: Visit, client: FlaskClient) -> None:
    """RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request"."""
    body = body_of(visit, client_id="shop", client_secret=shop.secret)
    refused(client.post("/token", data=body, headers={"Authorization": shop.basic()}), "invalid_request")


def test_a_client_id_beside_basic_must_be_the_same(shop: RelyingApp, visit: Visit, client: FlaskClient) -> None:
    header = {"Authorization": shop.basic()}
    refused(client.post("/token", data=body_of(visit, client_id="other"), headers=header), "invalid_request")
    assert client.post("/token", data=body_of(visit, client_id="shop"), headers=header).status_code == 200


@pytest.mark.section("RFC 6749 §5.2")
def test_a_wrong_secret_in_the_header(shop: RelyingApp, visit: Visit, client: FlaskClient) -> None:
    """RFC 6749 §5.2: 401 with a challenge of the scheme that was tried. The code is not spent by it."""
    response = client.post("/token", data=body_of(visit), headers={"Authorization": shop.basic("wrong")})
    refused(response, "invalid_client", 401)
    assert response.headers["WWW-Authenticate"].startswith("Basic ")
    assert visit.redeems().claims["aud"] == "shop"


def test_a_wrong_secret_in_the_body(visit: Visit, client: FlaskClient) -> None:
    response = client.post("/token", data=body_of(visit, client_id="shop", client_secret="wrong"))
    refused(response, "invalid_client", 401)
    assert "WWW-Authenticate" not in response.headers


def test_a_confidential_client_without_its_secret(visit: Visit, client: FlaskClient) -> None:
    refused(client.post("/token", data=body_of(visit, client_id="shop")), "invalid_client", 401)
    refused(client.post("/token", data=body_of(visit, client_id="shop", client_secret="")), "invalid_client", 401)
    refused(client.post("/token", data=body_of(visit), headers=basic(b"shop:")), "invalid_client", 401)


def test_no_client_at_all(visit: Visit, client: FlaskClient) -> None:
    refused(client.post("/token", data=body_of(visit)), "invalid_client", 401)


def test_an_unknown_client_and_a_wrong_secret_look_alike(shop: RelyingApp, visit: Visit, client: FlaskClient) -> None:
    unknown = client.post("/token", data=body_of(visit), headers=basic(b"nobody:wrong"))
    wrong = client.post("/token", data=body_of(visit), headers=basic(b"shop:wrong"))
    assert unknown.data == wrong.data
    assert unknown.status_code == wrong.status_code == 401


def test_a_public_client_sends_its_client_id_only(spa: RelyingApp, alice: Person, client: FlaskClient) -> None:
    visit = spa.asks().seen_by(alice).signs_in().allows()
    with_secret = body_of(visit, client_id="spa", client_secret="anything")
    refused(client.post("/token", data=with_secret), "invalid_client", 401)
    refused(client.post("/token", data=body_of(visit), headers=basic(b"spa:")), "invalid_client", 401)
    assert client.post("/token", data=body_of(visit, client_id="spa")).status_code == 200


@pytest.mark.section("RFC 6749 §2.3.1")
@pytest.mark.parametrize("secret", ["a b", "a+b", "a%20b", "ä€", "a:b", "a&b=c", "%", "a/b?c#d"])
def test_basic_is_form_encoded_inside(app: Flask, alice: Person, secret: str) -> None:
    """RFC 6749 §2.3.1: any character may stand in a secret."""
    odd = RelyingApp.registered(app, "odd:client/1")
    now = clock.now()
    with app.app_context(), base.unit_of_work():
        stored = client_secrets.StoredSecret(base.new_id(), odd.client_id, base.fingerprint(secret), now)
        assert client_secrets.added(stored)
    visit = odd.asks().seen_by(alice).signs_in().allows()
    response = odd.posts_token(body_of(visit), {"Authorization": odd.basic(secret)})
    assert response.status_code == 200, response.data


@pytest.mark.incident("node-oidc-provider 9.x")
@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic c2hvcA==",
        "Basic /////w==",
        "Basic " + b64encode(b"shop:\x00").decode(),
        "Basic " + b64encode(b"sh\x00op:x").decode(),
        "Basic " + b64encode(b"sh%00op:x").decode(),
        "Basic " + b64encode(b"shop:\xff\xfe").decode(),
        "Basic " + b64encode(b"shop:%ff").decode(),
        "Basic " + b64encode(b"shop:%zz").decode(),
        "Basic " + b64encode(b":").decode(),
        "Basic " + b64encode(b"shop:" + b"x" * 5000).decode(),
        "Bearer abc",
        "Digest username=shop",
        "Negotiate",
        "\u00e4",
    ],
)
def test_any_octets_in_the_header_are_a_401(visit: Visit, client: FlaskClient, header: str) -> None:
    refused(client.post("/token", data=body_of(visit), headers={"Authorization": header}), "invalid_client", 401)


@pytest.mark.incident("node-oidc-provider 9.x")
@pytest.mark.parametrize("odd", ["!", "-", "\n", " ", "=", "\u00e4", "%00"])
def test_the_right_credentials_written_another_way_are_none(visit: Visit, client: FlaskClient, odd: str) -> None:
    """A lax decoder skips what is not base64: what two programs read differently is nobody's."""
    right = visit.app.basic()
    for at in (len("Basic "), len(right) // 2, len(right) - 2):
        header = (right[:at] + odd + right[at:]).replace("\n", "\t")
        response = client.post("/token", data=body_of(visit), headers={"Authorization": header})
        if header.split() != right.split():  # blanks around them are between them and the scheme (RFC 9110 §11.4)
            refused(response, "invalid_client", 401)


@pytest.mark.parametrize("secret", ["\x7f", "ä" * 100, "\ud800", "x" * 4000, "' OR 1=1 --"])
def test_any_text_as_secret_is_a_401_or_unreadable(visit: Visit, client: FlaskClient, secret: str) -> None:
    body = body_of(visit, client_id="shop")
    encoded = "&".join(f"{k}={v}" for k, v in {**body, "client_secret": secret}.items())
    response = client.post(
        "/token",
        data=encoded.encode("utf-8", "surrogatepass"),
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code in (400, 401)


def test_two_secrets_may_live_at_once(shop: RelyingApp, alice: Person, app: Flask) -> None:
    now = clock.now()
    with app.app_context(), base.unit_of_work():
        stored = client_secrets.StoredSecret(base.new_id(), "shop", base.fingerprint("the-new-one"), now)
        assert client_secrets.added(stored)
    shop.asks().seen_by(alice).signs_in().allows().redeems()
    visit = shop.asks().seen_by(alice)
    assert shop.posts_token(body_of(visit), {"Authorization": shop.basic("the-new-one")}).status_code == 200


def test_an_expired_secret_is_none(shop: RelyingApp, alice: Person, app: Flask, clock: Clock) -> None:
    now = clock.now()
    with app.app_context(), base.unit_of_work():
        stored = client_secrets.StoredSecret(base.new_id(), "shop", base.fingerprint("for-an-hour"), now, now + 3600)
        assert client_secrets.added(stored)
    clock.moves(3599)
    visit = shop.asks().seen_by(alice).signs_in().allows()
    assert shop.posts_token(body_of(visit), {"Authorization": shop.basic("for-an-hour")}).status_code == 200
    clock.moves(1)
    visit = shop.asks().seen_by(alice)
    refused(shop.posts_token(body_of(visit), {"Authorization": shop.basic("for-an-hour")}), "invalid_client", 401)


def test_a_suspended_client_is_nobody(shop: RelyingApp, visit: Visit, clock: Clock) -> None:
    """What a process remembers of a client ends after seconds (clients.cache_for)."""
    shop.suspended()
    clock.moves(6)
    refused(visit.tries_to_redeem(), "invalid_client", 401)


def test_the_secret_stands_nowhere_in_the_database(shop: RelyingApp, app: Flask) -> None:
    with app.app_context():
        stored = base.db.session.execute(base.Base.metadata.tables["client_secrets"].select()).all()
        base.db.session.remove()
    assert stored
    assert shop.secret not in repr(stored)
