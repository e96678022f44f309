"""Accounts are closed from the server's own command line, and the background does what is due, once."""

from sqlalchemy import text

from idp.cli.opened import opened
from idp.settings.load import load_settings
from idp.store.base import db, unit_of_work
from tests.process.conftest import Run
from tests.process.node import Install


def ada(install: Install, idp_here: Run) -> str:
    return idp_here(install, "users", "add", "ada@example.com").stdout.strip()


def mails(install: Install) -> list[str]:
    with opened(load_settings(install.config)), unit_of_work():
        return list(db.session.scalars(text("SELECT kind FROM outbox ORDER BY created_at")))


def test_an_account_is_locked_and_its_owner_told(install: Install, idp_here: Run) -> None:
    ada(install, idp_here)
    assert "is locked" in idp_here(install, "users", "lock", "ada@example.com").stdout
    assert "  locked  " in idp_here(install, "users", "list").stdout
    again = idp_here(install, "users", "lock", "ada@example.com")
    assert (again.returncode, "is locked, not active" in again.stderr) == (1, True)
    assert mails(install) == ["locked"]
    assert idp_here(install, "users", "activate", "ada@example.com").returncode == 0
    assert "  active  " in idp_here(install, "users", "list").stdout


def test_an_account_is_deleted_after_the_days_of_grace_unless_its_owner_comes(install: Install, idp_here: Run) -> None:
    ada(install, idp_here)
    assert "unless they sign in" in idp_here(install, "users", "delete", "ada@example.com").stdout
    assert "  leaving  " in idp_here(install, "users", "list").stdout
    assert install.idp("tick").returncode == 0
    assert "ada@example.com" in idp_here(install, "users", "list").stdout
    assert idp_here(install, "users", "activate", "ada@example.com").returncode == 0
    with opened(load_settings(install.config)), unit_of_work():
        assert db.session.scalar(text("SELECT deletes_at FROM users")) is None, "nothing is left of it"


def test_an_account_on_hold_is_deleted_at_once(install: Install, idp_here: Run) -> None:
    """Two schedulers at the same moment delete it once, and one mail says so."""
    ada(install, idp_here)
    assert idp_here(install, "users", "suspend", "ada@example.com").returncode == 0
    assert "at the next round" in idp_here(install, "users", "delete", "ada@example.com", "--now").stdout
    with install.popen("tick") as first, install.popen("tick") as second:
        assert (first.wait(60), second.wait(60)) == (0, 0)
    assert idp_here(install, "users", "list").stdout == ""
    assert mails(install) == ["deletion_done"]
