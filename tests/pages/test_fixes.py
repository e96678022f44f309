"""The advice for a refused request is found by the name of the function that refused it."""

import re
from pathlib import Path

from flask import Flask

from idp.protocol import errors
from idp.web import fixes

HOUSE = Path(__file__).parents[2] / "idp"


def functions(module: str) -> set[str]:
    """Of all files that go by this name; a door of several files goes by its folder's."""
    files = [*HOUSE.rglob(f"{module}.py"), *HOUSE.rglob(f"{module}/views.py")]
    return {name for file in files for name in re.findall(r"^ *def _?(\w+)", file.read_text("utf-8"), re.MULTILINE)}


def test_each_check_that_there_is_advice_for_exists(app: Flask) -> None:
    with app.test_request_context():
        named = fixes.by_check()
    assert named
    for check in named:
        module, _, function = check.partition(".")
        assert function in functions(module), check


RARE = frozenset(
    {
        *("authorization_pending", "interaction_required"),  # nothing to mend, and said among the silent ones
        *("request_not_supported", "request_uri_not_supported", "registration_not_supported"),  # never advertised
        *("invalid_client_metadata", "invalid_software_statement", "unapproved_software_statement"),  # no app yet
        *("invalid_request", "unsupported_token_type"),  # the reason says all
    }
)


def test_each_error_that_an_app_may_get_has_advice(app: Flask) -> None:
    codes = {
        error.code
        for error in vars(errors).values()
        if isinstance(error, type) and error is not errors.OAuthError and issubclass(error, errors.OAuthError)
    }
    with app.test_request_context():
        assert codes - RARE <= fixes.by_error().keys()
