"""A log says what happened and where, and nothing that would let its reader be someone else."""

import json
import logging
from io import StringIO
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from werkzeug.test import Client

from idp.settings.load import load_settings
from idp.web.access_log import AccessLog
from idp.web.logs import DevelopmentLines, JsonLines, configuration
from idp.web.request_id import RequestIds

SECRET = "q3vJ8yX0cTzB7mWkL5nR2pH9dF4sG6aE1uK0iOoPlMn"


@pytest.fixture(params=[JsonLines, DevelopmentLines])
def log(request: pytest.FixtureRequest) -> "Log":
    return Log(request.param())


class Log:
    """A logger of its own and what came out of it."""

    def __init__(self, formatter: logging.Formatter) -> None:
        self.stream = StringIO()
        handler = logging.StreamHandler(self.stream)
        handler.setFormatter(formatter)
        self.logger = logging.Logger("test", logging.DEBUG)
        self.logger.addHandler(handler)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def line(self) -> dict[str, object]:
        said: dict[str, object] = json.loads(self.text)
        return said


def test_what_looks_like_a_bearer_value_is_masked_in_words_and_fields(log: Log) -> None:
    log.logger.info("a code %s came, ?code=%s&state=x", SECRET, SECRET, extra={"token": SECRET, "path": f"/r/{SECRET}"})
    assert SECRET not in log.text
    assert SECRET[:20] not in log.text


def test_a_key_id_is_public_and_stays_readable(log: Log) -> None:
    log.logger.info("a key was promoted", extra={"kid": SECRET, "alg": "RS256"})
    assert SECRET in log.text
    assert "RS256" in log.text


def test_only_simple_values_are_written(log: Log) -> None:
    log.logger.info("form", extra={"form": {"password": "Hunter2!"}, "tries": 3, "late": True, "who": None})
    assert "Hunter2!" not in log.text
    assert "3" in log.text


def test_in_production_an_exception_says_type_and_place_but_not_its_words() -> None:
    log = Log(JsonLines())
    try:
        try:
            raise KeyError("Hunter2!")
        except KeyError as cause:
            raise ValueError("alice@example.com typed Hunter2!") from cause
    except ValueError:
        log.logger.exception("failed")
    assert "Hunter2!" not in log.text
    assert "alice" not in log.text
    assert log.line()["error"] == "ValueError < KeyError"
    assert "test_logs.py" in str(log.line()["trace"])


def test_a_line_stays_one_line_whatever_it_says() -> None:
    log = Log(JsonLines())
    log.logger.info("x\n{}\r\x1b[2J\u2028 %s", "\n", extra={"path": "/a\nb"})
    assert log.text.count("\n") == 1
    assert "\x1b" not in log.text
    assert log.line()["path"] == "/a\nb"


def test_the_configuration_is_one_that_logging_takes() -> None:
    for development in (True, False):
        settings = load_settings(server={"development": development})
        logging.config.DictConfigurator(configuration(settings)).configure_formatter(
            dict(configuration(settings)["formatters"]["lines"])
        )


def served(
    app: object, path: str, caplog: pytest.LogCaptureFixture, **sent: object
) -> tuple[int, list[logging.LogRecord]]:
    with caplog.at_level(logging.INFO, logger="idp"):
        answer = Client(RequestIds(AccessLog(app))).open(path, **sent)  # type: ignore[arg-type]
    return answer.status_code, caplog.records


def hello(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [])
    return [b"hello"]


def broken(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    raise ValueError(environ["QUERY_STRING"])


def test_a_request_is_one_line_without_query_header_or_body(caplog: pytest.LogCaptureFixture) -> None:
    headers = {
        "Authorization": f"Bearer {SECRET}",
        "Cookie": f"portico_session={SECRET}",
        "Referer": "https://x/?code=1",
    }
    _, (record,) = served(hello, f"/userinfo?access_token={SECRET}", caplog, headers=headers)
    said = json.loads(JsonLines().format(record))
    assert {"method": "GET", "path": "/userinfo", "status": 200, "bytes": 5}.items() <= said.items()
    assert set(said) == {"at", "level", "logger", "message", "method", "path", "status", "ms", "bytes", "address"}


def test_a_successful_health_check_is_not_worth_a_line(caplog: pytest.LogCaptureFixture) -> None:
    _, records = served(hello, "/healthz/live", caplog)
    assert records == []


def test_what_nobody_caught_becomes_a_500_and_two_lines(caplog: pytest.LogCaptureFixture) -> None:
    status, (fault, access) = served(broken, f"/x?password={SECRET}", caplog)
    assert status == 500
    assert SECRET not in JsonLines().format(fault) + JsonLines().format(access)
    assert access.__dict__["status"] == 500


def test_an_iterable_that_breaks_half_way_is_closed_and_becomes_a_500(caplog: pytest.LogCaptureFixture) -> None:
    closed = []

    class Torn:
        def __iter__(self) -> "Torn":
            return self

        def __next__(self) -> bytes:
            raise ValueError

        def close(self) -> None:
            closed.append(True)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Torn:
        start_response("200 OK", [])
        return Torn()

    status, _ = served(app, "/", caplog)
    assert status == 500
    assert closed == [True]
