"""The folder keys/ and the private halves that are wrapped under it."""

import base64
import shutil
import threading
from pathlib import Path

import pytest

from idp.signing.wrapping import BadWrapping, KeyFolder, KeyFolderError, wrapped_under

PRIVATE = b"the private half of a key"
ROW = b"signing key RS256 abc"


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder.create_first(tmp_path / "keys")


def put(folder: KeyFolder, name: str, secret: bytes = b"k" * 32) -> Path:
    file = folder.directory / name
    file.write_bytes(base64.b64encode(secret) + b"\n")
    file.chmod(0o600)
    return file


def test_the_first_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = KeyFolder.create_first(tmp_path / "keys")
    again = KeyFolder.create_first(tmp_path / "keys")
    assert first.sealing_key == again.sealing_key
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["0001.key"]
    assert (tmp_path / "keys" / "0001.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_processes_that_start_together_end_with_one_key(tmp_path: Path) -> None:
    together = threading.Barrier(8)
    seen: list[bytes] = []

    def start() -> None:
        together.wait()
        seen.append(KeyFolder.create_first(tmp_path / "keys").sealing_key.secret)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["0001.key"]


def test_a_wrapped_private_half_opens_in_its_own_row_alone(folder: KeyFolder) -> None:
    wrapped = folder.wrap(PRIVATE, ROW)
    assert folder.unwrap(wrapped, ROW) == PRIVATE
    with pytest.raises(BadWrapping):
        folder.unwrap(wrapped, b"signing key ES256 abc")


def test_the_same_private_half_never_looks_the_same_twice(folder: KeyFolder) -> None:
    assert folder.wrap(PRIVATE, ROW) != folder.wrap(PRIVATE, ROW)


@pytest.mark.parametrize("text", ["", "AQ==", "not base64 at all!", "AgAB" + "A" * 80, "é"])
def test_what_was_never_wrapped_is_refused(folder: KeyFolder, text: str) -> None:
    with pytest.raises(BadWrapping, match="not a wrapped private half"):
        folder.unwrap(text, ROW)


def test_a_changed_byte_is_noticed(folder: KeyFolder) -> None:
    raw = bytearray(base64.urlsafe_b64decode(folder.wrap(PRIVATE, ROW)))
    for place in range(3, len(raw)):
        changed = bytes([*raw[:place], raw[place] ^ 1, *raw[place + 1 :]])
        with pytest.raises(BadWrapping):
            folder.unwrap(base64.urlsafe_b64encode(changed).decode(), ROW)


def test_a_missing_key_is_named(folder: KeyFolder) -> None:
    wrapped = folder.wrap(PRIVATE, ROW)
    put(folder, "0002.key")
    (folder.directory / "0001.key").unlink()
    with pytest.raises(BadWrapping, match=r"sealed under 0001\.key, which is not in"):
        KeyFolder.open(folder.directory).unwrap(wrapped, ROW)


def test_another_key_of_the_same_number_is_recognised(folder: KeyFolder) -> None:
    wrapped = folder.wrap(PRIVATE, ROW)
    put(folder, "0001.key")
    with pytest.raises(BadWrapping, match=r"is not the one it was sealed under"):
        KeyFolder.open(folder.directory).unwrap(wrapped, ROW)


def test_the_highest_key_seals_and_every_key_opens(folder: KeyFolder) -> None:
    before = folder.wrap(PRIVATE, ROW)
    put(folder, "0002.key")
    assert folder.reread()
    after = folder.wrap(PRIVATE, ROW)
    assert (wrapped_under(before), wrapped_under(after)) == (1, 2)
    assert folder.unwrap(before, ROW) == folder.unwrap(after, ROW) == PRIVATE
    assert [key.number for key in folder.all_keys] == [2, 1]


def test_a_prepared_key_opens_before_it_seals(folder: KeyFolder, tmp_path: Path) -> None:
    assert folder.prepare() == 2
    assert folder.prepare() == 2, "preparing again makes no third key"
    elsewhere = KeyFolder.open(Path(shutil.copytree(folder.directory, tmp_path / "elsewhere")))
    assert wrapped_under(folder.wrap(PRIVATE, ROW)) == 1
    assert folder.promote() == 2
    sealed_here = folder.wrap(PRIVATE, ROW)
    assert wrapped_under(sealed_here) == 2
    assert elsewhere.unwrap(sealed_here, ROW) == PRIVATE, "a node that is behind can read it"
    assert wrapped_under(elsewhere.wrap(PRIVATE, ROW)) == 1
    assert {file.name for file in folder.directory.iterdir()} == {"0001.key", "0002.key"}


def test_a_key_that_has_just_arrived_is_found_without_a_restart(folder: KeyFolder, tmp_path: Path) -> None:
    elsewhere = KeyFolder.open(Path(shutil.copytree(folder.directory, tmp_path / "elsewhere")))
    folder.prepare()
    folder.promote()
    wrapped = folder.wrap(PRIVATE, ROW)
    with pytest.raises(BadWrapping, match=r"0002\.key"):
        elsewhere.unwrap(wrapped, ROW)
    shutil.copy(folder.directory / "0002.key", elsewhere.directory)
    assert elsewhere.unwrap(wrapped, ROW) == PRIVATE


def test_a_key_and_its_own_copy_still_called_next_are_one_key(folder: KeyFolder) -> None:
    put(folder, "0002.next")
    put(folder, "0002.key")
    folder.reread()
    assert folder.sealing_key.number == 2


def test_two_different_keys_of_one_number_are_refused(folder: KeyFolder) -> None:
    put(folder, "0002.next", b"a" * 32)
    put(folder, "0002.key", b"b" * 32)
    with pytest.raises(KeyFolderError, match="two different keys with the number 0002"):
        folder.reread()
    assert folder.sealing_key.number == 1, "the keys read before stand"


def test_a_folder_that_breaks_under_a_running_server_leaves_the_keys_it_has(folder: KeyFolder) -> None:
    wrapped = folder.wrap(PRIVATE, ROW)
    put(folder, "0002.key", b"too short")
    with pytest.raises(KeyFolderError):
        folder.reread()
    with pytest.raises(BadWrapping, match=r"0009\.key"):
        folder.unwrap(base64.urlsafe_b64encode(b"\x01\x00\x09" + bytes(60)).decode(), ROW)
    assert folder.unwrap(wrapped, ROW) == PRIVATE


@pytest.mark.parametrize("mode", [0o604, 0o620, 0o666, 0o640 | 0o001])
def test_a_key_that_others_can_touch_is_refused(folder: KeyFolder, mode: int) -> None:
    (folder.directory / "0001.key").chmod(mode)
    with pytest.raises(KeyFolderError, match="chmod 600"):
        KeyFolder.open(folder.directory)


def test_a_key_mounted_for_the_group_is_taken(folder: KeyFolder) -> None:
    (folder.directory / "0001.key").chmod(0o440)
    assert KeyFolder.open(folder.directory).sealing_key.number == 1


@pytest.mark.parametrize(
    "content", [b"", b"secret", b"!" * 44, base64.b64encode(b"k" * 31), base64.b64encode(b"k" * 33)]
)
def test_a_file_that_holds_no_key_is_named(folder: KeyFolder, content: bytes) -> None:
    (folder.directory / "0001.key").write_bytes(content)
    with pytest.raises(KeyFolderError, match=r"0001\.key must hold 32 bytes in base64"):
        KeyFolder.open(folder.directory)


def test_a_folder_without_a_key_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(KeyFolderError, match="idp init"):
        KeyFolder.open(tmp_path / "nowhere")
    with pytest.raises(KeyFolderError, match="idp init"):
        KeyFolder.open(tmp_path)
    (tmp_path / "README.md").touch()
    (tmp_path / "0002.next").write_bytes(base64.b64encode(b"k" * 32))
    (tmp_path / "0002.next").chmod(0o600)
    with pytest.raises(KeyFolderError, match="holds no key"):
        KeyFolder.open(tmp_path)


def test_a_folder_that_cannot_be_written_says_which_file_to_rename(folder: KeyFolder) -> None:
    folder.prepare()
    (folder.directory / "0002.next").unlink()
    with pytest.raises(KeyFolderError, match=r"0002\.next cannot be renamed to 0002\.key"):
        folder.promote()


def test_no_secret_shows_in_a_repr(folder: KeyFolder) -> None:
    assert "secret" not in repr(folder.sealing_key)
    assert repr(folder.sealing_key.secret)[2:-1] not in repr(folder.sealing_key)
