"""A simulated year: the plan alone with many chances, then the real ring, store and both databases."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from flask import Flask
from joserfc import jws

from idp.signing.ring import BadToken, KeyRing
from idp.signing.rotation import Drop, Found, Move, Policy, Promote, Publish, Retire, plan
from idp.signing.tick import rotate
from idp.signing.wrapping import KeyFolder
from idp.store import signing_keys
from idp.store.signing_keys import State, StoredKey
from tests.signing.year import DAY, HOUR, POLICY, RING_CACHE, START, TOKEN_LIFE, Node, Year


@dataclass
class PlainInstall:
    """The plan carried out on a list: no keys, no database, clocks up to a minute apart."""

    policy: Policy = POLICY
    keys: dict[str, StoredKey] = field(default_factory=dict)
    made: int = 0

    def __post_init__(self) -> None:
        self.nodes: Sequence[PlainNode] = [PlainNode(self, skew) for skew in (-60, 0, 60)]

    def rows(self) -> Sequence[StoredKey]:
        return tuple(self.keys.values())

    def accepts(self, node: Node, token: str, now: int) -> bool:
        return token in node.published(now)

    def make(self, move: Move, now: int) -> None:
        match move:
            case Found(algorithms):
                for alg in algorithms:
                    self.add(alg, "current", now)
            case Publish(alg):
                self.add(alg, "next", now)
            case Promote(kid, former):
                assert former is not None
                self.keys[former] = replace(self.keys[former], state="retiring", retired_at=now, sealed_private=None)
                self.keys[kid] = replace(self.keys[kid], state="current", signs_at=now)
            case Drop(kid, state):
                assert self.keys.pop(kid).state == state
            case Retire(kid):
                pytest.fail(f"{kid} has no reason to retire")

    def add(self, alg: str, state: State, now: int) -> None:
        self.made += 1
        kid = f"{alg}-{self.made}"
        self.keys[kid] = StoredKey(kid, alg, state, "", "sealed", now, now if state == "current" else None)


@dataclass
class PlainNode:
    install: PlainInstall
    skew: int
    cached: Sequence[StoredKey] = ()
    read_at: int = 0

    def tick(self, now: int) -> None:
        for move in plan(self.install.rows(), now + self.skew, self.install.policy):
            self.install.make(move, now + self.skew)

    def seen(self, now: int) -> Sequence[StoredKey]:
        if now - self.read_at >= RING_CACHE:
            self.cached, self.read_at = self.install.rows(), now
        return self.cached

    def sign(self, alg: str, now: int) -> tuple[str, str]:
        (kid,) = [key.kid for key in self.seen(now) if (key.alg, key.state) == (alg, "current")]
        return kid, kid

    def published(self, now: int) -> frozenset[str]:
        return frozenset(key.kid for key in self.seen(now))


@pytest.mark.parametrize("seed", range(20))
def test_a_year_of_the_plan_keeps_every_promise(seed: int) -> None:
    install = PlainInstall()
    year = Year(install, random.Random(seed), longest_step=2 * HOUR)
    year.passes(365)
    assert len(year.signers) == install.made - len([key for key in install.rows() if key.state == "next"])
    assert 12 * 3 <= len(year.signers) <= 14 * 3


@pytest.mark.parametrize(
    "broken",
    [
        replace(POLICY, publish_ahead=HOUR),
        replace(POLICY, publish_ahead=24 * HOUR),
        replace(POLICY, keep_for=TOKEN_LIFE - HOUR),
        replace(POLICY, keep_for=0),
    ],
    ids=["published too late", "published a little too late", "dropped a little too early", "dropped at once"],
)
def test_the_simulation_notices_a_broken_promise(broken: Policy) -> None:
    with pytest.raises(AssertionError):
        Year(PlainInstall(broken), random.Random(0), longest_step=2 * HOUR).passes(365)


class RealInstall:
    """The real thing: one database, and nodes that each have a ring of their own."""

    def __init__(self, folder: KeyFolder) -> None:
        self.nodes: Sequence[RealNode] = [RealNode(folder) for _ in range(3)]

    def rows(self) -> Sequence[StoredKey]:
        return signing_keys.published()

    def accepts(self, node: Node, token: str, now: int) -> bool:
        assert isinstance(node, RealNode)
        try:
            return node.ring.verify(token, now, typ=("JWT",))["exp"] == now + TOKEN_LIFE
        except BadToken:
            return False


class RealNode:
    def __init__(self, folder: KeyFolder) -> None:
        self.folder = folder
        self.ring = KeyRing(signing_keys.published, folder, RING_CACHE)

    def tick(self, now: int) -> None:
        rotate(now, POLICY, self.folder)

    def sign(self, alg: str, now: int) -> tuple[str, str]:
        token = self.ring.sign({"exp": now + TOKEN_LIFE}, alg, now)
        return token, jws.extract_compact(token.encode()).headers()["kid"]

    def published(self, now: int) -> frozenset[str]:
        return frozenset(entry["kid"] for entry in self.ring.public_set(now)["keys"])


def test_a_year_of_the_house_keeps_every_promise(store: Flask, tmp_path: Path) -> None:
    year = Year(RealInstall(KeyFolder.create_first(tmp_path / "keys")), random.Random(7), longest_step=9 * HOUR)
    year.passes(365)
    assert 12 * 3 <= len(year.signers) <= 14 * 3
    assert min(row.published_at for row in signing_keys.published()) > START + 300 * DAY
