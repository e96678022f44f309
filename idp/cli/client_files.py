"""clients/NAME/client.toml: what a deployment says about its apps, read and checked before anything is changed.

The names are those of RFC 7591 and OpenID Connect Registration. Three more belong to the file alone: `client_id`
(else the folder's name), and `client_secret_env` or `client_secret_file`, which name where a secret stands.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import OAuthError
from idp.store.client_secrets import MOST_LIVE

NAME = "client.toml"
CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,255}")
SECRET = re.compile(r"[\x21-\x7e]{32,255}")
SECRET_MEMBERS = ("client_secret_env", "client_secret_file")
OURS = ("client_id", *SECRET_MEMBERS)


class BadFile(Exception):
    """One thing that is wrong with one file; the sentence names the member."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One app of one file. `secrets` is None where the file leaves them to `apply` and `idp clients secret`."""

    client_id: str
    metadata: ClientMetadata
    file: Path
    secrets: tuple[str, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Declarations:
    """All files of a folder. With `problems`, each naming file and member, nothing may be applied."""

    apps: tuple[Declared, ...]
    problems: tuple[str, ...]


def read(directory: Path, environment: Mapping[str, str]) -> Declarations:
    """Every NAME/client.toml of the folder; other files and folders are none of our business."""
    if not directory.is_dir():
        return Declarations((), (f"{directory}: there is no such folder (setting clients.directory)",))
    apps: dict[str, Declared] = {}
    problems = []
    for file in sorted(directory.glob(f"*/{NAME}")):
        try:
            app = _declared(file, environment)
            if app.client_id in apps:
                raise BadFile(f"client_id: {app.client_id} is the app of {apps[app.client_id].file}")
            apps[app.client_id] = app
        except BadFile as problem:
            problems.append(f"{file}: {problem}")
    return Declarations(tuple(apps.values()), tuple(problems))


def _declared(file: Path, environment: Mapping[str, str]) -> Declared:
    members = _members(file)
    client_id = members.get("client_id", file.parent.name)
    if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
        raise BadFile("client_id: it must be 1 to 255 letters, digits and . _ ~ - (by default it is the folder's name)")
    metadata = registered({name: value for name, value in members.items() if name not in OURS})
    secrets = _secrets(members, file.parent, environment)
    if not metadata.has_secret and secrets is not None:
        method = metadata.token_endpoint_auth_method
        raise BadFile(f"{_first_of(members)}: a client with token_endpoint_auth_method = {method} has no secret")
    return Declared(client_id, metadata, file, secrets)


def _members(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise BadFile(f"it cannot be read: {problem}") from None


def registered(members: Mapping[str, object]) -> ClientMetadata:
    """The metadata of these members; BadFile for one that is wrong or that nobody knows."""
    if unknown := ClientMetadata.unknown(members):
        raise BadFile(f"{unknown[0]}: there is no such member; see docs/clients.md for all of them")
    try:
        return ClientMetadata.register(members)
    except OAuthError as problem:
        raise BadFile(problem.description) from None


def _secrets(members: Mapping[str, Any], folder: Path, environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """The secrets the file names, each once; None when it names none."""
    if not any(name in members for name in SECRET_MEMBERS):
        return None
    from_environment = tuple(_values(members, "client_secret_env", environment.get, "the environment has no"))
    from_files = tuple(_values(members, "client_secret_file", lambda name: _content(folder / name), "there is no file"))
    secrets = from_environment + from_files
    if not 0 < len(secrets) <= MOST_LIVE or len(set(secrets)) < len(secrets):
        raise BadFile(f"{_first_of(members)}: name one secret, or two different ones while one follows the other")
    return secrets


def _values(members: Mapping[str, Any], member: str, find: Callable[[str], str | None], missing: str) -> Iterator[str]:
    names = members.get(member, [])
    for name in names if isinstance(names, list) else [names]:
        value = find(name) if isinstance(name, str) else None
        if value is None:
            raise BadFile(f"{member}: {missing} {name}")
        if not SECRET.fullmatch(value):
            raise BadFile(f"{member}: the secret in {name} must be 32 to 255 characters of printable ASCII, no spaces")
        yield value


def _content(file: Path) -> str | None:
    return file.read_text("utf-8", "replace").strip() if file.is_file() else None


def _first_of(members: Mapping[str, Any]) -> str:
    return next(name for name in SECRET_MEMBERS if name in members)
