"""The provider without its brakes: a fuzzer is to meet the rules behind them, not "too many tries"."""

from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from idp.settings.load import Settings

ENDLESS = {
    "password_tries": 10**9,
    "network_tries": 10**9,
    "code_tries": 10**9,
    "mails_per_hour": 10**9,
    "mail_every": 0,
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"throttle": settings.throttle.model_copy(update=ENDLESS)})


def harmless(response: TestResponse, *registered: str) -> None:
    """No fault of ours, no trace of our insides, and nobody is sent where no app is registered."""
    assert response.status_code < 500, response.get_data(as_text=True)[:2000]
    body = response.get_data(as_text=True)
    for insides in ("Traceback", 'File "', "sqlalchemy", "werkzeug.", "psycopg"):
        assert insides not in body
    assert "<script>alert" not in body
    assert "onerror=alert(1)>" not in body
    target = response.headers.get("Location", "")
    if urlsplit(target).netloc or urlsplit(target).scheme:
        own = target.startswith(("http://127.0.0.1:8000/", "http://127.0.0.1:8000?"))
        assert own or target.partition("?")[0] in registered, target
    else:
        assert not target.startswith(("//", "/\\", "\\")), target
    assert "\n" not in target
