"""Passwords are hashed with Argon2id at OWASP's parameters, a few at once, behind everything else."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from statistics import median
from time import thread_time

import pytest

from idp.accounts.hashing import LOWER_PRIORITY, Busy, PasswordHasher, Verdict
from idp.settings.sections import Password

PASSWORD = "Tr0ub4dor&3"


@pytest.fixture(scope="module")
def hasher() -> PasswordHasher:
    return PasswordHasher(Password())


def test_owasp_parameters_are_the_default(hasher: PasswordHasher) -> None:
    assert hasher.hash(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_right_password_is_right_and_another_is_not(hasher: PasswordHasher) -> None:
    stored = hasher.hash(PASSWORD)
    assert hasher.verify(stored, PASSWORD) == Verdict(ok=True)
    assert hasher.verify(stored, PASSWORD + " ") == Verdict(ok=False)
    assert hasher.verify(stored, PASSWORD.lower()) == Verdict(ok=False)


def test_two_unicode_spellings_of_one_password_are_the_same(hasher: PasswordHasher) -> None:
    assert hasher.verify(hasher.hash("Pâté-2é!"), "Pa\u0302te\u0301-2e\u0301!").ok


def test_a_password_is_never_cut_short(hasher: PasswordHasher) -> None:
    stored = hasher.hash("x" * 256)
    assert not hasher.verify(stored, "x" * 255).ok
    assert not hasher.verify(stored, "x" * 256 + "y").ok


def test_nobody_has_no_password(hasher: PasswordHasher) -> None:
    assert hasher.verify(None, PASSWORD) == Verdict(ok=False)
    assert hasher.verify(None, "") == Verdict(ok=False)


@pytest.mark.parametrize("stored", ["", "!", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=1,t=1,p=1$x$y"])
def test_a_hash_we_cannot_read_is_never_right(hasher: PasswordHasher, stored: str) -> None:
    assert hasher.verify(stored, PASSWORD) == Verdict(ok=False)


def test_a_password_hashed_with_lower_parameters_is_right_and_due_for_a_new_hash(hasher: PasswordHasher) -> None:
    old = PasswordHasher(Password(argon2_memory_kib=8192, argon2_time_cost=1)).hash(PASSWORD)
    assert hasher.verify(old, PASSWORD) == Verdict(ok=True, needs_rehash=True)


@pytest.mark.incident("django-allauth 0.54")
@pytest.mark.incident("django-allauth 65.3.0")
def test_an_unknown_account_costs_what_a_wrong_password_costs(hasher: PasswordHasher) -> None:
    """CPU time of the hashing thread, so that a busy machine does not disturb it; the two are interleaved."""
    stored = hasher.hash(PASSWORD)

    def cost(candidate: str | None) -> float:
        def timed() -> float:
            began = thread_time()
            hasher._verify(candidate, b"wrong")
            return thread_time() - began

        return hasher._queued(timed)

    pairs = [(cost(stored), cost(None)) for _ in range(15)]
    known, unknown = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    assert abs(known - unknown) < 0.25 * known


@pytest.fixture
def held() -> Iterator[tuple[PasswordHasher, threading.Event]]:
    """A hasher with one thread and room for one more, whose thread is kept busy until the event is set."""
    hasher = PasswordHasher(Password(hashing_threads=1, hashing_queue=1, argon2_memory_kib=8, argon2_time_cost=1))
    release = threading.Event()
    yield hasher, release
    release.set()


def test_a_storm_is_turned_away_instead_of_queueing(held: tuple[PasswordHasher, threading.Event]) -> None:
    hasher, release = held
    results: list[Verdict] = []
    waiting = [
        threading.Thread(target=lambda: hasher._queued(release.wait)),
        threading.Thread(target=lambda: results.append(hasher.verify(None, PASSWORD))),
    ]
    for thread in waiting:
        thread.start()
    _wait_until_full(hasher)
    with pytest.raises(Busy):
        hasher.hash(PASSWORD)
    release.set()
    for thread in waiting:
        thread.join()
    assert results == [Verdict(ok=False)]
    assert hasher.hash(PASSWORD)


def test_hashing_runs_at_a_lower_priority_than_the_request(hasher: PasswordHasher) -> None:
    if not hasattr(os, "getpriority"):
        pytest.skip("this system has no priorities")
    found: Future[int] = hasher._pool.submit(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert found.result() == min(here + LOWER_PRIORITY, 19) or found.result() == LOWER_PRIORITY


def _wait_until_full(hasher: PasswordHasher) -> None:
    for _ in range(1000):
        if not hasher._seats.acquire(blocking=False):
            return
        hasher._seats.release()
        threading.Event().wait(0.005)
    pytest.fail("the queue never filled up")
