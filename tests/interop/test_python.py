"""The samples of this repository: Authlib's Flask client (demo), requests-oauthlib (report), requests (device)."""

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.interop import visits
from tests.interop.portico import Person, Portico, Registered, started
from tests.interop.programs import Program, running
from tests.parts import needs
from tests.process.node import ROOT

pytestmark = [pytest.mark.interop, pytest.mark.browser, needs("Chromium")]

ALL = {"scope": "openid profile email offline_access", "grant_types": ["authorization_code", "refresh_token"]}
REPORT_WITHIN = 30.0  # seconds


def table(page: Page, name: str) -> dict[str, Any]:
    rows = page.locator(f"#{name} tbody tr").all()
    return {row.locator("th").inner_text(): json.loads(row.locator("td bdi").inner_text()) for row in rows}


@contextmanager
def demo(portico: Portico, shell: dict[str, str], log: Path) -> Iterator[Registered]:
    """clients/demo, running as `idp demo` runs it."""
    app = portico.knows(
        "demo-app",
        client_name="Demo app",
        redirect_uris=["/signed-in"],
        post_logout_redirect_uris=["/signed-out"],
        **ALL,
    )
    environment = shell | {
        "PORTICO_ISSUER": app.issuer,
        "PORTICO_CLIENT_ID": app.client_id,
        "PORTICO_CLIENT_SECRET": app.secret,
        "DEMO_URL": app.home,
    }
    command = (sys.executable, str(ROOT / "clients" / "demo" / "app.py"))
    with running(command, environment, log, app.port):
        yield app


def test_the_demo_with_authlib(
    portico: Portico, person: Person, page: Page, shell: dict[str, str], tmp_path: Path
) -> None:
    with demo(portico, shell, tmp_path / "demo.log") as app:
        page.goto(app.home)
        page.get_by_role("link", name="Sign in").click()
        visits.signs_in(page, portico, person)
        visits.allows(page)
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Hello, {person.email}")
        assert visits.are_about(table(page, "claims"), person)
        assert visits.are_about(table(page, "userinfo"), person)
        assert visits.are_for(table(page, "claims"), app)

        page.get_by_role("button", name="Refresh").click()
        expect(page.locator("#state")).to_contain_text("with refreshed tokens")
        assert visits.are_about(table(page, "userinfo"), person)

        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
        page.get_by_role("link", name="Sign in again").click()
        visits.is_asked_to_sign_in(page, portico)


def test_the_demo_when_the_person_says_no(
    portico: Portico, person: Person, page: Page, shell: dict[str, str], tmp_path: Path
) -> None:
    with demo(portico, shell, tmp_path / "demo.log") as app:
        page.goto(f"{app.home}/sign-in")
        visits.signs_in(page, portico, person)
        page.get_by_role("button", name="Don’t allow").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You are not signed in")
        expect(page.get_by_role("main")).to_contain_text("access_denied")


def test_the_demo_when_its_access_token_is_old(page: Page, shell: dict[str, str], tmp_path: Path) -> None:
    """Authlib refreshes by itself before each question; every spent refresh token is replaced by the next."""
    with started(tmp_path, access_token_for=30) as portico, demo(portico, shell, tmp_path / "demo.log") as app:
        person = portico.welcomes()
        page.goto(f"{app.home}/sign-in")
        visits.signs_in(page, portico, person)
        visits.allows(page)
        for _ in range(3):
            expect(page.locator("#state")).to_contain_text("with refreshed tokens")
            assert visits.are_about(table(page, "userinfo"), person)
            page.reload()


def said(program: Program, pattern: str) -> str:
    """What the program wrote that looks like this, as soon as it did."""
    began = time.monotonic()
    while not (found := re.search(pattern, program.log, re.MULTILINE)):
        assert time.monotonic() - began < REPORT_WITHIN, program.log
        time.sleep(0.05)
    return found[0]


def test_the_report_with_requests_oauthlib(
    portico: Portico, person: Person, page: Page, shell: dict[str, str], tmp_path: Path
) -> None:
    """A native public client: PKCE, no secret, and a loopback port nobody knew before."""
    client_id = portico.knows_as_declared(ROOT / "clients" / "report" / "client.toml")
    program = str(ROOT / "clients" / "report" / "report.py")
    options = ("--issuer", portico.issuer, "--client-id", client_id, "--no-browser", "--refresh", "--sign-out")
    with running((sys.executable, program, *options), shell, tmp_path / "report.log") as report:
        page.goto(said(report, r"^http\S+/authorize\S+$"))
        visits.signs_in(page, portico, person)
        visits.allows(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Signed in")
        assert said(report, rf"^sub +{person.sub}$")
        assert said(report, rf"^email +{re.escape(person.email)}$")
        page.goto(said(report, r"^http\S+/end_session\S+$"))
        expect(page.get_by_role("heading", level=1)).to_have_text("You’re signed out")
        assert report.process.wait(REPORT_WITHIN) == 0
    page.goto(f"{portico.issuer}/account")
    visits.is_asked_to_sign_in(page, portico)


def test_the_device_with_requests_alone(
    portico: Portico, person: Person, page: Page, shell: dict[str, str], tmp_path: Path
) -> None:
    """RFC 8628: the program has no browser, the browser knows nothing of the program but the code on its screen."""
    client_id = portico.knows_as_declared(ROOT / "clients" / "device" / "client.toml")
    program = str(ROOT / "clients" / "device" / "device.py")
    options = ("--issuer", portico.issuer, "--client-id", client_id)
    with running((sys.executable, program, *options), shell, tmp_path / "device.log") as device:
        code = said(device, r"^ +[B-Z]{4}-[B-Z]{4}$").strip()
        page.goto(f"{portico.issuer}/device")
        page.get_by_label("Code").fill(code.lower())
        page.get_by_role("button", name="Continue").click()
        visits.signs_in(page, portico, person)
        expect(page.locator(".note--warn dd").first).to_have_text(code)
        visits.allows(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("All set")
        assert said(device, r"^Hello, .+\.$")
        assert device.process.wait(REPORT_WITHIN) == 0
