"""Argon2id (RFC 9106) at OWASP's parameters: a bounded number at once, behind everything else the worker does.

A sign-in storm must not starve the token endpoint, so hashing has threads of its own at a lower priority, and
a queue that ends: whoever finds it full is told to come back (`Busy`) instead of waiting with everybody else.
"""

import os
import sys
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from idp.settings.sections import Password

Result = TypeVar("Result")
LOWER_PRIORITY = 10
RETRY_AFTER = 3


class Busy(Exception):
    """Every seat of the hashing queue is taken; the door answers 503 with Retry-After."""

    retry_after = RETRY_AFTER


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the password was right, and whether its hash should be made again with today's parameters."""

    ok: bool
    needs_rehash: bool = False


class PasswordHasher:
    """Hashes and verifies passwords after NFKC; never trims or truncates them.

    `Busy` is raised when `hashing_threads + hashing_queue` passwords are being hashed or waiting already.
    """

    def __init__(self, settings: Password) -> None:
        self._argon2 = argon2.PasswordHasher(
            time_cost=settings.argon2_time_cost, memory_cost=settings.argon2_memory_kib, parallelism=1
        )
        self._seats = threading.BoundedSemaphore(settings.hashing_threads + settings.hashing_queue)
        self._pool = ThreadPoolExecutor(settings.hashing_threads, "hashing", initializer=_step_back)

    def hash(self, password: str) -> str:
        """The Argon2id hash of a password, in PHC string format, with a salt of its own."""
        return self._queued(lambda: self._argon2.hash(_octets(password)))

    def verify(self, stored: str | None, password: str) -> Verdict:
        """Whether the password is the one behind the stored hash.

        None, for an account that does not exist or has no password, takes the same time and is never right.
        """
        return self._queued(lambda: self._verify(stored, _octets(password)))

    def _verify(self, stored: str | None, password: bytes) -> Verdict:
        if stored is None:
            self._argon2.hash(password)
            return Verdict(ok=False)
        try:
            self._argon2.verify(stored, password)
        except VerificationError:
            return Verdict(ok=False)
        except InvalidHashError:
            self._argon2.hash(password)
            return Verdict(ok=False)
        return Verdict(ok=True, needs_rehash=self._argon2.check_needs_rehash(stored))

    def _queued(self, work: Callable[[], Result]) -> Result:
        if not self._seats.acquire(blocking=False):
            raise Busy
        try:
            return self._pool.submit(work).result()
        finally:
            self._seats.release()


def _octets(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _step_back() -> None:
    """On Linux a thread has a priority of its own, set through its thread id (sched(7))."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWER_PRIORITY)
