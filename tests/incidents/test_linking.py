"""Flaws that others had where somebody comes by another provider: taking over accounts, mostly by linking."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from idp.store import base
from idp.upstream.provider import Identity
from tests.coming import comes, joins, leaves, linked, links_of, presses_link, subs_of, types_code
from tests.emulators.other_provider import OtherProvider, furnished, switched_off
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser

TURNS: list[Callable[[Flask], object]] = [switched_off, lambda app: furnished(app, takes_new=False)]


@pytest.fixture
def other(app: Flask) -> OtherProvider:
    return furnished(app)


@pytest.fixture
def third(app: Flask) -> OtherProvider:
    return furnished(app, OtherProvider("third", "Third", "https://third.example"))


def people(app: Flask) -> int:
    with app.app_context():
        found = int(base.db.session.execute(text("SELECT count(*) FROM users")).scalar_one())
        base.db.session.remove()
    return found


@pytest.mark.incident("CVE-2025-68158")
@pytest.mark.incident("CVE-2026-41425")
def test_a_way_back_that_began_in_another_browser_is_no_way_back(
    app: Flask, other: OtherProvider, alice: Person, bob: Person
) -> None:
    """Authlib, social-core, django-allauth: login CSRF. A stranger's answer, opened by the victim, signs the victim in
    as the stranger, and what the victim links after that is the stranger's.
    """
    linked(bob, other, other.knows("bob"))
    departed = leaves(bob.browser, other)
    answer = f"{other.callback(departed)}?{urlencode(other.answers(departed, other.knows('bob')))}"
    signs_in(alice)
    for browser in (alice.browser, Browser(app)):
        assert "took a little too long" in shown(browser.open(answer)).text or browser is alice.browser
    assert subs_of(app, alice.browser) == [alice.user_id]
    assert links_of(app, alice.user_id) == []
    bob.browser.open(answer)
    assert subs_of(app, bob.browser) == [bob.user_id], "nobody else can spend it either"


@pytest.mark.parametrize("change", [{"state": ""}, {"state": "x" * 43}, {"state": None}, {"state": "a\0b"}])
def test_without_its_state_an_answer_is_none(
    app: Flask, other: OtherProvider, alice: Person, change: dict[str, str | None]
) -> None:
    linked(alice, other, other.knows("1"))
    departed = leaves(alice.browser, other)
    answer = {**other.answers(departed, other.knows("1")), **change}
    sent = {name: value for name, value in answer.items() if value is not None}
    assert shown(alice.browser.open(f"{other.callback(departed)}?{urlencode(sent)}")).heading == "Sign in"
    assert subs_of(app, alice.browser) == []


def test_a_parameter_that_comes_twice_is_worth_nothing(app: Flask, other: OtherProvider, alice: Person) -> None:
    """RFC 6749 §3.1: which of the two is meant is for an attacker to say."""
    linked(alice, other, other.knows("1"))
    departed = leaves(alice.browser, other)
    answer = urlencode(other.answers(departed, other.knows("1")))
    alice.browser.open(f"{other.callback(departed)}?code=another&{answer}")
    assert subs_of(app, alice.browser) == []


@pytest.mark.incident("CVE-2025-46815")
def test_a_way_back_is_gone_once(app: Flask, other: OtherProvider, alice: Person) -> None:
    """Zitadel: whoever read the address of the callback once could come back by it again."""
    linked(alice, other, other.knows("1"))
    departed = leaves(alice.browser, other)
    other.sends_back(alice.browser, departed, other.knows("1"))
    alice.signs_out()
    page = shown(other.sends_back(alice.browser, departed, other.knows("1")))
    assert "took a little too long" in page.text
    assert subs_of(app, alice.browser) == []


def test_a_failed_way_back_is_gone_too(app: Flask, other: OtherProvider, alice: Person) -> None:
    linked(alice, other, other.knows("1"))
    departed = leaves(alice.browser, other)
    other.sends_back(alice.browser, departed, None)
    other.sends_back(alice.browser, departed, other.knows("1"))
    assert subs_of(app, alice.browser) == []


@pytest.mark.incident("CVE-2025-46815")
def test_eight_answers_at_once_are_one(app: Flask, other: OtherProvider, alice: Person) -> None:
    linked(alice, other, other.knows("1"))
    departed = leaves(alice.browser, other)
    answers = [other.answers(departed, other.knows("1")) for _ in range(8)]
    cookie = str(alice.browser.cookie("portico_browser"))

    def comes_back(answer: dict[str, str]) -> bool:
        tab = Browser(app)
        tab.client.set_cookie("portico_browser", cookie, domain="127.0.0.1")
        tab.open(f"{other.callback(departed)}?{urlencode(answer)}")
        assert tab.trail[-1].status_code == 200
        return bool(tab.cookie("portico_session"))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(comes_back, answers)) == 1


class PlainOAuth(OtherProvider):
    """Without a nonce, as GitHub and Facebook are: its code is good for whoever brings it."""

    def identify(
        self, redirect_uri: str, received: Mapping[str, str], secrets: Mapping[str, str], now: int
    ) -> Identity:
        return self.codes.pop(received["code"])[2]


@pytest.mark.section("RFC 9700 §4.4")
def test_the_answer_of_one_provider_is_none_of_another(app: Flask, other: OtherProvider, alice: Person) -> None:
    """Mix-up: what was begun for one provider is asked of that one only, and is over when another answers."""
    third = PlainOAuth("third", "Third", "https://third.example")
    furnished(app, third)
    linked(alice, third, third.knows("1"))
    code = third.answers(leaves(Browser(app), third), third.knows("1"))["code"]
    departed = leaves(alice.browser, other)
    begun = other.answers(departed, other.knows("1"))
    page = shown(alice.browser.open(f"/login/third/callback?{urlencode({**begun, 'code': code})}"))
    assert "sent an answer we can’t use" in page.text
    assert code in third.codes, "nobody was asked about it"
    alice.browser.open(f"/login/other/callback?{urlencode(begun)}")
    assert subs_of(app, alice.browser) == []


@pytest.mark.incident("CVE-2026-27982")
def test_nothing_that_comes_along_says_where_to_go(
    app: Flask, other: OtherProvider, shop: RelyingApp, alice: Person
) -> None:
    """django-allauth: an open redirect behind the callback."""
    linked(alice, other, other.knows("1"))
    evil = "https://evil.example/"
    strays = dict.fromkeys(("next", "then", "redirect_uri", "url", "return_to", "RelayState", "continue"), evil)
    page = shown(alice.browser.open(f"/signin?{urlencode(strays)}"))
    form = next(form for form in page.read.forms if form.action.endswith("/login/other"))
    departed = alice.browser.post(form.action, {**form.fields, **strays})
    answer = {**other.answers(departed, other.knows("1")), **strays}
    alice.browser.open(f"{other.callback(departed)}?{urlencode(answer)}")
    assert subs_of(app, alice.browser) == [alice.user_id]
    assert "evil" not in "".join(sent.headers.get("Location", "") for sent in alice.browser.trail)


def test_the_host_header_says_nothing_about_where_to_come_back_to(
    app: Flask, other: OtherProvider, client: FlaskClient
) -> None:
    stranger = Browser(app)
    page = shown(stranger.open("/signin"))
    form = next(form for form in page.read.forms if form.action.endswith("/login/other"))
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
    cookie = {"Cookie": f"portico_browser={stranger.cookie('portico_browser')}"}
    departed = client.post(form.action, data=form.fields, headers={**forged, **cookie})
    asked = dict(parse_qsl(urlsplit(departed.headers["Location"]).query))
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/login/other/callback"


@pytest.mark.incident("CVE-2026-9092")
@pytest.mark.incident("CVE-2026-15611")
def test_an_address_that_the_provider_only_claims_opens_no_account(
    app: Flask, other: OtherProvider, alice: Person, mailbox: Mailbox
) -> None:
    """Casdoor, Logto, and many more: anybody may write any address at a provider that proves none."""
    stranger = Browser(app)
    page = shown(comes(stranger, other, other.knows("stranger", alice.email)))
    assert page.heading == "You already have an account"
    for path in ("/account", "/signin/connected", "/account/links"):
        assert shown(stranger.open(path)).heading == "Sign in"
    assert links_of(app, alice.user_id) == subs_of(app, stranger) == []
    assert mailbox.all() == []


@pytest.mark.parametrize("spelt", ["ａlice@example.org", "alıce@example.org", "\u212aate@example.org"])
def test_a_proof_holds_for_the_letters_that_were_proved(
    app: Flask, other: OtherProvider, alice: Person, spelt: str
) -> None:
    """Two addresses that compare alike (NFKC, casefolded) may be two mailboxes of two people."""
    stranger = Browser(app)
    comes(stranger, other, other.knows("stranger", spelt, proved=True))
    assert links_of(app, alice.user_id) == subs_of(app, stranger) == []


@pytest.mark.incident("CVE-2025-65431")
@pytest.mark.parametrize(
    ("provider", "subject", "app_id"),
    [
        ("https://other.example", "2", "portico-at-other"),
        ("https://other.example", "1", "another-app"),
        ("https://third.example", "1", "portico-at-other"),
        ("https://other.example", "1 ", "portico-at-other"),
        ("https://other.example/", "1", "portico-at-other"),
        ("https://other.example", "\u0661", "portico-at-other"),
    ],
)
def test_people_are_told_apart_by_what_never_changes(
    app: Flask, other: OtherProvider, alice: Person, provider: str, subject: str, app_id: str
) -> None:
    """django-allauth: by an address or a name, which another person may have tomorrow."""
    known = other.knows("1", alice.email, called="Alice")
    linked(alice, other, known)
    pretender = Browser(app)
    another = type(known)(provider, app_id, subject, known.email, claims=known.claims)
    assert shown(comes(pretender, other, another)).heading == "You already have an account"
    assert subs_of(app, pretender) == []
    renamed = Browser(app)
    comes(renamed, other, other.knows("1", "new@example.org", called="Somebody Else"))
    assert subs_of(app, renamed) == [alice.user_id]


@pytest.mark.parametrize("subject", ["", "x" * 256, "a\0b", "\ud800"])
def test_a_subject_that_cannot_be_kept_whole_is_nobody(app: Flask, other: OtherProvider, subject: str) -> None:
    stranger = Browser(app)
    assert "sent an answer we can’t use" in shown(comes(stranger, other, other.knows(subject, "a@example.org"))).text


@pytest.mark.incident("CVE-2026-1486")
@pytest.mark.incident("CVE-2026-2603")
def test_a_provider_that_is_off_lets_nobody_in_at_any_step(
    app: Flask, other: OtherProvider, alice: Person, jane: Person, mailbox: Mailbox
) -> None:
    """Keycloak: what had begun, or was addressed directly, went on."""
    linked(alice, other, other.knows("1"))
    page, departed = shown(alice.browser.open("/signin")), leaves(alice.browser, other)
    almost = comes(jane.browser, other, other.knows("2", jane.email))
    elsewhere = jane.elsewhere()
    waits = shown(joins(elsewhere.browser, comes(elsewhere.browser, other, other.knows("3", jane.email))))
    switched_off(app)
    begun = alice.browser.submit(page, "Continue with Other")
    assert shown(begun).status == 404
    assert shown(other.sends_back(alice.browser, departed, other.knows("1"))).status == 404
    assert shown(joins(jane.browser, almost)).heading == "Sign in"
    assert types_code(elsewhere, waits, mailbox).status == 404
    assert presses_link(elsewhere.browser, mailbox, jane.email).status == 404
    assert subs_of(app, alice.browser) == []
    assert people(app) == 1


@pytest.mark.incident("CVE-2026-16442")
def test_a_provider_for_linking_only_lets_in_whom_it_was_linked_by_and_nobody_new(
    app: Flask, other: OtherProvider, alice: Person, bob: Person, jane: Person, mailbox: Mailbox
) -> None:
    """Not by an address it is trusted to prove either; and not what had begun before."""
    linked(alice, other, other.knows("a"))
    waits = shown(joins(jane.browser, comes(jane.browser, other, other.knows("j", jane.email))))
    furnished(app, other, takes_new=False)
    for identity in (
        other.knows("new"),
        other.knows("new", "new@example.org", proved=True),
        other.knows("new", bob.email),
        other.knows("new", bob.email, proved=True),
    ):
        page = shown(comes(Browser(app), other, identity))
        assert "No account here is connected to that Other account." in page.text
    assert types_code(jane, waits, mailbox).status == 404
    assert links_of(app, bob.user_id) == []
    assert people(app) == 2
    comes(alice.browser, other, other.knows("a"))
    assert subs_of(app, alice.browser) == [alice.user_id]
    signs_in(bob)
    page = shown(bob.browser.open("/account/links"))
    other.sends_back(bob.browser, bob.browser.submit(page, "Link Other"), other.knows("b"))
    assert links_of(app, bob.user_id) == ["b"], "linking is what it is for"
