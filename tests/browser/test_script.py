"""ui.js makes pages more comfortable; without it everything still works."""

import json

import pytest
from playwright.sync_api import Page, expect

from idp.web.assets import FOLDER
from tests.browser.chromium import PHONE, Looks
from tests.pages.stand_ins import FORM_POST_MEMBERS
from tests.parts import needs

pytestmark = [pytest.mark.browser, needs("Chromium")]

CAPS_LOCK = "on => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'A', modifierCapsLock: on}))"

# Would the form have been sent? Nothing is, so that the page stays to be looked at.
HOLD_BACK = """() => { window.sent = []; document.querySelector("form.form").addEventListener("submit", (event) => {
    sent.push(!event.defaultPrevented); event.preventDefault(); }) }"""


def test_show_shows_both_passwords_and_hides_them_again_before_sending(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/reset")
        first, second = page.locator("#new-password"), page.locator("#confirm-password")
        page.get_by_role("button", name="Show password").click()
        expect(first).to_have_attribute("type", "text")
        expect(second).to_have_attribute("type", "text")
        expect(page.get_by_role("button", name="Hide password")).to_have_text("Hide")
        sent = page.evaluate(
            "() => new Promise(done => { document.forms[0].addEventListener('submit', event => {"
            " event.preventDefault(); done([...document.querySelectorAll('#new-password, #confirm-password')]"
            ".map(field => field.type)) }); document.forms[0].requestSubmit() })"
        )
        assert sent == ["password", "password"]


def test_rules_are_ticked_while_typing(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/reset")
        met = page.locator("#password-rules .met")
        expect(met).to_have_count(0)
        for typed, count in (("abcdefgh", 1), ("abcdefgH", 2), ("abcdefgH1", 3), ("abcdefgH1 ", 4), ("ÄöH1!", 3)):
            page.locator("#new-password").fill(typed)
            expect(met).to_have_count(count)
        expect(page.locator("#password-rules")).to_contain_text("(done)")


def test_caps_lock_is_mentioned_politely(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/signin")
        page.locator("#password").focus()
        line = page.locator("[data-caps=password]")
        expect(line).to_have_attribute("role", "status")
        page.evaluate(CAPS_LOCK, True)
        expect(line).to_have_text("Caps Lock is on")
        page.evaluate(CAPS_LOCK, False)
        expect(line).to_have_text("")


def test_a_second_press_sends_nothing_and_the_button_wakes_up_on_coming_back(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/signin")
        page.evaluate(HOLD_BACK)
        button = page.get_by_role("button", name="Sign in")
        button.click()
        expect(button).to_have_attribute("aria-disabled", "true")
        expect(button).to_have_text("Sign in")
        button.click(force=True)
        assert page.evaluate("sent") == [True, False]
        page.evaluate("dispatchEvent(new Event('pageshow'))")
        expect(button).not_to_have_attribute("aria-disabled", "true")
        button.click()
        assert page.evaluate("sent") == [True, False, True]


def test_a_mailed_token_leaves_the_address_bar_and_stays_in_the_form(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/reset?token=the-mailed-token&for=" + "A" * 22)
        assert page.evaluate("location.search") == "?for=" + "A" * 22
        assert page.evaluate("history.length") == 2


def test_the_address_that_loads_the_page_again_takes_the_place_of_the_token(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/reset?token=the-mailed-token&keep=1")
        assert page.evaluate("location.pathname + location.search") == "/reset?link=kept"
        assert page.evaluate("history.length") == 2
        assert page.locator("input[name=token]").input_value() == "the-mailed-token"


def test_a_time_is_shown_as_the_browsers_clock_has_it(looks: Looks) -> None:
    with looks.window(zone="Asia/Tokyo") as page:
        page.goto("/clock")
        expect(page.locator("time")).to_have_text("18:44")


@pytest.mark.parametrize(
    ("told", "arrives"),
    [
        ("/account", True),
        ("", False),
        ("https://evil.example/", False),
        ("//evil.example/", False),
        ("javascript:1", False),
    ],
)
def test_a_waiting_page_moves_on_within_our_own_pages_only(looks: Looks, told: str, arrives: bool) -> None:
    with looks.window() as page:
        page.clock.install()
        page.goto(f"/waiting?next={told}")
        with page.expect_response(lambda answer: "/poll" in answer.url):
            page.clock.run_for(3100)
        if arrives:
            page.wait_for_url("**/account")
        else:
            page.wait_for_timeout(200)
            assert "/waiting" in page.url


def answered(page: Page) -> dict[str, str]:
    page.wait_for_url("**/received")
    members: dict[str, str] = json.loads(page.locator("pre").inner_text())
    return members


def test_form_post_sends_itself(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/posted")
        assert answered(page) == FORM_POST_MEMBERS


def test_form_post_without_scripts_waits_for_one_press(looks: Looks) -> None:
    with looks.window(scripts=False) as page:
        page.goto("/posted")
        page.get_by_role("button", name="Continue").click()
        assert answered(page) == FORM_POST_MEMBERS


def test_without_scripts_there_is_no_button_that_needs_them_and_forms_work(looks: Looks) -> None:
    with looks.window(PHONE, scripts=False) as page:
        page.goto("/signin")
        expect(page.get_by_role("button", name="Show password")).to_be_hidden()
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("Check these 2 fields")
        page.get_by_label("Email address").fill("jane.doe@example.org")
        page.get_by_label("Password", exact=True).fill("right")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/account")


def test_the_script_is_small() -> None:
    assert (FOLDER / "ui.js").stat().st_size <= 8 * 1024
