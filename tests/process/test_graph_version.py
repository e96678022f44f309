"""A Graph version that is no more: said when the server starts, and by `idp check`; nobody is kept from starting."""

import pytest

from tests.process.node import Install, Run, Serve

pytestmark = pytest.mark.process
SAID = "upstream.facebook.graph_version: v19.0 ended on 2026-05-21; change to v26.0 and try a sign-in"


@pytest.fixture
def outdated(small_install: Install) -> Install:
    section = {"preset": "facebook", "client_id": "123", "client_secret": "x", "graph_version": "v19.0"}
    small_install.change("upstream.facebook", **section)
    return small_install


def test_the_server_says_so_and_starts(outdated: Install, serve: Serve) -> None:
    node = serve(outdated)
    assert [line["level"] for line in node.lines() if line["message"] == SAID] == ["WARNING"]


def test_the_check_finds_it(outdated: Install, idp_here: Run) -> None:
    assert idp_here(outdated, "init").returncode == 0
    done = idp_here(outdated, "check")
    assert f"WRONG  upstreams {SAID}" in done.stdout
    assert done.returncode == 1
