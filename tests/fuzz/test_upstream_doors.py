"""Whatever comes back from another provider, or pretends to: never a 5xx, never anybody signed in or sent elsewhere."""

from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from idp.upstream.provider import Identity
from tests.coming import leaves, subs_of
from tests.emulators.other_provider import OtherProvider, furnished
from tests.fuzz.conftest import harmless
from tests.fuzz.corpus import OCTETS, VALUES
from tests.fuzz.test_doors import UNHURRIED, encoded
from tests.people import Person
from tests.web_browser import Browser

FORM = "application/x-www-form-urlencoded"
BROUGHT = ("code", "state", "error", "error_description", "iss", "user", "id_token", "x")
PRESSED = ("for", "login", "then", "remember", "again", "ask", "other", "name", "email", "terms", "said", "by", "asked")


@pytest.fixture
def other(app: Flask) -> OtherProvider:
    return furnished(app)


@UNHURRIED
@given(changed=st.dictionaries(st.sampled_from(BROUGHT), VALUES, min_size=1, max_size=4))
def test_the_way_back(other: OtherProvider, alice: Person, changed: dict[str, str]) -> None:
    departed = leaves(alice.browser, other)
    answer = encoded({**other.answers(departed, other.knows("1")), **changed}).decode()
    for client in (alice.browser.client, Browser(alice.server).client):
        harmless(client.post("/login/other/callback", data=answer, content_type=FORM))
        harmless(client.get(f"/login/other/callback?{answer}"))
    assert subs_of(alice.server, alice.browser) == []


@UNHURRIED
@given(octets=OCTETS)
def test_the_way_back_with_any_octets(other: OtherProvider, app: Flask, octets: bytes) -> None:
    client = app.test_client()
    harmless(client.get("/login/other/callback", query_string=octets.decode("latin-1")))
    for media_type in (FORM, "application/json", ""):
        harmless(client.post("/login/other/callback", data=octets, content_type=media_type))


@UNHURRIED
@given(changed=st.dictionaries(st.sampled_from(PRESSED), VALUES, min_size=1, max_size=5))
def test_the_pages_around(other: OtherProvider, alice: Person, changed: dict[str, str]) -> None:
    query = encoded(changed).decode()
    client = alice.browser.client
    for path in ("/login/other", "/signup/almost", "/signin/connect", "/signin/connected", "/account/links", "/signin"):
        harmless(client.get(f"{path}?{query}"))
        harmless(client.post(path, data=query, content_type=FORM))


@UNHURRIED
@given(name=VALUES)
def test_a_provider_of_any_name(other: OtherProvider, app: Flask, name: str) -> None:
    client = app.test_client()
    path = quote(name.encode("utf-8", "surrogatepass"), safe="")
    for end in ("", "/callback"):
        harmless(client.get(f"/login/{path}{end}"))
        harmless(client.post(f"/login/{path}{end}", data=b"state=x", content_type=FORM))


@UNHURRIED
@given(subject=VALUES, email=VALUES, name=VALUES, sid=VALUES, amr=VALUES, acr=VALUES)
def test_whoever_they_say_it_is(other: OtherProvider, app: Flask, **said: str) -> None:
    """A provider gone wild: what does not fit our tables or our pages is nobody, or left out."""
    browser = Browser(app)
    claims = {"name": said.pop("name"), "picture": said["email"]}
    identity = Identity("https://other.example", "app", **said, email_verified=True, claims=claims)  # type: ignore[arg-type]
    other.sends_back(browser, leaves(browser, other), identity)
    assert max(answer.status_code for answer in browser.trail) < 500
