"""Authenticators and recovery codes as they are stored: bound, used once, replaced whole."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from idp.accounts import second_factor, totp
from idp.accounts.devices import Device
from idp.accounts.sign_in import Source
from idp.settings.sections import Throttle
from idp.signing.wrapping import BadWrapping, KeyFolder, wrapped_under
from idp.store import authenticators, emails, half_sign_ins, recovery_codes, trusted_devices, users
from idp.store.base import db, fingerprint, new_id, unit_of_work
from idp.store.half_sign_ins import Half
from idp.store.users import Account

NOW = 1_800_000_000
SOURCE = Source("browser", Device("device"), "192.0.2.1")
MANY_TRIES = Throttle(password_tries=10**6, network_tries=10**6, code_tries=10**6)
RACERS = 8


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder.create_first(tmp_path / "kek")


@pytest.fixture
def alice(store: Flask) -> Account:
    return somebody("alice@example.org")


def somebody(lookup: str) -> Account:
    with unit_of_work():
        user_id = users.add("en", NOW)
        assert emails.prove(lookup, lookup, user_id, NOW, "link")
    return seen(user_id)


def seen(user_id: str) -> Account:
    account = users.by_id(user_id)
    assert account
    return account


def set_up(account: Account, folder: KeyFolder, session: str = "s" * 22) -> tuple[bytes, tuple[str, ...]]:
    with unit_of_work():
        assert second_factor.begin(account.user_id, session, folder, NOW)
    waiting = second_factor.being_set_up(account.user_id, session, folder, NOW)
    assert waiting
    with unit_of_work():
        codes = second_factor.confirm(account, waiting, totp.code_of(waiting.key, totp.step_of(NOW)), folder, NOW)
    assert codes
    return waiting.key, codes


def gives(account: Account, code: str, folder: KeyFolder, now: int = NOW + 30) -> bool:
    return second_factor.shows_code(account, code, SOURCE, folder, MANY_TRIES, now)


class TestSettingUp:
    def test_before_the_first_code_nothing_is_owed(self, alice: Account, folder: KeyFolder) -> None:
        with unit_of_work():
            assert second_factor.begin(alice.user_id, "s" * 22, folder, NOW)
        assert not seen(alice.user_id).has_authenticator
        waiting = second_factor.being_set_up(alice.user_id, "s" * 22, folder, NOW)
        assert waiting
        assert not gives(alice, totp.code_of(waiting.key, totp.step_of(NOW)), folder, NOW)

    def test_after_it_the_code_is_used_already(self, alice: Account, folder: KeyFolder) -> None:
        key, codes = set_up(alice, folder)
        assert seen(alice.user_id).has_authenticator
        assert len(codes) == recovery_codes.left(alice.user_id) == 10
        assert not gives(alice, totp.code_of(key, totp.step_of(NOW)), folder)
        assert gives(alice, totp.code_of(key, totp.step_of(NOW) + 1), folder)

    def test_a_wrong_code_sets_up_nothing(self, alice: Account, folder: KeyFolder) -> None:
        with unit_of_work():
            second_factor.begin(alice.user_id, "s" * 22, folder, NOW)
        waiting = second_factor.being_set_up(alice.user_id, "s" * 22, folder, NOW)
        assert waiting
        for typed in ("", "12345", totp.code_of(waiting.key, totp.step_of(NOW) + 2)):
            with unit_of_work():
                assert second_factor.confirm(alice, waiting, typed, folder, NOW) is None
        assert not seen(alice.user_id).has_authenticator

    def test_the_key_that_waits_is_the_sessions_own_and_is_thrown_away(self, alice: Account, folder: KeyFolder) -> None:
        """Somebody at an unlocked computer may have noted the key that a session of theirs was shown."""
        with unit_of_work():
            second_factor.begin(alice.user_id, "s" * 22, folder, NOW)
        first = second_factor.being_set_up(alice.user_id, "s" * 22, folder, NOW)
        assert second_factor.being_set_up(alice.user_id, "t" * 22, folder, NOW) is None
        assert second_factor.being_set_up(alice.user_id, "s" * 22, folder, NOW + 3600) is None
        with unit_of_work():
            second_factor.begin(alice.user_id, "s" * 22, folder, NOW)
        second = second_factor.being_set_up(alice.user_id, "s" * 22, folder, NOW)
        assert first
        assert second
        assert first.key != second.key
        with unit_of_work():
            code = totp.code_of(first.key, totp.step_of(NOW))
            assert second_factor.confirm(alice, first, code, folder, NOW) is None, "another one was begun meanwhile"

    def test_whoever_has_one_cannot_set_up_another_over_it(self, alice: Account, folder: KeyFolder) -> None:
        key, _ = set_up(alice, folder)
        with unit_of_work():
            assert not second_factor.begin(alice.user_id, "s" * 22, folder, NOW)
        assert second_factor.being_set_up(alice.user_id, "s" * 22, folder, NOW) is None
        assert gives(alice, totp.code_of(key, totp.step_of(NOW) + 1), folder)

    def test_a_row_of_one_person_is_worth_nothing_to_another(self, alice: Account, folder: KeyFolder) -> None:
        """Whoever can write to the database, and has no key of keys/, cannot bring their own phone."""
        mallory = somebody("mallory@example.org")
        key, _ = set_up(mallory, folder)
        set_up(alice, folder)
        with unit_of_work():
            swap = (
                "UPDATE authenticators SET key = (SELECT key FROM authenticators WHERE user_id = :m) WHERE user_id = :a"
            )
            db.session.execute(text(swap), {"m": mallory.user_id, "a": alice.user_id})
        with pytest.raises(BadWrapping):
            gives(alice, totp.code_of(key, totp.step_of(NOW) + 1), folder)


@pytest.mark.section("RFC 6238 §5.2")
def test_of_eight_who_give_the_same_code_one_passes(store: Flask, alice: Account, folder: KeyFolder) -> None:
    key, _ = set_up(alice, folder)
    code = totp.code_of(key, totp.step_of(NOW) + 1)
    assert at_once(store, lambda: gives(alice, code, folder)).count(True) == 1


def test_of_eight_who_give_the_same_recovery_code_one_passes(store: Flask, alice: Account, folder: KeyFolder) -> None:
    _, codes = set_up(alice, folder)

    def try_it() -> bool:
        return second_factor.has_recovery_code(alice, codes[0], SOURCE, folder, MANY_TRIES, NOW)

    assert at_once(store, try_it).count(True) == 1
    assert recovery_codes.left(alice.user_id) == 9


def test_of_eight_who_complete_a_half_sign_in_one_does(store: Flask, alice: Account) -> None:
    half = half_of(alice)

    def complete() -> bool:
        with unit_of_work():
            return half_sign_ins.complete(half.id, half.browser, NOW)

    assert at_once(store, complete).count(True) == 1


def test_of_eight_who_make_new_recovery_codes_each_has_ten_and_ten_are_left(
    store: Flask, alice: Account, folder: KeyFolder
) -> None:
    set_up(alice, folder)

    def renew() -> tuple[str, ...] | None:
        with unit_of_work():
            return second_factor.renew_codes(alice, folder, NOW)

    made = at_once(store, renew)
    assert recovery_codes.left(alice.user_id) == 10
    worth = [codes for codes in made if codes and spends(alice, codes[0], folder)]
    assert len(worth) == 1


def at_once(store: Flask, act):  # type: ignore[no-untyped-def]
    def run(_: int) -> object:
        with store.app_context():
            return act()

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(run, range(RACERS)))


def spends(account: Account, code: str, folder: KeyFolder) -> bool:
    return second_factor.has_recovery_code(account, code, SOURCE, folder, MANY_TRIES, NOW)


def half_of(account: Account) -> Half:
    half = Half(new_id(), "browser", account.user_id, "pwd", True, None, "", "", NOW, NOW + 600)
    with unit_of_work():
        half_sign_ins.open(half)
    return half


class TestRecoveryCodes:
    def test_each_works_once_and_for_its_person_alone(self, alice: Account, folder: KeyFolder) -> None:
        _, codes = set_up(alice, folder)
        bob = somebody("bob@example.org")
        set_up(bob, folder)
        assert not spends(bob, codes[0], folder)
        assert [spends(alice, code, folder) for code in (codes[0], codes[0], codes[1])] == [True, False, True]
        assert recovery_codes.left(alice.user_id) == 8

    def test_new_ones_end_the_old_ones(self, alice: Account, folder: KeyFolder) -> None:
        _, old = set_up(alice, folder)
        with unit_of_work():
            new = second_factor.renew_codes(alice, folder, NOW)
        assert new
        assert not set(new) & set(old)
        assert not any(spends(alice, code, folder) for code in old)
        assert spends(alice, new[9], folder)

    def test_without_an_authenticator_there_are_none(self, alice: Account, folder: KeyFolder) -> None:
        with unit_of_work():
            assert second_factor.renew_codes(alice, folder, NOW) is None
        assert recovery_codes.left(alice.user_id) == 0

    def test_the_database_holds_no_code_and_no_key(self, alice: Account, folder: KeyFolder) -> None:
        key, codes = set_up(alice, folder)
        held = " ".join(
            str(value)
            for table in ("authenticators", "recovery_codes", "audit")
            for row in db.session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608
            for value in row
        )
        secrets = [*codes, *(code.replace("-", "") for code in codes), totp.as_text(key).replace(" ", ""), key.hex()]
        assert not [secret for secret in secrets if secret in held or fingerprint(secret) in held]


class TestTheEnd:
    def test_turning_off_ends_codes_trust_and_whoever_is_half_in(self, alice: Account, folder: KeyFolder) -> None:
        _, codes = set_up(alice, folder)
        half = half_of(alice)
        with unit_of_work():
            trusted_devices.add(alice.user_id, "t" * 64, "Firefox", "192.0.2.1", NOW, NOW + 600)
        assert trusted_devices.is_trusted("t" * 64, alice.user_id, NOW)
        with unit_of_work():
            assert second_factor.turn_off(alice, NOW)
            assert not second_factor.turn_off(alice, NOW)
        assert not seen(alice.user_id).has_authenticator
        assert not spends(alice, codes[0], folder)
        assert not trusted_devices.is_trusted("t" * 64, alice.user_id, NOW)
        assert half_sign_ins.find(half.id, half.browser, NOW) is None

    def test_set_up_again_it_is_another_key(self, alice: Account, folder: KeyFolder) -> None:
        old, codes = set_up(alice, folder)
        with unit_of_work():
            second_factor.turn_off(alice, NOW)
        new, _ = set_up(alice, folder)
        assert old != new
        assert not gives(alice, totp.code_of(old, totp.step_of(NOW) + 1), folder)
        assert not spends(alice, codes[0], folder)


class TestResealing:
    @pytest.fixture
    def changed(self, alice: Account, folder: KeyFolder) -> tuple[bytes, tuple[str, ...]]:
        known = set_up(alice, folder)
        folder.prepare()
        folder.promote()
        return known

    def test_every_key_moves_under_the_new_one_and_everything_goes_on(
        self, alice: Account, folder: KeyFolder, changed: tuple[bytes, tuple[str, ...]]
    ) -> None:
        key, codes = changed
        with unit_of_work():
            assert second_factor.reseal(folder, NOW) == 1
            assert second_factor.reseal(folder, NOW) == 0
        stored = authenticators.of(alice.user_id)
        assert stored
        assert wrapped_under(stored.key) == 2
        (folder.directory / "0001.key").unlink()
        folder.reread()
        assert gives(alice, totp.code_of(key, totp.step_of(NOW) + 1), folder)
        assert spends(alice, codes[0], folder)

    def test_a_key_that_is_being_set_up_is_left_alone(
        self, folder: KeyFolder, changed: tuple[bytes, tuple[str, ...]]
    ) -> None:
        bob = somebody("bob@example.org")
        with unit_of_work():
            second_factor.begin(bob.user_id, "s" * 22, folder, NOW)
            assert second_factor.reseal(folder, NOW) == 1
        assert second_factor.being_set_up(bob.user_id, "s" * 22, folder, NOW)
