"""What an operator does to the keys, on both databases."""

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from idp.signing.by_hand import Refused, admit, bring_forward, needs_reseal, replace_at_once, reseal
from idp.signing.keys import generate, unwrapped
from idp.signing.ring import BadToken, KeyRing
from idp.signing.rotation import Found, Policy, Promote, Publish
from idp.signing.tick import rotate
from idp.signing.wrapping import BadWrapping, KeyFolder, wrapped_under
from idp.store import signing_keys
from idp.store.audit import AuditEvent
from idp.store.base import db
from idp.store.signing_keys import StoredKey

DAY = 86400
NOW = 1_780_000_000
POLICY = Policy(("ES256", "EdDSA"), sign_for=30 * DAY, publish_ahead=2 * DAY, keep_for=DAY)
CACHE = 30


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder.create_first(tmp_path / "keys")


@pytest.fixture(autouse=True)
def install(store: Flask, folder: KeyFolder) -> None:
    assert rotate(NOW, POLICY, folder) == (Found(POLICY.algorithms),)


def keys(state: str) -> dict[str, StoredKey]:
    return {key.alg: key for key in signing_keys.published() if key.state == state}


def standing() -> Counter[str]:
    return Counter(f"{key.alg} {key.state}" for key in signing_keys.published())


def events() -> list[tuple[str, set[str]]]:
    rows = db.session.execute(select(AuditEvent.event, AuditEvent.details).order_by(AuditEvent.id)).all()
    return [(event, set(json.loads(details)["kids"].split())) for event, details in rows]


def test_a_rotation_asked_for_is_published_first_and_completes_by_itself(folder: KeyFolder) -> None:
    assert bring_forward(NOW + 3 * DAY, POLICY, folder) == ()
    following = keys("next")
    assert bring_forward(NOW + 4 * DAY, POLICY, folder) == (), "asking again changes nothing"
    assert keys("next").keys() == following.keys() == {"ES256", "EdDSA"}
    assert rotate(NOW + 5 * DAY - 1, POLICY, folder) == ()
    assert len(rotate(NOW + 5 * DAY, POLICY, folder)) == 2
    assert {alg: key.kid for alg, key in keys("current").items()} == {alg: key.kid for alg, key in following.items()}


def test_a_rotation_asked_for_takes_the_key_that_waits_and_is_known(folder: KeyFolder) -> None:
    assert rotate(NOW + 28 * DAY, POLICY, folder) == (Publish("ES256"), Publish("EdDSA"))
    following = keys("next")
    assert rotate(NOW + 29 * DAY, POLICY, folder) == ()
    assert bring_forward(NOW + 29 * DAY, POLICY, folder) == ()
    later = replace(POLICY, sign_for=90 * DAY)
    former = keys("current")
    assert bring_forward(NOW + 30 * DAY, later, folder) == tuple(
        Promote(following[alg].kid, former[alg].kid) for alg in POLICY.algorithms
    )


def test_in_an_emergency_new_keys_sign_and_all_others_vanish_at_once(folder: KeyFolder) -> None:
    rotate(NOW + 28 * DAY, POLICY, folder)
    rotate(NOW + 30 * DAY, POLICY, folder)
    bring_forward(NOW + 30 * DAY, POLICY, folder)
    known = {key.kid for key in signing_keys.published()}
    assert len(known) == 6
    ring = KeyRing(signing_keys.published, folder, CACHE)
    stolen = ring.sign({"exp": NOW + 99 * DAY}, "ES256", NOW + 30 * DAY)

    new = replace_at_once(NOW + 30 * DAY, POLICY.algorithms, folder)

    assert standing() == {"ES256 current": 1, "EdDSA current": 1}
    assert {key.kid for key in new} == {key.kid for key in signing_keys.published()}
    assert not known & {key.kid for key in new}
    with pytest.raises(BadToken):
        ring.verify(stolen, NOW + 30 * DAY + CACHE, typ=("JWT",))
    fresh = ring.sign({"exp": NOW + 99 * DAY}, "ES256", NOW + 30 * DAY + CACHE)
    assert ring.verify(fresh, NOW + 30 * DAY + CACHE, typ=("JWT",))
    assert rotate(NOW + 31 * DAY, POLICY, folder) == (), "the new keys begin a full life"


