"""Several nodes come up and apply the same files at the same moment: the app is added once and gets one secret."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.process.node import Install

pytestmark = pytest.mark.process

NODES = 3


def test_nodes_that_apply_at_once_wait_for_one_another(tmp_path: Path, database: str) -> None:
    install = Install(tmp_path, database)
    assert install.idp("init").returncode == 0
    folder = tmp_path / "clients" / "shop"
    folder.mkdir(parents=True)
    (folder / "client.toml").write_text('redirect_uris = ["https://shop.example/in"]')
    with ThreadPoolExecutor(NODES) as pool:
        done = list(pool.map(lambda _: install.idp("clients", "apply"), range(NODES)))
    assert [ended.returncode for ended in done] == [0] * NODES, [ended.stderr for ended in done]
    said = "".join(ended.stdout for ended in done)
    assert said.count("1 to add") == 1
    assert said.count("1 unchanged") == NODES - 1
    assert len(re.findall(r"client_secret [A-Za-z0-9_-]{43} \(shown this once\)", said)) == 1
