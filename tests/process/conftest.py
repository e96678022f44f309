"""Installs of a test's own, on both databases, and the servers it starts from them."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from io import StringIO
from pathlib import Path

import pytest

from idp.cli.main import main
from tests.process.node import Done, Install, Node, Run, Serve, free_port, serving


@pytest.fixture
def install(tmp_path: Path, database: str, idp_here: Run) -> Install:
    """What `idp init` leaves behind, on either database."""
    folder = tmp_path / "install"
    folder.mkdir()
    install = Install(folder, database)
    install.change("server", issuer=f"http://127.0.0.1:{free_port()}", workers=1, drain_for=10)
    done = idp_here(install, "init")
    assert done.returncode == 0, done.stderr
    return install


@pytest.fixture
def small_install(tmp_path: Path) -> Install:
    """The same on SQLite, for what has nothing to do with the store; nothing is made yet."""
    folder = tmp_path / "install"
    folder.mkdir()
    install = Install(folder, f"sqlite:///{folder / 'portico.db'}")
    install.change("server", issuer=f"http://127.0.0.1:{free_port()}", workers=1, drain_for=10)
    return install


@pytest.fixture
def idp_here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """`idp` in this process, which saves the second that a new one takes to start; logging is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run(install: Install, *words: str, stdin: str = "") -> Done:
        monkeypatch.setattr("sys.stdin", StringIO(stdin))
        capsys.readouterr()
        code = main([*words, "--config", str(install.config)])
        return Done(code, *capsys.readouterr())

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start `idp serve` of an install, as often as called; each ends with the test."""
    with ExitStack() as running:

        def start(install: Install, *words: str, port: int | None = None) -> Node:
            if not (install.folder / "keys").is_dir():
                assert install.idp("init").returncode == 0
            node = running.enter_context(serving(install, *words, port=port))
            node.wait_until_ready()
            return node

        yield start
