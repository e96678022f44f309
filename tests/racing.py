"""Eight processes, each a worker of its own with its own app, that do one thing at the same moment."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask

from idp.app import create_app
from idp.settings.load import Settings, load_settings
from tests.web_browser import Arrival, Browser

RACERS = 8
PATIENCE = 180
MANUAL = Path(__file__).parents[1] / "config.toml"
START: list[Barrier] = []


class Result(NamedTuple):
    """What one racer got: the status, and the body or the address it was sent to."""

    status: int
    said: str


Ready = Callable[[], Result]


@dataclass(frozen=True)
class Track:
    """Where eight processes stand ready; they are started once and run many races."""

    pool: ProcessPoolExecutor

    @classmethod
    def opened(cls) -> "Track":
        context = get_context("forkserver")  # the program is read once, then forked eight times
        context.set_forkserver_preload(["tests.racing"])
        pool = ProcessPoolExecutor(RACERS, context, initializer=_stands_at, initargs=(context.Barrier(RACERS),))
        return cls(pool)

    def race(self, prepare: Callable[..., Ready], settings: Settings, *each: tuple[Any, ...]) -> list[Result]:
        """`prepare(app, *arguments)` runs in each process at leisure; what it returns runs in all of them at once."""
        places = {
            "database": {"url": settings.database.url.get_secret_value()},
            "keys": {"directory": str(settings.keys.directory)},
            "password": settings.password.model_dump(),
            "registration": settings.registration.model_dump(),
            "upstream": {name: section.model_dump() for name, section in settings.upstream.items()},
        }
        runs = [self.pool.submit(_run, prepare, places, arguments) for arguments in each]
        return [run.result(PATIENCE) for run in runs]


def _stands_at(barrier: Barrier) -> None:
    START.append(barrier)


def _run(prepare: Callable[..., Ready], places: dict[str, Any], arguments: tuple[Any, ...]) -> Result:
    ready = prepare(create_app(load_settings(MANUAL, **places)), *arguments)
    START[0].wait(PATIENCE)
    return ready()


def posts(app: Flask, path: str, fields: dict[str, str], headers: dict[str, str]) -> Ready:
    """A request of an app's server."""
    client = app.test_client(use_cookies=False)

    def go() -> Result:
        response = client.post(path, data=fields, headers=headers)
        return Result(response.status_code, response.get_data(as_text=True))

    return go


def speaks(app: Flask, method: str, path: str, body: str, headers: dict[str, str]) -> Ready:
    """A request of a program that speaks JSON."""
    client = app.test_client(use_cookies=False)

    def go() -> Result:
        response = client.open(path, method=method, data=body, headers=headers, content_type="application/json")
        return Result(response.status_code, response.get_data(as_text=True))

    return go


def presses(app: Flask, path: str, typed: dict[str, str]) -> Ready:
    """Somebody opens a mailed link in a browser of their own, fills in the form, and presses its button."""
    browser = Browser(app)
    page = browser.open(path)
    assert not isinstance(page, Arrival)
    form = page.form(*(typed or {"token": ""}))
    return lambda: _seen(browser, browser.submit(page, form=form, **typed))


def opens(app: Flask, path: str, cookies: dict[str, str]) -> Ready:
    """One browser in many tabs: the same cookies everywhere."""
    browser = _with(cookies, app)
    return lambda: _seen(browser, browser.open(path))


def sends(app: Flask, path: str, fields: dict[str, str], cookies: dict[str, str]) -> Ready:
    """One browser in many tabs that send the same form."""
    browser = _with(cookies, app)
    return lambda: _seen(browser, browser.post(path, fields))


def _with(cookies: dict[str, str], app: Flask) -> Browser:
    browser = Browser(app)
    for name, value in cookies.items():
        browser.client.set_cookie(name, value, domain="127.0.0.1")
    return browser


def _seen(browser: Browser, at: Any) -> Result:
    worst = max(response.status_code for response in browser.trail)
    return Result(worst if worst >= 500 else 302, at.url) if isinstance(at, Arrival) else Result(at.status, at.text)
