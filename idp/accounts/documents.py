"""The terms and the privacy policy as files: terms/VERSION/LOCALE.md, and SUMMARY-LOCALE.md, which says what changed.

They are read once per process: what people agree to does not change under their hands.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from idp.settings.load import Settings, SettingsError
from idp.settings.sections import Brand
from idp.store.agreements import PRIVACY, TERMS

DOCUMENTS: Final = (TERMS, PRIVACY)
SUMMARY: Final = "SUMMARY-"
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Text:
    """A document in one language. `words` is Markdown (web.markdown); `digest` is the SHA-256 of the file, in hex."""

    version: str
    locale: str
    words: str
    digest: str


Texts = Mapping[str, Mapping[str, Text]]
"""By version, then by the name of the file: LOCALE or SUMMARY-LOCALE."""


class Documents:
    """What `agreements.directory` holds; nothing where none is set."""

    def __init__(self, found: Mapping[str, Texts], brand: Brand, default_locale: str) -> None:
        self._found = found
        self._in_force = {TERMS: brand.terms_version, PRIVACY: brand.privacy_version}
        self._default_locale = default_locale

    @classmethod
    def of(cls, settings: Settings) -> "Documents":
        """Raises SettingsError when a file cannot be read, or the version in force is not there."""
        folder = settings.agreements.directory
        try:
            found = {document: _read(Path(folder) / document) for document in DOCUMENTS} if folder else {}
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError((f"agreements.directory: {error}",)) from None
        documents = cls(found, settings.brand, settings.locale.default)
        if folder and (missing := tuple(documents._missing(settings))):
            raise SettingsError(missing)
        return documents

    def text(self, document: str, locale: str, version: str = "") -> Text | None:
        """The document in this language, else in the default one; by default of the version in force."""
        return self._best(document, version or self._in_force[document], locale, "")

    def summary(self, document: str, locale: str) -> Text | None:
        """What changed with the version in force, if somebody wrote that down."""
        return self._best(document, self._in_force[document], locale, SUMMARY)

    def digest(self, document: str, locale: str) -> str:
        """The fingerprint of the text that is in force, as a reader of this language sees it; "" when it is no file."""
        text = self.text(document, locale)
        return text.digest if text else ""

    def older(self, document: str) -> tuple[str, ...]:
        """The versions before the one in force, the newest first; what is being prepared stays unseen."""
        before = [version for version in self._found.get(document, {}) if self._is_older(document, version)]
        return tuple(sorted(before, key=_order, reverse=True))

    def locales(self, document: str) -> frozenset[str]:
        """The languages that the version in force can be read in."""
        texts = self._found.get(document, {}).get(self._in_force[document], {})
        return frozenset(name for name in texts if not name.startswith(SUMMARY))

    def _is_older(self, document: str, version: str) -> bool:
        return _order(version) < _order(self._in_force[document]) and self.text(document, "", version) is not None

    def _best(self, document: str, version: str, locale: str, kind: str) -> Text | None:
        texts = self._found.get(document, {}).get(version, {})
        names = (f"{kind}{tag}" for tag in (*_shortened(locale), *_shortened(self._default_locale)))
        return next((texts[name] for name in names if name in texts), None)

    def _missing(self, settings: Settings) -> Iterator[str]:
        """A document that the brand has elsewhere need not be here."""
        elsewhere = {TERMS: settings.brand.terms_url, PRIVACY: settings.brand.privacy_url}
        for document in DOCUMENTS:
            if not elsewhere[document] and self.text(document, self._default_locale) is None:
                file = f"{document}/{self._in_force[document]}/{self._default_locale}.md"
                yield f"agreements.directory: there is no {file}, which brand.{document}_version says is in force"


def _read(folder: Path) -> Texts:
    versions = sorted(folder.iterdir()) if folder.is_dir() else []
    return {version.name: _version(version) for version in versions if VERSION.fullmatch(version.name)}


def _version(folder: Path) -> Mapping[str, Text]:
    return {file.stem: _text(folder.name, file) for file in sorted(folder.glob("*.md"))}


def _text(version: str, file: Path) -> Text:
    content = file.read_bytes()
    return Text(version, file.stem.removeprefix(SUMMARY), content.decode("utf-8"), sha256(content).hexdigest())


def _shortened(locale: str) -> Iterator[str]:
    """RFC 4647 §3.4: "de-AT", then "de"."""
    parts = locale.split("-")
    while any(parts):
        yield "-".join(parts)
        parts.pop()


def _order(version: str) -> tuple[tuple[int, str], ...]:
    """Numbers count as numbers: 2026-2 is before 2026-11, and 9 before 10."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"\d+|\D+", version))
