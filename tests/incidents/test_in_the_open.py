"""What anybody may see tells nothing about the people here, nor about how this install is run."""

import re
from pathlib import Path
from typing import NoReturn

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.settings.load import Settings
from tests import provider
from tests.clocks import Clock
from tests.people import ALICE, BOB, Person
from tests.relying_app import RelyingApp

BY_CHANCE = re.compile(r"[A-Za-z0-9_-]{16,}")
KEPT_TO_OURSELVES = "mail.inside.example", "the-mail-account", "the-mail-password", "portico-of-ours"


def seen(app: Flask, *, method: str = "GET") -> dict[str, TestResponse]:
    """Every address without a name in it, as a stranger gets it; and one that does not exist."""
    client, issuer = app.test_client(use_cookies=False), app.extensions["portico"].settings.server.issuer
    paths = [rule.rule for rule in app.url_map.iter_rules() if "<" not in rule.rule and method in (rule.methods or ())]
    return {path: client.open(path, method=method, base_url=issuer) for path in (*paths, "/nowhere")}


def words(app: Flask) -> dict[str, str]:
    """What is said there, without tokens and references."""
    return {path: BY_CHANCE.sub("", said(answer)) for path, answer in seen(app).items()}


def said(answer: TestResponse) -> str:
    return answer.get_data(as_text=True).replace(answer.headers["X-Request-ID"], "")


@pytest.mark.incident("CVE-2025-67717")
def test_nothing_grows_with_the_number_of_people(app: Flask, shop: RelyingApp, clock: Clock) -> None:
    before = words(app)
    for name in (ALICE, BOB):
        shop.asks("openid email").seen_by(Person.of(name, app).with_account()).signs_in().allows().redeems()
    assert words(app) == before
    assert len(before) > 20


@pytest.fixture(params=[True, False], ids=["development", "production"])
def install(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """With values that stand nowhere else."""
    host, username, password, sender = KEPT_TO_OURSELVES
    mail = {"host": host, "username": username, "password": password, "sender": f"{sender}@example.org"}
    transport = "development" if request.param else "smtp"
    issuer = "http://127.0.0.1:8000" if request.param else "https://id.example.com"
    changed = settings.model_dump() | {
        "mail": {**mail, "transport": transport},
        "server": {"issuer": issuer, "development": request.param},
        "database": {"url": settings.database.url.get_secret_value()},
    }
    return Settings.model_validate(changed)


@pytest.mark.incident("Canaille 0.0.72")
def test_no_answer_tells_how_the_install_is_configured(install: Settings, database: str, tmp_path: Path) -> None:
    """Not even the page of a fault whose message holds all of it."""

    def broken() -> NoReturn:
        raise RuntimeError(repr(install), database)

    secrets = (*KEPT_TO_OURSELVES, database, str(tmp_path), str(install.keys.directory), "argon2_memory_kib")
    with provider.opened(install) as app:
        app.add_url_rule("/broken", view_func=broken)
        assert seen(app)["/broken"].status_code == 500
        for method in ("GET", "POST", "OPTIONS"):
            for path, answer in seen(app, method=method).items():
                told = answer.get_data(as_text=True) + str(answer.headers)
                assert [secret for secret in secrets if secret in told] == [], (method, path)
