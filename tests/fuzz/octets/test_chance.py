"""Whole requests bitten at random: a sound one of any door, then octets changed, cut, doubled and put in."""

import os
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.octets.doors import DOORS, Door, asking
from tests.fuzz.octets.judge import judged
from tests.fuzz.octets.stage import Stage
from tests.fuzz.octets.values import HEADERS, OCTETS
from tests.fuzz.octets.wire import Request

# The same tries every time, so that a red run is about the change at hand. FUZZ=5000 tries new ones, for longer.
TRIES = int(os.environ.get("FUZZ", "0"))
unhurried = settings(
    deadline=None,
    max_examples=TRIES or 150,
    derandomize=not TRIES,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
NUMBERS = st.integers(0, 10**6)
PIECES = (
    st.sampled_from(OCTETS) | st.binary(max_size=8) | st.sampled_from((b"&", b"=", b"%", b"&for=", b"&scope=", b"."))
)
BITES = st.lists(
    st.tuples(st.sampled_from(["change", "cut", "double", "put", "swap"]), NUMBERS, NUMBERS, PIECES), max_size=5
)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=20).map(lambda name: f"X-{name}")
HEADER = st.sampled_from(HEADERS) | st.tuples(NAMES, st.binary(max_size=50).map(lambda octets: octets.strip(b"\r\n\0")))


def bitten(octets: bytes, bites: list[tuple[str, int, int, bytes]]) -> bytes:
    """What is left of them after each bite."""
    for kind, one, other, piece in bites:
        start, end = sorted((one % (len(octets) + 1), other % (len(octets) + 1)))
        before, inside, after = octets[:start], octets[start:end], octets[end:]
        octets = {
            "change": before + bytes([one % 256]) + octets[start + 1 :],
            "cut": before + after,
            "double": (octets + inside)[:9000],
            "put": before + piece + inside + after,
            "swap": after + inside + before,
        }[kind]
    return octets


@unhurried
@given(
    door=st.sampled_from(DOORS),
    method=st.sampled_from(("", "", "", "GET", "POST", "HEAD", "OPTIONS")),
    signed_in=st.booleans(),
    bites=BITES,
    path=BITES.map(lambda bites: bites[:1]),
    headers=st.lists(HEADER, max_size=2),
)
def test_any_request_gets_an_answer(
    stage: Stage,
    door: Door,
    method: str,
    signed_in: bool,
    bites: list[tuple[str, int, int, bytes]],
    path: list[tuple[str, int, int, bytes]],
    headers: list[tuple[str, bytes]],
) -> None:
    sound = asking(stage, door, signed_in)
    broken = replace(sound, query=bitten(sound.query, bites), body=bitten(sound.body, bites))
    if len(bites) % 3 == 2:
        broken = replace(broken, path=bitten(sound.path, path))
    for name, value in headers:
        broken = broken.having(name, value)
    judged(stage, broken.by(method or door.method), signed_in)


@unhurried
@given(
    method=st.text("GETPOSHADx", min_size=1, max_size=8), path=st.binary(max_size=80), octets=st.binary(max_size=300)
)
def test_so_do_octets_that_never_were_a_request(stage: Stage, method: str, path: bytes, octets: bytes) -> None:
    judged(stage, Request(method, b"/" + path, octets, body=octets), signed_in=True)


@unhurried
@given(cookie=st.binary(max_size=200), language=st.binary(max_size=80), agent=st.binary(max_size=300))
def test_so_do_headers_of_any_octets(stage: Stage, cookie: bytes, language: bytes, agent: bytes) -> None:
    for path in (b"/signin", b"/account", b"/authorize/" + b"x" * 22, b"/userinfo"):
        request = Request("GET", path, headers=(("Cookie", b"portico_language=" + cookie), ("Accept", language)))
        odd = request.having("Accept-Language", language).having("User-Agent", agent).having("Authorization", cookie)
        judged(stage, odd, signed_in=False)
