"""Everything in the corpus, at every door, on both databases, signed in and not."""

from itertools import cycle, islice
from urllib.parse import quote_from_bytes

import pytest

from tests.fuzz.octets.doors import DOORS, Door, asking, usual
from tests.fuzz.octets.findings import FINDINGS
from tests.fuzz.octets.judge import judged
from tests.fuzz.octets.stage import Stage
from tests.fuzz.octets.values import ALWAYS, BODIES, HEADERS, METHODS, OCTETS, PATHS, TEXTS
from tests.fuzz.octets.wire import FORM, Request

at_every_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.path} {door.fields[0]}")
at_some_doors = pytest.mark.parametrize("door", DOORS[::4], ids=lambda door: f"{door.method} {door.path}")
ALL_FIELDS = (*(quote_from_bytes(text.encode()).encode() for text in ALWAYS), b"\xff\xfe", b"%ff")
IN_TURN = (*(quote_from_bytes(text.encode()).encode() for text in TEXTS), *OCTETS)
ODD_NAMES = (b"csrf_token", b"", b"%00", b"\xff", b"x[]", b"__class__")


@pytest.mark.parametrize("finding", FINDINGS.values(), ids=FINDINGS.keys())
def test_what_was_found_once_stays_mended(stage: Stage, finding: Request) -> None:
    for signed_in in (True, False):
        judged(stage, finding, signed_in)


@at_every_door
def test_what_is_usual_goes_deep(stage: Stage, door: Door) -> None:
    """The corpus starts from requests that are sound but for one thing: nobody is refused at the first look."""
    for signed_in in (True, False):
        answer = judged(stage, asking(stage, door, signed_in), signed_in)
        assert answer.status in (200, 303, 410, 422) or b"code_verifier" in answer.body


@pytest.mark.incident("CVE-2026-33503")
@pytest.mark.incident("CVE-2026-33504")
@at_every_door
def test_odd_values_in_each_field(stage: Stage, door: Door) -> None:
    for turn, name in enumerate(door.fields):
        values = (*ALL_FIELDS, *islice(IN_TURN, turn % 5, None, 5))
        for value, signed_in in zip(stage.some(values), cycle((True, False))):
            fields = usual(stage, door, signed_in) | {name.encode(): value}
            judged(stage, asking(stage, door, signed_in, fields.items()), signed_in)


@at_every_door
def test_fields_that_come_again_or_under_odd_names(stage: Stage, door: Door) -> None:
    fields = tuple(usual(stage, door, signed_in=True).items())
    for name in stage.some((*(name.encode() for name in door.fields), *ODD_NAMES)):
        judged(stage, asking(stage, door, True, (*fields, (name, b"x"), (name, b"%ff"))), signed_in=True)
    judged(stage, asking(stage, door, True, (*fields, *fields)), signed_in=True)
    judged(stage, asking(stage, door, True, ((b"for", b"%00"), *fields)), signed_in=True)


@at_some_doors
def test_odd_headers(stage: Stage, door: Door) -> None:
    for (name, value), signed_in in zip(stage.some(HEADERS), cycle((True, False))):
        judged(stage, asking(stage, door, signed_in).having(name, value), signed_in)


@at_some_doors
def test_odd_methods_and_bodies(stage: Stage, door: Door) -> None:
    usual_one = asking(stage, door, signed_in=True)
    for method in stage.some(METHODS):
        judged(stage, usual_one.by(method), signed_in=True)
    for body in stage.some(BODIES):
        judged(stage, Request("POST", usual_one.path, body[:9000], (("Content-Type", FORM),), body), signed_in=True)
        judged(stage, Request("POST", usual_one.path, b"", (), body), signed_in=False)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: repr(path[:40]))
def test_odd_paths(stage: Stage, path: bytes) -> None:
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        for query in stage.some((b"", b"ui_locales=de", b"\xff%zz")):
            judged(stage, Request(method, path, query), signed_in=method == "GET")
