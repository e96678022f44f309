"""A year of an install with several nodes, and of apps that cache its JWKS: what must hold at every moment.

Nodes read the keys every RING_CACHE seconds and tick when they happen to; apps fetch the JWKS from any node, keep
it for JWKS_MAX_AGE, and never look again for an unknown `kid`: the least forgiving app there is.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from idp.signing.rotation import Policy
from idp.store.signing_keys import StoredKey

HOUR, DAY = 3600, 86400
START = 1_780_000_000
RING_CACHE, JWKS_MAX_AGE, TOKEN_LIFE = 3 * HOUR, 20 * HOUR, 24 * HOUR
POLICY = Policy(
    algorithms=("RS256", "ES256", "EdDSA"),
    sign_for=30 * DAY,
    publish_ahead=2 * (JWKS_MAX_AGE + RING_CACHE) + 2 * HOUR,
    keep_for=TOKEN_LIFE + JWKS_MAX_AGE,
)


class Node(Protocol):
    """One server of the install."""

    def tick(self, now: int) -> None: ...

    def sign(self, alg: str, now: int) -> tuple[str, str]:
        """A token and the `kid` in it."""

    def published(self, now: int) -> frozenset[str]: ...


class Install(Protocol):
    nodes: Sequence[Node]

    def rows(self) -> Sequence[StoredKey]: ...

    def accepts(self, node: Node, token: str, now: int) -> bool:
        """The signature fits the key that the node publishes."""


@dataclass
class App:
    """A relying app: the kids it knows, and since when."""

    kids: frozenset[str] = frozenset()
    fetched_at: int = 0

    def knows(self, kid: str, node: Node, now: int) -> bool:
        if now - self.fetched_at >= JWKS_MAX_AGE:
            self.kids, self.fetched_at = node.published(now), now
        return kid in self.kids


@dataclass
class Year:
    """Goes through the time; `AssertionError` at the first moment at which a promise is broken."""

    install: Install
    chance: random.Random
    longest_step: int
    apps: Sequence[App] = field(default_factory=lambda: [App() for _ in range(5)])
    alive_until: dict[str, int] = field(default_factory=dict)
    seen_since: dict[str, int] = field(default_factory=dict)
    signers: set[str] = field(default_factory=set)

    def passes(self, days: int) -> None:
        now = START
        self.install.nodes[0].tick(now)
        self.seen_since = dict.fromkeys((row.kid for row in self.install.rows()), 0)
        while now < START + days * DAY:
            now += self.chance.randint(60, self.longest_step)
            if not self._nobody_ticks(now):
                self.chance.choice(self.install.nodes).tick(now)
            self._one_signer_each(now)
            self._tokens_are_understood(now)
            self._no_key_vanished(now)

    def _nobody_ticks(self, now: int) -> bool:
        """A long weekend of eleven days in the middle of the year: whatever was due is done later, nothing breaks."""
        return 150 * DAY < now - START < 161 * DAY

    def _one_signer_each(self, now: int) -> None:
        rows = self.install.rows()
        for row in rows:
            self.seen_since.setdefault(row.kid, now)
        standing = Counter((row.alg, row.state) for row in rows)
        assert all(standing[alg, "current"] == 1 for alg in POLICY.algorithms), standing
        assert all(standing[alg, "next"] <= 1 for alg in POLICY.algorithms), standing
        assert all((row.sealed_private is None) == (row.state == "retiring") for row in rows)

    def _tokens_are_understood(self, now: int) -> None:
        node, another = self.chance.choice(self.install.nodes), self.chance.choice(self.install.nodes)
        for alg in POLICY.algorithms:
            token, kid = node.sign(alg, now)
            self.signers.add(kid)
            self.alive_until[kid] = now + TOKEN_LIFE
            known_for = now - self.seen_since[kid]
            assert known_for >= 2 * (JWKS_MAX_AGE + RING_CACHE), (
                f"{kid} signs {known_for} seconds after it was published"
            )
            assert all(app.knows(kid, another, now) for app in self.apps), f"an app does not know {kid}"
            assert self.install.accepts(another, token, now)

    def _no_key_vanished(self, now: int) -> None:
        needed = {kid for kid, until in self.alive_until.items() if until > now}
        assert needed <= {row.kid for row in self.install.rows()}
        for node in self.install.nodes:
            assert needed <= node.published(now), "a token lives longer than its key is published"
