"""A form comes back until it is right: values kept, passwords not, and every sentence where it belongs."""

import pytest

from idp.web.forms import Field, Form
from tests.web_browser import Browser, Page

EMAIL = "jane.doe@example.org"


def sign_in_form(visitor: Browser) -> Page:
    page = visitor.open("/signin")
    assert isinstance(page, Page)
    return page


def answer(visitor: Browser, **typed: str) -> Page:
    page = visitor.submit(sign_in_form(visitor), **typed)
    assert isinstance(page, Page)
    return page


def test_one_error_stands_under_its_field(visitor: Browser) -> None:
    page = answer(visitor, email=EMAIL, password="")
    assert page.status == 422
    assert page.read.title == "Error: Sign in – Example ID"
    assert page.read.invalid == {"password"}
    assert 'id="password-error"' in page.html
    assert 'aria-describedby="password-error"' in page.html
    assert "Check these" not in page.text
    assert page.form("email").fields["email"] == EMAIL


def test_several_errors_are_also_listed_above_with_links(visitor: Browser) -> None:
    page = answer(visitor, email="", password="")
    assert page.read.invalid == {"email", "password"}
    assert "Check these 2 fields" in page.text
    assert page.read.links["Enter your email address."] == "#email"
    assert page.read.links["Enter your password."] == "#password"


def test_the_first_failing_field_has_the_focus_and_no_other(visitor: Browser) -> None:
    page = answer(visitor, email="", password="")
    assert page.html.count("autofocus") == 1
    assert "autofocus" in page.html[page.html.index('id="email"') : page.html.index('id="password"')]


def test_what_is_wrong_is_listed_in_the_order_of_the_form_whatever_was_found_first() -> None:
    form = Form(Field("name"), Field("address"), Field("contact"))
    form.fail("elsewhere", "Not a field.")
    form.fail("contact", "Enter an address.")
    form.fail("name", "Give it a name.")
    said = [("name", "Give it a name."), ("contact", "Enter an address."), ("elsewhere", "Not a field.")]
    assert form.in_order == said
    assert form.first_error == "name"


def test_a_note_marks_the_fields_it_is_about(visitor: Browser) -> None:
    page = answer(visitor, email=EMAIL, password="wrong")
    assert page.status == 422
    assert page.read.invalid == {"email", "password"}
    assert page.html.count('aria-describedby="form-note"') == 2
    assert 'role="alert" id="form-note"' in page.html


def test_a_password_is_never_written_into_a_page(visitor: Browser) -> None:
    for password in ("a wrong Passw0rd!", "x" * 300):
        page = answer(visitor, email="", password=password)
        assert password not in page.html


def test_a_ticked_box_stays_ticked(visitor: Browser) -> None:
    page = answer(visitor, email=EMAIL, password="", remember="1")
    assert page.form("remember").fields["remember"] == "1"


@pytest.mark.parametrize("odd", ["a\0b", "a\x1bb", "a\u202eb", "a\u2066b", "a\u200fb"], ids=ascii)
def test_characters_nobody_sees_are_an_error_of_the_field(visitor: Browser, odd: str) -> None:
    page = answer(visitor, email=odd, password="right")
    assert page.status == 422
    assert page.read.invalid == {"email"}
    assert odd not in page.html


def test_bytes_that_are_not_utf_8_are_an_error_of_the_field(visitor: Browser) -> None:
    form = sign_in_form(visitor).form("email").fields
    body = f"csrf_token={form['csrf_token']}&password=right&email=".encode() + b"%ff%fe"
    answer = visitor.client.post(
        "/signin", base_url=visitor.issuer, data=body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422
    assert b"characters that can" in answer.data


def test_too_long_is_an_error_of_the_field_and_nothing_is_cut_off(visitor: Browser) -> None:
    page = answer(visitor, email="a" * 321, password="right")
    assert page.read.invalid == {"email"}
    assert "Use no more than 320 characters." in page.text
    assert page.form("email").fields["email"] == ""


def test_a_body_of_another_kind_fills_in_nothing(visitor: Browser) -> None:
    token = sign_in_form(visitor).form("email").fields["csrf_token"]
    fields = {"csrf_token": token, "email": EMAIL, "password": "right"}
    answer = visitor.client.post("/signin", base_url=visitor.issuer, data=fields, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert EMAIL.encode() not in answer.data


def test_the_right_password_is_answered_with_303(visitor: Browser) -> None:
    visitor.submit(sign_in_form(visitor), email=EMAIL, password="right")
    assert [step.status_code for step in visitor.trail[-2:]] == [303, 200]


def test_a_form_says_nothing_of_its_values_in_a_log() -> None:
    form = Form(Field("password"), values={"password": "secret"})
    assert "secret" not in repr(form)
