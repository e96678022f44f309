"""The addresses that README.md names: the very ones where they are free on this machine, else others for them."""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.interop.programs import listens
from tests.process.node import free_port

HELD = Path(tempfile.gettempdir()) / "portico-readme-addresses.lock"


@dataclass(frozen=True)
class Places:
    """`moved` is empty where everything is at the very addresses; else it tells which one stands for which."""

    moved: dict[str, str]

    def of(self, address: str) -> str:
        return self.moved.get(address, address)

    def port(self, address: str) -> int:
        return urlsplit(self.of(address)).port or 0

    def placed(self, text: str) -> str:
        """The text with its addresses moved: `http://HOST:PORT`, `"HOST:PORT"` and a lone `(PORT)`; nothing else."""
        for written, place in self.moved.items():
            here, there = urlsplit(written), urlsplit(place)
            text = text.replace(written, place).replace(f'"{here.netloc}"', f'"{there.netloc}"')
            text = text.replace(f"({here.port})", f"({there.port})")
        return text


@contextmanager
def places(*addresses: str) -> Iterator[Places]:
    """The very addresses for who asks first on this machine, if nobody listens there; free ports for others."""
    with HELD.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            are_ours = not any(listens(urlsplit(address).port or 0) for address in addresses)
        except BlockingIOError:
            are_ours = False
        yield Places({} if are_ours else {address: f"http://127.0.0.1:{free_port()}" for address in addresses})
