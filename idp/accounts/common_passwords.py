"""Passwords that turned up in breaches, looked up offline in the list shipped beside this file.

`scripts/common_passwords.py` made the list; docs/decisions/ and NOTICE say from what and under which licences.
"""

import gzip
from functools import lru_cache
from importlib.resources import files


def contains(password: str) -> bool:
    """Whether a casefolded password of four characters or more stands in the list, exactly as given."""
    return "\n" not in password and f"\n{password}\n" in _list()


@lru_cache(maxsize=1)
def _list() -> str:
    """One string of lines: a tenth of the memory of a set, and a search of it is still under a millisecond."""
    packed = files("idp.accounts").joinpath("common_passwords.txt.gz").read_bytes()
    return gzip.decompress(packed).decode()
