"""Names that pass for other names (Unicode Technical Standard 39): what is read in them, and what gives them away.

The letters that matter here are those of Greek, Cyrillic and Armenian that no typeface tells from Latin ones.
"""

import re
import unicodedata
from typing import Final

_CYRILLIC: Final = "АаВвЕеЗзІіЇїЈјКкМмНнОоРрСсТтУуХхЅѕҮүҺһԀԁԚԛԜԝѴѵ", "aabbee33iiiijjkkmmhhooppccttyyxxssyyhhddqqwwvv"
_GREEK: Final = "ΑαΒΕΖΗΙιΚκΜΝνΟοΡρΤτΥυΧχϲϳ", "aabezhiikkmnvooppttyuxxcj"
_ARMENIAN: Final = "ՕօՍսԼոհցյ", "oouulnhgj"
_LATIN: Final = "ıɑɡɩɪᴏʟʀꜱ", "iagiiolrs"
_AS_LATIN: Final = {
    ord(letter): latin
    for letters, latins in (_CYRILLIC, _GREEK, _ARMENIAN, _LATIN)
    for letter, latin in zip(letters, latins, strict=True)
}
_ALIKE: Final = str.maketrans("0i1|", "olll")
_PAIRS: Final = (("rn", "m"), ("vv", "w"))
_ADDRESS: Final = re.compile(r"[:/]/|@|(?:\A|\W)www\.", re.IGNORECASE)


def skeleton(name: str) -> str:
    """What people read: equal for two names that look alike, however they are spelled."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    read = plain.translate(_AS_LATIN).casefold().translate(_ALIKE)
    letters = "".join(char for char in read if char.isalnum())
    for pair, one in _PAIRS:
        letters = letters.replace(pair, one)
    return letters


def mixes_scripts(name: str) -> bool:
    """Whether a word of it holds Latin letters beside others that pass for them: no language writes so."""
    words = re.split(r"[\W\d_]+", unicodedata.normalize("NFC", name))
    return any(_has_latin(word) and any(_passes_for_latin(char) for char in word) for word in words)


def is_address(name: str) -> bool:
    """Whether people, or their mail programs, take it for an address rather than for a name."""
    return _ADDRESS.search(unicodedata.normalize("NFKC", name)) is not None


def _has_latin(word: str) -> bool:
    return any(unicodedata.name(char, "").startswith("LATIN") for char in word)


def _passes_for_latin(char: str) -> bool:
    return ord(char) in _AS_LATIN and not unicodedata.name(char, "").startswith("LATIN")
