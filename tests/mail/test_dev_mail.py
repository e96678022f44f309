"""/dev/mail: all mails of a development install, and no such door anywhere else."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.app import create_app
from idp.mail import delivery, outbox
from idp.mail.letter import Letter
from idp.settings.load import Settings
from idp.store import base
from tests.mail.letters import CODE, HANS, ISSUER, NOW, TOKEN, confirm, reset

ADDRESSES = ("/dev/mail", "/dev/mail/", "/dev/mail/x", "/dev/mail/x/html", "/dev/mail?id=x", "/dev")


@contextmanager
def running(settings: Settings, **server: object) -> Iterator[Flask]:
    app = create_app(settings.model_copy(update={"server": settings.server.model_copy(update=server)}))
    with app.app_context():
        yield app
        base.db.session.remove()
        for engine in base.db.engines.values():
            engine.dispose()


@pytest.fixture
def install(settings: Settings) -> Iterator[Callable[..., Flask]]:
    with ExitStack() as open_apps:
        yield lambda **server: open_apps.enter_context(running(settings, **server))


@pytest.fixture
def developing(install: Callable[..., Flask]) -> Flask:
    return install(development=True)


class DevelopersBrowser(FlaskClient):
    """It has the issuer in its address bar: in development nothing else is answered."""

    def open(self, *words: Any, **options: Any) -> TestResponse:
        return super().open(*words, base_url=ISSUER, **options)


@pytest.fixture
def developer(developing: Flask) -> FlaskClient:
    return DevelopersBrowser(developing, developing.response_class)


def promise(app: Flask, *letters: Letter) -> list[str]:
    sealer = app.extensions["portico"].sealer
    with base.unit_of_work():
        return [outbox.post(letter, sealer, NOW + number) for number, letter in enumerate(letters)]


def test_a_developer_reads_every_mail_the_newest_first(developing: Flask, developer: FlaskClient) -> None:
    first, second = promise(developing, confirm(), reset(HANS))
    page = developer.get("/dev/mail").get_data(as_text=True)
    assert page.index(f"/dev/mail/{second}") < page.index(f"/dev/mail/{first}")
    assert "482 913 is your Example ID code" in page
    shown = developer.get(f"/dev/mail/{first}").get_data(as_text=True)
    assert f'href="{ISSUER}/verify?token={TOKEN}"' in shown
    assert f"{CODE[:3]} {CODE[3:]}" in shown
    assert "jane@example.org" in shown


def test_reading_does_not_depend_on_a_deliverer_and_a_deliverer_takes_nothing_away(
    developing: Flask, developer: FlaskClient
) -> None:
    house = developing.extensions["portico"]
    (mail_id,) = promise(developing, confirm())
    assert developer.get(f"/dev/mail/{mail_id}").status_code == 200
    assert delivery.deliver(house.settings, house.sealer, lambda: NOW) == 1
    assert delivery.deliver(house.settings, house.sealer, lambda: NOW) == 0
    assert developer.get(f"/dev/mail/{mail_id}").status_code == 200


def test_the_html_form_may_do_nothing_but_be_looked_at(developing: Flask, developer: FlaskClient) -> None:
    (mail_id,) = promise(developing, confirm(app="<script>alert(1)</script>"))
    answer = developer.get(f"/dev/mail/{mail_id}/html")
    assert answer.mimetype == "text/html"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'; ")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.get_data(as_text=True)
    assert "<script>" not in developer.get(f"/dev/mail/{mail_id}").get_data(as_text=True)


def test_pretended_and_unknown_mails_are_not_shown(developing: Flask, developer: FlaskClient) -> None:
    with base.unit_of_work():
        pretended = outbox.pretend(confirm(), developing.extensions["portico"].sealer, NOW)
    assert "No mail yet" in developer.get("/dev/mail").get_data(as_text=True)
    for mail_id in (pretended, "unknown", "x" * 500, "%00"):
        assert developer.get(f"/dev/mail/{mail_id}").status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
def test_elsewhere_there_is_no_such_door(install: Callable[..., Flask], address: str) -> None:
    app = install(development=False)
    promise(app, confirm())
    for method in ("GET", "POST", "HEAD", "OPTIONS"):
        assert app.test_client().open(address, method=method).status_code == 404


def test_elsewhere_the_door_is_not_registered(install: Callable[..., Flask]) -> None:
    for issuer in ("http://127.0.0.1:8000", "https://id.example.com"):
        app = install(development=False, issuer=issuer)
        assert "dev_mail" not in app.blueprints
        assert not [rule for rule in app.url_map.iter_rules() if re.search("dev/mail", rule.rule)]


def test_another_name_for_this_machine_shows_no_mail(developing: Flask) -> None:
    """DNS rebinding: a site that points its own name here is not the developer."""
    promise(developing, confirm())
    answer = developing.test_client().get("/dev/mail", base_url="http://evil.example:8000")
    assert answer.status_code == 421
    assert TOKEN not in answer.get_data(as_text=True)


def test_an_issuer_that_people_reach_cannot_be_in_development() -> None:
    with pytest.raises(ValueError, match="development shows every mail to everyone"):
        Settings.model_validate({"server": {"issuer": "https://id.example.com", "development": True}})


def test_the_help_that_mails_point_to_is_there(developer: FlaskClient) -> None:
    assert developer.get("/help").status_code == 200


def test_readers_of_other_languages(developing: Flask, developer: FlaskClient) -> None:
    (mail_id,) = promise(developing, confirm(HANS))
    assert 'lang="de"' in developer.get(f"/dev/mail/{mail_id}/html").get_data(as_text=True)
