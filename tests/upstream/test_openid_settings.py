"""A few lines of configuration each: the examples work as they stand, and what cannot work is refused by name."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from idp.cli import check
from idp.settings.load import Settings, SettingsError, load_settings
from idp.settings.upstreams import PRESETS
from idp.upstream.registry import PRESETS as PROVIDERS
from idp.upstream.registry import Registry
from tests.clocks import Clock
from tests.emulators.openid import furnished, somewhere

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "config.toml"
PAGE = ROOT / "docs" / "upstreams.md"
GOOGLE = {"preset": "google", "client_id": "x", "client_secret": "y"}
OPENID = {**GOOGLE, "preset": "openid", "issuer": "https://sso.example"}
APPLE = {"preset": "apple", "client_id": "x", "team_id": "ABCDE12345", "key_id": "FGHIJ67890", "private_key": "z"}


def of_manual() -> dict[str, Any]:
    """The sections that stand in config.toml as comments, with the comment signs taken away."""
    text = MANUAL.read_text("utf-8")
    lines = text[text.index("# [upstream.") :].splitlines()
    found = tomllib.loads("\n".join(line.removeprefix("# ").removeprefix("#") for line in lines))["upstream"]
    assert isinstance(found, dict)
    return found


def of_page() -> dict[str, Any]:
    blocks = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return {name: section for block in blocks for name, section in tomllib.loads(block)["upstream"].items()}


def loaded(**upstream: object) -> Settings:
    return load_settings(MANUAL, upstream=upstream)


def refusal(**upstream: object) -> str:
    with pytest.raises(SettingsError) as refused:
        loaded(**upstream)
    return "\n".join(refused.value.problems)


@pytest.mark.parametrize("examples", [of_manual, of_page])
def test_every_example_is_a_configuration_that_works(examples: Any) -> None:
    sections = examples()
    registry = Registry.of(loaded(**sections))
    assert [registered.name for registered in registry] == list(sections)
    assert all(len(section) <= 9 for section in sections.values())


def test_there_is_an_example_of_each_kind() -> None:
    assert {section["preset"] for section in of_manual().values()} == set(PRESETS) == set(PROVIDERS)
    assert set(PRESETS) - {"facebook"} == {section["preset"] for section in of_page().values()}


def test_the_page_names_every_setting() -> None:
    page = PAGE.read_text("utf-8")
    fields = {name for section in loaded(**of_page()).upstream.values() for name in type(section).model_fields}
    assert [name for name in sorted(fields) if not re.search(rf"\b{name}\b", page)] == []


@pytest.mark.parametrize("name", list(of_page()))
def test_the_page_says_what_to_enter_there(name: str) -> None:
    if name != "work":  # "the two addresses above"
        assert f"https://id.example.com/login/{name}/callback" in PAGE.read_text("utf-8")


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (
            {**GOOGLE, "preset": "goggle"},
            "there.preset must be one of facebook, openid, google, microsoft, apple, github",
        ),
        ({"client_id": "x"}, "there.preset must be one of"),
        ({**GOOGLE, "client_secret": ""}, "client_secret is needed for client_auth = 'client_secret_basic'"),
        ({**GOOGLE, "client_id": ""}, "client_id"),
        ({**GOOGLE, "secret": "x"}, "upstream.there.google.secret: there is no such setting"),
        ({**OPENID, "issuer": ""}, "issuer"),
        ({**OPENID, "issuer": "http://sso.example"}, "issuer must be an https:// address"),
        ({**OPENID, "issuer": "https://user@sso.example"}, "issuer must be an https:// address"),
        ({**OPENID, "issuer": "https://sso.example?x=1"}, "issuer must be an https:// address"),
        ({**OPENID, "issuer": "https://sso.example//"}, "issuer must be an https:// address"),
        ({**OPENID, "scope": "email"}, "scope"),
        ({**OPENID, "claims": {"sub": "email"}}, "claims.sub"),
        ({**OPENID, "acr": {"x": "three_factors"}}, "acr.x"),
        ({**OPENID, "client_auth": "private_key_jwt"}, "client_auth"),
        ({**OPENID, "domains": ["Corp.example"]}, "domains.0"),
        ({**OPENID, "domains": ["@corp.example"]}, "domains.0"),
        ({**GOOGLE, "preset": "microsoft", "tenant": "contoso.example"}, "tenant"),
        ({**GOOGLE, "preset": "microsoft", "tenants": ["common"]}, "tenants.0"),
        ({**APPLE, "private_key": ""}, "private_key"),
        ({**APPLE, "team_id": "abc"}, "team_id"),
        ({**GOOGLE, "preset": "github", "client_secret": ""}, "client_secret"),
        ({**GOOGLE, "preset": "github", "web_url": "http://git.example"}, "https://"),
    ],
)
def test_what_cannot_work_is_refused_by_name(section: dict[str, object], said: str) -> None:
    assert said in refusal(there=section)


@pytest.mark.parametrize("name", ["Google", "my google", "x" * 33, "a_b", "../x", ""])
def test_a_name_fits_into_an_address(name: str) -> None:
    assert "upstream" in refusal(**{name: GOOGLE})


def test_one_domain_leads_to_one_provider() -> None:
    corp = {**OPENID, "domains": ["corp.example"]}
    assert "corp.example is in first.domains and in second.domains" in refusal(first=corp, second=corp)


def test_public_clients_and_loopback_issuers_are_taken() -> None:
    loaded(there={**OPENID, "client_secret": "", "client_auth": "none", "issuer": "http://127.0.0.1:5001/realm"})
    loaded(there={**OPENID, "issuer": "https://tenant.example/"})


def test_secrets_come_from_the_environment_and_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[upstream.google]\npreset = "google"\nclient_id = "x"\n'
        '[upstream.my-work]\npreset = "github"\nclient_id = "x"\n'
    )
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "upstream__my-work__client_secret").write_text("of a file\n")
    monkeypatch.setenv("IDP_SECRETS", str(tmp_path / "secrets"))
    monkeypatch.setenv("IDP_UPSTREAM__GOOGLE__CLIENT_SECRET", "of the environment")
    read = load_settings(tmp_path / "config.toml").upstream
    found = {name: section.client_secret.get_secret_value() for name, section in read.items()}
    assert found == {"google": "of the environment", "my-work": "of a file"}
    assert "of the environment" not in repr(read)


def test_a_refusal_repeats_no_secret() -> None:
    assert "hunter2" not in refusal(there={**OPENID, "client_secret": "hunter2", "issuer": "hunter2"})
    assert "hunter2" not in refusal(there={**APPLE, "private_key": ["hunter2"]})


@pytest.mark.parametrize(
    ("lie", "said"), [("", ""), ("discovery: another issuer", "issuer"), ("keys: down", "keys: 503")]
)
def test_the_check_asks_each_provider_where_it_is_told_to(app: Flask, clock: Clock, lie: str, said: str) -> None:
    with somewhere() as there, app.app_context():
        there.provider.lie = lie
        furnished(app, there)
        found = [finding.sentence for finding in check.of_providers(app.extensions["portico"], clock.now())]
    assert len(found) == bool(said)
    assert all(said in sentence and sentence.startswith("upstream.somewhere: ") for sentence in found)
