"""Whatever is sent to the protocol's doors: never a 5xx, never a trace, never a redirect to an unregistered place."""

from urllib.parse import quote_from_bytes, urlencode

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.conftest import harmless
from tests.fuzz.corpus import NASTY, OCTETS, VALUES
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens

UNHURRIED = settings(
    deadline=None,
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ASKED = """
client_id redirect_uri response_type response_mode scope state nonce prompt max_age login_hint id_token_hint
ui_locales display acr_values claims code_challenge code_challenge_method request request_uri registration x
"""
PRESENTED = """
grant_type code redirect_uri client_id client_secret code_verifier refresh_token scope client_assertion
client_assertion_type resource audience x
"""
LEAVING = "id_token_hint client_id post_logout_redirect_uri state ui_locales logout_hint x"


def changes(names: str) -> st.SearchStrategy[dict[str, str | None]]:
    """A sound request in which a few parameters are other than they should be, or missing."""
    return st.dictionaries(st.sampled_from(names.split()), st.one_of(st.none(), VALUES), min_size=1, max_size=4)


def encoded(fields: dict[str, str]) -> bytes:
    pairs = ((name.encode(), value.encode("utf-8", "surrogatepass")) for name, value in fields.items())
    return "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in pairs).encode()


@pytest.fixture
def signed_in(shop: RelyingApp, alice: Person) -> Tokens:
    return shop.asks("openid email").seen_by(alice).signs_in().allows().redeems()


@UNHURRIED
@given(changed=changes(ASKED))
def test_authorize(signed_in: Tokens, alice: Person, changed: dict[str, str | None]) -> None:
    sound: dict[str, str | None] = dict(signed_in.app.asks().parameters)
    query = encoded({name: value for name, value in {**sound, **changed}.items() if value is not None}).decode()
    for client in (alice.browser.client, alice.server.test_client()):
        harmless(client.get(f"/authorize?{query}"), signed_in.app.redirect_uri)
        form = "application/x-www-form-urlencoded"
        harmless(client.post("/authorize", data=query, content_type=form), signed_in.app.redirect_uri)


@UNHURRIED
@given(octets=OCTETS)
def test_authorize_with_any_octets(shop: RelyingApp, app: Flask, octets: bytes) -> None:
    client = app.test_client()
    harmless(client.get("/authorize", query_string=octets.decode("latin-1")), shop.redirect_uri)
    harmless(client.get(f"{shop.asks().url}&{quote_from_bytes(octets, safe='&=%+')}"), shop.redirect_uri)
    form = "application/x-www-form-urlencoded"
    harmless(client.post("/authorize", data=octets, content_type=form), shop.redirect_uri)


@UNHURRIED
@given(changed=changes(PRESENTED), basic=st.booleans())
def test_token(signed_in: Tokens, app: Flask, changed: dict[str, str | None], basic: bool) -> None:
    shop = signed_in.app
    client = app.test_client(use_cookies=False)
    headers = {"Authorization": shop.basic()} if basic else {}
    for grant in ("authorization_code", "refresh_token"):
        sound = {"grant_type": grant, "code": "x", "redirect_uri": shop.redirect_uri, "refresh_token": "x"}
        body = encoded({name: value for name, value in {**sound, **changed}.items() if value is not None})
        form = "application/x-www-form-urlencoded"
        response = client.post("/token", data=body, content_type=form, headers=headers)
        harmless(response)
        assert response.status_code in (400, 401)
        assert response.json["error"]  # type: ignore[index]


@UNHURRIED
@given(octets=OCTETS, kind=st.sampled_from(["application/x-www-form-urlencoded", "text/plain", "application/json", ""]))
def test_token_with_any_octets(shop: RelyingApp, app: Flask, octets: bytes, kind: str) -> None:
    client = app.test_client(use_cookies=False)
    response = client.post("/token", data=octets, content_type=kind, headers={"Authorization": shop.basic()})
    harmless(response)
    assert response.status_code == 400


@UNHURRIED
@given(header=st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=100), secret=OCTETS)
def test_any_authorization_header(shop: RelyingApp, app: Flask, header: str, secret: bytes) -> None:
    client = app.test_client(use_cookies=False)
    for value in (header, f"Basic {header}", f"Bearer {header}", "Basic " + secret.hex()):
        for path in ("/token", "/userinfo"):
            harmless(client.post(path, data={"grant_type": "x"}, headers={"Authorization": value}))
        harmless(client.get("/userinfo", headers={"Authorization": value}))


@UNHURRIED
@given(octets=OCTETS)
def test_userinfo_with_any_body(app: Flask, octets: bytes) -> None:
    form = "application/x-www-form-urlencoded"
    response = app.test_client().post("/userinfo", data=octets, content_type=form)
    harmless(response)
    assert response.status_code in (400, 401)


@UNHURRIED
@given(changed=changes(LEAVING))
def test_end_session(signed_in: Tokens, app: Flask, changed: dict[str, str | None]) -> None:
    bye = "https://photobox.example/bye"
    sound = {"client_id": "shop", "post_logout_redirect_uri": bye, "state": "x"}
    fields = {name: value for name, value in {**sound, **changed}.items() if value is not None}
    client = app.test_client()
    harmless(client.get(f"/end_session?{encoded(fields).decode()}"), bye)
    form = "application/x-www-form-urlencoded"
    harmless(client.post("/end_session", data=encoded(fields), content_type=form), bye)


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_every_address_with_every_method(app: Flask, shop: RelyingApp, method: str) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        harmless(client.open(rule.rule.replace("<", "").replace(">", ""), method=method))


@pytest.mark.parametrize("value", NASTY, ids=lambda value: ascii(value[:20]))
def test_every_address_with_a_nasty_path_and_query(app: Flask, shop: RelyingApp, value: str) -> None:
    client = app.test_client()
    tail = quote_from_bytes(value.encode("utf-8", "surrogatepass"))
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()):
            path = rule.rule.partition("<")[0]
            harmless(client.get(f"{path}{tail}" if path.endswith("/") else path + "/" + tail))
            names = ("for", "token", "to", "sign_up", "again", "lang", "language", "ui_locales", "changed", "next")
            harmless(client.get(f"{path}?{'&'.join(f'{name}={tail}' for name in names)}"))


@pytest.mark.parametrize("host", ["evil.example", "", "127.0.0.1:8000@evil.example", "a" * 300, "evil.example\t"])
def test_no_host_header_moves_anything(shop: RelyingApp, app: Flask, host: str) -> None:
    response = app.test_client().get(f"/authorize?{urlencode(shop.asks().parameters)}", headers={"Host": host})
    assert response.status_code < 500
    assert "evil" not in response.headers.get("Location", "")
    assert "evil" not in response.get_data(as_text=True)
