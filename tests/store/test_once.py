"""What may happen once happens once, whoever else tries at the same moment, on both databases.

Eight processes race. The database decides by one statement whose rowcount is looked at; so there is one winner,
nobody meets a 500, and nothing that was written is lost.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from idp.settings.load import Settings
from idp.store import base
from tests import backchannels, devices, racing
from tests.mailbox import Mailbox
from tests.people import Person
from tests.racing import RACERS, Track
from tests.relying_app import RelyingApp, Tokens, Visit
from tests.signing_up import signs_up, sub_of
from tests.web_browser import Browser, Page

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def track() -> Iterator[Track]:
    opened = Track.opened()
    yield opened
    opened.pool.shutdown(cancel_futures=True)


@pytest.fixture
def visit(shop: RelyingApp, alice: Person) -> Visit:
    return shop.asks("openid email").seen_by(alice).signs_in().allows()


def rows(app: Flask, statement: str, **parameters: Any) -> list[Any]:
    with app.app_context():
        found = base.db.session.execute(text(statement), parameters).all()
        base.db.session.remove()
    return list(found)


def redeem(visit: Visit) -> tuple[str, dict[str, str], dict[str, str]]:
    fields = {
        "grant_type": "authorization_code",
        "code": visit.code,
        "redirect_uri": visit.app.redirect_uri,
        "code_verifier": visit.verifier,
    }
    return "/token", fields, {"Authorization": visit.app.basic()}


@pytest.mark.section("RFC 6749 §4.1.2")
def test_one_code_gives_tokens_once(track: Track, settings: Settings, app: Flask, visit: Visit) -> None:
    """RFC 6749 §4.1.2. The others are replays, and a replay ends what the code gave."""
    results = track.race(racing.posts, settings, *([redeem(visit)] * RACERS))
    assert Counter(result.status for result in results) == {200: 1, 400: RACERS - 1}
    assert {json.loads(r.said)["error"] for r in results if r.status == 400} == {"invalid_grant"}
    assert [row.revoked_at is not None for row in rows(app, "SELECT revoked_at FROM grants")] == [True]


def test_eight_codes_at_once_give_eight_grants(
    track: Track, settings: Settings, app: Flask, shop: RelyingApp, alice: Person, visit: Visit
) -> None:
    """No write is lost, and no writer is turned away because others write."""
    visits = [visit, *(shop.asks("openid email").seen_by(alice) for _ in range(RACERS - 1))]
    results = track.race(racing.posts, settings, *(redeem(each) for each in visits))
    assert Counter(result.status for result in results) == {200: RACERS}
    assert len(rows(app, "SELECT 1 FROM grants WHERE revoked_at IS NULL")) == RACERS


@pytest.mark.incident("CVE-2026-1035")
def test_one_refresh_token_is_followed_once(track: Track, settings: Settings, app: Flask, visit: Visit) -> None:
    """One rotates; the others lost a race that honest apps lose too, and get the same generation again."""
    tokens = visit.redeems()
    fields = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    results = track.race(racing.posts, settings, *([("/token", fields, {"Authorization": visit.app.basic()})] * RACERS))
    assert Counter(result.status for result in results) == {200: RACERS}
    grant = rows(app, "SELECT generation, revoked_at FROM grants")
    assert [tuple(row) for row in grant] == [(1, None)]
    answers = [Tokens(visit.app, json.loads(result.said), {}, {}) for result in results]
    assert answers[0].refreshes().userinfo()
    assert [tuple(row) for row in rows(app, "SELECT generation, revoked_at FROM grants")] == [(2, None)]


def test_no_code_slips_past_the_disconnection_of_its_app(
    track: Track, settings: Settings, app: Flask, shop: RelyingApp, alice: Person, visit: Visit
) -> None:
    """Seven codes are redeemed while the person disconnects the app: whoever was first, nothing lives on."""
    visit.redeems()
    page = alice.browser.open("/account/apps/shop")
    assert isinstance(page, Page)
    cookies = "; ".join(f"{name}={alice.browser.cookie(name)}" for name in ("portico_session", "portico_browser"))
    disconnect = "/account/apps/shop", page.form(press="Disconnect").fields, {"Cookie": cookies}
    visits = [shop.asks("openid email").seen_by(alice) for _ in range(RACERS - 1)]
    results = track.race(racing.posts, settings, disconnect, *(redeem(each) for each in visits))
    assert results[0].status == 303
    assert {result.status for result in results[1:]} <= {200, 400}
    assert rows(app, "SELECT 1 FROM grants WHERE revoked_at IS NULL") == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_code_whose_grant_is_written_after_the_disconnection_swept_opens_nothing(app: Flask, visit: Visit) -> None:
    """What the INSERT saw is from before the disconnection; what it writes comes after. SQLite has one writer."""
    with app.app_context():
        engine = base.db.engine
    with engine.connect() as other, ThreadPoolExecutor(1) as app_redeems:
        other.execute(text("SELECT 1 FROM users FOR UPDATE"))
        late = app_redeems.submit(visit.tries_to_redeem)
        deadline = time.monotonic() + 30
        while not other.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).all():
            assert time.monotonic() < deadline
        other.execute(text("UPDATE consents SET withdrawn_at = updated_at + 600"))
        assert other.execute(text("UPDATE grants SET revoked_at = 1")).rowcount == 0
        other.commit()
        assert late.result(30).status_code == 400
    assert [row.revoked_at is not None for row in rows(app, "SELECT revoked_at FROM grants")] == [True]


def test_one_mailed_link_confirms_once(
    track: Track, settings: Settings, app: Flask, jane: Person, mailbox: Mailbox
) -> None:
    signs_up(jane)
    link = mailbox.newest(jane.email).link
    results = track.race(racing.presses, settings, *([(link, {})] * RACERS))
    assert not [result for result in results if result.status >= 500]
    assert len([result for result in results if "Email confirmed" in result.said]) == 1
    assert len(rows(app, "SELECT 1 FROM users")) == 1
    assert len(rows(app, "SELECT 1 FROM emails")) == 1
    assert sub_of(app, jane.email)


def test_one_sign_up_that_was_confirmed_elsewhere_is_claimed_once(
    track: Track, settings: Settings, app: Flask, jane: Person, mailbox: Mailbox
) -> None:
    """The person types the code although the link was pressed on a phone, while the page moves on by itself."""
    page = signs_up(jane)
    phone = Browser(app)
    phone.submit(phone.open(mailbox.newest(jane.email).link), "Confirm email")  # type: ignore[arg-type]
    sent = {**page.form("code").fields, "code": "000000"}
    cookies = {"portico_browser": str(jane.browser.cookie("portico_browser"))}
    results = track.race(racing.sends, settings, *([("/verify/code", sent, cookies)] * RACERS))
    assert not [result for result in results if result.status >= 500]
    assert len(rows(app, "SELECT 1 FROM browser_sessions")) == 1


def test_one_reset_link_sets_one_password(
    track: Track, settings: Settings, app: Flask, alice: Person, mailbox: Mailbox
) -> None:
    page = alice.browser.open("/forgot")
    alice.browser.submit(page, form=page.form("email"), email=alice.email)  # type: ignore[union-attr,arg-type]
    link = mailbox.newest(alice.email).link
    chosen = [f"Number-{n}-of-eight-tries!" for n in range(RACERS)]
    forms = [{"new_password": password, "confirm_password": password} for password in chosen]
    results = track.race(racing.presses, settings, *((link, form) for form in forms))
    assert not [result for result in results if result.status >= 500]
    assert Counter(result.status for result in results) == {200: 1, 410: RACERS - 1}
    won = chosen[[result.status for result in results].index(200)]
    hashed = rows(app, "SELECT value FROM credentials")
    assert len(hashed) == 1
    hasher = app.extensions["portico"].hasher
    assert [password for password in chosen if hasher.verify(hashed[0].value, password).ok] == [won]


def test_one_pending_request_is_answered_once(
    track: Track, settings: Settings, app: Flask, shop: RelyingApp, alice: Person
) -> None:
    """A double press, a reload and a second tab meet: the app gets one code."""
    visit = shop.asks(prompt="login").seen_by(alice)
    path = f"/authorize/{visit.page.url.partition('for=')[2]}"
    shop.asks().seen_by(alice).signs_in().allows()
    with app.app_context(), base.unit_of_work():
        done = text("UPDATE pending_authorizations SET authenticated_sid = (SELECT id FROM browser_sessions)")
        base.db.session.execute(done)
    cookies = {name: str(alice.browser.cookie(name)) for name in ("portico_session", "portico_browser")}
    results = track.race(racing.opens, settings, *([(path, cookies)] * RACERS))
    assert Counter(result.status for result in results) == {302: 1, 400: RACERS - 1}


def test_wrong_codes_are_counted_one_by_one(
    track: Track, settings: Settings, app: Flask, jane: Person, mailbox: Mailbox
) -> None:
    """Eight guesses at once are eight guesses: five are looked at, and then the code is worthless."""
    page = signs_up(jane)
    right = mailbox.newest(jane.email).code.replace(" ", "")
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    token = page.form("code").fields["csrf_token"]
    cookie = {"Cookie": f"portico_browser={jane.browser.cookie('portico_browser')}"}
    fields = {**page.form("code").fields, "code": wrong, "csrf_token": token}
    results = track.race(racing.posts, settings, *([("/verify/code", fields, cookie)] * RACERS))
    assert not [result for result in results if result.status >= 500]
    assert len([result for result in results if "isn’t right" in result.said]) <= settings.throttle.code_tries
    at = jane.browser.submit(page, form=page.form("code"), code=right)
    assert "no longer works" in at.text  # type: ignore[union-attr]
    assert not rows(app, "SELECT 1 FROM users")


@pytest.mark.section("RFC 8628 §3.5")
def test_one_device_code_gives_tokens_once(track: Track, settings: Settings, app: Flask, alice: Person) -> None:
    """Who comes second is no thief: a device may have lost the answer. What the first got stays good."""
    waiting = devices.asks(devices.registered(app)).typed_by(alice).signs_in().allows()
    fields = {"grant_type": devices.GRANT, "device_code": waiting.said["device_code"], "client_id": "tv"}
    results = track.race(racing.posts, settings, *([("/token", fields, {})] * RACERS))
    assert Counter(result.status for result in results) == {200: 1, 400: RACERS - 1}
    assert {json.loads(r.said)["error"] for r in results if r.status == 400} == {"invalid_grant"}
    assert [row.revoked_at for row in rows(app, "SELECT revoked_at FROM grants")] == [None]


@pytest.mark.section("OpenID CIBA Core 1.0 §11")
def test_one_auth_req_id_gives_tokens_once(track: Track, settings: Settings, app: Flask, alice: Person) -> None:
    """As with a device: what the first got stays good."""
    bank = backchannels.registered(app, first_party=True)
    asked = backchannels.asks(bank, alice).seen_by(alice).signs_in().reviews().allows()
    fields = {"grant_type": backchannels.GRANT, "auth_req_id": asked.said["auth_req_id"]}
    results = track.race(racing.posts, settings, *([("/token", fields, {"Authorization": bank.basic()})] * RACERS))
    assert Counter(result.status for result in results) == {200: 1, 400: RACERS - 1}
    assert {json.loads(r.said)["error"] for r in results if r.status == 400} == {"invalid_grant"}
    assert [row.revoked_at for row in rows(app, "SELECT revoked_at FROM grants")] == [None]


@pytest.mark.section("RFC 8628 §3.5")
def test_of_polls_at_one_moment_one_is_in_time(track: Track, settings: Settings, app: Flask) -> None:
    waiting = devices.asks(devices.registered(app))
    fields = {"grant_type": devices.GRANT, "device_code": waiting.said["device_code"], "client_id": "tv"}
    results = track.race(racing.posts, settings, *([("/token", fields, {})] * RACERS))
    heard = Counter(json.loads(result.said)["error"] for result in results)
    assert heard == {"authorization_pending": 1, "slow_down": RACERS - 1}
    found = rows(app, "SELECT poll_every FROM polled_requests")
    assert [row.poll_every for row in found] == [5 + 5 * (RACERS - 1)]
