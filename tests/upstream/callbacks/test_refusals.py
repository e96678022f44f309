"""Only Facebook is heard at these doors, lately and in one form; everybody else changes nothing."""

import logging
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from idp.emulators.facebook import callbacks
from idp.emulators.facebook.state import State
from idp.settings.load import Settings
from idp.web.logs import JsonLines
from tests.emulators.facebook import ROBIN
from tests.people import Person
from tests.upstream.callbacks.posted import comes_by, is_signed_in, links, posts, rows, tells

BAD = [variant for variant in callbacks.VARIANTS if variant not in ("sound", "replayed")]


@pytest.mark.parametrize("kind", ["deauthorize", "deletion"])
@pytest.mark.parametrize("variant", [*BAD, "nothing", "words"])
def test_what_is_not_rightly_signed_and_fresh_changes_nothing(
    client: FlaskClient, facebook: State, alice: Person, kind: str, variant: str, caplog: pytest.LogCaptureFixture
) -> None:
    comes_by(alice, links(alice))
    signed = {"nothing": "", "words": "hello"}.get(variant)
    with caplog.at_level(logging.DEBUG, logger="idp"):
        answer = posts(client, kind, callbacks.made(facebook, ROBIN.user_id, variant) if signed is None else signed)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"
    assert "Set-Cookie" not in answer.headers
    assert is_signed_in(alice)
    assert len(rows(alice.server, "SELECT 1 FROM identities")) == 1
    assert rows(alice.server, "SELECT 1 FROM data_deletions") == []
    said = "\n".join(JsonLines().format(record) for record in caplog.records)
    assert "refused a signed_request" in said
    assert ROBIN.user_id not in said


@pytest.mark.parametrize("kind", ["deauthorize", "deletion"])
def test_one_field_once_in_a_form(client: FlaskClient, facebook: State, alice: Person, kind: str) -> None:
    links(alice)
    signed = callbacks.made(facebook, ROBIN.user_id, "sound")
    path = f"/login/facebook/{kind}"
    twice = urlencode([("signed_request", signed), ("signed_request", signed)])
    form = "application/x-www-form-urlencoded"
    assert client.post(path, data=twice, content_type=form).status_code == 400
    assert client.post(path, json={"signed_request": signed}).status_code == 400
    assert client.post(f"{path}?{urlencode({'signed_request': signed})}").status_code == 400
    assert client.get(f"{path}?{urlencode({'signed_request': signed})}").status_code in (404, 405)
    assert len(rows(alice.server, "SELECT 1 FROM identities")) == 1


@pytest.mark.parametrize("name", ["github", "nobody", "%00", "facebook%2F..%2Ffacebook"])
@pytest.mark.parametrize("kind", ["deauthorize", "deletion"])
def test_there_is_such_a_door_for_facebook_alone(client: FlaskClient, facebook: State, kind: str, name: str) -> None:
    assert posts(client, kind, callbacks.made(facebook, ROBIN.user_id, "sound"), name).status_code == 404


class TestWhereLittleIsAllowed:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"throttle": settings.throttle.model_copy(update={"network_tries": 3})})

    def test_guesses_are_slowed_and_facebook_never_is(self, client: FlaskClient, facebook: State) -> None:
        statuses = [posts(client, "deletion", "x.y").status_code for _ in range(5)]
        assert statuses == [400, 400, 400, 429, 429]
        refused = posts(client, "deauthorize", "x.y")
        assert int(refused.headers["Retry-After"]) > 0
        assert [tells(client, facebook, "deletion", str(n)).status_code for n in range(1, 6)] == [200] * 5
