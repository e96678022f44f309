"""A person's picture: sent, drawn anew, shown to whoever has its address, and gone when they say so."""

import json
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import text
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from idp.settings.load import Settings
from idp.store import base, users
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Page
from tests.web_page import Reader


def photo(shade: str = "red", kind: str = "PNG", size: tuple[int, int] = (300, 200)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, shade).save(out, kind)
    return out.getvalue()


def sends(person: Person, body: bytes, *, name: str = "me.png", **more: Any) -> TestResponse:
    """The form with the file, as a browser sends it."""
    page = shown(person.browser.open("/account/profile"))
    fields = {**page.form("picture").fields, "picture": FileStorage(BytesIO(body), name), **more}
    boundary, sent = encode_multipart({key: value for key, value in fields.items() if value is not None})
    return person.browser.client.post(
        f"{person.browser.issuer}/account/picture",
        data=sent,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Origin": person.browser.issuer},
    )


def address_of(person: Person) -> str:
    with person.server.app_context():
        account = users.by_id(str(person.user_id))
    assert account is not None
    return str(json.loads(account.profile).get("picture") or "")


def looks(person: Person, address: str) -> TestResponse:
    """Somebody without any cookie, at any other site."""
    return person.server.test_client(use_cookies=False).get(address)


def test_the_whole_way_from_the_camera_to_the_app(shop: RelyingApp, alice: Person) -> None:
    signs_in(alice)
    assert sends(alice, photo()).status_code == 303
    told = shop.asks("openid profile").seen_by(alice).allows().redeems().userinfo()
    assert told["picture"].startswith(f"{shop.issuer}/pictures/")
    seen = looks(alice, told["picture"])
    assert seen.status_code == 200
    assert Image.open(BytesIO(seen.data)).size == (512, 512)
    page = shown(alice.browser.open("/account"))
    assert page.html.count(f'src="{told["picture"]}"') >= 1, "it is shown on the pages of the account too"


def test_its_address_is_public_lasting_and_no_door_to_anything(alice: Person) -> None:
    signs_in(alice)
    sends(alice, photo())
    seen = looks(alice, address_of(alice))
    assert seen.headers["Content-Type"] == "image/jpeg"
    assert seen.headers["Cache-Control"] == "public, max-age=86400, immutable"
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in seen.headers["Content-Security-Policy"]
    assert "default-src 'none'" in seen.headers["Content-Security-Policy"]
    assert seen.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in seen.headers


def test_another_picture_has_another_address_and_the_old_one_shows_nothing(alice: Person, bob: Person) -> None:
    signs_in(alice)
    signs_in(bob)
    sends(alice, photo())
    sends(bob, photo("green"))
    first, bobs = address_of(alice), address_of(bob)
    sends(alice, photo("blue"))
    assert address_of(alice) != first
    assert looks(alice, first).status_code == 404
    assert looks(alice, bobs).status_code == 200


def test_a_removed_picture_is_gone_everywhere(shop: RelyingApp, alice: Person) -> None:
    signs_in(alice)
    sends(alice, photo())
    first = address_of(alice)
    page = shown(alice.browser.open("/account/profile"))
    page = shown(alice.browser.submit(page, "Remove picture"))
    assert "Your profile is saved." in page.text
    assert looks(alice, first).status_code == 404
    assert "picture" not in shop.asks("openid profile").seen_by(alice).allows().redeems().userinfo()


def test_it_goes_with_the_account(app: Flask, alice: Person) -> None:
    signs_in(alice)
    sends(alice, photo())
    with app.app_context(), base.unit_of_work():
        assert users.remove(str(alice.user_id))
    with app.app_context():
        assert base.db.session.execute(text("SELECT count(*) FROM pictures")).scalar_one() == 0