def test_an_emergency_needs_nothing_that_was_lost(folder: KeyFolder, tmp_path: Path) -> None:
    elsewhere = KeyFolder.create_first(tmp_path / "new keys")
    replace_at_once(NOW, POLICY.algorithms, elsewhere)
    for key in signing_keys.published():
        unwrapped(key, elsewhere)


def test_an_imported_key_waits_to_be_known_like_any_other(folder: KeyFolder) -> None:
    key = generate("ES256")
    admit(key, at_once=False, now=NOW + DAY, folder=folder)
    assert keys("next")["ES256"].kid == key.kid
    assert rotate(NOW + 30 * DAY, POLICY, folder)[0] == Promote(key.kid, keys("retiring")["ES256"].kid)


def test_an_imported_key_that_apps_know_signs_at_once_and_the_former_one_stays_published(folder: KeyFolder) -> None:
    former, key = keys("current")["ES256"], generate("ES256")
    admit(key, at_once=True, now=NOW + DAY, folder=folder)
    assert keys("current")["ES256"].kid == key.kid
    assert keys("retiring")["ES256"].kid == former.kid
    assert keys("retiring")["ES256"].sealed_private is None
    ring = KeyRing(signing_keys.published, folder, CACHE)
    assert ring.verify(ring.sign({"exp": NOW + 9 * DAY}, "ES256", NOW + DAY), NOW + DAY, typ=("JWT",))


def test_a_rotation_asked_for_before_there_are_keys_makes_the_first_ones(store: Flask, folder: KeyFolder) -> None:
    with signing_keys.changing():
        for alg in POLICY.algorithms:
            signing_keys.all_dropped(alg)
    with pytest.raises(Refused, match="idp init"):
        admit(generate("ES256"), at_once=True, now=NOW, folder=folder)
    assert bring_forward(NOW, POLICY, folder) == (Found(POLICY.algorithms),)
    assert standing() == {f"{alg} {state}": 1 for alg in POLICY.algorithms for state in ("current", "next")}


def test_an_import_that_finds_its_place_taken_changes_nothing(folder: KeyFolder) -> None:
    key = generate("ES256")
    admit(key, at_once=False, now=NOW, folder=folder)
    before = signing_keys.published()
    with pytest.raises(Refused, match="among the keys already"):
        admit(key, at_once=True, now=NOW, folder=folder)
    with pytest.raises(Refused, match="waits to be next"):
        admit(generate("ES256"), at_once=False, now=NOW, folder=folder)
    assert signing_keys.published() == before


def test_every_private_half_moves_under_the_new_sealing_key(folder: KeyFolder) -> None:
    rotate(NOW + 28 * DAY, POLICY, folder)
    rotate(NOW + 30 * DAY, POLICY, folder)
    bring_forward(NOW + 30 * DAY, POLICY, folder)
    assert reseal(NOW, folder) == 0
    folder.prepare()
    assert reseal(NOW, folder) == 0, "a prepared key seals nothing yet"
    folder.promote()
    assert reseal(NOW + 30 * DAY, folder) == 4
    assert reseal(NOW + 30 * DAY, folder) == 0
    assert {wrapped_under(key.sealed_private) for key in signing_keys.published() if key.sealed_private} == {2}
    (folder.directory / "0001.key").unlink()
    folder.reread()
    for key in keys("current").values():
        assert unwrapped(key, folder).kid == key.kid


