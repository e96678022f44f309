"""The endpoint that takes an authorization request from a device whose person answers it elsewhere (RFC 8628)."""
