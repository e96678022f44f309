"""Apps of different makers know one person by different names (OpenID Connect Core §8)."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from joserfc import jwt
from sqlalchemy import text

from idp.store import base, pairwise_subjects
from tests.id_tokens import published_keys
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens
from tests.statements import watched

pytestmark = pytest.mark.section("OpenID Connect Core §8.1")


def registered(app: Flask, host: str, **metadata: Any) -> RelyingApp:
    usual = {
        "redirect_uris": [f"https://{host}/callback"],
        "post_logout_redirect_uris": [f"https://{host}/bye"],
        "subject_type": "pairwise",
        "first_party": True,
    }
    return RelyingApp.registered(app, host.replace(".", "-"), **(usual | metadata))


@pytest.fixture
def news(app: Flask) -> RelyingApp:
    return registered(app, "news.example")


def signed_in(app: RelyingApp, person: Person) -> Tokens:
    visit = app.asks("openid email").seen_by(person)
    if "code" not in getattr(visit.at, "answer", {}):
        visit = visit.signs_in()
    return visit.redeems()


def subject(app: RelyingApp, person: Person) -> str:
    return str(signed_in(app, person).claims["sub"])


def test_two_makers_cannot_tell_that_it_is_the_same_person(app: Flask, news: RelyingApp, alice: Person) -> None:
    shop = registered(app, "shop.example")
    assert len({subject(news, alice), subject(shop, alice), alice.user_id}) == 3


def test_one_maker_knows_one_person_by_one_name_for_good(news: RelyingApp, alice: Person, bob: Person) -> None:
    first = subject(news, alice)
    assert subject(news, alice) == first
    assert subject(news, bob) != first


@pytest.mark.section("OpenID Connect Core §17.3")
def test_a_session_has_no_name_that_two_makers_know(app: Flask, news: RelyingApp, alice: Person) -> None:
    others = registered(app, "shop.example"), registered(app, "open.example", subject_type="public")
    sids = {str(signed_in(one, alice).claims["sid"]) for one in (news, *others)}
    with app.app_context():
        (session_id,) = base.db.session.execute(text("SELECT id FROM browser_sessions")).scalars()
        base.db.session.remove()
    assert len({*sids, session_id}) == 4
    again = signed_in(news, alice)
    assert again.claims["sid"] in sids
    hint = {"id_token_hint": again.id_token, "post_logout_redirect_uri": "https://news.example/bye"}
    at = alice.browser.open(f"/end_session?{urlencode(hint)}")
    assert at.url == "https://news.example/bye", "whoever proves to know it signs the person out at once"


def test_apps_of_one_sector_share_the_name(app: Flask, alice: Person) -> None:
    sector = "https://maker.example/sector.json"
    first, second = (
        registered(app, host, sector_identifier_uri=sector) for host in ("one.maker.example", "two.maker.example")
    )
    of_one, of_other = (signed_in(one, alice).claims for one in (first, second))
    assert (of_one["sub"], of_one["sid"]) == (of_other["sub"], of_other["sid"])


def test_nothing_the_app_gets_holds_the_other_name(news: RelyingApp, alice: Person) -> None:
    tokens = signed_in(news, alice)
    name = tokens.claims["sub"]
    headers = {"Authorization": f"Bearer {tokens.access_token}"}
    told = json.loads(news.server.test_client(use_cookies=False).get("/userinfo", headers=headers).data)
    assert told["sub"] == name
    for token in (tokens.access_token, tokens.refresh_token):
        said = json.loads(news.posts("/introspect", {"token": token}).data)
        assert (said["active"], said["sub"]) == (True, name)
        assert alice.user_id not in json.dumps(said)
    again = Tokens.of(news, news.posts_token({"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}))
    assert again.claims["sub"] == name


@pytest.mark.section("RFC 9068 §6")
def test_an_access_token_that_can_be_read_says_the_same_name(app: Flask, alice: Person) -> None:
    api = registered(app, "api.example", access_token_format="jwt")
    tokens = signed_in(api, alice)
    claims = jwt.decode(tokens.access_token, published_keys(app), algorithms=["RS256"]).claims
    assert claims["sub"] == tokens.claims["sub"] != alice.user_id


@pytest.mark.section("OpenID Connect Core §3.1.2.1")
def test_a_hint_is_read_as_the_app_knows_the_person(news: RelyingApp, alice: Person, bob: Person) -> None:
    hint = signed_in(news, alice).answer["id_token"]
    silent = news.asks("openid", prompt="none", id_token_hint=hint)
    assert silent.seen_by(alice).redeems().claims["sub"] == subject(news, alice)
    signed_in(news, bob)
    assert news.asks("openid", prompt="none", id_token_hint=hint).seen_by(bob).error == "login_required"


@pytest.mark.section("OpenID Connect Core §5.5.1")
def test_a_sub_in_claims_is_read_as_the_app_knows_the_person(news: RelyingApp, alice: Person) -> None:
    name = subject(news, alice)
    for value, answered in ((name, True), (alice.user_id, False), ("x" * 22, False), ("x\ty", False)):
        claims = json.dumps({"id_token": {"sub": {"value": value}}})
        visit = news.asks("openid", prompt="none", claims=claims).seen_by(alice)
        assert ("code" in visit.answer) is answered, value


@pytest.mark.section("RP-Initiated Logout 1.0 §2")
def test_a_hint_signs_out_without_a_question(news: RelyingApp, alice: Person) -> None:
    hint = signed_in(news, alice).answer["id_token"]
    arrived = alice.browser.open(f"/end_session?id_token_hint={hint}&post_logout_redirect_uri=https://news.example/bye")
    assert arrived.url.startswith("https://news.example/bye")


def test_on_all_nodes_at_once_it_is_one_name(app: Flask, alice: Person) -> None:
    def asked(_: int) -> str:
        with app.app_context():
            return pairwise_subjects.of(alice.user_id, "racing.example")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(asked, range(16)))) == 1


def test_apps_that_may_compare_pay_nothing_for_it(shop: RelyingApp, news: RelyingApp, alice: Person) -> None:
    costs = []
    for app in (shop, news):
        visit = app.asks("openid").seen_by(alice)
        visit = visit.signs_in() if "password" in getattr(visit.at, "text", "").lower() else visit
        visit = visit.allows() if not hasattr(visit.at, "answer") else visit
        visit.redeems()
        again = app.asks("openid").seen_by(alice)
        code = again.code
        with watched(app.server) as log:
            again.redeems(code=code)
        costs.append(len(log.trips))
    assert costs[1] == costs[0] + 1