def test_nodes_change_the_sealing_key_while_they_sign_and_rotate(folder: KeyFolder, tmp_path: Path) -> None:
    """The staged way of keys/README.md, with two nodes that have a folder each."""
    here, there = folder, KeyFolder.open(Path(shutil.copytree(folder.directory, tmp_path / "there")))
    rings = [KeyRing(signing_keys.published, each, CACHE) for each in (here, there)]
    now = NOW

    def all_is_well() -> None:
        nonlocal now
        now += CACHE
        for signer in rings:
            token = signer.sign({"exp": now + 60}, "EdDSA", now)
            for reader in rings:
                assert reader.verify(token, now, typ=("JWT",))
        for each in (here, there):
            for key in keys("current").values():
                unwrapped(key, each)

    all_is_well()
    here.prepare()
    all_is_well()
    shutil.copy(here.directory / "0002.next", there.directory)
    all_is_well()
    here.promote()
    all_is_well()
    assert reseal(now, here) == 2
    all_is_well()
    replace_at_once(now, ("ES256",), there)  # a node that is behind makes a key: it opens everywhere
    all_is_well()
    assert [needs_reseal(key, here) for key in keys("current").values()].count(True) == 1
    (there.directory / "0002.next").rename(there.directory / "0002.key")
    all_is_well()
    assert reseal(now, there) == 1
    for each in (here, there):
        (each.directory / "0001.key").unlink()
    all_is_well()
    assert [key.number for key in here.all_keys] == [key.number for key in there.all_keys] == [2]


def test_resealing_stops_whole_when_one_private_half_cannot_be_opened(folder: KeyFolder, tmp_path: Path) -> None:
    stranger = KeyFolder.create_first(tmp_path / "strange")
    admit(generate("ES256"), at_once=False, now=NOW, folder=stranger)
    folder.prepare()
    folder.promote()
    before = signing_keys.published()
    with pytest.raises(BadWrapping, match="is not the one it was sealed under"):
        reseal(NOW, folder)
    assert signing_keys.published() == before


def test_a_key_that_retires_while_it_is_resealed_stays_erased(folder: KeyFolder) -> None:
    key = keys("current")["ES256"]
    assert key.sealed_private is not None
    with signing_keys.changing():
        signing_keys.retired(key.kid, NOW)
    with signing_keys.changing():
        assert not signing_keys.rewrapped(key.kid, key.sealed_private, "under another key")
    assert keys("retiring")["ES256"].sealed_private is None


def test_every_change_is_written_down_with_the_keys_it_concerns(folder: KeyFolder) -> None:
    first = {key.kid for key in keys("current").values()}
    bring_forward(NOW + DAY, POLICY, folder)
    following = {key.kid for key in keys("next").values()}
    rotate(NOW + 3 * DAY, POLICY, folder)
    rotate(NOW + 4 * DAY, POLICY, folder)
    replace_at_once(NOW + 5 * DAY, ("ES256",), folder)
    (new,) = [key.kid for key in signing_keys.published() if key.kid not in first | following]
    written = events()
    assert [event for event, _ in written] == [
        "keys.founded",
        "keys.brought_forward",
        "keys.promoted",
        "keys.promoted",
        "keys.dropped",
        "keys.dropped",
        "keys.replaced_at_once",
    ]
    assert [kids for _, kids in written[:2]] == [first, following]
    assert written[2][1] | written[3][1] == first | following
    assert written[-1][1] == {new}


def test_an_algorithm_taken_out_of_the_settings_runs_out(folder: KeyFolder) -> None:
    fewer = replace(POLICY, algorithms=("EdDSA",))
    assert rotate(NOW + 29 * DAY, fewer, folder) == (Publish("EdDSA"),)
    rotate(NOW + 31 * DAY, fewer, folder)
    assert standing() == {"ES256 retiring": 1, "EdDSA current": 1, "EdDSA retiring": 1}
    rotate(NOW + 32 * DAY, fewer, folder)
    assert standing() == {"EdDSA current": 1}
