"""Somebody new comes by another provider: the same terms as everybody, and an address that they prove themselves."""

import json

import pytest
from flask import Flask
from sqlalchemy import text

from idp.settings.load import Settings
from idp.store import agreements, audit, base
from tests.coming import comes, joins, links_of, presses_link, subs_of, types_code
from tests.emulators.other_provider import OtherProvider, furnished
from tests.mailbox import Mailbox
from tests.people import JANE, Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, sub_of, words_of
from tests.web_browser import Browser

NAME, ADDRESS, _ = JANE


@pytest.fixture
def other(app: Flask) -> OtherProvider:
    return furnished(app)


def test_they_join_and_prove_the_address(
    app: Flask, other: OtherProvider, shop: RelyingApp, jane: Person, mailbox: Mailbox
) -> None:
    """The provider's word proves no address, unless the operator trusts it to."""
    visit = shop.asks("openid email profile").seen_by(jane)
    at = shown(comes(jane.browser, other, other.knows("1", jane.email, called=NAME), visit.at))
    assert at.heading == "Almost there"
    assert "Photo Box" in at.text
    assert f"{jane.email} from Other" in at.text
    waits = shown(joins(jane.browser, at))
    assert waits.heading == "Check your email"
    assert sub_of(app, jane.email) is None
    assert links_of(app, None) == []
    visit.at = jane.browser.submit(waits, form=waits.form("code"), code=mailbox.newest(jane.email).code)
    tokens = visit.allows().redeems()
    assert tokens.claims["amr"] == ["fed"]
    assert {name: tokens.userinfo()[name] for name in ("name", "email", "email_verified")} == {
        "name": NAME,
        "email": jane.email,
        "email_verified": True,
    }
    assert links_of(app, tokens.claims["sub"]) == ["1"]
    elsewhere = jane.elsewhere()
    comes(elsewhere.browser, other, other.knows("1"))
    assert subs_of(app, elsewhere.browser) == [tokens.claims["sub"]]


def test_the_mailed_link_does_it_too_in_the_browser_it_began_in(
    app: Flask, other: OtherProvider, jane: Person, mailbox: Mailbox
) -> None:
    joins(jane.browser, comes(jane.browser, other, other.knows("1", jane.email)))
    presses_link(jane.browser, mailbox, jane.email)
    assert subs_of(app, jane.browser) == [sub_of(app, jane.email)]


@pytest.mark.incident("CVE-2025-7365")
@pytest.mark.incident("CVE-2026-9087")
def test_in_any_other_browser_the_link_does_nothing_and_spends_nothing(
    app: Flask, other: OtherProvider, jane: Person, mailbox: Mailbox
) -> None:
    """Keycloak: whoever presses the button of such a mail gave their address to the sign-in of whoever had it sent."""
    stranger = Browser(app)
    joins(stranger, comes(stranger, other, other.knows("stranger")), email=jane.email)
    page = presses_link(jane.browser, mailbox, jane.email)
    assert (page.status, page.heading) == (409, "Go back to where you started")
    assert jane.email not in page.text
    token = mailbox.newest(jane.email).link.partition("token=")[2]
    own = shown(jane.browser.open("/signin")).form("password").fields["csrf_token"]
    page = shown(jane.browser.post("/verify", {"token": token, "csrf_token": own}))
    assert (page.status, page.heading) == (409, "Go back to where you started")
    assert sub_of(app, jane.email) is None
    presses_link(stranger, mailbox, jane.email)
    assert sub_of(app, jane.email), "who is shown the mail and began it goes on"


def test_whoever_signed_up_here_too_means_their_own_sign_up_whichever_mail_they_open(
    app: Flask, other: OtherProvider, jane: Person, mailbox: Mailbox
) -> None:
    """As with passwords: the mail of a stranger, opened by the owner of the address, serves the owner's sign-up."""
    joins(jane.browser, comes(jane.browser, other, other.knows("jane", jane.email)))
    stranger = Browser(app)
    joins(stranger, comes(stranger, other, other.knows("stranger")), email=jane.email)
    presses_link(jane.browser, mailbox, jane.email)
    assert links_of(app, sub_of(app, jane.email)) == ["jane"]
    assert subs_of(app, stranger) == []


def test_without_an_address_they_give_one(app: Flask, other: OtherProvider, jane: Person, mailbox: Mailbox) -> None:
    at = shown(comes(jane.browser, other, other.knows("1", called=NAME)))
    assert "Other didn’t give us an email address." in at.text
    page = shown(joins(jane.browser, at, email="not an address"))
    assert (page.status, page.heading) == (422, "Almost there")
    assert page.form("terms").fields["terms"], "what was ticked stays"
    types_code(jane, shown(joins(jane.browser, page, email=jane.email)), mailbox)
    assert links_of(app, sub_of(app, jane.email)) == ["1"]


@pytest.mark.parametrize("given", ["not an address", "two@at@example.org", "x" * 400 + "@example.org", "a@b\0c.org"])
def test_an_address_no_mail_can_be_sent_to_is_as_good_as_none(other: OtherProvider, jane: Person, given: str) -> None:
    assert "didn’t give us an email address" in shown(comes(jane.browser, other, other.knows("1", given))).text