def test_saving_the_profile_keeps_the_picture_and_the_picture_keeps_the_profile(alice: Person) -> None:
    signs_in(alice)
    page = shown(alice.browser.open("/account/profile"))
    sends(alice, photo())
    alice.browser.submit(page, form=page.form("name"), nickname="Al")
    assert address_of(alice)
    sends(alice, photo("blue"))
    assert shown(alice.browser.open("/account/profile")).form("name").fields["nickname"] == "Al"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "Choose a picture first."),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "Use a PNG or JPEG picture."),
        (b"GIF89a<script>alert(1)</script>", "Use a PNG or JPEG picture."),
        (photo(size=(6000, 5000)), "This picture is too large to open."),
    ],
    ids=["nothing", "svg", "polyglot", "bomb"],
)
def test_what_is_not_taken_is_refused_with_a_sentence(alice: Person, body: bytes, said: str) -> None:
    signs_in(alice)
    answer = sends(alice, body, name="me.png")
    assert answer.status_code == 422
    read = Reader(answer.get_data(as_text=True))
    assert said in read.text
    assert read.invalid == {"picture"}
    assert next(form for form in read.forms if "name" in form.names).fields["name"] == "Alice Example"
    assert address_of(alice) == ""


def test_a_file_that_is_too_large_still_reaches_a_page_that_says_so(settings: Settings, alice: Person) -> None:
    signs_in(alice)
    most = settings.account.largest_picture
    body = photo()
    assert sends(alice, body + b"\0" * (most - len(body))).status_code == 303
    answer = sends(alice, body + b"\0" * (most - len(body) + 1))
    assert answer.status_code == 422
    assert "This file is too large. Use one of up to 5 MB." in answer.get_data(as_text=True)
    assert sends(alice, b"\0" * (33 * 1024 * 1024)).status_code == 413


@pytest.mark.incident("GHSA-c9rq-mvr5-3w32")
@pytest.mark.parametrize("token", [None, "", "x" * 55])
def test_without_the_forms_token_nothing_is_taken(alice: Person, token: str | None) -> None:
    signs_in(alice)
    assert sends(alice, photo(), csrf_token=token).status_code == 400
    assert address_of(alice) == ""


def test_no_other_page_takes_a_file(alice: Person) -> None:
    signs_in(alice)
    page = shown(alice.browser.open("/account/profile"))
    fields = {**page.form("name").fields, "name": "Mallory"}
    answer = alice.browser.client.post(
        f"{alice.browser.issuer}/account/profile", data=fields, content_type="multipart/form-data"
    )
    assert answer.status_code == 400
    big = alice.browser.client.post(f"{alice.browser.issuer}/account/profile", data={"name": "x" * 70_000})
    assert big.status_code == 413
    assert shown(alice.browser.open("/account/profile")).form("name").fields["name"] == "Alice Example"


def test_the_picture_of_whoever_is_not_signed_in_is_not_even_read(alice: Person) -> None:
    answer = alice.browser.client.post(
        f"{alice.browser.issuer}/account/picture",
        data={"picture": (BytesIO(photo()), "me.png")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/signin")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x--",
        b"--x\r\n\r\n\r\n--x--\r\n",
        b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n",
        b"--x\r\nContent-Disposition: form-data; name=csrf_token\r\n\r\n\xff\xfe\r\n--x--\r\n",
        b"--x\r\nContent-Disposition: \xff\r\n\r\nx\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"y" * 300_000 + b"\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\ny\r\n' * 500 + b"--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="picture"; filename="a"\r\n'
        + b"A: b\r\n" * 9000
        + b"\r\n\r\n--x--",
        b"\r\n" * 50_000,
    ],
    ids=lambda body: ascii(body[:40]),
)
def test_octets_that_are_no_form_are_refused(alice: Person, body: bytes) -> None:
    signs_in(alice)
    answer = alice.browser.client.post(
        f"{alice.browser.issuer}/account/picture", data=body, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code in (400, 413)
    assert address_of(alice) == ""


def test_nobody_finds_a_picture_by_guessing(alice: Person) -> None:
    signs_in(alice)
    sends(alice, photo())
    for guess in ("", str(alice.user_id), "x" * 22, "../" * 5, "%00", "é" * 22):
        assert looks(alice, f"/pictures/{guess}").status_code == 404


def test_a_picture_elsewhere_is_told_to_apps_and_shown_on_no_page_of_ours(shop: RelyingApp, alice: Person) -> None:
    alice.fills_in(picture="https://elsewhere.example/alice.png")
    signs_in(alice)
    page: Page = shown(alice.browser.open("/account/profile"))
    assert "elsewhere.example" not in page.html
    told = shop.asks("openid profile").seen_by(alice).allows().redeems().userinfo()
    assert told["picture"] == "https://elsewhere.example/alice.png"
