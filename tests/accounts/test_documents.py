"""The terms and the privacy policy as files: which version, in which language, and what is refused at the start."""

from pathlib import Path
from typing import Any

import pytest

from idp.accounts.documents import Documents
from idp.settings.load import Settings, SettingsError, load_settings
from tests.conftest import MANUAL
from tests.terms import digest_of, written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for document in ("terms", "privacy"):
        written(tmp_path, document, "2026-11", en="# It\n\nNew.", de="# Es\n\nNeu.", SUMMARY_en="All is new.")
    written(tmp_path, "terms", "2026-2", en="Old.")
    written(tmp_path, "terms", "2025-12-01", en="Oldest.")
    written(tmp_path, "terms", "2027-01", en="Being prepared.")
    return tmp_path


def settings_with(folder: Path | str, **more: Any) -> Settings:
    return load_settings(MANUAL, agreements={"directory": str(folder)}, **more)


def refused(folder: Path, **more: Any) -> str:
    with pytest.raises(SettingsError) as refusal:
        Documents.of(settings_with(folder, **more))
    return str(refusal.value)


def test_a_reader_gets_their_language_or_the_default(folder: Path) -> None:
    documents = Documents.of(settings_with(folder))
    found = {tag: documents.text("terms", tag) for tag in ("de", "de-AT", "en-GB", "ar", "")}
    assert {tag: text and text.locale for tag, text in found.items()} == {
        "de": "de",
        "de-AT": "de",
        "en-GB": "en",
        "ar": "en",
        "": "en",
    }
    assert documents.locales("terms") == {"en", "de"}


def test_the_digest_is_of_the_file_as_it_is_shown(folder: Path) -> None:
    documents = Documents.of(settings_with(folder))
    assert documents.digest("terms", "de") == digest_of("# Es\n\nNeu.")
    assert documents.digest("terms", "fr") == digest_of("# It\n\nNew.")


def test_older_versions_come_newest_first_and_none_that_is_being_prepared(folder: Path) -> None:
    """2026-2 is February, whatever its letters say."""
    assert Documents.of(settings_with(folder)).older("terms") == ("2026-2", "2025-12-01")
    assert Documents.of(settings_with(folder)).older("privacy") == ()


def test_what_changed_is_told_where_it_was_written_down(folder: Path) -> None:
    documents = Documents.of(settings_with(folder))
    summary = documents.summary("terms", "de")
    assert summary is not None
    assert (summary.words, summary.locale) == ("All is new.", "en")
    assert Documents.of(settings_with(folder, brand={"terms_version": "2026-2"})).summary("terms", "en") is None


def test_without_a_folder_there_is_nothing() -> None:
    documents = Documents.of(settings_with(""))
    assert documents.text("terms", "en") is None
    assert documents.digest("terms", "en") == ""
    assert documents.older("terms") == ()


def test_a_version_in_force_that_is_not_there_is_refused_by_name(folder: Path) -> None:
    said = refused(folder, brand={"terms_version": "2028-01"})
    assert "terms/2028-01/en.md" in said
    assert "brand.terms_version" in said
    assert "privacy" not in said
    assert "privacy/2026-11/fr.md" in refused(folder, locale={"default": "fr", "offered": ["en", "fr"]})


def test_a_document_that_the_brand_has_elsewhere_need_not_be_there(tmp_path: Path) -> None:
    written(tmp_path, "terms", "2026-11", en="Ours.")
    assert "privacy" in refused(tmp_path)
    elsewhere = {"privacy_url": "https://example.com/privacy"}
    assert Documents.of(settings_with(tmp_path, brand=elsewhere)).digest("privacy", "en") == ""


@pytest.mark.parametrize("version", ["..", "../privacy/2026-11", "2026-11/.", "/etc"])
def test_a_version_is_a_name_and_no_way_through_the_folders(folder: Path, version: str) -> None:
    assert Documents.of(settings_with(folder)).text("terms", "en", version) is None
    assert "there is no" in refused(folder, brand={"terms_version": version})


def test_a_file_that_is_no_text_is_refused_by_name(folder: Path) -> None:
    (folder / "terms" / "2026-11" / "de.md").write_bytes(b"\xff\xfe")
    assert "agreements.directory" in refused(folder)