def test_they_may_want_another_address_than_the_provider_has(
    app: Flask, other: OtherProvider, jane: Person, mailbox: Mailbox
) -> None:
    at = shown(comes(jane.browser, other, other.knows("1", "old@example.org")))
    page = shown(jane.browser.open(at.read.links["Use a different address"]))
    types_code(jane, shown(joins(jane.browser, page, email=jane.email)), mailbox)
    assert links_of(app, sub_of(app, jane.email)) == ["1"]
    assert sub_of(app, "old@example.org") is None


@pytest.mark.parametrize("proved", [False, True])
def test_the_terms_are_the_same_and_are_recorded(
    app: Flask, other: OtherProvider, jane: Person, mailbox: Mailbox, settings: Settings, proved: bool
) -> None:
    at = shown(comes(jane.browser, other, other.knows("1", jane.email, proved=proved)))
    page = shown(jane.browser.submit(at, form=at.form("terms")))
    assert page.status == 422
    assert "Tick the box to agree to the Terms of Service." in page.text
    waits = shown(joins(jane.browser, page, marketing="1"))
    if not proved:
        types_code(jane, waits, mailbox)
    sub, version = str(sub_of(app, jane.email)), settings.brand.terms_version
    with app.app_context():
        decided = [
            agreements.latest(sub, each) for each in (agreements.TERMS, agreements.PRIVACY, agreements.MARKETING)
        ]
        assert {(d.version, d.accepted, d.locale, d.network) for d in decided if d} == {
            (version, True, "en", "192.0.2.10")
        }
        assert None not in decided
        assert "identity_linked" in audit.events_of(sub, 9)
        base.db.session.remove()


def test_an_address_that_a_trusted_provider_proved_needs_no_mail(
    app: Flask, other: OtherProvider, shop: RelyingApp, jane: Person, mailbox: Mailbox
) -> None:
    visit = shop.asks("openid email").seen_by(jane)
    at = comes(jane.browser, other, other.knows("1", jane.email, proved=True), visit.at)
    visit.at = joins(jane.browser, at)
    tokens = visit.allows().redeems()
    assert tokens.userinfo()["email_verified"] is True
    assert mailbox.all() == []
    assert links_of(app, tokens.claims["sub"]) == ["1"]


def test_a_typed_address_is_proved_by_mail_even_if_the_provider_is_trusted(
    app: Flask, other: OtherProvider, jane: Person, mailbox: Mailbox
) -> None:
    at = shown(comes(jane.browser, other, other.knows("1", "old@example.org", proved=True)))
    page = shown(jane.browser.open(at.read.links["Use a different address"]))
    assert shown(joins(jane.browser, page, email=jane.email)).heading == "Check your email"
    assert sub_of(app, jane.email) is None
    assert mailbox.kinds() == ["confirm_address"]


def test_nobody_learns_whether_a_typed_address_has_an_account(
    app: Flask, other: OtherProvider, alice: Person, mailbox: Mailbox
) -> None:
    """The page is the same, and so is its work; the mail differs."""
    pages, rows = [], []
    for subject, address in (("1", alice.email), ("2", ADDRESS)):
        stranger = Browser(app)
        before = mailbox.rows()
        page = shown(joins(stranger, comes(stranger, other, other.knows(subject)), email=address))
        pages.append((page.status, words_of(page)))
        rows.append(mailbox.rows() - before)
    assert pages[0] == pages[1]
    assert rows == [1, 1]
    assert (mailbox.kinds(alice.email), mailbox.kinds(ADDRESS)) == (["account_exists"], ["confirm_address"])
    assert links_of(app, alice.user_id) == []


def test_the_name_is_theirs_to_choose(app: Flask, other: OtherProvider, jane: Person) -> None:
    known = other.knows("1", jane.email, proved=True, called="J. Example", given_name="J.")
    at = shown(comes(jane.browser, other, known))
    assert at.form("terms").fields["name"] == "J. Example"
    joins(jane.browser, at, name="  Jane   Example ")
    with app.app_context():
        assert json.loads(base.db.session.execute(text("SELECT profile FROM users")).scalar_one()) == {"name": NAME}
        base.db.session.remove()


def test_what_the_provider_says_beside_names_is_nothing_to_begin_a_profile_with(
    app: Flask, other: OtherProvider, jane: Person
) -> None:
    """No picture at an address of somebody else's choosing, nothing that cannot be seen, nothing without end."""
    known = other.knows(
        "1",
        jane.email,
        proved=True,
        called=NAME,
        family_name="x" * 129,
        nickname="a\0b",
        given_name="Jane",
        picture="http://169.254.169.254/latest",
        sub="admin",
    )
    joins(jane.browser, comes(jane.browser, other, known))
    with app.app_context():
        profile = json.loads(base.db.session.execute(text("SELECT profile FROM users")).scalar_one())
        base.db.session.remove()
    assert profile == {"name": NAME, "given_name": "Jane"}
