"""Apps hear in the browser that signs out (OpenID Connect Front-Channel Logout 1.0): frames of the last page."""

import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask

from tests.clocks import Clock
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens
from tests.statements import watched
from tests.web_browser import Arrival, Page

pytestmark = pytest.mark.section("OpenID Connect Front-Channel Logout 1.0 §3")
FRAME = re.compile(r"<iframe ([^>]*)>")


@pytest.fixture
def framed(app: Flask) -> RelyingApp:
    """An app that has a page to be signed out by."""
    return known(app, "framed", "https://framed.example", frontchannel_logout_uri="https://framed.example/out?from=op")


@pytest.fixture
def tokens(framed: RelyingApp, alice: Person) -> Tokens:
    return framed.asks("openid offline_access").seen_by(alice).signs_in().allows().redeems()


def known(app: Flask, name: str, home: str, **metadata: Any) -> RelyingApp:
    return RelyingApp.registered(
        app, name, client_name=name, redirect_uris=[f"{home}/cb"], post_logout_redirect_uris=[f"{home}/bye"], **metadata
    )


def visits(person: Person, app: RelyingApp) -> None:
    """Signed in already: one more app gets a session."""
    app.asks().seen_by(person).allows().redeems()


def signs_out(person: Person) -> Page:
    page = person.browser.submit(page_of(person.browser.open("/signout")), "Sign out")
    return page_of(page)


def page_of(at: Page | Arrival) -> Page:
    assert isinstance(at, Page), f"sent to {at}"
    return at


def frames(page: Page) -> list[str]:
    """What each shows."""
    found = (re.search(r'\bsrc="([^"]*)"', attributes) for attributes in FRAME.findall(page.html))
    return [address[1].replace("&amp;", "&") for address in found if address]


def framed_origins(page: Page) -> set[str]:
    policy = page.response.headers["Content-Security-Policy"]
    found = [part.split()[1:] for part in policy.split("; ") if part.startswith("frame-src")]
    return set(found[0]) if found else set()


@pytest.mark.section("OpenID Connect Front-Channel Logout 1.0 §2")
def test_the_last_page_shows_the_app_issuer_and_session(framed: RelyingApp, tokens: Tokens, alice: Person) -> None:
    page = signs_out(alice)
    (address,) = frames(page)
    assert address.startswith("https://framed.example/out?from=op&")
    asked = parse_qs(urlsplit(address).query)
    assert asked == {"from": ["op"], "iss": [framed.issuer], "sid": [tokens.claims["sid"]]}
    assert framed_origins(page) == {"https://framed.example"}
    assert "framed" in page.text
    assert "You’re signed out" in page.text


def test_a_frame_can_neither_leave_nor_open_anything_nor_learns_where_it_is(tokens: Tokens, alice: Person) -> None:
    (attributes,) = FRAME.findall(signs_out(alice).html)
    assert 'sandbox="allow-forms allow-same-origin allow-scripts"' in attributes
    assert 'referrerpolicy="no-referrer"' in attributes


def test_other_pages_show_no_frames(shop: RelyingApp, alice: Person) -> None:
    """Nor does this one, where no app of the session wants any."""
    shop.asks().seen_by(alice).signs_in().allows().redeems()
    ask = page_of(alice.browser.open("/signout"))
    for page in (ask, page_of(alice.browser.submit(ask, "Sign out"))):
        assert frames(page) == []
        assert "frame-src" not in page.response.headers["Content-Security-Policy"]


def test_exactly_the_apps_of_this_session_hear(
    app: Flask, tokens: Tokens, alice: Person, bob: Person, clock: Clock
) -> None:
    """Not those of the person's other devices, nor of other people, nor those they disconnected, nor on hold."""
    here, gone, held, there, theirs = (
        known(app, name, f"https://{name}.example", frontchannel_logout_uri=f"https://{name}.example/out")
        for name in ("here", "gone", "held", "there", "theirs")
    )
    for each in (here, gone, held):
        visits(alice, each)
    there.asks().seen_by(alice.elsewhere()).signs_in().allows().redeems()
    theirs.asks().seen_by(bob).signs_in().allows().redeems()
    alice.browser.submit(page_of(alice.browser.open("/account/apps/gone")), "Disconnect")
    held.suspended()
    clock.moves(6)  # what this process knows of apps is forgotten (clients.cache_for)
    page = signs_out(alice)
    assert framed_origins(page) == {"https://framed.example", "https://here.example"}
    assert len(frames(page)) == 2


