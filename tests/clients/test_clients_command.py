"""`idp clients`, on both databases: what it says, what it changes, and that a secret is seen once."""

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from idp.cli import clients as command
from idp.cli.opened import opened
from idp.settings.load import Settings
from idp.store import clients
from idp.store.base import unit_of_work
from idp.store.clients import Client

SHOP = 'client_name = "Shop"\nredirect_uris = ["https://shop.example/in"]\n'
PUBLIC = SHOP + 'token_endpoint_auth_method = "none"\n'
SECRET = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")
NOW = 1_800_000_000

Idp = Callable[..., tuple[int, str, str]]
Declare = Callable[..., Path]


@pytest.fixture
def house(settings: Settings, tmp_path: Path) -> Settings:
    (tmp_path / "clients").mkdir()
    place = settings.clients.model_copy(update={"directory": tmp_path / "clients"})
    return settings.model_copy(update={"clients": place})


@pytest.fixture
def idp(house: Settings, capsys: pytest.CaptureFixture[str]) -> Idp:
    """Run `idp clients …`: exit code, what went to standard output, what went to standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        parser = argparse.ArgumentParser()
        command.configure(parser)
        code = command.do(parser.parse_args(words), house)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def declare(house: Settings) -> Declare:
    def write(name: str, text: str, **beside: str) -> Path:
        folder = house.clients.directory / name
        folder.mkdir(exist_ok=True)
        for file, content in beside.items():
            (folder / file).write_text(content)
        (folder / "client.toml").write_text(text)
        return folder / "client.toml"

    return write


def stored(house: Settings, client_id: str) -> Client | None:
    with opened(house) as app:
        assert isinstance(app, Flask)
        with unit_of_work():
            return clients.stored(client_id, NOW)


def accepts(house: Settings, client_id: str, secret: str) -> bool:
    app = stored(house, client_id)
    return app is not None and app.has_secret(secret)


def the_secret(text: str) -> str:
    (found,) = SECRET.findall(text)
    return str(found)


def test_plan_changes_nothing_and_apply_does_what_it_said(idp: Idp, declare: Declare, house: Settings) -> None:
    file = declare("shop", SHOP)
    code, planned, complained = idp("plan")
    assert (code, complained) == (0, "")
    assert planned.splitlines() == [
        f"+ shop ({file})",
        "    client_name: Shop",
        "    redirect_uris: https://shop.example/in",
        "    client_secret: + one, generated and shown once",
        "1 to add, 0 to change, 0 to suspend, 0 unchanged",
    ]
    assert stored(house, "shop") is None
    code, said, _ = idp("apply")
    assert (code, said[: len(planned)]) == (0, planned)
    assert accepts(house, "shop", the_secret(said))


def test_a_second_apply_finds_nothing_to_do_and_shows_no_secret(idp: Idp, declare: Declare, house: Settings) -> None:
    file = declare("shop", SHOP)
    secret = the_secret(idp("apply")[1])
    before = stored(house, "shop")
    assert idp("apply") == (0, f"= shop ({file})\n0 to add, 0 to change, 0 to suspend, 1 unchanged\n", "")
    assert stored(house, "shop") == before
    assert accepts(house, "shop", secret)
    for words in (("plan",), ("list",), ("show", "shop")):
        assert secret not in "".join(idp(*words)[1:])


def test_a_plan_can_be_checked(idp: Idp, declare: Declare) -> None:
    declare("shop", PUBLIC)
    assert idp("plan", "--check")[0] == 1
    idp("apply")
    assert idp("plan", "--check")[0] == 0


def test_a_wrong_file_stops_all_of_it_before_anything_is_changed(idp: Idp, declare: Declare, house: Settings) -> None:
    declare("a", SHOP)
    wrong = declare("b", SHOP + 'scope = ["openid"]')
    for words in (("plan",), ("apply",)):
        code, said, complained = idp(*words)
        assert (code, said) == (1, "")
        assert f"{wrong}: scope must be" in complained
    assert stored(house, "a") is None


def test_a_file_that_is_gone_suspends_and_one_that_is_back_restores(
    idp: Idp, declare: Declare, house: Settings
) -> None:
    file = declare("shop", SHOP)
    secret = the_secret(idp("apply")[1])
    file.unlink()
    assert "- shop (no file declares it any more: suspended)" in idp("apply")[1]
    assert "suspended" in idp("list")[1]
    with opened(house):
        assert clients.find("shop", NOW) is None
    declare("shop", SHOP)
    assert "state: suspended -> active" in idp("apply")[1]
    assert accepts(house, "shop", secret)


def test_a_secret_may_be_handed_over_and_followed_by_another(idp: Idp, declare: Declare, house: Settings) -> None:
    old, new = "o" * 43, "n" * 43
    declare("shop", SHOP + 'client_secret_file = "old"', old=old, new=new)
    code, said, _ = idp("apply")
    assert code == 0
    assert old not in said
    assert accepts(house, "shop", old)
    declare("shop", SHOP + 'client_secret_file = ["new", "old"]')
    idp("apply")
    assert [accepts(house, "shop", secret) for secret in (old, new)] == [True, True]
    declare("shop", SHOP + 'client_secret_file = "new"')
    assert "client_secret: - 1, no longer accepted" in idp("apply")[1]
    assert [accepts(house, "shop", secret) for secret in (old, new)] == [False, True]


def test_secrets_that_a_file_names_are_not_changed_by_hand(idp: Idp, declare: Declare) -> None:
    file = declare("shop", SHOP + 'client_secret_file = "secret"', secret="s" * 43)
    idp("apply")
    for words in (("secret", "add", "shop"), ("secret", "revoke", "shop", "x")):
        code, said, complained = idp(*words)
        assert (code, said) == (1, "")
        assert f"{file} says where the secrets of shop stand" in complained


def test_an_app_can_be_added_by_hand(idp: Idp, house: Settings) -> None:
    code, said, complained = idp(
        "add", "shop", "--redirect-uri", "https://shop.example/in", "--name", "The Shop", "--refresh"
    )
    assert code == 0
    assert "shown this once" in complained
    assert said == the_secret(said) + "\n"
    assert accepts(house, "shop", said.strip())
    app = stored(house, "shop")
    assert app is not None
    assert (app.source, app.metadata.client_name) == ("cli", "The Shop")
    assert app.metadata.grant_types == ("authorization_code", "refresh_token")
    code, said, complained = idp("add", "shop", "--redirect-uri", "https://other.example/in")
    assert (code, said) == (1, "")
    assert "client_id shop is taken" in complained
    assert stored(house, "shop") == app


def test_a_public_app_added_by_hand_has_no_secret(idp: Idp) -> None:
    code, said, _ = idp("add", "cli", "--redirect-uri", "http://127.0.0.1/in", "--public", "--native")
    assert (code, said) == (0, "")
    code, said, complained = idp("secret", "add", "cli")
    assert (code, said) == (1, "")
    assert "cli has token_endpoint_auth_method = none: it has no secret" in complained


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("a b", "--redirect-uri", "https://a.example/"), "client_id must be"),
        (("a", "--redirect-uri", "http://a.example/"), "redirect_uris: http://a.example/"),
        (("a", "--redirect-uri", "https://a.example/", "--scope", 'open"id'), "scope"),
    ],
)
def test_what_cannot_be_registered_is_refused_with_a_reason(
    idp: Idp, house: Settings, words: tuple[str, ...], says: str
) -> None:
    code, said, complained = idp("add", *words)
    assert (code, said) == (1, "")
    assert says in complained
    assert stored(house, words[0]) is None


def test_one_secret_follows_another(idp: Idp, house: Settings) -> None:
    first = idp("add", "shop", "--redirect-uri", "https://shop.example/in")[1].strip()
    second = idp("secret", "add", "shop", "--days", "90")[1].strip()
    code, said, complained = idp("secret", "add", "shop")
    assert (code, said) == (1, "")
    assert "has two live secrets already" in complained
    listed = {secret["expires_at"]: secret for secret in json.loads(idp("show", "shop")[1])["secrets"]}
    former = listed.pop(None)["id"]
    assert [secret["created_at"] + 90 * 86400 for secret in listed.values()] == list(listed)
    assert idp("secret", "revoke", "shop", former)[0] == 0
    assert [accepts(house, "shop", secret) for secret in (first, second)] == [False, True]
    code, _, complained = idp("secret", "revoke", "shop", former)
    assert code == 1
    assert "has no live secret" in complained


def test_days_are_at_least_one(idp: Idp) -> None:
    idp("add", "shop", "--redirect-uri", "https://shop.example/in")
    assert idp("secret", "add", "shop", "--days", "0")[0] == 1


@pytest.mark.parametrize("words", [("show", "nobody"), ("secret", "add", "nobody")])
def test_an_app_that_is_not_there_is_said_so(idp: Idp, words: tuple[str, ...]) -> None:
    code, said, complained = idp(*words)
    assert (code, said) == (1, "")
    assert "there is no client nobody" in complained


def test_the_list_is_a_table(idp: Idp, declare: Declare) -> None:
    declare("shop", SHOP)
    declare("report", PUBLIC.replace("https://shop.example", "http://127.0.0.1") + 'application_type = "native"')
    idp("apply")
    header, *rows = idp("list")[1].splitlines()
    assert header.split() == ["client_id", "name", "kind", "state", "source", "secrets"]
    assert [row.split() for row in rows] == [
        ["report", "Shop", "public", "native", "active", "file", "0"],
        ["shop", "Shop", "confidential", "web", "active", "file", "1"],
    ]
