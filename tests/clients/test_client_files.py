"""clients/NAME/client.toml: what may stand there, and what is said about what may not."""

from pathlib import Path

import pytest

from idp.cli import client_files
from idp.cli.client_files import Declarations
from idp.protocol.scope import Scope

PLAIN = 'redirect_uris = ["https://shop.example/in"]\n'
SECRET = "s" * 43
OTHER = "t" * 43
ENVIRONMENT = {"SECRET": SECRET, "OTHER": OTHER, "SHORT": "s" * 31, "SPACED": f"{SECRET} {SECRET}"}


def declare(folder: Path, name: str, text: str | bytes) -> Path:
    file = folder / name / "client.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def read(folder: Path) -> Declarations:
    return client_files.read(folder, ENVIRONMENT)


def problem(folder: Path, text: str | bytes) -> str:
    file = declare(folder, "shop", text)
    found = read(folder)
    assert found.apps == ()
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"{file}: ")
    return found.problems[0].removeprefix(f"{file}: ")


def test_the_folder_names_the_app(tmp_path: Path) -> None:
    file = declare(tmp_path, "shop", PLAIN + 'client_name = "Shop"\n"client_name#de" = "Laden"\nscope = "openid email"')
    (app,) = read(tmp_path).apps
    assert (app.client_id, app.file, app.secrets) == ("shop", file, None)
    assert app.metadata.redirect_uris == ("https://shop.example/in",)
    assert app.metadata.scope == Scope.parse("openid email")
    assert app.metadata.localized_name("de") == "Laden"


def test_the_file_may_name_it_otherwise(tmp_path: Path) -> None:
    declare(tmp_path, "shop", PLAIN + 'client_id = "s6BhdRkqt3"')
    assert read(tmp_path).apps[0].client_id == "s6BhdRkqt3"


def test_apps_come_in_the_order_of_their_folders_and_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("b", "a"):
        declare(tmp_path, name, PLAIN)
    (tmp_path / "empty").mkdir()
    (tmp_path / "README.md").write_text("about these apps")
    assert [app.client_id for app in read(tmp_path).apps] == ["a", "b"]


def test_a_missing_folder_is_a_problem_and_an_empty_one_is_not(tmp_path: Path) -> None:
    assert read(tmp_path) == Declarations((), ())
    assert "there is no such folder" in read(tmp_path / "nowhere").problems[0]


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    declare(tmp_path, "a", PLAIN)
    first, second = declare(tmp_path, "b", "scope = 1"), declare(tmp_path, "c", "no toml")
    assert [text.partition(": ")[0] for text in read(tmp_path).problems] == [str(first), str(second)]


def test_two_files_cannot_be_one_app(tmp_path: Path) -> None:
    first = declare(tmp_path, "a", PLAIN)
    second = declare(tmp_path, "b", PLAIN + 'client_id = "a"')
    assert read(tmp_path).problems == (f"{second}: client_id: a is the app of {first}",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("redirect_uris = [", "it cannot be read: "),
        (b"\xff\xfe", "it cannot be read: "),
        (PLAIN + 'redirect_uri = "https://shop.example/in"', "redirect_uri: there is no such member"),
        (PLAIN + "require_pcke = true", "require_pcke: there is no such member"),
        (PLAIN + 'client_secret = "hunter2"', "client_secret: there is no such member"),
        (PLAIN + "client_id = 7", "client_id: "),
        (PLAIN + 'client_id = ""', "client_id: "),
        (PLAIN + 'client_id = "a:b"', "client_id: "),
        ('redirect_uris = ["http://shop.example/in"]', "redirect_uris: "),
        ('redirect_uris = ["https://shop.example/*"]', "redirect_uris: "),
        ('client_name = "Shop"', "redirect_uris "),
        (PLAIN + 'scope = ["openid"]', "scope "),
        (PLAIN + 'grant_types = ["password"]', "grant_types "),
    ],
)
def test_what_may_not_stand_there_is_named(tmp_path: Path, text: str | bytes, says: str) -> None:
    assert problem(tmp_path, text).startswith(says)


def test_a_folder_that_is_no_client_id_needs_one_in_the_file(tmp_path: Path) -> None:
    declare(tmp_path, "my shop", PLAIN)
    assert "client_id: " in read(tmp_path).problems[0]
    declare(tmp_path, "my shop", PLAIN + 'client_id = "my-shop"')
    assert read(tmp_path).apps[0].client_id == "my-shop"


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ('client_secret_env = "SECRET"', (SECRET,)),
        ('client_secret_env = ["SECRET", "OTHER"]', (SECRET, OTHER)),
        ('client_secret_file = "secret"', (OTHER,)),
        ('client_secret_env = "SECRET"\nclient_secret_file = ["secret"]', (SECRET, OTHER)),
    ],
)
def test_a_secret_may_come_from_the_environment_or_a_file_beside(
    tmp_path: Path, text: str, secrets: tuple[str, ...]
) -> None:
    file = declare(tmp_path, "shop", PLAIN + text)
    (file.parent / "secret").write_text(f"{OTHER}\n")
    (app,) = read(tmp_path).apps
    assert app.secrets == secrets
    assert SECRET not in repr(app)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('client_secret_env = "MISSING"', "client_secret_env: the environment has no MISSING"),
        ('client_secret_file = "missing"', "client_secret_file: there is no file missing"),
        ('client_secret_file = "."', "client_secret_file: there is no file ."),
        ('client_secret_env = "SHORT"', "client_secret_env: the secret in SHORT must be 32 to 255 characters"),
        ('client_secret_env = "SPACED"', "client_secret_env: the secret in SPACED must be 32 to 255 characters"),
        ("client_secret_env = []", "client_secret_env: name one secret, or two different ones"),
        ('client_secret_env = ["SECRET", "SECRET"]', "client_secret_env: name one secret, or two different ones"),
        ("client_secret_env = [1]", "client_secret_env: the environment has no 1"),
        ("client_secret_env = 1", "client_secret_env: "),
        (
            'token_endpoint_auth_method = "none"\nclient_secret_env = "SECRET"',
            "client_secret_env: a client with token_endpoint_auth_method = none has no secret",
        ),
    ],
)
def test_a_secret_that_cannot_be_used_is_named_and_not_shown(tmp_path: Path, text: str, says: str) -> None:
    said = problem(tmp_path, PLAIN + text)
    assert said.startswith(says)
    assert "sss" not in said


def test_the_samples_of_this_repository_are_sound() -> None:
    samples = client_files.read(Path(__file__).parents[2] / "clients", {})
    assert samples.problems == ()
    assert {"demo", "report"} <= {app.client_id for app in samples.apps}
