"""Mail links and codes: once, in time, the newest only, and five guesses at a code."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text

from idp.accounts import joining, proofs
from idp.accounts.identifiers import normalise_email
from idp.accounts.joining import Terms
from idp.accounts.proofs import CONFIRM_FOR, RESET_FOR, NoTriesLeft
from idp.signing.sealing import Sealer
from idp.signing.wrapping import KeyFolder
from idp.store import emails, sign_ups, users
from idp.store.base import db, fingerprint, unit_of_work
from idp.store.proofs import CONFIRM, RESET, by_token
from idp.store.sign_ups import Waiting
from tests import databases

NOW = 1_800_000_000
KEY, OLDER_KEY = b"k" * 32, b"o" * 32
TRIES = 5
TERMS = Terms("2026-11", "2026-11", marketing=False, locale="en", network="192.0.2.1")
pytestmark = pytest.mark.usefixtures("store")


def sealer() -> Sealer:
    """No sign-up here carries an identity that it would have to open."""
    return Sealer(KeyFolder.open(databases.key_folder()))


def signed_up(browser: str = "firefox", address: str = "Alice@example.org", now: int = NOW) -> Waiting:
    with unit_of_work():
        return joining.sign_up(normalise_email(address), f"hash of {browser}", browser, TERMS, now)


def mailed(waiting: Waiting, now: int = NOW, *, deliverable: bool = True) -> proofs.Mailed:
    with unit_of_work():
        return proofs.open_confirmation(waiting.lookup, waiting.id, None, KEY, now, deliverable=deliverable)


def confirmed(token: str, now: int = NOW) -> joining.Confirmed | None:
    with unit_of_work():
        return joining.confirm_by_link(token, "phone", sealer(), now)


def tried(waiting: Waiting, code: str, now: int = NOW) -> joining.Confirmed | None:
    with unit_of_work():
        return joining.confirm_by_code(waiting, code, (KEY, OLDER_KEY), TRIES, sealer(), now)


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


@pytest.mark.incident("CVE-2022-23555")
def test_a_link_makes_the_account_once() -> None:
    waiting = signed_up()
    link = mailed(waiting).token
    first, second = confirmed(link), confirmed(link)
    assert first is not None
    assert second is None
    account = users.by_email("alice@example.org")
    assert account is not None
    assert (account.user_id, account.email, account.password) == (first.user_id, "Alice@example.org", "hash of firefox")
    spent = by_token(fingerprint(link), CONFIRM)
    assert spent is not None
    assert spent.user_id == first.user_id


def test_looking_at_a_link_spends_nothing() -> None:
    link = mailed(signed_up()).token
    for _ in range(3):
        assert proofs.look(link, CONFIRM, NOW) is not None
    assert confirmed(link) is not None
    assert proofs.look(link, CONFIRM, NOW) is None


def test_a_link_ends_with_its_time() -> None:
    link = mailed(signed_up()).token
    assert proofs.look(link, CONFIRM, NOW + CONFIRM_FOR - 1) is not None
    assert confirmed(link, NOW + CONFIRM_FOR) is None
    assert users.by_email("alice@example.org") is None


def test_only_the_newest_link_of_a_sign_up_works() -> None:
    waiting = signed_up()
    older, newer = mailed(waiting).token, mailed(waiting, NOW + 1).token
    assert confirmed(older, NOW + 2) is None
    assert confirmed(newer, NOW + 2) is not None


@pytest.mark.incident("CVE-2022-46145")
def test_a_link_is_good_for_its_purpose_alone() -> None:
    confirm = mailed(signed_up()).token
    with unit_of_work():
        reset = proofs.open_reset("alice@example.org", None, None, NOW).token
        assert proofs.spend(confirm, RESET, NOW) is None
        assert proofs.spend(reset, CONFIRM, NOW) is None


def test_a_code_makes_the_account_once() -> None:
    waiting = signed_up()
    code = mailed(waiting).code
    assert tried(waiting, code) is not None
    with pytest.raises(NoTriesLeft):
        tried(waiting, code)


@pytest.mark.incident("CVE-2025-64102")
def test_five_wrong_codes_end_the_code_and_a_new_mail_brings_a_new_one() -> None:
    waiting = signed_up()
    code = mailed(waiting).code
    for _ in range(TRIES):
        assert tried(waiting, another(code)) is None
    with pytest.raises(NoTriesLeft):
        tried(waiting, code)
    fresh = mailed(waiting, NOW + 60)
    assert tried(waiting, fresh.code, NOW + 60) is not None


def test_a_code_spends_the_link_of_the_same_mail_and_the_link_the_code() -> None:
    alice, bob = signed_up(), signed_up(address="bob@example.org")
    to_alice, to_bob = mailed(alice), mailed(bob)
    assert tried(alice, to_alice.code) is not None
    assert confirmed(to_alice.token) is None
    assert confirmed(to_bob.token) is not None
    with pytest.raises(NoTriesLeft):
        tried(bob, to_bob.code)


@pytest.mark.incident("CVE-2022-23555")
def test_a_code_is_good_for_its_own_sign_up_alone() -> None:
    alice, mallory = signed_up(), signed_up("opera", "mallory@example.org")
    to_mallory, to_alice = mailed(mallory), mailed(alice)
    while to_mallory.code == to_alice.code:
        to_alice = mailed(alice)
    assert tried(mallory, to_alice.code) is None
    assert tried(alice, to_mallory.code) is None
    assert users.by_email("alice@example.org") is None


def test_a_code_made_under_the_older_key_still_works() -> None:
    waiting = signed_up()
    with unit_of_work():
        code = proofs.open_confirmation(waiting.lookup, waiting.id, None, OLDER_KEY, NOW, deliverable=True).code
    assert tried(waiting, code) is not None


def test_what_no_mail_carried_opens_nothing() -> None:
    waiting = signed_up()
    assert tried(waiting, mailed(waiting, deliverable=False).code) is None
    assert tried(waiting, "") is None


@pytest.mark.incident("CVE-2026-49448")
def test_an_empty_token_or_code_spends_nothing() -> None:
    waiting = signed_up()
    mailed(waiting)
    assert confirmed("") is None
    assert tried(waiting, "") is None
    assert users.by_email("alice@example.org") is None


def test_of_two_sign_ups_the_proved_one_becomes_the_account_with_its_own_password() -> None:
    """Pre-hijacking: what a stranger typed for this address leads nowhere once its owner proved it."""
    stranger = signed_up("opera")
    strangers_link = mailed(stranger).token
    owner = signed_up("firefox", now=NOW + 1)
    assert confirmed(mailed(owner, NOW + 1).token, NOW + 2) is not None
    late = confirmed(strangers_link, NOW + 3)
    assert late is not None
    assert late.user_id is None
    account = users.by_email("alice@example.org")
    assert account is not None
    assert account.password == "hash of firefox"
    assert joining.came_of(stranger.id) is None
    assert joining.came_of(owner.id) == account.user_id


def test_a_sign_up_repeated_in_one_browser_takes_the_place_of_the_first() -> None:
    first = signed_up()
    link = mailed(first).token
    signed_up(now=NOW + 1)
    assert sign_ups.find(first.id, NOW + 1) is None
    assert confirmed(link, NOW + 1) is None


def test_another_browser_cannot_end_a_sign_up_by_repeating_it() -> None:
    link = mailed(signed_up("firefox")).token
    mailed(signed_up("opera", now=NOW + 1), NOW + 1)
    assert confirmed(link, NOW + 2) is not None


def test_the_browser_of_a_sign_up_takes_what_came_of_it_once() -> None:
    waiting = signed_up()
    with unit_of_work():
        assert not sign_ups.claim(waiting.id, "opera")
        assert sign_ups.claim(waiting.id, "firefox")
        assert not sign_ups.claim(waiting.id, "firefox")


def test_a_void_sign_up_cannot_be_taken_any_more() -> None:
    waiting = signed_up()
    account = confirmed(mailed(waiting).token)
    assert account is not None
    with unit_of_work():
        sign_ups.void(str(account.user_id))
        assert not sign_ups.claim(waiting.id, "firefox")


def test_a_newer_reset_link_ends_the_older_one() -> None:
    with unit_of_work():
        user_id = users.add("en", NOW)
        emails.prove("alice@example.org", "alice@example.org", user_id, NOW, "link")
        older = proofs.open_reset("alice@example.org", user_id, None, NOW).token
        newer = proofs.open_reset("alice@example.org", user_id, None, NOW).token
        assert proofs.look(older, RESET, NOW) is None
        assert proofs.look(newer, RESET, NOW + RESET_FOR - 1) is not None
        assert proofs.spend(newer, RESET, NOW + RESET_FOR) is None


def test_a_link_and_a_code_are_stored_as_hashes_only() -> None:
    waiting = signed_up()
    sent = mailed(waiting)
    stored = str(db.session.execute(text("SELECT id, token, code FROM proofs")).all())
    assert fingerprint(sent.token) in stored
    assert sent.token not in stored + repr(sent)
    assert f"'{sent.code}'" not in stored + repr(sent)


def test_of_eight_requests_with_one_link_one_makes_the_account(store: Flask) -> None:
    link = mailed(signed_up()).token

    def one(_: int) -> bool:
        with store.app_context():
            return confirmed(link) is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(8))) == 1


def test_guesses_made_at_once_are_counted_one_by_one(store: Flask) -> None:
    waiting = signed_up()
    wrong = another(mailed(waiting).code)

    def one(_: int) -> bool:
        with store.app_context():
            try:
                tried(waiting, wrong)
            except NoTriesLeft:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(12))) == TRIES


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("482913", "482913"),
        (" 482 913 ", "482913"),
        ("482-913", "482913"),
        ("４８２９１３", "482913"),
        ("482\u00a0913", "482913"),
        ("48291", None),
        ("4829134", None),
        ("48291a", None),
        ("٤٨٢٩١٣", None),
        ("", None),
    ],
)
def test_a_code_is_read_however_it_was_typed(typed: str, read: str | None) -> None:
    assert proofs.read_code(typed) == read
