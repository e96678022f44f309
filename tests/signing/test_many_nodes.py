"""Any number of nodes tick at once: every move takes effect once, and nobody ever sees two signers or none."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from idp.signing.by_hand import replace_at_once
from idp.signing.rotation import Drop, Found, Promote, Publish
from idp.signing.tick import rotate
from idp.signing.wrapping import KeyFolder
from idp.store import signing_keys
from idp.store.base import unit_of_work
from tests.signing.nodes import DAY, POLICY, START, Deed, all_act

NODES = 4


def standing() -> Counter[tuple[str, str]]:
    return Counter((row.alg, row.state) for row in signing_keys.published())


@contextmanager
def watched(app: Flask) -> Iterator[None]:
    """Somebody reads the keys all the time, and must see one signer per algorithm from the first on."""
    over, wrong, looks = threading.Event(), [], [0]

    def watch() -> None:
        founded = False
        with app.app_context():
            while not over.wait(0.002):
                seen = standing()
                founded = founded or bool(seen)
                looks[0] += 1
                if founded and any(seen[alg, "current"] != 1 or seen[alg, "next"] > 1 for alg in POLICY.algorithms):
                    wrong.append(dict(seen))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    assert wrong == []
    assert looks[0] > 20, "the watcher hardly looked"


def at_once(app: Flask, *deeds: Callable[[], object]) -> list[object]:
    """Every deed in a thread of its own, started together; what each gave."""
    together = threading.Barrier(len(deeds))
    given: list[object] = [None] * len(deeds)

    def do(place: int) -> None:
        with app.app_context():
            together.wait()
            given[place] = deeds[place]()

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder.create_first(tmp_path / "keys")


def test_processes_that_tick_at_once_make_every_move_once(store: Flask, database: str, tmp_path: Path) -> None:
    moments: list[Deed] = [(START + hours * 3600, "tick") for hours in range(0, 24 * 24, 12)]
    with watched(store):
        lives = all_act(database, tmp_path / "keys", [moments] * NODES)
    made = [(now, move) for life in lives for now, move in life]
    assert len(made) == len(set(made)), "two nodes say they made the same move"
    kinds = Counter(type(move) for _, move in made)
    assert kinds == {Found: 1, Publish: 2 * 4, Promote: 2 * 3, Drop: 2 * 3}
    assert standing() == {(alg, state): 1 for alg in POLICY.algorithms for state in ("current", "next")}
    assert sum(bool(life) for life in lives) > 1, "one node did everything: this was no race"


def test_emergencies_and_hurries_among_the_ticks_never_leave_two_signers(
    store: Flask, database: str, tmp_path: Path
) -> None:
    hours = range(0, 24 * 16, 8)
    lives = [
        [(START + hour * 3600, "emergency" if hour % 24 == 16 else "tick") for hour in hours],
        [(START + hour * 3600, "emergency" if hour % 48 == 16 else "tick") for hour in hours],
        [(START + hour * 3600, "hurry" if hour % 16 == 0 else "tick") for hour in hours],
        [(START + hour * 3600, "tick") for hour in hours],
    ]
    with watched(store):
        all_act(database, tmp_path / "keys", lives)
    seen = standing()
    assert all(seen[alg, "current"] == 1 and seen[alg, "next"] <= 1 for alg in POLICY.algorithms)


def test_threads_that_found_an_install_at_once_found_it_once(store: Flask, folder: KeyFolder) -> None:
    given = at_once(store, *[lambda: rotate(START, POLICY, folder)] * 8)
    assert sorted(map(str, given)) == ["()"] * 7 + [str((Found(POLICY.algorithms),))]
    assert standing() == {(alg, "current"): 1 for alg in POLICY.algorithms}


def test_threads_that_promote_at_once_promote_once(store: Flask, folder: KeyFolder) -> None:
    rotate(START, POLICY, folder)
    rotate(START + 4 * DAY, POLICY, folder)
    given = at_once(store, *[lambda: rotate(START + 6 * DAY, POLICY, folder)] * 8)
    moves = [move for made in given for move in made]  # type: ignore[attr-defined]
    assert [type(move) for move in moves] == [Promote, Promote]
    assert standing() == {(alg, state): 1 for alg in POLICY.algorithms for state in ("current", "retiring")}


def test_emergencies_at_once_leave_one_signer(store: Flask, folder: KeyFolder) -> None:
    rotate(START, POLICY, folder)
    at_once(store, *[lambda: replace_at_once(START + 1, POLICY.algorithms, folder)] * 8)
    assert standing() == {(alg, "current"): 1 for alg in POLICY.algorithms}


def test_a_node_that_wakes_up_with_an_old_plan_does_no_harm(store: Flask, folder: KeyFolder) -> None:
    rotate(START, POLICY, folder)
    rotate(START + 4 * DAY, POLICY, folder)
    before = {row.alg: row for row in signing_keys.published() if row.state == "current"}
    waiting = {row.alg: row for row in signing_keys.published() if row.state == "next"}
    replace_at_once(START + 5 * DAY, ("ES256",), folder)
    with unit_of_work():
        assert not signing_keys.retired(before["ES256"].kid, START)
        assert not signing_keys.signs(waiting["ES256"].kid, START)
        assert not signing_keys.dropped(before["EdDSA"].kid, "retiring"), "it is not where the plan saw it"
        assert not signing_keys.brought_forward(before["EdDSA"].kid, START)
    assert standing() == {("ES256", "current"): 1, ("EdDSA", "current"): 1, ("EdDSA", "next"): 1}


def test_a_second_signer_is_impossible_even_for_a_verb_used_alone(store: Flask, folder: KeyFolder) -> None:
    rotate(START, POLICY, folder)
    rotate(START + 4 * DAY, POLICY, folder)
    waiting = next(row for row in signing_keys.published() if row.state == "next")
    with unit_of_work():
        assert not signing_keys.signs(waiting.kid, START + 6 * DAY), "the former one has not retired"
    assert standing()[waiting.alg, "current"] == 1


def test_a_key_that_retires_loses_its_private_half_in_the_same_statement(store: Flask, folder: KeyFolder) -> None:
    for moment in (START, START + 4 * DAY, START + 6 * DAY):
        rotate(moment, POLICY, folder)
    rows = signing_keys.published()
    assert {row.state: row.sealed_private is None for row in rows} == {"current": False, "retiring": True}
