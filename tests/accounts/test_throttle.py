"""Guesses are slowed for everybody but the owner, whatever page they are made on."""

import pytest

from idp.accounts import throttle
from idp.accounts.throttle import TooMany, network_of
from idp.settings.sections import Throttle

NOW = 1_800_000_000
LIMITS = Throttle(password_tries=3, network_tries=8)
MINUTE = 60
ALICE, BOB = "alice@example.org", "bob@example.org"


def guess(lookup: str = ALICE, network: str = "192.0.2.1", device: str | None = None, now: int = NOW) -> throttle.Guess:
    return throttle.password(lookup, network, device, LIMITS, now)


@pytest.mark.usefixtures("store")
class TestPasswords:
    def test_an_account_takes_so_many_guesses_from_wherever_they_come(self) -> None:
        for host in range(3):
            guess(network=f"192.0.2.{host}")
        with pytest.raises(TooMany) as refused:
            guess(network="192.0.2.99", now=NOW + MINUTE)
        assert refused.value.retry_after == 14 * MINUTE
        guess(now=NOW + 15 * MINUTE)

    def test_a_network_takes_so_many_guesses_at_whatever_accounts(self) -> None:
        for number in range(8):
            guess(f"person{number}@example.org")
        with pytest.raises(TooMany):
            guess("another@example.org")
        guess("another@example.org", network="198.51.100.1")

    def test_a_remembered_device_is_not_slowed_by_strangers(self) -> None:
        for number in range(9):
            with_network = f"192.0.2.{number}"
            try:
                guess(network=with_network)
            except TooMany:
                continue
        guess(device="owners laptop")

    def test_a_remembered_device_guesses_no_more_than_others(self) -> None:
        for _ in range(6):
            guess(device="stolen laptop")
        with pytest.raises(TooMany):
            guess(device="stolen laptop")

    def test_the_right_password_starts_the_account_again_but_not_the_network(self) -> None:
        for _ in range(2):
            guess()
        guess().was_right()
        for _ in range(3):
            guess()
        with pytest.raises(TooMany):
            guess()
        for number in range(2):
            guess(f"person{number}@example.org")
        with pytest.raises(TooMany):
            guess(BOB)

    def test_ones_own_account_does_not_reset_the_network(self) -> None:
        for number in range(8):
            guess(f"victim{number}@example.org")
            if number < 7:
                guess("mallory@example.org").was_right()
        with pytest.raises(TooMany):
            guess("victim8@example.org")

    def test_a_try_the_server_was_too_busy_for_does_not_count(self) -> None:
        for _ in range(20):
            guess().was_none()
        guess()


@pytest.mark.usefixtures("store")
class TestCodes:
    @pytest.mark.incident("GHSA-85v8-vx4w-q684")
    @pytest.mark.incident("CVE-2026-9798")
    def test_a_code_counts_for_the_network_as_a_password_does(self) -> None:
        for number in range(8):
            throttle.code(f"person{number}@example.org", "192.0.2.1", LIMITS, NOW)
        with pytest.raises(TooMany):
            guess()

    def test_new_mails_do_not_bring_endless_guesses_at_one_address(self) -> None:
        for number in range(20):
            throttle.code(ALICE, f"192.0.2.{number}", LIMITS, NOW + number * MINUTE)
        with pytest.raises(TooMany):
            throttle.code(ALICE, "192.0.2.99", LIMITS, NOW + 12 * 3600)


@pytest.mark.usefixtures("store")
class TestMails:
    def test_one_a_minute_when_asked_again_and_five_an_hour(self) -> None:
        throttle.mail("confirm", ALICE, LIMITS, NOW)
        for number in range(1, 5):
            throttle.mail("confirm", ALICE, LIMITS, NOW + number * MINUTE, again=True)
        with pytest.raises(TooMany) as refused:
            throttle.mail("confirm", ALICE, LIMITS, NOW + 10 * MINUTE, again=True)
        assert refused.value.retry_after == 50 * MINUTE
        throttle.mail("confirm", ALICE, LIMITS, NOW + 60 * MINUTE, again=True)

    def test_again_comes_a_minute_after_the_first_mail_at_the_earliest(self) -> None:
        throttle.mail("confirm", ALICE, LIMITS, NOW)
        with pytest.raises(TooMany) as refused:
            throttle.mail("confirm", ALICE, LIMITS, NOW + 20, again=True)
        assert refused.value.retry_after == 40

    def test_signing_up_anew_is_not_asking_again(self) -> None:
        throttle.mail("confirm", ALICE, LIMITS, NOW)
        throttle.mail("confirm", ALICE, LIMITS, NOW + 1)

    def test_twice_within_a_minute_is_once_too_often(self) -> None:
        throttle.mail("confirm", ALICE, LIMITS, NOW, again=True)
        with pytest.raises(TooMany) as refused:
            throttle.mail("confirm", ALICE, LIMITS, NOW + 20, again=True)
        assert refused.value.retry_after == 40

    def test_each_kind_and_address_has_its_own_count(self) -> None:
        for _ in range(5):
            throttle.mail("confirm", ALICE, LIMITS, NOW)
        throttle.mail("reset", ALICE, LIMITS, NOW)
        throttle.mail("confirm", BOB, LIMITS, NOW)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.10", "192.0.2.10"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.10", "192.0.2.10"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_a_network_is_what_one_customer_has(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.usefixtures("store")
class TestFactors:
    """Codes of an app and recovery codes: whoever may try them knows the first proof already."""

    def guess(self, network: str = "192.0.2.1", device: str | None = None, now: int = NOW) -> throttle.Guess:
        return throttle.factor("code", "alice", network, device, LIMITS, now)

    def test_one_count_for_all_networks(self) -> None:
        for host in range(3):
            self.guess(f"192.0.2.{host}")
        with pytest.raises(TooMany) as refused:
            self.guess("192.0.2.99", now=NOW + MINUTE)
        assert refused.value.retry_after == 14 * MINUTE

    def test_each_kind_and_person_has_their_own(self) -> None:
        for _ in range(3):
            self.guess()
        throttle.factor("recovery", "alice", "192.0.2.1", None, LIMITS, NOW)
        throttle.factor("code", "bob", "192.0.2.1", None, LIMITS, NOW)

    def test_a_wrong_code_counts_for_its_network_as_a_password_does(self) -> None:
        for number in range(5):
            guess(f"person{number}@example.org")
        for _ in range(3):
            self.guess()
        with pytest.raises(TooMany):
            guess("another@example.org")

    def test_a_day_has_a_limit_that_the_right_code_does_not_start_again(self) -> None:
        for window in range(10):
            for _ in range(2):
                self.guess(f"192.0.2.{window}", now=NOW + window * 15 * MINUTE)
            if window < 9:
                self.guess(now=NOW + window * 15 * MINUTE).was_right()
        with pytest.raises(TooMany) as refused:
            self.guess("192.0.2.99", now=NOW + 10 * 15 * MINUTE)
        assert refused.value.retry_after == 86400 - 10 * 15 * MINUTE

    def test_a_remembered_device_is_not_slowed_by_strangers_and_guesses_no_more_than_they(self) -> None:
        for _ in range(3):
            self.guess()
        for _ in range(3):
            self.guess(device="owners laptop")
        with pytest.raises(TooMany):
            self.guess(device="owners laptop")

    def test_many_remembered_devices_are_worth_no_more_than_five(self) -> None:
        """Who knew the password before there was a second factor may have had any number of browsers remembered."""
        for number in range(5 * 4 * LIMITS.code_tries):
            self.guess(device=f"stocked {number}")
        with pytest.raises(TooMany):
            self.guess(device="one more")
