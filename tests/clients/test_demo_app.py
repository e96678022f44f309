"""The demo app by itself, with no provider to talk to. How people sign in to it stands in tests/interop."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

HOME = "http://localhost"  # where Flask's test client knocks
FILE = Path(__file__).parents[2] / "clients" / "demo" / "app.py"


@pytest.fixture(scope="module")
def module() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("demo_app", FILE)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded  # Flask finds its templates by it
    spec.loader.exec_module(loaded)
    yield loaded
    del sys.modules[spec.name]


@pytest.fixture
def app(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setenv("PORTICO_ISSUER", "http://127.0.0.1:1")  # nobody listens there
    monkeypatch.setenv("DEMO_URL", HOME)
    app = module.create_app()
    assert isinstance(app, Flask)
    return app


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def test_the_first_page_needs_no_provider(browser: FlaskClient) -> None:
    page = browser.get("/")
    assert page.status_code == 200
    assert 'href="/sign-in"' in page.text


def test_another_name_of_this_machine_leads_to_the_registered_one(app: Flask) -> None:
    answer = app.test_client().get("/signed-in?code=x&state=y", headers={"Host": "127.0.0.1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{HOME}/")


def test_a_provider_that_does_not_answer_is_said_so(browser: FlaskClient) -> None:
    page = browser.get("/sign-in")
    assert page.status_code == 502
    assert "did not answer" in page.text


@pytest.mark.parametrize("query", ["code=stolen&state=unknown", "code=stolen", "error=access_denied&state=x", ""])
def test_an_answer_nobody_asked_for_signs_nobody_in(browser: FlaskClient, query: str) -> None:
    page = browser.get(f"/signed-in?{query}")
    assert page.status_code == 400
    assert "You are not signed in" in page.text
    assert "Sign in" in browser.get("/").text


def test_what_a_provider_says_is_shown_as_text(browser: FlaskClient) -> None:
    page = browser.get("/signed-in?error=<script>alert(1)</script>&error_description=<b>no</b>")
    assert "<script>alert" not in page.text
    assert "<b>no" not in page.text


@pytest.mark.parametrize("path", ["/refresh", "/sign-out"])
def test_without_a_sign_in_there_is_nothing_to_refresh_or_end(browser: FlaskClient, path: str) -> None:
    assert browser.get(path).status_code == 405
    answer = browser.post(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{HOME}/")


def test_tokens_stay_on_the_server_and_the_visit_gets_a_new_id_each_time(app: Flask, module: ModuleType) -> None:
    visits: Any = app.extensions["visits"]
    with app.test_request_context():
        ids = []
        for number in range(3):
            visits.begin({"access_token": f"token {number}"})
            ids.append(module.session["visit"])
            assert "token" not in str(dict(module.session))
        assert len(set(ids)) == 3
        assert list(visits) == ids[-1:]
        visits.end()
        assert visits.tokens() is None


def test_forgotten_visits_do_not_pile_up(app: Flask, module: ModuleType) -> None:
    visits: Any = app.extensions["visits"]
    for _ in range(module.KEPT_VISITS + 5):
        with app.test_request_context():
            visits.begin({})
    assert len(visits) == module.KEPT_VISITS
