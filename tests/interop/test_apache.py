"""Debian's Apache with mod_auth_openidc in front of pages that know nothing of OpenID Connect."""

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import pytest
from playwright.sync_api import Page

from scripts import system_parts
from tests.interop import visits
from tests.interop.portico import Person, Portico, Registered, started
from tests.interop.programs import running
from tests.parts import needs
from tests.process.node import free_port

pytestmark = [pytest.mark.interop, pytest.mark.browser, needs("Chromium"), needs("Apache")]

FILES = Path(__file__).with_name("apache")


@contextmanager
def readable_folder() -> Iterator[Path]:
    """Started by root, Apache works as www-data, who may not enter pytest's folders."""
    folder = Path(tempfile.mkdtemp(prefix="portico-apache-"))
    (folder / "pages" / "app").mkdir(parents=True)
    (folder / "metadata").mkdir()
    shutil.copy(FILES / "index.shtml", folder / "pages" / "app")
    shutil.copy(FILES / "signed-out.html", folder / "pages")
    folder.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(folder, "www-data")
        shutil.chown(folder / "metadata", "www-data")
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def apache(app: Registered, shell: dict[str, str], log: Path, *defined: str) -> Iterator[Path]:
    """Its folder."""
    with readable_folder() as folder:
        environment = shell | {
            "PORT": str(app.port),
            "FOLDER": str(folder),
            "MODULES": str(system_parts.APACHE_MODULES),
            "ISSUER": app.issuer,
            "CLIENT_ID": app.client_id,
            "CLIENT_SECRET": app.secret,
            "PASSPHRASE": secrets.token_urlsafe(),
        }
        root = ("ROOT",) if os.geteuid() == 0 else ()
        words = (word for name in ("FOREGROUND", *root, *defined) for word in ("-D", name))
        command = ("/usr/sbin/apache2", *words, "-f", str(FILES / "apache2.conf"))
        with running(command, environment, log, app.port):
            yield folder


def info(page: Page, app: Registered) -> dict[str, Any]:
    """The module's own account of the session."""
    answer = page.request.get(f"{app.home}/app/oidc?info=json")
    assert answer.ok, answer.text()
    facts: dict[str, Any] = json.loads(answer.text())
    return facts


def test_pages_behind_mod_auth_openidc(
    portico: Portico, person: Person, page: Page, shell: dict[str, str], tmp_path: Path
) -> None:
    app = portico.knows(
        "apache",
        client_name="Photo Box",
        redirect_uris=["/app/oidc"],
        post_logout_redirect_uris=["/signed-out.html"],
        scope="openid profile email offline_access",
        grant_types=["authorization_code", "refresh_token"],
    )
    with apache(app, shell, tmp_path / "apache.log"):
        page.goto(f"{app.home}/app/")
        visits.signs_in(page, portico, person)
        visits.allows(page)
        visits.heading(page, "Signed in")
        assert page.locator("#user").inner_text() == person.email
        assert page.locator("#sub").inner_text() == person.sub
        before = info(page, app)
        assert visits.are_about(before["id_token"], person)
        assert visits.are_about(before["userinfo"], person)
        assert visits.are_for(before["id_token"], app)

        back = {"refresh": f"{app.home}/app/", "access_token": before["access_token"]}
        page.goto(f"{app.home}/app/oidc?{urlencode(back)}")
        visits.heading(page, "Signed in")
        assert info(page, app)["access_token"] != before["access_token"]

        page.goto(f"{app.home}/app/oidc?{urlencode({'logout': f'{app.home}/signed-out.html'})}")
        visits.heading(page, "Signed out")
        page.goto(f"{app.home}/app/")
        visits.is_asked_to_sign_in(page, portico)


def test_the_module_registers_itself_where_nobody_knows_it(page: Page, shell: dict[str, str], tmp_path: Path) -> None:
    """Its administrator named the provider, and nothing else; a third party begins (Core §4)."""
    folder = tmp_path / "portico"
    folder.mkdir()
    with started(folder, registration={"mode": "open"}) as portico:
        app = Registered(portico.issuer, "", f"http://127.0.0.1:{free_port()}", "")
        with apache(app, shell, tmp_path / "apache.log", "REGISTERS") as home:
            document = page.request.get(f"{portico.issuer}/.well-known/openid-configuration").body()
            (home / "metadata" / f"{quote_plus(urlsplit(portico.issuer).netloc)}.provider").write_bytes(document)
            begin = {"iss": portico.issuer, "target_link_uri": f"{app.home}/app/"}
            page.goto(f"{app.home}/app/oidc?{urlencode(begin)}")
            person = portico.welcomes()
            visits.signs_in(page, portico, person)
            visits.allows(page)
            visits.heading(page, "Signed in")
            assert page.locator("#sub").inner_text() == person.sub
            told = json.loads(next((home / "metadata").glob("*.client")).read_text())
        assert told["client_name"] == "Photo Box"
        assert told["grant_types"] == ["authorization_code", "refresh_token"]
        assert told["client_id"] in portico.install.idp("clients", "list").stdout
