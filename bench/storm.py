"""A login storm: while password sign-ins saturate their bound, other apps still get their tokens in time."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench.flows import App
from bench.provider import REDIRECT_URI, portico

SECONDS = 10
WORKERS = 2
STRANGERS = 60  # more than wait and are waited for: 2 workers of 1 + 8 seats


def show() -> None:
    """One app asks for tokens: nobody else there, then in the storm, then alone again."""
    with portico("Portico, SQLite", "", workers=WORKERS) as provider:
        app = App(provider, provider.browser())
        app.flow()
        before = _latencies(app)
        with _storm(provider.origin) as told:
            stormy = _latencies(app)
        after = _latencies(app)
    print(f"\nlogin storm: {STRANGERS} browsers trying passwords at {WORKERS} workers; one app, {SECONDS} s each")
    print(f"{'':12}{'flows/s':>9}{'token p50 ms':>14}{'token p99 ms':>14}")
    for name, taken in (("idle", before), ("storm", stormy), ("idle again", after)):
        cuts = quantiles(taken, n=100)
        print(f"{name:12}{len(taken) / SECONDS:9.0f}{cuts[49] * 1000:14.1f}{cuts[98] * 1000:14.1f}")
    print(f"the strangers were told {told['statuses']} (503: come back in a moment);", end=" ")
    print(f"{told['a second']:.0f} passwords a second, each after {told['median wait']:.2f} s")


def _latencies(app: App) -> list[float]:
    """Seconds that each POST /token of a flow took."""
    taken, ends = [], time.monotonic() + SECONDS
    while time.monotonic() < ends:
        code = parse_qs(urlsplit(app.browser.walk(app.authorize, REDIRECT_URI)).query)["code"][0]
        began = time.perf_counter()
        app.redeem(code)
        taken.append(time.perf_counter() - began)
    return taken


@contextmanager
def _storm(origin: str) -> Iterator[dict[str, Any]]:
    """What the strangers were told stands in the dictionary when it is over."""
    told: dict[str, Any] = {}
    words = (sys.executable, "-m", "bench.strangers", origin, str(STRANGERS))
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as strangers:
        time.sleep(2)
        yield told
        told |= json.loads(strangers.communicate()[0])
