"""Key sets of strangers: few are read at a time, so that slow ones never hold all threads of a process."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from idp.outside import addresses, fetch
from idp.outside.fetch import NotFetched
from idp.outside.key_sets import AT_ONCE, KEPT_FOR, LONGER, KeySets
from tests.outside.answering import answering, document, for_ever, says

KEYS = {"keys": [{"kty": "OKP"}]}
NOW = 1_000_000


def key_sets() -> KeySets:
    return KeySets(fetch.guarded(addresses.THIS_MACHINE))


def asks(of: KeySets, port: int, path: str = "/", now: int = NOW) -> bool:
    try:
        return bool(of.at(f"http://127.0.0.1:{port}{path}", now))
    except NotFetched:
        return False


def test_slow_ones_hold_few_threads_and_what_was_known_stays_known_meanwhile() -> None:
    of = key_sets()
    with answering(says(document(json.dumps(KEYS).encode()))) as known, answering(for_ever(b"HTTP/1.1 ", b"2")) as slow:
        assert asks(of, known.port)
        with ThreadPoolExecutor(3 * AT_ONCE) as pool:
            began = time.monotonic()
            waits = [pool.submit(asks, of, slow.port, f"/{number}") for number in range(3 * AT_ONCE)]
            while sum(not wait.done() for wait in waits) > AT_ONCE:
                assert time.monotonic() - began < 3, "the others were refused at once"
                threading.Event().wait(0.05)
            assert asks(of, known.port, now=NOW + KEPT_FOR)
            assert not asks(of, known.port, now=NOW + KEPT_FOR + LONGER)
            assert not any(wait.result() for wait in waits)
        assert asks(of, known.port, now=NOW + KEPT_FOR + LONGER), "there is room again"
