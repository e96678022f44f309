"""config.toml is the manual: it names every setting with its default, and what cannot be used is refused by name."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from idp.cli.check import of_settings
from idp.settings.load import Settings, SettingsError, load_settings

MANUAL = Path(__file__).parents[1] / "config.toml"
PUBLIC = {"server": {"issuer": "https://id.example.com"}, "mail": {"transport": "smtp"}}


def settings_of(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting by its dotted name, with its value as TOML would hold it."""
    for name, value in model:
        if isinstance(value, BaseModel):
            yield from settings_of(value, f"{prefix}{name}.")
        elif not isinstance(value, dict):  # sections that operators name themselves stand in the manual as examples
            yield f"{prefix}{name}", plain(value)


def plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def entries(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from entries(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def problems(**overrides: Any) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(MANUAL, **overrides)
    return "\n".join(refused.value.problems)


def test_the_manual_names_every_setting_with_its_default() -> None:
    assert dict(entries(tomllib.loads(MANUAL.read_text()))) == dict(settings_of(Settings()))


def test_the_manual_says_one_sentence_about_each_setting() -> None:
    lines = MANUAL.read_text().splitlines()
    silent = [
        line
        for before, line in zip(["", *lines], lines, strict=False)
        if re.match(r"\w+ = ", line) and not re.match(r"# .*[.;].*", before)
    ]
    assert silent == []


def test_the_manual_is_a_configuration_that_works() -> None:
    assert load_settings(MANUAL).model_dump() == Settings().model_dump()


def test_the_environment_overrides_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDP_SERVER__ISSUER", "http://localhost:9000/idp")
    monkeypatch.setenv("IDP_LOCALE__OFFERED", '["en"]')
    settings = load_settings(MANUAL)
    assert settings.server.issuer == "http://localhost:9000/idp"
    assert settings.server.path == "/idp"
    assert settings.locale.offered == ("en",)


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mail__password").write_text("only in a file\n")
    monkeypatch.setenv("IDP_SECRETS", str(tmp_path))
    assert load_settings(MANUAL).mail.password.get_secret_value() == "only in a file"


def test_a_secrets_folder_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IDP_SECRETS", str(tmp_path / "missing"))
    assert "missing" in problems()


def test_a_secret_file_nobody_reads_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mail__pasword").write_text("x")
    monkeypatch.setenv("IDP_SECRETS", str(tmp_path))
    assert "mail.pasword" in problems()


def test_the_environment_wins_over_a_secret_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mail__password").write_text("from the file")
    monkeypatch.setenv("IDP_SECRETS", str(tmp_path))
    monkeypatch.setenv("IDP_MAIL__PASSWORD", "from the environment")
    assert load_settings(MANUAL).mail.password.get_secret_value() == "from the environment"


def test_a_setting_cannot_be_changed_while_running() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings(MANUAL).server.issuer = "https://evil.example"


def test_secrets_hide() -> None:
    settings = load_settings(MANUAL, mail={"password": "do-not-show"}, database={"url": "sqlite:///do-not-show"})
    assert "do-not-show" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_a_file_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"missing\.toml: there is no such file"):
        load_settings(tmp_path / "missing.toml")
    monkeypatch.setenv("IDP_CONFIG", str(tmp_path / "other.toml"))
    with pytest.raises(SettingsError, match=r"other\.toml"):
        load_settings()


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[server\nissuer = ")
    with pytest.raises(SettingsError, match=r"config\.toml"):
        load_settings(tmp_path / "config.toml")


@pytest.mark.parametrize(
    ("overrides", "name"),
    [
        ({"servr": {}}, "servr"),
        ({"server": {"isuer": "x"}}, "server.isuer"),
        ({"tokens": {"code_for": "soon"}}, "tokens.code_for"),
        ({"tokens": {"code_for": 0}}, "tokens.code_for"),
        ({"tokens": {"code_for": 601}}, "tokens.code_for"),
        ({"tokens": {"id_token_for": 3601}}, "tokens.id_token_for"),
        ({"tokens": {"refresh_grace": 61}}, "tokens.refresh_grace"),
        ({"tokens": {"refresh_idle_for": 599}}, "tokens.refresh_idle_for"),
        ({"tokens": {"refresh_absolute_for": 599}}, "tokens.refresh_absolute_for"),
        ({"brand": {"terms_version": ""}}, "brand.terms_version"),
        ({"brand": {"privacy_version": "x" * 33}}, "brand.privacy_version"),
        ({"server": {"workers": 0}}, "server.workers"),
        ({"password": {"min_length": 7}}, "password.min_length"),
        ({"database": {"synchronous": "OFF"}}, "database.synchronous"),
        ({"mail": {"security": "maybe"}}, "mail.security"),
        ({"locale": {"default": "xx"}}, "locale"),
        ({"locale": {"offered": ["en", "xx"]}}, "'xx'"),
        ({"locale": {"offered": ["en", "de_AT"]}}, "'de_AT'"),
        ({"locale": {"offered": ["en", "../de"]}}, "'../de'"),
        ({"locale": {"offered": ["en", ""]}}, "locale"),
        ({"locale": {"offered": ["en", "x-private"]}}, "'x-private'"),
        ({"agreements": {"grace_for": 60}, "brand": {"terms_version": "7.2"}}, "agreements.grace_for"),
        ({"agreements": {"grace_for": 60}, "brand": {"privacy_version": "2026-13"}}, "brand.privacy_version"),
        ({"keys": {"algorithms": ["ES256"]}}, "keys"),
        ({"keys": {"algorithms": ["HS256"]}}, "keys.algorithms"),
        ({"keys": {"publish_ahead": 3600}}, "publish_ahead"),
        ({"keys": {"sign_for": 3600}}, "sign_for"),
        ({"keys": {"keep_for": 3600}}, "keys.keep_for"),
        ({"tokens": {"access_token_for": 86400}, "keys": {"keep_for": 86400}}, "keys.keep_for"),
    ],
)
def test_an_unknown_or_unsafe_value_is_refused_by_name(overrides: dict[str, Any], name: str) -> None:
    assert name in problems(**overrides)


@pytest.mark.parametrize(
    "issuer",
    [
        "http://id.example.com",
        "ftp://id.example.com",
        "id.example.com",
        "https://",
        "https://id.example.com/",
        "https://id.example.com?x=1",
        "https://id.example.com#x",
        "https://user@id.example.com",
        "http://127.0.0.1.example.com",
        "https://ID.example.com",
        "https://id.example.com:443",
        "http://localhost:80",
        "https://id.example.com/a b",
        "https://id.example.com/../id",
        "https://id.example.com//id",
        "https://id.example.com\n",
    ],
)
def test_an_issuer_that_no_app_could_trust_is_refused(issuer: str) -> None:
    """OpenID Connect Discovery 1.0 §3: https, no query, no fragment."""
    assert "server" in problems(**{**PUBLIC, "server": {"issuer": issuer}})


@pytest.mark.parametrize("issuer", ["https://id.example.com", "https://example.com/id", "https://[2001:db8::1]:8443"])
def test_an_https_issuer_is_taken_as_it_stands(issuer: str) -> None:
    assert load_settings(MANUAL, **{**PUBLIC, "server": {"issuer": issuer}}).server.issuer == issuer


def test_development_is_refused_where_people_can_reach_it() -> None:
    """It shows every mail to everyone."""
    overrides = {"server": {"issuer": "https://id.example.com", "development": True}, "mail": {"transport": "smtp"}}
    assert "development" in problems(**overrides)


def test_mails_that_reach_nobody_are_refused_where_people_can_reach_us() -> None:
    assert "mail.transport" in problems(server={"issuer": "https://id.example.com"})


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"server": {"development": True}}, "note server.development"),
        ({"server": {"development": True, "bind": "0.0.0.0:8000"}}, "WRONG server.development"),
        ({"server": {"development": True, "bind": "[::1]:8000"}}, "note server.development"),
        ({"password": {"argon2_memory_kib": 19456, "argon2_time_cost": 1}}, "note password.argon2_memory_kib"),
        ({"password": {"argon2_memory_kib": 12288, "argon2_time_cost": 3}}, ""),
        ({"passkeys": {}}, "note no passkeys are offered: 127.0.0.1 is an address"),
        ({"passkeys": {"rp_id": "example.com"}}, "WRONG no passkeys are offered"),
        ({"passkeys": {}, "server": {"issuer": "http://localhost:8000"}}, ""),
        ({"developers": {"who": "everyone", "review": False}}, "note developers: everyone may register apps"),
        ({"developers": {"who": "everyone"}}, ""),
        (
            {"server": {"client_certificate_header": "Client-Cert"}},
            "note server.client_certificate_header: whoever",
        ),
        ({"server": {"client_certificate_header": "ClientCert"}}, ""),
        ({}, ""),
    ],
)
def test_what_is_allowed_and_still_unwise_is_told_to_who_asks(overrides: dict[str, Any], said: str) -> None:
    found = [
        f"{'WRONG' if it.is_wrong else 'note'} {it.sentence}"
        for it in of_settings(load_settings(MANUAL, **{"passkeys": {"enabled": False}, **overrides}))
    ]
    assert len(found) == bool(said)
    assert all(sentence.startswith(said) for sentence in found)


