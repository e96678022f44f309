"""The emulator behaves as Facebook is known to (facts: docs/facebook.md), on this machine and nowhere else."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from flask.testing import FlaskClient

from idp.emulators.facebook.app import create_emulator, state_of
from idp.emulators.facebook.state import PEOPLE, SWITCHES, App
from tests.browser.server import free_port
from tests.emulators.facebook import APP_ID, ROBIN, SECRET, TONI, Emulator, facebook

CALLBACK = "http://127.0.0.1:8000/login/facebook/callback"
HOME = "http://127.0.0.1:8002"


@pytest.fixture
def emulator() -> Emulator:
    app = create_emulator(App(APP_ID, SECRET, (CALLBACK,)))
    return Emulator(HOME, state_of(app))


@pytest.fixture
def client(emulator: Emulator) -> FlaskClient:
    app = create_emulator(emulator.state.app)
    app.extensions["facebook"] = emulator.state
    return app.test_client()


def dialog(**changes: str) -> str:
    asked = {"client_id": APP_ID, "redirect_uri": CALLBACK, "state": "s", "scope": "public_profile,email", **changes}
    return f"{HOME}/v26.0/dialog/oauth?{urlencode(asked)}"


def code_of(client: FlaskClient, **pressed: str) -> str:
    answer = client.post(dialog(), data={"person": ROBIN.user_id, "decision": "continue", "email": "1", **pressed})
    return answer.headers["Location"].partition("code=")[2].partition("&")[0]


@pytest.mark.parametrize(
    "redirect_uri",
    [f"{CALLBACK}/", f"{CALLBACK}?x=1", CALLBACK.upper(), "http://127.0.0.1:8000/", "https://evil.example/", ""],
)
def test_an_address_that_is_not_registered_is_never_redirected_to(client: FlaskClient, redirect_uri: str) -> None:
    for answer in (client.get(dialog(redirect_uri=redirect_uri)), client.post(dialog(redirect_uri=redirect_uri))):
        assert answer.status_code == 400
        assert "Location" not in answer.headers


@pytest.mark.parametrize("change", [{"client_id": "1"}, {"state": ""}, {"response_type": "token"}], ids=str)
def test_what_else_the_dialogue_stops_at(client: FlaskClient, change: dict[str, str]) -> None:
    assert client.get(dialog(**change)).status_code == 400


def test_a_checkpoint_is_where_facebook_keeps_somebody(client: FlaskClient) -> None:
    charlie = next(person for person in PEOPLE if person.is_at_checkpoint)
    answer = client.post(dialog(), data={"person": charlie.user_id, "decision": "continue"})
    assert (answer.status_code, "Location" in answer.headers) == (200, False)


def test_scopes_are_told_on_wish(client: FlaskClient) -> None:
    answer = client.post(dialog(return_scopes="true"), data={"person": ROBIN.user_id, "decision": "continue"})
    assert "granted_scopes=public_profile&denied_scopes=email" in answer.headers["Location"]


def test_the_app_has_a_token_both_ways(client: FlaskClient) -> None:
    asked = {"client_id": APP_ID, "client_secret": SECRET, "grant_type": "client_credentials"}
    fetched = client.get("/v26.0/oauth/access_token", query_string=asked).json
    token = client.get("/v26.0/oauth/access_token", query_string=exchange(code_of(client))).json["access_token"]  # type: ignore[index]
    for app_token in (fetched["access_token"], f"{APP_ID}|{SECRET}"):  # type: ignore[index]
        asked = {"input_token": token, "access_token": app_token}
        found = client.get("/v26.0/debug_token", query_string=asked).json["data"]  # type: ignore[index]
        assert (found["app_id"], found["user_id"], found["is_valid"]) == (APP_ID, ROBIN.user_id, True)
    refused = client.get("/v26.0/debug_token", query_string={"input_token": token, "access_token": token})
    assert refused.status_code == 400


def exchange(code: str) -> dict[str, str]:
    return {"client_id": APP_ID, "client_secret": SECRET, "redirect_uri": CALLBACK, "code": code}


def test_a_token_can_be_exchanged_for_a_longer_one(client: FlaskClient, emulator: Emulator) -> None:
    short = emulator.state.gives_token(ROBIN.user_id, frozenset())
    asked = {**exchange(""), "grant_type": "fb_exchange_token", "fb_exchange_token": short}
    assert client.get("/v26.0/oauth/access_token", query_string=asked).json["access_token"] != short  # type: ignore[index]


def test_a_profile_without_fields_is_short(client: FlaskClient, emulator: Emulator) -> None:
    token = emulator.state.gives_token(ROBIN.user_id, frozenset({"email"}))
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/v26.0/me", headers=headers).json == {"id": ROBIN.user_id, "name": ROBIN.name}
    fields = {"fields": "first_name,email,picture"}
    told = client.get("/v26.0/me", headers=headers, query_string=fields).json
    assert set(told or {}) == {"id", "first_name", "email", "picture"}


def test_who_has_only_a_telephone_has_no_email_member(client: FlaskClient, emulator: Emulator) -> None:
    token = emulator.state.gives_token(TONI.user_id, frozenset({"email"}))
    told = client.get("/v26.0/me", query_string={"access_token": token, "fields": "id,email"}).json
    assert told == {"id": TONI.user_id}


def test_permissions_are_listed_and_withdrawn(client: FlaskClient, emulator: Emulator) -> None:
    emulator.state.gives_code(ROBIN.user_id, CALLBACK, frozenset({"public_profile"}), frozenset({"email"}))
    token = emulator.state.gives_token(ROBIN.user_id, frozenset({"public_profile"}))
    listed = client.get("/v26.0/me/permissions", query_string={"access_token": token}).json
    assert listed == {
        "data": [
            {"permission": "public_profile", "status": "granted"},
            {"permission": "email", "status": "declined"},
        ]
    }
    address = f"/v26.0/{ROBIN.user_id}/permissions"
    assert client.delete(address).status_code == 400
    assert client.delete(address, query_string={"access_token": f"{APP_ID}|{SECRET}"}).json is True
    assert client.get("/v26.0/me", query_string={"access_token": token}).status_code == 400


def test_the_secret_may_have_to_be_proved(client: FlaskClient, emulator: Emulator) -> None:
    emulator.turns(require_app_secret="yes")
    token = emulator.state.gives_token(ROBIN.user_id, frozenset())
    refused = client.get("/v26.0/me", query_string={"access_token": token})
    assert refused.json["error"]["message"] == "API calls from the server require an appsecret_proof argument"  # type: ignore[index]


@pytest.mark.parametrize(
    "wanted", [{"fails at": "moon"}, {"gravity": "yes"}, {"dialog": "ask", "code": "bad"}], ids=str
)
def test_a_switch_that_is_not_there_turns_none(client: FlaskClient, emulator: Emulator, wanted: dict[str, str]) -> None:
    before = dict(emulator.state.switches)
    assert client.post("/switches", json=wanted).status_code == 422
    assert emulator.state.switches == before


def test_every_switch_is_on_the_page_and_turns_by_form_and_by_json(client: FlaskClient, emulator: Emulator) -> None:
    page = client.get("/").get_data(as_text=True)
    for name, positions in SWITCHES.items():
        assert f'name="{name}"' in page
        assert client.post("/switches", data={name: positions[-1]}).status_code == 303
        assert emulator.state.switches[name] == positions[-1]
        assert client.post("/switches", json={name: positions[0]}).json[name] == positions[0]  # type: ignore[index]


def test_its_page_says_what_it_is_and_fetches_nothing_from_elsewhere(client: FlaskClient) -> None:
    for path in ("/", dialog(), dialog(client_id="1")):
        page = client.get(path)
        text = page.get_data(as_text=True)
        assert "This is not Facebook" in text
        assert "://" not in text.replace("http://127.0.0.1", "").replace("%3A%2F%2F", "")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_another_site_turns_no_switch_and_reaches_it_under_no_other_name(client: FlaskClient) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/switches", data={"code": "expired"}, headers=foreign).status_code == 403
    assert client.post(dialog(), data={"decision": "cancel"}, headers=foreign).status_code == 403
    assert client.get("/", headers={"Host": "facebook.evil.example"}).status_code == 421


@pytest.mark.parametrize("part", ["redirect_uris", "deauthorize_url", "deletion_url"])
@pytest.mark.parametrize("url", ["https://id.example.com/x", "http://10.0.0.1/", "http://127.0.0.1.evil.example/"])
def test_it_knows_no_app_on_another_machine(part: str, url: str) -> None:
    with pytest.raises(ValueError, match="not on this machine"):
        App(APP_ID, SECRET, **{part: (url,) if part == "redirect_uris" else url})  # type: ignore[arg-type]


def test_a_callback_that_nobody_hears_is_told_as_such(emulator: Emulator) -> None:
    assert emulator.fires("deletion").status == 0
    with facebook(deletion_url=f"http://127.0.0.1:{free_port()}/nobody") as lonely:
        assert lonely.fires("deletion") == (0, "ConnectionError")


def started(*words: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "idp.emulators.facebook", *words)
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.process
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "localhost.example.com"])
def test_it_does_not_start_where_others_could_reach_it(host: str) -> None:
    done = started("--host", host, "--port", str(free_port()))
    assert (done.returncode, "can be reached by others" in done.stderr) == (2, True)


@pytest.mark.process
def test_it_does_not_start_for_an_app_elsewhere_or_on_a_port_in_use() -> None:
    done = started("--redirect-uri", "https://id.example.com/login/facebook/callback", "--port", str(free_port()))
    assert (done.returncode, "not on this machine" in done.stderr) == (2, True)
    with facebook() as running:
        done = started("--port", running.url.rpartition(":")[2])
    assert (done.returncode, "something else does" in done.stderr) == (2, True)
    assert "Traceback" not in done.stderr


@pytest.mark.process
def test_it_runs_as_a_process_of_its_own_and_ends_when_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sesame\n")
    port = str(free_port())
    command = (
        sys.executable,
        "-m",
        "idp.emulators.facebook",
        "--port",
        port,
        "--secret-file",
        str(tmp_path / "secret"),
    )
    process = subprocess.Popen((*command, "--redirect-uri", CALLBACK), stderr=subprocess.PIPE, text=True)
    try:
        session = requests.Session()
        session.trust_env = False
        session.mount(
            "http://", requests.adapters.HTTPAdapter(max_retries=requests.adapters.Retry(30, backoff_factor=0.1))
        )
        asked = {"client_id": "100000000000001", "client_secret": "sesame", "grant_type": "client_credentials"}
        answer = session.get(f"http://127.0.0.1:{port}/v26.0/oauth/access_token", params=asked, timeout=10)
        assert answer.json()["token_type"] == "bearer"
    finally:
        process.terminate()
        _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, "")
