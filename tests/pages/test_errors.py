"""What went wrong is said on a page, with a reference that the log has too, and tells no secret."""

import logging
import re
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound

from idp.web import errors, page
from tests.web_browser import Browser, Page

CASES = {
    "/nowhere": (404, "That page isn’t here"),
    "/refused": (400, "We can’t send you back to that app"),
    "/expired": (400, "Let’s start again"),
    "/slow": (429, "Slow down a moment"),
    "/busy": (503, "Back shortly"),
    "/broken": (500, "Something broke on our side"),
}
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "https://evil.example/'onmouseover='alert(1)",
    "{{ 7*7 }}",
    "%(asctime)s %s %n",
)
NAMES = ("redirect_uri", "error", "error_hint", "error_description", "state", "for", "said", "ui_locales")


class Skeleton(HTMLParser):
    """Elements with their attributes, and where links lead: all that can do something."""

    def __init__(self) -> None:
        super().__init__()
        self.bones: list[tuple[str, ...]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        leads = [value or "" for name, value in attributes if name in ("href", "src", "action", "class", "type")]
        self.bones.append((tag, *(name for name, _ in attributes), *leads))


def skeleton(html: str) -> list[tuple[str, ...]]:
    read = Skeleton()
    read.feed(html)
    return read.bones


def see(visitor: Browser, path: str) -> Page:
    shown = visitor.open(path)
    assert isinstance(shown, Page)
    return shown


@pytest.mark.parametrize(("path", "case"), CASES.items(), ids=CASES)
def test_each_case_has_its_status_and_its_words(visitor: Browser, path: str, case: tuple[int, str]) -> None:
    shown = see(visitor, path)
    assert (shown.status, shown.heading) == case
    assert shown.read.links["Get help"] == "/help"
    assert visitor.trail[-1].headers["X-Request-ID"] in shown.text


def test_a_reference_can_be_read_out_on_the_telephone(visitor: Browser) -> None:
    seen = {see(visitor, "/nowhere").response.headers["X-Request-ID"] for _ in range(20)}
    assert len(seen) == 20
    for reference in seen:
        assert re.fullmatch(r"[2-9A-HJKMNP-Z]{4}(-[2-9A-HJKMNP-Z]{4}){2}", reference)


def test_waiting_is_told_in_words_and_to_programs(visitor: Browser) -> None:
    shown = see(visitor, "/slow")
    assert "Try again in 5 minutes." in shown.text
    assert shown.response.headers["Retry-After"] == "290"


def test_a_method_that_does_not_exist_names_those_that_do(visitor: Browser) -> None:
    answer = visitor.client.delete("/signin", base_url=visitor.issuer)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert b"done here" in answer.data


def test_too_large_a_body_is_refused_with_a_page(visitor: Browser) -> None:
    visitor.server.config["MAX_CONTENT_LENGTH"] = 1000
    shown = visitor.post("/signin", {"email": "a" * 2000})
    assert isinstance(shown, Page)
    assert (shown.status, shown.heading) == (413, "That was too much at once")


def test_a_fault_tells_the_log_everything_and_the_page_nothing(
    visitor: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    shown = see(visitor, "/broken?said=the-secret-reason")
    assert "Traceback" not in shown.html
    assert "RuntimeError" not in shown.html
    assert "the-secret-reason" not in shown.text
    fault = next(record for record in caplog.records if record.levelno == logging.ERROR)
    assert fault.exc_info is not None
    assert "Set-Cookie" not in shown.response.headers


def test_when_the_error_page_breaks_too_there_still_is_one(visitor: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor.server.jinja_env.globals["asset"] = lambda _name: 1 / 0
    for path in CASES:
        shown = see(visitor, path)
        assert shown.status == 500
        assert shown.heading == "Something broke on our side"
        assert "frame-ancestors 'none'" in shown.response.headers["Content-Security-Policy"]


def test_details_for_developers_are_there_and_name_what_to_mend(visitor: Browser) -> None:
    shown = see(visitor, "/refused?redirect_uri=https://photobox.example/callbak")
    assert "invalid_redirect_uri" in shown.text
    assert "Fix Register this exact address" in shown.text
    assert shown.response.headers["X-Request-ID"] in shown.text
    assert "the redirect_uri is not registered for this client" in shown.text
    assert "https://photobox.example/callbak" in shown.text
    assert "https://photobox.example/callbak" not in shown.read.links.values()
    assert "Location" not in shown.response.headers


def test_what_was_received_is_cut_off(visitor: Browser) -> None:
    shown = see(visitor, "/refused?redirect_uri=" + "a" * 3000)
    assert "a" * 300 in shown.text
    assert "a" * 301 not in shown.text


@pytest.mark.incident("CVE-2019-8400")
@pytest.mark.incident("CVE-2026-42849")
@pytest.mark.incident("CVE-2025-67495")
@pytest.mark.incident("GHSA-m98g-63qj-fp8j")
@pytest.mark.parametrize("path", ["/refused", "/broken", "/nowhere", "/signin", "/"])
def test_nothing_a_request_says_becomes_part_of_the_page(visitor: Browser, path: str) -> None:
    """Error pages of others echoed error_hint, error_description and the like as HTML or as a link."""
    for name in NAMES:
        plain = skeleton(see(visitor, f"{path}?{name}=plain").html)
        for payload in PAYLOADS:
            shown = see(visitor, f"{path}?{urlencode({name: payload})}")
            assert skeleton(shown.html) == plain
            assert payload not in shown.text or name == "redirect_uri"


def test_a_program_that_asks_for_json_gets_json(visitor: Browser) -> None:
    answer = visitor.client.get("/nowhere", base_url=visitor.issuer, headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.get_json()["error"] == "invalid_request"


def test_an_answer_made_elsewhere_is_left_alone(app: Flask) -> None:
    with app.test_request_context("/"):
        made = page.render("home.html", 404, signup_enabled=False)
        assert errors._http(NotFound(response=made)) is made