def test_a_refusal_never_repeats_a_secret() -> None:
    assert "hunter2" not in problems(mail={"password": ["hunter2"]}, database={"url": ["hunter2"]})


def test_every_fault_is_named_at_once() -> None:
    assert len(problems(server={"workers": 0}, tokens={"code_for": 0}, nothing={}).splitlines()) == 3


def test_an_environment_variable_nobody_reads_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt IDP_ name would otherwise be a setting that silently is not set."""
    monkeypatch.setenv("IDP_SERVER__ISUER", "http://127.0.0.1:1")
    assert "isuer" in problems()
    monkeypatch.delenv("IDP_SERVER__ISUER")
    monkeypatch.setenv("IDP_SERVR__ISSUER", "http://127.0.0.1:1")
    assert "servr" in problems().lower()


MCP_SERVER = {"files": {"identifier": "https://mcp.example.com/mcp", "open": True}}


def test_a_profile_is_settings_by_another_name() -> None:
    """Where the operator said something, that counts."""
    usual = load_settings(MANUAL, profile="mcp", resources=MCP_SERVER).registration
    assert (usual.mode, usual.client_id_documents) == ("open", "any")
    said = {"mode": "token", "client_id_documents": ["vscode.dev"]}
    own = load_settings(MANUAL, profile="mcp", resources=MCP_SERVER, registration=said).registration
    assert (own.mode, own.client_id_documents) == ("token", ("vscode.dev",))
    assert "resources.NAME" in problems(profile="mcp")
    assert "resources.NAME" in problems(profile="mcp", resources={"files": MCP_SERVER["files"] | {"open": False}})


def test_what_makes_no_sense_for_apps_that_register_themselves() -> None:
    issuer = {"issuer": "https://directory.example"}
    for said, word in (
        ({"mode": "maybe"}, "mode"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ['a"b']}, "scopes"),
        ({"redirect_hosts": ["https://a.example"]}, "redirect_hosts"),
        ({"client_id_documents": "some"}, "client_id_documents"),
        ({"require_statement": True}, "statements"),
        ({"statements": {"a": issuer}}, "jwks"),
        ({"statements": {"a": issuer | {"jwks_uri": "http://directory.example/"}}}, "https"),
        ({"statements": {"a": issuer | {"jwks_uri": "https://a.example/", "jwks": {"keys": []}}}}, "one of the two"),
    ):
        assert word in problems(registration=said), said


def test_a_listener_for_certificates_is_whole_or_none() -> None:
    whole = {"bind": "0.0.0.0:8443", "address": "https://mtls.example.com", "certificate": "own.pem", "key": "own.key"}
    assert load_settings(MANUAL, **PUBLIC, mtls=whole).mtls.listens_at == ("0.0.0.0", 8443)
    assert load_settings(MANUAL, **PUBLIC, mtls=whole | {"bind": ""}).mtls.bind == ""
    for name in ("address", "certificate", "key"):
        assert f"bind needs {name} as well" in problems(**PUBLIC, mtls=whole | {name: ""})
    assert "mtls.address is the issuer's own" in problems(**PUBLIC, mtls=whole | {"address": "https://id.example.com"})
    for address in ("http://mtls.example.com", "https://mtls.example.com/", "https://mtls.example.com:443", "mtls"):
        assert "address is https://" in problems(**PUBLIC, mtls=whole | {"address": address})
    assert "bind is an address and a port" in problems(**PUBLIC, mtls=whole | {"bind": "8443"})
