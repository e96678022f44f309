"""The listener that asks apps for their TLS certificate, [mtls] (RFC 8705)."""

import re
from typing import Self

from pydantic import model_validator

from idp.settings.sections import Positive, Section, host_and_port

ADDRESS = re.compile(r"https://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:(?!443\b)[1-9]\d{0,4})?", re.A)


class Mtls(Section):
    bind: str = ""
    address: str = ""
    certificate: str = ""
    key: str = ""
    client_ca: str = ""
    workers: Positive = 1

    @model_validator(mode="after")
    def a_listener_is_whole(self) -> Self:
        if not self.bind:
            return self
        host_and_port(self.bind)
        if missing := [name for name in ("address", "certificate", "key") if not getattr(self, name)]:
            raise ValueError(f"bind needs {' and '.join(missing)} as well")
        if not ADDRESS.fullmatch(self.address):
            raise ValueError("address is https://, host in lower case and an unusual port, without a path")
        return self

    @property
    def listens_at(self) -> tuple[str, int]:
        """Host and port."""
        return host_and_port(self.bind)
