"""What `idp` says and returns, from the shell."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from idp.cli.main import COMMANDS, main
from tests.databases import store_app
from tests.process.node import ROOT, START_WITHIN, Install, Run, wait_for

pytestmark = pytest.mark.process


def help_of_idp(*options: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, *options, "-m", "idp", "--help")
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)


def test_help_answers_at_once_and_without_the_application() -> None:
    took = []
    for _ in range(5):
        began = time.monotonic()
        shown = help_of_idp()
        took.append(time.monotonic() - began)
    assert min(took) < 0.3
    assert all(name in shown.stdout for name in COMMANDS)
    loaded = help_of_idp("-X", "importtime").stderr
    assert not any(name in loaded for name in ("flask", "sqlalchemy", "pydantic", "idp.settings"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert "Exit codes" in capsys.readouterr().out


@pytest.mark.parametrize("words", ["nonsense", "serve --nonsense", "users", "users nonsense", "check extra"])
def test_wrong_usage_is_2(words: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    assert ended.value.code == 2
    assert main([]) == 2


@pytest.mark.parametrize("command", ["init", "check", "tick", "users list"])
def test_settings_that_cannot_be_used_are_78_and_named(
    small_install: Install, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    small_install.change("server", issuer="http://id.example.com", wrokers=3)
    assert main([*command.split(), "--config", str(small_install.config)]) == 78
    assert "server.wrokers: there is no such setting" in capsys.readouterr().err


def test_a_settings_file_that_is_not_there_is_78(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", "elsewhere.toml"]) == 78
    assert "elsewhere.toml" in capsys.readouterr().err


def test_without_keys_serve_is_78_and_init_is_the_remedy(small_install: Install) -> None:
    done = small_install.idp("serve")
    assert done.returncode == 78
    assert "idp init" in done.stderr
    assert "Traceback" not in done.stderr


def test_init_makes_everything_once(install: Install, idp_here: Run) -> None:
    keys = {file.name: file.read_bytes() for file in (install.folder / "keys").iterdir()}
    again = idp_here(install, "init")
    assert again.returncode == 0, again.stderr
    assert "is up to date" in again.stdout
    assert "are there" in again.stdout
    assert {file.name: file.read_bytes() for file in (install.folder / "keys").iterdir()} == keys


def test_nodes_that_init_together_end_with_one_of_everything(tmp_path: Path, empty_database: str) -> None:
    install = Install(tmp_path, empty_database)
    together = [install.popen("init", stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(4)]
    for process in together:
        output, _ = process.communicate(timeout=2 * START_WITHIN)
        assert process.returncode == 0, output
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["0001.key"]
    listed = install.idp("keys", "list")
    assert listed.returncode == 0, listed.stderr
    assert [listed.stdout.count(alg) for alg in ("RS256", "ES256", "EdDSA")] == [1, 1, 1]
    assert install.idp("check").returncode == 0


@pytest.fixture
def empty_database(database: str) -> str:
    """A database without a table, of either kind."""
    if database.startswith("sqlite"):
        Path(database.removeprefix("sqlite:///")).unlink()
        return database
    with store_app(database) as app:
        engine = app.extensions["sqlalchemy"].engine
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    return database


def test_check_says_what_is_wrong_and_how_to_mend_it(install: Install, idp_here: Run) -> None:
    assert "WRONG" not in idp_here(install, "check").stdout
    (install.folder / "keys" / "0001.key").write_text("A" * 43 + "=\n")
    (install.folder / "keys" / "0001.key").chmod(0o600)
    install.change("server", trusted_proxies=["0.0.0.0/0"])
    install.change("mail", transport="smtp", host="127.0.0.1", port=1)
    install.change("mtls", bind="127.0.0.1:8443", address="https://127.0.0.1:8443", certificate="gone", key="gone")
    done = idp_here(install, "check")
    assert done.returncode == 1
    for fault, remedy in (
        ("trusted_proxies", "name your proxies"),
        ("is not the one it was sealed under", "bring that key back"),
        ("mtls.certificate", "cannot be read"),
        ("mail.sender", "nobody can be answered"),
        ("127.0.0.1:1 takes no mail", "[mail]"),
    ):
        assert any(fault in line and remedy in line for line in done.stdout.splitlines()), done.stdout


def test_check_knows_an_empty_database_and_one_that_does_not_answer(small_install: Install, idp_here: Run) -> None:
    idp_here(small_install, "init")
    small_install.change("database", url=f"sqlite:///{small_install.folder / 'other.db'}")
    empty = idp_here(small_install, "check")
    assert empty.returncode == 1
    assert "'idp init' mends it" in empty.stdout
    small_install.change("database", url="postgresql://portico:very-secret@127.0.0.1:1/portico")
    away = idp_here(small_install, "check")
    assert away.returncode == 1
    assert "does not answer" in away.stdout
    assert "very-secret" not in away.stdout + away.stderr


def test_a_declared_app_that_is_wrong_is_found(install: Install, idp_here: Run) -> None:
    (install.folder / "clients" / "shop").mkdir(parents=True)
    (install.folder / "clients" / "shop" / "client.toml").write_text('redirect_uris = ["javascript:alert(1)"]')
    done = idp_here(install, "check")
    assert done.returncode == 1
    assert "client.toml" in done.stdout


def test_tick_does_one_round(install: Install, idp_here: Run) -> None:
    done = idp_here(install, "tick")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGINT])
def test_tick_that_goes_on_ends_when_told(small_install: Install, idp_here: Run, signal_: signal.Signals) -> None:
    idp_here(small_install, "init")
    process = small_install.popen("tick", "--every", "1", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    wait_for(lambda: len(list(Path(f"/proc/{process.pid}/task").iterdir())) > 1)  # the thread that looks for mails
    process.send_signal(signal_)
    output, _ = process.communicate(timeout=START_WITHIN)
    assert process.returncode == 0, output


def test_people_are_added_listed_suspended_and_activated(install: Install, idp_here: Run) -> None:
    added = idp_here(install, "users", "add", " Ada@Example.com", "--password-stdin", stdin="Analytical-3ngine\n")
    assert added.returncode == 0, added.stderr
    user_id = added.stdout.strip()
    assert idp_here(install, "users", "add", "ada@example.com").returncode == 1
    assert user_id in idp_here(install, "users", "list", "ADA@").stdout
    assert idp_here(install, "users", "list", "nobody").stdout == ""
    assert "suspended" in idp_here(install, "users", "suspend", "ada@EXAMPLE.com").stdout
    assert "suspended" in idp_here(install, "users", "list").stdout
    assert idp_here(install, "users", "activate", user_id).returncode == 0
    assert f"{user_id}  active" in idp_here(install, "users", "list").stdout


def test_what_cannot_be_done_is_1_and_says_why(small_install: Install, idp_here: Run) -> None:
    idp_here(small_install, "init")
    for words, stdin, why in (
        (("add", "no address"), "", "not an email address"),
        (("add", "ada@example.com", "--password-stdin"), "password\n", "this password will not do"),
        (("suspend", "nobody@example.com"), "", "nobody has"),
    ):
        done = idp_here(small_install, "users", *words, stdin=stdin)
        assert done.returncode == 1
        assert why in done.stderr


def test_a_reader_that_goes_away_is_no_crash(small_install: Install, idp_here: Run) -> None:
    idp_here(small_install, "init")
    read_end, write_end = os.pipe()
    process = small_install.popen("check", stdout=write_end, stderr=subprocess.PIPE)
    os.close(read_end)
    os.close(write_end)
    _, errors = process.communicate(timeout=START_WITHIN)
    assert "Traceback" not in errors


def test_check_names_a_geoip_file_that_knows_no_places(small_install: Install, idp_here: Run) -> None:
    idp_here(small_install, "init")
    assert "ok     places" in idp_here(small_install, "check").stdout
    small_install.change("geoip", database=str(small_install.config))
    checked = idp_here(small_install, "check")
    assert checked.returncode == 1
    assert f"places    geoip.database: {small_install.config} is no MMDB database" in checked.stdout
