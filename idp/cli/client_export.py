"""`idp clients export`: a registered app as clients/NAME/client.toml, so that `plan` finds nothing to do. No secret."""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from idp.cli.client_files import CLIENT_ID, NAME, BadFile, registered
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.scope import Scope
from idp.store.clients import Client

HEAD: Final = "# Written by `idp clients export`: from now on this file says what the app is.\n"
NOT_WRITTEN: Final = frozenset({"localized", "published_at"})


def place(app: Client, folder: Path, name: str) -> Path:
    """Where the file belongs. BadFile for an app no file can declare, and where a file stands already."""
    if not CLIENT_ID.fullmatch(app.client_id):
        raise BadFile(f"{app.client_id} cannot be declared in a file: it is known by what it publishes")
    if app.state == "suspended":
        raise BadFile(f"{app.client_id} is suspended, which no file can say: let it be active first")
    if not CLIENT_ID.fullmatch(name) or name.startswith("."):
        raise BadFile("--name must be 1 to 255 letters, digits and . _ ~ -, and not begin with a dot")
    file = folder / name / NAME
    if file.exists():
        raise BadFile(f"{file} is there already")
    return file


def text(app: Client, name: str) -> str:
    """What stands in the file: every member that is not what it would be by itself.

    BadFile when no file can say what this app is.
    """
    members = _members(app.metadata)
    own = {} if app.client_id == name else {"client_id": app.client_id}
    return HEAD + "".join(f"{_key(key)} = {_value(value)}\n" for key, value in {**own, **members}.items())


def _members(metadata: ClientMetadata) -> Mapping[str, Any]:
    """As few as come to the same registration: some defaults follow from other members."""
    usual = ClientMetadata()
    whole = {member.name: _said(getattr(metadata, member.name)) for member in fields(ClientMetadata)}
    unusual = {name: whole[name] for name in whole if getattr(metadata, name) != getattr(usual, name)}
    said = {name: value for name, value in unusual.items() if name not in NOT_WRITTEN} | dict(metadata.localized)
    comes_to = registered(said)
    missing = [name for name in whole if getattr(comes_to, name) != getattr(metadata, name)]
    said |= {name: whole[name] for name in missing if name not in NOT_WRITTEN}
    if registered(said) != metadata:
        raise BadFile("its registration is none that a file can declare: the rules have changed since; `show` tells it")
    return said


def _said(value: object) -> object:
    if isinstance(value, Scope):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _key(name: str) -> str:
    """A bare key, or a quoted one (TOML §Keys)."""
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else json.dumps(name)


def _value(value: object) -> str:
    """JSON's strings, numbers and booleans are TOML's; a table is written in one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if value is None:
        raise BadFile("a member of its jwks is null, which TOML cannot say")
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
