"""`idp keys`, from the shell and under a running server."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from idp.signing.keys import generate
from tests.process.conftest import Serve
from tests.process.node import Install, Node, wait_for

pytestmark = pytest.mark.process
LINE = re.compile(r"(RS256|ES256|EdDSA) +(current|next|retiring) +([A-Za-z0-9_-]{43})  (.+)")
ALGORITHMS = {"RS256", "ES256", "EdDSA"}


def done(install: Install, *words: str) -> str:
    finished = install.idp("keys", *words)
    assert (finished.returncode, finished.stderr) == (0, ""), finished.stderr
    return finished.stdout


def refused(finished: subprocess.CompletedProcess[str], because: str) -> None:
    assert finished.returncode == 1
    assert because in finished.stderr
    assert "Traceback" not in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


def listed(shown: str) -> dict[tuple[str, str], tuple[str, str]]:
    """(algorithm, state) → (kid, what happens to it)."""
    found = [match.groups() for line in shown.splitlines() if (match := LINE.fullmatch(line))]
    return {(alg, state): (kid, outlook) for alg, state, kid, outlook in found}


def published(node: Node) -> set[str]:
    keys = json.loads(node.request("GET", "/jwks.json")[1])["keys"]
    return {key["kid"] for key in keys if key["use"] == "sig"}


def pem(folder: Path, alg: str) -> tuple[Path, str]:
    key = generate(alg)
    file = folder / f"{alg}.pem"
    file.write_bytes(key.private.as_pem(private=True))
    return file, key.kid


@pytest.fixture
def made(small_install: Install) -> Install:
    assert small_install.idp("init").returncode == 0
    return small_install


@pytest.mark.conformance("oidcc-server-rotate-keys")
def test_rotations_reach_a_running_server_by_themselves(install: Install, serve: Serve) -> None:
    install.change("keys", ring_cache=1)
    node = serve(install)
    before = published(node)
    begun = listed(done(install, "rotate"))
    assert begun.keys() == {(alg, state) for alg in ALGORITHMS for state in ("current", "next")}
    assert all((state == "next") == outlook.startswith("signs from ") for (_, state), (_, outlook) in begun.items())
    wait_for(lambda: published(node) == {kid for kid, _ in begun.values()})
    assert before < published(node)
    shown = done(install, "rotate", "--now")
    replaced = {kid for kid, _ in listed(shown).values()}
    assert len(replaced) == 3
    assert "3601 seconds" in shown, "how long apps may believe the stolen key"
    wait_for(lambda: published(node) == replaced)
    assert '"level":"ERROR"' not in node.log


def test_keys_are_taken_from_pem_files(made: Install) -> None:
    next_one, kid = pem(made.folder, "ES256")
    assert listed(done(made, "import", str(next_one)))["ES256", "next"][0] == kid
    refused(made.idp("keys", "import", str(next_one), "--now"), "among the keys already")
    at_once, kid = pem(made.folder, "RS256")
    after = listed(done(made, "import", str(at_once), "--now"))
    assert after["RS256", "current"][0] == kid
    assert after["RS256", "retiring"][1].startswith("leaves the published keys ")


def test_what_cannot_be_imported_is_refused_in_one_sentence(made: Install) -> None:
    refused(made.idp("keys", "import", "nowhere.pem"), "nowhere.pem: No such file or directory")
    refused(made.idp("keys", "import", str(made.config)), "no private key that can be read in PEM")
    made.change("keys", algorithms=["RS256"])
    refused(made.idp("keys", "import", str(pem(made.folder, "EdDSA")[0])), "not among keys.algorithms")


def test_the_sealing_key_changes_in_two_steps(made: Install) -> None:
    assert "0002.next" in done(made, "reseal", "--prepare")
    assert {outlook[-8:] for _, outlook in listed(done(made, "list")).values()} == {"0001.key"}
    shown = done(made, "reseal")
    assert "3 private halves were sealed again" in shown
    assert "Keep 0001.key" in shown
    assert {outlook[-8:] for _, outlook in listed(done(made, "list")).values()} == {"0002.key"}


def test_an_install_without_a_database_or_keys_says_what_to_do(small_install: Install) -> None:
    lost = small_install.idp("keys", "list")
    assert lost.returncode == 78
    assert "idp init" in lost.stderr
    assert small_install.idp("init").returncode == 0
    (small_install.folder / "portico.db").unlink()
    refused(small_install.idp("keys", "list"), "idp check")
