"""From what is declared and what is stored to what has to happen: pure, so that `plan` shows what `apply` does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal

from idp.cli.client_files import Declared
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.scope import Scope
from idp.store.base import fingerprint
from idp.store.clients import Client

Kind = Literal["add", "change", "suspend", "keep"]
SIGNS: Mapping[Kind, str] = {"add": "+", "change": "~", "suspend": "-", "keep": "="}
UNREGISTERED = Client("", ClientMetadata())


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one app. `client` is what it will be, with the fingerprints of the secrets it will have but for a
    generated one; `new_secrets` are secrets themselves, `ended_secrets` fingerprints.
    """

    kind: Kind
    client: Client
    differences: tuple[str, ...] = ()
    where: str = ""
    new_secrets: tuple[str, ...] = field(default=(), repr=False)
    ended_secrets: tuple[str, ...] = field(default=(), repr=False)
    generates: bool = False

    def lines(self) -> Iterator[str]:
        yield f"{SIGNS[self.kind]} {self.client.client_id}{self.where}"
        yield from (f"    {difference}" for difference in self.differences)


def plan(declared: Iterable[Declared], stored: Iterable[Client]) -> tuple[Step, ...]:
    """One step per app that a file declares or once declared, by client_id. Apps made elsewhere are left alone."""
    before = {client.client_id: client for client in stored}
    wanted = {app.client_id: app for app in declared}
    steps = [_declared(app, before.get(app.client_id)) for app in wanted.values()]
    steps += [_undeclared(client) for name, client in before.items() if name not in wanted and client.source == "file"]
    return tuple(sorted(steps, key=lambda step: step.client.client_id))


def summary(steps: Iterable[Step]) -> str:
    kinds = [step.kind for step in steps]
    words = {"add": "to add", "change": "to change", "suspend": "to suspend", "keep": "unchanged"}
    return ", ".join(f"{kinds.count(kind)} {words[kind]}" for kind in SIGNS)


def _declared(app: Declared, before: Client | None) -> Step:
    had = before or UNREGISTERED
    wants = None if app.secrets is None else tuple(map(fingerprint, app.secrets))
    works = replace(had, metadata=app.metadata).working_secrets
    generates = wants is None and app.metadata.has_secret and not works
    stays = () if not app.metadata.has_secret else works if wants is None else wants
    client = Client(app.client_id, app.metadata, "file", "active", stays)
    new = tuple(secret for secret in app.secrets or () if fingerprint(secret) not in works)
    ended = tuple(secret for secret in had.secrets if secret not in works or secret not in stays)
    told = (*_differences(had, client), *_of_secrets(len(new), len(ended), generates))
    kind: Kind = "add" if before is None else "change" if told else "keep"
    return Step(kind, client, told, f" ({app.file})", new, ended, generates)


def _undeclared(before: Client) -> Step:
    """Suspended, not removed: nobody signs in to it any more, and putting the file back brings all of it back."""
    if before.state == "suspended":
        return Step("keep", before, where=" (suspended: no file declares it)")
    return Step("suspend", replace(before, state="suspended"), where=" (no file declares it any more: suspended)")


def _of_secrets(new: int, ended: int, generates: bool) -> Iterator[str]:
    if generates:
        yield "client_secret: + one, generated and shown once"
    if new:
        yield f"client_secret: + {new}, from where the file says"
    if ended:
        yield f"client_secret: - {ended}, no longer accepted"


def _differences(before: Client, after: Client) -> Iterator[str]:
    is_new = before is UNREGISTERED
    for member in fields(ClientMetadata):
        former, latter = getattr(before.metadata, member.name), getattr(after.metadata, member.name)
        if former != latter:
            yield from _of_a_new(member.name, latter) if is_new else _between(member.name, former, latter)
    for name in () if is_new else ("state", "source"):
        if getattr(before, name) != getattr(after, name):
            yield f"{name}: {getattr(before, name)} -> {getattr(after, name)}"


def _of_a_new(name: str, value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (f"{key}: {text}" for key, text in value.items())
    else:
        yield f"{name}: {shown(value)}"


def _between(name: str, before: object, after: object) -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        changed = [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
        yield from (f"{key}: {shown(before.get(key))} -> {shown(after.get(key))}" for key in changed)
    elif isinstance(before, tuple | Scope) and isinstance(after, tuple | Scope):
        yield from (f"{name}: - {item}" for item in before if item not in after)
        yield from (f"{name}: + {item}" for item in after if item not in before)
        if set(before) == set(after):
            yield f"{name}: in another order: {shown(after)}"
    else:
        yield f"{name}: {shown(before)} -> {shown(after)}"


def shown(value: object) -> str:
    """A value of the metadata as one line a person reads."""
    if isinstance(value, tuple | Scope):
        return " ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "none" if value in (None, "") else str(value)
