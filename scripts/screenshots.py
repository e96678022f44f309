"""Take the pictures of docs/images anew: a Portico of their own, an app, a person, and a real Chromium.

    .venv/bin/python -m scripts.screenshots

Run by hand when the pages look different. Nothing in the pictures is drawn or invented by this script.
"""

import base64
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.interop.portico import PASSWORD, Portico, started

IMAGES = Path(__file__).parents[1] / "docs" / "images"
MOST_BYTES = 200_000
DESKTOP, PHONE = (1024, 640), (380, 760)
SCALE = 0.66  # two windows beside one another are as wide as a page of documentation
GAP = 16
ADDRESS = "jane.doe@example.org"
PHOTO_BOX = {
    "client_name": "Photo Box",
    "client_uri": "https://photobox.example/",
    "policy_uri": "https://photobox.example/privacy",
    "tos_uri": "https://photobox.example/terms",
    "redirect_uris": ["https://photobox.example/signed-in"],
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": "openid profile email offline_access",
}
SHEET = """<!doctype html><style>body {{ margin: 0; display: flex; gap: {gap}px; width: max-content }}
img {{ border-radius: 12px; display: block }}</style>{pictures}"""


class Visit(NamedTuple):
    """A person's way from the app to the page that the picture shows."""

    page: Page
    addresses: Mapping[str, str]

    def sign_in(self) -> None:
        self.page.goto(self.addresses["sign in"])

    def sign_up(self) -> None:
        self.page.goto(self.addresses["sign up"])
        self.page.locator("#email").fill("john.doe@example.org")
        self.page.locator("#new-password").press_sequentially("Correct-horse")

    def wait_for_mail(self) -> None:
        self.sign_up()
        self.page.locator("#new-password").fill(PASSWORD)
        self.page.locator("#confirm-password").fill(PASSWORD)
        self.page.locator("#terms").check()
        self.page.get_by_role("button", name="Create account").click()
        self.page.locator("#code").wait_for()

    def consent(self) -> None:
        self.sign_in()
        self.page.locator("#email").fill(ADDRESS)
        self.page.locator("#password").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
        self.page.get_by_role("button", name="Allow", exact=True).wait_for()

    def wrong_address(self) -> None:
        self.page.goto(self.addresses["misspelt"])


class View(NamedTuple):
    size: tuple[int, int]
    scheme: Literal["light", "dark"]
    reach: Callable[[Visit], None]


PICTURES = {
    "sign-in": (View(DESKTOP, "light", Visit.sign_in), View(DESKTOP, "dark", Visit.sign_in)),
    "sign-up": (View((1024, 880), "light", Visit.sign_up),),
    "consent": (View((1024, 720), "light", Visit.consent),),
    "phone": (
        View(PHONE, "light", Visit.sign_in),
        View(PHONE, "dark", Visit.wait_for_mail),
        View(PHONE, "light", Visit.wrong_address),
    ),
}


def addresses(portico: Portico) -> dict[str, str]:
    """What Photo Box sends people to."""
    app = portico.knows("photobox", **PHOTO_BOX)
    request = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": "https://photobox.example/signed-in",
        "scope": PHOTO_BOX["scope"],
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    changes: dict[str, dict[str, str]] = {
        "sign in": {},
        "sign up": {"prompt": "create"},
        "misspelt": {"redirect_uri": "https://photobox.example/sigend-in"},
    }
    return {name: f"{portico.issuer}/authorize?{urlencode(request | change)}" for name, change in changes.items()}


def shot(browser: Browser, view: View, places: Mapping[str, str]) -> bytes:
    width, height = view.size
    with browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=SCALE,
        color_scheme=view.scheme,
        locale="en-GB",
    ) as window:
        page = window.new_page()
        view.reach(Visit(page, places))
        return page.screenshot(animations="disabled", caret="hide")


def side_by_side(browser: Browser, shots: list[bytes]) -> bytes:
    """One picture with rounded corners and nothing behind them."""
    sources = (f'<img src="data:image/png;base64,{base64.b64encode(shot).decode()}">' for shot in shots)
    with browser.new_context() as window:
        page = window.new_page()
        page.set_content(SHEET.format(gap=GAP, pictures="".join(sources)))
        return page.locator("body").screenshot(omit_background=True)


@contextmanager
def scenery() -> Iterator[tuple[Browser, dict[str, str]]]:
    with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as portico, sync_playwright() as playwright:
        portico.welcomes(ADDRESS)
        browser = chromium.start(playwright)
        yield browser, addresses(portico)
        browser.close()


def main() -> None:
    with scenery() as (browser, places):
        for name, views in PICTURES.items():
            picture = side_by_side(browser, [shot(browser, view, places) for view in views])
            if len(picture) > MOST_BYTES:
                raise SystemExit(f"{name}: {len(picture)} bytes are too many for a page of documentation")
            (IMAGES / f"{name}.png").write_bytes(picture)
            print(f"docs/images/{name}.png: {len(picture)} bytes")


if __name__ == "__main__":
    main()
