"""Apps that publish what they are (OAuth Client ID Metadata Document): rows that hold the last document we read.

Anybody may publish one, so rows that no person agreed to are few: a new one takes the place of the oldest.
"""

from sqlalchemy import text

from idp.protocol.client_metadata import ClientMetadata
from idp.store.hot import hot_count, hot_row

MOST_UNUSED = 2000
"""Apps that somebody began to sign in to, and nobody ever finished."""

# An operator who suspended the app, or who looked at it, is not overruled by a new document.
_PUBLISH = text(
    """
    INSERT INTO clients (id, metadata, source, state, created_at, updated_at, used_at, fresh_until)
    VALUES (:id, :metadata, 'document', 'active', :now, :now, 0, :fresh_until)
    ON CONFLICT (id) DO UPDATE SET
        metadata = excluded.metadata, updated_at = excluded.updated_at, fresh_until = excluded.fresh_until
    WHERE clients.source = 'document'
    RETURNING created_at
    """
)
_TRIM = text(
    """
    DELETE FROM clients WHERE source = 'document' AND state = 'active' AND used_at = 0
    AND NOT EXISTS (SELECT 1 FROM consents WHERE consents.client_id = clients.id)
    AND id NOT IN (
        SELECT id FROM clients WHERE source = 'document' AND used_at = 0 ORDER BY created_at DESC, id LIMIT :most
    )
    """
)


def publish(client_id: str, metadata: ClientMetadata, now: int, fresh_until: int) -> None:
    """This is what the document says, to be looked at again from `fresh_until` on; at once, outside any transaction."""
    values = {"id": client_id, "metadata": metadata.to_json(), "now": now, "fresh_until": fresh_until}
    written = hot_row(_PUBLISH, values)
    if written is not None and written.created_at == now:
        hot_count(_TRIM, {"most": MOST_UNUSED})
