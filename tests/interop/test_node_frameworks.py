"""Sign-in middleware of the Node world, as each is set up by its guide: express-openid-connect, passport, Auth.js."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.interop import visits
from tests.interop.portico import Person, Portico, Registered
from tests.interop.test_node import open_app
from tests.parts import needs

pytestmark = [pytest.mark.interop, pytest.mark.browser, needs("Chromium"), needs("Node 20")]

Opens = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def opens(node_packages: Path, shell: dict[str, str], tmp_path: Path) -> Opens:
    """The app of that name, running."""
    return lambda name, app: open_app(node_packages / f"{name}.mjs", app, shell, tmp_path)


def knows(portico: Portico, name: str, **metadata: Any) -> Registered:
    return portico.knows(name, client_name="Photo Box", scope="openid profile email", **metadata)


def signs_out_of_portico(page: Page, portico: Portico) -> None:
    """The person's own way out, with no app asking."""
    page.goto(f"{portico.issuer}/signout")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re signed out")


@pytest.mark.section("OpenID Connect Back-Channel Logout 1.0 §2.6")
def test_express_openid_connect_hears_of_a_sign_out(portico: Portico, person: Person, page: Page, opens: Opens) -> None:
    """It checks the logout token by code that nobody here wrote, and ends its session; a new sign-in starts another."""
    app = knows(
        portico,
        "express",
        redirect_uris=["/callback"],
        post_logout_redirect_uris=["/signed-out"],
        backchannel_logout_uri="/backchannel-logout",
    )
    with opens("express-openid-connect", app) as home:
        page.goto(home)
        page.get_by_role("link", name="Sign in").click()
        visits.signs_in(page, portico, person)
        visits.allows(page)
        visits.heading(page, "Signed in")
        assert visits.are_about(visits.shown(page, "claims"), person)

        signs_out_of_portico(page, portico)
        page.goto(home)
        for _ in range(100):  # until word came
            if page.get_by_role("heading", level=1).inner_text() != "Signed in":
                break
            page.wait_for_timeout(100)
            page.reload()
        visits.heading(page, "Signed out")

        page.get_by_role("link", name="Sign in").click()
        visits.signs_in(page, portico, person)
        visits.heading(page, "Signed in")
        page.get_by_role("link", name="Sign out").click()
        visits.heading(page, "Signed out")
        page.get_by_role("link", name="Sign in").click()
        visits.is_asked_to_sign_in(page, portico)


def test_passport(portico: Portico, person: Person, page: Page, opens: Opens) -> None:
    """It knows no PKCE: the registration has to say so."""
    app = knows(
        portico,
        "passport",
        redirect_uris=["/callback"],
        post_logout_redirect_uris=["/signed-out"],
        require_pkce=False,
    )
    with opens("passport", app) as home:
        page.goto(home)
        page.get_by_role("link", name="Sign in").click()
        visits.signs_in(page, portico, person)
        visits.allows(page)
        visits.heading(page, "Signed in")
        profile = visits.shown(page, "userinfo")
        assert (profile["id"], profile["emails"]) == (person.sub, [{"value": person.email}])
        page.get_by_role("link", name="Sign out").click()
        visits.heading(page, "Signed out")
        page.get_by_role("link", name="Sign in").click()
        visits.is_asked_to_sign_in(page, portico)


def test_auth_js(portico: Portico, person: Person, page: Page, opens: Opens) -> None:
    app = knows(portico, "auth-js", redirect_uris=["/auth/callback/portico"])
    with opens("auth-js", app) as home:
        page.goto(home)
        page.get_by_role("link", name="Sign in").click()
        page.get_by_role("button", name="Sign in with Portico").click()
        visits.signs_in(page, portico, person)
        visits.allows(page)
        visits.heading(page, "Signed in")
        assert visits.are_about(visits.shown(page, "claims"), person)
        page.get_by_role("link", name="Sign out").click()
        page.get_by_role("button", name="Sign out").click()
        visits.heading(page, "Signed out")
