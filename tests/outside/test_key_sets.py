"""Key sets of strangers: few are read at a time, so that slow ones never hold all threads of a process."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from idp.outside import addresses, fetch
from idp.outside.fetch import NotFetched
from idp.outside.key_sets import AGAIN_AFTER, KEPT_FOR, LONGER, KeySets
from idp.outside.places import AT_ONCE, OF_ONE_SITE, Places
from tests.outside.answering import answering, document, for_ever, says

KEYS = {"keys": [{"kty": "OKP"}]}
NOW = 1_000_000


def key_sets() -> KeySets:
    return KeySets(fetch.guarded(addresses.THIS_MACHINE), Places())


def asks(of: KeySets, port: int, path: str = "/", now: int = NOW, *, anew: bool = False) -> bool:
    try:
        return bool(of.at(f"http://127.0.0.1:{port}{path}", now, anew=anew))
    except NotFetched:
        return False


def test_slow_ones_hold_few_threads_and_what_was_known_stays_known_meanwhile() -> None:
    of = key_sets()
    with answering(says(document(json.dumps(KEYS).encode()))) as known, answering(for_ever(b"HTTP/1.1 ", b"2")) as slow:
        assert asks(of, known.port)
        with ThreadPoolExecutor(3 * AT_ONCE) as pool:
            began = time.monotonic()
            waits = [pool.submit(asks, of, slow.port, f"/{number}") for number in range(3 * AT_ONCE)]
            while sum(not wait.done() for wait in waits) > OF_ONE_SITE:
                assert time.monotonic() - began < 3, "the others were refused at once"
                threading.Event().wait(0.05)
            assert asks(of, known.port, now=NOW + KEPT_FOR)
            assert not asks(of, known.port, now=NOW + KEPT_FOR + LONGER)
            assert not any(wait.result() for wait in waits)
        assert asks(of, known.port, now=NOW + KEPT_FOR + LONGER), "there is room again"


def test_one_failed_look_at_a_key_set_takes_no_good_keys_away() -> None:
    """A stranger who names a key that is not there has it read anew, and may choose a bad moment for it."""
    of = key_sets()
    good, broken = document(json.dumps(KEYS).encode()), document(b"oops", "text/html", "502 Bad Gateway")
    with answering(says(good), says(broken), says(broken), says(good)) as server:
        assert asks(of, server.port)
        assert asks(of, server.port, now=NOW + AGAIN_AFTER, anew=True)
        assert asks(of, server.port, now=NOW + AGAIN_AFTER + 1, anew=True)
        assert len(server.requests) == 2, "nobody asks again so soon"
        assert asks(of, server.port, now=NOW + KEPT_FOR + AGAIN_AFTER)
        assert asks(of, server.port, now=NOW + KEPT_FOR + 2 * AGAIN_AFTER)
        assert len(server.requests) == 4
