"""The first five minutes of a developer: an app registered, a snippet pasted as it is, somebody signed in."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.interop import visits
from tests.interop.portico import Person, Portico, started
from tests.interop.programs import running
from tests.parts import needs
from tests.process.node import free_port

pytestmark = [pytest.mark.interop, pytest.mark.browser, needs("Chromium")]


@pytest.fixture(scope="module")
def open_console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portico]:
    with started(tmp_path_factory.mktemp("console"), developers={"who": "everyone"}) as portico:
        yield portico


def registers(page: Page, portico: Portico, developer: Person, callback: str) -> str:
    """At the console, with four fields; the secret, as it is shown once."""
    page.goto(f"{portico.issuer}/developers/new")
    visits.signs_in(page, portico, developer)
    page.locator("#client-name").fill("Photo Box")
    page.locator("#redirect-uris").fill(callback)
    page.get_by_role("button", name="Register").click()
    expect(page.locator("#client-secret")).to_be_visible()
    return page.locator("#client-secret").inner_text()


def copies(page: Page, stack: str) -> str:
    """What the clipboard holds after the button beside this snippet was pressed."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Quick start", exact=True).click()
    snippet = page.locator("details", has=page.locator("summary", has_text=stack))
    if snippet.get_attribute("open") is None:
        snippet.locator("summary").click()
    snippet.get_by_role("button", name="Copy").click()
    expect(snippet.get_by_role("button", name="Copy")).to_have_text("Copied")
    return str(page.evaluate("navigator.clipboard.readText()"))


def runs(
    page: Page, portico: Portico, shell: dict[str, str], folder: Path, stack: str, file: str, command: Sequence[str]
) -> None:
    port = free_port()
    home, developer = f"http://127.0.0.1:{port}", portico.welcomes()
    secret = registers(page, portico, developer, f"{home}/callback")
    text = copies(page, stack)
    assert secret not in text
    (folder / file).write_text(text)
    with running(
        [*command, *([str(port)] if "flask" in command else [])],
        shell | {"OIDC_CLIENT_SECRET": secret},
        folder / "app.log",
        port,
        folder,
    ):
        page.goto(home)
        page.get_by_role("link", name="Sign in").click()
        visits.allows(page)
        expect(page).to_have_url(f"{home}/")
        assert visits.are_about(json.loads(page.locator("body").inner_text()), developer)


def test_flask_with_authlib_as_pasted(open_console: Portico, page: Page, shell: dict[str, str], tmp_path: Path) -> None:
    command = (sys.executable, "-m", "flask", "--app", "app", "run", "--port")
    runs(page, open_console, shell, tmp_path, "Python: Flask", "app.py", command)


@needs("Node 20")
def test_express_with_openid_client_as_pasted(
    open_console: Portico, page: Page, shell: dict[str, str], node_packages: Path, tmp_path: Path
) -> None:
    (tmp_path / "node_modules").symlink_to(node_packages / "node_modules")
    stack = "JavaScript: Node and Express"
    runs(page, open_console, shell, tmp_path, stack, "app.mjs", ("node", "app.mjs"))
