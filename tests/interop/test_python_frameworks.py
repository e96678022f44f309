"""Sign-in apps of the Python world, as their guides set them up: mozilla-django-oidc, django-allauth, flask-oidc."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from scripts.system_parts import PYTHON_PROJECT
from tests.interop import visits
from tests.interop.portico import Person, Portico
from tests.interop.programs import running
from tests.parts import needs

pytestmark = [pytest.mark.interop, pytest.mark.browser, needs("Chromium")]

APPS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "mozilla-django-oidc": (("django_app.py", "mozilla"), {"redirect_uris": ["/oidc/callback/"]}),
    "django-allauth": (("django_app.py", "allauth"), {"redirect_uris": ["/accounts/oidc/portico/login/callback/"]}),
    # it sends no code_challenge
    "flask-oidc": (("flask_oidc_app.py",), {"redirect_uris": ["/authorize"], "require_pkce": False}),
}


@pytest.mark.parametrize("name", APPS)
def test_an_app_in_python(
    name: str,
    portico: Portico,
    person: Person,
    page: Page,
    python_packages: Path,
    shell: dict[str, str],
    tmp_path: Path,
) -> None:
    (program, *words), metadata = APPS[name]
    app = portico.knows(name, client_name="Photo Box", scope="openid profile email", **metadata)
    environment = shell | {
        "ISSUER": app.issuer,
        "CLIENT_ID": app.client_id,
        "CLIENT_SECRET": app.secret,
        "PORT": str(app.port),
    }
    command = (str(python_packages), str(PYTHON_PROJECT / program), *words)
    with running(command, environment, tmp_path / "log", app.port, folder=tmp_path):
        page.goto(app.home)
        page.get_by_role("link", name="Sign in").click()
        visits.signs_in(page, portico, person)
        visits.allows(page)
        visits.heading(page, "Signed in")
        assert visits.shown(page, "claims")["email"] == person.email

        page.get_by_role("link", name="Sign out").click()
        visits.heading(page, "Signed out")
        page.get_by_role("link", name="Sign in").click()
        visits.heading(page, "Signed in")
