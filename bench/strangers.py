"""Browsers that try passwords, in a process of their own, so that they do not slow down whoever measures.

`python -m bench.strangers ORIGIN HOW_MANY`: until its input is closed; then it prints what they were answered.
"""

import json
import sys
import time
from collections import Counter
from statistics import median
from threading import Event, Thread

from bench.browser import Browser
from bench.provider import EMAIL

TOO_BUSY = 503


def tries(origin: str, enough: Event, statuses: Counter[int], waits: list[float]) -> None:
    """One stranger: a wrong password, and the next at once; who is told to come back later does."""
    browser = Browser(origin)
    page = browser.ask("GET", "/signin")
    while not enough.is_set():
        began = time.perf_counter()
        answer = browser.submit(page, "/signin", email=EMAIL, password="Wrong-horse-7-battery")
        statuses[answer.status] += 1
        if answer.status == TOO_BUSY:
            enough.wait(answer.retry_after)
        else:
            waits.append(time.perf_counter() - began)


def main() -> None:
    origin, how_many = sys.argv[1], int(sys.argv[2])
    enough, statuses, waits = Event(), Counter[int](), list[float]()
    strangers = [Thread(target=tries, args=(origin, enough, statuses, waits)) for _ in range(how_many)]
    began = time.monotonic()
    for stranger in strangers:
        stranger.start()
    sys.stdin.read()
    enough.set()
    for stranger in strangers:
        stranger.join()
    took = time.monotonic() - began
    print(json.dumps({"statuses": statuses, "a second": len(waits) / took, "median wait": median(waits or [0])}))


if __name__ == "__main__":
    main()
