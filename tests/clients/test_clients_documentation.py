"""docs/clients.md names every member of a client.toml, with its default, and no other."""

import re
from pathlib import Path

from idp.cli import client_files
from idp.protocol.client_metadata import MEMBERS

TEXT = (Path(__file__).parents[2] / "docs" / "clients.md").read_text("utf-8")
NOT_WRITTEN_SO = {"localized", "published_at"}  # `client_name#de`; of apps that no file declares


def test_every_member_stands_in_a_table_and_nothing_else_does() -> None:
    rows = re.findall(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|", TEXT, re.MULTILINE)
    documented = [name for row in rows for name in re.findall(r"[a-z_]+", row)]
    assert sorted(documented) == sorted((MEMBERS - NOT_WRITTEN_SO) | set(client_files.OURS))


def test_its_example_is_sound(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    assert example
    (tmp_path / "photobox").mkdir()
    (tmp_path / "photobox" / "client.toml").write_text(example[1])
    assert client_files.read(tmp_path, {}).problems == ()
