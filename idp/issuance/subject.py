"""The `sub` that an app gets to know a person by (OpenID Connect Core §8)."""

from idp.protocol.client_metadata import ClientMetadata
from idp.store import pairwise_subjects
from idp.store.base import is_id


def subject_of(user_id: str, metadata: ClientMetadata) -> str:
    """The same for everybody, or for the apps of one sector alone (§8.1)."""
    return user_id if metadata.subject_type == "public" else pairwise_subjects.of(user_id, metadata.sector)


def person_behind(subject: str, metadata: ClientMetadata) -> str:
    """The id of the person whom this app knows as `subject`; of nobody, where it knows nobody so."""
    if metadata.subject_type == "public":
        return subject
    found = pairwise_subjects.person_behind(subject, metadata.sector) if is_id(subject) else None
    return found or ""
