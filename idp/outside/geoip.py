"""Where an address is, as far as a GeoIP database (MMDB) on this machine tells: a town and a country, a guess."""

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import maxminddb

LONGEST_NAME = 40


class UnusableDatabase(Exception):
    """The file is missing, or is no MMDB that knows places; the sentence says which."""


class Atlas:
    """Opened once per process and shared by its threads. Without a file it knows no place."""

    def __init__(self, reader: maxminddb.Reader | None = None) -> None:
        self._reader = reader

    @classmethod
    def opened(cls, path: str) -> "Atlas":
        """The atlas in this file, "" for none. Raises UnusableDatabase."""
        if not path:
            return cls()
        if not Path(path).is_file():
            raise UnusableDatabase(f"{path} is not there")
        try:
            reader = maxminddb.open_database(path)
            kind = reader.metadata().database_type
        except (OSError, ValueError, maxminddb.InvalidDatabaseError):
            raise UnusableDatabase(f"{path} is no MMDB database") from None
        if not any(word in kind for word in ("City", "Country", "Enterprise", "Location")):
            raise UnusableDatabase(f"{path} holds {kind[:40]}, not places")
        return cls(reader)

    def place(self, address: str, locale: str) -> str:
        """ "Lyon, France" in that language, else in English; "" when it is not known. A network has its place too."""
        if self._reader is None:
            return ""
        try:
            found = self._reader.get(ip_address(address.partition("/")[0]))
        except (ValueError, TypeError, maxminddb.InvalidDatabaseError):  # no address, or a file that is broken inside
            return ""
        record = found if isinstance(found, Mapping) else {}
        parts = [_name(record.get(part), locale) for part in ("city", "country")]
        return ", ".join(part for part in parts if part)


def _name(part: Any, locale: str) -> str:
    """Its name, short and in one line, whatever the file says."""
    names = part.get("names") if isinstance(part, Mapping) else None
    if not isinstance(names, Mapping):
        return ""
    name = names.get(locale) or names.get(locale.partition("-")[0]) or names.get("en")
    return "".join(c for c in name if c.isprintable())[:LONGEST_NAME] if isinstance(name, str) else ""
