"""What people see of an app and how it signs them in: saved as a whole, felt within seconds, looked at as a preview."""

from io import BytesIO

from flask import Flask
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.clocks import Clock
from tests.developers.console import CALLBACK, Developer
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown
from tests.statements import watched

NEW = "https://photobox.example/signed-in"


def saves(dev: Developer, **typed: str) -> str:
    return dev.submits(dev.opens(), "names", **typed).text


def test_everything_of_the_form_is_registered(dev: Developer) -> None:
    said = saves(
        dev,
        client_name="Photo Chest",
        names="de: Fototruhe\nfr: Coffre",
        client_uri="https://photobox.example/",
        policy_uri="https://photobox.example/privacy",
        tos_uri="https://photobox.example/terms",
        contacts="help@photobox.example",
        redirect_uris=f"{NEW}\nhttp://localhost:3000/cb",
        post_logout_redirect_uris="https://photobox.example/bye",
        scope_sentences="orders.read: Read your orders\norders.read#de: Bestellungen lesen\nraw",
    )
    assert "Your changes are saved." in said
    metadata = dev.app.metadata
    assert metadata.client_name == "Photo Chest"
    assert metadata.localized == {"client_name#de": "Fototruhe", "client_name#fr": "Coffre"}
    assert metadata.redirect_uris == (NEW, "http://localhost:3000/cb")
    assert metadata.post_logout_redirect_uris == ("https://photobox.example/bye",)
    assert metadata.contacts == ("help@photobox.example",)
    assert {"openid", "orders.read", "raw"} <= set(metadata.scope)
    assert metadata.scope_sentences == {"orders.read": "Read your orders", "orders.read#de": "Bestellungen lesen"}
    again = dev.opens()
    assert "orders.read: Read your orders" in again.html
    assert "de: Fototruhe" in again.html


def test_a_change_is_felt_within_seconds_and_at_no_other_address(
    app: Flask, dev: Developer, bob: Person, clock: Clock
) -> None:
    mine = RelyingApp(app, dev.client_id, dev.secret, CALLBACK)
    mine.asks("openid").seen_by(bob).signs_in().allows().redeems()
    saves(dev, redirect_uris=NEW)
    clock.moves(6)
    assert "We can’t send you back to that app" in mine.asks("openid").seen_by(bob).page.heading
    moved = RelyingApp(app, dev.client_id, dev.secret, NEW)
    assert moved.asks("openid", prompt="none").seen_by(bob).redeems().userinfo()


def test_fields_are_emptied_too(dev: Developer) -> None:
    saves(dev, names="de: Fotokiste", tos_uri="https://photobox.example/terms", post_logout_redirect_uris=NEW)
    saves(dev, names="", tos_uri="", post_logout_redirect_uris="")
    metadata = dev.app.metadata
    assert (metadata.localized, metadata.tos_uri, metadata.post_logout_redirect_uris) == ({}, "", ())


WRONG = (
    ({"redirect_uris": f"{CALLBACK}\nhttp://staging.example/"}, "Line 2: use https, or localhost for development."),
    ({"post_logout_redirect_uris": "ftp://photobox.example/"}, "Line 1: start with https://."),
    ({"names": "de: portico"}, "This name is ours."),
    ({"names": "Fotokiste"}, "Line 1: begin with a language, like de: Fotokiste."),
    ({"names": "d_e: Fotokiste"}, "Line 1: begin with a language"),
    ({"scope_sentences": "email: Everything"}, "Line 1: this is not a scope of your own."),
    ({"scope_sentences": "two words"}, "Line 1: write orders.read: Read your orders."),
    ({"client_uri": "javascript:alert(1)"}, "client_uri must be an https address"),
    ({"redirect_uris": "myapp:/cb"}, "Line 1: start with https://. Other schemes are for mobile and desktop apps."),
    ({"redirect_uris": "https://user@photobox.example/"}, "Line 1: it has a user name before the host"),
    ({"redirect_uris": "localhost:3000/cb"}, "Line 1: add http:// at the start."),
    ({"client_name": ""}, "Give your app a name."),
)


def test_what_is_wrong_changes_nothing_and_loses_nothing(dev: Developer) -> None:
    before = dev.app.metadata
    for typed, said in WRONG:
        page = dev.submits(dev.opens(), "names", **{"tos_uri": "https://photobox.example/terms", **typed})
        assert page.status == 422
        assert said in page.text
        assert page.form("names").fields["tos_uri"] == "https://photobox.example/terms"
    assert dev.app.metadata == before


def test_another_kind_changes_the_protocol(dev: Developer) -> None:
    saves(dev, kind="spa")
    metadata = dev.app.metadata
    assert metadata.public
    assert metadata.allowed_origins == ("https://photobox.example",)
    saves(dev, kind="web", redirect_uris=NEW)
    assert dev.app.metadata.has_secret
    assert dev.app.metadata.allowed_origins == ()


