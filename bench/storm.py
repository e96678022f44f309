"""A login storm: while password sign-ins saturate their bound, other apps still get their tokens in time."""

import time
from collections import Counter
from statistics import quantiles
from threading import Event, Thread

from bench.browser import Browser
from bench.flows import App
from bench.provider import EMAIL, Provider, portico

SECONDS = 10
STRANGERS = 12


def show() -> None:
    with portico("Portico, SQLite, 2 workers", "", workers=2) as provider:
        app = App(provider, provider.browser())
        app.flow()
        idle = _latencies(app)
        stop, answers = Event(), Counter[int]()
        strangers = [Thread(target=_try_passwords, args=(provider, stop, answers)) for _ in range(STRANGERS)]
        for stranger in strangers:
            stranger.start()
        time.sleep(1)
        stormy = _latencies(app)
        stop.set()
        for stranger in strangers:
            stranger.join()
    print(f"\nlogin storm: {STRANGERS} browsers trying passwords; one app doing flows for {SECONDS} s")
    print(f"{'':12}{'flows/s':>9}{'p50 ms':>9}{'p99 ms':>9}")
    for name, taken in (("idle", idle), ("storm", stormy)):
        cuts = quantiles(taken, n=100)
        print(f"{name:12}{len(taken) / sum(taken):9.0f}{cuts[49] * 1000:9.1f}{cuts[98] * 1000:9.1f}")
    print(f"answers to the strangers: {dict(answers)} (503 is the bound saying: come back in a moment)")


def _latencies(app: App) -> list[float]:
    taken, ends = [], time.monotonic() + SECONDS
    while time.monotonic() < ends:
        began = time.perf_counter()
        app.flow()
        taken.append(time.perf_counter() - began)
    return taken


def _try_passwords(provider: Provider, stop: Event, answers: Counter[int]) -> None:
    browser = Browser(provider.origin)
    page = browser.ask("GET", "/signin")
    while not stop.is_set():
        answers[browser.submit(page, "/signin", email=EMAIL, password="Wrong-horse-7-battery").status] += 1
