"""Facebook as it also is: each way of going wrong is one failure of ours, told by codes, and nothing is tried twice."""

import logging
import time
from collections.abc import Iterator

import pytest

from idp.upstream.facebook import Facebook
from idp.upstream.facebook_errors import DIALOG_ERRORS, FAILURES, SUBCODES, failure_of, refusal, refused_in_dialog
from idp.upstream.provider import Failure, NotIdentified
from idp.web.logs import JsonLines
from tests.emulators.facebook import ROBIN, Emulator, facebook
from tests.secrets_in_logs import leaked
from tests.upstream.conftest import CALLBACK, ours

DENIED, THROTTLED, DOWN, EXPIRED, WRONG_APP, BROKEN, _ = Failure
ENDPOINTS = ("token", "debug_token", "me")


@pytest.fixture(autouse=True)
def nothing_leaks(caplog: pytest.LogCaptureFixture, emulator: Emulator) -> Iterator[None]:
    """Whatever goes wrong: what our code writes, at any level, holds no code, token or secret of that sign-in."""
    caplog.set_level(logging.DEBUG, logger="idp")
    yield
    said = "\n".join(JsonLines().format(record) for record in caplog.records if record.name.startswith("idp"))
    assert leaked(emulator.secrets, said) == set()


def failing(upstream: Facebook, emulator: Emulator, received: dict[str, str] | None = None) -> NotIdentified:
    """How identifying fails; neither the exception nor its chain tells a secret."""
    if received is None:
        received = emulator.sends_back(upstream.start(CALLBACK, "s").url)
    with pytest.raises(NotIdentified) as failed:
        upstream.identify(CALLBACK, received, {}, emulator.state.clock())
    told = f"{failed.value!r} {failed.value} {failed.value.detail}"
    assert leaked(emulator.secrets, told) == set()
    assert failed.value.__suppress_context__ or failed.value.__context__ is None
    return failed.value


@pytest.mark.parametrize("where", ENDPOINTS)
@pytest.mark.parametrize(
    ("how", "failure"),
    [
        *[("503", DOWN), ("429", THROTTLED), ("html", BROKEN), ("false", BROKEN), ("list", BROKEN)],
        *[("cut short", BROKEN), ("huge", BROKEN), ("redirect", BROKEN)],
        *[("1", DOWN), ("2", DOWN), ("3", WRONG_APP), ("4", THROTTLED), ("10", DENIED), ("17", THROTTLED)],
        *[("100", BROKEN), ("101", WRONG_APP), ("102", EXPIRED), ("200", DENIED), ("341", THROTTLED), ("368", DENIED)],
        *[("190", EXPIRED), ("190/458", EXPIRED), ("190/459", DENIED), ("190/460", EXPIRED), ("190/463", EXPIRED)],
        *[("190/464", DENIED), ("190/467", EXPIRED)],
    ],
)
def test_each_refusal_is_one_failure_of_ours(
    upstream: Facebook, emulator: Emulator, where: str, how: str, failure: Failure
) -> None:
    told = failing(upstream, emulator.fails(where, how))
    assert told.failure is failure
    assert told.detail.startswith(f"{where}:")


@pytest.mark.parametrize("where", ENDPOINTS)
def test_codes_and_the_trace_are_told_and_nothing_facebook_wrote(
    upstream: Facebook, emulator: Emulator, where: str
) -> None:
    detail = failing(upstream, emulator.fails(where, "190/460")).detail
    assert detail.startswith(f"{where}: HTTP 400, code 190, subcode 460, trace A")
    assert "emulator" not in detail


@pytest.mark.parametrize("where", ENDPOINTS)
@pytest.mark.parametrize("how", ["slow", "drips"])
def test_nobody_waits_longer_than_the_settings_say(emulator: Emulator, where: str, how: str) -> None:
    """In all, and also when something comes all the time."""
    impatient, began = ours(emulator.fails(where, how), timeout=1), time.monotonic()
    assert failing(impatient, emulator).failure is DOWN
    assert time.monotonic() - began < 4


def test_three_requests_share_one_patience(emulator: Emulator) -> None:
    with pytest.raises(NotIdentified) as failed:
        ours(emulator.fails("me", "slow"), timeout=1).identify(
            CALLBACK, emulator.sends_back(ours(emulator).start(CALLBACK, "s").url), {}, emulator.state.clock()
        )
    assert failed.value.detail == "me: ReadTimeout"


