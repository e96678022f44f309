"""Registering an app: four fields, five kinds, safe defaults, a secret that is seen once; and the list of apps."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from idp import clock as clocks
from idp.protocol.app_kinds import offered
from idp.settings.load import Settings
from idp.store import audit, base, clients
from tests.clocks import Clock
from tests.developers.console import CALLBACK, Developer, copied_from, fills_in, open_to, owned, secret_on
from tests.developers.rounds import tick
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.statements import watched
from tests.web_browser import Browser


def test_the_console_begins_with_one_button_and_the_two_addresses_every_library_needs(alice: Person) -> None:
    signs_in(alice)
    page = shown(alice.browser.open("/developers"))
    assert "No apps yet. Register one and sign in your first user in five minutes." in page.text
    assert page.read.links["Register an app"] == "/developers/new"
    assert page.read.links["Single-page app"] == "/developers/new?kind=spa"
    assert {"Web app", "Mobile or desktop"} < set(page.read.links)
    assert f"Issuer {alice.browser.issuer}" in page.text
    assert page.html.count('aria-current="page"') == 1
    assert f"{alice.browser.issuer}/.well-known/openid-configuration" in page.text


@pytest.mark.parametrize(("named", "chosen"), [("native", "native"), ("toaster", "web")])
def test_a_quick_start_begins_with_its_kind_of_app(alice: Person, named: str, chosen: str) -> None:
    signs_in(alice)
    page = shown(alice.browser.open(f"/developers/new?kind={named}"))
    assert page.form("client_name").fields["kind"] == chosen


def test_who_copied_the_secret_finds_the_way_to_a_first_sign_in(alice: Person) -> None:
    page = fills_in(alice, client_name="Photo Box", redirect_uris=CALLBACK)
    console = f"/developers/{copied_from(page, 'client-id')}"
    assert page.read.links["paste a quick start"] == f"{console}/quick-start"
    assert page.read.links["try a test sign-in"] == f"{console}/test"
    service = fills_in(alice, client_name="Nightly report", kind="service")
    assert "paste a quick start" in service.read.links
    assert "try a test sign-in" not in service.read.links, "nobody signs in to it"
    public = fills_in(alice, client_name="Trailmap", kind="native", redirect_uris="http://127.0.0.1/cb")
    assert "Copy its secret" not in public.text
    assert {"paste a quick start", "try a test sign-in"} < set(public.read.links)


def test_the_whole_way_from_four_fields_to_the_first_sign_in(app: Flask, alice: Person, bob: Person) -> None:
    dev = Developer.of(alice)
    assert dev.client_id.startswith("photo-box-")
    mine = RelyingApp(app, dev.client_id, dev.secret, CALLBACK)
    visit = mine.asks("openid email").seen_by(bob).signs_in()
    assert "Portico hasn’t reviewed this app" in visit.page.text
    assert visit.allows().redeems().userinfo()["email"] == bob.email
    page = shown(alice.browser.open("/developers"))
    assert f"Photo Box photobox.example {dev.client_id} Web app 1 Live" in page.text


def test_the_secret_is_shown_once_and_kept_as_a_fingerprint(dev: Developer) -> None:
    assert len(dev.secret) == 43
    answer = dev.person.browser.trail[-1]
    assert answer.headers["Cache-Control"] == "no-store"
    assert dev.secret not in answer.request.url
    assert dev.secret not in dev.opens("/credentials").html
    with dev.person.server.app_context():
        found = clients.stored(dev.client_id, clocks.now())
        assert found is not None
        assert found.has_secret(dev.secret)
        raw = base.db.session.connection().exec_driver_sql("SELECT secret FROM client_secrets").scalars().all()
    assert raw == [base.fingerprint(dev.secret)]


@pytest.mark.parametrize(
    ("kind", "redirects", "method", "grants"),
    [
        ("spa", "https://photobox.example/cb", "none", ("authorization_code",)),
        ("native", "com.example.photobox:/cb\nhttp://127.0.0.1/cb", "none", ("authorization_code",)),
        ("service", "", "client_secret_basic", ("client_credentials",)),
    ],
)
def test_the_kind_sets_the_protocol(
    alice: Person, kind: str, redirects: str, method: str, grants: tuple[str, ...]
) -> None:
    metadata = Developer.of(alice, kind=kind, redirects=redirects).app.metadata
    assert metadata.token_endpoint_auth_method == method
    assert metadata.grant_types == grants
    assert metadata.redirect_uris == tuple(redirects.split())
    assert not metadata.reviewed
    assert not metadata.first_party
    assert metadata.contacts == (alice.email,)


def test_a_service_gets_a_token_of_its_own(app: Flask, alice: Person) -> None:
    dev = Developer.of(alice, kind="service", redirects="")
    service = RelyingApp(app, dev.client_id, dev.secret, "")
    assert service.posts_token({"grant_type": "client_credentials"}).status_code == 200


def test_an_app_that_nobody_is_sent_back_to_is_spared_what_is_about_that(alice: Person, dev: Developer) -> None:
    page = dev.opens()
    assert "Test sign-in" in page.read.links
    assert "Nobody reviewed this app yet" in page.text
    page = Developer.of(alice, name="Nightly report", kind="service", redirects="").opens()
    assert "Test sign-in" not in page.read.links
    assert "Nobody reviewed this app yet" not in page.text, "nobody is asked about it"


def test_only_kinds_that_work_are_offered(alice: Person) -> None:
    signs_in(alice)
    page = shown(alice.browser.open("/developers/new"))
    assert page.form("client_name").boxes["kind"] == [kind.value for kind in offered()]


WRONG = (
    (
        {"redirect_uris": f"{CALLBACK}\nhttp://staging.example/cb"},
        "Line 2: use https, or localhost for development.",
    ),
    ({"redirect_uris": "photobox.example/cb"}, "Line 1: add https:// at the start."),
    ({"redirect_uris": f"{CALLBACK}\n\nhttps://a.example/#x"}, "Line 3: addresses can’t contain #."),
    ({"redirect_uris": f"{CALLBACK}\n{CALLBACK}"}, "Line 2 is the same as line 1."),
    ({"redirect_uris": "https://*.example/cb"}, "Wildcards aren’t allowed. List each address."),
    ({"redirect_uris": "localhost:3000/cb", "kind": "native"}, "Line 1: add http:// at the start."),
    ({"redirect_uris": "photobox.example:8080", "kind": "native"}, "Line 1: add https:// at the start."),
    ({"redirect_uris": f"{CALLBACK}, {CALLBACK}/2"}, "Line 1: put each address on a line of its own."),
    ({"redirect_uris": ""}, "Enter at least one redirect URI."),
    ({"client_name": " "}, "Give your app a name."),
    ({"client_name": "ＰＯＲＴＩＣＯ"}, "This name is ours. Choose another one."),
    ({"contacts": "nobody"}, "Enter an email address like name@example.com."),
    ({"kind": "toaster"}, "Choose what kind of app it is."),
    ({"client_name": "Photo\u00ad"}, "client_name must not hold invisible"),
)


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(alice: Person) -> None:
    for typed, said in WRONG:
        page = fills_in(alice, **{"client_name": "Photo Box", "redirect_uris": CALLBACK, **typed})
        assert page.status == 422
        assert said in page.text
        assert page.form("client_name").fields["contacts"] == typed.get("contacts", alice.email)
    assert owned(alice) == ()


def test_each_wrong_line_is_said_on_a_line_of_its_own_above_all_that_was_typed(alice: Person) -> None:
    typed = f"{CALLBACK}\nphotobox.example/cb\nhttps://a.example/#x\nhttp://b.example/cb"
    page = fills_in(alice, client_name="", redirect_uris=typed, contacts="nobody")
    said = "Line 2: add https:// at the start.\nLine 3: addresses can’t contain #.\nLine 4: use https, or localhost"
    assert said in page.html
    assert 'rows="4"' in page.html
    listed = [page.text.index(one) for one in ("Give your app a name.", "Line 2: add", "Enter an email address like")]
    assert listed == sorted(listed), "in the order of the form"


def test_the_same_form_sent_twice_makes_one_app_and_shows_no_second_secret(alice: Person) -> None:
    signs_in(alice)
    page = shown(alice.browser.open("/developers/new"))
    form = page.form("client_name")
    first = shown(alice.browser.submit(page, form=form, client_name="Photo Box", redirect_uris=CALLBACK))
    again = shown(alice.browser.submit(page, form=form, client_name="Photo Box", redirect_uris=CALLBACK))
    assert secret_on(first)
    assert not secret_on(again)
    assert again.url.endswith("/credentials")
    assert len(owned(alice)) == 1


def test_nobody_chooses_the_client_id(alice: Person, bob: Person) -> None:
    """Settings name apps by it (`introspected_by`), registrations too (`exchange_from`): whoever could choose it would
    be the service that is not there yet, or no more.
    """
    for person in (alice, bob):
        page = fills_in(person, client_name="Orders", redirect_uris=CALLBACK, ending="services")
        client_id = copied_from(page, "client-id")
        assert client_id.startswith("orders-")
        assert client_id != "orders-services"
    assert len({*(app.client_id for app in (*owned(alice), *owned(bob)))}) == 2


def test_a_forged_ending_is_replaced(alice: Person) -> None:
    page = fills_in(alice, client_name="Photo Box", redirect_uris=CALLBACK, ending="../../x")
    assert page.form("client_name").fields["ending"] != "../../x"
    assert owned(alice) == ()


def test_a_name_that_no_id_can_hold_gets_an_id_all_the_same(alice: Person) -> None:
    assert Developer.of(alice, name="写真箱").client_id.startswith("app-")


class TestQuota:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return open_to(settings, apps_each=1)

    def test_one_person_owns_so_many_apps_and_no_more(self, alice: Person) -> None:
        signs_in(alice)
        waiting = shown(alice.browser.open("/developers/new"))
        Developer.of(alice)
        full = shown(alice.browser.open("/developers/new"))
        assert "One person may own 1 app" in full.text
        late = alice.browser.submit(waiting, form=waiting.form("client_name"), client_name="B", redirect_uris=CALLBACK)
        assert shown(late).status == 422
        assert len(owned(alice)) == 1

    def test_of_four_forms_at_once_one_finds_room(self, app: Flask, alice: Person) -> None:
        signs_in(alice)
        typed = {"client_name": "B", "redirect_uris": CALLBACK, "contacts": alice.email, "kind": "web"}
        forms = [shown(alice.browser.open("/developers/new")).form("client_name").fields for _ in range(4)]
        cookies = {name: str(alice.browser.cookie(name)) for name in ("portico_session", "portico_browser")}

        def sends(fields: dict[str, str]) -> int:
            tab = Browser(app)
            for name, value in cookies.items():
                tab.client.set_cookie(name, value, domain="127.0.0.1")
            return shown(tab.post("/developers/new", {**fields, **typed})).status

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(sends, forms)) == [200, 422, 422, 422]
        assert len(owned(alice)) == 1


def test_an_app_on_its_developers_own_machine_is_in_development(alice: Person) -> None:
    Developer.of(alice, redirects="http://localhost:3000/cb")
    assert "Web app 0 In development" in shown(alice.browser.open("/developers")).text


def test_people_are_counted_for_thirty_days_also_when_their_grants_are_gone(
    app: Flask, alice: Person, bob: Person, clock: Clock
) -> None:
    dev = Developer.of(alice)
    mine = RelyingApp(app, dev.client_id, dev.secret, CALLBACK)
    mine.asks("openid").seen_by(bob).signs_in().allows().redeems()
    assert dev.app.people == 1
    clock.moves(20 * 86400)
    tick(app)
    assert dev.app.people == 1
    clock.moves(11 * 86400)
    tick(app)
    assert dev.app.people == 0


def test_a_list_costs_the_same_however_long_it_is(app: Flask, alice: Person) -> None:
    Developer.of(alice)
    with watched(app) as first:
        shown(alice.browser.open("/developers"))
    for number in range(3):
        Developer.of(alice, name=f"App {number}")
    with watched(app) as second:
        shown(alice.browser.open("/developers"))
    assert len(second.trips) == len(first.trips) <= 6, second.trips
    assert not [trip for trip in second.writes if trip != "COMMIT"], second.writes


def test_it_is_written_down_for_its_owner(dev: Developer) -> None:
    with dev.person.server.app_context():
        events = audit.events_of(str(dev.person.user_id), 5)
    assert events[:2] == ["app_secret_added", "app_registered"]
    page = shown(dev.person.browser.open("/account/data"))
    assert "You registered an app of your own" in page.text
