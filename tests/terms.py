"""The operator's terms: files with versions, and the day a new one is put in force."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from idp.accounts.documents import Documents
from idp.store import base


def written(folder: Path, document: str, version: str, **texts: str) -> None:
    """Files of one version: en="…" for the text, SUMMARY_en="…" for what changed."""
    place = folder / document / version
    place.mkdir(parents=True, exist_ok=True)
    for name, words in texts.items():
        (place / f"{name.replace('_', '-')}.md").write_text(words, encoding="utf-8")


def put_in_force(app: Flask, *, folder: Path | None = None, grace_for: int = 0, **brand: str) -> None:
    """The operator sets terms_version or privacy_version, perhaps a folder, and reloads."""
    house = app.extensions["portico"]
    changed = {
        "brand": house.settings.brand.model_copy(update=brand),
        "agreements": house.settings.agreements.model_copy(
            update={"directory": str(folder or ""), "grace_for": grace_for}
        ),
    }
    settings = house.settings.model_copy(update=changed)
    app.extensions["portico"] = replace(house, settings=settings, documents=Documents.of(settings))


def ledger(app: Flask, document: str) -> list[tuple[str, bool, str, str]]:
    """What anybody decided about it, in order: version, whether they accepted, language, digest."""
    statement = text("SELECT version, accepted, locale, digest FROM agreements WHERE document = :document ORDER BY id")
    with app.app_context():
        rows = base.db.session.execute(statement, {"document": document}).all()
    return [(row.version, bool(row.accepted), row.locale, row.digest) for row in rows]


def forgotten(app: Flask) -> None:
    """Nobody ever agreed to anything: accounts of the operator's making."""
    with app.app_context(), base.unit_of_work():
        base.db.session.execute(text("DELETE FROM agreements"))


def digest_of(words: str) -> str:
    return sha256(words.encode()).hexdigest()