def test_nobody_there() -> None:
    with facebook(CALLBACK) as gone:
        upstream = ours(gone)
    assert failing(upstream, gone, {"code": "x" * 20, "state": "s"}).failure is DOWN
    with pytest.raises(NotIdentified, match="ConnectionError"):
        upstream.revoke(ROBIN.user_id)


@pytest.mark.parametrize(
    ("how", "failure"),
    [
        ("foreign app", WRONG_APP),
        ("page token", WRONG_APP),
        ("expired", EXPIRED),
        ("not valid", EXPIRED),
        ("no data", BROKEN),
        ("another person", BROKEN),
        ("error 190 without data", EXPIRED),
    ],
)
def test_a_token_counts_if_it_is_of_our_app_of_a_person_and_alive(
    upstream: Facebook, emulator: Emulator, how: str, failure: Failure
) -> None:
    assert failing(upstream, emulator.turns(debug_token=how)).failure is failure


def test_a_token_that_was_given_to_another_app_signs_nobody_in(upstream: Facebook, emulator: Emulator) -> None:
    """Token substitution: somebody's token for a game of the attacker's opens nothing here; /me is not even asked."""
    told = failing(upstream, emulator.turns(debug_token="foreign app"))
    assert told.failure is WRONG_APP
    assert not any("/me" in line for line in emulator.state.lines)


def test_a_code_is_good_once(upstream: Facebook, emulator: Emulator) -> None:
    received = emulator.sends_back(upstream.start(CALLBACK, "s").url)
    upstream.identify(CALLBACK, received, {}, emulator.state.clock())
    told = failing(upstream, emulator, received)
    assert (told.failure, "code 100, subcode 36009" in told.detail) == (EXPIRED, True)


@pytest.mark.parametrize("how", ["503", "slow", "cut short", "2", "redirect"])
def test_a_code_is_never_tried_again(emulator: Emulator, how: str) -> None:
    failing(ours(emulator.fails("token", how), timeout=1), emulator)
    assert len([line for line in emulator.state.lines if "access_token" in line]) <= 1
    assert emulator.state.tokens == {}


def test_a_code_that_is_too_old(upstream: Facebook, emulator: Emulator) -> None:
    assert failing(upstream, emulator.turns(code="expired")).failure is EXPIRED


def test_a_code_is_bound_to_the_address_it_was_sent_to(upstream: Facebook, emulator: Emulator) -> None:
    received = emulator.sends_back(upstream.start(CALLBACK, "s").url)
    with pytest.raises(NotIdentified) as failed:
        upstream.identify(f"{CALLBACK}/", received, {}, emulator.state.clock())
    assert failed.value.failure is BROKEN


def test_a_wrong_app_secret_is_told_by_its_code(emulator: Emulator) -> None:
    assert "token: HTTP 400, code 1," in failing(ours(emulator, client_secret="another"), emulator).detail


def test_a_version_past_its_sunset_is_refused_by_facebook(upstream: Facebook, emulator: Emulator) -> None:
    told = failing(upstream, emulator.turns(version="past its sunset"))
    assert (told.failure, "code 12" in told.detail) == (BROKEN, True)


def test_a_proof_of_another_secret_is_refused(emulator: Emulator) -> None:
    upstream = ours(emulator)
    received = emulator.sends_back(upstream.start(CALLBACK, "s").url)
    with pytest.raises(NotIdentified) as failed:
        upstream.identify(CALLBACK, received, {}, emulator.state.clock() - 400)  # our clock is wrong by more than 5 min
    assert "me: HTTP 400, code 100" in failed.value.detail


