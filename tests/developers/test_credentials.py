"""What an app proves itself by: rotation with a week's overlap, the end of a secret, a key instead of it."""

import json

from flask import Flask

from tests.clocks import Clock
from tests.developers.console import CALLBACK, Developer, secret_on
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.secrets_that_sign import asks, assertion
from tests.signing_up import signs_in

DAY = 86400
KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}


def accepts(app: Flask, dev: Developer, secret: str) -> bool:
    """Whether the token endpoint takes this secret; the code is not one, and is refused later."""
    service = RelyingApp(app, dev.client_id, secret, CALLBACK)
    answer = service.posts_token({"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK})
    return json.loads(answer.data)["error"] != "invalid_client"


def test_a_rotation_leaves_a_week_to_switch_over(app: Flask, dev: Developer, clock: Clock, mailbox: Mailbox) -> None:
    page = dev.presses("/credentials", "Rotate secret")
    new = secret_on(page)
    assert "Copy your new secret now" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    assert accepts(app, dev, dev.secret)
    assert accepts(app, dev, new)
    mail = mailbox.newest(dev.person.email, "secret_rotated")
    assert mail.letter.subject == "Photo Box: new client secret"
    assert mail.link == f"{dev.person.browser.issuer}/developers/{dev.client_id}/credentials"
    assert new not in str(mail.letter.paragraphs)
    clock.moves(7 * DAY)
    assert not accepts(app, dev, dev.secret)
    assert accepts(app, dev, new)


def test_the_same_rotation_sent_again_makes_no_other_secret(dev: Developer) -> None:
    page = dev.opens("/credentials")
    form = page.form("seen")
    first = dev.person.browser.submit(page, form=form)
    again = dev.person.browser.submit(page, form=form)
    assert secret_on(first)  # type: ignore[arg-type]
    assert not secret_on(again)  # type: ignore[arg-type]
    assert "This page was older than its app. Look again." in again.text  # type: ignore[union-attr]


def test_while_two_work_one_is_ended_before_there_is_another(app: Flask, dev: Developer, clock: Clock) -> None:
    clock.moves(1)
    new = secret_on(dev.presses("/credentials", "Rotate secret"))
    page = dev.opens("/credentials")
    assert "Rotate secret" not in page.text
    ended = dev.submits(page, "secret")  # the older one stands first
    assert "That secret is accepted no more." in ended.text
    clock.moves(6)
    assert not accepts(app, dev, dev.secret)
    assert accepts(app, dev, new)
    assert "Rotate secret" in dev.opens("/credentials").text


def test_an_owner_reads_which_secret_is_still_in_use(app: Flask, dev: Developer, clock: Clock) -> None:
    assert "not used yet" in dev.opens("/credentials").text
    assert accepts(app, dev, dev.secret)
    clock.moves(2 * 3600)
    assert "last used 2 hours ago" in dev.opens("/credentials").text


def test_a_key_takes_the_place_of_the_secret_and_gives_it_back(
    app: Flask, dev: Developer, clock: Clock, mailbox: Mailbox
) -> None:
    page = dev.submits(dev.opens("/credentials"), "jwks", jwks=json.dumps({"keys": [KEY]}))
    assert "Your app proves itself by its key now." in page.text
    assert dev.app.metadata.token_endpoint_auth_method == "private_key_jwt"
    assert mailbox.newest(dev.person.email).kind == "key_set"
    clock.moves(6)
    assert not accepts(app, dev, dev.secret)
    back = dev.presses("/credentials", "Use a secret instead")
    clock.moves(6)
    assert accepts(app, dev, secret_on(back))
    assert not accepts(app, dev, dev.secret), "the one from before is gone for good"
    assert dev.app.metadata.jwks == {}


BAD_KEYS = (
    ({"jwks": "{"}, "This is not JSON."),
    ({"jwks": "[]"}, "jwks must be a JWK Set"),
    ({"jwks": json.dumps({"keys": [{**KEY, "d": "secret"}]})}, "jwks must hold public keys alone"),
    ({"jwks_uri": "http://photobox.example/jwks"}, "jwks_uri must be an https address"),
    ({}, "Give either the public keys or their address."),
    ({"jwks": json.dumps({"keys": [KEY]}), "jwks_uri": "https://a.example/"}, "Give either the public keys"),
)


def test_a_key_that_will_not_do_changes_nothing(dev: Developer) -> None:
    for typed, said in BAD_KEYS:
        page = dev.submits(dev.opens("/credentials"), "jwks", **typed)
        assert page.status == 422
        assert said in page.text
    assert dev.app.metadata.token_endpoint_auth_method == "client_secret_basic"


def test_an_app_without_a_place_for_secrets_gets_none(alice: Person) -> None:
    page = Developer.of(alice, kind="spa")
    assert page.secret == ""
    shown = page.opens("/credentials")
    assert "can keep no secret, and has none" in shown.text
    assert "Rotate" not in shown.text


def test_the_list_warns_while_a_secret_is_about_to_end(alice: Person, clock: Clock) -> None:
    dev = Developer.of(alice)
    clock.moves(340 * DAY)
    page = signs_in(alice)
    page = dev.person.browser.open("/developers")  # type: ignore[assignment]
    assert "A client secret is about to expire" in page.text
    assert "Secret expiring" in page.text


def test_an_app_that_is_to_sign_with_its_secret_needs_a_new_one(app: Flask, dev: Developer, clock: Clock) -> None:
    assert "Make a new secret" not in dev.opens("/credentials").text
    dev.submits(dev.opens("/advanced"), "token_endpoint_auth_method", token_endpoint_auth_method="client_secret_jwt")
    assert dev.app.metadata.signs_with_secret
    page = dev.opens("/credentials")
    assert "One that was made before cannot be used for that." in page.text
    made = dev.presses("/credentials", "Rotate secret")
    assert "This is the only time we show it." in made.text
    assert "fingerprint" not in made.text
    clock.moves(6)
    signer = RelyingApp(app, dev.client_id, secret_on(made), "")
    answer = asks(signer, assertion(signer))
    assert answer.get_json()["error"] == "unauthorized_client", "proved who it is; this grant is not one of its own"
