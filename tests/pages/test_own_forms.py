"""Only a form we gave to this browser counts: login CSRF, stale pages, other sites, and the cookies of it all."""

import pytest

from tests.web_browser import Browser, Page

JANE = {"email": "jane.doe@example.org", "password": "right"}
STALE = "This page waited a while, so we refreshed it."
FOREIGN_HEADERS = (
    {"Sec_Fetch_Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec_Fetch_Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1:8000.evil.example"},
    {"Origin": "null"},
)


def token_of(visitor: Browser) -> str:
    page = visitor.open("/signin")
    assert isinstance(page, Page)
    return page.form("email").fields["csrf_token"]


@pytest.mark.incident("GHSA-c9rq-mvr5-3w32")
@pytest.mark.parametrize("token", ["", "x", "x" * 55, "ü" * 55, "\0"])
def test_without_the_token_the_form_comes_back_with_its_values(visitor: Browser, token: str) -> None:
    token_of(visitor)
    page = visitor.post("/signin", {**JANE, "csrf_token": token})
    assert isinstance(page, Page)
    assert page.status == 400
    assert STALE in page.text
    assert page.form("email").fields["email"] == JANE["email"]
    assert visitor.cookie("portico_session") is None


def test_the_refreshed_form_can_be_sent(visitor: Browser) -> None:
    page = visitor.post("/signin", JANE)
    assert isinstance(page, Page)
    visitor.submit(page, **JANE)
    assert visitor.cookie("portico_session") == "a-new-session"


@pytest.mark.incident("GHSA-c9rq-mvr5-3w32")
def test_a_token_of_another_browser_is_no_token(app: object, visitor: Browser) -> None:
    other = Browser(visitor.server)
    token_of(visitor)
    page = visitor.post("/signin", {**JANE, "csrf_token": token_of(other)})
    assert isinstance(page, Page)
    assert page.status == 400


def test_every_page_gets_a_token_of_its_own_and_all_of_them_work(visitor: Browser) -> None:
    first, second = token_of(visitor), token_of(visitor)
    assert first != second
    visitor.post("/signin", {**JANE, "csrf_token": first})
    assert visitor.cookie("portico_session") == "a-new-session"


@pytest.mark.incident("GHSA-c9rq-mvr5-3w32")
@pytest.mark.parametrize("headers", FOREIGN_HEADERS, ids=str)
def test_login_csrf_nobody_is_signed_in_by_another_site(visitor: Browser, headers: dict[str, str]) -> None:
    """Even with a right token and password: the form is shown empty, so that nobody fills it in for somebody else."""
    token = token_of(visitor)
    page = visitor.post("/signin", {**JANE, "csrf_token": token}, **headers)
    assert isinstance(page, Page)
    assert page.status == 400
    assert page.form("email").fields["email"] == ""
    assert visitor.cookie("portico_session") is None


@pytest.mark.incident("a cross-site POST without cookies must not set a new session cookie")
@pytest.mark.parametrize("headers", FOREIGN_HEADERS, ids=str)
@pytest.mark.parametrize("path", ["/signin", "/nowhere", "/signout", "/broken"])
def test_a_cross_site_post_sets_no_cookie(visitor: Browser, path: str, headers: dict[str, str]) -> None:
    visitor.post(path, JANE, **headers)
    assert "Set-Cookie" not in visitor.trail[-1].headers


def test_our_own_page_under_another_name_of_this_machine_may_post(visitor: Browser) -> None:
    """The browser vouches for it: it is the same origin, whatever the issuer is called."""
    token = token_of(visitor)
    headers = {"Sec_Fetch_Site": "same-origin", "Origin": "http://localhost:8000"}
    visitor.post("/signin", {**JANE, "csrf_token": token}, **headers)
    assert visitor.cookie("portico_session") == "a-new-session"


def test_the_host_header_is_not_what_an_origin_is_compared_with(visitor: Browser) -> None:
    token = token_of(visitor)
    headers = {"Origin": "https://evil.example", "Host": "evil.example"}
    visitor.post("/signin", {**JANE, "csrf_token": token}, **headers)
    assert visitor.cookie("portico_session") is None


def test_on_https_no_other_host_can_set_our_cookies(secure: Browser) -> None:
    secure.open("/signin")
    cookie = secure.trail[-1].headers["Set-Cookie"]
    assert cookie.startswith("__Host-portico_browser=")
    assert {part.strip() for part in cookie.split(";")[1:]} == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_on_loopback_http_a_cookie_has_no_prefix_and_is_still_ours_alone(visitor: Browser) -> None:
    visitor.open("/signin")
    cookie = visitor.trail[-1].headers["Set-Cookie"]
    assert cookie.startswith("portico_browser=")
    assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=Lax"}


def test_a_cookie_of_a_strange_shape_is_replaced(visitor: Browser) -> None:
    visitor.client.set_cookie("portico_browser", "<script>", domain="127.0.0.1")
    visitor.open("/signin")
    assert len(visitor.cookie("portico_browser") or "") == 43


@pytest.mark.parametrize("path", ["/", "/help", "/terms", "/nowhere", "/refused"])
def test_a_page_without_a_form_of_ours_sets_no_cookie(visitor: Browser, path: str) -> None:
    visitor.open(path)
    assert "Set-Cookie" not in visitor.trail[-1].headers
