"""The emulator of Facebook beside the demo: which process it is, and what Portico must know of it."""

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from idp.settings.load import Settings, SettingsError
from idp.settings.sections import LOOPBACK

NAME = "facebook"
APP_ID = "100000000000001"
HOST = "127.0.0.1"
PORT_AFTER_ISSUER = 2  # Portico on 8000, the app on 8001, the emulator on 8002


@dataclass(frozen=True)
class Emulator:
    """A process that is not running yet; `environment` makes it an upstream of Portico's."""

    url: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)

    @property
    def told(self) -> str:
        """Its line among what a person is told."""
        return f"    {'facebook':<11}{self.url:<34}  an emulator: who you are there, and how it misbehaves\n"


def configured(settings: Settings, folder: Path) -> Emulator | None:
    """The emulator on a port of this machine; None where config.toml has a Facebook of its own, which then counts.

    Its App Secret is new at each start, and in a file that only we may read.
    """
    if NAME in settings.upstream:
        return None
    issuer = settings.server.issuer
    if settings.server.address[0] not in LOOPBACK:
        raise SettingsError(("server.bind: the emulator of Facebook stays on this machine, and so must Portico",))
    port = settings.server.address[1] + PORT_AFTER_ISSUER
    url, file, secret = f"http://{HOST}:{port}", folder / "demo_facebook_secret", secrets.token_hex(16)
    folder.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(secret)
    command = (
        *(sys.executable, "-m", "idp.emulators.facebook", "--host", HOST, "--port", str(port)),
        *("--app-id", APP_ID, "--secret-file", str(file), "--redirect-uri", f"{issuer}/login/{NAME}/callback"),
        *("--deauthorize-url", f"{issuer}/login/{NAME}/deauthorize"),
        *("--deletion-url", f"{issuer}/login/{NAME}/deletion"),
    )
    there = {"preset": "facebook", "client_id": APP_ID, "client_secret": secret, "emulated": "true"}
    there |= {"dialog_url": url, "graph_url": url}
    return Emulator(url, command, {f"IDP_UPSTREAM__{NAME}__{name}".upper(): value for name, value in there.items()})
