"""What browsers may do with our pages."""

import re

import pytest
from flask import Flask

from idp.web import page
from idp.web.assets import FOREVER
from tests.web_browser import Browser, Page

PATHS = ("/", "/help", "/terms", "/signin", "/consent", "/account", "/nowhere", "/refused", "/broken", "/posted")


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_walled_in(visitor: Browser, path: str) -> None:
    visitor.open(path)
    headers = visitor.trail[-1].headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in headers


def test_https_is_insisted_on_where_there_is_https(secure: Browser) -> None:
    secure.open("/")
    assert secure.trail[-1].headers["Strict-Transport-Security"] == "max-age=63072000"


def test_a_page_that_ends_at_the_app_may_post_there_and_nowhere_else(visitor: Browser) -> None:
    visitor.open("/posted")
    assert "form-action 'self' https://photobox.example;" in visitor.trail[-1].headers["Content-Security-Policy"]
    visitor.open("/signin")
    assert "form-action 'self';" in visitor.trail[-1].headers["Content-Security-Policy"]


def test_only_pages_outside_flows_cut_the_tie_to_the_opener(visitor: Browser) -> None:
    visitor.open("/account")
    assert visitor.trail[-1].headers["Cross-Origin-Opener-Policy"] == "same-origin"
    for path in PATHS:
        if path != "/account":
            visitor.open(path)
            assert "Cross-Origin-Opener-Policy" not in visitor.trail[-1].headers


@pytest.mark.parametrize("path", PATHS)
def test_no_script_and_no_style_stands_in_a_page(visitor: Browser, path: str) -> None:
    shown = visitor.open(path)
    assert isinstance(shown, Page)
    assert re.findall(r"<script(?![^>]* src=)", shown.html) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=", shown.html) == []


def test_a_static_file_is_kept_for_good_under_the_name_of_its_content(app: Flask, visitor: Browser) -> None:
    with app.test_request_context():
        address = app.jinja_env.globals["asset"]("ui.css")  # type: ignore[operator]
    answer = visitor.client.get(address, base_url=visitor.issuer)
    assert answer.headers["Cache-Control"] == FOREVER
    assert answer.mimetype == "text/css"
    squeezed = visitor.client.get(address, base_url=visitor.issuer, headers={"Accept-Encoding": "gzip"})
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert len(squeezed.data) < len(answer.data) / 3


def test_a_name_from_another_version_gets_this_version_uncached(visitor: Browser) -> None:
    answer = visitor.client.get("/assets/000000000000/ui.css", base_url=visitor.issuer)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


def test_no_other_file_is_served(visitor: Browser) -> None:
    for name in ("../app.py", "..%2fapp.py", "%2e%2e/settings.py", "nothing.css"):
        assert visitor.client.get(f"/assets/0/{name}", base_url=visitor.issuer).status_code == 404


def test_an_app_on_an_ipv6_address_or_with_a_scheme_of_its_own_can_be_posted_to(app: Flask) -> None:
    with app.test_request_context("/"):
        answer = page.render("home.html", form_targets=("com.example.app:",), signup_enabled=True)
    assert "form-action 'self' com.example.app:;" in answer.headers["Content-Security-Policy"]