def test_a_review_ends_with_what_it_was_about(app: Flask, dev: Developer) -> None:
    mine = RelyingApp(app, dev.client_id, dev.secret, CALLBACK)
    mine.changed(reviewed=True)
    assert "Another name, logo, home page or address takes the review back." in dev.opens().text
    saves(dev, tos_uri="https://photobox.example/terms")
    assert dev.app.metadata.reviewed
    saves(dev, client_name="Your Bank")
    assert not dev.app.metadata.reviewed


def test_a_review_ends_with_other_words_for_what_the_app_may_do(app: Flask, dev: Developer) -> None:
    RelyingApp(app, dev.client_id, dev.secret, CALLBACK).changed(reviewed=True)
    saves(dev, scope_sentences="orders.read: Read nothing")
    assert not dev.app.metadata.reviewed


def test_another_place_that_people_are_sent_to_takes_the_review_back(app: Flask, dev: Developer) -> None:
    """Links of the account and of the sign-out lead there."""
    mine = RelyingApp(app, dev.client_id, dev.secret, CALLBACK)
    for part, member in (("/advanced", "initiate_login_uri"), ("", "post_logout_redirect_uris")):
        mine.changed(reviewed=True)
        dev.submits(dev.opens(part), **{member: "https://photobox.example/elsewhere"})
        assert not dev.app.metadata.reviewed, member


def test_nobody_makes_their_app_the_servers_own_or_reviewed(dev: Developer) -> None:
    """Whatever is sent beside the fields there are."""
    for part, field in (("", "names"), ("/advanced", "default_max_age")):
        page = dev.opens(part)
        form = page.form(field)
        dev.person.browser.post(page.url, {**form.fields, "first_party": "1", "reviewed": "1", "require_pkce": ""})
    metadata = dev.app.metadata
    assert not metadata.first_party
    assert not metadata.reviewed
    assert metadata.require_pkce


def test_two_owners_who_save_different_things_lose_neither(dev: Developer) -> None:
    """One form names what people see, the other what only programs do."""
    first, second = dev.opens(), dev.opens("/advanced")
    dev.submits(second, "default_max_age", default_max_age="300")
    dev.submits(first, "names", client_name="Photo Chest")
    assert (dev.app.metadata.client_name, dev.app.metadata.default_max_age) == ("Photo Chest", 300)


def sends_logo(dev: Developer, body: bytes, client_id: str = "") -> TestResponse:
    fields = {**dev.opens().form("logo").fields, "logo": FileStorage(BytesIO(body), "logo.png")}
    boundary, sent = encode_multipart({**fields, "client_id": client_id or dev.client_id})
    browser = dev.person.browser
    return browser.client.post(
        f"{browser.issuer}/developers/logo",
        data=sent,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Origin": browser.issuer},
    )


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 200), "red").save(out, "PNG")
    return out.getvalue()


def test_a_logo_is_drawn_anew_and_shown_where_people_decide(
    app: Flask, dev: Developer, bob: Person, clock: Clock
) -> None:
    assert sends_logo(dev, picture()).status_code == 303
    address = dev.app.metadata.logo_uri
    seen = app.test_client(use_cookies=False).get(address)
    assert seen.mimetype == "image/jpeg"
    assert "sandbox" in seen.headers["Content-Security-Policy"]
    assert Image.open(BytesIO(seen.data)).size == (512, 512)
    clock.moves(6)
    visit = RelyingApp(app, dev.client_id, dev.secret, CALLBACK).asks("openid").seen_by(bob).signs_in()
    assert f'<img class="app-logo" src="{address}"' in visit.page.html
    dev.presses("", "Remove logo")
    assert dev.app.metadata.logo_uri == ""
    assert app.test_client(use_cookies=False).get(address).status_code == 404


def test_a_logo_of_elsewhere_is_not_asked_for(app: Flask, dev: Developer, bob: Person) -> None:
    RelyingApp(app, dev.client_id, dev.secret, CALLBACK).changed(logo_uri="https://tracker.example/pixel.png")
    visit = RelyingApp(app, dev.client_id, dev.secret, CALLBACK).asks("openid").seen_by(bob).signs_in()
    assert "tracker.example" not in visit.page.html


def test_a_file_that_is_no_picture_is_refused(dev: Developer) -> None:
    answer = sends_logo(dev, b"<svg onload='alert(1)'/>")
    assert answer.status_code == 422
    assert "Use a PNG or JPEG picture." in answer.get_data(as_text=True)
    assert dev.app.metadata.logo_uri == ""


def test_the_preview_is_the_consent_page_without_a_form(dev: Developer) -> None:
    page = dev.opens("/preview")
    assert page.heading.split() == ["Photo", "Box", "would", "like", "to", "use", "your", "account"]
    assert f"See your email address {dev.person.email}" in page.text
    assert "Portico hasn’t reviewed this app" in page.text
    assert all(form.method == "get" for form in page.read.forms), "there is the language, and nothing else"
    assert '<fieldset class="plain" disabled>' in page.html


def test_the_page_of_one_app_costs_so_many_statements(app: Flask, dev: Developer) -> None:
    with watched(app) as log:
        shown(dev.person.browser.open(f"/developers/{dev.client_id}"))
    assert len(log.trips) <= 5, log.trips
    assert not [trip for trip in log.writes if trip != "COMMIT"], log.writes
