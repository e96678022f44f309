"""Portico behind Portico: the head office knows the people, the branch has the apps. Both are real, on real sockets."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from idp.cli.tick import NOTICES
from idp.settings.load import load_settings
from tests import databases, provider
from tests.browser.server import free_port, serving
from tests.clocks import Clock
from tests.coming import labels
from tests.people import ALICE, Person
from tests.relying_app import RelyingApp, Tokens
from tests.signing_up import shown
from tests.web_browser import Arrival, Browser

MANUAL = Path(__file__).parents[2] / "config.toml"


@dataclass
class TwoHouses:
    head: Flask
    branch: Flask
    alice: Person

    def shop(self) -> RelyingApp:
        return RelyingApp.registered(self.branch, "shop")


@pytest.fixture(name="houses")
def head_and_branch(clock: Clock, database: str, tmp_path: Path) -> Iterator[TwoHouses]:
    """The branch is on this test's database, the head office has one of its own."""
    with ExitStack() as until_the_end:
        head_port, branch_port = free_port(), free_port()
        (tmp_path / "head").mkdir()
        own = until_the_end.enter_context(databases.fresh_sqlite(tmp_path / "head"))
        head = until_the_end.enter_context(house(tmp_path / "head", own, head_port))
        link = f"http://127.0.0.1:{branch_port}/login/head"
        known = RelyingApp.registered(
            head, "branch", redirect_uris=[f"{link}/callback"], backchannel_logout_uri=f"{link}/logout"
        )
        section = {
            "preset": "openid",
            "label": "Head Office",
            "issuer": known.issuer,
            "client_id": known.client_id,
            "client_secret": known.secret,
            "trust_email": True,
        }
        branch = until_the_end.enter_context(house(tmp_path / "branch", database, branch_port, head=section))
        until_the_end.enter_context(serving(head, head_port))
        until_the_end.enter_context(serving(branch, branch_port))
        yield TwoHouses(head, branch, Person.of(ALICE, head).with_account())


@contextmanager
def house(folder: Path, database: str, port: int, **upstream: object) -> Iterator[Flask]:
    folder.mkdir(exist_ok=True)
    shutil.copytree(databases.key_folder(), folder / "keys")
    settings = load_settings(
        MANUAL,
        server={"issuer": f"http://127.0.0.1:{port}"},
        database={"url": database},
        keys={"directory": folder / "keys"},
        password={"argon2_memory_kib": 8, "argon2_time_cost": 1},
        upstream=upstream,
    )
    with provider.founded(settings) as app:
        yield app


def comes(houses: TwoHouses, browser: Browser, shop: RelyingApp) -> Tokens:
    """From the app to the branch, from there to the head office, and all the way back."""
    person = Person.of(("", "", ""), houses.branch)
    person.browser = browser
    visit = shop.asks("openid email profile").seen_by(person)
    page = shown(visit.at)
    away = browser.submit(page, form=page.form(press=next(says for says in labels(page) if "Head Office" in says)))
    assert isinstance(away, Arrival)
    at = houses.alice.browser.open(away.url)
    page = shown(at)
    at = houses.alice.browser.submit(page, email=houses.alice.email, password=houses.alice.password)
    if not isinstance(at, Arrival):
        at = houses.alice.browser.submit(shown(at), "decision=allow")
    assert isinstance(at, Arrival)
    assert urlsplit(at.url).path == "/login/head/callback"
    page = shown(browser.open(at.url))
    if page.heading == "Almost there":
        form = page.form("terms")
        visit.at = browser.submit(page, form=form, terms=form.boxes["terms"][0])
    return visit.allows().redeems()


@pytest.mark.section("OpenID Connect Core §3.1.3.7")
def test_the_head_offices_people_come_by_it_and_go_with_it(houses: TwoHouses, clock: Clock) -> None:
    shop, browser = houses.shop(), Browser(houses.branch)
    tokens = comes(houses, browser, shop)
    assert tokens.userinfo()["email"] == houses.alice.email
    assert tokens.claims["amr"] == ["fed"]
    assert tokens.claims["sub"] != houses.alice.user_id
    clock.moves(10)
    houses.alice.signs_out()
    with houses.head.app_context():
        assert NOTICES.act(houses.head.extensions["portico"], clock.now()) == 1
    assert tokens.asks_userinfo().status_code == 401
