"""What a developer pastes: filled in for their app and no other, and without its secret."""

import ast
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from idp.protocol.client_metadata import ClientMetadata
from idp.web import snippets
from idp.web.snippets import Snippet
from tests.developers.console import CALLBACK, Developer
from tests.people import Person

ISSUER = "https://id.example.com"
NASTY = """a'b"c\\d$e{{f}}<g>"""


def of(app: Flask, client_id: str = "photo-box", **metadata: object) -> dict[str, Snippet]:
    registered = ClientMetadata.register({"redirect_uris": [CALLBACK], "scope": "openid email", **metadata})
    with app.test_request_context():
        return {one.id: one for one in snippets.of_app(client_id, registered, ISSUER, "Example ID")}


def test_each_kind_has_its_stacks_and_every_stack_a_kind() -> None:
    assert {name for names in snippets.FOR.values() for name in names} == set(snippets.STACKS)


def test_they_are_filled_in_and_hold_no_secret(dev: Developer) -> None:
    page = dev.opens("/quick-start")
    text = unescape(page.html)
    assert dev.secret not in text
    assert text.count(f'"{dev.client_id}"') >= 7
    assert text.count(CALLBACK) >= 6
    for said in ("OIDC_CLIENT_SECRET", "Already filled in for", "Authlib", "openid-client", "Spring Security"):
        assert said in page.text
    assert "oidc-client-ts" not in page.text
    assert "Try a test sign-in" in page.read.links


@pytest.mark.parametrize(
    ("kind", "redirects", "library"),
    [
        ("spa", CALLBACK, "oidc-client-ts"),
        ("native", "com.example.box:/cb", "AppAuth"),
        ("service", "", "grant_type=client_credentials"),
        ("device", "", "urn:ietf:params:oauth:grant-type:device_code"),
    ],
)
def test_other_kinds_have_others(alice: Person, kind: str, redirects: str, library: str) -> None:
    page = Developer.of(alice, kind=kind, redirects=redirects).opens("/quick-start")
    assert library in page.text
    assert "Flask" not in page.text
    assert ("OIDC_CLIENT_SECRET" in page.text) is (kind == "service")


def test_an_app_with_a_key_of_its_own_is_told_where_it_goes(app: Flask, dev: Developer) -> None:
    page = dev.submits(dev.opens("/credentials"), "jwks_uri", jwks_uri="https://photobox.example/jwks")
    assert "proves itself by its key" in page.text
    assert "private_key_jwt" in dev.opens("/quick-start").text


def test_nothing_that_is_filled_in_leaves_its_quotes(app: Flask, tmp_path: Path) -> None:
    """A client_id may hold whatever RFC 6749 §A.1 lets it; pasted, it is a text and nothing else."""
    found = of(app, NASTY)
    for name in ("flask", "fastapi", "django"):
        texts = {node.value for node in ast.walk(ast.parse(found[name].text)) if isinstance(node, ast.Constant)}
        assert NASTY in texts, name
    assert f"'{NASTY.replace(chr(92), chr(92) * 2).replace(chr(39), chr(92) + chr(39))}'" in found["php"].text
    public = of(app, NASTY, token_endpoint_auth_method="none", application_type="native")
    assert "\\$e" in public["android"].text
    shell = shutil.which("sh")
    assert shell is not None
    for one in (found["curl"], public["curl"]):
        assert subprocess.run([shell, "-n", "-c", one.text], check=False).returncode == 0
    assert (
        subprocess.run(
            [
                shell,
                "-n",
                "-c",
                of(
                    app,
                    grant_types=["urn:ietf:params:oauth:grant-type:device_code"],
                    redirect_uris=[],
                    response_types=[],
                    token_endpoint_auth_method="none",
                )["device"].text,
            ],
            check=False,
        ).returncode
        == 0
    )


@pytest.mark.parametrize(("address", "home"), [("https://a.example/cb", "/"), ("https://a.example/", "/home")])
def test_the_callback_never_stands_where_the_start_page_does(app: Flask, address: str, home: str) -> None:
    text = of(app, redirect_uris=[address])["flask"].text
    assert f'@app.get("{home}")\ndef home' in text


def test_an_app_that_is_tried_out_listens_under_the_name_it_is_sent_back_to(app: Flask) -> None:
    """At another name of the same machine its cookie, and the state in it, would be missing."""
    here = of(app, redirect_uris=["http://localhost:3000/cb"])
    assert "flask --app app run --host localhost --port 3000" in here["flask"].text
    assert "uvicorn app:app --host localhost --port 3000" in here["fastapi"].text
    assert "node app.mjs, then open http://localhost:3000/" in here["express"].text
    there = of(app)
    assert "flask --app app run --port 5000" in there["flask"].text
    assert "then open" not in there["express"].text


def test_what_is_pasted_needs_no_more_than_the_secret(app: Flask) -> None:
    for name in ("flask", "fastapi"):
        assert of(app)[name].text.count("os.environ[") == 1, name
    assert "import os\n" in of(app)["django"].text


def test_the_method_of_the_registration_is_the_one_used(app: Flask) -> None:
    by_post = of(app, token_endpoint_auth_method="client_secret_post", id_token_signed_response_alg="ES256")
    assert "client.ClientSecretPost(secret)" in by_post["express"].text
    assert '{ id_token_signed_response_alg: "ES256" }' in by_post["express"].text
    assert "client_secret_post" in by_post["flask"].text
    plain = of(app)
    assert "client.ClientSecretBasic(secret)" in plain["express"].text
    assert "client_secret_post" not in plain["flask"].text
    assert "insecure" not in plain["express"].text.casefold()