@pytest.mark.parametrize(
    ("received", "failure"),
    [
        (
            {"error": "access_denied", "error_reason": "user_denied", "error_code": "200", "error_description": "No"},
            DENIED,
        ),
        ({"error": "access_denied"}, DENIED),
        ({"error": "server_error"}, DOWN),
        ({"error": "temporarily_unavailable"}, DOWN),
        ({"error": "invalid_scope"}, BROKEN),
        ({"error": "unheard_of", "error_code": "4"}, THROTTLED),
        ({"error_code": "1349048", "error_message": "Can't load URL"}, BROKEN),
        ({"error_code": "4", "error_message": "Application request limit reached"}, THROTTLED),
        ({"error_code": "190", "error_message": "x", "code": "also-a-code"}, EXPIRED),
        ({"error_message": "nothing else"}, BROKEN),
        ({"error_code": "²"}, BROKEN),
        ({"error_code": "9" * 400}, BROKEN),
        ({}, BROKEN),
        ({"code": ""}, BROKEN),
        ({"code": "x" * 2049}, BROKEN),
    ],
)
def test_what_the_dialogue_sends_back_instead_of_a_code(
    upstream: Facebook, emulator: Emulator, received: dict[str, str], failure: Failure
) -> None:
    told = failing(upstream, emulator, received)
    assert told.failure is failure
    assert list(emulator.state.lines) == [], "Facebook is not asked"


@pytest.mark.parametrize(("switch", "failure"), [("app fault", BROKEN), ("server error", DOWN), ("no code", BROKEN)])
def test_the_dialogue_itself_fails(upstream: Facebook, emulator: Emulator, switch: str, failure: Failure) -> None:
    url = upstream.start(CALLBACK, "s").url
    assert failing(upstream, emulator, emulator.turns(dialog=switch).comes_back(url)).failure is failure


def test_somebody_says_no(upstream: Facebook, emulator: Emulator) -> None:
    told = failing(upstream, emulator, emulator.sends_back(upstream.start(CALLBACK, "s").url, decision="cancel"))
    assert (told.failure, told.detail) == (DENIED, "dialog: access_denied, user_denied, code 200")


@pytest.mark.parametrize("sent", ["\n2026 forged line", "x" * 500, "<script>", "a b", "…"])
def test_words_from_outside_reach_no_log(sent: str) -> None:
    told = refused_in_dialog({"error": sent, "error_reason": sent})
    assert told is not None
    assert sent not in told.detail
    assert sent not in refusal("me", {"code": 190, "fbtrace_id": sent, "message": sent}).detail


@pytest.mark.parametrize("error", [None, "", "text", 7, [], {}, {"code": "190x"}, {"code": True}, {"code": 1.5}])
def test_an_error_of_any_shape_is_told(error: object) -> None:
    assert refusal("me", error, 400).failure is BROKEN
    assert refusal("me", error, 500).failure is DOWN


def test_every_code_of_the_tables_has_a_failure() -> None:
    assert {failure_of(code) for code in FAILURES} | set(SUBCODES.values()) | set(DIALOG_ERRORS.values()) <= set(
        Failure
    )
    assert {failure_of(code) for code in range(200, 300)} == {DENIED}
    assert failure_of(300) is BROKEN
    assert failure_of(190, 9999) is EXPIRED


@pytest.mark.parametrize("how", ["false", "html", "190", "503", "slow", "redirect"])
def test_an_end_that_facebook_does_not_confirm_is_no_end(emulator: Emulator, how: str) -> None:
    with pytest.raises(NotIdentified) as failed:
        assert ours(emulator.fails("permissions", how), timeout=1).revoke(ROBIN.user_id)
    assert leaked(emulator.secrets, f"{failed.value!r}{failed.value.detail}") == set()


@pytest.mark.parametrize(
    "told",
    [
        {"name": "x" * 201, "email": "x" * 321},
        {"name": ["Robin"], "email": {"value": "robin@example.org"}},
        {"name": None, "email": False},
        {"name": "bell\a", "email": "robin\r\n@example.org"},
    ],
)
def test_a_strange_profile_is_no_reason_to_refuse_anybody(
    upstream: Facebook, emulator: Emulator, told: dict[str, object]
) -> None:
    received = emulator.sends_back(upstream.start(CALLBACK, "s").url)
    emulator.state.told = {"first_name": "Robin", **told}
    identity = upstream.identify(CALLBACK, received, {}, emulator.state.clock())
    assert (dict(identity.claims), identity.email) == ({"given_name": "Robin", "family_name": "Sample"}, "")


@pytest.mark.parametrize("name", ["null\0", "half \ud800"])
def test_what_no_database_would_take_is_a_broken_answer(upstream: Facebook, emulator: Emulator, name: str) -> None:
    received = emulator.sends_back(upstream.start(CALLBACK, "s").url)
    emulator.state.told = {"name": name}
    assert failing(upstream, emulator, received).failure is BROKEN
