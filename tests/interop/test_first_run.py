"""Somebody who never saw Portico runs it as README.md says, signs up, looks around, signs out, and comes back later."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.interop.addresses import places
from tests.interop.portico import PASSWORD
from tests.parts import needs
from tests.process.node import ROOT, leftover

pytestmark = [pytest.mark.interop, pytest.mark.browser, needs("Chromium")]

PORTICO, APP = "http://127.0.0.1:8000", "http://127.0.0.1:8001"
ADDRESS = "new.comer@example.org"
FACT = re.compile(r"^    (the app|issuer|mails|developers|facebook|stop) +(\S+)  ", re.MULTILINE)
READY_WITHIN = 60.0  # seconds
STOPPED_WITHIN = 30.0


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What `make run` reads from the sources, in a folder of its own."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "clients", folder / "clients", ignore=shutil.ignore_patterns("__pycache__"))
    with places(PORTICO, APP) as here:
        (folder / "config.toml").write_text(here.placed((ROOT / "config.toml").read_text("utf-8")))
        app = folder / "clients" / "demo" / "client.toml"
        app.write_text(here.placed(app.read_text("utf-8")))
        yield folder


@contextmanager
def idp_demo(folder: Path, shell: dict[str, str]) -> Iterator[dict[str, str]]:
    """`make run`, once everything is installed: what it tells the person. Ends by Ctrl-C, and leaves nothing behind."""
    output = folder / "output.log"
    with output.open("w") as stream:
        process = subprocess.Popen(
            (sys.executable, "-m", "idp", "demo", "--with-facebook"),
            cwd=folder,
            env=shell | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            process_group=0,
        )
    try:
        yield told(process, output)
        os.killpg(process.pid, signal.SIGINT)  # a terminal tells all of them
        assert process.wait(STOPPED_WITHIN) == 0, output.read_text()
        assert "Stopping." in output.read_text()
    finally:
        leftover(process.pid)
        process.wait(STOPPED_WITHIN)


def told(process: subprocess.Popen[bytes], output: Path) -> dict[str, str]:
    """The six things to know, as soon as they stand there."""
    began = time.monotonic()
    while len(facts := dict(FACT.findall(output.read_text()))) < 6:
        assert process.poll() is None, output.read_text()
        assert time.monotonic() - began < READY_WITHIN, output.read_text()
        time.sleep(0.05)
    return facts


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    with chromium.new_context() as profile:
        profile.set_default_timeout(20_000)
        yield profile


def signs_up(page: Page) -> None:
    page.get_by_role("link", name="Sign up").first.click()
    page.locator("#email").fill(ADDRESS)
    page.locator("#new-password").fill(PASSWORD)
    page.locator("#confirm-password").fill(PASSWORD)
    page.locator("#terms").check()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")


def confirms(tab: Page, mails: str) -> None:
    """In a second tab: the inbox of the install, its only mail, the link in it."""
    tab.goto(mails)
    tab.get_by_role("main").get_by_role("listitem").get_by_role("link").click()
    tab.get_by_role("main").locator("a[href*='/verify?']").click()
    tab.get_by_role("button", name="Confirm email").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("would like to use your account")


def comes_by_facebook(page: Page, app: str, facebook: str) -> None:
    """Without a network and without an account there: the emulator is a process beside the two others."""
    page.goto(app)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Continue with Facebook (emulator)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Continue to Portico?")
    assert page.url.startswith(facebook)
    page.get_by_role("button", name="Continue").click()


def proves_the_address(page: Page, mails: str) -> None:
    """In the window they came in, by the code of the mail that lies open in development."""
    page.locator("#terms").check()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    inbox = page.context.new_page()
    inbox.goto(mails)
    code = re.search(r"\b(\d{3} \d{3})\b", inbox.get_by_role("main").inner_text())
    assert code
    inbox.close()
    page.locator("#code").fill(code[1])
    page.get_by_role("button", name="Confirm email").click()
    page.get_by_role("button", name="Allow", exact=True).click()


def signs_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")


def test_a_newcomers_first_run_and_the_next_one(checkout: Path, shell: dict[str, str], window: BrowserContext) -> None:
    with idp_demo(checkout, shell) as facts:
        page, tab = window.new_page(), window.new_page()
        page.goto(facts["the app"])
        page.get_by_role("link", name="Sign in").click()
        assert page.url.startswith(facts["issuer"])
        signs_up(page)
        confirms(tab, facts["mails"])
        tab.get_by_role("button", name="Allow", exact=True).click()
        expect(tab.get_by_role("heading", level=1)).to_have_text(f"Hello, {ADDRESS}")
        assert tab.url == f"{facts['the app']}/"
        page.goto(facts["developers"])
        expect(page.get_by_role("heading", level=1)).to_have_text("Your apps")
        page.close()
        signs_out(tab)

    with idp_demo(checkout, shell) as again:
        assert again == facts
        tab.get_by_role("link", name="Sign in again").click()
        tab.locator("#email").fill(ADDRESS)
        tab.locator("#password").fill(PASSWORD)
        tab.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
        expect(tab.get_by_role("heading", level=1)).to_have_text(f"Hello, {ADDRESS}")  # agreed to on the first run
        signs_out(tab)


def test_a_newcomer_signs_in_with_an_emulated_facebook(
    checkout: Path, shell: dict[str, str], window: BrowserContext
) -> None:
    """The first time they agree and prove the address; the next time, after all three started again, they are in."""
    with idp_demo(checkout, shell) as facts:
        page = window.new_page()
        comes_by_facebook(page, facts["the app"], facts["facebook"])
        proves_the_address(page, facts["mails"])
        expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Robin Sample")
        assert page.url == f"{facts['the app']}/"
        signs_out(page)
    with idp_demo(checkout, shell) as again:
        assert again == facts
        comes_by_facebook(page, facts["the app"], facts["facebook"])
        expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Robin Sample")
        assert page.url == f"{facts['the app']}/"
