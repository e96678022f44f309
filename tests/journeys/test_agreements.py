"""The terms change: people are asked once, by a page that says what is new, and nobody is kept who does not agree."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from idp.cli.check import of_agreements
from tests.clocks import Clock
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in, signs_up
from tests.terms import digest_of, forgotten, ledger, put_in_force, written

NEXT, DAY = "2026-11b", 86400
WORDS = {"en": "# Terms\n\nBe **kind**.", "de": "# Regeln\n\nSei nett."}
BOX = f"{NEXT} 2026-11"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "agreements"
    written(place, "terms", "2026-11", en="# Terms\n\nBe nice.")
    written(place, "terms", NEXT, **WORDS, SUMMARY_en="- You may be *kind* now.")
    written(place, "privacy", "2026-11", en="# Privacy\n\nWe keep little.")
    return place


def test_who_agreed_is_asked_nothing(shop: RelyingApp, alice: Person) -> None:
    assert shop.asks("openid").seen_by(alice).signs_in().allows().code


def test_changed_terms_are_asked_for_once_on_the_way_to_the_app(
    app: Flask, shop: RelyingApp, alice: Person, folder: Path
) -> None:
    put_in_force(app, folder=folder, terms_version=NEXT)
    visit = shop.asks("openid").seen_by(alice).signs_in()
    page = visit.page
    assert page.heading == "Our terms have changed"
    assert "You may be kind now." in page.text
    assert "Privacy Policy Version" not in page.text, "only what changed is told"
    assert page.form("terms").boxes["terms"] == [BOX]
    assert "terms" not in page.form("terms").fields, "nobody ticks it for them"
    refused = shown(alice.browser.submit(page, "Agree"))
    assert (refused.status, refused.read.invalid) == (422, {"terms"})
    visit.at = alice.browser.submit(refused, "Agree", terms=BOX)
    assert visit.allows().code
    assert ledger(app, "terms") == [("2026-11", True, "en", ""), (NEXT, True, "en", digest_of(WORDS["en"]))]
    assert ledger(app, "privacy")[-1] == ("2026-11", True, "en", digest_of("# Privacy\n\nWe keep little."))
    assert shop.asks("openid").seen_by(alice).code
    shown(alice.browser.open("/account"))
    assert alice.browser.here.endswith("/account")


def test_a_silent_request_is_told_that_a_page_is_needed(app: Flask, shop: RelyingApp, alice: Person) -> None:
    shop.asks("openid").seen_by(alice).signs_in().allows()
    put_in_force(app, terms_version=NEXT)
    assert shop.asks("openid", prompt="none").seen_by(alice).error == "interaction_required"


def test_the_account_waits_behind_it_and_one_comes_back_to_the_page_that_was_asked_for(
    app: Flask, alice: Person
) -> None:
    put_in_force(app, privacy_version=NEXT)
    assert signs_in(alice).heading == "Our terms have changed"
    page = shown(alice.browser.open("/account/devices"))
    assert page.heading == "Our terms have changed"
    there = shown(alice.browser.submit(page, "Agree", terms=f"2026-11 {NEXT}"))
    assert there.heading == "Devices"


def test_agreeing_is_to_what_was_shown(app: Flask, alice: Person) -> None:
    """The version changed again while the page was open: the newer one has to be read first."""
    put_in_force(app, terms_version=NEXT)
    page = signs_in(alice)
    put_in_force(app, terms_version="2026-11c")
    again = shown(alice.browser.submit(page, "Agree", terms=BOX))
    assert (again.status, again.form("terms").boxes["terms"]) == (422, ["2026-11c 2026-11"])
    assert len(ledger(app, "terms")) == 1


def test_the_page_of_one_person_agrees_for_nobody_else(app: Flask, alice: Person, bob: Person) -> None:
    """In another tab somebody else signed in meanwhile."""
    put_in_force(app, terms_version=NEXT)
    page = signs_in(alice)
    alice.signs_out()
    signs_in(bob, alice.browser)
    again = shown(alice.browser.submit(page, "Agree", terms=BOX))
    assert bob.email in again.text
    assert [row[0] for row in ledger(app, "terms")] == ["2026-11", "2026-11"]


def test_who_does_not_agree_may_take_their_data_and_leave(app: Flask, alice: Person) -> None:
    put_in_force(app, terms_version=NEXT)
    page = signs_in(alice)
    for link, heading in (("Take my data along", "Data and privacy"), ("Delete my account", "Delete your account")):
        assert heading.casefold() in shown(alice.browser.open(page.read.links[link])).heading.casefold()
    out = shown(alice.browser.submit(page, "Sign out"))
    assert out.heading == "You’re signed out"
    assert len(ledger(app, "terms")) == 1


def test_it_may_wait_while_there_is_a_grace(app: Flask, shop: RelyingApp, alice: Person, clock: Clock) -> None:
    shop.asks("openid").seen_by(alice).signs_in().allows()
    begins = clock.now() // DAY * DAY
    today = datetime.fromtimestamp(begins, UTC).strftime("%Y-%m-%d")
    put_in_force(app, terms_version=today, grace_for=30 * DAY)
    assert shop.asks("openid", prompt="none").seen_by(alice).code, "apps are not cut off meanwhile"
    visit = shop.asks("openid").seen_by(alice)
    assert "You can put it off until" in visit.page.text
    visit.at = alice.browser.submit(visit.page, "Not now")
    assert visit.code
    assert shop.asks("openid").seen_by(alice).code, "once per sign-in"
    assert ledger(app, "terms")[-1][:2] == (today, False)
    alice.signs_out()
    clock.moves(1)
    assert "Not now" in signs_in(alice).html
    clock.moves(begins + 30 * DAY - clock.now())
    late = signs_in(alice)
    assert late.heading == "Our terms have changed"
    assert "Not now" not in late.html
    refused = shown(alice.browser.submit(late, form=late.form("terms"), decision="later"))
    assert refused.status == 422, "the button is gone, and pressing it all the same decides nothing"


def test_an_account_that_the_operator_made_agrees_at_its_first_sign_in(app: Flask, jane: Person) -> None:
    jane.with_account()
    forgotten(app)
    page = signs_in(jane)
    assert page.heading == "Before you go on"
    assert shown(jane.browser.submit(page, "Agree", terms="2026-11 2026-11")).heading == "Hello, Jane Example"


def test_what_was_read_at_sign_up_is_kept_by_its_fingerprint(
    app: Flask, jane: Person, mailbox: Mailbox, folder: Path
) -> None:
    """Of the text as it was then, in the language it was read in, even if the file is changed before the proof."""
    put_in_force(app, folder=folder, terms_version=NEXT)
    signs_up(jane, shown(jane.browser.open("/signup?ui_locales=de")))
    written(folder, "terms", NEXT, de="Etwas anderes.")
    put_in_force(app, folder=folder, terms_version=NEXT)
    waiting = shown(jane.browser.open("/verify/sent"))
    jane.browser.submit(waiting, form=waiting.form("code"), code=mailbox.newest().code)
    assert ledger(app, "terms") == [(NEXT, True, "de", digest_of(WORDS["de"]))]
    assert ledger(app, "privacy") == [("2026-11", True, "de", digest_of("# Privacy\n\nWe keep little."))]


def test_check_says_in_which_languages_a_document_cannot_be_read(app: Flask, folder: Path) -> None:
    put_in_force(app, folder=folder, terms_version=NEXT)
    with app.app_context():
        found = {finding.sentence: finding.is_wrong for finding in of_agreements(app.extensions["portico"], 0)}
    privacy = next(sentence for sentence in found if sentence.startswith("privacy cannot be read in"))
    assert " de" in privacy
    assert not any(found.values())
    put_in_force(app)
    with app.app_context():
        assert list(of_agreements(app.extensions["portico"], 0)) == []
