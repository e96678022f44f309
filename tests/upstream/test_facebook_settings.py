"""The section of config.toml: an emulator and plain http stay on this machine, and what cannot be used is named."""

from pathlib import Path
from typing import Any

import pytest

from idp.cli.check import of_facebook
from idp.clock import now
from idp.settings.load import SettingsError, load_settings

MANUAL = Path(__file__).parents[2] / "config.toml"
FACEBOOK: dict[str, Any] = {"preset": "facebook", "client_id": "123", "client_secret": "x"}
EMULATED = FACEBOOK | {
    "emulated": True,
    "dialog_url": "http://127.0.0.1:8002",
    "graph_url": "http://127.0.0.1:8002",
}
PUBLIC: dict[str, Any] = {"server": {"issuer": "https://id.example.com"}, "mail": {"transport": "smtp"}}


def problems(facebook: dict[str, Any], **overrides: Any) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(MANUAL, upstream={"facebook": facebook}, **overrides)
    return "\n".join(refused.value.problems)


def test_facebook_itself_is_the_default_and_its_emulator_is_welcome_on_this_machine() -> None:
    assert load_settings(MANUAL, upstream={"facebook": FACEBOOK}, **PUBLIC)
    assert load_settings(MANUAL, upstream={"facebook": EMULATED})
    assert load_settings(MANUAL, upstream={"facebook": EMULATED | {"emulated": False}})


@pytest.mark.parametrize(
    "facebook",
    [
        FACEBOOK | {"emulated": True},
        EMULATED | {"graph_url": "https://graph.facebook.com"},
        EMULATED | {"dialog_url": "http://192.0.2.7:8002"},
        FACEBOOK | {"graph_url": "http://graph.facebook.com"},
        FACEBOOK | {"dialog_url": "http://127.0.0.1.evil.example"},
    ],
    ids=lambda facebook: ", ".join(sorted(str(value) for value in facebook.values() if "http" in str(value))),
)
def test_no_emulator_and_no_plain_http_elsewhere(facebook: dict[str, Any]) -> None:
    assert "127.0.0.1; everything else needs https" in problems(facebook)


@pytest.mark.parametrize("facebook", [EMULATED, EMULATED | {"emulated": False}], ids=["emulated", "unsaid"])
def test_no_emulator_behind_an_issuer_that_people_reach(facebook: dict[str, Any]) -> None:
    assert "upstream.facebook is the emulator" in problems(facebook, **PUBLIC)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"client_secret": ""}, "client_secret"),
        ({"client_id": ""}, "client_id"),
        ({"graph_version": "26.0"}, "graph_version"),
        ({"graph_version": "v26.0/../v1.0"}, "graph_version"),
        ({"graph_version": "v26.0\n"}, "graph_version"),
        ({"graph_url": "https://graph.facebook.com/v26.0"}, "graph_url"),
        ({"graph_url": "https://user@graph.facebook.com"}, "graph_url"),
        ({"dialog_url": "https://www.facebook.com?x"}, "dialog_url"),
        ({"timeout": 0}, "timeout"),
        ({"pkce": True}, "pkce"),
    ],
    ids=str,
)
def test_what_cannot_be_used_is_named(change: dict[str, Any], name: str) -> None:
    assert f"facebook.{name}" in problems(FACEBOOK | change)


def test_it_can_come_from_the_environment_and_a_folder_of_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "upstream__facebook__client_secret").write_text("only in a file\n")
    monkeypatch.setenv("IDP_SECRETS", str(tmp_path))
    monkeypatch.setenv("IDP_UPSTREAM__FACEBOOK__PRESET", "facebook")
    monkeypatch.setenv("IDP_UPSTREAM__FACEBOOK__CLIENT_ID", "123")
    section = load_settings(MANUAL).upstream["facebook"]
    assert section.client_secret.get_secret_value() == "only in a file"
    assert "only in a file" not in repr(section)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"graph_version": "v19.0"}, "WRONG upstream.facebook.graph_version: v19.0 ended on 2026-05-21"),
        ({"graph_version": "v9.0"}, "WRONG upstream.facebook.graph_version: v9.0 is not a version we know"),
        ({"client_id": "the-secret?"}, "WRONG upstream.facebook.client_id is no App ID"),
    ],
    ids=str,
)
def test_idp_check_says_what_will_fail(change: dict[str, Any], said: str) -> None:
    settings = load_settings(MANUAL, upstream={"facebook": FACEBOOK | change})
    found = [f"{'WRONG' if it.is_wrong else 'note'} {it.sentence}" for it in of_facebook(settings, now())]
    assert [sentence[: len(said)] for sentence in found] == ([said] if said else [])
