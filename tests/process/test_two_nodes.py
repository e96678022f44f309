"""Two servers, one PostgreSQL, and a proxy that sends every request to the other one: nobody may notice.

And when one of them is killed under load: what was promised to a person or an app stays true.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
import requests
from flask import Flask

from idp.settings.load import load_settings
from tests import databases, provider
from tests.live import Live
from tests.mailbox import Mailbox
from tests.people import JANE, Person
from tests.process.node import Install, Node, free_port, serving, wait_for
from tests.process.proxy import RoundRobin, round_robin
from tests.relying_app import RelyingApp
from tests.signing_up import fill_in_sign_up
from tests.web_browser import Arrival, Page

pytestmark = pytest.mark.process
PEOPLE = 4
OTHER_WAY_OUT = (requests.RequestException, AssertionError)


@dataclass
class Cluster:
    nodes: list[Node]
    balancer: RoundRobin
    live: Live

    @property
    def front(self) -> Flask:
        """What the stories take for the server."""
        return cast("Flask", self.live)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with databases.fresh_postgresql() as database, running(tmp_path, database) as cluster:
        yield cluster


@contextmanager
def running(folder: Path, database: str) -> Iterator[Cluster]:
    port = free_port()
    install = Install(folder, database)
    proxies = ["127.0.0.1/32"]
    install.change("server", issuer=f"http://127.0.0.1:{port}", workers=1, trusted_proxies=proxies)
    assert install.idp("init").returncode == 0
    with (
        serving(install, name="first") as first,
        serving(install, name="second") as second,
        round_robin(port, [first.port, second.port]) as balancer,
        provider.opened(load_settings(install.config)) as app,
    ):
        first.wait_until_ready()
        second.wait_until_ready()
        yield Cluster([first, second], balancer, Live(app))


def test_a_whole_life_whose_every_request_lands_on_the_other_node(cluster: Cluster) -> None:
    jane, mailbox = Person.of(JANE, cluster.front), Mailbox(cluster.front)
    shop = RelyingApp.registered(cluster.front, "shop")
    visit = shop.asks("openid email offline_access", prompt="create").seen_by(jane)
    fill_in_sign_up(jane.browser, visit.page, jane.email, jane.password)
    confirm = jane.browser.open(mailbox.newest(jane.email).link)
    assert isinstance(confirm, Page)
    visit.at = jane.browser.submit(confirm)
    tokens = visit.allows().redeems()
    assert tokens.refreshes().refreshes().userinfo()["email"] == jane.email
    assert "code" in shop.asks(prompt="none").seen_by(jane).answer
    jane.signs_out()
    assert shop.asks(prompt="none").seen_by(jane).error == "login_required"
    assert "code" in shop.asks().seen_by(jane).signs_in().answer
    assert faults(cluster.nodes) == []
    ports = [port for port, _ in cluster.balancer.served]
    assert len(ports) > 20
    assert all(one != other for one, other in pairwise(ports))


def faults(nodes: list[Node]) -> list[dict[str, Any]]:
    """What a node answered with 5xx, or logged as an error."""
    lines = [line for node in nodes for line in node.lines()]
    return [line for line in lines if line.get("status", 0) >= 500 or line["level"] == "ERROR"]


@dataclass
class Promises:
    """What was acknowledged, and what the app got for each code."""

    cluster: Cluster
    shop: RelyingApp
    signed_in: list[Person] = field(default_factory=list)
    redeemed: list[int] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def keep_signing_in(self, person: Person) -> None:
        """Each time in a new browser; then the code is redeemed, and redeemed again."""
        while not self.stopping.is_set():
            with suppress(*OTHER_WAY_OUT):  # the request that was on its way to the killed node
                self.once(person.elsewhere())

    def once(self, person: Person) -> None:
        visit = self.shop.asks().seen_by(person).signs_in()
        if person.browser.cookie("portico_session"):
            self.signed_in.append(person)
        if isinstance(visit.at, Page):
            visit.allows()
        if isinstance(visit.at, Arrival):
            codes = [self.redeems(visit.tries_to_redeem) for _ in range(3)]
            self.redeemed.append(codes.count(200))

    @staticmethod
    def redeems(tries: object) -> int:
        with suppress(*OTHER_WAY_OUT):
            return int(tries().status_code)  # type: ignore[operator]
        return 0


def test_one_node_killed_under_load_loses_nothing_that_was_promised(cluster: Cluster) -> None:
    people = [
        Person.of((f"Person {number}", f"person{number}@example.org", JANE[2]), cluster.front).with_account()
        for number in range(PEOPLE)
    ]
    promises = Promises(cluster, RelyingApp.registered(cluster.front, "shop"))
    threads = [threading.Thread(target=promises.keep_signing_in, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(promises.redeemed) > 2 * PEOPLE)
    cluster.nodes[0].kill()
    before = len(promises.redeemed)
    wait_for(lambda: len(promises.redeemed) > before + 2 * PEOPLE)
    promises.stopping.set()
    for thread in threads:
        thread.join()
    assert max(promises.redeemed) == 1, "a code was redeemed twice"
    assert len(promises.signed_in) > 4 * PEOPLE
    for person in promises.signed_in:
        assert "error" not in promises.shop.asks(prompt="none").seen_by(person).answer
    assert faults(cluster.nodes[1:]) == []
