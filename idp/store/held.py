"""Everything that is held about one person, table by table, for themselves to read: no secret, no hash of one."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from idp.store.base import db
from idp.store.schema import METADATA

TAKEN: Final[Mapping[str, str]] = {
    "users": "id state profile locale created_at updated_at deletes_at",
    "emails": "address is_primary proved_at proved_by",
    "pictures": "id body created_at",
    "credentials": "kind created_at changed_at",
    "passkeys": "id name aaguid transports backup_eligible backed_up user_verified created_at last_used_at",
    "authenticators": "created_at confirmed_at",
    "recovery_codes": "created_at spent_at",
    "trusted_devices": "user_agent network created_at expires_at revoked_at",
    "identities": "upstream provider subject label linked_at last_used_at",
    "pairwise_subjects": "sector subject",
    "email_changes": "old_address new_address created_at expires_at stoppable_until_at confirmed_at stopped_at",
    "agreements": "document version accepted locale network decided_at",
    "browser_sessions": "id user_agent network auth_time amr acr remembered created_at last_seen_at expires_at ended_at"
    " upstream_sid",
    "consents": "client_id scope asked locale given_at updated_at withdrawn_at",
    "grants": "client_id session_id scope claims resources details auth_time amr acr offline rotated_at opened_at"
    " expires_at revoked_at",
    "logout_notices": "client_id session_id tries created_at tried_at delivered_at given_up_at",
    "app_owners": "client_id since_at",
    "app_invitations": "client_id address hands_over created_at expires_at",
    "app_uses": "client_id used_at",
    "audit": "at event client_id session_id network details",
}
"""The columns people read. `credentials` says that there is a password, `authenticators` that there is an app."""

LEFT_OUT: Final[Mapping[str, str]] = {
    "emails": "lookup user_id",
    "pictures": "user_id",
    "credentials": "id user_id value",
    "passkeys": "user_id lookup credential public_key sign_count",
    "authenticators": "user_id key last_step",
    "recovery_codes": "id user_id code",
    "trusted_devices": "id user_id token",
    "identities": "id user_id app_id",
    "pairwise_subjects": "user_id",
    "email_changes": "id user_id old_lookup new_lookup confirm code tries stop",
    "agreements": "id user_id digest",
    "browser_sessions": "cookie user_id identity_id",
    "consents": "user_id",
    "grants": "id user_id generation jkt x5t",
    "logout_notices": "id user_id next_try_at leased_until last_status last_error",
    "app_owners": "user_id",
    "app_invitations": "id user_id lookup",
    "app_uses": "user_id",
    "audit": "id user_id reference",
}
"""What the same tables hold besides: secrets, their fingerprints, and what only says the same again."""

PASSING: Final = frozenset({"challenges", "exports", "half_sign_ins", "polled_requests", "proofs", "upstream_logins"})
"""Tables about people that hold a step on its way, for minutes or a day, under secrets of its own."""


def of_user(user_id: str) -> dict[str, list[dict[str, Any]]]:
    """Rows of each table that has any, as this request's transaction sees them; the oldest first."""
    found = {name: _rows(name, columns.split(), user_id) for name, columns in TAKEN.items()}
    return {name: rows for name, rows in found.items() if rows}


def _rows(name: str, columns: list[str], user_id: str) -> list[dict[str, Any]]:
    table = METADATA.tables[name]
    owner = table.c.id if name == "users" else table.c.user_id
    statement = select(*(table.c[column] for column in columns)).where(owner == user_id)
    return [dict(row._mapping) for row in db.session.execute(statement.order_by(*table.primary_key.columns))]
