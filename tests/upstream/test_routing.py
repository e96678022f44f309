"""Where a sign-in leads before its person chose."""

from pathlib import Path

import pytest

from idp.settings.load import Settings, load_settings
from idp.upstream import routing

MANUAL = Path(__file__).parents[2] / "config.toml"
THERE = {"preset": "github", "client_id": "x", "client_secret": "y"}


@pytest.fixture(name="settings", scope="module")
def two_providers() -> Settings:
    upstream = {
        "corp": {**THERE, "domains": ["corp.example", "corp.test"]},
        "off": {**THERE, "domains": ["off.example"], "enabled": False},
    }
    return load_settings(MANUAL, upstream=upstream)


@pytest.mark.parametrize(
    ("hint", "leads"), [("corp", "corp"), ("off", ""), ("", ""), ("Corp", ""), ("corp ", ""), ("x", "")]
)
def test_an_app_may_name_a_provider_that_is_on(settings: Settings, hint: str, leads: str) -> None:
    assert routing.by_hint(settings, hint) == leads


@pytest.mark.parametrize(
    ("lookup", "leads"),
    [
        *(
            ("jane@corp.example", "corp"),
            ("jane@corp.test", "corp"),
            ("jane@off.example", ""),
            ("jane@example.org", ""),
        ),
        *(
            ("jane@corp.example@example.org", ""),
            ("jane@example.org@corp.example", "corp"),
            ("jane@sub.corp.example", ""),
        ),
        *(("jane@xcorp.example", ""), ("jane@corp.example.org", ""), ("jane@", ""), ("", "")),
    ],
)
def test_a_domain_leads_to_its_provider(settings: Settings, lookup: str, leads: str) -> None:
    """The part behind the last @: it is where mail would go."""
    assert routing.by_domain(settings, lookup) == leads
