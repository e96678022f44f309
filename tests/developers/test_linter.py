"""A request that a developer pastes: every problem at once, by the checks that /authorize has, and nothing happens."""

from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.developers.console import CALLBACK, Developer
from tests.fuzz.corpus import NASTY
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.statements import watched
from tests.web_browser import Page

SOUND = {
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid email",
    "state": "s" * 16,
    "nonce": "n" * 16,
    "code_challenge": "c" * 43,
    "code_challenge_method": "S256",
}


def pastes(dev: Developer, address: str) -> Page:
    return dev.submits(dev.opens("/check"), "request", request=address)


def asked(dev: Developer, changes: dict[str, str | None] | None = None) -> str:
    sent = {"client_id": dev.client_id, **SOUND, **(changes or {})}
    query = urlencode({name: value for name, value in sent.items() if value is not None})
    return f"{dev.person.browser.issuer}/authorize?{query}"


def test_a_sound_request_has_no_problem(dev: Developer) -> None:
    page = pastes(dev, asked(dev))
    assert page.status == 200
    assert "No problem found" in page.text
    assert "Good practice" not in page.text
    assert "openid email" in page.text
    assert "s" * 16 not in page.text.partition("What was read")[2], "state and nonce are lengths"


def test_all_that_is_wrong_is_said_at_once(dev: Developer) -> None:
    page = pastes(
        dev,
        asked(
            dev,
            {
                "redirect_uri": "https://photobox.example/callbak",
                "response_type": "token",
                "prompt": "none login",
                "max_age": "soon",
                "code_challenge_method": "plain",
                "claims": "{",
                "state": None,
                "nonce": None,
                "redirect_url": "x",
                "client_secret": "hunter2",
            },
        ).replace("/authorize", "/oauth/authorize", 1),
    )
    for said in (
        "the request goes to another address",
        "checks.who_asks",
        "checks.response_type_is_offered",
        "checks.prompt_makes_sense",
        "checks.max_age_is_a_number",
        "checks.challenge_is_s256",
        "checks.claims_are_json",
        "RFC 7636 §4.3",
        "Send a nonce",
        "A secret stands in the address",
        "ignored: redirect_url",
    ):
        assert said in page.text, said
    assert "hunter2" not in page.text.partition("problems")[2]


def test_it_says_what_authorize_says(dev: Developer) -> None:
    """Whatever the linter lets pass, /authorize does, and the other way round."""
    wrong = ({"prompt": "nonsense"}, {"scope": "phone orders"}, {"code_challenge": None}, {"response_mode": "fragment"})
    own = RelyingApp(dev.person.server, dev.client_id, dev.secret, CALLBACK)
    for changes in (*wrong, {}, {"max_age": "0"}):
        found = "No problem found" not in pastes(dev, asked(dev, changes)).text
        visit = own.asks(**{**SOUND, **changes}).seen_by(dev.person)
        assert found is not isinstance(visit.at, Page), changes


def test_a_query_alone_a_broken_line_and_a_duplicate(dev: Developer) -> None:
    query = asked(dev).partition("?")[2]
    assert "No problem found" in pastes(dev, query).text
    assert "No problem found" in pastes(dev, f"?{query[:40]}\r\n  {query[40:]}").text
    assert "prompt was sent more than once" in pastes(dev, f"{query}&prompt=login&prompt=login").text
    assert "paste all of it" in pastes(dev, "https://photobox.example/").text
    assert "cannot be read" in pastes(dev, "https://[::1/?a=b").text
    assert pastes(dev, " ").status == 422


def test_nothing_is_told_of_other_apps(dev: Developer, shop: RelyingApp, phone: RelyingApp) -> None:
    """Not even whether there are any: the same words for an app there is and one there is not."""
    told = {pastes(dev, asked(dev, {"client_id": name})).text.replace(name, "") for name in ("shop", "no-such")}
    assert len(told) == 1
    assert "client_id is not the one of this app" in told.pop()


def test_it_has_no_effect(app: Flask, dev: Developer) -> None:
    own = RelyingApp(app, dev.client_id, dev.secret, CALLBACK)
    pushed = own.asks("openid").pushes()
    page = dev.opens("/check")
    with watched(app) as log:
        said = dev.submits(page, "request", request=pushed.url)
        dev.submits(page, "request", request=asked(dev, {"prompt": "none"}))
        dev.submits(page, "request", request=asked(dev, {"request_uri": "https://photobox.example/request"}))
    assert "was not looked at" in said.text
    assert not any(trip.lstrip().upper().startswith(("INSERT", "DELETE")) for trip in log.trips), log.trips
    assert pushed.seen_by(dev.person).page.status == 200, "it can still be used"


def test_a_signed_request_is_read_as_what_was_signed(dev: Developer) -> None:
    page = pastes(dev, asked(dev, {"request": "e30.e30."}))
    assert "this client registered no keys to sign requests with" in page.text


@pytest.mark.parametrize("around", ["{}", "https://id.example/authorize?client_id={}", "client_id=x&request={}"])
def test_nothing_pasted_is_a_fault(dev: Developer, around: str) -> None:
    for value in NASTY:
        octets = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        assert pastes(dev, around.format(octets)).status in (200, 422), ascii(value)


def test_it_is_for_owners_alone(dev: Developer, bob: Person) -> None:
    mine = Developer.of(bob, name="Lantern")
    assert Developer(bob, dev.client_id).opens("/check").status == 404
    assert mine.opens("/check").status == 200
