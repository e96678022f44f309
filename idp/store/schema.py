"""All tables, so that migrations and checks see every one of them."""

from idp.store import (
    agreements,
    audit,
    browser_sessions,
    client_secrets,
    clients,
    consents,
    credentials,
    emails,
    grants,
    outbox,
    pending_authorizations,
    proofs,
    sign_ups,
    signing_keys,
    throttles,
    users,
)
from idp.store.base import Base

TABLES = (
    agreements.Agreement,
    audit.AuditEvent,
    browser_sessions.BrowserSession,
    client_secrets.ClientSecret,
    clients.ClientRow,
    consents.Consent,
    credentials.Credential,
    emails.Email,
    grants.GrantRow,
    outbox.OutboxMail,
    pending_authorizations.PendingAuthorization,
    proofs.Proof,
    sign_ups.SignUp,
    signing_keys.SigningKey,
    throttles.Throttle,
    users.User,
)

METADATA = Base.metadata
