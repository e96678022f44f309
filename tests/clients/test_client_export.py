"""`idp clients export`: after it, `plan` finds nothing to do, whatever the app is."""

import argparse
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from idp.cli import client_export
from idp.cli import clients as command
from idp.cli.client_files import BadFile, read
from idp.cli.opened import opened
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.machine_registration import Policy, registered
from idp.protocol.scope import Scope
from idp.settings.load import Settings
from idp.store import client_secrets, clients
from idp.store.base import fingerprint, unit_of_work
from idp.store.client_secrets import StoredSecret
from idp.store.clients import Client

NOW = 1_800_000_000
WIDE = Policy(
    Scope.parse("openid profile files.read"), ("authorization_code", "client_credentials"), require_pkce=False
)
KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "key_ops": ["verify"]}
MACHINE_MADE: tuple[dict[str, Any], ...] = (
    {"redirect_uris": ["https://a.example/cb"]},
    {"redirect_uris": ["https://a.example/cb"], "client_name": 'A "quoted" \\ name', "client_name#de": "Ä"},
    {"redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": "none"},
    {"redirect_uris": ["com.example.a:/cb"], "token_endpoint_auth_method": "none", "default_max_age": 0},
    {
        "redirect_uris": ["https://a.example/cb"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [KEY]},
    },
    {"grant_types": ["client_credentials"], "scope": "files.read"},
)
BY_HAND = ClientMetadata.register(
    {
        "redirect_uris": ["https://a.example/cb"],
        "token_endpoint_auth_method": "none",
        "allowed_origins": [],
        "scope": "openid files.read",
        "scope_sentences": {"files.read": "Read your files", "files.read#de": "Deine Dateien lesen"},
    }
)


def parsed(metadata: ClientMetadata) -> dict[str, Any]:
    return tomllib.loads(client_export.text(Client("shop", metadata), "shop"))


@pytest.mark.parametrize("said", MACHINE_MADE, ids=lambda said: ",".join(said))
def test_the_file_comes_to_the_same_registration(said: dict[str, Any]) -> None:
    metadata = registered(said, WIDE)
    assert ClientMetadata.register(parsed(metadata)) == metadata


def test_a_default_that_was_taken_back_is_written() -> None:
    members = parsed(BY_HAND)
    assert members["allowed_origins"] == []
    assert ClientMetadata.register(members) == BY_HAND


def test_what_is_so_by_itself_is_left_out() -> None:
    members = parsed(ClientMetadata.register({"redirect_uris": ["https://a.example/cb"]}))
    assert members == {"redirect_uris": ["https://a.example/cb"]}


def test_what_toml_cannot_say_is_said() -> None:
    keys = {"jwks": {"keys": [KEY | {"note": None}]}, "token_endpoint_auth_method": "private_key_jwt"}
    with pytest.raises(BadFile, match="null"):
        parsed(registered({"redirect_uris": ["https://a.example/cb"], **keys}, WIDE))


def test_what_the_rules_refuse_by_now_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="client_name"):
        parsed(ClientMetadata(client_name="\n", redirect_uris=("https://a.example/cb",)))


def test_a_place_that_is_none(tmp_path: Path) -> None:
    shop = Client("shop", BY_HAND)
    for app, name in ((Client("https://a.example/x", BY_HAND), "shop"), (shop, "../x"), (shop, ".x")):
        with pytest.raises(BadFile):
            client_export.place(app, tmp_path, name)
    with pytest.raises(BadFile, match="suspended"):
        client_export.place(Client("shop", BY_HAND, state="suspended"), tmp_path, "shop")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "client.toml").touch()
    with pytest.raises(BadFile, match="there already"):
        client_export.place(shop, tmp_path, "shop")


@pytest.fixture
def house(settings: Settings, tmp_path: Path) -> Settings:
    (tmp_path / "clients").mkdir()
    place = settings.clients.model_copy(update={"directory": tmp_path / "clients"})
    return settings.model_copy(update={"clients": place})


@pytest.fixture
def idp(house: Settings, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str) -> tuple[int, str, str]:
        parser = argparse.ArgumentParser()
        command.configure(parser)
        code = command.do(parser.parse_args(words), house)
        return code, *capsys.readouterr()

    return run


def test_after_it_plan_finds_nothing_to_do(house: Settings, idp: Callable[..., tuple[int, str, str]]) -> None:
    """The secret stays what it was, and is not in the file."""
    app = Client("abc123", registered(MACHINE_MADE[1], WIDE), source="registration")
    with opened(house), unit_of_work():
        assert clients.added(app, NOW)
        assert client_secrets.added(StoredSecret("s" * 22, "abc123", fingerprint("x" * 43), NOW))
    code, _, told = idp("export", "abc123", "--name", "quoted")
    assert code == 0, told
    assert "quoted/client.toml" in told
    file = house.clients.directory / "quoted" / "client.toml"
    assert 'client_id = "abc123"' in file.read_text()
    assert "x" * 43 not in file.read_text()
    assert [declared.client_id for declared in read(house.clients.directory, {}).apps] == ["abc123"]
    assert idp("plan", "--check") == (0, f"= abc123 ({file})\n0 to add, 0 to change, 0 to suspend, 1 unchanged\n", "")
    assert idp("export", "abc123", "--name", "quoted")[0] == 1
    assert idp("export", "nobody")[0] == 1
