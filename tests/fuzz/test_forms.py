"""Whatever is typed into any form, and whatever form is sent anywhere: never a 5xx, never a trace."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.conftest import harmless
from tests.fuzz.corpus import NASTY, VALUES
from tests.fuzz.test_doors import UNHURRIED, encoded
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.web_page import Form, Reader

FORM = "application/x-www-form-urlencoded"
NAMES = """
email password new_password confirm_password terms marketing remember code token sign_up again to
decision scope user account action for csrf_token language name client_id post_logout_redirect_uri state x
given_name nickname preferred_username gender own_gender birth_day birth_month birth_year website profile locale
zoneinfo phone_number street_address postal_code locality country picture
"""
PAGES = (
    "/signin",
    "/signup",
    "/forgot",
    "/verify/sent",
    "/verify?token=x",
    "/reset?token=x",
    "/help",
    "/account/password",
    "/signin/again",
    "/signin/choose",
    "/signout",
    "/account",
    "/account/profile",
    "/account/email",
    "/account/email/sent",
    "/account/email/confirm?token=x",
    "/account/email/stop?token=x",
)


@pytest.fixture
def somebody(shop: RelyingApp, alice: Person) -> Person:
    """Signed in, so that the forms behind a sign-in are there too."""
    shop.asks().seen_by(alice).signs_in().allows()
    return alice


def forms_of(client: FlaskClient, path: str) -> list[tuple[str, Form]]:
    response = client.get(path)
    read = Reader(response.get_data(as_text=True))
    return [(urlsplit(form.action).path or path, form) for form in read.forms]


@UNHURRIED
@given(path=st.sampled_from(PAGES), typed=st.dictionaries(st.sampled_from(NAMES.split()), VALUES, max_size=5))
def test_every_form_of_every_page(somebody: Person, path: str, typed: dict[str, str]) -> None:
    for client in (somebody.browser.client, somebody.server.test_client()):
        for target, form in forms_of(client, path):
            if target == "/signout" and form.method == "post":
                continue
            fields = encoded({**form.fields, **{name: value for name, value in typed.items() if name in form.names}})
            if form.method == "get":
                harmless(client.get(f"{target}?{fields.decode()}"))
            else:
                harmless(client.post(target, data=fields, content_type=FORM))


@UNHURRIED
@given(typed=st.dictionaries(st.sampled_from(NAMES.split()), VALUES, max_size=5))
def test_the_consent_form(shop: RelyingApp, somebody: Person, typed: dict[str, str]) -> None:
    client = somebody.browser.client
    response = client.get(shop.asks("openid email profile", prompt="consent").url)
    page = client.get(response.headers["Location"])
    for form in Reader(page.get_data(as_text=True)).forms:
        target = urlsplit(form.action).path or "/consent"
        changed = {name: value for name, value in typed.items() if name in ("decision", "scope", "for")}
        if form.method == "post":
            fields = encoded({**form.fields, **changed})
            harmless(client.post(target, data=fields, content_type=FORM), shop.redirect_uri)


@UNHURRIED
@given(typed=st.dictionaries(st.sampled_from(NAMES.split()), VALUES, max_size=6), forged=st.booleans())
def test_every_address_that_takes_a_form(somebody: Person, typed: dict[str, str], forged: bool) -> None:
    """Fields that no page of ours has, with and without a token of ours."""
    client = somebody.server.test_client() if forged else somebody.browser.client
    ours = next(form for _, form in forms_of(client, "/forgot") if "csrf_token" in form.names)
    tokens = {"csrf_token": ours.fields["csrf_token"]}
    for rule in somebody.server.url_map.iter_rules():
        if "POST" in (rule.methods or set()) and rule.rule != "/signout":
            body = encoded({**tokens, **typed})
            harmless(client.post(rule.rule, data=body, content_type=FORM), "https://photobox.example/callback")


@pytest.mark.parametrize("value", NASTY, ids=lambda value: ascii(value[:20]))
def test_every_field_with_every_nasty_value(app: Flask, shop: RelyingApp, value: str) -> None:
    client = app.test_client()
    for path in PAGES:
        for target, form in forms_of(client, path):
            for name in form.names - {"csrf_token"}:
                fields = encoded({**form.fields, name: value})
                if form.method == "get":
                    harmless(client.get(f"{target}?{fields.decode()}"))
                else:
                    harmless(client.post(target, data=fields, content_type=FORM))


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain", "application/json", "", FORM])
@pytest.mark.parametrize("octets", [b"", b"\xff\xfe", b"--x\r\n", b"{", b"email=%ff", b"=" * 1000, b"&" * 1000])
def test_octets_that_are_no_form(app: Flask, kind: str, octets: bytes) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or set()):
            harmless(client.post(rule.rule, data=octets, content_type=kind))
