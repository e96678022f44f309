"""`idp demo` where it cannot start: it says what is in the way. tests/interop/test_first_run.py has how it runs."""

import shutil
from pathlib import Path
from wsgiref.simple_server import demo_app

import pytest

from tests.browser.server import free_port, serving
from tests.process.node import ROOT, Install

pytestmark = pytest.mark.process


@pytest.fixture
def app(small_install: Install) -> Path:
    """The declaration of the demo app, in an install of its own."""
    folder = small_install.folder / "clients" / "demo"
    shutil.copytree(ROOT / "clients" / "demo", folder)
    return folder / "client.toml"


def test_it_runs_from_the_sources(small_install: Install) -> None:
    done = small_install.idp("demo")
    assert done.returncode == 78
    assert "the demo runs from the sources" in done.stderr


def test_the_app_must_say_where_it_is(small_install: Install, app: Path) -> None:
    app.write_text(
        "".join(line for line in app.read_text().splitlines(keepends=True) if not line.startswith("client_uri"))
    )
    done = small_install.idp("demo")
    assert done.returncode == 78
    assert "client_uri" in done.stderr


def test_what_is_wrong_with_a_declaration_is_said(small_install: Install, app: Path) -> None:
    app.write_text(app.read_text() + "\nunheard_of = 1\n")
    done = small_install.idp("demo")
    assert done.returncode == 78
    assert "unheard_of" in done.stderr


def test_an_address_that_is_taken_is_named_and_nothing_is_made(small_install: Install, app: Path) -> None:
    with serving(demo_app, free_port()) as address:
        app.write_text(app.read_text().replace('http://127.0.0.1:8001/"', f'{address}/"'))
        done = small_install.idp("demo")
    assert done.returncode == 1
    assert f"something answers at {address} already" in done.stderr
    assert not (small_install.folder / "portico.db").exists()


def test_the_port_of_the_emulated_facebook_is_named_too(small_install: Install, app: Path) -> None:
    """Two above Portico's own. Nothing is made, and no process is left."""
    with serving(demo_app, free_port()) as address:
        small_install.change("server", bind=f"127.0.0.1:{int(address.rpartition(':')[2]) - 2}")
        app.write_text(app.read_text().replace('http://127.0.0.1:8001/"', f'http://127.0.0.1:{free_port()}/"'))
        done = small_install.idp("demo", "--with-facebook")
    assert done.returncode == 1
    assert f"something answers at {address} already" in done.stderr
    assert not (small_install.folder / "portico.db").exists()


def test_no_emulator_beside_a_portico_that_others_reach(small_install: Install, app: Path) -> None:
    small_install.change("server", bind=f"0.0.0.0:{free_port()}")
    done = small_install.idp("demo", "--with-facebook")
    assert done.returncode == 78
    assert "the emulator of Facebook stays on this machine" in done.stderr


def test_a_facebook_of_ones_own_configuration_counts(small_install: Install, app: Path) -> None:
    """No emulator then: its port may be anybody's."""
    small_install.change("upstream.facebook", preset="facebook", client_id="1", client_secret="x")
    with serving(demo_app, free_port()) as address:
        small_install.change("server", bind=f"127.0.0.1:{int(address.rpartition(':')[2]) - 2}")
        taken = small_install.settings["server"]["issuer"]
        with serving(demo_app, int(taken.rpartition(":")[2])):
            done = small_install.idp("demo", "--with-facebook")
    assert f"something answers at {taken} already" in done.stderr
    assert address not in done.stderr
