"""The `sub` that an app gets to know a person by (OpenID Connect Core §8), and the `sid` of their session."""

from typing import Final

from idp.protocol.client_metadata import ClientMetadata
from idp.store import pairwise_subjects
from idp.store.base import fingerprint, is_id

SID: Final = 32
"""Hexadecimal digits: 128 bits."""


def subject_of(user_id: str, metadata: ClientMetadata) -> str:
    """The same for everybody, or for the apps of one sector alone (§8.1)."""
    return user_id if metadata.subject_type == "public" else pairwise_subjects.of(user_id, metadata.sector)


def person_behind(subject: str, metadata: ClientMetadata) -> str:
    """The id of the person whom this app knows as `subject`; of nobody, where it knows nobody so."""
    if metadata.subject_type == "public":
        return subject
    found = pairwise_subjects.person_behind(subject, metadata.sector) if is_id(subject) else None
    return found or ""


def sid_of(session_id: str, metadata: ClientMetadata | None) -> str:
    """What an app calls a session. Makers who know a person by different names know the session by different ones, too:
    what two of them heard in one session would else be one person's (Core §17.3). Nobody is told its id itself, so
    nobody finds out what it is called elsewhere.
    """
    sector = metadata.sector if metadata and metadata.subject_type == "pairwise" else ""
    return fingerprint(f"sid\0{sector}\0{session_id}")[:SID]
