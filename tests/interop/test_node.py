"""npm's openid-client and oauth4webapi, each as an app of its own, and oidc-client-ts inside a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.interop import visits
from tests.interop.portico import Person, Portico, Registered
from tests.interop.programs import running
from tests.parts import needs

pytestmark = [pytest.mark.interop, pytest.mark.browser, needs("Chromium"), needs("Node 20")]

ALL = {"scope": "openid profile email offline_access", "grant_types": ["authorization_code", "refresh_token"]}
SERVERS: dict[str, dict[str, Any]] = {
    "openid-client": {"token_endpoint_auth_method": "client_secret_post", "id_token_signed_response_alg": "ES256"},
    "oauth4webapi": {"token_endpoint_auth_method": "client_secret_jwt", "id_token_signed_response_alg": "EdDSA"},
    "openid-client-signed": {
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": "/jwks.json",
        "id_token_signed_response_alg": "ES256",
        "authorization_signed_response_alg": "ES256",
        "require_signed_request_object": True,
        "require_pushed_authorization_requests": True,
        "dpop_bound_access_tokens": True,
    },
}


@contextmanager
def open_app(program: Path, app: Registered, shell: dict[str, str], tmp_path: Path) -> Iterator[str]:
    environment = shell | {
        "ISSUER": app.issuer,
        "CLIENT_ID": app.client_id,
        "CLIENT_SECRET": app.secret,
        "PORT": str(app.port),
    }
    with running(("node", str(program)), environment, tmp_path / "node.log", app.port):
        yield app.home


@pytest.mark.parametrize("library", SERVERS)
def test_an_app_in_node(
    library: str,
    portico: Portico,
    person: Person,
    page: Page,
    node_packages: Path,
    shell: dict[str, str],
    tmp_path: Path,
) -> None:
    app = portico.knows(
        library,
        client_name="Photo Box",
        redirect_uris=["/callback"],
        post_logout_redirect_uris=["/signed-out"],
        **ALL,
        **SERVERS[library],
    )
    with open_app(node_packages / f"{library}.mjs", app, shell, tmp_path) as home:
        page.goto(home)
        page.get_by_role("link", name="Sign in").click()
        visits.signs_in(page, portico, person)
        visits.allows(page)
        visits.heading(page, "Signed in")
        assert visits.are_about(visits.shown(page, "claims"), person)
        assert visits.are_about(visits.shown(page, "userinfo"), person)
        assert visits.are_for(visits.shown(page, "claims"), app)

        page.get_by_role("link", name="Refresh").click()
        visits.heading(page, "Refreshed")
        page.get_by_role("link", name="Home").click()
        assert visits.are_about(visits.shown(page, "userinfo"), person)

        page.goto(f"{home}/sign-in")  # signed in and agreed already: nothing is asked
        visits.heading(page, "Signed in")

        page.get_by_role("link", name="Sign out").click()
        visits.heading(page, "Signed out")
        assert visits.shown(page, "query") == {"state": "bye"}
        page.goto(f"{home}/sign-in")
        visits.is_asked_to_sign_in(page, portico)


def test_a_page_with_oidc_client_ts(
    portico: Portico, person: Person, page: Page, node_packages: Path, shell: dict[str, str], tmp_path: Path
) -> None:
    """Discovery, keys, tokens and userinfo are all read by a script of another origin (CORS)."""
    app = portico.knows(
        "page",
        client_name="Photo Box",
        redirect_uris=["/callback", "/silent"],
        post_logout_redirect_uris=["/signed-out"],
        token_endpoint_auth_method="none",
        **ALL,
    )
    with open_app(node_packages / "oidc-client-ts.mjs", app, shell, tmp_path) as home:
        page.goto(home)
        page.get_by_role("button", name="Sign in").click()
        visits.signs_in(page, portico, person)
        visits.allows(page)
        visits.heading(page, "Signed in")
        assert visits.are_about(visits.shown(page, "claims"), person)
        assert visits.are_about(visits.shown(page, "userinfo"), person)
        assert visits.are_for(visits.shown(page, "claims"), app)

        page.get_by_role("button", name="Refresh").click()
        visits.heading(page, "Refreshed")
        page.get_by_role("button", name="Ask silently").click()
        visits.heading(page, "Asked silently")
        assert visits.are_about(visits.shown(page, "claims"), person)

        page.get_by_role("button", name="Sign out").click()
        visits.heading(page, "Signed out")
        assert visits.shown(page, "query") == "bye"
        page.get_by_role("button", name="Ask silently").click()
        expect(page.locator("#failure")).to_contain_text("login_required")
        page.get_by_role("button", name="Sign in").click()
        visits.is_asked_to_sign_in(page, portico)
