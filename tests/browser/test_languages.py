"""Every page there is, in every language and in two that do not exist: it fits, and runs the way it is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from idp import locales
from idp.settings.load import Settings
from idp.settings.sections import Locale
from tests.browser import pseudo
from tests.browser.chromium import DESKTOP, PHONE, SMALLEST, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.developers.console import Developer, open_to
from tests.parts import needs
from tests.people import ALICE, Person
from tests.relying_app import RelyingApp

pytestmark = [pytest.mark.browser, needs("Chromium")]

HOST = "localhost"  # where passkeys are offered
_, ADDRESS, PASSWORD = ALICE
LOOKS: list[tuple[str, int, Scheme, bool]] = [
    ("en-XA", SMALLEST, "light", False),
    ("en-XA", DESKTOP, "dark", False),
    ("ar-XB", SMALLEST, "light", False),
    ("de", SMALLEST, "light", False),
    ("fr", SMALLEST, "dark", False),
    ("es", SMALLEST, "light", False),
    ("ar", PHONE, "light", True),
    ("ar", DESKTOP, "dark", True),
    ("ar", SMALLEST, "light", False),
]
PSEUDO = {"en-XA": ("en", pseudo.longer), "ar-XB": ("ar", pseudo.mirrored)}
FLAWS = """() => [...document.querySelectorAll('body *')].filter((part) => {
  const text = [...part.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join('');
  return /%\\(\\w+\\)s|\\bNone\\b|undefined/.test(text) || (text.trim() && part.scrollWidth > part.clientWidth + 1
    && ['hidden', 'clip'].includes(getComputedStyle(part).overflowX) && !part.matches('.vh, .vh *'));
}).map((part) => part.outerHTML.slice(0, 200))"""


OF_AN_APP = ("", "/credentials", "/advanced", "/owners", "/preview", "/delete")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The console is among the pages there are."""
    return open_to(settings)


@contextmanager
def speaking(language: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The tag under which the provider speaks this language: a made-up one stands in the place of a real one."""
    if language not in PSEUDO:
        yield language
        return
    tag, said = PSEUDO[language]
    pseudo.write(folder, tag, said)
    monkeypatch.setattr(locales, "TRANSLATIONS", folder)
    locales._catalogues.cache_clear()
    yield tag
    monkeypatch.undo()
    locales._catalogues.cache_clear()


def paths_of(app: Flask) -> list[str]:
    """Every address that a GET may ask for and that has no parts to fill in."""
    rules = (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments)
    return sorted({rule.rule for rule in rules})


def look_through(page: Page, paths: list[str], tag: str, name: str, photographs: Path | None, *, axe: bool) -> int:
    """Look at each page that is one; how many there were."""
    seen = set()
    for path in paths:
        answer = page.request.get(path, headers={"Accept-Language": tag, "Accept": "text/html"})
        where = urlsplit(answer.url).path
        if "<html" not in answer.text()[:100] or where in seen:
            continue
        seen.add(where)
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true })")
        expect(page.locator("html")).to_have_attribute("lang", tag)
        expect(page.locator("html")).to_have_attribute("dir", locales.text_direction(tag))
        photograph(page, photographs, f"{name}{where.replace('/', '-')}")
        page_fits(page)
        assert page.evaluate(FLAWS) == [], page.url
        if axe:
            page_is_accessible(page)
    return len(seen)


@pytest.mark.parametrize(
    ("language", "width", "scheme", "axe"),
    LOOKS,
)
def test_every_page_fits_in_every_language(
    provider: Looks,
    app: Flask,
    photo_box: RelyingApp,
    photographs: Path | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    width: int,
    scheme: Scheme,
    axe: bool,
) -> None:
    alice = Person.of(ALICE, app).with_account(nickname="Al", zoneinfo="Europe/Berlin")
    with (
        speaking(language, tmp_path / "made-up", monkeypatch) as tag,
        provider.window(width, scheme, language=tag) as page,
    ):
        name = f"{language}-{width}-{scheme}"
        alice.reads(tag)
        assert look_through(page, paths_of(app), tag, name, photographs, axe=axe) >= 12
        page.goto(photo_box.asks("openid profile email phone address offline_access").url)
        page.locator("#email").fill(ADDRESS)
        page.locator("#password").fill(PASSWORD)
        page.locator("#remember").check()
        page.locator("form .btn--primary").click()
        expect(page.locator("[value=allow]")).to_be_visible()
        photograph(page, photographs, f"{name}-consent")
        page_fits(page)
        page.locator("[value=allow]").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")
        client_id = Developer.of(alice).client_id
        paths = [path for path in (*paths_of(app), "/account/apps/photo-box") if path != "/signin"]
        paths += [f"/developers/{client_id}{part}" for part in OF_AN_APP]
        assert look_through(page, paths, tag, f"{name}-in", photographs, axe=axe) >= 33


def test_every_language_that_is_offered_is_looked_at() -> None:
    assert {*Locale().offered} - {"en"} <= {language for language, *_ in LOOKS}
