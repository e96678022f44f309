"""`idp registration token`: made with a policy, seen once, listed without it, revoked."""

import argparse
import re
from collections.abc import Callable

import pytest

from idp import clock
from idp.cli import registration as command
from idp.cli.opened import opened
from idp.protocol.machine_registration import Policy
from idp.protocol.scope import Scope
from idp.settings.load import Settings
from idp.store import initial_access_tokens
from idp.store.base import fingerprint

Idp = Callable[..., tuple[int, str, str]]


@pytest.fixture
def idp(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Idp:
    def run(*words: str) -> tuple[int, str, str]:
        parser = argparse.ArgumentParser()
        command.configure(parser)
        code = command.do(parser.parse_args(("token", *words)), settings)
        return code, *capsys.readouterr()

    return run


def test_a_token_is_made_listed_and_revoked(idp: Idp, settings: Settings) -> None:
    code, token, told = idp(
        "add", "--label", "the bank", "--apps", "3", "--scope", "openid", "--redirect-host", "a.example"
    )
    assert code == 0
    assert re.fullmatch(r"[\w-]{43}\n", token)
    assert "registration.mode is off" in told
    with opened(settings):
        found = initial_access_tokens.find(fingerprint(token.strip()), clock.now())
    assert found is not None
    grants = ("authorization_code", "refresh_token")
    assert found.policy == Policy(Scope(("openid",)), grants, ("a.example",), require_pkce=True)
    assert (found.left, found.label, found.expires_at - found.created_at) == (3, "the bank", 7 * 86400)
    _, listed, _ = idp("list")
    assert re.search(rf"{found.id} +3 .*openid +a\.example +the bank", listed)
    assert token.strip() not in listed
    assert idp("revoke", found.id)[0] == 0
    assert found.id not in idp("list")[1]
    assert idp("revoke", found.id)[0] == 1


@pytest.mark.parametrize(
    "words",
    [
        ("--apps", "0"),
        ("--days", "4000"),
        ("--scope", '"'),
        ("--grant-type", "password"),
        ("--redirect-host", "https://a.example"),
        ("--label", "a\nb"),
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_makes_no_token(idp: Idp, words: tuple[str, ...]) -> None:
    code, token, told = idp("add", *words)
    assert (code, token) == (1, "")
    assert words[0] in told