@pytest.mark.conformance("oidcc-frontchannel-rp-initiated-logout")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_app_that_signs_out_gets_the_person_back_behind_the_frames(
    framed: RelyingApp, tokens: Tokens, alice: Person, method: str
) -> None:
    back = "https://framed.example/bye"
    asked = {"id_token_hint": tokens.id_token, "post_logout_redirect_uri": back, "state": "s&t"}
    if method == "GET":
        page = page_of(alice.browser.open(f"/end_session?{urlencode(asked)}"))
    else:
        page = page_of(alice.browser.post("/end_session", asked, Origin="https://framed.example"))
    (address,) = frames(page)
    assert parse_qs(urlsplit(address).query)["sid"] == [tokens.claims["sid"]]
    assert page.read.links["Continue"] == f"{back}?state=s%26t"
    assert "signed_out.js" in page.html
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.html), "no script stands in the page"
    assert framed.asks(prompt="none").seen_by(alice).error == "login_required"


def test_whoever_signed_out_already_goes_straight_back(tokens: Tokens, alice: Person) -> None:
    alice.signs_out()
    asked = {"id_token_hint": tokens.id_token, "post_logout_redirect_uri": "https://framed.example/bye"}
    at = alice.browser.open(f"/end_session?{urlencode(asked)}")
    assert isinstance(at, Arrival)


@pytest.mark.parametrize("way", ["/account/lock", "/account/data/delete"])
def test_where_everything_ends_the_apps_of_this_browser_hear_too(tokens: Tokens, alice: Person, way: str) -> None:
    page = page_of(alice.browser.open(way))
    typed = {"email": alice.email} if "delete" in way else {}
    form = page.form("email") if typed else next(form for form in page.read.forms if form.method == "post")
    done = page_of(alice.browser.submit(page, form=form, **typed))
    assert framed_origins(done) == {"https://framed.example"}, done.text


@pytest.mark.section("OpenID Connect Front-Channel Logout 1.0 §3")
@pytest.mark.conformance("oidcc-frontchannel-logout-discovery-endpoint-verification")
def test_discovery_says_so(app: Flask) -> None:
    document = app.test_client().get("/.well-known/openid-configuration").get_json()
    assert document["frontchannel_logout_supported"] is True
    assert document["frontchannel_logout_session_supported"] is True
    assert document["end_session_endpoint"]


def test_the_page_stays_below_what_a_header_may_hold(app: Flask, alice: Person) -> None:
    for number in range(31):
        home = f"https://app-{number}.example"
        own = known(app, f"app-{number}", home, first_party=True, frontchannel_logout_uri=f"{home}/out")
        visit = own.asks().seen_by(alice)
        (visit.signs_in() if isinstance(visit.at, Page) else visit).redeems()
    page = signs_out(alice)
    assert len(frames(page)) == len(framed_origins(page)) == 30
    assert len(page.response.headers["Content-Security-Policy"]) < 2048


def test_the_frames_cost_one_read(app: Flask, tokens: Tokens, alice: Person) -> None:
    """The apps themselves are known to the process."""
    page = page_of(alice.browser.open("/signout"))
    with watched(app) as log:
        alice.browser.submit(page, "Sign out")
    assert len([trip for trip in log.reads if "max(rotated_at)" in trip]) == 1
    assert len(log.reads) <= 2, log.trips


def test_an_address_stays_inside_its_attribute(app: Flask, alice: Person) -> None:
    """A quote of single kind is allowed in an address (RFC 3986 §2.2)."""
    home = "https://odd.example"
    odd = known(app, "odd", home, frontchannel_logout_uri=f"{home}/out?a='b'&c")
    odd.asks().seen_by(alice).signs_in().allows().redeems()
    (attributes,) = FRAME.findall(signs_out(alice).html)
    assert f'src="{home}/out?a=&#39;b&#39;&amp;c&amp;iss=' in attributes
